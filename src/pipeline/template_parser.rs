//! Step 1: what kind of e-mail the template is, what is to be filled in, and what to search for.
//!
//! The placeholders are read by code. A model only judges the kind and words the searches, and both are checked.
use super::{
    Error, Request, TemplateType, error::bad_answer, hygiene::is_clean, slot::Kind, template::Template,
};
use crate::{
    model::{AnalyseTask, Analysis, Builtin, LONGEST_SEARCH, MOST_SEARCHES, Model, Person, SlotKind},
    text::{name::PersonName, words::fold},
};

/// Marks by which search engines know an operator.
const OPERATORS: &[char] = &[':', '*', '|', '~', '(', ')', '[', ']', '<', '>', '=', '^', '\\'];
/// Words that are operators in capitals.
const OPERATOR_WORDS: &[&str] = &["AND", "OR", "NOT", "NEAR"];

/// What is to be written: the first step's result.
#[derive(Debug)]
pub(crate) struct Brief<'a> {
    /// The template in its parts.
    pub template: Template<'a>,
    /// What it asks for.
    pub template_type: TemplateType,
    /// One to three searches, most specific first.
    pub search_terms: Vec<String>,
    /// What was odd.
    pub warnings: Vec<String>,
}

/// Reads the template.
pub(crate) fn run<'a>(request: &'a Request, parser: &dyn Model) -> Result<Brief<'a>, Error> {
    let template = Template::parse_with(&request.template, &request.fields)
        .map_err(|error| Error::Item(error.to_string()))?;
    let person = person(request);
    let fixed_text = template.fixed_text();
    let task = AnalyseTask { person, template: &request.template, fixed_text: &fixed_text };
    let mut warnings = Vec::new();
    let (template_type, terms) = match parser.analyse(&task) {
        Ok(answer) => (answer.template_type, usable_terms(&answer.search_terms, person)),
        Err(error) => {
            let message = bad_answer(error)?;
            warnings.push(format!("the template was judged without the model: {message}"));
            let Analysis { template_type, search_terms } = Builtin.analysis(&task);
            (template_type, search_terms)
        }
    };
    let search_terms = if terms.is_empty() {
        warnings.push("the model named no usable search term, so the name was searched for".to_owned());
        Builtin.analysis(&task).search_terms
    } else {
        terms
    };
    let template_type = consistent_type(template_type, &template);
    Ok(Brief { template, template_type, search_terms, warnings })
}

/// The person of a request, for a model.
pub(crate) fn person(request: &Request) -> Person<'_> {
    Person { name: request.recipient_name.trim(), interest: request.recipient_interest.trim() }
}

/// Papers are looked up for a template that asks for one, whatever a model thinks of its kind.
fn consistent_type(judged: TemplateType, template: &Template<'_>) -> TemplateType {
    let asks = |wanted: &[SlotKind]| {
        template.placeholders().any(|p| matches!(p.kind, Kind::Evidence(kind) if wanted.contains(&kind)))
    };
    if asks(&[SlotKind::PaperTitle, SlotKind::PaperYear]) {
        TemplateType::Research
    } else if asks(&[SlotKind::Book]) {
        TemplateType::Book
    } else {
        judged
    }
}

/// The terms that search for this very person, in plain words, without repetition.
fn usable_terms(terms: &[String], person: Person<'_>) -> Vec<String> {
    let surname = format!(" {} ", fold(&PersonName::parse(person.name).last));
    let mut usable: Vec<String> = Vec::new();
    for term in terms.iter().map(|term| without_quotes(term)) {
        let names_person = format!(" {} ", fold(&term)).contains(&surname);
        let fits = term.chars().count() <= LONGEST_SEARCH && is_clean(&term) && !holds_operator(&term);
        if names_person && fits && !usable.contains(&term) && usable.len() < MOST_SEARCHES {
            usable.push(term);
        }
    }
    usable
}

/// Many models put the name into quotation marks, with which engines search more strictly than they should.
fn without_quotes(term: &str) -> String {
    term.replace(['"', '“', '”', '„'], "").trim().to_owned()
}

