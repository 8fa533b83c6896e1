//! What `GET /metrics` says, as one table, and how it is written: Prometheus' text format 0.0.4
//! (<https://prometheus.io/docs/instrumenting/exposition_formats/>).
//!
//! Nothing personal and no secret: numbers, and labels whose values are words of ours. A series of which nothing is known
//! yet is missing rather than zero.
use std::{
    fmt::{Display, Write},
    fs,
    time::Duration,
};

use rustix::time::{ClockId, clock_gettime};

use super::{
    status::Snapshot,
    tally::{Counts, StepTime},
};
use crate::{model::Reading, pipeline::Step};

/// What the text is.
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// One family of samples.
struct Metric {
    name: &'static str,
    kind: Kind,
    /// The name of its label, if it has one.
    label: Option<&'static str>,
    /// What it means, without backslashes and in one line.
    help: &'static str,
    samples: fn(&Snapshot, &Reading) -> Vec<Sample>,
}

#[derive(Clone, Copy)]
enum Kind {
    Counter,
    Gauge,
    Summary,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Summary => "summary",
        }
    }
}

/// One line.
struct Sample {
    /// Behind the family's name.
    suffix: &'static str,
    /// The label's value.
    label: Option<&'static str>,
    value: String,
}

fn one(value: impl Display) -> Vec<Sample> {
    vec![Sample { suffix: "", label: None, value: value.to_string() }]
}

