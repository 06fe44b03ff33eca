//! A stand-in for servers: it keeps what is put and answers as the references of Elasticsearch 9, OpenSearch 3 and Kibana 9
//! document it. It takes the place of what cannot be had for tests: lifecycle policies, serverless servers, security, Kibana.

pub mod tls;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use packetbeat_elasticsearch::{Client, Connection, Host, Login};
use serde_json::{Value, json};

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Request {
    pub verb: String,
    pub path: String,
    pub query: String,
    pub head: String,
    pub body: Vec<u8>,
}

impl Request {
    /// `PUT /x`.
    pub fn line(&self) -> String {
        format!("{} {}", self.verb, self.path)
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// What is answered before the stand-in looks into its state.
type Rule = Box<dyn Fn(&Request) -> Option<(u16, Value)> + Send>;

/// What the stand-in is and knows.
pub struct State {
    /// The answer to `GET /`.
    pub root: Value,
    /// Paths (beginnings) that it has no handler for.
    pub lacks: Vec<&'static str>,
    /// Field types that it lacks.
    pub lacks_types: Vec<&'static str>,
    pub rule: Option<Rule>,
    /// What was put, by path.
    pub kept: BTreeMap<String, Value>,
    pub requests: Vec<Request>,
}

/// The stand-in; it answers until the test ends.
#[derive(Clone)]
pub struct StandIn {
    pub url: String,
    pub state: Arc<Mutex<State>>,
}

pub fn elasticsearch() -> Value {
    json!({ "cluster_uuid": "u", "version": { "number": "9.1.0", "build_flavor": "default" }, "tagline": "You Know, for Search" })
}

pub fn serverless() -> Value {
    json!({ "cluster_uuid": "u", "version": { "number": "8.11.0", "build_flavor": "serverless" }, "tagline": "You Know, for Search" })
}

pub fn opensearch() -> Value {
    json!({ "cluster_uuid": "u", "version": { "number": "3.1.0", "distribution": "opensearch" } })
}

impl StandIn {
    pub fn new(root: Value) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = State {
            root,
            lacks: Vec::new(),
            lacks_types: Vec::new(),
            rule: None,
            kept: BTreeMap::new(),
            requests: Vec::new(),
        };
        let stand_in = Self { url, state: Arc::new(Mutex::new(state)) };
        let state = stand_in.state.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let state = state.clone();
                thread::spawn(move || serve(&stream.unwrap(), &state));
            }
        });
        stand_in
    }

    pub fn with(self, change: impl FnOnce(&mut State)) -> Self {
        change(&mut self.state.lock().unwrap());
        self
    }

    /// Answers by a rule before anything else.
    pub fn rule(self, rule: impl Fn(&Request) -> Option<(u16, Value)> + Send + 'static) -> Self {
        self.with(|state| state.rule = Some(Box::new(rule)))
    }

    pub fn connection(&self) -> Connection {
        Connection::new(vec![Host { url: self.url.clone(), login: Login::None }])
    }

    pub fn client(&self) -> Client {
        Client::new(&self.connection()).unwrap()
    }

    pub fn kept(&self, path: &str) -> Option<Value> {
        self.state.lock().unwrap().kept.get(path).cloned()
    }

    /// The requests that wrote since the last call.
    pub fn writes(&self) -> Vec<Request> {
        let all = std::mem::take(&mut self.state.lock().unwrap().requests);
        all.into_iter().filter(|request| matches!(request.verb.as_str(), "PUT" | "POST" | "DELETE")).collect()
    }

    pub fn lines_written(&self) -> Vec<String> {
        self.writes().iter().map(Request::line).collect()
    }
}

fn serve(stream: &TcpStream, state: &Mutex<State>) {
    let mut reader = BufReader::new(stream);
    while let Some(request) = read(&mut reader) {
        let (status, body) = {
            let mut state = state.lock().unwrap();
            state.requests.push(request.clone());
            answer(&mut state, &request)
        };
        let body = body.to_string();
        let head = format!(
            "HTTP/1.1 {status} Told\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let mut stream = stream;
        if stream.write_all(format!("{head}{body}").as_bytes()).is_err() {
            return;
        }
    }
}

fn read(reader: &mut impl BufRead) -> Option<Request> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let mut words = head.lines().next()?.split(' ');
    let (verb, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let length = head
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ").map(str::to_owned))
        .map_or(0, |length| length.trim().parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    Some(Request { verb, path: path.to_owned(), query: query.to_owned(), head, body })
}

fn answer(state: &mut State, request: &Request) -> (u16, Value) {
    if let Some(told) = state.rule.as_ref().and_then(|rule| rule(request)) {
        return told;
    }
    if request.path == "/" {
        return (200, state.root.clone());
    }
    if state.lacks.iter().any(|beginning| request.path.starts_with(beginning)) {
        let what = format!("no handler found for uri [{}] and method [{}]", request.path, request.verb);
        return (400, json!({ "error": what }));
    }
    match request.verb.as_str() {
        "GET" => match state.kept.get(&request.path) {
            Some(kept) => (200, json!({ "_seq_no": 7, "_primary_term": 2, "kept": kept })),
            None => (404, failure(404, "resource_not_found_exception", "it is not there")),
        },
        "PUT" => {
            let body: Value = if request.body.is_empty() { json!({}) } else { request.json() };
            let text = body.to_string();
            if let Some(kind) =
                state.lacks_types.iter().find(|kind| text.contains(&format!("\"type\":\"{kind}\"")))
            {
                let what = format!("No handler for type [{kind}] declared on field [some.field]");
                return (400, failure(400, "mapper_parsing_exception", &what));
            }
            state.kept.insert(request.path.clone(), body);
            (200, json!({ "acknowledged": true }))
        }
        _ => (404, failure(404, "no", "no")),
    }
}

pub fn failure(status: u16, kind: &str, reason: &str) -> Value {
    json!({ "error": { "root_cause": [{ "type": kind, "reason": reason }], "type": kind, "reason": reason }, "status": status })
}
