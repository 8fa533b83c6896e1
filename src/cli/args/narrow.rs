//! What narrows a list down, as it is typed.
use clap::Args;
use time::{Date, Month};

use crate::database::Since;

/// For every list.
#[derive(Debug, Args)]
pub struct Narrow {
    /// Only this user's
    #[arg(long, value_name = "EMAIL")]
    pub user: Option<String>,
    /// Only those from this day on (UTC), or made so long ago at most: 2026-11-20, 7d, 12h, 2w
    #[arg(long, value_name = "DATE|7d", value_parser = since)]
    pub since: Option<Since>,
    /// Only the newest N
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: Option<u32>,
}

fn since(text: &str) -> Result<Since, String> {
    ago(text).or_else(|| day(text)).ok_or_else(|| {
        format!("{text:?} is neither a day such as 2026-11-20 nor a time such as 7d, 12h or 2w")
    })
}

fn ago(text: &str) -> Option<Since> {
    let unit = match text.bytes().last()? {
        b'h' => 3_600,
        b'd' => 86_400,
        b'w' => 604_800,
        _ => return None,
    };
    number(&text[..text.len() - 1])?.checked_mul(unit).map(Since::Ago)
}

fn day(text: &str) -> Option<Since> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let year = number(year).filter(|_| year.len() == 4 && parts.next().is_none())?;
    let (year, month, day) =
        (i32::try_from(year).ok()?, u8::try_from(number(month)?).ok()?, u8::try_from(number(day)?).ok()?);
    // The calendar knows which days there are.
    Date::from_calendar_date(year, Month::try_from(month).ok()?, day).ok().filter(|_| year > 0)?;
    Some(Since::Day { year, month, day })
}

/// Digits only: `parse` alone would take a sign.
fn number(text: &str) -> Option<u32> {
    text.parse().ok().filter(|_| text.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_so_long_ago_or_a_day() {
        assert_eq!(since("7d"), Ok(Since::Ago(604_800)));
        assert_eq!(since("12h"), Ok(Since::Ago(43_200)));
        assert_eq!(since("2w"), Ok(Since::Ago(1_209_600)));
        assert_eq!(since("2028-02-29"), Ok(Since::Day { year: 2028, month: 2, day: 29 }));
        for wrong in [
            "",
            "d",
            "-1d",
            "+1d",
            "7",
            "7x",
            "9999999999d",
            "2026-02-29",
            "2026-13-01",
            "26-1-1",
            "0000-01-01",
            "2026-01-01-01",
            "7ä",
        ] {
            assert!(since(wrong).is_err(), "{wrong}");
        }
    }
}
