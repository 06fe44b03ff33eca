//! Requests to a server, one at a time.

use std::cell::Cell;
use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use reqwest::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap};

use crate::answer::Answer;
use crate::connection::Connection;
use crate::error::{Error, Kind};
use crate::limits::MAX_ANSWER_BYTES;
use crate::server::Server;
use crate::target::{self, Target};

/// Verbs of HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// GET.
    Get,
    /// HEAD.
    Head,
    /// PUT.
    Put,
    /// POST.
    Post,
    /// DELETE.
    Delete,
}

/// A client of its own thread: a request blocks until its answer is there. Connections are kept for the next request.
///
/// It must not be used on a thread that runs an asynchronous runtime.
pub struct Client {
    runtime: tokio::runtime::Runtime,
    http: reqwest::Client,
    targets: Vec<Target>,
    /// The target that is used now.
    at: Cell<usize>,
    connection: Connection,
}

/// A request whose body is ready to be sent.
struct Prepared<'r> {
    method: Method,
    path: &'r str,
    query: &'r [(String, String)],
    media_type: &'static str,
    gzip: bool,
    body: Option<Vec<u8>>,
}

impl Client {
    /// A client; nothing is connected yet.
    ///
    /// # Errors
    /// A setting cannot work: the error names it.
    pub fn new(connection: &Connection) -> Result<Self, Error> {
        let setting = &connection.setting;
        let failed = |what: String| Error::new(Kind::Setup, setting, what);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| failed(format!("no runtime for its connections: {error}")))?;
        let targets = Target::all(connection)?;
        let http = {
            let _inside = runtime.enter();
            target::http(connection)?
        };
        Ok(Self { runtime, http, targets, at: Cell::new(0), connection: connection.clone() })
    }

    /// The address that is used now, without credentials.
    #[must_use]
    pub fn host(&self) -> &str {
        self.target().map_or("", |target| &target.shown)
    }

    /// The number of the host that is used now, from 0.
    #[must_use]
    pub fn host_number(&self) -> usize {
        self.at.get()
    }

    /// The section of the configuration, for messages: `output.elasticsearch`.
    #[must_use]
    pub fn setting(&self) -> &str {
        &self.connection.setting
    }

    /// One request, with JSON as its body. `path` begins with `/` and may have parameters; the host's own path comes before it.
    /// Every status is an answer, also 500.
    ///
    /// After trouble with the connection the next request goes to the next host.
    ///
    /// # Errors
    /// There is no answer.
    pub fn request(&self, method: Method, path: &str, body: Option<&[u8]>) -> Result<Answer, Error> {
        let body = body.map(<[u8]>::to_vec);
        let media_type = "application/json";
        self.send(Prepared { method, path, query: &[], media_type, gzip: false, body })
    }

    /// A POST of something else than JSON: Kibana takes files as forms.
    ///
    /// # Errors
    /// There is no answer.
    pub fn upload(&self, path: &str, media_type: &'static str, body: Vec<u8>) -> Result<Answer, Error> {
        let method = Method::Post;
        self.send(Prepared { method, path, query: &[], media_type, gzip: false, body: Some(body) })
    }

    /// Which server, and which version, is there.
    ///
    /// # Errors
    /// No answer, other credentials are wanted, or it is neither Elasticsearch nor OpenSearch.
    pub fn server(&self) -> Result<Server, Error> {
        let host = self.host().to_owned();
        let answer = self.request(Method::Get, "/", None).map_err(|error| {
            // What a server that expects TLS does with HTTP.
            if error.kind() == Kind::Cut && host.starts_with("http://") {
                let what = format!("{}; if that is always so: does it want https://?", error.what());
                return Error::new(Kind::Cut, &host, what);
            }
            error
        })?;
        Server::of(&answer, self.setting())
    }

    /// A bulk request: lines of JSON. Gives back how many bytes went out as its body, too.
    pub(crate) fn bulk(&self, path: &str, body: Vec<u8>) -> Result<(Answer, usize), Error> {
        let level = u32::from(self.connection.compression_level.min(9));
        let body = if level == 0 { body } else { gzip(&body, level) };
        let sent = body.len();
        let query = &self.connection.parameters;
        let media_type = "application/x-ndjson";
        let request =
            Prepared { method: Method::Post, path, query, media_type, gzip: level > 0, body: Some(body) };
        Ok((self.send(request)?, sent))
    }

    /// Goes on with the next host.
    pub(crate) fn fail_over(&self) {
        let next = self.at.get() + 1;
        self.at.set(if next < self.targets.len() { next } else { 0 });
    }

    fn target(&self) -> Option<&Target> {
        self.targets.get(self.at.get())
    }

    fn send(&self, request: Prepared<'_>) -> Result<Answer, Error> {
        let setting = self.setting();
        let Some(target) = self.target() else {
            return Err(Error::new(Kind::Setup, setting, format!("no host: set {setting}.hosts")));
        };
        let url = target.url(request.path, request.query)?;
        let method = match request.method {
            Method::Get => reqwest::Method::GET,
            Method::Head => reqwest::Method::HEAD,
            Method::Put => reqwest::Method::PUT,
            Method::Post => reqwest::Method::POST,
            Method::Delete => reqwest::Method::DELETE,
        };
        let mut builder = self
            .http
            .request(method, url)
            .header(ACCEPT, "application/json")
            .header(ACCEPT_ENCODING, "gzip")
            .headers(target.headers.clone());
        if let Some(body) = request.body {
            builder = builder.header(CONTENT_TYPE, request.media_type).body(body);
        }
        if request.gzip {
            builder = builder.header(CONTENT_ENCODING, "gzip");
        }
        let shown = target.shown.clone();
        let answered = self.runtime.block_on(read(builder));
        let answer = answered.map_err(|error| match error {
            Failed::Request(error) => Error::of_request(&error, &shown, setting, self.connection.timeout),
            Failed::Answer(what) => Error::new(Kind::Answer, &shown, what),
        });
        match answer {
            Ok(mut answer) => {
                answer.host = shown;
                Ok(answer)
            }
            Err(error) => {
                if error.kind().is_of_host() {
                    self.fail_over();
                }
                Err(error)
            }
        }
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("host", &self.host()).finish_non_exhaustive()
    }
}

