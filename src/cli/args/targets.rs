//! Versions of the schema, as they are typed.
use crate::database::migrate::{DowngradeTarget, UpgradeTarget, head};

pub fn upgrade_target(text: &str) -> Result<UpgradeTarget, String> {
    let target = match text.strip_prefix('+') {
        _ if text == "head" => Some(UpgradeTarget::Head),
        Some(steps) => number(steps).filter(|n| *n > 0).map(UpgradeTarget::Steps),
        None => number(text).map(UpgradeTarget::Version),
    };
    target.ok_or_else(|| format!("{text:?} is none of head, +N, or a version"))
}

pub fn downgrade_target(text: &str) -> Result<DowngradeTarget, String> {
    let target = match text.strip_prefix('-') {
        _ if text == "base" => Some(DowngradeTarget::Version(0)),
        Some(steps) => number(steps).filter(|n| *n > 0).map(DowngradeTarget::Steps),
        None => number(text).map(DowngradeTarget::Version),
    };
    target.ok_or_else(|| format!("{text:?} is none of -N, a version, or base"))
}

pub fn stamp_target(text: &str) -> Result<i32, String> {
    let target = match text {
        "head" => Some(head()),
        "base" => Some(0),
        version => number(version),
    };
    target.ok_or_else(|| format!("{text:?} is none of a version, head, or base"))
}

/// Digits only: `parse` alone would take a sign, which means something else here.
fn number(text: &str) -> Option<i32> {
    text.parse().ok().filter(|_| text.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::args::{Arguments, Command, DbCommand};

    #[test]
    fn an_upgrade_target_is_head_or_steps_or_a_version() {
        assert_eq!(upgrade_target("head"), Ok(UpgradeTarget::Head));
        assert_eq!(upgrade_target("+2"), Ok(UpgradeTarget::Steps(2)));
        assert_eq!(upgrade_target("3"), Ok(UpgradeTarget::Version(3)));
        for wrong in ["", "+", "+0", "++1", "-1", "tail", "+x"] {
            assert!(upgrade_target(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_downgrade_target_is_steps_or_a_version_or_base() {
        let parsed = |target| match Arguments::try_parse_from(["scribe", "db", "downgrade", target]) {
            Ok(Arguments {
                command: Command::Db { command: DbCommand::Downgrade { target, .. } }, ..
            }) => Some(target),
            _ => None,
        };
        assert_eq!(parsed("base"), Some(DowngradeTarget::Version(0)));
        assert_eq!(parsed("-2"), Some(DowngradeTarget::Steps(2)));
        assert_eq!(parsed("3"), Some(DowngradeTarget::Version(3)));
        for wrong in ["", "-", "-0", "--1", "+1", "head", "-x"] {
            assert_eq!(parsed(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_stamp_target_is_a_version_or_head_or_base() {
        assert_eq!(["base", "3", "head"].map(stamp_target), [Ok(0), Ok(3), Ok(head())]);
        for wrong in ["", "-1", "tail", "99999999999"] {
            assert!(stamp_target(wrong).is_err(), "{wrong}");
        }
    }
}
