//! What stands in the worker's way: how it is recognised, told once when it begins and once when it ends, and how long it
//! pauses the work.
use std::{
    cell::Cell,
    time::{Duration, Instant},
};

use log::{error, info};

use super::{
    event::{CONDITION_BEGUN, CONDITION_OVER},
    status::{Over, Status},
    worker::Worker,
};
use crate::{
    condition::{
        Condition, DATABASE_BANNED, DATABASE_DRIFT, DATABASE_LOGIN_REFUSED, DATABASE_UNREACHABLE, Obstacle,
    },
    database::{
        Cause, DatabaseError, hints,
        migrate::{self, Misfit},
    },
    jitter::jittered,
};

/// The longest pause that a service may ask for while nothing else is done.
const LONGEST_WISH: Duration = Duration::from_secs(15 * 60);

/// So long after an outage the items of others are left alone whose lease is over: they were cut off, too, and will store
/// what they finished meanwhile.
const LEAVE_OTHERS: Duration = Duration::from_secs(30);

impl From<DatabaseError> for Obstacle {
    fn from(error: DatabaseError) -> Self {
        Obstacle::new(hints::condition(&error), format!("{error} ({})", error.unit))
    }
}

impl From<Misfit> for Obstacle {
    fn from(misfit: Misfit) -> Self {
        Obstacle::new(misfit.condition(), misfit.to_string())
    }
}

/// The database as it was seen last.
#[derive(Debug, Default)]
pub struct Seen {
    /// The last unit of work failed.
    pub(super) has_failed: Cell<bool>,
    /// Its port was closed.
    is_closed: Cell<bool>,
    /// It was away, and until then others are given the time to come back.
    others_until: Cell<Option<Instant>>,
}

impl Seen {
    /// Whether others are still given that time.
    pub(super) fn leaves_others(&self) -> bool {
        self.others_until.get().is_some_and(|until| Instant::now() < until)
    }

    fn answered<T>(&self, result: &Result<T, DatabaseError>, is_there: bool) {
        self.has_failed.set(result.is_err());
        self.is_closed.set(matches!(result, Err(DatabaseError { cause: Cause::Closed(_), .. })));
        if !is_there {
            self.others_until.set(Some(Instant::now() + LEAVE_OTHERS));
        }
    }

    /// A ban shows itself as a closed port, after refused logins.
    fn or_banned(&self, obstacle: Obstacle, status: &Status) -> Obstacle {
        let is_closed = obstacle.condition == &DATABASE_UNREACHABLE && self.is_closed.get();
        let was_refused = |it: &Condition| it == &DATABASE_LOGIN_REFUSED || it == &DATABASE_BANNED;
        let condition =
            if is_closed && status.holds(was_refused) { &DATABASE_BANNED } else { obstacle.condition };
        Obstacle { condition, ..obstacle }
    }
}

impl Worker {
    /// Where tables or columns are missing: why. Where connections are refused: whether that may be a ban.
    pub(super) fn look_closer(&self, obstacle: Obstacle) -> Obstacle {
        let obstacle = self.seen.or_banned(obstacle, &self.status);
        if obstacle.condition != &DATABASE_DRIFT {
            return obstacle;
        }
        match migrate::current(&self.database) {
            Ok(schema) => schema.misfit.map_or(obstacle, Obstacle::from),
            Err(_) => obstacle,
        }
    }

    /// How long nothing is tried after it.
    pub(super) fn pause_after(&self, obstacle: &Obstacle) -> Duration {
        pause_after(obstacle, self.retry_interval)
    }

    /// Logs an obstacle when it is news.
    pub(super) fn report(&self, obstacle: &Obstacle) {
        if let Some(over) = self.status.raise(obstacle.condition) {
            tell_over(&over);
            error!(MESSAGE_ID = CONDITION_BEGUN, ERROR_KIND = obstacle.condition.code; "{obstacle}");
        }
    }

    /// Logs the end of an outage of such a kind.
    pub(super) fn all_clear(&self, of_kind: impl Fn(&Condition) -> bool) {
        tell_over(&self.status.clear(of_kind));
    }

