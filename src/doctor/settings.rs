//! Settings: what was set and where, whether secrets are kept, and what host and port already tell.
use std::{collections::BTreeMap, fs, os::unix::fs::PermissionsExt, path::Path};

use super::{Check, Report};
use crate::config::{
    DatabaseSettings, Environment, Origin, SETTINGS, Settings, sources, sources::RawSettings,
};

/// What others may do with a file, in its mode.
const OTHERS: u32 = 0o007;

const TRANSACTION_POOLER: &str = "copy the string for the transaction pooler (port 6543) from the project's Connect dialog into DATABASE_URL";

/// The settings, unless they are wrong.
pub fn examine(
    file: Option<&Path>,
    environment: Environment<'_>,
    report: &mut Report<'_>,
) -> Option<Settings> {
    let gathered = sources::gather(file, environment);
    let settings = match Settings::check(&gathered) {
        Ok(settings) => settings,
        Err(mistakes) => {
            mistakes.iter().for_each(|it| report.failed(Check::Settings, it.to_string(), it.remedy()));
            return None;
        }
    };
    let raw = &gathered.values;
    report.ok(Check::Settings, origins(raw));
    for warning in &settings.warnings {
        report.warning(Check::Settings, warning, "take out what is not used, or put it right");
    }
    if let Err(missing) = settings.database() {
        report.failed(Check::Settings, missing.to_string(), missing.remedy());
    }
    secrets(raw, report);
    if let Some(database) = &settings.database {
        port(database, report);
    }
    Some(settings)
}

/// E.g. `22 settings: 3 from environment, 1 from /etc/scribe/scribe.toml, 12 by default, 6 not set`.
fn origins(raw: &RawSettings) -> String {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for value in raw.values() {
        let origin = match &value.origin {
            Origin::Default => "by default".into(),
            Origin::Environment => "from the environment".into(),
            Origin::Answer => "from answers".into(),
            Origin::File { path, .. } | Origin::SecretFile(path) => format!("from {}", path.display()),
        };
        *counts.entry(origin).or_default() += 1;
    }
    let counts: Vec<String> = counts.iter().map(|(origin, count)| format!("{count} {origin}")).collect();
    let unset = SETTINGS.len() - raw.len();
    format!("{} settings: {}, {unset} not set", SETTINGS.len(), counts.join(", "))
}

fn secrets(raw: &RawSettings, report: &mut Report<'_>) {
    let mut places = Vec::new();
    for setting in SETTINGS.iter().filter(|setting| setting.secret) {
        let Some(value) = raw.get(setting.name) else { continue };
        let mode = match &value.origin {
            Origin::SecretFile(path) => fs::metadata(path).ok().map(|file| (path, file.permissions().mode())),
            _ => None,
        };
        match mode {
            Some((path, mode)) if mode & OTHERS != 0 => {
                let path = path.display();
                report.warning(
                    Check::Secrets,
                    format!("everybody on this machine may read {path} (mode {:04o})", mode & 0o7777),
                    format!("`chmod 600 {path}`"),
                );
            }
            _ => places.push(format!("{} from {}", setting.name, value.origin)),
        }
    }
    if !places.is_empty() {
        report.ok(Check::Secrets, places.join(", "));
    } else if !SETTINGS.iter().any(|setting| setting.secret && raw.contains_key(setting.name)) {
        report.ok(Check::Secrets, "none is set");
    }
}

/// What Supabase's host names tell before anything is asked.
fn port(database: &DatabaseSettings, report: &mut Report<'_>) {
    let DatabaseSettings { host, port, .. } = database;
    let place = format!("port {port} of {host}");
    if host.ends_with(".pooler.supabase.com") && *port == 5432 {
        let fact = format!(
            "{place}: Supabase's pooler in session mode, where each connection holds a server process"
        );
        report.warning(Check::Port, fact, TRANSACTION_POOLER);
    } else if is_direct_supabase(host) && *port == 5432 {
        let fact = format!("{place}: past Supabase's pooler, and over IPv6 only");
        report.warning(Check::Port, fact, TRANSACTION_POOLER);
    } else {
        report.ok(Check::Port, place);
    }
}

fn is_direct_supabase(host: &str) -> bool {
    host.starts_with("db.") && host.ends_with(".supabase.co")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::{Finding, Verdict};

    fn port_of(url: &str) -> Vec<(Verdict, Check)> {
        let directory = std::env::temp_dir().join(format!("scribe-doctor-{}", uuid::Uuid::new_v4()));
        fs::create_dir(&directory).unwrap();
        let file = directory.join("scribe.toml");
        fs::write(&file, "").unwrap();
        let environment = |name: &str| (name == "DATABASE_URL").then(|| url.into());
        let mut told = Vec::new();
        let mut tell = |finding: Finding| told.push((finding.verdict, finding.check));
        examine(Some(&file), &environment, &mut Report { tell: &mut tell, next: 0, failed: None });
        fs::remove_dir_all(directory).unwrap();
        told.retain(|(_, check)| *check == Check::Port);
        told
    }

    #[test]
    fn supabases_session_pooler_and_direct_host_are_advised_against() {
        for (host, verdict) in [
            ("aws-1-eu-west-1.pooler.supabase.com:6543", Verdict::Ok),
            ("aws-1-eu-west-1.pooler.supabase.com:5432", Verdict::Warning),
            ("db.abcdefgh.supabase.co:5432", Verdict::Warning),
            ("db.abcdefgh.supabase.co:6543", Verdict::Ok),
            ("db.example.org:5432", Verdict::Ok),
        ] {
            assert_eq!(port_of(&format!("postgresql://u:p@{host}/d")), [(verdict, Check::Port)], "{host}");
        }
    }
}