enum Failed {
    Request(reqwest::Error),
    Answer(String),
}

/// Sends a request and reads its answer, as much of it as we take.
async fn read(builder: reqwest::RequestBuilder) -> Result<Answer, Failed> {
    let mut response = builder.send().await.map_err(Failed::Request)?;
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(Failed::Request)? {
        if body.len() + piece.len() > MAX_ANSWER_BYTES {
            return Err(Failed::Answer(too_long()));
        }
        body.extend_from_slice(&piece);
    }
    let headers = response.headers();
    if text(headers, "content-encoding").is_some_and(|coding| coding.eq_ignore_ascii_case("gzip"))
        && !body.is_empty()
    {
        body = gunzip(&body)?;
    }
    Ok(Answer {
        status: response.status().as_u16(),
        product: text(headers, "x-elastic-product"),
        media_type: text(headers, "content-type"),
        body,
        host: String::new(),
    })
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

fn too_long() -> String {
    format!("an answer of more than {} MiB was not read", MAX_ANSWER_BYTES >> 20)
}

fn gunzip(body: &[u8]) -> Result<Vec<u8>, Failed> {
    let mut plain = Vec::new();
    let limit = MAX_ANSWER_BYTES as u64 + 1;
    let read = MultiGzDecoder::new(body).take(limit).read_to_end(&mut plain);
    match read {
        Ok(bytes) if bytes <= MAX_ANSWER_BYTES => Ok(plain),
        Ok(_) => Err(Failed::Answer(too_long())),
        Err(error) => Err(Failed::Answer(format!("the answer is damaged gzip: {error}"))),
    }
}

fn gzip(body: &[u8], level: u32) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::with_capacity(body.len() / 4), Compression::new(level));
    // Neither can fail: the target is memory.
    let _ = packed.write_all(body);
    packed.finish().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_can_be_unpacked() {
        let body = b"{\"create\":{}}\n{\"a\":1}\n".repeat(100);
        let packed = gzip(&body, 1);
        assert!(packed.len() < body.len() / 4);
        assert_eq!(gunzip(&packed).map_err(|_| ()).unwrap(), body);
        assert!(gunzip(&packed[..20]).is_err());
    }
}
