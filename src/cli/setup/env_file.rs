//! A `.env` file, as Scribe's users have one: what of it scribe knows.
use crate::config::SETTINGS;

/// What a file says.
#[derive(Debug, Default)]
pub struct EnvFile {
    /// Settings and their values, none of them empty.
    pub values: Vec<(&'static str, String)>,
    /// Names that scribe does not know.
    pub unknown: Vec<String>,
}

/// Reads the text of one. The error names the line and repeats nothing of it, since it may hold a secret.
pub fn parse(text: &str) -> Result<EnvFile, String> {
    let mut all: Vec<(String, String)> = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let line = line.strip_prefix("export ").unwrap_or(line);
        let wrong = |why: &str| format!("line {number} {why}");
        let (name, value) = line.split_once('=').ok_or_else(|| wrong("is not of the form NAME=value"))?;
        let name = name.trim();
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
            return Err(wrong("does not begin with a name"));
        }
        let value = unquoted(value.trim(), &all).ok_or_else(|| wrong("has a quote that does not end"))?;
        all.retain(|(known, _)| known != name);
        all.push((name.into(), value));
    }
    let mut file = EnvFile::default();
    for (name, value) in all {
        match SETTINGS.iter().find(|setting| setting.name == name) {
            Some(_) if value.trim().is_empty() => (),
            Some(setting) => file.values.push((setting.name, value.trim().into())),
            None => file.unknown.push(name),
        }
    }
    Ok(file)
}

/// Single quotes keep everything, double ones know escapes, and a bare value ends before a comment.
fn unquoted(value: &str, before: &[(String, String)]) -> Option<String> {
    if let Some(rest) = value.strip_prefix('\'') {
        return Some(rest[..rest.find('\'')?].into());
    }
    let Some(rest) = value.strip_prefix('"') else {
        let end = value.find(" #").or(value.find("\t#")).unwrap_or(value.len());
        return Some(with_others(value[..end].trim_end(), before));
    };
    let mut text = String::new();
    let mut chars = rest.chars();
    loop {
        match chars.next()? {
            '"' => return Some(with_others(&text, before)),
            '\\' => match chars.next()? {
                'n' => text.push('\n'),
                't' => text.push('\t'),
                c => text.push(c),
            },
            c => text.push(c),
        }
    }
}

/// `${NAME}` stands for what the file said before; anything else that looks like it stays.
fn with_others(value: &str, before: &[(String, String)]) -> String {
    let (mut done, mut rest) = (String::new(), value);
    while let Some((head, tail)) = rest.split_once("${") {
        done += head;
        let known = tail.split_once('}').and_then(|(name, tail)| {
            before.iter().find(|(known, _)| known == name).map(|(_, value)| (value, tail))
        });
        match known {
            Some((value, tail)) => {
                done += value;
                rest = tail;
            }
            None => {
                done += "${";
                rest = tail;
            }
        }
    }
    done + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_the_python_scribe_is_understood() {
        let file = parse(
            "# database\nDB_USER=postgres.abc\nexport DB_PASSWORD='p#a s\"$s'\nDB_HOST = \"aws-1.pooler.example\" # EU\n\
             DB_PORT=6543 # pooler\nREDIS_URL=redis://localhost\n\nEXA_API_KEY=\nANTHROPIC_API_KEY=key#1\n\
             CONTACT=\"a\\\"b\"\nDB_USER=postgres.xyz\n",
        )
        .unwrap();
        assert_eq!(
            file.values,
            [
                ("DB_PASSWORD", "p#a s\"$s"),
                ("DB_HOST", "aws-1.pooler.example"),
                ("DB_PORT", "6543"),
                ("ANTHROPIC_API_KEY", "key#1"),
                ("CONTACT", "a\"b"),
                ("DB_USER", "postgres.xyz"),
            ]
            .map(|(name, value)| (name, value.to_string()))
        );
        assert_eq!(file.unknown, ["REDIS_URL"]);
    }

    #[test]
    fn a_value_may_be_made_of_earlier_ones() {
        let file = parse(
            "DB_USER=u\nPW=${x\nDATABASE_URL=postgresql://${DB_USER}:${PW}@h/${DB}\nCONTACT='${DB_USER}'\n",
        )
        .unwrap();
        assert_eq!(file.values[1], ("DATABASE_URL", "postgresql://u:${x@h/${DB}".into()));
        assert_eq!(file.values[2], ("CONTACT", "${DB_USER}".into()));
    }

    #[test]
    fn an_error_names_the_line_and_repeats_nothing() {
        for (text, line) in [
            ("A=1\nhunter2", "line 2 "),
            ("A='hunter2", "line 1 "),
            ("\n\nA=\"hunter2\\\"", "line 3 "),
            ("hun ter2=x", "line 1 "),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.starts_with(line) && !error.contains("ter2"), "{error}");
        }
    }
}
