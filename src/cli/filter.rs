//! What narrows a list down, for every command that has one.
use super::{args::Narrow, failure::Failure, user::find_user};
use crate::database::{Database, Filter};

/// What was typed, with the user looked up.
pub fn filter(database: &Database, narrow: &Narrow) -> Result<Filter, Failure> {
    let user = narrow.user.as_deref().map(|email| find_user(database, email)).transpose()?;
    Ok(Filter { user: user.map(|user| user.id), since: narrow.since, limit: narrow.limit })
}
