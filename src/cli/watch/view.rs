//! From what was seen to lines: pure, and fit for any size. Texts of rows and of other programs are made harmless here.
use std::time::Duration;

use super::{
    super::terminal::{Colour, Size, paint},
    Seen, Trouble,
};
use crate::{
    database::glance::{Finished, Glance, InWork, Outcome},
    text::{
        printable,
        width::{columns, fit, pad},
    },
};

/// What is shown where the database cannot hand out a name.
const UNREADABLE: &str = "(a name that cannot be read)";

/// A name is given so many columns at most.
const WIDEST_NAME: usize = 28;

/// What is to be drawn.
pub struct View<'a> {
    /// `None`: the first look is still under way.
    pub seen: Option<&'a Seen>,
    /// How long ago the queue was seen.
    pub age: Duration,
    /// Whether words may be coloured.
    pub has_colours: bool,
}

/// A line, piece by piece; each is harmless.
type Line = Vec<(Option<Colour>, String)>;

fn plain(text: &str) -> Line {
    vec![(None, printable(text).into_owned())]
}

impl View<'_> {
    /// At most as many lines as there are rows, none wider than there are columns.
    pub fn lines(&self, size: Size) -> Vec<String> {
        let name = |name: Option<&str>| {
            pad(&printable(name.unwrap_or(UNREADABLE)), WIDEST_NAME.min(size.columns / 3))
        };
        let parts = match self.seen {
            None => [vec![plain("Looking at the queue ...")], vec![], vec![], vec![], vec![]],
            Some(seen) => {
                let glance = seen.glance.as_ref();
                [
                    self.head(seen),
                    glance.map(|it| self.in_work(it, &name)).unwrap_or_default(),
                    glance.map(|it| self.last(it, &name)).unwrap_or_default(),
                    conditions(seen),
                    vec![vec![(Some(Colour::Dim), "q or Ctrl-C ends".into())]],
                ]
            }
        };
        stacked(parts, size.rows).into_iter().map(|line| self.finished(line, size.columns)).collect()
    }

    /// Cut first and coloured then, so that a colour always ends.
    fn finished(&self, line: Line, most: usize) -> String {
        let mut finished = String::new();
        let mut left = most;
        for (colour, text) in line {
            let piece = fit(&text, left);
            left -= columns(&piece);
            finished += &match colour {
                Some(colour) => paint(&piece, colour, self.has_colours),
                None => piece.clone(),
            };
            if piece != text {
                break;
            }
        }
        finished
    }

    fn head(&self, seen: &Seen) -> Vec<Line> {
        let mut lines: Vec<Line> = seen.glance.iter().map(|glance| plain(&counts(glance, "   "))).collect();
        if let Some(Trouble { title, detail, remedy, again_in_seconds, .. }) = &seen.trouble {
            if seen.glance.is_some() {
                lines.push(plain(&format!("as it was {} ago", span(self.age.as_secs()))));
            }
            lines.push(vec![(Some(Colour::Red), "Database: ".into()), (None, (*title).into())]);
            lines.push(plain(&format!("   why: {detail}")));
            lines.push(plain(&format!("   fix: {remedy}")));
            lines.push(plain(&format!("   looked for again every {}", span(*again_in_seconds))));
        } else if let Some(glance) = &seen.glance {
            lines.push(plain(&pace(glance, seen.is_paused)));
        }
        lines
    }

    fn in_work(&self, glance: &Glance, name: &dyn Fn(Option<&str>) -> String) -> Vec<Line> {
        let item = |InWork { recipient_name, step, step_seconds, attempts, .. }: &InWork| {
            let step = pad(&printable(step.as_deref().unwrap_or("begun")), 15);
            let seconds = span(step_seconds + self.age.as_secs());
            let again = if *attempts > 1 { format!("   attempt {attempts}") } else { String::new() };
            plain(&format!("  {} {step} {seconds}{again}", name(recipient_name.as_deref())))
        };
        headed("In work", glance.in_work.iter().map(item))
    }

    fn last(&self, glance: &Glance, name: &dyn Fn(Option<&str>) -> String) -> Vec<Line> {
        let item = |it: &Finished| {
            let (word, colour) = match it.outcome {
                Outcome::Written => ("written", Colour::Green),
                Outcome::Unsure => ("unsure", Colour::Yellow),
                Outcome::Failed => ("FAILED", Colour::Red),
            };
            let ago = pad(&format!("{} ago", span(it.seconds_ago + self.age.as_secs())), 15);
            let why = printable(it.error_message.as_deref().unwrap_or_default());
            let rest = format!(" {} {ago} {why}", name(it.recipient_name.as_deref()));
            vec![(None, "  ".into()), (Some(colour), pad(word, 7)), (None, rest.trim_end().into())]
        };
        headed("Finished last", glance.last.iter().map(item))
    }
}

fn conditions(seen: &Seen) -> Vec<Line> {
    let pause = seen.is_paused.then(|| plain("  paused: nothing is begun until `scribe queue resume`"));
    // The database's own trouble was told above, as it is seen from here.
    let is_told = |code: &str| seen.trouble.as_ref().is_some_and(|trouble| trouble.code == code);
    let others = seen.conditions.iter().filter(|condition| !is_told(&condition.code));
    headed("On this machine", pause.into_iter().chain(others.map(|it| plain(&format!("  {}", it.title)))))
}

