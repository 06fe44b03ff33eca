//! Events depend on the bytes and on the order of both directions, not on how each side's bytes are cut.

use packetbeat_core::direction::Dir;
use packetbeat_core::options::Common;
use packetbeat_core::parser::Start;
use serde_json::{Value, json};

use crate::dialogues::{CONTENT, HELLO, MAIL, QUIT};
use crate::driver::{Driver, c, s};

/// What one side says at once, or that bytes of it are lost.
#[derive(Clone, Debug)]
enum Step {
    Says(Dir, Vec<u8>),
    Loses(Dir, u64),
}

/// Events of a conversation whose pieces are as long as `len` says of what is left.
fn told(start: Start, steps: &[Step], mut len: impl FnMut(usize) -> usize) -> String {
    let common = Common { send_request: Some(true), send_response: Some(true), ..Common::default() };
    let mut driver = Driver::with(start, common);
    for step in steps {
        match step {
            Step::Says(dir, bytes) => driver.send_in_pieces((*dir, bytes), &mut len),
            Step::Loses(dir, lost) => driver.lose(*dir, *lost),
        }
    }
    let finished = driver.finished.is_some();
    format!("{}finished early: {finished}", driver.events().1)
}

fn check(start: Start, steps: &[Step], random: &mut Random) {
    let whole = told(start, steps, |left| left);
    for step in [1, 2, 3] {
        assert_eq!(whole, told(start, steps, |_| step), "by {step}: {}", shown(start, steps));
    }
    for _ in 0..4 {
        assert_eq!(whole, told(start, steps, |left| 1 + random.below(left)), "{}", shown(start, steps));
    }
}

fn shown(start: Start, steps: &[Step]) -> String {
    let line = |step: &Step| match step {
        Step::Says(dir, bytes) => format!("{dir:?} {}", bytes.escape_ascii()),
        Step::Loses(dir, lost) => format!("{dir:?} loses {lost}"),
    };
    format!("{start:?}\n{}", steps.iter().map(line).collect::<Vec<_>>().join("\n"))
}

/// A client alone, all at once and byte by byte.
fn client_alone(bytes: &str) -> Value {
    let steps = [Step::Says(Dir::ToServer, bytes.as_bytes().to_vec())];
    check(Start::Beginning, &steps, &mut Random(7));
    let mut driver = Driver::new(Start::Beginning);
    driver.send(c(bytes));
    driver.events().0.remove(0)
}

#[test]
fn the_dot_is_found_behind_headers_that_are_none() {
    let event = client_alone("MAIL FROM:\nDATA\r\nm\r\n.\r\n");
    assert_eq!(event["smtp"]["size"], 3);
    assert_eq!(event["error"]["message"], "no reply to the content was seen");
    let event = client_alone("MAIL FROM:<a@b>\r\nDATA\r\n..dot\r\n..dot\r\n.\r\n");
    assert_eq!(event["smtp"]["size"], 12, "each doubled dot counts once less, in the first line as well");
    // A bare LF begins no line of content, among header fields as behind them.
    let event = client_alone("MAIL FROM:<a@b>\r\nDATA\r\nTo: a@b\n.\r\nSubject: x\r\n.\r\n");
    assert_eq!(event["smtp"]["size"], 23);
}

#[test]
fn the_dot_of_bare_line_ends_is_no_content() {
    assert_eq!(client_alone("MAIL FROM:\nDATA\n\n.\n")["smtp"]["size"], 1);
    assert_eq!(client_alone("MAIL FROM:\nDATA\n.\n")["smtp"]["size"], 0);
    assert_eq!(client_alone("MAIL FROM:\nDATA\n\n.\r\n")["smtp"]["size"], 1);
}

#[test]
fn lines_beyond_the_limit_are_cut_at_the_same_place() {
    let long = "x".repeat(20_000);
    let steps = [
        Step::Says(
            Dir::ToServer,
            format!("EHLO a\r\nNOOP {long}\r\nMAIL FROM:<a@b>\r\nDATA\r\n").into_bytes(),
        ),
        Step::Says(
            Dir::ToClient,
            format!("220 smtp\r\n250 a\r\n250 {long}\r\n250 a\r\n354 a\r\n").into_bytes(),
        ),
        Step::Says(Dir::ToServer, format!("Subject: {long}\r\nTo: b@c\r\n\r\n.\r\n").into_bytes()),
        Step::Says(Dir::ToClient, format!("250-{long}\r\n250 b\r\n").into_bytes()),
    ];
    check(Start::Beginning, &steps, &mut Random(9));
}

#[test]
fn a_reply_within_a_chunk_finds_the_same_size() {
    for bytes in ["BDAT 90 LAST\r\nSubject: x\r\n\r\nbody", "BDAT 90 LAST\r\n\r\n", "BDAT 90 LAST\r\nSubj"] {
        let mut steps: Vec<_> = [&HELLO[..], &MAIL[..4], &[c(bytes), s("421 busy\r\n")]]
            .concat()
            .into_iter()
            .map(|(dir, bytes)| Step::Says(dir, bytes.to_vec()))
            .collect();
        check(Start::Beginning, &steps, &mut Random(11));
        steps.push(Step::Says(Dir::ToServer, [&[b'.'; 60][..], b"\r\nQUIT\r\n"].concat()));
        check(Start::Beginning, &steps, &mut Random(13));
    }
}

