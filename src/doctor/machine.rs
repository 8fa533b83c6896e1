//! This machine: whether its clock can be right, and whether the kernel bounds the memory of services.
use std::{fs, path::Path, time::Duration};

use time::OffsetDateTime;

use super::{Check, Report};
use crate::{
    clock::{self, Synchronised},
    condition::{CLOCK_NOT_SET, CLOCK_NOT_SYNCHRONISED},
};

/// What the kernel can bound for services.
const CONTROLLERS: &str = "/sys/fs/cgroup/cgroup.controllers";

/// Makes the checks.
pub fn examine(report: &mut Report<'_>) {
    time(clock::now(), clock::synchronised(), report);
    memory(fs::read_to_string(Path::new(CONTROLLERS)).ok().as_deref(), report);
}

fn time(now: Duration, synchronised: Synchronised, report: &mut Report<'_>) {
    let today = date(now);
    if now < clock::WRITTEN {
        let fact = format!(
            "{}: it shows {today}, and this scribe is of {}; it waits for a time server, and no item loses an attempt",
            CLOCK_NOT_SET.title,
            date(clock::WRITTEN)
        );
        return report.failed(Check::Time, fact, CLOCK_NOT_SET.remedy);
    }
    match synchronised {
        Synchronised::Yes => report.ok(Check::Time, format!("{today}, set by a time server")),
        Synchronised::NotYet => report.warning(
            Check::Time,
            format!("{today}, but {}", CLOCK_NOT_SYNCHRONISED.title),
            CLOCK_NOT_SYNCHRONISED.remedy,
        ),
        Synchronised::Unknown => report.ok(
            Check::Time,
            format!("{today}, which can be; systemd-timesyncd does not run here, so who set it is not known"),
        ),
    }
}

fn date(since_epoch: Duration) -> String {
    let seconds = i64::try_from(since_epoch.as_secs()).unwrap_or(i64::MAX);
    OffsetDateTime::from_unix_timestamp(seconds)
        .map_or_else(|_| "a far future".into(), |it| it.date().to_string())
}

/// Never more than information: scribe's own bounds hold without the kernel.
fn memory(controllers: Option<&str>, report: &mut Report<'_>) {
    let fact = match controllers.map(|list| list.split_whitespace().any(|name| name == "memory")) {
        Some(true) => "the kernel can bound the memory of services: limits such as MemoryMax= hold",
        Some(false) => {
            "the kernel does not count the memory of services, so limits such as MemoryMax= do nothing; scribe keeps to \
             its own bounds. Raspberry Pi OS is shipped so: to change it, add cgroup_enable=memory to the line in \
             /boot/firmware/cmdline.txt and restart"
        }
        None => {
            "the kernel does not say whether it bounds the memory of services; scribe keeps to its own bounds"
        }
    };
    report.ok(Check::Memory, fact);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::{Finding, Verdict};

    fn finding(check: impl FnOnce(&mut Report<'_>)) -> Finding {
        let mut told = Vec::new();
        let mut tell = |finding: Finding| told.push(finding);
        check(&mut Report { tell: &mut tell, next: Check::Time as usize, failed: None });
        told.pop().unwrap()
    }

    #[test]
    fn a_clock_before_this_release_fails_and_one_that_no_server_has_set_is_warned_of() {
        let of = |now, synchronised| {
            let found = finding(|report| time(now, synchronised, report));
            assert_eq!((found.check, found.remedy.is_some()), (Check::Time, found.verdict != Verdict::Ok));
            found.verdict
        };
        let right = clock::WRITTEN;
        for synchronised in [Synchronised::Yes, Synchronised::NotYet, Synchronised::Unknown] {
            assert_eq!(of(right - Duration::from_secs(1), synchronised), Verdict::Failed);
        }
        assert_eq!(of(right, Synchronised::Yes), Verdict::Ok);
        assert_eq!(of(right, Synchronised::NotYet), Verdict::Warning);
        assert_eq!(of(right, Synchronised::Unknown), Verdict::Ok);
        assert_eq!(of(Duration::MAX, Synchronised::Yes), Verdict::Ok);
    }

    #[test]
    fn a_kernel_without_memory_control_is_told_with_what_to_do_and_is_no_failure() {
        let of = |controllers| {
            let found = finding(|report| memory(controllers, report));
            assert_eq!((found.check, found.verdict), (Check::Memory, Verdict::Ok));
            found.fact.contains("cmdline.txt")
        };
        assert!(of(Some("cpuset cpu io pids\n")) && of(Some("")));
        assert!(!of(Some("cpuset cpu io memory pids\n")) && !of(None));
    }
}
