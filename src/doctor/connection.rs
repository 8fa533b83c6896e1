//! The way to the database, one step after the other, so that the first that fails is the one to mend.
use std::{net::IpAddr, time::Instant};

use super::{Check, Report, server};
use crate::{
    condition,
    config::{DatabaseSettings, TlsMode},
    database::{
        Database, Phase, hints, inspect,
        probe::{self, Dialled, Handshake},
    },
};

const IPV6_ONLY: &str = "this needs IPv6 all the way, which many home networks lack; on Supabase, use the host of the \
                         transaction pooler (port 6543), which has IPv4";
const JUST_VERIFY: &str = "set DB_SSLMODE=verify-full: this certificate stands up to it";

/// A certificate should be renewed with this part of its life left, or this many days.
const LAST_PART: i32 = 10;
const LAST_DAYS: i32 = 14;

/// The database, when a login came about.
pub fn examine(settings: &DatabaseSettings, report: &mut Report<'_>) -> Option<Database> {
    let addresses = addresses(settings, report)?;
    let dialled = dial(settings, &addresses, report)?;
    let database = match Database::new(settings) {
        Ok(database) => database,
        Err(error) => {
            report.refused(Check::Tls, &error);
            return None;
        }
    };
    let trusted = tls(settings, dialled, report);
    match inspect::server(&database) {
        Ok(seen) => {
            report.ok(Check::Login, format!("as {} to {}", seen.role, seen.database));
            server::examine(&database, settings, &seen, report);
            Some(database)
        }
        // Said once already, and the password was not sent.
        Err(error) if !trusted && error.phase != Phase::LoggingIn => None,
        Err(error) => {
            report.refused(Check::Login, &error);
            None
        }
    }
}

fn addresses(settings: &DatabaseSettings, report: &mut Report<'_>) -> Option<Vec<IpAddr>> {
    let host = &settings.host;
    let started = Instant::now();
    let found = match probe::addresses(settings) {
        Ok(found) => found,
        Err(error) => {
            report.refused(Check::Dns, &error);
            return None;
        }
    };
    let listed: Vec<String> = found.iter().map(ToString::to_string).collect();
    let fact = if host.parse::<IpAddr>().is_ok() {
        format!("{host} is an address")
    } else {
        format!("{host} is {}, found in {:.2} s", listed.join(", "), started.elapsed().as_secs_f64())
    };
    if is_ipv6_only(&found) {
        report.warning(Check::Dns, format!("{fact}: IPv6 only"), IPV6_ONLY);
    } else {
        report.ok(Check::Dns, fact);
    }
    Some(found)
}

fn is_ipv6_only(addresses: &[IpAddr]) -> bool {
    addresses.iter().all(|address| address.is_ipv6() && !address.is_loopback())
}

fn dial(settings: &DatabaseSettings, addresses: &[IpAddr], report: &mut Report<'_>) -> Option<Dialled> {
    match probe::dial(settings, addresses) {
        Ok(dialled) => {
            let fact = format!("{} in {:.1} ms", dialled.address, dialled.took.as_secs_f64() * 1000.0);
            let in_vain: Vec<String> =
                dialled.in_vain.iter().map(|(address, why)| format!("{address}: {why}")).collect();
            if in_vain.is_empty() {
                report.ok(Check::Tcp, fact);
            } else {
                let fact = format!("{fact}, after {}", in_vain.join("; "));
                report.warning(Check::Tcp, fact, "each connection loses time on these addresses first");
            }
            Some(dialled)
        }
        Err(error) => {
            let condition = hints::condition(&error);
            let remedy = if is_ipv6_only(addresses) { IPV6_ONLY } else { condition.remedy };
            let DatabaseSettings { host, port, .. } = settings;
            report.failed(Check::Tcp, format!("{}: {host}, port {port}: {error}", condition.title), remedy);
            None
        }
    }
}

/// Whether a login can be expected to come that far.
fn tls(settings: &DatabaseSettings, dialled: Dialled, report: &mut Report<'_>) -> bool {
    if settings.tls == TlsMode::Disable {
        report.ok(Check::Tls, "none: plain text to a loopback address (DB_SSLMODE=disable)");
        return true;
    }
    match probe::certificate(settings, dialled.stream) {
        Ok(shown) => judge(settings.tls, &shown, report),
        Err(error) => {
            report.refused(Check::Tls, &error);
            false
        }
    }
}

