//! Ids as lists show them and people type them: their first digits.
use uuid::Uuid;

use super::failure::Failure;

/// How many digits lists show. With fewer an order that is repeated might mean another row.
const SHOWN: usize = 8;

/// What lists show of an id.
pub fn short(id: Uuid) -> String {
    id.to_string()[..SHOWN].to_owned()
}

/// What an id stands for.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    one: &'static str,
    several: &'static str,
    list: &'static str,
}

/// A row of the queue.
pub const ITEM: Kind = Kind { one: "item", several: "items", list: "`scribe queue list`" };
/// An e-mail.
pub const EMAIL: Kind = Kind { one: "e-mail", several: "e-mails", list: "`scribe email list`" };

impl Kind {
    /// What was typed, if it is enough to look something up.
    pub fn to_show(self, typed: &str) -> Result<&str, Failure> {
        match typed.trim() {
            "" => Err(Failure::new("the id is empty", format!("{} shows all", self.list))),
            id => Ok(id),
        }
    }

    /// What was typed, if it is enough to change something.
    pub fn to_change(self, typed: &str) -> Result<&str, Failure> {
        let id = typed.trim();
        match id.len() < SHOWN {
            true => Err(Failure::new(
                format!("{id:?} is too short for an id"),
                format!("give at least the eight digits that {} shows", self.list),
            )),
            false => Ok(id),
        }
    }

    /// The only one that was found.
    pub fn only<T>(self, id: &str, mut found: Vec<T>) -> Result<T, Failure> {
        match (found.pop(), found.is_empty()) {
            (Some(one), true) => Ok(one),
            (Some(_), false) => Err(self.several(id)),
            (None, _) => Err(self.none(id)),
        }
    }

    /// Nobody could say which one is meant.
    pub fn several(self, id: &str) -> Failure {
        let Kind { several, list, .. } = self;
        Failure::new(
            format!("several {several} begin with {id}"),
            format!("give more digits; {list} with --json shows all of them"),
        )
    }

    /// There is none.
    pub fn none(self, id: &str) -> Failure {
        Failure::new(format!("there is no {} {id}", self.one), format!("{} shows all", self.list))
    }
}
