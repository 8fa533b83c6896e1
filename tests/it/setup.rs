//! `scribe setup`: by somebody at a terminal, by a script, and interrupted.
use std::{fs, os::unix::fs::PermissionsExt, path::PathBuf};

use scribe::database::migrate::head;

use crate::support::{KEY, ModelServer, Mood, Program, Run, SampleWeb, Terminal, TestDatabase, pair, route};

const TEMPLATE: &str = "Dear {{name}}, I read {{paper|your work}}. [Your Name]";

/// As Supabase's dashboard shows it, in the spelling of the Python Scribe.
fn pasted(database: &TestDatabase, password: &str) -> String {
    let (user, port) = (pair().fact("USER"), pair().fact(route()));
    format!("postgresql+psycopg2://{user}:{password}@localhost:{port}/{}?pgbouncer=true", database.name)
}

/// In a directory without anything of scribe's but its configuration, which is empty.
fn program() -> Program {
    Program::new()
}

struct Files {
    directory: PathBuf,
}

impl Files {
    fn of(program: &Program) -> Files {
        Files { directory: program.state_directory().parent().unwrap().into() }
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.directory.join(name)).unwrap()
    }

    fn mode(&self, name: &str) -> u32 {
        fs::metadata(self.directory.join(name)).unwrap().permissions().mode() & 0o7777
    }

    fn has_secrets(&self) -> bool {
        self.directory.join("secrets").exists()
    }

    /// Everything, to see whether anything changes.
    fn all(&self) -> Vec<(PathBuf, String)> {
        let of = |directory: PathBuf| {
            fs::read_dir(directory).into_iter().flatten().map(|entry| entry.unwrap().path())
        };
        let mut all: Vec<_> = of(self.directory.clone())
            .chain(of(self.directory.join("secrets")))
            .filter(|path| path.is_file())
            .map(|path| (path.clone(), fs::read_to_string(path).unwrap()))
            .collect();
        all.sort();
        all
    }
}

fn keeps_secrets(text: &str) {
    assert!(!text.contains(pair().fact("PASSWORD")) && !text.contains("hunter2"), "{text}");
}

/// What `setup --env` is given for a database.
fn env_of(database: &TestDatabase) -> String {
    database.environment().iter().map(|(name, value)| format!("{name}={value}\n")).collect()
}

/// Answers about the database, as somebody with the dashboard at hand.
fn answer_database(terminal: &mut Terminal, database: &TestDatabase) {
    terminal.answer_hidden("Connection string", &pasted(database, "[YOUR-PASSWORD]"));
    terminal.answer_hidden("Password", pair().fact("PASSWORD"));
    terminal.answer("CA file", pair().fact("CA"));
    terminal.see("Connected!");
}

