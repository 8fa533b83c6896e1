//! A stand-in for both kinds of model service: the wire formats, checks and errors of the real ones, with a mind that
//! obeys, disobeys or fails as a test wants. `scripts/check-stand-ins` holds it against the vendors' own clients.
mod formats;
mod mind;

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    sync::{Arc, Mutex},
    thread,
};

use serde::Deserialize;
use serde_json::{Value, json};

use self::formats::{Api, Refusal};
use super::{eventually, listen};

/// The only key that opens it.
pub const KEY: &str = "sk-test-hunter2-geheim";

/// What it does with a sound request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    /// Answers truthfully from the data, in the form that was asked for.
    Obeys,
    /// Does what a hostile page would like, in the form that was asked for.
    Steered,
    /// Chats.
    Babbles,
    /// Will not answer.
    Refuses,
    /// Runs into its limit.
    CutShort,
    /// Accepts and then says nothing.
    Stalls,
    /// Answers when it is in another mood.
    Waits,
    /// Answers truthfully, and does not say how many tokens that took.
    Uncounted,
    /// No longer takes the key.
    KeyExpired,
    /// Has used up what was paid for.
    QuotaUsedUp,
    /// Wants fewer requests, and says for how many seconds.
    RateLimited(u32),
    /// Is overloaded.
    Overloaded,
    /// Will not take a question with this word in it, and does not say why.
    ChokesOn(&'static str),
    /// Obeys the page that a stranger wrote for it.
    Follows(&'static Script),
    /// Says this, in a sound envelope.
    Says(&'static str),
    /// Sends this in place of any envelope.
    Sends(&'static str),
}

/// What a page wants from a model that does all a page asks.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Script {
    /// What it says about the person on the page.
    pub facts: Vec<String>,
    /// Texts for every slot.
    #[serde(default)]
    pub values: Vec<String>,
    /// What it searches for.
    #[serde(default)]
    pub terms: Vec<String>,
}

/// A running server; it ends with the test's process.
pub struct ModelServer {
    pub url: String,
    state: Arc<Mutex<State>>,
}

struct State {
    mood: Mood,
    /// After so many answers, the mood becomes this.
    turn: Option<(usize, Mood)>,
    requests: Vec<Asked>,
}

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Asked {
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: Value,
}

impl Asked {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

impl ModelServer {
    pub fn start(mood: Mood) -> ModelServer {
        let state = Arc::new(Mutex::new(State { mood, turn: None, requests: Vec::new() }));
        let shared = state.clone();
        let port = listen(move |stream| {
            let state = shared.clone();
            thread::spawn(move || serve(stream, &state));
        });
        ModelServer { url: format!("http://127.0.0.1:{port}"), state }
    }

    /// From now on.
    pub fn becomes(&self, mood: Mood) {
        let mut state = self.state.lock().unwrap();
        state.mood = mood;
        state.turn = None;
    }

    /// After so many more requests.
    pub fn becomes_after(&self, requests: usize, mood: Mood) {
        let mut state = self.state.lock().unwrap();
        state.turn = Some((state.requests.len() + requests, mood));
    }

    pub fn requests(&self) -> Vec<Asked> {
        self.state.lock().unwrap().requests.clone()
    }

    /// The environment that makes a model of this server the parser and the composer.
    pub fn environment(&self, model: &str) -> Vec<(String, String)> {
        model_environment(&self.url, KEY, model)
    }
}

/// The environment that makes a model at that address the parser and the composer.
pub fn model_environment(url: &str, key: &str, model: &str) -> Vec<(String, String)> {
    let (anthropic, openai) = (url.to_owned(), format!("{url}/v1"));
    let services = [("ANTHROPIC_BASE_URL", anthropic.as_str()), ("OPENAI_BASE_URL", openai.as_str())];
    let keys = ["ANTHROPIC_API_KEY", "OPENAI_API_KEY"].map(|name| (name, key));
    let models = ["TEMPLATE_PARSER_MODEL", "EMAIL_COMPOSER_MODEL"].map(|name| (name, model));
    let all = services.into_iter().chain(keys).chain(models);
    all.filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

fn serve(stream: TcpStream, state: &Mutex<State>) {
    let Some(asked) = read(&stream) else { return };
    let mood = {
        let mut state = state.lock().unwrap();
        if let Some((_, mood)) = state.turn.filter(|(at, _)| state.requests.len() >= *at) {
            state.mood = mood;
            state.turn = None;
        }
        state.requests.push(asked.clone());
        state.mood
    };
    let mood = match mood {
        Mood::Waits => next_mood(state),
        mood => mood,
    };
    if mood == Mood::Stalls {
        // Until the client hangs up.
        let _ = (&stream).read(&mut [0]);
        return;
    }
    let api = match asked.path.as_str() {
        "/v1/messages" => Api::Anthropic,
        "/v1/chat/completions" => Api::OpenAi,
        _ => return send(&stream, 404, "", "text/html", "<h1>Not Found</h1>"),
    };
    if let Mood::Sends(body) = mood {
        return send(&stream, 200, "", "application/json", body);
    }
    match answer(api, &asked, mood) {
        Ok(body) => send(&stream, 200, "", "application/json", &body.to_string()),
        Err(Refusal { status, headers, body }) => {
            send(&stream, status, &headers, "application/json", &body.to_string());
        }
    }
}

fn next_mood(state: &Mutex<State>) -> Mood {
    let mood = || state.lock().unwrap().mood;
    eventually("a mood to answer in", || mood() != Mood::Waits);
    mood()
}

fn answer(api: Api, asked: &Asked, mood: Mood) -> Result<Value, Refusal> {
    let expired = mood == Mood::KeyExpired;
    let request = api.check(asked, if expired { "another key" } else { KEY })?;
    match mood {
        Mood::QuotaUsedUp => Err(api.quota_used_up()),
        Mood::RateLimited(seconds) => Err(api.rate_limited(seconds)),
        Mood::Overloaded => Err(api.overloaded()),
        Mood::ChokesOn(word) if request.user.contains(word) => Err(api.invalid("Unprocessable.")),
        Mood::Refuses => Ok(api.refuses(&request)),
        Mood::CutShort => Ok(api.cut_short(&request, &mind::obey(&request.user).to_string())),
        Mood::Babbles => Ok(api.says(&request, "Happy to help! Which {person} do you mean?")),
        Mood::Steered => Ok(api.says(&request, &mind::steered(&request.user).to_string())),
        Mood::Follows(script) => Ok(api.says(&request, &mind::follows(script, &request.user).to_string())),
        Mood::Says(text) => Ok(api.says(&request, text)),
        _ => {
            let mut answer = api.says(&request, &mind::obey(&request.user).to_string());
            if mood == Mood::Uncounted {
                answer.as_object_mut().unwrap().remove("usage");
            }
            Ok(answer)
        }
    }
}

fn read(stream: &TcpStream) -> Option<Asked> {
    let mut reader = BufReader::new(stream);
    let mut first = String::new();
    reader.read_line(&mut first).ok()?;
    let path = first.split(' ').nth(1)?.to_owned();
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.push((name.to_lowercase(), value.trim().to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length")?.1.parse().ok()?;
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Asked { path, headers, body: serde_json::from_slice(&body).unwrap_or(json!(null)) })
}

fn send(mut stream: &TcpStream, status: u16, headers: &str, kind: &str, body: &str) {
    // A client that went away is its own affair.
    let _ = stream.write_all(
        format!(
            "HTTP/1.1 {status} X\r\nrequest-id: req_standin\r\nx-request-id: req_standin\r\n{headers}content-type: {kind}\r\n\
             content-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        )
        .as_bytes(),
    );
}
