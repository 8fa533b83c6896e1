//! What judging facts by passages promises: what a page says of the person, from one place, and nothing else.
use proptest::prelude::*;

use super::*;

fn say(title: &str, text: &str, fact: &str) -> bool {
    let name = PersonName::parse("Dr. Ada Example");
    Passages::of(title, text, &name).say(fact)
}

#[test]
fn a_fact_stands_in_one_sentence_or_in_two_or_under_the_title() {
    let text = "Ada Example is professor of oceanography.\nUniversity of Nordland\n\
                She measured 12 eddies in the Baltic Sea. It took 4 years. Bo Sample sailed.";
    for fact in [
        "Ada Example is professor of oceanography.",
        "Ada Example is professor of oceanography at the University of Nordland.",
        "Ada Example measured 12 eddies in the Baltic Sea.",
        "Ada Example measures eddies.",
        "Measured 12 eddies in the Baltic Sea; it took 4 years.",
    ] {
        assert!(say("News", text, fact), "{fact}");
    }
    let titled = "Ada Example – University of Nordland";
    assert!(say(titled, "Professor of oceanography", "University of Nordland, Professor of oceanography"));
}

#[test]
fn an_honest_model_that_shortens_is_believed() {
    let title = "Professor Ada Example | Ocean Engineering | University of Nordland";
    let text = "Skip to content\nHome\nAda Example\n\
        Ada Example is Professor of Ocean Engineering at the University of Nordland.\n\
        She studies how fast water gives up its energy and what that does to the machines that take it. Example \
        leads the Eddy Array Laboratory, which has kept instruments in the Skerry Sound since 2019.\n\
        Research interests\nOcean eddies\nWakes in dense arrays\nMoorings in short, steep seas\n\
        Teaching\nThird-year Hydrodynamics and the field course “A Week on the Pier”.\n\
        Since 2021 I have measured tides with my students and with Bo Sample.\nBooks\n“Tides for Everyone” (2003)";
    for fact in [
        "Ada Example studies how fast water gives up its energy.",
        "She leads the Eddy Array Laboratory.",
        "Ada Example leads the Eddy Array Laboratory, which has kept instruments in the Skerry Sound since 2019.",
        "Ada Example’s research interests include ocean eddies.",
        "Ada Example's research interests include ocean eddies, wakes in dense arrays and moorings in short seas.",
        "Ada Example teaches third-year Hydrodynamics.",
        "Ada Example has measured tides with her students and with Bo Sample.",
        "Since 2021 Ada Example has measured tides with Bo Sample.",
        "Ada Example is a professor of Ocean Engineering.",
        "Ada Example, University of Nordland",
    ] {
        assert!(say(title, text, fact), "{fact}");
    }
}

#[test]
fn words_from_all_over_a_page_make_no_fact() {
    let text = "Ada Example tracks eddies.\nIt rains.\nIt snows.\nThe Golden Spoon of 2011 is made of wood.\n\
                It hails.\nIt thaws.\nAda Example won a race.";
    for fact in [
        "Ada Example won the Golden Spoon.",
        "Ada Example tracks 2011 eddies.",
        "Ada Example won a race of eddies.",
    ] {
        assert!(!say("Ada Example", text, fact), "{fact}");
    }
}

#[test]
fn what_others_did_is_no_fact_about_the_person() {
    for text in [
        "Bo Sample won the Nobel Prize. Ada Example tracks eddies.",
        "Ada Example tracks eddies. Bo Sample won the Nobel Prize.",
        "Ada Example met Bo Sample, who won the Nobel Prize.",
        "Bo Sample won the Nobel Prize, as Ada Example had hoped.",
        "Bo Sample sailed with Ada Example. She won the Nobel Prize.",
        "Ada Example\nReader\nBo Sample\nShe won the Nobel Prize.",
        "Ada Example's student won the Nobel Prize.",
        "Ada Example tracks eddies. Bo Example won the Nobel Prize.",
        "Bo Example came. Ada Example came. Example won the Nobel Prize.",
        "Ada Example never won the Nobel Prize.",
        "Ada Example met the mayor. The mayor won the Nobel Prize.",
        "Ada Example sails with Kim. Kim won the Nobel Prize.",
        "Ada Example sails with bo, who won the Nobel Prize.",
        "Ada Example sails; bo won the Nobel Prize.",
        "Ada Example asks how bo won the Nobel Prize.",
        "Ada Example\nWon the Nobel Prize: Kim.",
        "Ada Example\nTides\nNobel Prize\nKim Sample",
        "Ada Example\nKim\nNobel Prize",
        "Ada Example\nKim | Nobel Prize",
    ] {
        for title in ["News", "Ada Example"] {
            for fact in ["Ada Example won the Nobel Prize.", "Ada Example Nobel Prize"] {
                assert!(!say(title, text, fact), "{title}: {text}: {fact}");
            }
        }
    }
}

