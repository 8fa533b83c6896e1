//! `GET /health` and `GET /metrics`: answered from memory on the main thread, whatever the worker is doing.
use std::{convert::Infallible, sync::Arc, time::Duration};

use http_body_util::Full;
use hyper::{
    Method, Request, Response, StatusCode,
    body::{Bytes, Incoming},
    header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderValue},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
};

use super::{metrics, status::Status};
use crate::model::Meter;

/// More connections at a time wait in the kernel's queue, which bounds the memory.
const MOST_CONNECTIONS: usize = 64;

/// A client that sends its request more slowly is dropped.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(2);

/// A connection is dropped after this long, whatever it does.
const CONNECTION_TIMEOUT: Duration = Duration::from_secs(10);

/// Longest head of a request, in bytes.
const MOST_HEAD: usize = 8 * 1024;

/// What the answers are made of.
#[derive(Clone)]
pub struct Memory {
    /// The daemon's own state.
    pub status: Arc<Status>,
    /// What its models used.
    pub meter: Arc<Meter>,
}

/// Serves for ever.
pub async fn serve(listener: TcpListener, memory: Memory) {
    let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    loop {
        let Ok(place) = places.clone().acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, _)) => {
                tokio::spawn(answer(stream, memory.clone(), place));
            }
            // Out of descriptors, or the client was gone already: a moment later it may work.
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
}

async fn answer(stream: TcpStream, memory: Memory, _place: OwnedSemaphorePermit) {
    let service = service_fn(move |request| {
        let response = respond(&request, &memory);
        async { Ok::<_, Infallible>(response) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        // The answer costs nothing, and a crowd that keeps its connections would keep everybody else out.
        .keep_alive(false)
        .header_read_timeout(REQUEST_TIMEOUT)
        .max_buf_size(MOST_HEAD)
        .serve_connection(TokioIo::new(stream), service);
    // What a client does wrong is its own affair.
    let _ = tokio::time::timeout(CONNECTION_TIMEOUT, connection).await;
}

fn respond(request: &Request<Incoming>, memory: &Memory) -> Response<Full<Bytes>> {
    let answer: fn(&Memory) -> Response<Full<Bytes>> = match request.uri().path() {
        "/health" => health,
        "/metrics" => metrics,
        _ => return plain(StatusCode::NOT_FOUND, "there are only /health and /metrics\n"),
    };
    match *request.method() {
        Method::GET | Method::HEAD => answer(memory),
        _ => {
            let mut response = plain(StatusCode::METHOD_NOT_ALLOWED, "only GET and HEAD\n");
            response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
            response
        }
    }
}

fn health(memory: &Memory) -> Response<Full<Bytes>> {
    let health = memory.status.health();
    let code = if health.is_healthy() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    // Plain structs of texts and numbers always serialise.
    let body = serde_json::to_vec(&health).unwrap_or_default();
    of_the_moment(code, "application/json", body)
}

fn metrics(memory: &Memory) -> Response<Full<Bytes>> {
    let text = metrics::text(&memory.status.snapshot(), &memory.meter.read());
    of_the_moment(StatusCode::OK, metrics::CONTENT_TYPE, text)
}

/// Nobody may keep it for later.
fn of_the_moment(code: StatusCode, kind: &'static str, body: impl Into<Bytes>) -> Response<Full<Bytes>> {
    let mut response = answer_with(code, kind, body.into());
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn plain(code: StatusCode, text: &'static str) -> Response<Full<Bytes>> {
    answer_with(code, "text/plain; charset=utf-8", Bytes::from_static(text.as_bytes()))
}

fn answer_with(code: StatusCode, kind: &'static str, body: Bytes) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = code;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}