/// Nothing without lines.
fn headed(head: &str, lines: impl Iterator<Item = Line>) -> Vec<Line> {
    let mut lines: Vec<Line> = lines.collect();
    if !lines.is_empty() {
        lines.insert(0, vec![(Some(Colour::Bold), head.into())]);
    }
    lines
}

/// The parts below each other, with room between them if there is any. Where there is too little, what was finished goes
/// first, the numbers last.
fn stacked(mut parts: [Vec<Line>; 5], rows: usize) -> Vec<Line> {
    let count = |parts: &[Vec<Line>; 5]| parts.iter().map(Vec::len).sum::<usize>();
    let gaps = parts.iter().filter(|part| !part.is_empty()).count().saturating_sub(1);
    let has_gaps = count(&parts) + gaps <= rows;
    for part in [2, 3, 1, 4, 0] {
        while count(&parts) > rows && parts[part].pop().is_some() {}
        if parts[part].len() == 1 && [1, 2, 3].contains(&part) {
            // A head alone says nothing.
            parts[part].clear();
        }
    }
    let mut lines = Vec::new();
    for part in parts.into_iter().filter(|part| !part.is_empty()) {
        if has_gaps && !lines.is_empty() {
            lines.push(Line::new());
        }
        lines.extend(part);
    }
    lines
}

/// Everything that may change, in one line, and nothing that changes by itself.
pub fn summary(seen: &Seen) -> String {
    let mut parts = Vec::new();
    if let Some(Trouble { title, detail, remedy, .. }) = &seen.trouble {
        parts.push(format!("the database: {title}; why: {detail}; fix: {remedy}"));
    }
    if let Some(glance) = &seen.glance {
        parts.push(counts(glance, ", "));
        let name = |name: &Option<String>| name.as_deref().unwrap_or(UNREADABLE).to_owned();
        parts.extend(glance.in_work.iter().map(|it| {
            format!("in work: {} ({})", name(&it.recipient_name), it.step.as_deref().unwrap_or("begun"))
        }));
        parts.extend(glance.last.first().map(|it| match (it.outcome, &it.error_message) {
            (Outcome::Written, _) => format!("last: {}", name(&it.recipient_name)),
            (Outcome::Unsure, _) => format!("last: {}, unsure", name(&it.recipient_name)),
            (Outcome::Failed, why) => {
                format!("last: {}, FAILED: {}", name(&it.recipient_name), why.as_deref().unwrap_or("-"))
            }
        }));
    }
    parts.extend(seen.is_paused.then(|| "paused on this machine".to_owned()));
    parts.extend(seen.conditions.iter().map(|it| it.title.clone()));
    parts.join("; ")
}

fn counts(glance: &Glance, between: &str) -> String {
    let Glance { waiting, later, working, abandoned, completed, failed, .. } = glance;
    let always = [(waiting, "waiting"), (working, "in work"), (completed, "finished"), (failed, "failed")];
    let sometimes = [(later, "waiting for another try"), (abandoned, "left by a scribe that is gone")];
    let some = |(number, _): &(&u64, &str)| **number > 0;
    let all = always.into_iter().chain(sometimes.into_iter().filter(some));
    all.map(|(number, what)| format!("{number} {what}")).collect::<Vec<_>>().join(between)
}

fn pace(glance: &Glance, is_paused: bool) -> String {
    let left = glance.waiting + glance.later + glance.working + glance.abandoned;
    let Some(each) = glance.milliseconds_each else {
        return if left == 0 {
            "nothing is left to do".into()
        } else {
            "the pace shows after two e-mails".into()
        };
    };
    let pace = format!("an e-mail every {}", span(each.div_ceil(1000)));
    match left {
        0 => format!("nothing is left to do; it was {pace}"),
        _ if is_paused => pace,
        _ => format!("{pace}, about {} left", span(left.saturating_mul(each) / 1000)),
    }
}

