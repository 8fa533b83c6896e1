//! Stands between scribe and a model's service and keeps what they say to each other, so that a run against a real
//! model can be looked at, judged and repeated by somebody without a key.
//!
//! ```text
//! model_tape record FILE MODEL URL     passes everything on to the service at URL and writes it down
//! model_tape replay FILE               answers from the file alone
//! ```
//!
//! It listens on 127.0.0.1 only, says where in one line on stdout, and ends when its stdin does. A tape is JSON lines:
//! first `{"model": …}`, then one exchange a line. No header of a request is kept, so no key can be on a tape.
#[expect(dead_code, reason = "the answers of the sample web")]
#[path = "sample_web/http.rs"]
mod http;

use std::{
    collections::HashMap,
    error::Error,
    fs::{self, File},
    io::{self, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    process::ExitCode,
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use ureq::{
    Agent,
    tls::{RootCerts, TlsConfig, TlsProvider},
};

use crate::http::{Request, read_request};

const USAGE: &str = "usage: model_tape record FILE MODEL URL | model_tape replay FILE";
/// Longer than scribe waits for any answer.
const PATIENCE: Duration = Duration::from_secs(600);
/// What a service is told of a request's headers.
const PASSED_ON: [&str; 4] = ["authorization", "x-api-key", "anthropic-version", "content-type"];
/// What is kept of an answer's headers.
const KEPT: [&str; 4] = ["retry-after", "x-should-retry", "request-id", "x-request-id"];

/// One question and its answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Exchange {
    path: String,
    request: Value,
    status: u16,
    /// Those of [`KEPT`] that came.
    headers: Vec<(String, String)>,
    /// As it came, also where it is no JSON.
    response: String,
    seconds: f64,
}

/// What answers scribe.
enum Tape {
    Record { file: Mutex<File>, base: String, client: Agent },
    Replay(Mutex<HashMap<(String, String), Vec<Exchange>>>),
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let tape = match words[..] {
        ["record", file, model, base] => record(file, model, base),
        ["replay", file] => replay(file),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match tape.and_then(run) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("model_tape: {error}");
            ExitCode::FAILURE
        }
    }
}

fn record(path: &str, model: &str, base: &str) -> Result<Tape, Box<dyn Error>> {
    let mut file = File::create(path)?;
    writeln!(file, "{}", json!({"model": model}))?;
    let tls =
        TlsConfig::builder().provider(TlsProvider::NativeTls).root_certs(RootCerts::PlatformVerifier).build();
    let config = Agent::config_builder()
        .tls_config(tls)
        .max_redirects(0)
        .http_status_as_error(false)
        .timeout_global(Some(PATIENCE))
        .build();
    let base = base.trim_end_matches('/').to_owned();
    Ok(Tape::Record { file: Mutex::new(file), base, client: config.new_agent() })
}

fn replay(path: &str) -> Result<Tape, Box<dyn Error>> {
    let mut answers: HashMap<_, Vec<Exchange>> = HashMap::new();
    for line in fs::read_to_string(path)?.lines().skip(1) {
        let exchange: Exchange = serde_json::from_str(line)?;
        let question = (exchange.path.clone(), exchange.request.to_string());
        answers.entry(question).or_default().push(exchange);
    }
    // Taken from the end.
    answers.values_mut().for_each(|exchanges| exchanges.reverse());
    Ok(Tape::Replay(Mutex::new(answers)))
}

impl Tape {
    fn answer(&self, request: &Request) -> Result<Exchange, Box<dyn Error>> {
        let path = request.url.path().to_owned();
        let question: Value = serde_json::from_str(&request.body)?;
        match self {
            Tape::Record { file, base, client } => {
                let exchange = pass_on(client, base, path, question, request)?;
                let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
                writeln!(file, "{}", serde_json::to_string(&exchange)?)?;
                Ok(exchange)
            }
            Tape::Replay(answers) => {
                let mut answers = answers.lock().unwrap_or_else(PoisonError::into_inner);
                let found = answers.get_mut(&(path.clone(), question.to_string()));
                // The last answer serves for ever: how often something is asked may depend on the moment.
                let next =
                    found.and_then(|left| if left.len() > 1 { left.pop() } else { left.last().cloned() });
                Ok(next.unwrap_or_else(|| Exchange {
                    response: json!({"error": {"message": "this question is not on the tape"}}).to_string(),
                    path,
                    request: question,
                    status: 404,
                    headers: Vec::new(),
                    seconds: 0.0,
                }))
            }
        }
    }
}

fn pass_on(
    client: &Agent,
    base: &str,
    path: String,
    question: Value,
    request: &Request,
) -> Result<Exchange, Box<dyn Error>> {
    let started = Instant::now();
    let passed_on = PASSED_ON.iter().filter(|name| !request.header(name).is_empty());
    let response = passed_on
        .fold(client.post(format!("{base}{path}")), |asked, name| asked.header(*name, request.header(name)))
        .send(&request.body)?;
    let headers = KEPT.iter().filter_map(|name| {
        let value = response.headers().get(*name)?.to_str().ok()?;
        Some(((*name).to_owned(), value.to_owned()))
    });
    let (headers, status) = (headers.collect(), response.status().as_u16());
    let response = response.into_body().read_to_string()?;
    Ok(Exchange {
        path,
        request: question,
        status,
        headers,
        response,
        seconds: started.elapsed().as_secs_f64(),
    })
}

/// Serves until stdin ends.
fn run(tape: Tape) -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    println!("listening on http://{}", listener.local_addr()?);
    io::stdout().flush()?;
    let tape = Arc::new(tape);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let tape = Arc::clone(&tape);
            thread::spawn(move || serve(&tape, &stream));
        }
    });
    io::copy(&mut io::stdin().lock(), &mut io::sink())?;
    Ok(())
}

/// Answers one connection; where the service cannot be asked, it hangs up.
fn serve(tape: &Tape, mut stream: &TcpStream) {
    let Some(request) = read_request(stream) else { return };
    match tape.answer(&request) {
        Ok(Exchange { status, headers, response, .. }) => {
            let headers: String =
                headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
            let length = response.len();
            // A client that went away is its own affair.
            let _ = write!(
                stream,
                "HTTP/1.1 {status} X\r\n{headers}content-type: application/json\r\ncontent-length: {length}\r\n\
                 connection: close\r\n\r\n{response}"
            );
        }
        Err(error) => eprintln!("model_tape: {error}"),
    }
}
