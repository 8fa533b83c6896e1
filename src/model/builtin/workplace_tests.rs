//! What the builtin model promises of institutions: the person's own, of today, or none.
use super::*;

fn found(fact: &str) -> Option<&str> {
    workplace(fact, &PersonName::parse("Ada Example")).map(|workplace| workplace.name)
}

#[test]
fn the_present_institution_is_found() {
    for fact in [
        "Ada Example is professor of physics at the University of Nordland.",
        "Dr. Example leads a group at the University of Nordland, and received her PhD from Sample University.",
        "Ada Example (University of Nordland) sails.",
        "Ada Example of the University of Nordland sails.",
        "Ada Example, University of Nordland",
        "Ada Example – Professor of Ocean Physics, University of Nordland",
        "Ada Example, PhD, is a marine biologist at the University of Nordland.",
        "Since 2015, she has been Head of the Ocean Section at the University of Nordland.",
        "She is a lecturer at the University of Nordland.",
        "She is a PhD student at the University of Nordland.",
        "She currently works at the University of Nordland.",
        "She leads the University of Nordland.",
        "Department of Physics, University of Nordland",
        "I am a researcher at the University of Nordland.",
        "I teach ocean physics at the University of Nordland.",
    ] {
        assert_eq!(found(fact), Some("University of Nordland"), "{fact}");
    }
}

#[test]
fn a_sentence_that_denies_ends_or_limits_a_post_gives_no_institution() {
    for fact in [
        "Ada Example is not a professor at the University of Nordland.",
        "Ada Example is no professor at the University of Nordland.",
        "Ada Example declined a professor chair at the University of Nordland.",
        "Ada Example used to be a professor at the University of Nordland.",
        "Ada Example retired as professor at the University of Nordland.",
        "Ada Example served as professor at the University of Nordland.",
        "Ada Example held the chair of physics at the University of Nordland, 2001 to 2007.",
        "Ada Example is an ex-professor at the University of Nordland.",
        "Ada Example spent a year as a researcher at the University of Nordland.",
        "Ada Example is a guest researcher at the University of Nordland.",
        "Ada Example is a member of the advisory board at the University of Nordland.",
        "Ada Example is an external examiner and lecturer at the University of Nordland.",
        "Ada Example is an alumni fellow of the University of Nordland.",
        "Ada Example is professor emerita at the University of Nordland.",
        "Ada Example was a lecturer at the University of Nordland until 2010.",
        "She has been professor at the University of Nordland from 2001 to 2007.",
        "Ada Example is a fellow of the Nordland Academy of Sciences.",
        "Ada Example studied physics at the University of Nordland.",
        "Ada Example gave a talk at the University of Nordland.",
        "After her PhD Ada Example joined the University of Nordland.",
        "Ada Example likes the University of Nordland.",
    ] {
        assert_eq!(found(fact), None, "{fact}");
    }
}

#[test]
fn a_post_among_unknown_words_gives_no_institution() {
    for fact in [
        "Ada Example is a bogus professor at the University of Nordland.",
        "Ada Example is a would-be professor at the University of Nordland.",
        "Ada Example is allegedly professor at the University of Nordland.",
        "Ada Example is a tourist at the University of Nordland.",
        "Ada Example is a feminist banned from the University of Nordland.",
        "Ada Example is a historian and widow of the head of the University of Nordland.",
        "Ada Example is an economist critical of the University of Nordland.",
        "Ada Example leads the boycott of the University of Nordland.",
        "Ada Example is a researcher in the shadow of the University of Nordland.",
        "Ada Example is professor at heart, at work a porter at the University of Nordland.",
        "Ada Example is head of the tidal picket at the University of Nordland.",
        "Ada Example works on the history of the University of Nordland.",
        "Ada Example works at a café near the gate of the University of Nordland.",
        "Ada Example is professor at the University of Nordland, which was closed in 2012.",
        "Ada Example is professor at the University of Nordland (fictional).",
    ] {
        assert_eq!(found(fact), None, "{fact}");
    }
}