#[test]
#[expect(clippy::too_many_lines, reason = "one way, told from its begin to its end")]
fn from_nothing_to_the_first_commands_and_once_more_without_a_change() {
    let (database, program) = (TestDatabase::empty(), program());
    let template = program.file("mail.txt", TEMPLATE);
    let files = Files::of(&program);
    let mut terminal = program.at_a_terminal(&["setup"]);
    answer_database(&mut terminal, &database);
    terminal.answer("Model [builtin]", "");
    terminal.answer("Search [none]", "");
    terminal.answer("e-mail address", "sam");
    terminal.see("no e-mail address");
    terminal.answer("e-mail address", "sam@example.org");
    terminal.answer("Your name", "");
    terminal.answer("without a name? [y/N]", "");
    terminal.answer("Your name", "Sam Student");
    terminal.see("your template");
    // Nothing is written before all is answered.
    let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";
    assert!(!files.has_secrets() && database.number(tables) == 0);
    terminal.press(&format!("{}\n", template.display()));
    assert_eq!(terminal.code(), 0, "{}", terminal.all());
    let screen = terminal.all();
    keeps_secrets(&screen);
    for told in ["Wrote ", "Running upgrade 0 -> 1", "Added sam@example.org", "compose --name", "--dry-run"] {
        assert!(screen.contains(told), "{told}: {screen}");
    }

    assert_eq!((files.mode("secrets"), files.mode("secrets/db_password")), (0o700, 0o600));
    assert_eq!(files.text("secrets/db_password").trim(), pair().fact("PASSWORD"));
    assert!(!files.text("scribe.toml").contains(pair().fact("PASSWORD")));
    assert!(files.text("scribe.toml").contains("db_sslmode = \"verify-full\""));
    // The service sees no home directories: it gets a copy.
    assert_eq!(files.text("database-ca.pem"), fs::read_to_string(pair().fact("CA")).unwrap());
    let user = &database.query("SELECT email, display_name, email_template FROM users", &[])[0];
    let user: [String; 3] = [user.get(0), user.get(1), user.get(2)];
    assert_eq!(user, ["sam@example.org", "Sam Student", TEMPLATE]);
    // The other commands find what was written.
    assert_eq!(program.ok(&["db", "current"]).trim(), format!("{} (head)", head()));
    assert!(
        program
            .ok(&[
                "queue",
                "add",
                "--user",
                "sam@example.org",
                "--name",
                "Ada Marlowe",
                "--interest",
                "tides"
            ])
            .contains("Queued 1")
    );

    let before = files.all();
    let mut again = program.at_a_terminal(&["setup"]);
    again.answer_hidden("Connection string", "");
    for question in
        ["CA file", "Model [builtin]", "Search [none]", "[sam@example.org]", "[Sam Student]", "your template"]
    {
        again.answer(question, "");
    }
    assert_eq!(again.code(), 0, "{}", again.all());
    assert!(
        again.all().contains("stay as they are") && !again.all().contains("Running upgrade"),
        "{}",
        again.all()
    );
    assert_eq!(files.all(), before);
    assert_eq!(
        database
            .number("SELECT count(*) FROM users WHERE display_name = 'Sam Student' AND email_template <> ''"),
        1
    );
}

#[test]
fn a_wrong_answer_is_told_with_its_remedy_and_asked_again() {
    let (database, program) = (TestDatabase::empty(), program());
    let mut terminal = program.at_a_terminal(&["setup"]);
    terminal.answer_hidden("Connection string", "mysql://sam:hunter2@localhost/db");
    terminal.see("fix: ");
    // One by one.
    terminal.answer_hidden("Connection string", "");
    terminal.answer("Host", "localhost");
    terminal.answer("Port [6543]", "22x");
    terminal.see("this is no port");
    terminal.answer("Port [6543]", pair().fact(route()));
    terminal.answer("Database [postgres]", &database.name);
    terminal.answer("User", pair().fact("USER"));
    terminal.answer_hidden("Password", "hunter2");
    terminal.answer("CA file", "/nowhere/ca.pem");
    terminal.see("there is no file /nowhere/ca.pem");
    terminal.see("fix: ");
    terminal.answer("CA file", pair().fact("CA"));
    let refused = terminal.see("fix: ");
    assert!(refused.contains("refused") || refused.contains("password"), "{refused}");
    // What was right need not be typed again.
    terminal.answer_hidden("Connection string", "");
    terminal.answer_hidden("Password (not shown; Enter keeps it)", pair().fact("PASSWORD"));
    terminal.answer("CA file", "");
    terminal.see("Connected!");
    keeps_secrets(&terminal.all());
    assert!(!Files::of(&program).has_secrets());
}

#[test]
fn a_key_that_is_refused_is_asked_for_again() {
    let (database, program, server) = (TestDatabase::empty(), program(), ModelServer::start(Mood::Obeys));
    let program = program.env("ANTHROPIC_BASE_URL", &server.url);
    let mut terminal = program.at_a_terminal(&["setup", "--user", "sam@example.org"]);
    answer_database(&mut terminal, &database);
    terminal.answer("Model [builtin]", "anthropic:claude-haiku-5-5");
    terminal.answer_hidden("key", "sk-wrong-hunter2");
    terminal.see("models cannot be used");
    terminal.answer("all the same? [y/N]", "");
    terminal.answer("Model [anthropic:claude-haiku-5-5]", "");
    terminal.answer_hidden("Enter keeps it", KEY);
    terminal.see("ok    models");
    terminal.answer("Search [none]", "");
    terminal.answer("your template", "");
    assert_eq!(terminal.code(), 0, "{}", terminal.all());
    keeps_secrets(&terminal.all());
    assert_eq!(Files::of(&program).text("secrets/anthropic_api_key").trim(), KEY);
}

