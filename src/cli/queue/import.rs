//! `scribe queue import`: a spreadsheet becomes items of the queue, after everything in it was checked.
use std::{
    collections::{HashMap, HashSet},
    fmt::Write as _,
};

use serde::Serialize;

use super::{
    super::{
        args::ImportRequest,
        database,
        failure::Failure,
        note,
        output::Output,
        progress::Progress,
        spreadsheet::{self, Row, Sheet},
        user::find_user,
    },
    check_template, template,
};
use crate::{
    config::Settings,
    database::queue_items::{self, Again, Known, KnownState, NewItem, Queued},
    pipeline::{self, Fields, WantedColumn},
    text::words::fold,
};

/// How many recipients a dry run shows.
const SHOWN: usize = 3;
/// More that were left out are only counted, for people.
const MOST_LEFT_OUT: usize = 20;

/// What came of it, for programs.
#[derive(Serialize)]
struct Imported<'a> {
    /// How many were queued, or would be.
    queued: usize,
    dry_run: bool,
    /// The first of them, in a dry run.
    first: &'a [NewItem],
    left_out: &'a [LeftOut],
}

/// A recipient who was not queued.
#[derive(Serialize)]
struct LeftOut {
    line: u64,
    recipient_name: String,
    why: String,
}

/// A recipient and the line of the file that names them.
struct Recipient {
    line: u64,
    item: NewItem,
}

/// Imports a file, or shows what would come of it.
pub fn run(settings: &Settings, request: &ImportRequest, output: &mut Output<'_>) -> Result<(), Failure> {
    let sheet = spreadsheet::read(&request.file)?;
    let database = database(settings)?;
    let user = find_user(&database, &request.user)?;
    let template = template(request.template.as_deref(), &user)?;
    let others = sheet.others();
    let filled: Fields = others.iter().map(|name| ((*name).to_owned(), "-".to_owned())).collect();
    check_template(&template, &user, &filled)?;
    let refused = |why| Failure::because("nothing was queued", why, "mend that, and try again");
    let wanted = pipeline::wanted_columns(&template, &others).map_err(refused)?;
    explain(&sheet, &wanted, output)?;
    let again = if request.again { Again::Queue } else { Again::LeaveOut };
    let (recipients, mut left_out) = without_repetitions(checked(sheet, &wanted)?, again);
    let items: Vec<NewItem> = recipients.iter().map(|recipient| recipient.item.clone()).collect();
    let Queued { count, known } = match request.dry_run {
        true => {
            let known = queue_items::known(&database, user.id, &items)?;
            let left_out = if again == Again::LeaveOut { known.len() } else { 0 };
            Queued { count: items.len() - left_out, known }
        }
        false => {
            let mut progress = Progress::new(items.len());
            queue_items::enqueue(&database, user.id, &template, &items, again, &mut |done| {
                progress.tell(done);
            })?
        }
    };
    left_out.extend(known.iter().map(|known| LeftOut::new(&recipients[known.place], before(known))));
    left_out.sort_by_key(|left_out| left_out.line);
    let places: HashSet<usize> = known.iter().map(|known| known.place).collect();
    let is_out = |place: usize| again == Again::LeaveOut && places.contains(&place);
    let first: Vec<NewItem> = (0..items.len())
        .filter(|&place| !is_out(place))
        .take(if request.dry_run { SHOWN } else { 0 })
        .map(|place| items[place].clone())
        .collect();
    let imported = Imported { queued: count, dry_run: request.dry_run, first: &first, left_out: &left_out };
    if output.json {
        return Ok(output.value(&imported)?);
    }
    imported.print(again, output)
}

impl Sheet {
    /// The names of the columns that placeholders may ask for.
    fn others(&self) -> Vec<&str> {
        self.columns.others.iter().map(|&at| self.head[at].as_str()).collect()
    }
}

/// Tells how the file was understood.
fn explain(sheet: &Sheet, wanted: &[WantedColumn], output: &mut Output<'_>) -> Result<(), Failure> {
    sheet.notes.iter().for_each(|odd| note(odd));
    if output.json {
        return Ok(());
    }
    let named = |at: usize| format!("“{}”", sheet.head[at]);
    let name = sheet.columns.name.places().map(named).collect::<Vec<_>>().join(" ");
    let mut told = format!("Columns: name from {name}, interest from {}", named(sheet.columns.interest));
    if let Some(email) = sheet.columns.email {
        let _ = write!(told, ", e-mail from {}", named(email));
    }
    for WantedColumn { column, placeholder, .. } in wanted {
        let _ = write!(told, ", {placeholder} from {}", named(sheet.columns.others[*column]));
    }
    let name_parts: Vec<usize> = sheet.columns.name.places().collect();
    let is_unused = |(column, at): &(usize, &usize)| {
        !name_parts.contains(at) && !wanted.iter().any(|wanted| wanted.column == *column)
    };
    let unused: Vec<String> =
        sheet.columns.others.iter().enumerate().filter(is_unused).map(|(_, at)| named(*at)).collect();
    if !unused.is_empty() {
        let _ = write!(told, "; not used: {}", unused.join(", "));
    }
    Ok(output.line(told)?)
}

