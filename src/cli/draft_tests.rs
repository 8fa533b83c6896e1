//! What a person sees of an e-mail.
use super::*;
use crate::pipeline::{PaperRecord, StepTimings, Usage, ValueSource};

fn source(placeholder: &str, value: &str, from: ValueOrigin, urls: &[&str]) -> ValueSource {
    ValueSource {
        placeholder: placeholder.into(),
        value: value.into(),
        from,
        urls: urls.iter().map(|url| (*url).to_owned()).collect(),
    }
}

fn used(calls: u32, uncounted_calls: u32, cost_usd: Cost) -> Used {
    Used { calls, uncounted_calls, input_tokens: 4120, output_tokens: 58, cost_usd }
}

fn metadata() -> Metadata {
    let mut usage = Usage { total: used(3, 0, Cost::Usd(0.0044)), ..Usage::default() };
    let of = |model: &str, used| StepUsage { model: model.into(), used };
    usage.steps.insert(Step::TemplateParser, of("builtin", Used::default()));
    usage.steps.insert(Step::WebScraper, of("anthropic:claude-haiku-4-5", used(2, 0, Cost::Usd(0.0044))));
    Metadata {
        sources: vec![
            source("{{name}}", "Ada Example", ValueOrigin::Sender, &[]),
            source(
                "[a paper]",
                "Counting ocean eddies",
                ValueOrigin::Paper,
                &["https://arxiv.org/abs/2401.1"],
            ),
        ],
        arxiv_papers: vec![PaperRecord {
            title: "Counting ocean eddies".into(),
            arxiv_url: "https://arxiv.org/abs/2401.1".into(),
            year: 2024,
            matched_by: vec!["the full name".into(), "a page lists it".into()],
        }],
        warnings: vec!["a page could not be read".into()],
        step_timings: StepTimings { web_scraper: 12.34, arxiv_helper: 0.26, ..StepTimings::default() },
        usage,
        ..Metadata::default()
    }
}

fn shown(is_confident: bool, metadata: &Metadata) -> String {
    let mut bytes = Vec::new();
    let shown = DraftView { message: "Dear Ada,\n\n  I read it.\n", is_confident, metadata };
    shown.print(&mut Output::new(&mut bytes, false, None)).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// What stands below the e-mail.
fn judged(is_confident: bool, metadata: &Metadata) -> String {
    shown(is_confident, metadata).split_once("---\n").unwrap().1.to_owned()
}

#[test]
fn the_email_comes_first_and_then_what_it_is_worth_where_it_comes_from_and_what_it_took() {
    let rule = "-".repeat(80);
    let expected = format!(
        "Dear Ada,\n\n  I read it.\n\n{rule}\nSure: every value has its source, or is your own text.\n
Values and their sources
  {{{{name}}}} = Ada Example (given by you)
  [a paper] = Counting ocean eddies
      paper: https://arxiv.org/abs/2401.1

Papers that were found
  Counting ocean eddies (2024)
      https://arxiv.org/abs/2401.1
      the full name; a page lists it

Warnings
  - a page could not be read

STEP             SECONDS  TOKENS IN     OUT      USD  MODEL
template_parser      0.0          -       -        -  builtin
web_scraper         12.3       4120      58   0.0044  anthropic:claude-haiku-4-5
arxiv_helper         0.3          -       -        -
email_composer       0.0          -       -        -
in all              12.6       4120      58   0.0044
"
    );
    assert_eq!(shown(true, &metadata()), expected);
}

#[test]
fn a_doubt_comes_right_behind_the_email_and_only_there() {
    let mut metadata = metadata();
    metadata.doubts = vec!["two places".into()];
    metadata.warnings.push("two places".into());
    let text = judged(false, &metadata);
    assert!(text.starts_with("Unsure: two places\n") && text.matches("two places").count() == 1, "{text}");
    metadata.sources.push(source("{{detail}}", "your work", ValueOrigin::Neutral, &[]));
    let text = judged(false, &metadata);
    let expected = "Unsure:\n  - two places\n  - nothing was found for {{detail}}\n\n";
    assert!(text.starts_with(expected), "{text}");
    metadata.sources = vec![source("{{paper|it}}", "it", ValueOrigin::Fallback, &[])];
    metadata.doubts.clear();
    assert!(judged(true, &metadata).starts_with("Unsure: it could go to anybody"));
    assert!(
        judged(false, &Metadata::default()).starts_with("Unsure: see the warnings\n"),
        "of an older scribe"
    );
}

#[test]
fn nobody_has_to_scroll_sideways_and_nothing_from_elsewhere_steers_the_terminal() {
    let mut metadata = metadata();
    let long = "word \u{1b}[2J".repeat(60);
    metadata.doubts = vec![long.clone()];
    metadata.warnings = vec![long.clone()];
    metadata.sources[0].value.clone_from(&long);
    metadata.arxiv_papers[0].title.clone_from(&long);
    let step = metadata.usage.steps.get_mut(&Step::WebScraper).unwrap();
    step.model = format!("anthropic:{}\u{1b}[2J", "x".repeat(100));
    step.used = Used { input_tokens: 99_999_999, output_tokens: 99_999, ..used(1, 1, Cost::Unknown) };
    let text = shown(false, &metadata);
    assert!(!text.contains('\u{1b}'));
    for line in text.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
    assert!(text.contains("≥99999999") && text.contains(" unknown "), "{text}");
}
