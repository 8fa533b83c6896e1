//! Models behind a service: one question is one answer, whatever it takes of tries within its time.
mod abilities;
mod anthropic;
mod fault;
#[cfg(test)]
pub(super) mod fuzz_targets;
mod line;
mod openai;
#[cfg(test)]
mod testing;

use std::{
    cell::Cell,
    fmt::Write,
    time::{Duration, Instant},
};

use log::{debug, warn};
use serde_json::Value as Json;
use url::Url;

use super::{
    AnalyseTask, Analysis, FactsTask, Model, ModelError, PageFacts, SelectTask, Value, ValuesTask, answers,
    ledger::{Ledger, Spent},
    prompts::{self, Question},
    used::Tokens,
};
use crate::{
    condition::MODEL_UNUSABLE,
    config::{Provider, RemoteModel, Secret},
    jitter::jittered,
    liveness,
};
use abilities::Abilities;
use fault::{Complaint, Fault, classify};
use line::{Line, Received, Sent, host};

/// How often a call that failed in passing is made again.
const MOST_RETRIES: u32 = 2;
/// The longest wish that is waited for with the item in hand; for a longer one the item goes back.
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// The first pause of our own; it doubles.
const FIRST_PAUSE: Duration = Duration::from_millis(600);
/// By how much an answer's limit grows, once, when it was cut off.
const MORE_TOKENS: u32 = 4;

/// What the wire formats differ in.
trait Api: Send {
    fn url(&self, base: &Url) -> Url;
    fn headers(&self, key: Option<&Secret>) -> Vec<(&'static str, String)>;
    fn body(&self, model: &RemoteModel, abilities: Abilities, question: &Question, tokens: u32) -> Json;
    /// What an answer says that it used, an answer with an error too.
    fn tokens(&self, answer: &Json) -> Option<Tokens>;
    /// From the body of a success that holds no error.
    fn read(&self, answer: &Json) -> Result<Reply, Fault>;
}

/// An answer, read.
#[derive(Debug)]
struct Reply {
    text: String,
    end: End,
}

/// Why it ended.
#[derive(Debug, PartialEq, Eq)]
enum End {
    Done,
    /// At the limit of tokens that was asked for.
    Cut,
    /// Where the model's context ends: a larger limit would not help.
    Full,
    /// The model, or a filter before it, would not.
    Refused,
    /// In a way that nothing is known about.
    Odd(String),
}

/// A model behind a service.
pub(super) struct Remote {
    model: RemoteModel,
    api: Box<dyn Api>,
    line: Line,
    ledger: Ledger,
    /// What is known by now; kept only when it has led to an answer.
    abilities: Cell<Abilities>,
    /// Whether it was said that the server cuts what it is sent.
    told_of_cut: Cell<bool>,
    first_pause: Duration,
}

impl Remote {
    pub fn new(model: RemoteModel, ledger: Ledger) -> Remote {
        Remote {
            api: match model.provider {
                Provider::Anthropic => Box::new(anthropic::Anthropic),
                Provider::OpenAi => Box::new(openai::OpenAi),
            },
            line: Line::new(model.key.clone()),
            abilities: Cell::new(Abilities::of(&model)),
            told_of_cut: Cell::new(false),
            first_pause: FIRST_PAUSE,
            model,
            ledger,
        }
    }

    /// Asks, and takes the answer's text apart.
    fn ask<T>(&self, question: &Question, parse: fn(&str) -> Result<T, String>) -> Result<T, ModelError> {
        let until = self.ledger.admit(self.model.timeout)?;
        let mut reply = self.reply(question, question.tokens, until)?;
        if reply.end == End::Cut {
            reply = self.reply(question, question.tokens * MORE_TOKENS, until)?;
        }
        let bad = |why: String| Err(ModelError::BadAnswer(format!("{}: {why}", self.model)));
        match reply.end {
            End::Done => parse(&reply.text).or_else(bad),
            End::Cut => bad("the answer is longer than it may be".to_owned()),
            End::Full => bad("question and answer are longer than the model's context".to_owned()),
            End::Refused => bad("the model refused to answer".to_owned()),
            End::Odd(reason) => bad(format!("the answer ended with {:?}", self.line.without_key(&reason))),
        }
    }

    /// Tries until there is a reply, nothing is left to try, or the time is over.
    fn reply(&self, question: &Question, tokens: u32, until: Instant) -> Result<Reply, ModelError> {
        let mut abilities = self.abilities.get();
        let mut retries = 0;
        loop {
            let sent = self.sent(question, tokens, abilities);
            let hold = self.ledger.reserve(most(&sent), self.model.prices)?;
            let (spent, result) = self.once(question, &sent, until);
            self.ledger.settle(hold, spent);
            let fault = match result {
                Ok(reply) => {
                    self.abilities.set(abilities);
                    return Ok(reply);
                }
                Err(fault) => fault,
            };
            match fault {
                Fault::Misfit(detail) => {
                    let less = abilities.after(&detail, self.model.provider, Abilities::of(&self.model));
                    abilities = less
                        .ok_or(ModelError::Unusable { condition: &MODEL_UNUSABLE, detail: detail.clone() })?;
                    debug!("{}: asked again with less: {detail}", self.model);
                }
                Fault::Passing { message, retry_after, again } => {
                    let pause = retry_after.unwrap_or_else(|| jittered(self.first_pause * 2u32.pow(retries)));
                    let fits = pause <= LONGEST_WAIT && Instant::now() + pause < until;
                    if !again || !fits || retries == MOST_RETRIES {
                        return Err(ModelError::Transient { message, retry_after });
                    }
                    retries += 1;
                    debug!("{}: tried again in {:.1} s: {message}", self.model, pause.as_secs_f64());
                    liveness::sleep(pause);
                }
                Fault::Lasting { condition, detail } => {
                    return Err(ModelError::Unusable { condition, detail });
                }
                Fault::Bad(message) => return Err(ModelError::BadAnswer(message)),
            }
        }
    }

