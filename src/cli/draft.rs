//! An e-mail with its evidence: first the e-mail as it is to be copied, then for a person to judge in one look whether to
//! look closer and why, where each value comes from, and what it took. In 80 columns.
use std::io;

use super::output::Output;
use crate::{
    pipeline::{Cost, Metadata, Step, StepUsage, Used, ValueOrigin},
    text::{
        cut, printable,
        width::{columns, wrap},
    },
};

const WIDTH: usize = 80;
/// The rest of a line behind the columns before it.
const WIDEST_MODEL: usize = 26;

/// An e-mail as a person reads it: with what it rests on, and what is in doubt.
pub struct DraftView<'a> {
    /// The e-mail.
    pub message: &'a str,
    /// Whether every value has evidence, and nothing is in doubt.
    pub is_confident: bool,
    /// The evidence.
    pub metadata: &'a Metadata,
}

impl DraftView<'_> {
    /// Why somebody should look at the e-mail before it is sent; empty where scribe is sure of it.
    pub fn reasons(&self) -> Vec<String> {
        let sources = &self.metadata.sources;
        let mut reasons = self.metadata.doubts.clone();
        for source in sources.iter().filter(|source| source.from == ValueOrigin::Neutral) {
            reasons.push(format!("nothing was found for {}", source.placeholder));
        }
        let is_found = |from| matches!(from, ValueOrigin::File | ValueOrigin::Page | ValueOrigin::Paper);
        let falls_back = sources.iter().any(|source| source.from == ValueOrigin::Fallback);
        if falls_back && !sources.iter().any(|source| is_found(source.from)) {
            reasons.push("it could go to anybody: every value is your template's own fall-back".into());
        }
        if reasons.is_empty() && !self.is_confident {
            reasons.push("see the warnings".into());
        }
        reasons
    }

    /// Prints all of it.
    pub fn print(&self, output: &mut Output<'_>) -> io::Result<()> {
        output.lines(self.message)?;
        output.line("")?;
        output.line("-".repeat(WIDTH))?;
        self.verdict(output)?;
        self.values(output)?;
        self.papers(output)?;
        self.warnings(output)?;
        self.steps(output)
    }

    fn verdict(&self, output: &mut Output<'_>) -> io::Result<()> {
        match &self.reasons()[..] {
            [] => output.line("Sure: every value has its source, or is your own text."),
            [only] => wrapped("Unsure: ", only, output),
            reasons => {
                output.line("Unsure:")?;
                reasons.iter().try_for_each(|reason| wrapped("  - ", reason, output))
            }
        }
    }

    fn values(&self, output: &mut Output<'_>) -> io::Result<()> {
        let sources = &self.metadata.sources;
        heading("Values and their sources", sources.is_empty(), output)?;
        for source in sources {
            let origin = match source.from {
                ValueOrigin::Sender => " (given by you)",
                ValueOrigin::File => " (from your file)",
                ValueOrigin::Fallback => " (your fall-back: nothing was found)",
                ValueOrigin::Neutral => " (a phrase that claims nothing: nothing was found)",
                ValueOrigin::Page | ValueOrigin::Paper => "",
            };
            wrapped("  ", &format!("{} = {}{origin}", source.placeholder, source.value), output)?;
            let urls = &mut source.urls.iter();
            urls.try_for_each(|url| wrapped("      ", &format!("{}: {url}", source.from.as_str()), output))?;
        }
        Ok(())
    }

    fn papers(&self, output: &mut Output<'_>) -> io::Result<()> {
        let papers = &self.metadata.arxiv_papers;
        heading("Papers that were found", papers.is_empty(), output)?;
        for paper in papers {
            wrapped("  ", &format!("{} ({})", paper.title, paper.year), output)?;
            wrapped("      ", &paper.arxiv_url, output)?;
            if !paper.matched_by.is_empty() {
                wrapped("      ", &paper.matched_by.join("; "), output)?;
            }
        }
        Ok(())
    }

    fn warnings(&self, output: &mut Output<'_>) -> io::Result<()> {
        let Metadata { warnings, doubts, .. } = self.metadata;
        let warnings: Vec<_> = warnings.iter().filter(|warning| !doubts.contains(warning)).collect();
        heading("Warnings", warnings.is_empty(), output)?;
        warnings.into_iter().try_for_each(|warning| wrapped("  - ", warning, output))
    }

    /// A line for each step, and one for all of them.
    fn steps(&self, output: &mut Output<'_>) -> io::Result<()> {
        let Metadata { step_timings: timings, usage, .. } = self.metadata;
        let steps = [
            (Step::TemplateParser, timings.template_parser),
            (Step::WebScraper, timings.web_scraper),
            (Step::ArxivHelper, timings.arxiv_helper),
            (Step::EmailComposer, timings.email_composer),
        ];
        let mut rows: Vec<Vec<String>> = Vec::new();
        for (step, seconds) in steps {
            let StepUsage { model, used } = usage.steps.get(&step).cloned().unwrap_or_default();
            rows.push(row(step.as_str(), seconds, &used, &model));
        }
        let seconds = steps.iter().map(|(_, seconds)| seconds).sum();
        rows.push(row("in all", seconds, &usage.total, ""));
        output.line("")?;
        output.table(&["STEP", "SECONDS", "TOKENS IN", "   OUT", "    USD", "MODEL"], &rows)
    }
}

/// Of what nobody counted, at least as much is told as was.
fn row(step: &str, seconds: f64, used: &Used, model: &str) -> Vec<String> {
    let least = if used.uncounted_calls > 0 { "≥" } else { "" };
    let counted = |tokens: u64| match used.calls {
        0 => "-".to_owned(),
        _ => format!("{least}{tokens}"),
    };
    let cost = match used.cost_usd {
        _ if used.calls == 0 => "-".to_owned(),
        Cost::Usd(usd) => format!("{usd:.4}"),
        Cost::Unknown => "unknown".to_owned(),
    };
    vec![
        step.to_owned(),
        format!("{seconds:>7.1}"),
        format!("{:>9}", counted(used.input_tokens)),
        format!("{:>6}", counted(used.output_tokens)),
        format!("{cost:>7}"),
        cut(model.to_owned(), WIDEST_MODEL),
    ]
}

fn heading(title: &str, is_empty: bool, output: &mut Output<'_>) -> io::Result<()> {
    if is_empty {
        return Ok(());
    }
    output.line("")?;
    output.line(title)
}

/// A text in lines of 80 columns, the first behind `begin`, the others indented as far, and by four at least.
fn wrapped(begin: &str, text: &str, output: &mut Output<'_>) -> io::Result<()> {
    let indent = columns(begin).max(4);
    wrap(begin, &printable(text), indent, WIDTH).into_iter().try_for_each(|line| output.line(line))
}

#[cfg(test)]
#[path = "draft_tests.rs"]
mod tests;
