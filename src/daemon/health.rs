//! `GET /health`: answered from memory on the main thread, whatever the worker is doing.
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

use super::status::Status;

/// More connections at a time wait in the kernel's queue, which bounds the memory.
const MOST_CONNECTIONS: usize = 64;

/// A client that sends its request more slowly is dropped.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(2);

/// A connection is dropped after this long, whatever it does.
const CONNECTION_TIMEOUT: Duration = Duration::from_secs(10);

/// Longest head of a request, in bytes.
const MOST_HEAD: usize = 8 * 1024;

/// Serves for ever.
pub async fn serve(listener: TcpListener, status: Arc<Status>) {
    let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    loop {
        let Ok(place) = places.clone().acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, _)) => {
                tokio::spawn(answer(stream, status.clone(), place));
            }
            // Out of descriptors, or the client was gone already: a moment later it may work.
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
}

async fn answer(stream: TcpStream, status: Arc<Status>, _place: OwnedSemaphorePermit) {
    let service = service_fn(move |request| {
        let response = respond(&request, &status);
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

fn respond(request: &Request<Incoming>, status: &Status) -> Response<Full<Bytes>> {
    match (request.uri().path(), request.method()) {
        ("/health", &Method::GET | &Method::HEAD) => health(status),
        ("/health", _) => {
            let mut response = plain(StatusCode::METHOD_NOT_ALLOWED, "only GET and HEAD\n");
            response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
            response
        }
        _ => plain(StatusCode::NOT_FOUND, "there is only /health\n"),
    }
}

fn health(status: &Status) -> Response<Full<Bytes>> {
    let health = status.health();
    let code = if health.is_healthy() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    // Plain structs of texts and numbers always serialise.
    let body = serde_json::to_vec(&health).unwrap_or_default();
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() = code;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn plain(code: StatusCode, text: &'static str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from_static(text.as_bytes())));
    *response.status_mut() = code;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}
