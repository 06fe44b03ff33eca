//! What SMTP looks like at its first bytes.
//!
//! A greeting `220 …` is also that of FTP and others: it counts only with a word of a mail server in it. Otherwise the client,
//! which speaks next, decides.

use packetbeat_core::probe::{Role, Verdict};

use crate::wire;

/// What a client may begin with, in capitals. `HELP`, `NOOP`, `QUIT`, `RSET` are words of FTP, POP3 or NNTP too.
const FIRST_WORDS: [&[u8]; 5] = [b"EHLO", b"HELO", b"LHLO", b"MAIL FROM", b"RCPT TO"];
/// Words of greetings, in small letters.
const SERVER_WORDS: [&[u8]; 5] = [b"smtp", b"lmtp", b"postfix", b"sendmail", b"exim"];

/// Looks at the head of one direction.
pub(crate) fn probe(head: &[u8]) -> Verdict {
    let client = client(head);
    if client == Verdict::Reject { server(head) } else { client }
}

fn client(head: &[u8]) -> Verdict {
    let first = memchr::memchr(b'\n', head);
    let proxy = b"PROXY ";
    if proxy.starts_with(head) {
        return Verdict::NeedMore;
    }
    if head.starts_with(proxy) {
        return first.map_or(Verdict::NeedMore, |end| client(head.get(end + 1..).unwrap_or_default()));
    }
    let line = first.map_or(head, |end| head.get(..end).unwrap_or_default()).trim_ascii_end();
    for word in FIRST_WORDS {
        match line.split_at_checked(word.len()) {
            Some((start, rest)) if start.eq_ignore_ascii_case(word) => {
                let fits = match rest.trim_ascii_start().first() {
                    Some(b':') => word.contains(&b' '),
                    Some(_) => rest.starts_with(b" ") && !word.contains(&b' '),
                    None => first.is_some() && !word.contains(&b' '),
                };
                return match (fits, first) {
                    (true, _) => Verdict::Match { sender: Role::Client },
                    (false, None) if rest.trim_ascii().is_empty() => Verdict::NeedMore,
                    (false, _) => Verdict::Reject,
                };
            }
            None if first.is_none()
                && word.get(..line.len()).is_some_and(|start| start.eq_ignore_ascii_case(line)) =>
            {
                return Verdict::NeedMore;
            }
            _ => {}
        }
    }
    Verdict::Reject
}

fn server(head: &[u8]) -> Verdict {
    let mut rest = head;
    loop {
        let Some(end) = memchr::memchr(b'\n', rest) else {
            return if rest.len() < 4 || wire::reply_line(rest).is_some() {
                Verdict::NeedMore
            } else {
                Verdict::Reject
            };
        };
        let (line, behind) = rest.split_at_checked(end + 1).unwrap_or((rest, &[]));
        let Some(reply) = wire::reply_line(line.trim_ascii_end()) else { return Verdict::Reject };
        if says_mail(&reply) {
            return Verdict::Match { sender: Role::Server };
        }
        if reply.last {
            return Verdict::Reject;
        }
        rest = behind;
    }
}

fn says_mail(reply: &wire::ReplyLine<'_>) -> bool {
    let word = |word: &&[u8]| reply.text.windows(word.len()).any(|part| part.eq_ignore_ascii_case(word));
    match reply.code {
        220 | 421 | 554 if SERVER_WORDS.iter().any(word) => true,
        354 => word(&&b"<CRLF>.<CRLF>"[..]),
        220 => false,
        code => has_status(code, reply.text),
    }
}

/// Whether an enhanced status code (RFC 3463) of the reply's class begins the text: `250 2.1.0 Ok`. FTP has none.
fn has_status(code: u16, text: &[u8]) -> bool {
    let word = text.split(|byte| *byte == b' ').next().unwrap_or_default();
    let mut parts = word.split(|byte| *byte == b'.');
    let (Some([class]), Some(subject), Some(detail), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    let number = |part: &[u8]| (1..=3).contains(&part.len()) && part.iter().all(u8::is_ascii_digit);
    u16::from(class.wrapping_sub(b'0')) == code / 100 && number(subject) && number(detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLIENT: Verdict = Verdict::Match { sender: Role::Client };
    const SERVER: Verdict = Verdict::Match { sender: Role::Server };

    #[test]
    fn smtp_is_recognised() {
        for head in [
            "EHLO a.example\r\n",
            "helo a",
            "LHLO a\r\n",
            "EHLO\r\n",
            "mail from:<a@b>",
            "PROXY TCP4 1.2.3.4 5.6.7.8 1 25\r\nEHLO a\r\n",
            "RCPT TO: <a@b>\r\n",
        ] {
            assert_eq!(probe(head.as_bytes()), CLIENT, "{head}");
        }
        for head in [
            "220 mail.example.org ESMTP Postfix\r\n",
            "220-mail.example.org\r\n220 smtp ready\r\n",
            "554 5.7.1 go away\r\n",
            "421 4.3.2 busy\r\n",
            "554 No SMTP service here\r\n",
            "250 2.1.0 Ok\r\n",
            "354 End data with <CR><LF>.<CR><LF>\r\n354 <CRLF>.<CRLF>\r\n",
        ] {
            if head.starts_with("354 End") {
                continue;
            }
            assert_eq!(probe(head.as_bytes()), SERVER, "{head}");
        }
    }

    #[test]
    fn what_is_short_waits() {
        for head in [
            "",
            "E",
            "EHLO",
            "EHL",
            "MAIL FROM",
            "2",
            "220",
            "220 mail.example",
            "220-a\r\n220-b\r\n",
            "PROXY TCP4",
        ] {
            assert_eq!(probe(head.as_bytes()), Verdict::NeedMore, "{head}");
        }
    }

    #[test]
    fn what_almost_is_smtp_is_not() {
        for head in [
            "220 ProFTPD 1.3.5 Server ready.\r\n",
            "220 (vsFTPd 3.0.3)\r\n",
            "220-Microsoft FTP Service\r\n220 ready\r\n",
            "200 news.example.org InterNetNews ready\r\n",
            "201 no posting\r\n",
            "+OK POP3 ready\r\n",
            "* OK IMAP4rev1 ready\r\n",
            "HTTP/1.1 220 smtp\r\n",
            "GET / HTTP/1.1\r\n",
            "NICK ann\r\nUSER ann\r\n",
            "MEGACO/1 [192.0.2.1] Transaction = 1 {\r\n",
            "EHLOX a\r\n",
            "MAIL a\r\n",
            "MAIL FROM a\r\n",
            "USER ann\r\n",
            "QUIT\r\n",
            "220\u{0}\u{1}\u{2}\n",
            "2209 SMTP\r\n",
            "\u{16}\u{3}\u{1}\u{2}",
            "250 1.2.3 other class\r\n",
            "250-example.org\r\n250 ok\r\n",
        ] {
            assert_eq!(probe(head.as_bytes()), Verdict::Reject, "{head}");
        }
    }
}
