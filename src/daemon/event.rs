//! What a line in the journal carries besides its words, so that machines can find it: which kind of event it is, and
//! which item, step and attempt it is about.
//!
//! The item at hand belongs to the thread: [`item`] says what it is about from here on, and every line that the thread
//! then logs, from whatever depth, tells the story of that item. At `info` and above a line says nothing of a person but
//! the item's id. stderr shows the words alone.
use std::{
    cell::Cell,
    fmt::{self, Write},
    time::Instant,
};

use log::{
    Record,
    kv::{Error, Key, ToValue, Value, VisitSource},
};
use uuid::Uuid;

use crate::{pipeline::Step, text::printable};

/// A kind of event, for scripts that look for it: its `MESSAGE_ID`, which never changes, and none is used twice.
#[derive(Debug)]
pub struct Event(&'static str);

impl ToValue for Event {
    fn to_value(&self) -> Value<'_> {
        self.0.to_value()
    }
}

macro_rules! events {
    ($($name:ident = $id:literal, $text:literal;)*) => {
        $(
            #[doc = $text]
            pub static $name: Event = Event($id);
        )*
        /// Every kind and what has happened, for the reference.
        #[cfg(test)]
        pub const ALL: &[(&str, &str)] = &[$(($id, $text)),*];
    };
}

events! {
    LISTENING = "2049a882e93c4807b3b33be0c7b65ae3", "scribe has started and listens for `/health`";
    CLAIMED = "10233f11f3a84e51b9e04fdc92bbff93", "an attempt at an item begins";
    STEP_BEGUN = "0b5f1bdd53da410ab03b70c6e20fe7d1", "a step begins";
    STORED = "058892b9ee0d4258aecd3a9b101d18e2", "the e-mail is stored, the item COMPLETED";
    FAILED = "ee6fc4ded95c430a8b1b2a8c0401c838", "the item is FAILED; the row says why";
    RETRIED = "51558134aa5d4008b5e99636774935b0", "the item waits for another attempt";
    PUT_BACK = "f9187f06c10e4313a97d4d162540b5db", "the item waits again, at no cost";
    LOST = "91af5ecbaa6d4cb2a1aa4084808f14da", "the item was deleted or taken over meanwhile";
    KEPT = "afef64279be94de3ac93d2484d1aa936", "a finished e-mail is on disk until the database takes it";
    TAKEN_BACK = "e67b8c645c28401395338dbdd7362715", "what an earlier run left behind waits again";
    CONDITION_BEGUN = "d37ae147fb934abf8744e3e4181dae42", "a condition holds; `ERROR_KIND` is its code";
    CONDITION_OVER = "bd0128976d2b49d7ad615d3628a558c3", "it is over, after `DURATION_MS`";
    PAUSED = "21ec5d322ef64d34aec487f7eb7ff03e", "`scribe queue pause` holds claiming";
    RESUMED = "7aaa10becbbd41b7bf50667ef139509c", "`scribe queue resume` has ended that";
    STOPPING = "337d877b1fb34ee19776db22931de3ae", "scribe was told to stop";
}

/// The fields there are, and what stands in them; no other leaves this program.
pub const FIELDS: [(&str, &str); 6] = [
    ("MESSAGE_ID", "the kind of event"),
    ("QUEUE_ITEM_ID", "the item, as in `queue_items.id`"),
    ("ATTEMPT", "which attempt at it, from 1"),
    ("STEP", "the step at hand, or in which the attempt came to its end"),
    ("DURATION_MS", "how long what has ended took: the attempt, or the condition"),
    ("ERROR_KIND", "why: a condition's code (docs/troubleshooting.md), `item`, `passing` or `stopped`"),
];

/// What a line carries.
pub type Fields = Vec<(&'static str, String)>;

/// What a thread is about.
#[derive(Clone, Copy)]
struct About {
    item: Uuid,
    attempt: Option<i32>,
    step: Option<Step>,
}

thread_local! {
    static ABOUT: Cell<Option<About>> = const { Cell::new(None) };
}

/// From here on this thread is about an item; what was known of it is kept.
pub fn item(id: Uuid) {
    let known = ABOUT.get().filter(|about| about.item == id);
    ABOUT.set(Some(known.unwrap_or(About { item: id, attempt: None, step: None })));
}

/// From here on it is about an attempt at an item.
pub fn attempt(id: Uuid, number: i32) {
    ABOUT.set(Some(About { item: id, attempt: Some(number), step: None }));
}

/// From here on it is at this step of that item.
pub fn step(step: Option<Step>) {
    ABOUT.set(ABOUT.get().map(|about| About { step, ..about }));
}

/// From here on it is about no item.
pub fn no_item() {
    ABOUT.set(None);
}

/// The milliseconds since then, where that is known.
pub struct Since(pub Option<Instant>);

impl fmt::Display for Since {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |then| then.elapsed().as_millis().fmt(f))
    }
}

