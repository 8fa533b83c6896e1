//! What the template promises: fixed text byte for byte, no placeholder overlooked.
use proptest::prelude::*;

use super::*;
use crate::model::SlotKind;

fn names(text: &str) -> Vec<&str> {
    Template::parse(text).unwrap().placeholders().map(|p| p.name).collect()
}

fn joined(template: &Template<'_>) -> String {
    template.fill(|placeholder| placeholder.raw)
}

#[test]
fn both_spellings_of_placeholders_are_found_with_their_fallbacks() {
    let text = "Dear {{ name }},\nI read [a recent paper] and {{book|your books}} and [paper | your work].";
    let template = Template::parse(text).unwrap();
    let found: Vec<_> = template.placeholders().map(|p| (p.name, p.fallback, p.kind)).collect();
    assert_eq!(
        found,
        [
            ("name", None, Kind::Name),
            ("a recent paper", None, Kind::Evidence(SlotKind::PaperTitle)),
            ("book", Some("your books"), Kind::Evidence(SlotKind::Book)),
            ("paper", Some("your work"), Kind::Evidence(SlotKind::PaperTitle)),
        ]
    );
    assert_eq!(joined(&template), text);
}

#[test]
fn other_text_in_square_brackets_is_the_senders() {
    for text in [
        "See [1].",
        "Mail [email protected] now",
        "[paper](https://example.org/)",
        "[sic]",
        "a [b] c[",
        "[Fe/H]",
        "[Smith and Jones, 2020; paper]",
        "[ 1 ]",
        "- [ ] done",
    ] {
        assert!(names(text).is_empty(), "{text}");
    }
}

#[test]
fn spaces_inside_the_brackets_do_not_matter() {
    let text = "Dear [ Name ],";
    let template = Template::parse(text).unwrap();
    assert_eq!(template.placeholders().map(|p| (p.raw, p.name)).collect::<Vec<_>>(), [("[ Name ]", "Name")]);
    assert_eq!(joined(&template), text);
}

#[test]
fn placeholders_of_other_programs_are_kept_and_pointed_out() {
    let template = Template::parse("{{name}} <university> $name").unwrap();
    let kept: Vec<_> = template.kept_brackets().collect();
    assert_eq!(kept, ["<university>", "$name"]);
}

#[test]
fn the_most_hostile_template_is_parsed_in_a_moment() {
    const SIZE: usize = 64 * 1024;
    let fill = |piece: &str| piece.repeat(SIZE / piece.len());
    let start = std::time::Instant::now();
    for text in [
        fill("["),
        fill("[a"),
        fill("[a ["),
        fill("[](a"),
        fill("[a b](c"),
        fill("{"),
        fill("{a"),
        fill("{name"),
        fill("$name"),
        fill("<name"),
        fill("【名"),
        fill("{{name}}"),
        fill("{{paper|[a}}"),
        fill("[a recent paper|x]"),
        format!("{{{{{}name}}}}", fill("a ")),
        format!("[{}name]", fill("a ")),
        format!("{{{{paper|{}}}}}", fill("[](a")),
    ] {
        let _ = Template::parse(&text).map(|template| template.kept_brackets().count());
    }
    assert!(start.elapsed() < std::time::Duration::from_secs(5), "{:?}", start.elapsed());
}

#[test]
fn a_year_in_parentheses_makes_no_link_of_a_placeholder() {
    assert_eq!(names("I read [a recent paper](2024) and [paper]("), ["a recent paper", "paper"]);
}

#[test]
fn a_placeholder_nobody_knows_is_refused_and_named() {
    for (text, raw) in [
        ("Hi\n{{colour}}", "{{colour}}"),
        ("Hi\n[Your University]", "[Your University]"),
        ("Hi\n[TODO]", "[TODO]"),
        ("Hi\n[fill in]", "[fill in]"),
        ("Hi\n[link to CV]", "[link to CV]"),
        ("Hi\n[Paper 1]", "[Paper 1]"),
        ("Hi\n[paper #2]", "[paper #2]"),
        (
            "Hi\n[insert some words about the work that you find the most impressive of all]",
            "[insert some words",
        ),
    ] {
        let error = Template::parse(text).unwrap_err().to_string();
        assert!(error.contains("line 2") && error.contains(raw) && error.contains("first_name"), "{error}");
    }
}

#[test]
fn malformed_placeholders_are_refused_with_their_line() {
    assert_eq!(Template::parse("a\n{{name"), Err(TemplateError::Unterminated(2)));
    assert_eq!(Template::parse("{{name\n\nDear {name} }}"), Err(TemplateError::Nested(1)));
    assert_eq!(Template::parse("{{name\nDear you}}"), Err(TemplateError::Unterminated(1)));
    assert_eq!(Template::parse("a\n\n{{ }}"), Err(TemplateError::Empty(3)));
    assert_eq!(Template::parse("{{|x}}"), Err(TemplateError::Empty(1)));
    assert_eq!(Template::parse("{{name {{paper}} }}"), Err(TemplateError::Nested(1)));
    assert_eq!(Template::parse("{{{name}}}"), Err(TemplateError::Nested(1)));
    assert_eq!(Template::parse("{{paper|[a recent paper]}}"), Err(TemplateError::Nested(1)));
    assert_eq!(Template::parse("name}}"), Err(TemplateError::Unopened(1)));
    assert_eq!(Template::parse("{first_name}"), Err(TemplateError::SingleBraces(1, "first_name".into())));
}

#[test]
fn a_value_that_looks_like_a_placeholder_is_not_filled_again() {
    let template = Template::parse("{{name}}/{{paper}}").unwrap();
    assert_eq!(template.fill(|p| if p.name == "name" { "{{paper}}" } else { "x" }), "{{paper}}/x");
}

/// Pieces that templates are made of, weighted towards trouble.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~äé€\r\n\t]{0,12}",
        Just("{{name}}".to_owned()),
        Just("{{paper|your recent work}}".to_owned()),
        Just("[a recent paper]".to_owned()),
        Just("[1]".to_owned()),
        Just("{".to_owned()),
        Just("}".to_owned()),
        Just("[".to_owned()),
        Just("]".to_owned()),
    ]
}

proptest! {
    #[test]
    fn every_byte_is_in_exactly_one_segment(pieces in prop::collection::vec(piece(), 0..12)) {
        let text = pieces.concat();
        if let Ok(template) = Template::parse(&text) {
            prop_assert_eq!(joined(&template), text);
        }
    }

    #[test]
    fn fixed_text_is_kept_byte_for_byte(
        before in "[^{}\\[\\]]{0,40}", between in "[^{}\\[\\]]{0,40}", after in "[^{}\\[\\]]{0,40}", value in "\\PC{0,20}"
    ) {
        let text = format!("{before}{{{{name}}}}{between}[their paper].{after}");
        let template = Template::parse(&text).unwrap();
        prop_assert_eq!(template.fill(|_| &value), format!("{before}{value}{between}{value}.{after}"));
    }

    #[test]
    fn a_template_without_placeholders_is_filled_with_itself(text in "[^{}\\[\\]]*") {
        prop_assert_eq!(Template::parse(&text).unwrap().fill(|_| "x"), text);
    }

    #[test]
    fn any_text_is_parsed_or_refused_without_panic(text in "\\PC*") {
        if let Ok(template) = Template::parse(&text) {
            prop_assert_eq!(joined(&template), text);
        }
    }
}
