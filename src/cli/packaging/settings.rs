//! `/etc/scribe/scribe.toml` as the package brings it: every setting with its meaning and default, commented out.
use std::fmt::Write;

use crate::config::{SETTINGS, Setting};

const HEAD: &str = "\
# Settings of scribe, see scribe.toml(5). What begins with # is the default: to change a setting, remove the # and give it
# your value; then `sudo systemctl restart scribe`. `sudo scribe config show` tells what is in force, and why.
#
# Everybody on this machine may read this file. Secrets have files of their own in /etc/scribe/secrets, which only root
# may open; each holds nothing but the secret:
";

const BETWEEN: &str = "
# The installed scribe works on real data: nothing is deleted before somebody names the database, and no connection to it
# goes without TLS.
environment = \"production\"
";

/// The whole file.
pub fn file() -> String {
    let mut file = HEAD.to_owned();
    for setting in SETTINGS.iter().filter(|it| it.secret) {
        let _ = writeln!(file, "#   {:<18} {}", setting.name.to_lowercase(), setting.help);
    }
    file += BETWEEN;
    for setting in SETTINGS.iter().filter(|it| !it.secret && it.name != "ENVIRONMENT") {
        let _ = write!(file, "\n# {}\n#{}\n", setting.help, line(setting));
    }
    file
}

/// The setting at its default, as it is written in the file.
fn line(setting: &Setting) -> String {
    let value = match setting.default {
        Some(number) if number.parse::<u32>().is_ok() => number.to_owned(),
        text => format!("{:?}", text.unwrap_or_default()),
    };
    format!("{} = {value}", setting.name.to_lowercase())
}

#[cfg(test)]
mod tests {
    use std::{ffi::OsString, path::PathBuf};

    use super::*;
    use crate::config::{Settings, Stage, sources::gather};

    /// Written where no secrets are beside it.
    struct Written(PathBuf);

    impl Written {
        fn new(text: &str) -> Written {
            let folder = std::env::temp_dir().join(format!("scribe-packaging-{}", uuid::Uuid::new_v4()));
            std::fs::create_dir(&folder).unwrap();
            std::fs::write(folder.join("scribe.toml"), text).unwrap();
            Written(folder)
        }

        fn values(&self) -> Vec<(&'static str, String)> {
            let gathered = gather(Some(&self.0.join("scribe.toml")), &|_: &str| None::<OsString>);
            assert!(gathered.mistakes.is_empty(), "{:?}", gathered.mistakes);
            gathered.values.into_iter().map(|(name, raw)| (name, raw.value)).collect()
        }
    }

    impl Drop for Written {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn the_file_changes_no_default_but_the_environment() {
        let mut defaults = Written::new("").values();
        for (name, value) in &mut defaults {
            if *name == "ENVIRONMENT" {
                *value = "production".into();
            }
        }
        assert_eq!(Written::new(&file()).values(), defaults);
    }

    #[test]
    fn whatever_is_uncommented_is_the_default_that_it_says() {
        let uncommented: String = file()
            .lines()
            .filter(|line| !line.ends_with("= \"\""))
            .map(|line| match line.strip_prefix('#') {
                Some(setting) if !setting.starts_with(' ') => format!("{setting}\n"),
                _ => format!("{line}\n"),
            })
            .collect();
        assert_eq!(Written::new(&uncommented).values(), Written::new(&file()).values());
    }

    #[test]
    fn every_setting_is_in_the_file_once_and_no_secret_has_a_line() {
        let file = file();
        for setting in SETTINGS {
            let name = setting.name.to_lowercase();
            let lines = file.lines().filter(|line| {
                line.trim_start_matches('#').strip_prefix(&name).is_some_and(|rest| rest.starts_with(" ="))
            });
            assert_eq!(lines.count(), usize::from(!setting.secret), "{name}");
        }
    }

    #[test]
    fn the_installed_scribe_is_in_production() {
        let written = Written::new(&file());
        let environment = |name: &str| {
            (name == "DATABASE_URL")
                .then(|| OsString::from("postgresql://scribe:secret@db.example.org/scribe"))
        };
        let settings = Settings::load(Some(&written.0.join("scribe.toml")), &environment).unwrap();
        assert_eq!(settings.stage, Stage::Production);
    }
}