/// The recipients, if nothing is wrong with any row.
fn checked(sheet: Sheet, wanted: &[WantedColumn]) -> Result<Vec<Recipient>, Failure> {
    let names: Vec<String> = sheet.others().into_iter().map(str::to_owned).collect();
    two_of_a_name(&names, wanted)?;
    let mut wrong = sheet.wrong;
    let mut recipients = Vec::with_capacity(sheet.rows.len());
    for row in sheet.rows {
        let line = row.line;
        match item(row, &names, wanted) {
            Ok(item) => recipients.push(Recipient { line, item }),
            Err(why) => wrong.push(spreadsheet::Wrong { line, why }),
        }
    }
    if wrong.is_empty() {
        return Ok(recipients);
    }
    wrong.sort_by_key(|wrong| wrong.line);
    let wrong = wrong.into_iter().map(|wrong| format!("line {}: {}", wrong.line, wrong.why)).collect();
    Err(Failure::listing("nothing was queued", wrong, "mend these and try again"))
}

/// Nobody could say which of the two a placeholder means.
fn two_of_a_name(names: &[String], wanted: &[WantedColumn]) -> Result<(), Failure> {
    for WantedColumn { column, placeholder, .. } in wanted {
        let name = &names[*column];
        if names.iter().filter(|other| fold(other) == fold(name)).count() > 1 {
            return Err(Failure::because(
                "nothing was queued",
                format!("{placeholder} asks for the column {name:?}, and there are two"),
                "give one of them another name",
            ));
        }
    }
    Ok(())
}

fn item(row: Row, names: &[String], wanted: &[WantedColumn]) -> Result<NewItem, String> {
    pipeline::check_recipient(&row.name, &row.interest)?;
    let value = |wanted: &WantedColumn| row.others.get(wanted.column).cloned().unwrap_or_default();
    let is_missing = |wanted: &&WantedColumn| wanted.is_needed && value(wanted).is_empty();
    if let Some(WantedColumn { column, placeholder, .. }) = wanted.iter().find(is_missing) {
        return Err(format!(
            "nothing stands under {:?} for {placeholder}; fill it in, or give a fall-back text in the template",
            names[*column]
        ));
    }
    let fields: Fields = wanted.iter().map(|wanted| (names[wanted.column].clone(), value(wanted))).collect();
    pipeline::check_fields(&fields)?;
    Ok(NewItem { name: row.name, interest: row.interest, email: row.email, fields })
}

/// Leaves out whoever stands in the file a second time: by the same address, or the same name where not both have one.
fn without_repetitions(recipients: Vec<Recipient>, again: Again) -> (Vec<Recipient>, Vec<LeftOut>) {
    if again == Again::Queue {
        return (recipients, Vec::new());
    }
    let mut by_email: HashMap<String, u64> = HashMap::new();
    // The first line of a name, and the first of it without an address: a file may have thousands of one name.
    let mut by_name: HashMap<String, (Option<u64>, Option<u64>)> = HashMap::new();
    let (mut kept, mut left_out) = (Vec::with_capacity(recipients.len()), Vec::new());
    for recipient in recipients {
        let (name, line) = (recipient.item.name.to_lowercase(), recipient.line);
        let email = recipient.item.email.as_deref().map(str::to_lowercase);
        let (first, first_without) = by_name.entry(name).or_default();
        let same_email = email.as_ref().and_then(|email| by_email.get(email)).copied();
        let earlier = same_email.or(if email.is_some() { *first_without } else { *first });
        if let Some(earlier) = earlier {
            left_out.push(LeftOut::new(&recipient, format!("stands in line {earlier} already")));
            continue;
        }
        first.get_or_insert(line);
        if email.is_none() {
            first_without.get_or_insert(line);
        }
        by_email.extend(email.map(|email| (email, line)));
        kept.push(recipient);
    }
    (kept, left_out)
}

/// What became of a recipient before, behind their name.
pub fn before(known: &Known) -> String {
    let did = match known.state {
        KnownState::Waiting => "waits in the queue already",
        KnownState::InWork => "is being written to already",
        KnownState::Written => "was written to already",
    };
    let day = known.day.as_ref().map(|day| format!(" ({day})")).unwrap_or_default();
    format!("{did}{day}")
}

impl LeftOut {
    fn new(recipient: &Recipient, why: String) -> LeftOut {
        LeftOut { line: recipient.line, recipient_name: recipient.item.name.clone(), why }
    }
}

impl Imported<'_> {
    fn print(&self, again: Again, output: &mut Output<'_>) -> Result<(), Failure> {
        for (number, item) in (1..).zip(self.first) {
            let email = item.email.as_ref().map(|email| format!(" <{email}>")).unwrap_or_default();
            output.line(format!("{number}. {}{email}", item.name))?;
            output.line(format!("   interest: {}", item.interest))?;
            for (name, value) in item.fields.iter() {
                output.line(format!("   {name}: {value}"))?;
            }
        }
        let what = if again == Again::Queue { "Once more" } else { "Left out" };
        for LeftOut { line, recipient_name, why } in self.left_out.iter().take(MOST_LEFT_OUT) {
            output.line(format!("{what}: line {line}, {recipient_name} {why}"))?;
        }
        if let Some(more) = self.left_out.len().checked_sub(MOST_LEFT_OUT + 1) {
            output.line(format!("{what}: {} more", more + 1))?;
        }
        if again == Again::LeaveOut && !self.left_out.is_empty() {
            output.line(format!("{} left out; `--again` queues them all the same", self.left_out.len()))?;
        }
        let done = match self.dry_run {
            true => format!("{} recipient(s) are fine; nothing was queued", self.queued),
            false => format!("Queued {} recipient(s)", self.queued),
        };
        Ok(output.line(done)?)
    }
}