/// As the mode would; the login that follows decides.
fn judge(mode: TlsMode, shown: &Handshake, report: &mut Report<'_>) -> bool {
    let fact = format!("{}, {}", describe(shown), mode.as_str());
    let about_name = |complaint: &&String| hints::of_tls(complaint) == &condition::DATABASE_TLS_WRONG_NAME;
    let complaint = match mode {
        TlsMode::Disable | TlsMode::Require => None,
        TlsMode::VerifyCa => shown.complaints.iter().find(|complaint| !about_name(complaint)),
        // The authority first: a name that nobody vouches for is worth nothing.
        TlsMode::VerifyFull => {
            shown.complaints.iter().find(|complaint| !about_name(complaint)).or(shown.complaints.first())
        }
    };
    if let Some(complaint) = complaint {
        let condition = hints::of_tls(complaint);
        report.failed(Check::Tls, format!("{} ({complaint}): {fact}", condition.title), condition.remedy);
        return false;
    }
    if mode == TlsMode::Require {
        let fact = format!("{fact}: open to an interceptor, since nothing is verified");
        let stands = shown.complaints.is_empty();
        report.warning(
            Check::Tls,
            fact,
            if stands { JUST_VERIFY } else { condition::DATABASE_TLS_UNVERIFIED.remedy },
        );
    } else if let Some(soon) = expires_soon(shown) {
        let fact = format!("{fact}: in {} no connection comes about any more", days(soon));
        report.warning(Check::Tls, fact, condition::DATABASE_TLS_EXPIRED.remedy);
    } else {
        report.ok(Check::Tls, fact);
    }
    true
}

/// E.g. `TLSv1.3, certificate of db.example.org by Example CA, by Example Root, 43 days left`.
fn describe(shown: &Handshake) -> String {
    let Handshake { protocol, subject, issuers, days_left, .. } = shown;
    let chain: String = issuers.iter().map(|issuer| format!(" by {issuer},")).collect();
    let chain = if chain.is_empty() { " by itself,".into() } else { chain };
    let mut text = format!("{protocol}, certificate of {subject}{chain} {}", left(*days_left));
    if let Some((whose, sooner)) = &shown.sooner {
        text += &format!(" (that of {whose}: {})", left(*sooner));
    }
    text
}

fn left(number: i32) -> String {
    if number < 0 { format!("expired {} ago", days(-number)) } else { format!("{} left", days(number)) }
}

fn days(number: i32) -> String {
    format!("{number} day{}", if number == 1 { "" } else { "s" })
}

/// Days until no connection comes about any more, when they are few.
fn expires_soon(shown: &Handshake) -> Option<i32> {
    let limit = |days: i32| days < LAST_DAYS;
    let leaf = Some(shown.days_left).filter(|days| limit(*days) && *days < shown.life / LAST_PART);
    shown.sooner.as_ref().map(|(_, days)| *days).filter(|days| limit(*days)).or(leaf)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(days_left: i32, life: i32, sooner: Option<i32>) -> Handshake {
        Handshake {
            protocol: "TLSv1.3",
            subject: "db.example.org".into(),
            issuers: vec!["Example CA".into(), "Example Root".into()],
            days_left,
            life,
            sooner: sooner.map(|days| ("Example CA".into(), days)),
            complaints: Vec::new(),
        }
    }

    #[test]
    fn a_certificate_near_its_end_is_warned_about_and_one_of_a_short_life_is_not() {
        assert_eq!(expires_soon(&shown(5, 90, None)), Some(5));
        assert_eq!(expires_soon(&shown(13, 3650, None)), Some(13));
        assert_eq!(expires_soon(&shown(20, 3650, None)), None);
        assert_eq!(expires_soon(&shown(10, 90, None)), None, "renewed at its own time");
        assert_eq!(expires_soon(&shown(1, 2, None)), None);
        assert_eq!(expires_soon(&shown(300, 365, Some(3))), Some(3), "its authority's");
    }

    #[test]
    fn the_chain_is_told_up_to_its_root() {
        let text = describe(&shown(43, 90, None));
        assert_eq!(
            text,
            "TLSv1.3, certificate of db.example.org by Example CA, by Example Root, 43 days left"
        );
    }

    #[test]
    fn an_address_of_the_old_kind_or_of_this_machine_needs_no_ipv6() {
        let of = |addresses: &[&str]| {
            is_ipv6_only(&addresses.iter().map(|a| a.parse().unwrap()).collect::<Vec<IpAddr>>())
        };
        assert!(of(&["2001:db8::1"]));
        assert!(!of(&["2001:db8::1", "192.0.2.1"]));
        assert!(!of(&["::1"]));
    }
}
