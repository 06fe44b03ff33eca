//! Lines of SMTP: bytes to borrowed commands and replies.
//!
//! ```text
//! command   VERB [SP argument] CRLF                 RFC 5321, 4.1.1
//! reply     3 digits ( "-" | SP ) text CRLF         RFC 5321, 4.2.1; the last line has SP, or nothing
//! path      "<" [ mailbox ] ">"                     RFC 5321, 4.1.2
//! ```
//!
//! Read as servers do: verbs in any case, a bare LF ends a line, spaces around the colon and missing angle brackets are
//! overlooked.

use crate::limits::LINE_BYTES;

/// What a command asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Command<'b> {
    /// `HELO`, `EHLO`, or `LHLO` of LMTP, with the client's name.
    Hello { name: &'b [u8], lmtp: bool },
    /// `MAIL FROM:` with the address inside the angle brackets; empty for a bounce.
    Mail(&'b [u8]),
    /// `RCPT TO:` with the address.
    Recipient(&'b [u8]),
    /// `DATA`.
    Data,
    /// `BDAT` (RFC 3030): so many bytes follow at once.
    Chunk { bytes: u64, last: bool },
    /// `RSET`.
    Reset,
    /// `QUIT`.
    Quit,
    /// `STARTTLS` (RFC 3207).
    StartTls,
    /// `AUTH` (RFC 4954) with the mechanism and the initial answer, still in base64.
    Auth { mechanism: &'b [u8], answer: Option<&'b [u8]> },
    /// The line that a proxy puts in front (PROXY protocol, version 1); it has no reply.
    Proxy,
    /// Another command of SMTP.
    Known,
    /// A word that SMTP does not know, or one with an argument that it cannot have.
    Unknown,
}

/// One line of a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ReplyLine<'b> {
    /// The three digits.
    pub(crate) code: u16,
    /// Whether no further line belongs to the reply.
    pub(crate) last: bool,
    /// What stands behind the digits.
    pub(crate) text: &'b [u8],
}

/// A line without its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Line<'b> {
    /// The text.
    pub(crate) text: &'b [u8],
    /// Its length on the wire, with its end.
    pub(crate) len: usize,
    /// Whether a bare LF ended it.
    pub(crate) bare_lf: bool,
    /// Whether it goes on beyond [`LINE_BYTES`].
    pub(crate) cut: bool,
}

/// The first line of `bytes`, of which the first `known` were seen to hold no LF; `None` if it is not complete. However many
/// bytes are there, a line without LF in its first [`LINE_BYTES`] is cut.
pub(crate) fn first_line(bytes: &[u8], known: usize) -> Option<Line<'_>> {
    let new = bytes.get(..LINE_BYTES).unwrap_or(bytes).get(known..).unwrap_or_default();
    match memchr::memchr(b'\n', new) {
        Some(at) => {
            let line = bytes.get(..known + at).unwrap_or_default();
            let text = line.strip_suffix(b"\r").unwrap_or(line);
            Some(Line { text, len: line.len() + 1, bare_lf: text.len() == line.len(), cut: false })
        }
        None => {
            let text = bytes.get(..LINE_BYTES)?;
            Some(Line { text, len: LINE_BYTES, bare_lf: false, cut: true })
        }
    }
}