fn each<V: Display>(values: impl IntoIterator<Item = (&'static str, V)>) -> Vec<Sample> {
    let sample = |(label, value): (_, V)| Sample { suffix: "", label: Some(label), value: value.to_string() };
    values.into_iter().map(sample).collect()
}

const METRICS: &[Metric] = &[
    Metric {
        name: "scribe_build_info",
        kind: Kind::Gauge,
        label: Some("version"),
        help: "Always 1.",
        samples: |_, _| each([(env!("CARGO_PKG_VERSION"), 1)]),
    },
    Metric {
        name: "scribe_uptime_seconds",
        kind: Kind::Gauge,
        label: None,
        help: "Since the start, by a clock that only goes forward.",
        samples: |seen, _| one(seen.uptime.as_secs_f64()),
    },
    Metric {
        name: "scribe_attempts_total",
        kind: Kind::Counter,
        label: None,
        help: "How often an item was taken in hand.",
        samples: |seen, _| one(seen.tally.attempts),
    },
    Metric {
        name: "scribe_items_total",
        kind: Kind::Counter,
        label: Some("outcome"),
        help: "Items that left its hands: completed, failed, retried (later, at the cost of an attempt), put_back (at no \
               cost), dropped (deleted or taken over meanwhile).",
        samples: |seen, _| {
            let Counts { completed, failed, retried, put_back, dropped } = seen.tally.counts;
            each([
                ("completed", completed),
                ("failed", failed),
                ("retried", retried),
                ("put_back", put_back),
                ("dropped", dropped),
            ])
        },
    },
    Metric {
        name: "scribe_claim_lag_seconds",
        kind: Kind::Gauge,
        label: None,
        help: "How long it had been the turn of the last item that was taken, by the database's clock.",
        samples: |seen, _| seen.tally.claim_lag.map_or(vec![], |lag| one(lag.as_secs_f64())),
    },
    Metric {
        name: "scribe_queue_waiting",
        kind: Kind::Gauge,
        label: None,
        help: "Items that wait, those put off among them, as of the last poll; each scribe tells of the whole queue, and \
               stops counting at 1000.",
        samples: |seen, _| seen.tally.backlog.map_or(vec![], |backlog| one(backlog.waiting)),
    },
    Metric {
        name: "scribe_queue_oldest_seconds",
        kind: Kind::Gauge,
        label: None,
        help: "How long it had been the turn of the one that waits longest; 0 where nothing waits or all is put off.",
        samples: |seen, _| seen.tally.backlog.map_or(vec![], |backlog| one(backlog.oldest.as_secs_f64())),
    },
    Metric {
        name: "scribe_step_seconds",
        kind: Kind::Summary,
        label: Some("step"),
        help: "What each step took, as _sum and _count, also where it came to nothing.",
        samples: |seen, _| Step::ALL.into_iter().flat_map(|step| step_time(seen, step)).collect(),
    },
    Metric {
        name: "scribe_condition",
        kind: Kind::Gauge,
        label: Some("code"),
        help: "1 for each condition that holds, as in /health; the others are missing.",
        samples: |seen, _| each(seen.conditions.iter().map(|condition| (condition.code, 1))),
    },
    Metric {
        name: "scribe_database_connected",
        kind: Kind::Gauge,
        label: None,
        help: "Whether the database answered the last time.",
        samples: |seen, _| one(u8::from(seen.database.is_some_and(|(connected, _)| connected))),
    },
    Metric {
        name: "scribe_database_checked_seconds_ago",
        kind: Kind::Gauge,
        label: None,
        help: "How long ago that was.",
        samples: |seen, _| seen.database.map_or(vec![], |(_, ago)| one(ago.as_secs_f64())),
    },
    Metric {
        name: "scribe_database_errors_total",
        kind: Kind::Counter,
        label: Some("kind"),
        help: "Units of work that failed, by the code of the condition that they show; 0 where it is missing.",
        samples: |seen, _| each(seen.tally.database_errors.iter().map(|(code, count)| (*code, count))),
    },
    Metric {
        name: "scribe_model_calls_total",
        kind: Kind::Counter,
        label: None,
        help: "Answers of models that were paid for, or may have been.",
        samples: |_, used| one(used.calls),
    },
    Metric {
        name: "scribe_model_uncosted_calls_total",
        kind: Kind::Counter,
        label: None,
        help: "How many of them cost nobody knows how much: without a price, or without a count of tokens.",
        samples: |_, used| one(used.uncosted_calls),
    },
    Metric {
        name: "scribe_model_tokens_total",
        kind: Kind::Counter,
        label: Some("direction"),
        help: "Their tokens, input and output, where they were counted.",
        samples: |_, used| each([("input", used.input_tokens), ("output", used.output_tokens)]),
    },
    Metric {
        name: "scribe_model_cost_usd_total",
        kind: Kind::Counter,
        label: None,
        help: "What the others cost, by MODEL_PRICES.",
        samples: |_, used| one(format_args!("{}.{:06}", used.cost.0 / 1_000_000, used.cost.0 % 1_000_000)),
    },
    Metric {
        name: "process_cpu_seconds_total",
        kind: Kind::Counter,
        label: None,
        help: "What all its threads have computed.",
        samples: |_, _| one(cpu_time().as_secs_f64()),
    },
    Metric {
        name: "process_resident_memory_bytes",
        kind: Kind::Gauge,
        label: None,
        help: "What it has in memory, the parts of its files among it.",
        samples: |_, _| resident_bytes().map_or(vec![], one),
    },
];

fn step_time(seen: &Snapshot, step: Step) -> [Sample; 2] {
    let StepTime { count, sum } = seen.tally.steps.get(&step).copied().unwrap_or_default();
    let sample = |suffix, value| Sample { suffix, label: Some(step.as_str()), value };
    [sample("_sum", sum.as_secs_f64().to_string()), sample("_count", count.to_string())]
}

fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    // Never negative.
    Duration::new(time.tv_sec.try_into().unwrap_or_default(), time.tv_nsec.try_into().unwrap_or_default())
}

fn resident_bytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(resident.trim().strip_suffix(" kB")?.parse::<u64>().ok()? * 1024)
}

/// Every family for the reference: its name with its label, its type, what it means.
#[cfg(test)]
pub fn families() -> impl Iterator<Item = [String; 3]> {
    METRICS.iter().map(|Metric { name, kind, label, help, .. }| {
        let label = label.map_or_else(String::new, |label| format!("{{{label}}}"));
        [format!("{name}{label}"), kind.as_str().into(), (*help).into()]
    })
}

