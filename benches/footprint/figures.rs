//! What was measured, in one table, against the figures of the last release and the limits that were set.
use std::{fmt::Write, fs, path::Path};

use serde_json::{Map, Value, json};

/// In what a figure is counted, and so how far two honest measurements of the same program may lie apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Things: the same at every run, but for a poll more or less.
    Count,
    /// Memory, as the kernel counts it: pages that are shared or not by chance.
    Kib,
    /// A file.
    Bytes,
    /// Processor time: other work on the machine cools and heats its caches.
    CpuMs,
    /// A clock on the wall, which measures the machine's other work, too: never compared with the last release.
    WallMs,
}

impl Unit {
    fn as_str(self) -> &'static str {
        match self {
            Unit::Count => "",
            Unit::Kib => "KiB",
            Unit::Bytes => "bytes",
            Unit::CpuMs => "ms CPU",
            Unit::WallMs => "ms",
        }
    }

    /// The most that still counts as the same as the last value; `None` where nothing can be said.
    fn most_like(self, last: f64) -> Option<f64> {
        match self {
            Unit::Count => Some(last * 1.02 + 0.05),
            Unit::Kib => Some(last * 1.04 + 128.0),
            Unit::Bytes => Some(last * 1.01),
            Unit::CpuMs => Some(last * 1.35 + 0.2),
            Unit::WallMs => None,
        }
    }
}

/// One line of the table.
#[derive(Debug)]
pub struct Figure {
    pub name: &'static str,
    pub value: f64,
    pub unit: Unit,
    /// What it may be at most.
    pub limit: Option<f64>,
}

impl Figure {
    pub fn new(name: &'static str, value: f64, unit: Unit) -> Figure {
        Figure { name, value, unit, limit: None }
    }

    pub fn at_most(self, limit: f64) -> Figure {
        Figure { limit: Some(limit), ..self }
    }

    fn verdict(&self, last: Option<f64>) -> Verdict {
        let most_like = last.and_then(|last| self.unit.most_like(last));
        match (self.limit, most_like) {
            (Some(limit), _) if self.value > limit => Verdict::Over,
            (_, Some(most)) if self.value > most => Verdict::Worse,
            _ => Verdict::Fine,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Fine,
    /// Worse than the last release, by more than chance.
    Worse,
    /// More than the limit.
    Over,
}

impl Verdict {
    fn as_str(self) -> &'static str {
        match self {
            Verdict::Fine => "",
            Verdict::Worse => "WORSE",
            Verdict::Over => "OVER THE LIMIT",
        }
    }
}

/// All of them, and those of the last release.
pub struct Table {
    figures: Vec<Figure>,
    last: Map<String, Value>,
}

impl Table {
    /// With what the file holds of the last release, if there is one.
    pub fn new(last: &Path) -> Table {
        let last = fs::read(last).ok().map(|text| serde_json::from_slice(&text).expect("a JSON object"));
        Table { figures: Vec::new(), last: last.unwrap_or_default() }
    }

    pub fn add(&mut self, figures: impl IntoIterator<Item = Figure>) {
        self.figures.extend(figures);
    }

    fn last(&self, figure: &Figure) -> Option<f64> {
        self.last.get(figure.name)?.as_f64()
    }

    /// The lines that are over their limit or worse than they were.
    pub fn complaints(&self) -> Vec<String> {
        let complaint = |figure: &Figure| {
            let last = self.last(figure);
            let (name, now, unit) = (figure.name, short(figure.value), figure.unit.as_str());
            match figure.verdict(last) {
                Verdict::Fine => None,
                Verdict::Worse => Some(format!("{name}: {now} {unit}, was {}", short(last?))),
                Verdict::Over => Some(format!("{name}: {now} {unit}, at most {}", short(figure.limit?))),
            }
        };
        self.figures.iter().filter_map(complaint).collect()
    }

    /// For people.
    pub fn text(&self) -> String {
        let mut text = format!("{:<52} {:>10} {:>10} {:>10} unit\n", "figure", "now", "last", "at most");
        for figure in &self.figures {
            let last = self.last(figure);
            let or_none = |value: Option<f64>| value.map_or_else(|| "-".into(), short);
            let line = format!(
                "{:<52} {:>10} {:>10} {:>10} {} {}",
                figure.name,
                short(figure.value),
                or_none(last),
                or_none(figure.limit),
                figure.unit.as_str(),
                figure.verdict(last).as_str()
            );
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{}", line.trim_end());
        }
        text
    }

    /// For programs: the same.
    pub fn json(&self) -> Value {
        let row = |figure: &Figure| {
            json!({
                "name": figure.name, "value": figure.value, "unit": figure.unit.as_str(),
                "last": self.last(figure), "limit": figure.limit,
                "verdict": figure.verdict(self.last(figure)).as_str(),
            })
        };
        self.figures.iter().map(row).collect()
    }

    /// Writes what was measured now where the last release's figures stand. What was not measured this time stays.
    pub fn save(&self, file: &Path) -> std::io::Result<()> {
        let mut all = self.last.clone();
        for figure in self.figures.iter().filter(|figure| figure.unit != Unit::WallMs) {
            all.insert(figure.name.into(), json!((figure.value * 100.0).round() / 100.0));
        }
        fs::write(file, format!("{:#}\n", Value::Object(all)))
    }
}

/// As many digits as mean something.
fn short(value: f64) -> String {
    if value.fract() == 0.0 || value >= 1000.0 { format!("{value:.0}") } else { format!("{value:.2}") }
}
