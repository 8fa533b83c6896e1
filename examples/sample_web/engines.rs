//! The search engines that want a key: Exa below `/exa`, Brave below `/brave`. The key is [`KEY`]; with [`SPENT`] the
//! month is over.
use serde_json::{Value, json};

use crate::{
    http::{Request, Response},
    search::Site,
};

/// The only key that is good.
pub const KEY: &str = "sample-key";
/// A key whose quota is used up.
pub const SPENT: &str = "sample-key-spent";

/// Answers for the engine at a path, e.g. `/exa/search`.
pub fn answer(site: &Site, request: &Request) -> Response {
    let (status, body) = match (request.method.as_str(), request.url.path()) {
        ("POST", "/exa/search") => exa(site, request),
        ("GET", "/brave/res/v1/web/search") => brave(site, request),
        (_, "/exa/search" | "/brave/res/v1/web/search") => return Response::status_page(405),
        _ => return Response::status_page(404),
    };
    Response::new(status, "application/json", body.to_string())
}

fn exa(site: &Site, request: &Request) -> (u16, Value) {
    let refused = |status, tag: &str| {
        (status, json!({"requestId": "sample", "error": format!("the sample web says {tag}"), "tag": tag}))
    };
    match request.header("x-api-key") {
        KEY => (),
        SPENT => return refused(402, "NO_MORE_CREDITS"),
        _ => return refused(401, "INVALID_API_KEY"),
    }
    let question: Value = serde_json::from_str(&request.body).unwrap_or_default();
    let Some(query) = question["query"].as_str() else { return refused(400, "INVALID_REQUEST_BODY") };
    let most = question["numResults"].as_u64().unwrap_or(10) as usize;
    let length = question["contents"]["text"]["maxCharacters"].as_u64();
    let results: Vec<_> = site
        .find(query)
        .into_iter()
        .take(most)
        .map(|(score, path, page)| {
            let url = request.url.join(path).map(String::from).unwrap_or_default();
            // what Exa could not read has no text
            let text = length.filter(|_| site.html(path).is_some());
            let text = text.map(|length| page.lines.chars().take(length as usize).collect::<String>());
            json!({
                "id": url, "url": url, "title": page.title, "publishedDate": null, "author": null,
                "score": score, "text": text,
            })
        })
        .collect();
    let cost = json!({"total": 0.005});
    (
        200,
        json!({"requestId": "sample", "resolvedSearchType": "neural", "results": results, "costDollars": cost}),
    )
}

fn brave(site: &Site, request: &Request) -> (u16, Value) {
    let refused = |status: u16, code: &str, meta: Value| {
        let error = json!({"id": "sample", "status": status, "code": code, "detail": "sample", "meta": meta});
        (status, json!({"type": "ErrorResponse", "error": error, "time": 1_763_900_000}))
    };
    match request.header("x-subscription-token") {
        KEY => (),
        SPENT => {
            let meta = json!({"plan": "Free", "rate_limit": 1, "quota_limit": 2000, "quota_current": 2000});
            return refused(429, "RATE_LIMITED", meta);
        }
        _ => return refused(422, "SUBSCRIPTION_TOKEN_INVALID", json!({})),
    }
    let parameter =
        |name: &str| request.url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value);
    let count = parameter("count").map_or(Some(20), |count| count.parse().ok().filter(|count| *count <= 20));
    let (Some(query), Some(count)) = (parameter("q").filter(|q| !q.is_empty()), count) else {
        return refused(422, "VALIDATION", json!({}));
    };
    let results: Vec<_> = site
        .find(&query)
        .into_iter()
        .take(count)
        .map(|(_, path, page)| {
            let url = request.url.join(path).map(String::from).unwrap_or_default();
            json!({"type": "search_result", "title": page.title, "url": url, "description": "<strong>a page</strong>"})
        })
        .collect();
    let mut body = json!({"type": "search", "query": {"original": query}});
    if !results.is_empty() {
        body["web"] = json!({"type": "search", "results": results});
    }
    (200, body)
}
