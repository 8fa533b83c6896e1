//! Where a page has which word, so that a statement is compared with the few places that may say it and not with the
//! whole page: pages and models' answers are written by strangers, and both are long.
use std::collections::BTreeMap;

use crate::text::claim::{KeyWord, Said};

/// The most places of one word that are known; the first ones.
pub(super) const MOST_PLACES: usize = 1000;

/// The sentences of a page by their words.
#[derive(Debug, Default)]
pub(super) struct WordIndex {
    places: BTreeMap<String, Vec<usize>>,
}

impl WordIndex {
    /// Adds a sentence, which comes after those that were added before.
    pub fn add(&mut self, said: &Said, at: usize) {
        for word in said.words() {
            let places = self.places.entry(word.clone()).or_default();
            if places.len() < MOST_PLACES && places.last() != Some(&at) {
                places.push(at);
            }
        }
    }

    /// Where the rarest of the words stands in some form, in order; `None` without a word.
    pub fn places_of_rarest<'k>(&self, keys: impl Iterator<Item = &'k KeyWord>) -> Option<Vec<usize>> {
        let count = |key: &&KeyWord| self.forms(key).map(Vec::len).sum::<usize>();
        let rarest = keys.min_by_key(count)?;
        let mut places: Vec<usize> = self.forms(rarest).flatten().copied().collect();
        places.sort_unstable();
        places.dedup();
        Some(places)
    }

    fn forms<'s>(&'s self, key: &'s KeyWord) -> impl Iterator<Item = &'s Vec<usize>> {
        // forms of one word begin alike
        let beginning: String = key.text.chars().take(1).collect();
        let words = self.places.range(beginning.clone()..);
        words
            .take_while(move |(word, _)| word.starts_with(&beginning))
            .filter(|(word, _)| key.is_form_of(word))
            .map(|(_, places)| places)
    }
}