    fn sent(&self, question: &Question, tokens: u32, abilities: Abilities) -> Sent {
        Sent {
            url: self.api.url(&self.model.base_url),
            headers: self.api.headers(self.model.key.as_ref()),
            body: self.api.body(&self.model, abilities, question, tokens),
        }
    }

    /// One call: what it came to, and what it gave.
    fn once(&self, question: &Question, sent: &Sent, until: Instant) -> (Spent, Result<Reply, Fault>) {
        let started = Instant::now();
        let received = match self.line.exchange(sent, until) {
            Ok(received) => received,
            // Given up, and perhaps answered and charged all the same.
            Err(fault @ Fault::Passing { .. }) => return (Spent::Unknown, Err(fault)),
            Err(fault) => return (Spent::Nothing, Err(fault)),
        };
        let said = said(&host(&sent.url), &received);
        if !(200..300).contains(&received.status) {
            let complaint = Complaint::read(&received.body);
            return (Spent::Nothing, Err(self.refusal(received.status, &complaint, &said, &received)));
        }
        let Ok(answer) = serde_json::from_slice::<Json>(&received.body) else {
            let quoted = self.line.without_key(&Complaint::read(&received.body).line());
            return (Spent::Unknown, Err(Fault::Bad(format!("{said}, and not with JSON: {quoted}"))));
        };
        let used = self.api.tokens(&answer);
        let spent = used.map_or(Spent::Unknown, Spent::Tokens);
        if let Some(complaint) = Complaint::find(&answer).filter(|_| !answer["error"].is_null()) {
            return (spent, Err(self.refusal(complaint.status(), &complaint, &said, &received)));
        }
        let reply = self.api.read(&answer);
        if reply.is_ok() {
            let seconds = started.elapsed().as_secs_f64();
            debug!("{}: {} in {seconds:.1} s, {}; {said}", self.model, question.name, told(used));
            self.watch_for_cut(question, used);
        }
        (spent, reply)
    }

    fn refusal(&self, status: u16, complaint: &Complaint, said: &str, received: &Received) -> Fault {
        let hush = |text: String| self.line.without_key(&text);
        match classify(status, complaint, said, received.retry_after, received.should_retry) {
            Fault::Passing { message, retry_after, again } => {
                Fault::Passing { message: hush(message), retry_after, again }
            }
            Fault::Lasting { condition, detail } => Fault::Lasting { condition, detail: hush(detail) },
            Fault::Misfit(detail) => Fault::Misfit(hush(detail)),
            Fault::Bad(message) => Fault::Bad(hush(message)),
        }
    }

    /// Ollama cuts a prompt that is longer than its context and says nothing. No text has eight letters a token.
    fn watch_for_cut(&self, question: &Question, used: Option<Tokens>) {
        let is_cut =
            used.is_some_and(|used| used.input > 0 && used.input * 8 < question.user.chars().count() as u64);
        if is_cut && !self.told_of_cut.replace(true) {
            warn!(
                "{}: the server read only a part of what it was sent; give it a larger context (Ollama: \
                 OLLAMA_CONTEXT_LENGTH=16384)",
                self.model
            );
        }
    }
}

impl Model for Remote {
    fn name(&self) -> String {
        self.model.to_string()
    }

    fn temperature(&self) -> Option<f64> {
        self.model.temperature.filter(|_| self.abilities.get().temperature)
    }

    fn probe(&self) -> Result<String, ModelError> {
        self.ask(&prompts::probe(), answers::probe)
    }

    fn analyse(&self, task: &AnalyseTask<'_>) -> Result<Analysis, ModelError> {
        self.ask(&prompts::analyse(task), answers::analysis)
    }

    fn facts(&self, task: &FactsTask<'_>) -> Result<PageFacts, ModelError> {
        self.ask(&prompts::facts(task), answers::page_facts)
    }

    fn select(&self, task: &SelectTask<'_>) -> Result<Vec<usize>, ModelError> {
        self.ask(&prompts::select(task), answers::selection)
    }

    fn values(&self, task: &ValuesTask<'_>) -> Result<Vec<Value>, ModelError> {
        self.ask(&prompts::values(task), answers::values)
    }
}

/// The most that a call can use: three bytes a token are few for any text, and the answer may be as long as its limit.
fn most(sent: &Sent) -> Tokens {
    let limit = |name: &str| sent.body[name].as_u64();
    Tokens {
        input: (sent.body.to_string().len() as u64).div_ceil(3),
        output: limit("max_tokens").or_else(|| limit("max_completion_tokens")).unwrap_or_default(),
    }
}

/// Who answered, how, and under which name the service knows it.
fn said(host: &str, received: &Received) -> String {
    let mut said = format!("{host} answered {}", received.status);
    if !received.request_id.is_empty() {
        // Writing to a String cannot fail.
        let _ = write!(said, " (request {})", received.request_id);
    }
    said
}

fn told(tokens: Option<Tokens>) -> String {
    tokens.map_or("tokens not counted".to_owned(), |Tokens { input, output }| {
        format!("{input} tokens in, {output} out")
    })
}

fn with_path(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("{}/{path}", base.path().trim_end_matches('/')));
    url
}

/// What to do, with the form of the answer in words.
fn with_schema(question: &Question) -> String {
    format!(
        "{}\nAnswer with one JSON object of this JSON schema, and nothing else:\n{}",
        question.system, question.schema
    )
}

#[cfg(test)]
#[path = "remote_tests.rs"]
mod tests;
