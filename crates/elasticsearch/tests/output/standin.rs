//! A server that takes bulk requests and does what a test tells it to, at the level of bytes. It speaks as Elasticsearch
//! documents it, as far as the output asks.

use std::collections::{HashMap, VecDeque};
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use flate2::read::MultiGzDecoder;
use serde_json::{Value, json};

/// The first byte that a client of TLS sends.
const TLS_HANDSHAKE: u8 = 22;

/// What it does with a bulk request.
#[derive(Clone)]
pub(crate) enum Step {
    /// Takes everything.
    Take,
    /// Gives the nth event this status, and takes those with 2xx.
    Items(fn(usize) -> u16),
    /// Takes nothing and answers with this status.
    Status(u16),
    /// Closes the connection when half of the body is there.
    CutRequest,
    /// Takes everything, and closes the connection in the middle of the answer.
    CutAnswer,
    /// Takes everything and never answers.
    Hang,
    /// Takes everything, and answers with something else.
    Garbage,
    /// Takes everything, and speaks of one event less.
    Fewer,
    /// The error that a full disk makes.
    Blocked,
    /// The error of each event when a shard has failed.
    NoShard,
}

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: HashMap<String, String>,
    /// Decompressed.
    pub(crate) body: Vec<u8>,
}

/// What it has seen and kept.
#[derive(Default)]
pub(crate) struct State {
    pub(crate) requests: Vec<Request>,
    /// By index: documents with their ids.
    pub(crate) documents: Vec<(String, Option<String>, Value)>,
    pub(crate) script: VecDeque<Step>,
    /// Requests with longer bodies get 413.
    pub(crate) longest: Option<usize>,
    /// Refuses dead letters as well.
    pub(crate) refuse_dead: bool,
    /// The answer to `GET /`.
    pub(crate) root: Option<(u16, Vec<u8>)>,
}

