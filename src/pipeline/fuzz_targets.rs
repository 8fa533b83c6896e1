//! What must hold whatever a sender's template, a page or a model says.
use super::{
    Fields, Request, ValueOrigin,
    arxiv_helper::Papers,
    check_template,
    email_composer::{self, Letter, Research},
    fakes::{FakeModel, FakeWeb, paper},
    hygiene::{holds_certain_url, holds_email, holds_invisible, is_clean},
    template::{Segment, Template},
    template_parser::{self, Brief},
    web_scraper,
    web_scraper::Findings,
};
use crate::{
    fuzz::Target,
    model::{Fact, PageFacts, Person, values_in},
};

/// All of them.
pub(crate) const TARGETS: &[Target] = &[
    Target { name: "template", check: template },
    Target { name: "fact", check: fact },
    Target { name: "letter", check: letter },
];

/// The parts are the template, byte for byte, and what fills it leaves the rest alone.
fn template(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    match Template::parse(&text) {
        Ok(template) => {
            let raw = |segment: &Segment<'_>| match segment {
                Segment::Fixed(text) => (*text).to_owned(),
                Segment::Placeholder(placeholder) => placeholder.raw.to_owned(),
            };
            let whole: String = template.segments.iter().map(raw).collect();
            assert_eq!(whole, text);
            assert_eq!(template.fill(|_| ""), template.fixed_text());
            assert!(template.placeholders().all(|p| !p.name.is_empty() && p.raw.contains(p.name)));
            drop(check_template(&text, Some("Bo Sender"), &Fields::default()));
        }
        Err(error) => {
            let told = error.to_string();
            assert!(!told.is_empty() && told.chars().count() < 600, "{told}");
            assert!(check_template(&text, Some("Bo Sender"), &Fields::default()).is_err());
        }
    }
}

/// A page and a model that both say the same, whatever it is: facts are clean lines, and the page said them.
fn fact(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let facts = text.lines().map(str::to_owned).collect();
    let model = FakeModel { facts: Some(Ok(PageFacts { about_person: 1.0, facts })), ..FakeModel::default() };
    let web = FakeWeb::default().page("https://a.example/", "Ada Example", &text);
    let person = Person { name: "Ada Example", interest: "ocean eddies" };
    let findings = web_scraper::run(&web, &model, person, &["Ada Example".to_owned()]).unwrap();
    assert!(findings.facts.len() <= 40);
    for fact in findings.facts {
        assert!(is_clean(&fact.text) && !holds_invisible(&fact.text), "{:?}", fact.text);
        assert!((1..=300).contains(&fact.text.chars().count()), "{:?}", fact.text);
    }
}

const LETTER: &str = "Dear {{name}},\n\nAt {{institution|your institution}} you wrote {{book|your books}}; I read \
                      {{paper|your work}} ({{paper_year|lately}}) and liked {{detail}}.\n\nYours, [Your Name]";

fn request() -> Request {
    Request {
        recipient_name: "Ada Example".into(),
        recipient_interest: "ocean eddies".into(),
        template: LETTER.into(),
        sender_name: Some("Bo Sender".into()),
        fields: Fields::default(),
    }
}

/// What becomes of a model's text that is its answer to the question for values.
fn compose(text: &str, brief: &Brief<'_>) -> Letter {
    let said = [
        "Ada Example is professor at the University of Nordland.",
        "Ada Example wrote the book “Ocean Tides”.",
        "Ada Example studies ocean eddies with 40 buoys, see https://soap.example/ or ada@soap.example.",
    ];
    let findings = Findings {
        urls: vec!["https://a.example/".into()],
        facts: said.iter().map(|text| Fact { text: (*text).to_owned(), page: 0 }).collect(),
        searched: true,
        ..Findings::default()
    };
    let papers =
        Papers { list: vec![paper("Ocean eddies", "2024-02-03", "Ada Example", "")], ..Papers::default() };
    let model = FakeModel { values: vec![values_in(text)], ..FakeModel::default() };
    let research = Research { findings: &findings, papers: &papers };
    email_composer::run(&request(), brief, research, &model).unwrap()
}

/// Any text of a model, from reading it to the e-mail: the sender's words stay, and no address gets in.
fn letter(input: &[u8]) {
    let request = request();
    let brief = template_parser::run(&request, &FakeModel::default()).unwrap();
    let letter = compose(&String::from_utf8_lossy(input), &brief);
    let mut rest = letter.message.as_str();
    for segment in &brief.template.segments {
        let expected = match segment {
            Segment::Fixed(text) => *text,
            Segment::Placeholder(placeholder) => {
                let of = |source: &&super::ValueSource| source.placeholder == placeholder.raw;
                letter.sources.iter().find(of).map(|source| source.value.as_str()).unwrap()
            }
        };
        rest = rest
            .strip_prefix(expected)
            .unwrap_or_else(|| panic!("{expected:?} is not in {}", letter.message));
    }
    assert_eq!(rest, "");
    for source in &letter.sources {
        let value = &source.value;
        assert!(!holds_certain_url(value) && !holds_email(value) && !holds_invisible(value), "{value:?}");
        assert!(value.chars().count() <= 300 && !value.contains("{{"), "{value:?}");
        let has_evidence = matches!(source.from, ValueOrigin::Page | ValueOrigin::Paper);
        assert_eq!(has_evidence, !source.urls.is_empty(), "{source:?}");
    }
}

#[test]
fn the_corpus_has_a_text_that_fills_every_placeholder() {
    let request = request();
    let brief = template_parser::run(&request, &FakeModel::default()).unwrap();
    let letter = compose(include_str!("../../tests/corpus/letter/plain"), &brief);
    let sourced = letter.sources.iter().filter(|source| !source.urls.is_empty()).count();
    assert_eq!(sourced, 5, "{:#?}", letter.sources);
}