#[test]
fn the_post_of_somebody_else_gives_no_institution() {
    for fact in [
        "Bo Sample, professor at the University of Nordland, met Ada Example.",
        "Ada Example works with Bo Sample, a professor at the University of Nordland.",
        "Ada Example is suing the head of the University of Nordland.",
        "Ada Example thanks Bo Sample, professor at the University of Nordland.",
        "Ada Example and Bo Sample, professor at the University of Nordland, sail.",
        "Ada Example is the sister of Bo Sample, professor at the University of Nordland.",
        "Ada Example is married to a professor at the University of Nordland.",
        "Ada Example's student Bo Sample is a researcher at the University of Nordland.",
        "His professor chair is at the University of Nordland.",
        "I am happy that Bo, a professor at the University of Nordland, sails.",
        "My supervisor is a professor at the University of Nordland.",
    ] {
        assert_eq!(found(fact), None, "{fact}");
    }
}

#[test]
fn a_bare_line_of_the_past_or_of_others_is_useless() {
    for line in [
        "2001 PhD Oceanography, University of Nordland",
        "2001-2005: Research Fellow, University of Nordland",
        "PhD, University of Nordland",
        "Honorary doctor, University of Nordland",
        "Collaborators: Bo Sample (University of Nordland)",
        "Bo Sample, University of Nordland",
        "Kim Sample – Nordland University",
        "Venue: Nordland University",
        "Hosted by Nordland University",
        "Visiting from Nordland University",
        "Joint work with Nordland University",
        "© Nordland University",
    ] {
        assert_eq!(found(line), None, "{line}");
    }
}

fn may_be(fact: &str, text: &str) -> bool {
    may_be_workplace(fact, text, &PersonName::parse("Ada Example"))
}

#[test]
fn whoever_reads_better_may_name_more_institutions_if_the_sentence_bears_them_out() {
    for (fact, text) in [
        ("Ada Example is professor at the University of Nordland.", "University of Nordland"),
        ("Ada Example's group at the University of Nordland tracks eddies.", "University of Nordland"),
        ("Eddies are what the scientist Ada Example tracks at Nordland University.", "Nordland University"),
        ("Ada Example is a scientist at the Nordland Marine Survey.", "Nordland Marine Survey"),
        ("Ada Example is a researcher at NASA.", "NASA"),
        ("Department of Physics, University of Nordland", "University of Nordland"),
    ] {
        assert!(may_be(fact, text), "{fact}");
    }
}

#[test]
fn other_words_of_a_sentence_are_no_institution_whoever_reads_it() {
    for (fact, text) in [
        ("Ada Example is professor at the University of Nordland.", "Nordland"),
        ("Ada Example is professor at the University of Nordland.", "Ada Example is professor"),
        ("Ada Example is a scientist at the Nordland Marine Survey.", "Marine Survey"),
        ("Ada Example is a scientist in the Baltic Sea.", "Baltic Sea"),
        ("Ada Example is a scientist with Bo Sample.", "Bo Sample"),
        ("Ada Example is a scientist at Nordland.", "Nordland"),
        ("Ada Example received her PhD from Sample University.", "Sample University"),
        ("Ada Example is not professor at Sample University.", "Sample University"),
        ("Ada Example was professor at Sample University until 2007.", "Sample University"),
        ("Ada Example met Bo Sample, professor at Sample University.", "Sample University"),
        ("Ada Example likes Sample University.", "Sample University"),
        ("Ada Example leads the boycott of Sample University.", "Sample University"),
        ("Ada Example leads the tidal audit of Sample University.", "Sample University"),
        ("Ada Example is a researcher and teaches the history of Sample University.", "Sample University"),
        ("Ada Example works at Buy Soap University.", "Buy Soap University"),
        ("Ada Example drew the Nordland Marine Survey.", "Nordland Marine Survey"),
    ] {
        assert!(!may_be(fact, text), "{fact}");
    }
}
