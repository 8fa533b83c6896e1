//! Whoever reads what scribe says may stop reading: that is nobody else's trouble.
use std::{
    fs::File,
    io::{self, BufRead, BufReader, PipeReader, PipeWriter, Read, Write},
    net::{TcpListener, TcpStream},
    process::{Child, Command},
    time::{Duration, Instant},
};

use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};

use crate::support::{Program, eventually};

/// A scribe whose database refuses connections, so that it has something to say now and then.
fn scribe() -> Program {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    [("DB_PORT", nobody.port().to_string().as_str()), ("DB_HOST", "127.0.0.1"), ("DB_NAME", "any")]
        .into_iter()
        .chain([("DB_USER", "any"), ("DB_PASSWORD", "any"), ("DB_SSLMODE", "disable")])
        .chain([("ENVIRONMENT", "development"), ("LOG_LEVEL", "debug")])
        .fold(Program::new(), |program, (name, value)| program.env(name, value))
}

/// Fills the pipe to the last byte.
fn fill(mut pipe: PipeWriter) {
    let flags = fcntl_getfl(&pipe).unwrap();
    fcntl_setfl(&pipe, flags | OFlags::NONBLOCK).unwrap();
    while pipe.write(b"x").is_ok() {}
    fcntl_setfl(&pipe, flags).unwrap();
}

/// Starts it, and reads where it listens.
fn start(program: &Program) -> (Child, BufReader<PipeReader>, PipeWriter, String) {
    let (reader, writer) = io::pipe().unwrap();
    let child = program.spawn_saying_to(&["run"], writer.try_clone().unwrap());
    let mut reader = BufReader::with_capacity(1, reader);
    let address = loop {
        let mut line = String::new();
        assert!(reader.read_line(&mut line).unwrap() > 0, "it ended");
        if let Some((_, rest)) = line.split_once("http://") {
            break rest.split('/').next().unwrap().to_owned();
        }
    };
    (child, reader, writer, address)
}

fn health(address: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.write_all(b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn terminate(child: &Child) {
    let status = Command::new("kill").args(["-s", "TERM", &child.id().to_string()]).status().unwrap();
    assert!(status.success());
}

#[test]
fn a_reader_that_stops_reading_holds_up_neither_health_nor_a_stop() {
    let program = scribe();
    let (mut child, _unread, writer, address) = start(&program);
    fill(writer);
    assert!(health(&address).contains("worker"));
    terminate(&child);
    let asked = Instant::now();
    let mut code = None;
    eventually("it ends although nobody reads that it stops", || {
        code = child.try_wait().unwrap();
        code.is_some()
    });
    assert_eq!(code.unwrap().code(), Some(0));
    println!("ended after {:?}", asked.elapsed());
}

#[test]
fn a_failure_is_no_reason_to_stay_where_nobody_reads_it() {
    let (program, (_unread, writer)) = (scribe(), io::pipe().unwrap());
    fill(writer.try_clone().unwrap());
    let mut child = program.spawn_saying_to(&["run", "--until-empty"], writer);
    let mut code = None;
    eventually("it ends although nobody reads why", || {
        code = child.try_wait().unwrap();
        code.is_some()
    });
    assert_eq!(code.unwrap().code(), Some(1));
}

#[test]
fn a_note_that_cannot_be_written_breaks_no_command() {
    // A secret file that nothing reads is worth a note.
    let program = scribe();
    let secrets = program.file("scribe.toml", "").with_file_name("secrets");
    std::fs::create_dir(&secrets).unwrap();
    std::fs::write(secrets.join("no_setting"), "x").unwrap();
    assert!(program.run(&["config", "show"]).stderr.contains("Note: "));
    for arguments in [&["config", "show"][..], &["db", "current"]] {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let code = program.spawn_saying_to(arguments, full).wait().unwrap().code();
        assert_eq!(code, Some(i32::from(arguments[0] == "db")), "{arguments:?}");
    }
}
