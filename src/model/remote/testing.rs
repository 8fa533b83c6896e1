//! For tests: a model's settings, and a service that answers as scripted.
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use serde_json::{Value, json};

use crate::config::{Prices, Provider, RemoteModel, Secret};

/// Its key is `hunter2-key`.
pub(super) fn model(provider: Provider, name: &str, base_url: &str) -> RemoteModel {
    RemoteModel {
        provider,
        model: name.to_owned(),
        base_url: base_url.parse().unwrap(),
        key: Some(Secret::new("hunter2-key")),
        temperature: Some(0.5),
        timeout: Duration::from_secs(20),
        prices: Some(Prices { input: 1.0, output: 2.0 }),
    }
}

/// A service that gives one scripted answer after the other, the last for ever.
pub(super) struct Service {
    pub base: String,
    requests: Arc<Mutex<Vec<(String, Value)>>>,
}

impl Service {
    /// Head and body of each request.
    pub fn requests(&self) -> Vec<(String, Value)> {
        self.requests.lock().unwrap().clone()
    }
}

/// Starts it; an answer is a status, further headers, and a body. Status 0 hangs up, 1 says nothing for ever.
pub(super) fn serve(script: Vec<(u16, &'static str, String)>) -> Service {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let requests = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&requests);
    thread::spawn(move || {
        let mut silent = Vec::new();
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") && reader.read_line(&mut head).is_ok_and(|read| read > 0) {}
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap_or("0");
            let mut body = vec![0; length.parse().unwrap()];
            reader.read_exact(&mut body).unwrap();
            let at = {
                let mut log = log.lock().unwrap();
                log.push((head, serde_json::from_slice(&body).unwrap()));
                log.len() - 1
            };
            let (status, headers, body) = script.get(at).or(script.last()).unwrap();
            match status {
                0 => {}
                1 => silent.push(stream),
                _ => {
                    let length = body.len();
                    let head = format!(
                        "HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n{headers}\r\n"
                    );
                    let _ = stream.write_all(format!("{head}{body}").as_bytes());
                }
            }
        }
    });
    Service { base, requests }
}

/// A whole answer in Anthropic's form.
pub(super) fn anthropic(text: &str, stop_reason: &str) -> (u16, &'static str, String) {
    let body = json!({
        "id": "msg_1", "type": "message", "role": "assistant", "model": "m",
        "content": [{"type": "text", "text": text}], "stop_reason": stop_reason, "stop_sequence": null,
        "usage": {"input_tokens": 1000, "output_tokens": 100},
    });
    (200, "request-id: req_1\r\n", body.to_string())
}

/// A whole answer in OpenAI's form.
pub(super) fn openai(text: &str) -> (u16, &'static str, String) {
    let choice =
        json!({"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"});
    (
        200,
        "",
        json!({"choices": [choice], "usage": {"prompt_tokens": 1000, "completion_tokens": 100}}).to_string(),
    )
}

/// An error in Anthropic's form.
pub(super) fn refusal(
    status: u16,
    headers: &'static str,
    kind: &str,
    message: &str,
) -> (u16, &'static str, String) {
    (status, headers, json!({"type": "error", "error": {"type": kind, "message": message}}).to_string())
}
