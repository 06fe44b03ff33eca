//! Which page a request asks for.

use std::sync::Arc;

use hyper::body::Body;
use hyper::{Method, Request, StatusCode};
use packetbeat_metrics::{PROMETHEUS_CONTENT_TYPE, expvar};
use serde_json::Value;

use crate::answer::{self, Answer};
use crate::guard::{Hosts, Refused};
use crate::pprof;
use crate::query::parameter;
use crate::source::Source;

/// The pages that are always there.
const ROUTES: [&str; 7] = ["/", "/stats", "/state", "/dataset", "/inputs/", "/metrics", "/debug/vars"];

/// What all connections share.
pub(crate) struct Pages {
    pub(crate) source: Arc<dyn Source>,
    pub(crate) hosts: Hosts,
    pub(crate) pprof: bool,
}

impl Pages {
    pub(crate) async fn answer<B: Body>(&self, request: Request<B>) -> Answer {
        match self.hosts.check(&request) {
            Ok(()) => {}
            Err(Refused::NoHost) => {
                let text = "the request has to have one Host header";
                return answer::last(answer::error(StatusCode::BAD_REQUEST, text, &[]));
            }
            Err(Refused::OtherHost) => {
                let text = "the Host header names another machine; ask for localhost, 127.0.0.1 or [::1], \
                            or configure http.host with the name that clients use";
                return answer::last(answer::error(StatusCode::FORBIDDEN, text, &[]));
            }
        }
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return answer::method_not_allowed(&self.routes());
        }
        if !request.body().is_end_stream() {
            let text = "requests have no body here";
            return answer::last(answer::error(StatusCode::PAYLOAD_TOO_LARGE, text, &[]));
        }
        self.page(request.uri().path(), request.uri().query()).await
    }

    /// Whether the answer takes as long as the request says.
    pub(crate) fn takes_profile<B>(&self, request: &Request<B>) -> bool {
        self.pprof && request.uri().path() == pprof::PROFILE
    }

    async fn page(&self, path: &str, query: Option<&str>) -> Answer {
        let pretty = parameter(query, "pretty").is_some();
        match path {
            "/" => answer::of_json(&self.source.info(), pretty),
            "/stats" => answer::of_json(&self.source.stats().to_json(), pretty),
            "/state" => answer::of_json(&self.source.state(), pretty),
            "/dataset" => answer::of_json(&self.source.dataset(), pretty),
            "/inputs" | "/inputs/" => answer::of_json(&of_type(self.source.inputs(), query), pretty),
            "/metrics" => answer::of_text(PROMETHEUS_CONTENT_TYPE, self.source.stats().prometheus()),
            "/debug/vars" => {
                answer::of_json(&expvar::page(&self.source.stats(), &self.source.command_line()), pretty)
            }
            _ => match path.strip_prefix("/debug/pprof") {
                Some(rest) if rest.is_empty() || rest.starts_with('/') => {
                    pprof::page(self.pprof, rest.trim_start_matches('/'), query).await
                }
                _ => answer::error(StatusCode::NOT_FOUND, "there is no such page", &self.routes()),
            },
        }
    }

    fn routes(&self) -> Vec<&'static str> {
        let profiles: &[&str] = if self.pprof { &pprof::ROUTES } else { &[] };
        ROUTES.iter().chain(profiles).copied().collect()
    }
}

/// `?type=` leaves the inputs whose `input` is that.
fn of_type(mut inputs: Value, query: Option<&str>) -> Value {
    if let (Some(wanted), Some(list)) = (parameter(query, "type"), inputs.as_array_mut()) {
        list.retain(|input| input.get("input").and_then(Value::as_str) == Some(wanted));
    }
    inputs
}
