//! From a request to a draft: four steps, each a plain function that takes what the earlier ones made.
//!
//! ```text
//! Request ─template_parser→ Brief ─web_scraper→ Findings ─arxiv_helper→ Papers ─email_composer→ Draft
//! ```
//!
//! Nothing here knows the database: the caller is told when a step begins, and gets a draft or an [`Error`] that
//! says what should happen to the item next.
mod arxiv_helper;
mod choosing;
mod doubts;
mod email_composer;
mod error;
#[cfg(test)]
mod fakes;
mod fields;
#[cfg(test)]
mod fuzz_targets;
mod hygiene;
mod lookalike;
mod models;
mod parts;
mod passages;
mod reading;
mod request;
mod run;
mod slot;
mod sources;
mod template;
mod template_parser;
mod usage;
mod validator;
mod web_scraper;
mod witness;

pub(crate) use arxiv_helper::LONGEST as LONGEST_ARXIV_STEP;
pub use error::{Error, Service};
pub use fields::{Fields, WantedColumn, check_fields, needed_columns, wanted_columns};
#[cfg(test)]
pub(crate) use fuzz_targets::TARGETS as FUZZ_TARGETS;
pub(crate) use parts::{fill as fill_a_template, judge as judge_values};
pub use request::{MAX_TEMPLATE_BYTES, check_recipient, check_template};
pub use run::Pipeline;
use serde::{Deserialize, Serialize};
pub use usage::{StepUsage, Usage};
pub use web_scraper::search_condition;

pub use crate::model::{Cost, TemplateType, Used};

/// One recipient and one template, as the sender gave them.
#[derive(Debug, Clone)]
pub struct Request {
    /// The recipient's full name, not empty.
    pub recipient_name: String,
    /// What the recipient works on, in the sender's words, not empty.
    pub recipient_interest: String,
    /// The e-mail with its placeholders.
    pub template: String,
    /// The sender's own name, for placeholders like `[Your Name]`.
    pub sender_name: Option<String>,
    /// What else the sender gave, for the placeholders that ask for it.
    pub fields: Fields,
}

/// The four steps, in order. The text is what `queue_items.current_step` and `step_timings` use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Reads the template: its kind, its placeholders, what to search for.
    TemplateParser,
    /// Searches and reads pages, keeps facts.
    WebScraper,
    /// Looks for the recipient's papers.
    ArxivHelper,
    /// Chooses values for the placeholders and puts the e-mail together.
    EmailComposer,
}

impl Step {
    /// All of them, in their order.
    pub const ALL: [Step; 4] =
        [Step::TemplateParser, Step::WebScraper, Step::ArxivHelper, Step::EmailComposer];

    /// The name of the step in the database and in the metadata.
    pub fn as_str(self) -> &'static str {
        match self {
            Step::TemplateParser => "template_parser",
            Step::WebScraper => "web_scraper",
            Step::ArxivHelper => "arxiv_helper",
            Step::EmailComposer => "email_composer",
        }
    }
}

/// A finished e-mail with its evidence.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Draft {
    /// The whole e-mail: the sender's text with every placeholder filled.
    pub message: String,
    /// What the template asked for.
    pub template_type: TemplateType,
    /// False where a placeholder had to be filled without evidence, or the evidence may be about somebody else.
    pub is_confident: bool,
    /// What `emails.metadata` holds.
    pub metadata: Metadata,
}

/// The evidence of a draft, stored as JSON in `emails.metadata`. Member names are part of the contract.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Metadata {
    /// What was searched for.
    pub search_terms: Vec<String>,
    /// The pages that were read.
    pub scraped_urls: Vec<String>,
    /// The papers that were found, best first, at most five.
    pub arxiv_papers: Vec<PaperRecord>,
    /// Seconds that each step took.
    pub step_timings: StepTimings,
    /// The composer, as `provider:model`, or `builtin`.
    pub model: String,
    /// The composer's temperature; absent (null) where the model takes none.
    pub temperature: Option<f64>,
    /// Where each filled-in value comes from.
    pub sources: Vec<ValueSource>,
    /// What went wrong or was left out without failing the item.
    pub warnings: Vec<String>,
    /// Why the evidence may be of somebody else; these are warnings, too. E-mails of earlier versions do not say.
    #[serde(default)]
    pub doubts: Vec<String>,
    /// What the models used; e-mails of earlier versions do not say.
    #[serde(default)]
    pub usage: Usage,
}

/// A paper as the metadata keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaperRecord {
    /// The title in one line.
    pub title: String,
    /// The abstract page, `https://arxiv.org/abs/<id>`.
    pub arxiv_url: String,
    /// The year of the first version.
    pub year: u16,
    /// Why it was taken for the recipient's, for people; e-mails of earlier versions do not say.
    #[serde(default)]
    pub matched_by: Vec<String>,
}

/// Seconds per step, to the millisecond. A step that was not needed has taken next to nothing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct StepTimings {
    /// Seconds of the first step.
    pub template_parser: f64,
    /// Seconds of the second step.
    pub web_scraper: f64,
    /// Seconds of the third step.
    pub arxiv_helper: f64,
    /// Seconds of the last step.
    pub email_composer: f64,
}

/// Where the value of one placeholder comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ValueSource {
    /// The placeholder as it stands in the template, brackets and all.
    pub placeholder: String,
    /// What was put in its place.
    pub value: String,
    /// Which kind of source: `sender` (given with the request), `file` (a column of
    /// the sender's file), `page`, `paper`, `fallback` (the template's own
    /// fall-back text) or `neutral` (a phrase that claims nothing).
    pub from: ValueOrigin,
    /// The pages or papers that say so; empty unless `from` is `page` or `paper`.
    pub urls: Vec<String>,
}

/// The kinds of source a value can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ValueOrigin {
    /// Given with the request: name, interest, the sender's own name.
    Sender,
    /// Given in a column of the sender's file.
    File,
    /// Said by a page that was read.
    Page,
    /// Said by the metadata of a paper.
    Paper,
    /// The fall-back text of the template.
    Fallback,
    /// A phrase that claims nothing beyond the name and interest the sender gave.
    Neutral,
}

impl ValueOrigin {
    /// As it stands in the metadata.
    pub fn as_str(self) -> &'static str {
        match self {
            ValueOrigin::Sender => "sender",
            ValueOrigin::File => "file",
            ValueOrigin::Page => "page",
            ValueOrigin::Paper => "paper",
            ValueOrigin::Fallback => "fallback",
            ValueOrigin::Neutral => "neutral",
        }
    }
}