/// The whole answer.
pub fn text(seen: &Snapshot, used: &Reading) -> String {
    let mut text = String::new();
    for metric in METRICS {
        // Writing to a String cannot fail.
        let _ = write(&mut text, metric, &(metric.samples)(seen, used));
    }
    text
}

fn write(
    text: &mut String,
    Metric { name, kind, label, help, .. }: &Metric,
    samples: &[Sample],
) -> std::fmt::Result {
    writeln!(text, "# HELP {name} {help}\n# TYPE {name} {}", kind.as_str())?;
    for Sample { suffix, label: of_label, value } in samples {
        match label.zip(*of_label) {
            Some((label, of_label)) => {
                writeln!(text, "{name}{suffix}{{{label}=\"{}\"}} {value}", escaped(of_label))?;
            }
            None => writeln!(text, "{name}{suffix} {value}")?,
        }
    }
    Ok(())
}

/// A label's value as it stands between quotes.
fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{condition, config::Stage, daemon::status::Status};

    fn lines(status: &Status) -> Vec<String> {
        text(&status.snapshot(), &Reading::default()).lines().map(str::to_owned).collect()
    }

    #[test]
    fn names_follow_the_conventions() {
        for Metric { name, kind, help, .. } in METRICS {
            let is_ours = name.starts_with("scribe_") || name.starts_with("process_");
            assert!(is_ours && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'));
            assert_eq!(matches!(kind, Kind::Counter), name.ends_with("_total"), "{name}");
            assert!(!help.contains(['\\', '\n', '|']), "{name}: {help}");
        }
        let waiting = METRICS.iter().find(|metric| metric.name == "scribe_queue_waiting").unwrap();
        assert!(waiting.help.ends_with(&format!(" {}.", crate::database::MOST_COUNTED)));
    }

    #[test]
    fn what_is_not_known_yet_is_missing_and_what_has_not_happened_is_zero() {
        let lines = lines(&Status::new(Stage::Production, &[]));
        for zero in
            ["scribe_database_connected", "scribe_attempts_total", "scribe_items_total{outcome=\"failed\"}"]
        {
            assert!(lines.contains(&format!("{zero} 0")), "{zero}: {lines:#?}");
        }
        assert!(!lines.iter().any(|line| line.starts_with("scribe_database_checked_seconds_ago")));
    }

    #[test]
    fn conditions_and_errors_go_by_their_codes() {
        let status = Status::new(Stage::Production, &[&condition::CONTACT_MISSING]);
        status.raise(&condition::DATABASE_SILENT);
        status.database_failed(&condition::DATABASE_SILENT);
        status.database_failed(&condition::DATABASE_SILENT);
        let lines = lines(&status);
        for line in [
            "scribe_condition{code=\"contact-missing\"} 1",
            "scribe_condition{code=\"database-silent\"} 1",
            "scribe_database_errors_total{kind=\"database-silent\"} 2",
        ] {
            assert!(lines.iter().any(|it| it == line), "{line}: {lines:#?}");
        }
    }

    #[test]
    fn a_step_counts_once_it_ends_whatever_comes_next() {
        let status = Status::new(Stage::Production, &[]);
        let steps = [Some(Step::TemplateParser), Some(Step::WebScraper), None, None];
        steps.into_iter().for_each(|step| status.working(step));
        let tally = status.snapshot().tally;
        let counts = Step::ALL.map(|step| tally.steps.get(&step).map(|time| time.count));
        assert_eq!(counts, [Some(1), Some(1), None, None]);
    }

    #[test]
    fn a_label_cannot_end_before_its_end() {
        assert_eq!(escaped("a\\b\"c\nd"), "a\\\\b\\\"c\\nd");
    }

    #[test]
    fn money_is_written_to_the_millionth() {
        let used = Reading { cost: crate::config::MicroUsd(1_000_321), ..Reading::default() };
        let seen = Status::new(Stage::Production, &[]).snapshot();
        assert!(text(&seen, &used).contains("\nscribe_model_cost_usd_total 1.000321\n"));
    }
}
