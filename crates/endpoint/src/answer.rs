//! Answers.

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{
    ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_DISPOSITION, CONTENT_TYPE, HeaderValue, X_CONTENT_TYPE_OPTIONS,
};
use hyper::{Response, StatusCode};
use serde_json::{Value, json};

/// An answer with all of its body.
pub(crate) type Answer = Response<Full<Bytes>>;

const JSON: &str = "application/json; charset=utf-8";

/// A value as JSON, on one line or indented.
pub(crate) fn of_json(value: &Value, pretty: bool) -> Answer {
    let text = if pretty { format!("{value:#}\n") } else { value.to_string() };
    of(StatusCode::OK, JSON, text)
}

/// A text of some media type.
pub(crate) fn of_text(media_type: &'static str, text: String) -> Answer {
    of(StatusCode::OK, media_type, text)
}

/// A file that is to be saved.
pub(crate) fn of_file(name: &'static str, bytes: Vec<u8>) -> Answer {
    let mut answer = of(StatusCode::OK, "application/octet-stream", bytes);
    answer.headers_mut().insert(CONTENT_DISPOSITION, HeaderValue::from_static(name));
    answer
}

/// `{"error": …, "routes": […]}`.
pub(crate) fn error(status: StatusCode, text: &str, routes: &[&str]) -> Answer {
    let mut body = json!({"error": text, "status": status.as_u16()});
    if let (Some(body), false) = (body.as_object_mut(), routes.is_empty()) {
        body.insert("routes".to_owned(), json!(routes));
    }
    of(status, JSON, format!("{body:#}\n"))
}

/// The answer to methods other than GET and HEAD; what follows the request's head is not read.
pub(crate) fn method_not_allowed(routes: &[&str]) -> Answer {
    let mut answer = error(StatusCode::METHOD_NOT_ALLOWED, "only GET and HEAD are understood", routes);
    answer.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
    last(answer)
}

/// Closes the connection behind an answer.
pub(crate) fn last(mut answer: Answer) -> Answer {
    answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    answer
}

fn of(status: StatusCode, media_type: &'static str, body: impl Into<Bytes>) -> Answer {
    let mut answer = Response::new(Full::new(body.into()));
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    answer
}
