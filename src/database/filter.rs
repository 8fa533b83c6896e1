//! Which rows of a list are wanted.
use uuid::Uuid;

/// What narrows a list down. Everything in it is a number or an id, so that it can stand in a statement.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Filter {
    /// Whose rows.
    pub user: Option<Uuid>,
    /// Only those made since then.
    pub since: Option<Since>,
    /// The newest so many.
    pub limit: Option<u32>,
}

/// A moment, by the database's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// So many seconds ago.
    Ago(u32),
    /// The begin of a day, UTC.
    Day {
        /// Such as 2026.
        year: i32,
        /// From 1.
        month: u8,
        /// From 1.
        day: u8,
    },
}

impl Filter {
    /// The condition, for a table with `user_id` and `created_at`.
    pub(super) fn condition(&self) -> String {
        let user = self.user.map(|user| format!("user_id = '{user}'"));
        let since = self.since.map(|since| match since {
            Since::Ago(seconds) => format!("created_at >= now() - interval '{seconds} seconds'"),
            Since::Day { year, month, day } => format!("created_at >= make_date({year}, {month}, {day})"),
        });
        [Some("TRUE".to_owned()), user, since].into_iter().flatten().collect::<Vec<_>>().join(" AND ")
    }

    /// The limit, as PostgreSQL has it.
    pub(super) fn limit(&self) -> String {
        self.limit.map_or("ALL".to_owned(), |limit| limit.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_wish_everything_is_wanted() {
        assert_eq!((Filter::default().condition(), Filter::default().limit()), ("TRUE".into(), "ALL".into()));
    }

    #[test]
    fn every_wish_is_a_condition() {
        let filter = |since| Filter { user: Some(Uuid::nil()), since: Some(since), limit: Some(3) };
        let user = "TRUE AND user_id = '00000000-0000-0000-0000-000000000000' AND ";
        assert_eq!(
            filter(Since::Ago(60)).condition(),
            format!("{user}created_at >= now() - interval '60 seconds'")
        );
        let day = filter(Since::Day { year: 2026, month: 2, day: 3 });
        assert_eq!(day.condition(), format!("{user}created_at >= make_date(2026, 2, 3)"));
        assert_eq!(day.limit(), "3");
    }
}