    /// A warning holds no more, if it did.
    pub(super) fn warning_over(&self, warning: &Condition) {
        tell_over(&self.status.unwarn(warning));
    }

    /// Tells `/health` whether the database answered.
    pub(super) fn answered<T>(&self, result: &Result<T, DatabaseError>) {
        let is_there = result.as_ref().err().is_none_or(DatabaseError::was_logged_in);
        self.status.database_seen(is_there);
        if let Err(error) = result {
            self.status.database_failed(hints::condition(error));
        }
        self.seen.answered(result, is_there);
    }

    /// Passes a result on, and tells `/health` whether the database answered.
    pub(super) fn seen_raw<T>(&self, result: Result<T, DatabaseError>) -> Result<T, DatabaseError> {
        self.answered(&result);
        if result.is_ok() {
            self.all_clear(|condition| condition.subject() == "database");
        }
        result
    }

    /// The same, with what it means.
    pub(super) fn seen<T>(&self, result: Result<T, DatabaseError>) -> Result<T, Obstacle> {
        self.seen_raw(result).map_err(Obstacle::from)
    }
}

/// The condition's pause, `longest` at most, or what the other side wishes.
fn pause_after(obstacle: &Obstacle, longest: Duration) -> Duration {
    let wish = obstacle.retry_after.unwrap_or_default().min(LONGEST_WISH);
    jittered(obstacle.condition.pause(longest)).max(wish)
}

fn tell_over(over: &[Over]) {
    for (condition, after) in over {
        info!(
            MESSAGE_ID = CONDITION_OVER, ERROR_KIND = condition.code, DURATION_MS = after.as_millis();
            "over after {} s: {}", after.as_secs(), condition.title
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        condition::{DATABASE_SILENT, MODEL_FAILING, MODEL_QUOTA_USED_UP},
        config::{DatabaseSettings, Secret, Stage, TlsMode},
        database::Database,
    };

    #[test]
    fn a_port_that_closes_after_refused_logins_may_be_a_ban_and_is_not_knocked_at_again_soon() {
        let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let settings = DatabaseSettings {
            host: "127.0.0.1".into(),
            port: closed,
            name: "any".into(),
            user: "any".into(),
            password: Secret::new("any"),
            tls: TlsMode::Disable,
            root_certificates: None,
            connect_timeout: Duration::from_secs(30),
            statement_timeout: Duration::from_secs(30),
        };
        let (seen, status) = (Seen::default(), Status::new(Stage::Production, &[]));
        let knock = || {
            let refused = Database::new(&settings).unwrap().batch("poll", "SELECT 1");
            seen.answered(&refused, false);
            seen.or_banned(Obstacle::from(refused.map(drop).unwrap_err()), &status)
        };
        assert_eq!(knock().condition, &DATABASE_UNREACHABLE);
        status.raise(&DATABASE_LOGIN_REFUSED);
        let banned = knock();
        assert_eq!(banned.condition, &DATABASE_BANNED);
        assert!(pause_after(&banned, Duration::from_secs(1)) >= Duration::from_secs(120));
        status.raise(banned.condition);
        assert_eq!(knock().condition, &DATABASE_BANNED, "and the next time");
    }

    #[test]
    fn a_wish_for_when_to_come_back_is_granted_within_reason() {
        let pause = |seconds| {
            let retry_after = Some(Duration::from_secs(seconds));
            let obstacle = Obstacle { retry_after, ..Obstacle::new(&MODEL_FAILING, String::new()) };
            pause_after(&obstacle, Duration::from_secs(300)).as_secs()
        };
        assert!((11..=15).contains(&pause(1)));
        assert_eq!([pause(60), pause(86_400)], [60, 15 * 60]);
    }

    #[test]
    fn the_setting_shortens_every_pause_but_those_of_the_database() {
        let pause = |condition| {
            let obstacle = Obstacle::new(condition, String::new());
            pause_after(&obstacle, Duration::from_secs(2)).as_secs_f64()
        };
        assert!((1.5..=2.0).contains(&pause(&MODEL_QUOTA_USED_UP)));
        assert!((3.75..=5.0).contains(&pause(&DATABASE_SILENT)));
    }
}