#[test]
fn of_a_model_and_a_key_that_were_refused_nothing_is_written() {
    let (database, program, server) = (TestDatabase::empty(), program(), ModelServer::start(Mood::Obeys));
    let mut terminal = program.at_a_terminal(&["setup", "--user", "sam@example.org"]);
    answer_database(&mut terminal, &database);
    terminal.answer("Model [builtin]", "gpt5");
    terminal.see("there is no model");
    terminal.answer("Model [builtin]", "openai:gpt-5.4-mini");
    terminal.answer("Address of the server", &format!("{}/v1", server.url));
    terminal.answer_hidden("key", "sk-wrong-hunter2");
    terminal.answer("all the same? [y/N]", "n");
    terminal.answer("Model [openai:gpt-5.4-mini]", "builtin");
    terminal.answer("Search [none]", "google");
    terminal.see("is none of");
    terminal.answer("Search [none]", "");
    terminal.answer("your template", "");
    assert_eq!(terminal.code(), 0, "{}", terminal.all());
    let files = Files::of(&program);
    let all = files.all();
    assert!(all.iter().all(|(_, text)| !text.contains("hunter2") && !text.contains("openai")), "{all:?}");
    assert!(!files.directory.join("secrets/openai_api_key").exists());
}

#[test]
fn a_template_may_ask_for_a_column_and_the_commands_at_the_end_work() {
    let (database, program) = (TestDatabase::empty(), program());
    let text = "Dear {{name}}, about {{course|a course}} and {{interest}}. [Your Name]";
    let template = program.file("mail.txt", text);
    let arguments =
        ["setup", "--env", "-", "--user", "sam@example.org", "--name", "Sam O'Neill", "--template"];
    let arguments = [&arguments[..], &[template.to_str().unwrap()]].concat();
    let Run { code, stdout, stderr } = program.run_reading(&arguments, &env_of(&database));
    assert_eq!(code, 0, "{stdout}{stderr}");
    assert!(stderr.contains("needs a column “course”") && !stdout.contains("sudo"), "{stdout}{stderr}");
    assert!(
        stdout.contains(r"--sender 'Sam O'\''Neill'") && stdout.contains("--field 'course=…'"),
        "{stdout}"
    );
    let commands = stdout.split_once("Set up.").unwrap().1;
    assert!(commands.lines().all(|line| line.chars().count() <= 80 || line.contains('/')), "{commands}");

    let compose = |fields: &[&str]| {
        let mut arguments =
            vec!["compose", "--name", "Ada Marlowe", "--interest", "tides", "--sender", "Sam"];
        arguments.extend(["--template", template.to_str().unwrap()]);
        arguments.extend(fields.iter().flat_map(|field| ["--field", field]));
        program.run(&arguments)
    };
    let given = compose(&["Course=Marine Physics"]);
    assert_eq!(given.code, 0, "{}", given.stderr);
    assert!(given.stdout.contains("about Marine Physics and tides"), "{}", given.stdout);
    for (fields, told) in [
        (&["course=a", "Course=b"][..], "given twice"),
        (&["name=Bo"], "--name gives the name already"),
        (&["course=\u{1b}[2J"], "control character"),
        (&[], "--field"),
    ] {
        let refused = compose(fields);
        assert!(refused.code == 1 && refused.stderr.contains(told), "{fields:?}: {}", refused.stderr);
    }
    assert!(compose(&["course=a", "room=b"]).stderr.contains("no placeholder asks for the field \"room\""));
}

#[test]
fn a_misspelt_parameter_of_the_connection_string_is_named() {
    let (database, program) = (TestDatabase::empty(), program());
    let mut terminal = program.at_a_terminal(&["setup"]);
    let string = pasted(&database, pair().fact("PASSWORD")).replace("pgbouncer=true", "sslmod=verify-full");
    terminal.answer_hidden("Connection string", &string);
    terminal.answer("CA file", pair().fact("CA"));
    let told = terminal.see("Connecting");
    assert!(told.contains("unknown parameters skipped: sslmod"), "{told}");
}

