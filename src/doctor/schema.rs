//! The tables: whether they are scribe's, who may do what with them, and what waits in them.
use super::{Check, Report};
use crate::{
    condition::BUDGET_SPENT,
    config::MicroUsd,
    database::{
        Database,
        inspect::{self, Excess, Rows, Table},
        migrate::{self, Drift, Schema},
        model_days, queue_items,
    },
};

/// In seconds. With nobody at work, an item that waits longer than this waits in vain.
const PATIENCE: i64 = 600;

/// Makes the checks. Each needs what the one before it found to be right.
pub fn examine(database: &Database, day_budget: Option<MicroUsd>, report: &mut Report<'_>) {
    if migrations(database, report) {
        drift(database, report);
        if access(database, report) {
            queue(database, report);
            next_item(database, report);
            match day_budget {
                Some(cap) => budget(database, cap, report),
                None => report.ok(Check::Budget, "no MODEL_DAY_BUDGET is set"),
            }
        }
    }
}

/// Whether the schema is at this scribe's head.
fn migrations(database: &Database, report: &mut Report<'_>) -> bool {
    match migrate::current(database) {
        Ok(Schema { misfit: None, head, .. }) => {
            report.ok(Check::Migrations, format!("{head} (head)"));
            return true;
        }
        Ok(Schema { misfit: Some(misfit), .. }) => {
            let facts: Vec<String> = std::iter::once(misfit.to_string()).chain(misfit.signs()).collect();
            report.failed(Check::Migrations, facts.join("; "), misfit.remedy());
        }
        Err(error) => report.refused(Check::Migrations, &error),
    }
    false
}

/// Whether everything is there that the migrations made.
fn drift(database: &Database, report: &mut Report<'_>) {
    let Drift { missing, additional, .. } = match migrate::drift(database) {
        Ok(drift) => drift,
        Err(error) => return report.refused(Check::Drift, &error),
    };
    for difference in &missing {
        report.failed(Check::Drift, format!("missing or different: {difference}"), Drift::REMEDY);
    }
    if missing.is_empty() {
        let added = match additional.len() {
            0 => String::new(),
            count => format!(", with {count} addition(s) (`scribe db check --schema` lists them)"),
        };
        report.ok(Check::Drift, format!("the schema is as the migrations make it{added}"));
    }
}

/// Whether the role sees the queue.
fn access(database: &Database, report: &mut Report<'_>) -> bool {
    let (tables, excess) = match inspect::access(database) {
        Ok(access) => access,
        Err(error) => {
            report.refused(Check::RowSecurity, &error);
            return false;
        }
    };
    row_security(&tables, report) & privileges(&tables, &excess, report)
}

fn row_security(tables: &[Table], report: &mut Report<'_>) -> bool {
    let named = |which: &dyn Fn(&Table) -> bool| {
        let names: Vec<&str> = tables.iter().filter(|t| which(t)).map(|t| t.name.as_str()).collect();
        names.join(", ")
    };
    let (off, hidden) = (named(&|table| !table.row_security), named(&|table| table.hidden));
    if !hidden.is_empty() {
        let remedy = crate::condition::DATABASE_ROWS_HIDDEN.remedy;
        report.failed(Check::RowSecurity, format!("it hides {hidden} from the database role"), remedy);
    }
    if !off.is_empty() {
        let statements: Vec<String> =
            off.split(", ").map(|table| format!("ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")).collect();
        report.warning(
            Check::RowSecurity,
            format!("off for {off}: on Supabase, nothing but privileges keeps strangers out"),
            format!("as the owner: {}", statements.join("; ")),
        );
    }
    if off.is_empty() && hidden.is_empty() {
        report.ok(Check::RowSecurity, "on for all five tables, and hides nothing from the database role");
    }
    hidden.is_empty()
}

fn privileges(tables: &[Table], excess: &[Excess], report: &mut Report<'_>) -> bool {
    let lacking: Vec<&Table> = tables.iter().filter(|table| !table.missing.is_empty()).collect();
    for Table { name, missing, .. } in &lacking {
        let fact = format!("the database role lacks {missing} on {name}");
        report.failed(Check::Privileges, fact, crate::condition::DATABASE_PERMISSION.remedy);
    }
    for Excess { role, object, privileges } in excess {
        let mut remedy = format!("as the owner: REVOKE {privileges} ON {object} FROM {role}");
        if role == "authenticated" && !privileges.contains('(') {
            remedy += "; that takes the columns too which migration 5 leaves them: grant those anew";
        }
        report.warning(
            Check::Privileges,
            format!("{role} holds {privileges} on {object}, which nobody needs"),
            remedy,
        );
    }
    if lacking.is_empty() && excess.is_empty() {
        report.ok(
            Check::Privileges,
            "the database role holds all it needs, and strangers no more than they should",
        );
    }
    lacking.is_empty()
}

fn queue(database: &Database, report: &mut Report<'_>) {
    let rows = match inspect::rows(database) {
        Ok(rows) => rows,
        Err(error) => return report.refused(Check::Queue, &error),
    };
    let Rows { waiting, oldest_seconds, working, stuck, completed, failed, odd, odd_statuses } = &rows;
    let since =
        oldest_seconds.map_or(String::new(), |seconds| format!(" (the oldest for {})", span(seconds)));
    let why = if *failed > 0 { " (`scribe queue list` says why)" } else { "" };
    let fact =
        format!("{waiting} waiting{since}, {working} in work, {completed} completed, {failed} failed{why}");
    let is_idle = *working == 0 && *stuck == 0;
    if is_idle && oldest_seconds.is_some_and(|seconds| seconds > PATIENCE) {
        report.warning(
            Check::Queue,
            format!("{fact}: nobody works on it"),
            "start scribe (`scribe run`), or see its log",
        );
    } else {
        report.ok(Check::Queue, fact);
    }
    if *stuck > 0 {
        report.warning(
            Check::Queue,
            format!("{stuck} stuck: claimed by a scribe that never finished, and the lease is over"),
            "a running scribe takes them again by itself; start one (`scribe run`), or see its log",
        );
    }
    if *odd > 0 {
        report.warning(
            Check::Queue,
            format!("{odd} with a status that nobody claims: {odd_statuses}"),
            "set it to PENDING, PROCESSING, COMPLETED or FAILED, in capitals",
        );
    }
}

/// Whether the item that a scribe would take next can be read.
fn next_item(database: &Database, report: &mut Report<'_>) {
    match queue_items::next_unreadable(database) {
        Ok(Some((id, error))) => report.warning(
            Check::Queue,
            format!("the item that is next, {id}, cannot be read: {error}"),
            format!(
                "mend its texts, or `scribe queue cancel {id}` and queue the recipient again; a running scribe would \
                 only mark it FAILED, and go on"
            ),
        ),
        Ok(None) => {}
        Err(error) => report.refused(Check::Queue, &error),
    }
}

/// What is left of the day for models.
fn budget(database: &Database, cap: MicroUsd, report: &mut Report<'_>) {
    match model_days::spent_today(database) {
        Ok(spent) if spent < cap => {
            report.ok(
                Check::Budget,
                format!("of {cap} a day, models have spent or set aside {spent} today (UTC)"),
            );
        }
        Ok(spent) => {
            let fact = format!("{}: {spent} of {cap}", BUDGET_SPENT.title);
            report.warning(Check::Budget, fact, BUDGET_SPENT.remedy);
        }
        Err(error) => report.refused(Check::Budget, &error),
    }
}

/// A span of time for people.
fn span(seconds: i64) -> String {
    match seconds {
        ..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        7200..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}