/// E.g. `12 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`.
fn span(seconds: u64) -> String {
    let with = |whole: u64, unit: &str, rest: u64, small: &str| match rest {
        0 => format!("{whole} {unit}"),
        _ => format!("{whole} {unit} {rest} {small}"),
    };
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => with(seconds / 60, "min", seconds % 60, "s"),
        3600..86_400 => with(seconds / 3600, "h", seconds % 3600 / 60, "min"),
        _ => with(seconds / 86_400, "d", seconds % 86_400 / 3600, "h"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::{daemon::neighbour::NeighbourCondition, text::is_deceptive};

    fn seen(name: &str) -> Seen {
        let in_work = InWork {
            id: Uuid::nil(),
            recipient_name: Some(name.into()),
            step: Some("web_scraper".into()),
            step_seconds: 12,
            attempts: 2,
        };
        let finished = |outcome, seconds_ago, why: Option<&str>| Finished {
            id: Uuid::nil(),
            recipient_name: Some("Grace Example".into()),
            outcome,
            seconds_ago,
            error_message: why.map(String::from),
        };
        let glance = Glance {
            waiting: 68,
            later: 1,
            working: 1,
            completed: 9,
            failed: 1,
            milliseconds_each: Some(40_000),
            in_work: vec![in_work],
            last: vec![
                finished(Outcome::Written, 20, None),
                finished(Outcome::Unsure, 70, None),
                finished(Outcome::Failed, 4000, Some("no paper was found; write {{paper|your work}}")),
            ],
            ..Glance::default()
        };
        let condition =
            |title: &str| NeighbourCondition { code: "x".into(), title: title.into(), remedy: String::new() };
        Seen {
            glance: Some(glance),
            trouble: None,
            is_paused: false,
            conditions: vec![condition("arXiv is away")],
        }
    }

    fn trouble() -> Trouble {
        Trouble {
            code: "d",
            title: "it is silent",
            detail: "timed out".into(),
            remedy: "wait",
            again_in_seconds: 5,
        }
    }

    fn lines(seen: &Seen, columns: usize, rows: usize) -> Vec<String> {
        let view = View { seen: Some(seen), age: Duration::from_secs(3), has_colours: false };
        view.lines(Size { columns, rows })
    }

    #[test]
    fn everything_is_on_a_terminal_of_80_by_24() {
        assert_eq!(
            lines(&seen("Ada Marlowe"), 79, 23).join("\n"),
            "68 waiting   1 in work   9 finished   1 failed   1 waiting for another try\n\
             an e-mail every 40 s, about 46 min 40 s left\n\
             \n\
             In work\n  Ada Marlowe                web_scraper     15 s   attempt 2\n\
             \n\
             Finished last\n  written Grace Example              23 s ago\n  unsure  Grace Example              1 min 13 s ago\n  \
             FAILED  Grace Example              1 h 6 min ago   no paper was found; write…\n\
             \n\
             On this machine\n  arXiv is away\n\
             \n\
             q or Ctrl-C ends"
        );
    }

    #[test]
    fn a_pause_stops_the_estimate_and_an_outage_keeps_the_last_numbers() {
        let mut paused = seen("Ada Marlowe");
        paused.is_paused = true;
        let text = lines(&paused, 79, 23).join("\n");
        assert!(
            text.contains("paused: nothing") && text.contains("every 40 s\n") && !text.contains("left"),
            "{text}"
        );
        let away = Seen { trouble: Some(trouble()), ..seen("Ada Marlowe") };
        let text = lines(&away, 79, 23).join("\n");
        for told in [
            "68 waiting",
            "as it was 3 s ago",
            "Database: it is silent",
            "why: timed out",
            "fix: wait",
            "every 5 s",
        ] {
            assert!(text.contains(told), "{told}: {text}");
        }
        assert!(
            summary(&Seen { glance: None, ..away })
                .starts_with("the database: it is silent; why: timed out; fix: wait")
        );
    }

    #[test]
    fn colours_add_nothing_but_colours() {
        let seen = seen("Ada Marlowe");
        let coloured = View { seen: Some(&seen), age: Duration::from_secs(3), has_colours: true };
        let text = coloured.lines(Size { columns: 79, rows: 23 }).join("\n");
        assert!(text.contains("\x1b[31mFAILED \x1b[0m"), "{text:?}");
        let codes = ["1", "2", "31", "32", "33", "0"].map(|code| format!("\x1b[{code}m"));
        let bare = codes.iter().fold(text, |text, code| text.replace(code, ""));
        assert_eq!(bare, lines(&seen, 79, 23).join("\n"));
    }

    #[test]
    fn a_small_terminal_keeps_the_numbers() {
        let few = lines(&seen("Ada Marlowe"), 30, 3);
        assert_eq!(
            few,
            ["68 waiting   1 in work   9 fin…", "an e-mail every 40 s, about 46…", "q or Ctrl-C ends"]
                .map(|line| fit(line, 30))
        );
        assert!(lines(&seen("Ada Marlowe"), 30, 0).is_empty());
    }

    #[test]
    fn spans_are_told_by_their_two_greatest_units() {
        let all = [0, 59, 60, 200, 3600, 7500, 86_400, 100_000].map(span);
        assert_eq!(all, ["0 s", "59 s", "1 min", "3 min 20 s", "1 h", "2 h 5 min", "1 d", "1 d 3 h"]);
    }

    proptest! {
        #[test]
        fn whatever_a_row_says_it_fits_and_steers_nothing(name in any::<String>(), why in any::<String>(), wide in 0_usize..100, high in 0_usize..30) {
            let mut seen = seen(&name);
            seen.glance.as_mut().unwrap().last[2].error_message = Some(why.clone());
            seen.conditions[0].title = why;
            let lines = lines(&seen, wide, high);
            prop_assert!(lines.len() <= high);
            for line in lines {
                prop_assert!(columns(&line) <= wide, "{line:?}");
                prop_assert!(line.chars().all(|c| c == '\u{fe0f}' || !is_deceptive(c)), "{line:?}");
            }
        }
    }
}