/// Reads a command line.
pub(crate) fn command(line: &[u8]) -> Command<'_> {
    let line = line.trim_ascii();
    let verb_len = line.iter().position(|byte| !byte.is_ascii_alphanumeric()).unwrap_or(line.len());
    let (verb, argument) = line.split_at_checked(verb_len).unwrap_or((line, &[]));
    let spaced = argument.first().is_none_or(u8::is_ascii_whitespace);
    let argument = argument.trim_ascii_start();
    let mut upper = [0; 8];
    let Some(room) = upper.get_mut(..verb.len()) else { return Command::Unknown };
    room.copy_from_slice(verb);
    room.make_ascii_uppercase();
    if !spaced {
        return Command::Unknown;
    }
    match &*room {
        b"EHLO" | b"HELO" => Command::Hello { name: first_word(argument), lmtp: false },
        b"LHLO" => Command::Hello { name: first_word(argument), lmtp: true },
        b"MAIL" => behind(argument, b"FROM").map_or(Command::Unknown, |path| Command::Mail(address(path))),
        b"RCPT" => behind(argument, b"TO").map_or(Command::Unknown, |path| Command::Recipient(address(path))),
        b"DATA" if argument.is_empty() => Command::Data,
        b"BDAT" => chunk(argument),
        b"RSET" if argument.is_empty() => Command::Reset,
        b"QUIT" if argument.is_empty() => Command::Quit,
        b"STARTTLS" if argument.is_empty() => Command::StartTls,
        b"AUTH" if !argument.is_empty() => auth(argument),
        b"PROXY" if argument.starts_with(b"TCP") || argument.starts_with(b"UNKNOWN") => Command::Proxy,
        b"NOOP" | b"HELP" | b"VRFY" | b"EXPN" | b"ETRN" | b"TURN" | b"ATRN" | b"SEND" | b"SOML" | b"SAML"
        | b"XCLIENT" | b"XFORWARD" | b"BURL" => Command::Known,
        _ => Command::Unknown,
    }
}

/// Reads a line of a reply; `None` if it is none.
pub(crate) fn reply_line(line: &[u8]) -> Option<ReplyLine<'_>> {
    let (digits, rest) = line.split_first_chunk::<3>()?;
    let [a @ b'1'..=b'5', b @ b'0'..=b'9', c @ b'0'..=b'9'] = *digits else { return None };
    let code = u16::from(a - b'0') * 100 + u16::from(b - b'0') * 10 + u16::from(c - b'0');
    let (last, text) = match rest.split_first() {
        None => (true, rest),
        Some((b' ', text)) => (true, text),
        Some((b'-', text)) => (false, text),
        Some(_) => return None,
    };
    Some(ReplyLine { code, last, text: text.trim_ascii() })
}

/// Whether a line is a command beyond doubt: what a session joined in the middle is taken up at.
pub(crate) fn is_certain(line: &[u8]) -> bool {
    match command(line) {
        Command::Unknown | Command::Known | Command::Proxy => false,
        Command::Hello { name, .. } => !name.is_empty(),
        Command::Mail(_) | Command::Recipient(_) | Command::Chunk { .. } => true,
        Command::Data | Command::Reset | Command::Quit | Command::StartTls => {
            line.len() <= b"STARTTLS".len() + 1
        }
        Command::Auth { mechanism, .. } => mechanism.iter().all(|byte| !byte.is_ascii_lowercase()),
    }
}

/// What stands behind a keyword and its colon.
fn behind<'b>(argument: &'b [u8], keyword: &[u8]) -> Option<&'b [u8]> {
    let (word, rest) = argument.split_at_checked(keyword.len())?;
    if !word.eq_ignore_ascii_case(keyword) {
        return None;
    }
    rest.trim_ascii_start().strip_prefix(b":")
}

/// The address of a path: what the angle brackets hold, or the first word where there are none. Source routes stay.
fn address(path: &[u8]) -> &[u8] {
    let path = path.trim_ascii();
    let Some(inner) = path.strip_prefix(b"<") else { return first_word(path) };
    let (mut quoted, mut escaped) = (false, false);
    let end = inner.iter().position(|&byte| {
        let ends = byte == b'>' && !quoted;
        quoted ^= byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    });
    // A quote that does not end may have swallowed the bracket.
    let end = end.or_else(|| memchr::memchr(b'>', inner));
    end.map_or_else(|| first_word(inner), |end| inner.get(..end).unwrap_or_default().trim_ascii())
}

fn chunk(argument: &[u8]) -> Command<'_> {
    let size = first_word(argument);
    let rest = argument.get(size.len()..).unwrap_or_default().trim_ascii();
    let bytes = std::str::from_utf8(size).ok().and_then(|size| size.parse::<u64>().ok());
    match bytes {
        Some(bytes) if rest.is_empty() => Command::Chunk { bytes, last: false },
        Some(bytes) if rest.eq_ignore_ascii_case(b"LAST") => Command::Chunk { bytes, last: true },
        _ => Command::Unknown,
    }
}