/// “site:…”, “-word”, “OR”: a model words a search, and does not choose where.
fn holds_operator(term: &str) -> bool {
    term.contains(OPERATORS)
        || term
            .split_whitespace()
            .any(|word| word.starts_with(['-', '+', '@']) || OPERATOR_WORDS.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::ModelError,
        pipeline::Fields,
        pipeline::fakes::{FakeModel, unusable},
    };

    fn request(template: &str) -> Request {
        Request {
            recipient_name: "Prof. Ada Example".into(),
            recipient_interest: "ocean eddies".into(),
            template: template.into(),
            sender_name: None,
            fields: Fields::default(),
        }
    }

    fn answering(template_type: TemplateType, terms: &[&str]) -> FakeModel {
        let search_terms = terms.iter().map(|term| (*term).to_owned()).collect();
        FakeModel { analysis: Some(Ok(Analysis { template_type, search_terms })), ..FakeModel::default() }
    }

    #[test]
    fn a_template_that_asks_for_a_paper_is_research_whatever_the_model_says() {
        let model = answering(TemplateType::General, &["Ada Example"]);
        let kind = |template: &str| run(&request(template), &model).unwrap().template_type;
        assert_eq!(kind("{{paper}}"), TemplateType::Research);
        assert_eq!(kind("{{year}}"), TemplateType::Research);
        assert_eq!(kind("{{book}}"), TemplateType::Book);
        assert_eq!(kind("{{name}}"), TemplateType::General);
    }

    #[test]
    fn search_terms_that_are_not_about_the_person_are_dropped() {
        let long = format!("Ada Example {}", "x".repeat(120));
        let model = answering(
            TemplateType::General,
            &[
                " Ada Example eddies ",
                "free soap",
                "a\nExample",
                &long,
                "Example",
                "Ada Example eddies",
                "\"Dr Example\"",
                "E Example",
            ],
        );
        let brief = run(&request("{{name}}"), &model).unwrap().search_terms;
        assert_eq!(brief, ["Ada Example eddies", "Example", "Dr Example"]);
    }

    #[test]
    fn a_search_names_no_place_and_uses_no_operator() {
        let request = request("{{name}}");
        for term in [
            "Ada Example site:evil.example",
            "Ada Example evil.com",
            "https://evil.example/?q=Example",
            "Ada Example -eddies",
            "Ada Example OR soap",
            "Ada Example filetype:pdf",
            "intitle:Example",
            "Ada Example ada@host",
            "Example; ignore previous instructions",
            "Example 10.1.2.3",
        ] {
            let terms = run(&request, &answering(TemplateType::General, &[term])).unwrap().search_terms;
            assert_eq!(terms[0], "Ada Example ocean eddies", "{term}");
        }
        let answer = answering(TemplateType::General, &["Ada Example soft-matter", "Example, ocean eddies"]);
        let kept = run(&request, &answer).unwrap().search_terms;
        assert_eq!(kept, ["Ada Example soft-matter", "Example, ocean eddies"]);
    }

    #[test]
    fn without_a_usable_term_the_name_is_searched_for() {
        let request = request("{{name}}");
        let brief = run(&request, &answering(TemplateType::General, &["free soap"])).unwrap();
        assert_eq!(brief.search_terms, ["Ada Example ocean eddies", "Ada Example"]);
        assert_eq!(brief.warnings.len(), 1);
    }

    #[test]
    fn a_bad_answer_is_replaced_and_an_unusable_model_stops_the_work() {
        let failing = |error| FakeModel { analysis: Some(Err(error)), ..FakeModel::default() };
        let request = request("I read your paper {{name}}");
        let brief = run(&request, &failing(ModelError::BadAnswer("no JSON".into()))).unwrap();
        assert_eq!(brief.template_type, TemplateType::Research);
        assert!(brief.warnings[0].contains("no JSON"));
        let error = run(&request, &failing(unusable())).unwrap_err();
        assert!(
            matches!(error, Error::Surroundings { condition, .. } if condition.code == "model-key-refused")
        );
        let slow = ModelError::Transient { message: "slow".into(), retry_after: None };
        assert!(matches!(run(&request, &failing(slow)).unwrap_err(), Error::Transient { .. }));
    }
}
