//! Who claimed what: written down by the database itself, so that attempts and order can be judged afterwards.
use std::collections::HashMap;

use super::Storm;

/// Each claim, and how many older items waited just then that it did not take.
const LEDGER: &str = "
    CREATE TABLE claims (item UUID, run TEXT, passed_over BIGINT);
    CREATE FUNCTION note_claim() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
        BEGIN
            INSERT INTO claims SELECT NEW.id, split_part(NEW.celery_task_id, ':', 2), count(*) FROM queue_items
                WHERE status = 'PENDING' AND available_at <= now() AND (created_at, seq) < (NEW.created_at, NEW.seq);
            RETURN NULL;
        END $$;
    CREATE TRIGGER note_claim AFTER UPDATE OF celery_task_id ON queue_items FOR EACH ROW
        WHEN (NEW.status = 'PROCESSING') EXECUTE FUNCTION note_claim()";

/// Why an attempt may be charged: the run crashed, or its lease was over, so many times.
#[derive(Debug, Default)]
pub struct Charges {
    pub crashes: HashMap<String, i64>,
    pub leases: HashMap<String, i64>,
}

impl Charges {
    fn of(&self, run: &str) -> i64 {
        [&self.crashes, &self.leases].iter().map(|times| times.get(run).copied().unwrap_or(0)).sum()
    }
}

/// What the ledger shows.
pub struct Judgement {
    /// How many attempts beyond the first of each item are explained.
    pub charged: i64,
    /// The most older items that a claim passed over.
    pub passed_over: i64,
    pub wrong: Vec<String>,
}

impl Storm {
    /// Begins the ledger.
    pub fn keep_ledger(&self) {
        self.database.admin().batch_execute(LEDGER).unwrap();
    }

    /// Each item was charged no more than one attempt for each crash of a run that had it, and each lease of such a run
    /// that was over: power cuts, stops and outages cost nothing. And the oldest was taken first: other scribes may have
    /// had their hands on one older item each, or put it back just then.
    pub fn judge(&self) -> Judgement {
        let sql = "SELECT q.id::text, q.attempts::bigint, array_remove(array_agg(DISTINCT c.run), NULL)
                   FROM queue_items q LEFT JOIN claims c ON c.item = q.id GROUP BY q.id";
        let (mut charged, mut wrong) = (0, Vec::new());
        for row in self.ask(sql, &[]) {
            let (item, attempts, runs): (String, i64, Vec<String>) = (row.get(0), row.get(1), row.get(2));
            let explained: i64 = runs.iter().map(|run| self.charges.of(run)).sum();
            charged += explained.min(attempts - 1).max(0);
            if attempts > 0 && runs.is_empty() {
                wrong.push(format!("item {item} was charged {attempts} attempts, and nobody claimed it"));
            }
            if attempts > 1 + explained {
                wrong.push(format!(
                    "item {item} was charged {attempts} attempts, {explained} for a reason: {runs:?}"
                ));
            }
        }
        let passed_over = self.number("SELECT coalesce(max(passed_over), 0) FROM claims");
        // One more than the scribes: a clone may be among them.
        let most = self.scribes.len() as i64 + 1;
        if passed_over > most {
            wrong.push(format!(
                "a claim passed over {passed_over} older items; {most} at most may be in other hands"
            ));
        }
        Judgement { charged, passed_over, wrong }
    }
}
