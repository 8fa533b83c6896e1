//! The queue, without I/O: the life of an item ([`life`]), what a failure leads to ([`failure`]) and whose it is
//! ([`blame`]), whose turn it is meanwhile ([`turns`]), and the names of those who work on it.
pub mod blame;
pub mod failure;
pub mod life;
pub mod turns;

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// One run of the daemon. Fresh at every start, so that a copied SD card never passes for the original.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunId(Uuid);

impl RunId {
    /// A new one.
    pub fn fresh() -> RunId {
        RunId(Uuid::new_v4())
    }

    /// Reads one back; `None` if the text is none.
    pub fn parse(text: &str) -> Option<RunId> {
        Uuid::try_parse(text.trim()).ok().map(RunId)
    }

    /// What every claim token of this run begins with. Safe inside SQL: hexadecimal digits, dashes and colons.
    pub fn token_prefix(&self) -> String {
        format!("scribe:{}:", self.0)
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The right to work on an item, kept in `celery_task_id`: `scribe:<run id>:<uuid>`. Every write is fenced with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ClaimToken(String);

impl ClaimToken {
    /// A token that no claim has had before.
    pub fn fresh(run: RunId) -> ClaimToken {
        ClaimToken(format!("{}{}", run.token_prefix(), Uuid::new_v4()))
    }

    /// As it stands in the database. Safe inside SQL: letters, hexadecimal digits, dashes and colons.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As a parameter of a statement.
    pub(crate) fn as_string(&self) -> &String {
        &self.0
    }
}

impl TryFrom<String> for ClaimToken {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let is_token = || {
            let (run, claim) = text.strip_prefix("scribe:")?.split_once(':')?;
            (RunId::parse(run)?.token_prefix() + &Uuid::try_parse(claim).ok()?.to_string() == text)
                .then_some(())
        };
        is_token().ok_or("not a claim token")?;
        Ok(ClaimToken(text))
    }
}

impl From<ClaimToken> for String {
    fn from(token: ClaimToken) -> String {
        token.0
    }
}

/// The right to write to an item: which, and the token of its claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// The row.
    pub item: Uuid,
    /// What it carries as long as the right holds.
    pub token: ClaimToken,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_unique_and_fit_their_column() {
        let run = RunId::fresh();
        let (a, b) = (ClaimToken::fresh(run), ClaimToken::fresh(run));
        assert_ne!(a, b);
        assert!(a.as_str().starts_with(&run.token_prefix()) && a.as_str().len() <= 255);
    }

    #[test]
    fn runs_and_tokens_are_written_as_they_are_read() {
        let run = RunId::fresh();
        assert_eq!(RunId::parse(&run.to_string()), Some(run));
        let token = ClaimToken::fresh(run);
        assert_eq!(token.as_string(), token.as_str());
        assert_eq!(String::from(token.clone()), token.as_str());
    }

    #[test]
    fn only_what_is_a_token_is_read_as_one() {
        let token = ClaimToken::fresh(RunId::fresh());
        assert_eq!(ClaimToken::try_from(token.as_str().to_owned()), Ok(token.clone()));
        for text in
            ["", "scribe::", "scribe:x:y", &format!("{}'", token.as_str()), &token.as_str().to_uppercase()]
        {
            assert!(ClaimToken::try_from(text.to_owned()).is_err(), "{text}");
        }
    }
}