#[test]
fn a_search_is_tried_and_its_contact_kept() {
    let (database, web) = (TestDatabase::empty(), SampleWeb::start(&[]));
    let program = web.environment().iter().fold(program(), |it, (name, value)| it.env(name, value));
    let program = program.env("SEARCH_PROVIDER", "").env("SEARXNG_URL", "");
    let mut terminal = program.at_a_terminal(&["setup", "--user", "sam@example.org"]);
    answer_database(&mut terminal, &database);
    terminal.answer("Model [builtin]", "");
    terminal.answer("Search [open]", "searxng");
    terminal.answer("Address of the server", &web.url);
    terminal.answer("e-mail or web address", "not one");
    terminal.see("fix: ");
    terminal.answer("e-mail or web address", "sam@example.org");
    terminal.see("ok    search");
    terminal.answer("your template", "");
    assert_eq!(terminal.code(), 0, "{}", terminal.all());
    let settings = Files::of(&program).text("scribe.toml");
    assert!(
        settings.contains(&format!("searxng_url = \"{}\"", web.url)) && settings.contains("contact = "),
        "{settings}"
    );
}

#[test]
fn ctrl_c_gives_the_echo_back_changes_nothing_and_ends_as_a_signal() {
    for stop in ["\x03", "\x1c"] {
        let (database, program) = (TestDatabase::empty(), program());
        let files = Files::of(&program);
        let before = files.all();
        let mut terminal = program.at_a_terminal(&["setup"]);
        terminal.answer_hidden("Connection string", &pasted(&database, "[YOUR-PASSWORD]"));
        terminal.see("Password");
        terminal.wait_for_echo(false);
        terminal.press("half a pass");
        terminal.press(stop);
        assert_eq!(terminal.code(), if stop == "\x03" { 130 } else { 131 }, "{}", terminal.all());
        assert!(terminal.echoes() && terminal.has_lines());
        assert_eq!(files.all(), before);
    }
}

#[test]
fn requests_to_end_the_end_of_input_and_a_lost_terminal_give_the_echo_back_too() {
    for (signal, code) in [("TERM", 143), ("HUP", 129)] {
        let program = program();
        let mut terminal = program.at_a_terminal(&["setup"]);
        terminal.see("Connection string");
        terminal.wait_for_echo(false);
        terminal.signal(signal);
        assert_eq!(terminal.code(), code);
        assert!(terminal.echoes());
    }
    let program = program();
    let mut terminal = program.at_a_terminal(&["setup"]);
    terminal.see("Connection string");
    terminal.wait_for_echo(false);
    terminal.press("\x04");
    assert_eq!(terminal.code(), 1);
    assert!(terminal.echoes() && terminal.all().contains("there are no more answers"));
}

#[test]
fn a_sleep_at_a_hidden_question_shows_what_others_type_and_hides_again() {
    let program = program();
    let mut terminal = program.at_a_terminal(&["setup"]);
    terminal.see("Connection string");
    terminal.wait_for_echo(false);
    terminal.press("\x1a");
    terminal.wait_until_stopped();
    assert!(terminal.echoes());
    terminal.signal("CONT");
    terminal.see("Connection string");
    terminal.wait_for_echo(false);
    terminal.press("\x03");
    assert_eq!(terminal.code(), 130);
}

#[test]
fn a_script_gives_everything_on_standard_input() {
    let (database, program) = (TestDatabase::empty(), program());
    let toml = "# mine\nlog_level = \"debug\"  # for now\ndb_host = \"old.example.org\"\n";
    program.file("scribe.toml", toml);
    let template = program.file("mail.txt", TEMPLATE);
    let input = format!("{}REDIS_URL=redis://localhost\nCONTACT=\nPOLL_INTERVAL='2'\n", env_of(&database));
    let arguments = [
        "setup",
        "--env",
        "-",
        "--user",
        "sam@example.org",
        "--name",
        "Sam Student",
        "--template",
        template.to_str().unwrap(),
    ];
    let Run { code, stdout, stderr } = program.run_reading(&arguments, &input);
    assert_eq!(code, 0, "{stdout}{stderr}");
    keeps_secrets(&format!("{stdout}{stderr}"));
    assert!(stdout.contains("left out: REDIS_URL") && stdout.contains("Added sam@example.org"), "{stdout}");
    let files = Files::of(&program);
    let settings = files.text("scribe.toml");
    assert!(
        settings.starts_with("# mine\nlog_level = \"debug\"  # for now\ndb_host = \"localhost\"\n"),
        "{settings}"
    );
    assert!(settings.contains("poll_interval = 2\n"), "{settings}");
    assert_eq!(files.mode("secrets/db_password"), 0o600);
    assert!(program.ok(&["db", "check"]).contains("Connected!"));

    // The same again changes nothing.
    let before = files.all();
    let again = program.run_reading(&["setup", "--env", "-"], &input);
    assert_eq!(again.code, 0, "{}{}", again.stdout, again.stderr);
    assert_eq!(files.all(), before);
}