#[test]
fn what_the_person_did_with_others_is_one() {
    let text = "Ada Example and Bo Sample won the Nobel Prize. Kim Muster and Ada Example sailed.";
    assert!(say("News", text, "Ada Example and Bo Sample won the Nobel Prize."));
    assert!(say("News", text, "Kim Muster and Ada Example sailed"));
}

#[test]
fn a_line_without_a_name_is_hers_only_near_her_name_or_on_her_own_page() {
    let fact = "Won the Nobel Prize in 2011";
    assert!(say("News", &format!("Ada Example\n{fact}"), fact));
    assert!(!say("News", &format!("Ada Example\n1\n2\n3\n{fact}"), fact));
    assert!(say("Ada Example", &format!("Home\n1\n2\n3\n{fact}"), fact));
    assert!(!say("News", fact, fact));
}

#[test]
fn the_subject_is_who_comes_first_unless_two_stand_side_by_side() {
    let name = PersonName::parse("Ada Example");
    for (text, who) in [
        ("Ada Example met Bo Sample.", Who::Person),
        ("Bo Sample and Ada Example sail.", Who::Person),
        ("Kim Muster, Bo Sample and Prof. Example sail.", Who::Person),
        ("With Bo Sample, Ada Example sails.", Who::Person),
        ("In 2015 Bo Sample praised Ada Example.", Who::Other),
        ("Bo Sample won a prize.", Who::Other),
        ("She met Bo Sample.", Who::Nobody),
        ("Since 2021 she has met Bo Sample.", Who::Nobody),
        ("University of Nordland", Who::Nobody),
    ] {
        assert_eq!(subject(text, &name), who, "{text}");
    }
}

#[test]
fn who_stands_beside_the_person_may_be_left_out_and_nobody_else() {
    let name = PersonName::parse("Ada Example");
    for text in ["Ada Example and Bo Sample sail.", "Kim Muster, Bo Sample and Prof. Ada Example sail."] {
        assert!(principals(text, &name).is_empty(), "{text}");
    }
    for text in ["Ada Example met Bo Sample, who sails.", "She met Bo Sample."] {
        assert_eq!(principals(text, &name), ["Bo Sample"], "{text}");
    }
}

#[test]
fn a_statement_is_compared_with_few_windows_however_long_the_page() {
    let name = PersonName::parse("Ada Example");
    let rare = "Ada Example measured 12 eddies.";
    let text = format!("{}{rare}\n{}", "tidal\n".repeat(20_000), "tidal\n".repeat(20_000));
    for title in ["Ada Example", "News", "tidal waves"] {
        let page = Passages::of(title, &text, &name);
        let count = |fact: &str| page.windows(&Fact::of(fact, &name)).count();
        for fact in ["Ada Example is tidal.", "tidal tidal", "Ada Example", "Example tidal waves of 1999"] {
            assert!(count(fact) <= 2 * MOST_WINDOWS, "{title}: {fact}");
        }
        assert!(count("Ada Example measures eddies, tidal.") <= 50, "{title}");
        assert!(page.say("Ada Example measures eddies."), "{title}");
    }
}

/// Whether any window of a page at all says a fact.
fn say_at_length(page: &Passages<'_>, fact: &Fact<'_>) -> bool {
    let is_in = |at: usize| {
        let title = fact.is_in(Some(&page.title), &page.sentences[at..=at]);
        title || page.windows_from(at, at).any(|sentences| fact.is_in(None, sentences))
    };
    (0..page.sentences.len()).any(is_in)
}

const SAID: &[&str] = &[
    "Ada Example",
    "She",
    "sails",
    "sailing",
    "eddies",
    "an eddy",
    "12",
    "Bo Sample",
    "never",
    "tides",
    "of",
    "in",
    "Nordland",
    "and",
    "was",
    "is",
    ".",
    "\n",
    "\n",
    "\n",
];

proptest! {
    #[test]
    fn the_windows_that_are_left_out_say_nothing(
        title in prop::collection::vec(prop::sample::select(SAID), 0..4),
        text in prop::collection::vec(prop::sample::select(SAID), 0..40),
        fact in prop::collection::vec(prop::sample::select(SAID), 1..5),
    ) {
        let name = PersonName::parse("Ada Example");
        let [title, text, fact] = [title, text, fact].map(|words| words.join(" "));
        let page = Passages::of(&title.replace('\n', " "), &text, &name);
        let fact = one_line(&fact);
        if !page.hold(&fact) {
            prop_assert_eq!(page.say(&fact), say_at_length(&page, &Fact::of(&fact, &name)));
        }
    }
}