#[test]
fn holes_within_chunks_hide_no_command() {
    let mut driver = Driver::new(Start::Beginning);
    for step in HELLO.iter().chain(&MAIL[..4]) {
        driver.send(*step);
    }
    driver.send(c("BDAT 30 LAST\r\nSubject: x\r\n\r\nbody"));
    driver.lose(Dir::ToServer, 12);
    driver.send(c("MAIL FROM:<b@c>\r\n"));
    driver.send(s("250 queued\r\n250 ok\r\n"));
    for step in QUIT {
        driver.send(step);
    }
    let (events, _) = driver.events();
    assert_eq!(events.len(), 2);
    assert_eq!(
        (&events[0]["smtp"]["size"], &events[0]["packetbeat"]["bytes_lost"]),
        (&json!(30), &json!(12))
    );
    assert_eq!(events[0]["smtp"]["response"]["text"], "queued");
    assert_eq!(events[1]["smtp"]["mail_from"], "b@c");
}

#[test]
fn a_session_joined_within_a_long_line_begins_at_a_line() {
    let steps = [
        Step::Says(Dir::ToServer, [&[b'x'; 5000][..], b"QUIT\r\nMAIL FROM:<a@b>\r\n"].concat()),
        Step::Says(Dir::ToClient, [&[b'x'; 5000][..], b"250 x\r\n250 ok\r\n"].concat()),
        Step::Says(Dir::ToServer, b"QUIT\r\n".to_vec()),
    ];
    check(Start::Midstream, &steps, &mut Random(17));
}

#[test]
fn odd_conversations_cut_at_random() {
    for seed in 1..=1000 {
        let mut random = Random(seed);
        let steps = odd(&mut random, false);
        check(Start::Beginning, &steps, &mut random);
    }
}

#[test]
fn odd_conversations_joined_or_with_holes_cut_at_random() {
    for seed in 1..=600 {
        let mut random = Random(seed);
        let steps = odd(&mut random, true);
        let start = if seed % 2 == 0 { Start::Midstream } else { Start::Beginning };
        check(start, &steps, &mut random);
    }
}

/// Numbers that look random and are the same each time (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % end.max(1)
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }
}

/// A conversation that begins as one should, or not, and goes astray.
fn odd(random: &mut Random, holes: bool) -> Vec<Step> {
    let orderly = [&HELLO[..], &MAIL, &CONTENT, &MAIL, &CONTENT, &QUIT].concat();
    let from = random.below(orderly.len());
    let to = from + random.below(orderly.len() - from);
    let mut steps: Vec<_> =
        orderly[from..to].iter().map(|(dir, bytes)| Step::Says(*dir, bytes.to_vec())).collect();
    let only = random.one(&[None, None, None, Some(Dir::ToServer), Some(Dir::ToClient)]);
    for _ in 0..1 + random.below(10) {
        let dir = only.unwrap_or(random.one(&[Dir::ToServer, Dir::ToServer, Dir::ToClient]));
        let mut bytes = Vec::new();
        for _ in 0..1 + random.below(6) {
            match dir {
                Dir::ToServer => client_line(&mut bytes, random),
                Dir::ToClient => server_line(&mut bytes, random),
            }
        }
        let step = match random.below(8) {
            0 if holes => Step::Loses(dir, 1 + random.below(100) as u64),
            _ => Step::Says(dir, bytes),
        };
        steps.insert(random.below(steps.len() + 1).max(steps.len() / 2), step);
    }
    steps
}

fn client_line(to: &mut Vec<u8>, random: &mut Random) {
    const LINES: [&str; 44] = [
        "MAIL FROM:<a@b>",
        "MAIL FROM:",
        "RCPT TO:<c@d>",
        "RCPT TO:<e@f>",
        "DATA",
        "DATA",
        "DATA",
        "data ",
        "RSET",
        "QUIT",
        "EHLO a",
        "LHLO l",
        "NOOP",
        "HELP",
        "STARTTLS",
        "AUTH LOGIN",
        "AUTH PLAIN",
        "AUTH PLAIN AGFubgBzZWNyZXQ=",
        "YW5u",
        "c2VjcmV0",
        "*",
        "BDAT 0",
        "BDAT 5",
        "BDAT 12 LAST",
        "BDAT 40 LAST",
        "BDAT 0 LAST",
        ".",
        ".",
        ".",
        "..",
        ".text",
        "..text",
        "",
        "",
        "text",
        "Subject: s",
        "Subject: t\r\n u",
        "To: c@d",
        "From x y",
        " folded",
        "\x16",
        "\x16\x03",
        "PROXY TCP4 a",
        "\u{1}",
    ];
    to.extend_from_slice(random.one(&LINES).as_bytes());
    end_line(to, random);
}

fn server_line(to: &mut Vec<u8>, random: &mut Random) {
    const LINES: [&str; 21] = [
        "220 smtp",
        "220 go",
        "250 ok",
        "250 ok",
        "250 ok",
        "250-more",
        "250 queued",
        "354 go",
        "354 go",
        "550 no",
        "554 no",
        "452 later",
        "503 order",
        "421 bye",
        "221 bye",
        "334 UGFzc3dvcmQ6",
        "334 ",
        "235 in",
        "535 no",
        "junk",
        "\x16\x03",
    ];
    to.extend_from_slice(random.one(&LINES).as_bytes());
    end_line(to, random);
}

fn end_line(to: &mut Vec<u8>, random: &mut Random) {
    let end = random.one(&["\r\n", "\r\n", "\r\n", "\r\n", "\n", "\r", "\r\r\n", "\n\r\n", ""]);
    to.extend_from_slice(end.as_bytes());
}