/// What a line carries: what its thread is about, and what it says itself. A field without a value is left out.
pub fn fields(record: &Record<'_>) -> Fields {
    let mut known = Known(Vec::new());
    if let Some(About { item, attempt, step }) = ABOUT.get() {
        known.put("QUEUE_ITEM_ID", item);
        attempt.into_iter().for_each(|attempt| known.put("ATTEMPT", attempt));
        step.into_iter().for_each(|step| known.put("STEP", step.as_str()));
    }
    // `put` never fails, and so no visit does.
    let _ = record.key_values().visit(&mut known);
    known.0
}

struct Known(Fields);

impl Known {
    fn put(&mut self, name: &'static str, value: impl fmt::Display) {
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = write!(text, "{value}");
        self.0.retain(|(known, _)| *known != name);
        if !text.is_empty() {
            self.0.push((name, printable(&text).into_owned()));
        }
    }
}

impl<'kvs> VisitSource<'kvs> for Known {
    fn visit_pair(&mut self, key: Key<'kvs>, value: Value<'kvs>) -> Result<(), Error> {
        if let Some((name, _)) = FIELDS.iter().find(|(name, _)| *name == key.as_str()) {
            self.put(name, value);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(&str, &str)]) -> Fields {
        fields(&Record::builder().key_values(&pairs).build())
    }

    #[test]
    fn every_line_tells_which_item_its_thread_is_about() {
        let (first, second) = (Uuid::new_v4(), Uuid::new_v4());
        let item_of = |fields: &Fields| fields.iter().find(|it| it.0 == "QUEUE_ITEM_ID").unwrap().1.clone();
        assert_eq!(of(&[]), []);
        attempt(first, 2);
        step(Some(Step::WebScraper));
        item(first);
        let about_first = of(&[]);
        assert_eq!(item_of(&about_first), first.to_string());
        assert!(about_first.contains(&("ATTEMPT", "2".into())));
        assert!(about_first.contains(&("STEP", "web_scraper".into())));
        std::thread::scope(|scope| {
            scope.spawn(|| assert_eq!(of(&[]), [], "another thread has nothing to do with it"));
        });
        item(second);
        assert_eq!(of(&[]), [("QUEUE_ITEM_ID", second.to_string())]);
        no_item();
        assert_eq!(of(&[]), []);
    }

    #[test]
    fn a_line_carries_known_fields_once_harmless_and_with_a_value() {
        item(Uuid::new_v4());
        let own = [("QUEUE_ITEM_ID", "x\u{1b}[2J\ny"), ("MESSAGE", "forged"), ("ERROR_KIND", "")];
        let fields = of(&own);
        no_item();
        assert_eq!(fields.len(), 1, "{fields:?}");
        assert_eq!(fields[0].0, "QUEUE_ITEM_ID");
        assert!(!fields[0].1.contains(char::is_control), "{fields:?}");
    }

    #[test]
    fn ids_are_what_journald_takes_and_each_is_used_once() {
        let mut ids: Vec<&str> = ALL.iter().map(|(id, _)| *id).collect();
        for id in &ids {
            let version = Uuid::try_parse(id).unwrap().get_version_num();
            assert!(id.len() == 32 && version == 4 && *id == id.to_lowercase(), "{id}");
        }
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), ALL.len());
    }

    #[test]
    fn the_journals_catalog_explains_every_kind_and_no_other() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/packaging/scribe.catalog");
        let catalog = std::fs::read_to_string(file).unwrap();
        let explained: Vec<&str> = catalog.lines().filter_map(|line| line.strip_prefix("-- ")).collect();
        assert_eq!(explained, ALL.iter().map(|(id, _)| *id).collect::<Vec<_>>());
        let asks = |part: &str| part.split('@').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
        for field in catalog.lines().flat_map(asks) {
            assert!(FIELDS.iter().any(|(known, _)| *known == field), "{field}");
        }
    }
}