fn auth(argument: &[u8]) -> Command<'_> {
    let mechanism = first_word(argument);
    let answer = argument.get(mechanism.len()..).unwrap_or_default().trim_ascii();
    Command::Auth { mechanism, answer: (!answer.is_empty()).then_some(answer) }
}

fn first_word(text: &[u8]) -> &[u8] {
    let end = text.iter().position(u8::is_ascii_whitespace).unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_as_clients_write_them() {
        let mail = |line: &'static str| match command(line.as_bytes()) {
            Command::Mail(address) | Command::Recipient(address) => std::str::from_utf8(address).unwrap(),
            other => panic!("{line}: {other:?}"),
        };
        assert_eq!(mail("MAIL FROM:<a@example.org> SIZE=10"), "a@example.org");
        assert_eq!(mail("mail from: <a@example.org>"), "a@example.org");
        assert_eq!(mail("MAIL From :a@example.org BODY=7BIT"), "a@example.org");
        assert_eq!(mail("MAIL FROM:<>"), "");
        assert_eq!(mail("RCPT TO:<@relay.example:a@example.org>"), "@relay.example:a@example.org");
        assert_eq!(mail("RCPT TO:<\"a>b\"@example.org> NOTIFY=NEVER"), "\"a>b\"@example.org");
        assert_eq!(mail("RCPT TO:<\"a@example.org>"), "\"a@example.org");
        assert_eq!(mail("RCPT TO:<a@example.org"), "a@example.org");
        assert_eq!(command(b"BDAT 10 last"), Command::Chunk { bytes: 10, last: true });
        assert_eq!(command(b"BDAT 99999999999999999999"), Command::Unknown);
        assert_eq!(command(b"staRttLs "), Command::StartTls);
        assert_eq!(command(b"EHLO"), Command::Hello { name: b"", lmtp: false });
        assert_eq!(command(b"LHLO a b"), Command::Hello { name: b"a", lmtp: true });
        assert_eq!(
            command(b"AUTH PLAIN AGEAYg=="),
            Command::Auth { mechanism: b"PLAIN", answer: Some(b"AGEAYg==") }
        );
        for unknown in
            ["MAIL TO:<a>", "MAILFROM:<a>", "DATA now", "GET / HTTP/1.1", "", "AUTH", "DATA:", "VERYLONGVERB"]
        {
            assert_eq!(command(unknown.as_bytes()), Command::Unknown, "{unknown}");
        }
    }

    #[test]
    fn reply_lines() {
        let text =
            |line: &'static str| reply_line(line.as_bytes()).map(|line| (line.code, line.last, line.text));
        assert_eq!(text("250-PIPELINING"), Some((250, false, &b"PIPELINING"[..])));
        assert_eq!(text("250"), Some((250, true, &b""[..])));
        assert_eq!(text("550 5.1.1 no"), Some((550, true, &b"5.1.1 no"[..])));
        for none in ["", "25", "2500 x", "650 x", "+OK", "2x0 x"] {
            assert_eq!(text(none), None, "{none}");
        }
    }

    #[test]
    fn lines_end_with_lf_and_are_cut() {
        assert_eq!(
            first_line(b"QUIT\r\nx", 0),
            Some(Line { text: b"QUIT", len: 6, bare_lf: false, cut: false })
        );
        assert_eq!(
            first_line(b"QUIT\nx", 3),
            Some(Line { text: b"QUIT", len: 5, bare_lf: true, cut: false })
        );
        assert_eq!(first_line(b"QUIT\r", 0), None);
        let long = vec![b'x'; LINE_BYTES];
        assert!(first_line(&long, 0).unwrap().cut);
        assert_eq!(first_line(&long[1..], 0), None);
        let ended_behind_the_limit = [&long[..], b"\n"].concat();
        assert!(first_line(&ended_behind_the_limit, 0).unwrap().cut);
        assert!(!first_line(&ended_behind_the_limit[1..], 0).unwrap().cut);
    }
}