#[test]
fn another_database_takes_the_place_of_all_that_named_the_old_one() {
    let (old, new, program) = (TestDatabase::empty(), TestDatabase::empty(), program());
    let user = ["--user", "sam@example.org"];
    let first = program.run_reading(&[&["setup", "--env", "-"], &user[..]].concat(), &env_of(&old));
    assert_eq!(first.code, 0, "{}", first.stderr);
    let url = format!(
        "DATABASE_URL={}&sslmode=verify-full&sslrootcert={}\n",
        pasted(&new, pair().fact("PASSWORD")),
        pair().fact("CA")
    );
    let second = program.run_reading(&[&["setup", "--env", "-"], &user[..]].concat(), &url);
    assert_eq!(second.code, 0, "{}", second.stderr);
    let files = Files::of(&program);
    assert!(!files.directory.join("secrets/db_password").exists());
    assert!(files.text("scribe.toml").contains("# db_host = \"localhost\""), "{}", files.text("scribe.toml"));
    let info = program.ok(&["db", "info"]);
    assert!(info.contains(&new.name), "{info}");
}

#[test]
fn a_script_is_told_what_is_missing_or_wrong_and_nothing_changes() {
    let (database, program) = (TestDatabase::empty(), program());
    let files = Files::of(&program);
    let before = files.all();
    let missing = program.run(&["setup"]);
    assert_eq!(missing.code, 78);
    for told in ["nothing was changed", "   why: no database is configured", "   fix: ", "--env -"] {
        assert!(missing.stderr.contains(told), "{told}: {}", missing.stderr);
    }
    for (input, code, told) in [
        (env_of(&database).replace(pair().fact("PASSWORD"), "hunter2"), 1, "refused"),
        (
            format!("{}EMAIL_COMPOSER_MODEL=anthropic:some-model\n", env_of(&database)),
            78,
            "ANTHROPIC_API_KEY",
        ),
        ("hunter2\n".into(), 1, "line 1 is not of the form NAME=value"),
        ("PORT=eighty\n".into(), 78, "PORT (your answer)"),
    ] {
        let run = program.run_reading(&["setup", "--env", "-"], &input);
        assert_eq!(run.code, code, "{}", run.stderr);
        assert!(run.stderr.contains(told) && run.stderr.contains("   fix: "), "{told}: {}", run.stderr);
        keeps_secrets(&format!("{}{}", run.stdout, run.stderr));
        assert_eq!(files.all(), before);
    }
    // All is right but who sends.
    let run = program.run_reading(&["setup", "--env", "-"], &env_of(&database));
    assert_eq!(run.code, 1);
    assert!(run.stderr.contains("--user EMAIL"), "{}", run.stderr);
    assert_eq!(files.all(), before);
}

#[test]
fn on_supabase_users_come_from_their_accounts() {
    let (database, program) = (TestDatabase::supabase(), program());
    let account =
        "INSERT INTO auth.users VALUES (gen_random_uuid(), 'sam@example.org', '{\"name\": \"Sam Student\"}')";
    database.admin().batch_execute(account).unwrap();
    let stranger =
        program.run_reading(&["setup", "--env", "-", "--user", "eve@example.org"], &env_of(&database));
    assert_eq!(stranger.code, 1);
    assert!(
        stranger.stderr.contains("auth.users") && stranger.stderr.contains("scribe user add"),
        "{}",
        stranger.stderr
    );
    // The only one is meant.
    let run = program.run_reading(&["setup", "--env", "-"], &env_of(&database));
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("--user sam@example.org"), "{}", run.stdout);
    assert_eq!(database.number("SELECT count(*) FROM users u JOIN auth.users a USING (id, email)"), 1);
}