/// The server.
pub(crate) struct StandIn {
    pub(crate) address: SocketAddr,
    pub(crate) state: Arc<Mutex<State>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl StandIn {
    pub(crate) fn start(script: &[Step]) -> Self {
        Self::start_with(script, None)
    }

    pub(crate) fn start_with(script: &[Step], tls: Option<Arc<rustls::ServerConfig>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let state =
            Arc::new(Mutex::new(State { script: script.iter().cloned().collect(), ..State::default() }));
        let stop = Arc::new(AtomicBool::new(false));
        let (shared, stopped) = (Arc::clone(&state), Arc::clone(&stop));
        let thread = thread::spawn(move || {
            let mut connections = Vec::new();
            for stream in listener.incoming() {
                if stopped.load(Ordering::SeqCst) {
                    break;
                }
                let (state, stopped, tls) = (Arc::clone(&shared), Arc::clone(&stopped), tls.clone());
                connections.push(thread::spawn(move || {
                    let stream = stream.unwrap();
                    stream.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
                    // A client that goes away in the middle is what is tested.
                    let _ = match tls {
                        None => serve(stream, &state, &stopped),
                        Some(config) => {
                            let connection = rustls::ServerConnection::new(config).unwrap();
                            serve(rustls::StreamOwned::new(connection, stream), &state, &stopped)
                        }
                    };
                }));
            }
            for connection in connections {
                connection.join().unwrap();
            }
        });
        Self { address, state, stop, thread: Some(thread) }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn documents(&self) -> usize {
        self.state.lock().unwrap().documents.len()
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.state.lock().unwrap().requests.clone()
    }

    /// The bulk requests.
    pub(crate) fn bulks(&self) -> Vec<Request> {
        self.requests().into_iter().filter(|request| request.target.contains("/_bulk")).collect()
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // Wakes the listener.
        let _ = TcpStream::connect(self.address);
        let ended = self.thread.take().unwrap().join();
        if !thread::panicking() {
            ended.unwrap();
        }
    }
}

/// Reads until `done` is content, in spite of the reading's time limit.
fn fill(
    stream: &mut impl Read,
    buffer: &mut Vec<u8>,
    stop: &AtomicBool,
    done: impl Fn(&[u8]) -> bool,
) -> io::Result<bool> {
    let mut piece = [0; 16384];
    while !done(buffer) {
        if stop.load(Ordering::SeqCst) {
            return Ok(false);
        }
        match stream.read(&mut piece) {
            Ok(0) => return Ok(false),
            Ok(read) => buffer.extend_from_slice(&piece[..read]),
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(true)
}

fn serve<S: Read + Write>(mut stream: S, state: &Mutex<State>, stop: &AtomicBool) -> io::Result<()> {
    let mut buffer = Vec::new();
    loop {
        let end = |buffer: &[u8]| buffer.windows(4).position(|window| window == b"\r\n\r\n");
        if !fill(&mut stream, &mut buffer, stop, |buffer| {
            end(buffer).is_some() || buffer.first() == Some(&TLS_HANDSHAKE)
        })? {
            return Ok(());
        }
        if buffer.first() == Some(&TLS_HANDSHAKE) {
            return stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        }
        let head: Vec<u8> = buffer.drain(..end(&buffer).unwrap() + 4).collect();
        let head = String::from_utf8(head).unwrap();
        let mut lines = head.split("\r\n");
        let mut first = lines.next().unwrap().split(' ').map(str::to_owned);
        let (method, target) = (first.next().unwrap(), first.next().unwrap());
        let headers: HashMap<String, String> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect();
        let length: usize = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
        let bulk = target.contains("/_bulk");
        let step = if bulk { state.lock().unwrap().script.pop_front() } else { None }.unwrap_or(Step::Take);
        let wanted = if matches!(step, Step::CutRequest) { length / 2 } else { length };
        if !fill(&mut stream, &mut buffer, stop, |buffer| buffer.len() >= wanted)? {
            return Ok(());
        }
        if matches!(step, Step::CutRequest) {
            return Ok(());
        }
        let mut body: Vec<u8> = buffer.drain(..length).collect();
        if headers.get("content-encoding").is_some_and(|coding| coding == "gzip") {
            let mut plain = Vec::new();
            MultiGzDecoder::new(&body[..]).read_to_end(&mut plain)?;
            body = plain;
        }
        let request = Request { method, target, headers, body };
        let mut state = state.lock().unwrap();
        state.requests.push(request.clone());
        let (status, answer) =
            if bulk { state.bulk(&request, &step) } else { state.root.clone().unwrap_or_else(root) };
        drop(state);
        if matches!(step, Step::Hang) {
            fill(&mut stream, &mut buffer, stop, |_| false)?;
            return Ok(());
        }
        let head = format!(
            "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\nx-elastic-product: Elasticsearch\r\ncontent-length: {}\r\n\r\n",
            answer.len()
        );
        stream.write_all(head.as_bytes())?;
        if matches!(step, Step::CutAnswer) {
            stream.write_all(&answer[..answer.len() / 2])?;
            return stream.flush();
        }
        stream.write_all(&answer)?;
        stream.flush()?;
    }
}

fn root() -> (u16, Vec<u8>) {
    let root =
        json!({"cluster_uuid": "_na_", "version": {"number": "8.19.21"}, "tagline": "You Know, for Search"});
    (200, root.to_string().into_bytes())
}

impl State {
    /// Does what a server does with a bulk request, and then what the step says.
    fn bulk(&mut self, request: &Request, step: &Step) -> (u16, Vec<u8>) {
        let error = |status: u16, kind: &str| {
            let body = json!({"error": {"type": kind, "reason": "as the test wants it"}, "status": status});
            (status, body.to_string().into_bytes())
        };
        if self.longest.is_some_and(|longest| request.body.len() > longest) {
            return (413, Vec::new());
        }
        match step {
            Step::Status(status) => return error(*status, "some_exception"),
            Step::Blocked => return error(403, "cluster_block_exception"),
            _ => {}
        }
        let text = std::str::from_utf8(&request.body).unwrap();
        assert!(text.ends_with('\n'));
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let mut items = Vec::new();
        for (number, pair) in lines.chunks_exact(2).enumerate() {
            let (verb, action) = pair[0].as_object().unwrap().iter().next().unwrap();
            let index = action["_index"].as_str().unwrap().to_owned();
            let id = action["_id"].as_str().map(str::to_owned);
            let there =
                id.is_some() && self.documents.iter().any(|(at, other, _)| *at == index && *other == id);
            let dead = index == "dead";
            let status = match step {
                _ if there => 409,
                _ if dead && self.refuse_dead => 400,
                _ if dead => 201,
                Step::Items(status) => status(number),
                Step::NoShard => 404,
                _ => 201,
            };
            let mut item = json!({"status": status});
            if status < 300 {
                self.documents.push((index, id, pair[1].clone()));
            } else {
                let kind = if matches!(step, Step::NoShard) {
                    "shard_not_found_exception"
                } else if status == 409 {
                    "version_conflict_engine_exception"
                } else {
                    "mapper_parsing_exception"
                };
                item["error"] =
                    json!({"type": kind, "reason": "said so", "caused_by": {"reason": "deep down"}});
            }
            items.push(json!({ verb: item }));
        }
        match step {
            Step::Garbage => return (200, b"<html>It works!</html>".to_vec()),
            Step::Fewer => drop(items.pop()),
            _ => {}
        }
        (200, json!({"errors": true, "items": items}).to_string().into_bytes())
    }
}
