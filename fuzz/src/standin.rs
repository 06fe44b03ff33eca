//! A server on the loopback interface that answers what an input says.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

/// The answers of the current input, and what came of them.
#[derive(Default)]
struct State {
    answers: VecDeque<Vec<u8>>,
    /// `GET /` gets one of them, too.
    greeting: bool,
    served: Vec<Served>,
}

/// A bulk request.
pub(crate) struct Served {
    /// What was sent.
    pub(crate) body: Vec<u8>,
    /// The status and body that were given back; `None` where the input is the whole answer, or it was compressed or repeated.
    pub(crate) answer: Option<(u16, Vec<u8>)>,
}

static STATE: Mutex<State> =
    Mutex::new(State { answers: VecDeque::new(), greeting: false, served: Vec::new() });

/// Sets what is answered from now on, and gives the address. An answer is a byte and a body: the low four bits of the byte choose the
/// status, 16 says that the body is compressed, 32 that it is the whole answer, head and all. After the last one,
/// connections are closed.
pub(crate) fn script(answers: Vec<Vec<u8>>, greeting: bool) -> String {
    static ADDRESS: OnceLock<String> = OnceLock::new();
    *STATE.lock().unwrap_or_else(PoisonError::into_inner) =
        State { answers: answers.into(), greeting, served: Vec::new() };
    let start = || {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port of the loopback interface");
        let address = listener.local_addr().expect("it is bound");
        thread::spawn(move || {
            // One after the other: the output has one connection.
            for stream in listener.incoming().flatten() {
                // A client that goes away ends a connection.
                let _ = serve(stream);
            }
        });
        format!("http://{address}")
    };
    ADDRESS.get_or_init(start).clone()
}

/// The bulk requests since the answers were set.
pub(crate) fn served() -> Vec<Served> {
    std::mem::take(&mut STATE.lock().unwrap_or_else(PoisonError::into_inner).served)
}

const STATUS: [u16; 16] = [200, 201, 200, 200, 413, 429, 500, 503, 401, 403, 400, 409, 404, 204, 302, 407];
const ROOT: &[u8] = br#"{"version":{"number":"8.19.21"},"tagline":"You Know, for Search"}"#;

fn serve(mut stream: TcpStream) -> io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(9)))?;
    stream.set_nodelay(true)?;
    let mut buffer = Vec::new();
    loop {
        let head = loop {
            if let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
                break buffer.drain(..end + 4).collect::<Vec<u8>>();
            }
            more(&mut stream, &mut buffer)?;
        };
        let head = String::from_utf8_lossy(&head).to_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
        let length: usize = length.unwrap_or(0);
        while buffer.len() < length {
            more(&mut stream, &mut buffer)?;
        }
        let body: Vec<u8> = buffer.drain(..length).collect();
        let mut state = STATE.lock().unwrap_or_else(PoisonError::into_inner);
        let is_bulk = head.starts_with("post");
        let answer =
            if is_bulk || state.greeting { state.answers.pop_front() } else { Some([&[0], ROOT].concat()) };
        let Some(answer) = answer else {
            if is_bulk {
                state.served.push(Served { body, answer: Some((500, Vec::new())) });
            }
            return Ok(());
        };
        let (kind, answer) = answer.split_first().map_or((0, &[][..]), |(kind, answer)| (*kind, answer));
        let status = STATUS[usize::from(kind & 15)];
        let plain = kind & 48 == 0;
        if is_bulk {
            state.served.push(Served { body, answer: plain.then(|| (status, answer.to_vec())) });
        }
        drop(state);
        if kind & 32 != 0 {
            return stream.write_all(answer);
        }
        let coding = if kind & 16 == 0 { "" } else { "content-encoding: gzip\r\n" };
        let head = format!(
            "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\n{coding}content-length: {}\r\n\r\n",
            answer.len()
        );
        stream.write_all(&[head.as_bytes(), answer].concat())?;
    }
}

fn more(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> io::Result<()> {
    let mut piece = [0; 4096];
    match stream.read(&mut piece)? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        read => {
            buffer.extend_from_slice(&piece[..read]);
            Ok(())
        }
    }
}
