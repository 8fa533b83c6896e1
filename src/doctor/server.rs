//! The server behind the login: its version, its database's encoding, its clock, and what stands in between.
use super::{Check, Report};
use crate::{
    condition,
    config::DatabaseSettings,
    database::{
        Database,
        inspect::{self, Pooling, Server},
    },
};

/// What scribe is tested with, and what its SQL needs: gen_random_uuid() without an extension.
const TESTED: i32 = 15;
const NEEDED: i32 = 13;

/// In seconds. With a clock further off, certificates are refused and logs mislead.
const CLOCK_TOLERANCE: f64 = 60.0;

/// Makes the checks.
pub fn examine(database: &Database, settings: &DatabaseSettings, server: &Server, report: &mut Report<'_>) {
    version(server, report);
    encoding(server, report);
    clock(server, report);
    pooler(database, settings, report);
}

fn version(server: &Server, report: &mut Report<'_>) {
    let fact = format!("PostgreSQL {}", server.version);
    match server.version_number / 10_000 {
        TESTED.. => report.ok(Check::Version, fact),
        NEEDED.. => report.warning(
            Check::Version,
            format!("{fact}: older than what scribe is tested with"),
            format!("move to PostgreSQL {TESTED} or newer when you can"),
        ),
        _ => report.failed(
            Check::Version,
            format!("{fact}: too old for scribe's tables"),
            format!("move to PostgreSQL {TESTED} or newer"),
        ),
    }
}

/// Names and e-mails hold any character, and only UTF-8 has them all. SQL_ASCII takes whatever bytes come, and refuses to
/// hand out those that are none.
fn encoding(server: &Server, report: &mut Report<'_>) {
    let Server { encoding, database, .. } = server;
    if encoding == "UTF8" {
        return report.ok(Check::Encoding, format!("the database {database} keeps texts in UTF-8"));
    }
    report.warning(
        Check::Encoding,
        format!("the database {database} keeps texts in {encoding}: items with other characters fail"),
        format!(
            "make another one and restore a dump into it: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0; an \
             encoding cannot be changed (texts in {encoding} may need converting first)"
        ),
    );
}

fn clock(server: &Server, report: &mut Report<'_>) {
    let Server { clock_ahead, clock_doubt, .. } = server;
    let place = if *clock_ahead > 0.0 { "behind" } else { "ahead of" };
    let fact = format!("this machine's clock is {:.2} s {place} the server's", clock_ahead.abs());
    let fact = format!("{fact} (give or take {clock_doubt:.2} s)");
    if clock_ahead.abs() - clock_doubt > CLOCK_TOLERANCE {
        report.warning(
            Check::Clock,
            fact,
            "set this machine's clock (`timedatectl` shows whether it is synchronised): certificates are judged by it",
        );
    } else {
        report.ok(Check::Clock, fact);
    }
}

fn pooler(database: &Database, settings: &DatabaseSettings, report: &mut Report<'_>) {
    let port = settings.port;
    let session = "a pooler in session mode: each connection holds a server process as long as it lasts";
    let transaction = condition::DATABASE_SESSION_MODE.remedy;
    match inspect::pooling(database) {
        Ok(Pooling::Transaction) => {
            report.ok(Check::Pooler, format!("port {port} is a pooler in transaction mode"));
        }
        Ok(Pooling::Session) => {
            report.warning(Check::Pooler, format!("port {port} is {session}"), transaction);
        }
        Ok(Pooling::Direct) => report.ok(Check::Pooler, format!("none: port {port} is PostgreSQL itself")),
        Ok(Pooling::Unclear) => report.warning(
            Check::Pooler,
            "could not tell: the server does not say since when its processes run",
            "nothing, if it works; with a pooler, use its transaction mode",
        ),
        Err(error) => report.warning(
            Check::Pooler,
            format!("could not tell, because a second connection did not come about: {error}"),
            "leave scribe a few connections at a time; a pooler in session mode soon runs out of them",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::{Finding, Verdict};

    fn verdict(version_number: i32, clock_ahead: f64, clock_doubt: f64) -> [Verdict; 2] {
        let (role, database, encoding) = ("scribe".into(), "scribe".into(), "UTF8".into());
        let server = Server {
            version: "x".into(),
            version_number,
            encoding,
            role,
            database,
            clock_ahead,
            clock_doubt,
        };
        let mut told = Vec::new();
        let mut tell = |finding: Finding| told.push((finding.check, finding.verdict));
        let mut report = Report { tell: &mut tell, next: 0, failed: None };
        version(&server, &mut report);
        clock(&server, &mut report);
        told.retain(|(check, _)| [Check::Version, Check::Clock].contains(check));
        [told[0].1, told[1].1]
    }

    #[test]
    fn an_old_server_is_a_warning_and_one_without_what_the_tables_need_a_failure() {
        let of = |number| verdict(number, 0.0, 0.0)[0];
        assert_eq!(
            [180_000, 150_000, 140_019, 130_000, 120_022].map(of),
            [Verdict::Ok, Verdict::Ok, Verdict::Warning, Verdict::Warning, Verdict::Failed]
        );
    }

    #[test]
    fn a_clock_is_off_only_when_the_round_trip_cannot_be_the_reason() {
        let of = |(ahead, doubt)| verdict(150_000, ahead, doubt)[1];
        assert_eq!(
            [(0.1, 0.2), (-59.0, 0.1), (61.0, 2.0), (61.0, 0.5), (-1e9, 0.5)].map(of),
            [Verdict::Ok, Verdict::Ok, Verdict::Ok, Verdict::Warning, Verdict::Warning]
        );
    }
}
