//! Messages made by code. Message number n differs from its neighbours in names, ids and lengths as traffic does.

use packetbeat_core::direction::Dir;

use crate::capture::{Capture, Writer, ends};

/// Exchanges of one HTTP connection.
const KEPT_ALIVE: u32 = 20;

/// What one side says.
pub type Said = (Dir, Vec<u8>);

/// A DNS query and its answer: one address, one alias, EDNS.
#[must_use]
pub fn dns(number: u32) -> [Said; 2] {
    let id = u16::try_from(number & 0xffff).unwrap().to_be_bytes();
    let host = format!("host{}", number % 5000);
    let mut question = vec![u8::try_from(host.len()).unwrap()];
    question.extend(host.as_bytes());
    question.extend(b"\x07example\x03org\0\0\x01\0\x01");
    let edns = [0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0];
    let query = [&id[..], &[1, 0, 0, 1, 0, 0, 0, 0, 0, 1], &question, &edns].concat();
    let alias = [0xc0, 12, 0, 5, 0, 1, 0, 0, 1, 44, 0, 7, 4, b'e', b'd', b'g', b'e', 0xc0, 21];
    let address = [0xc0, 12, 0, 1, 0, 1, 0, 0, 1, 44, 0, 4, 192, 0, 2, u8::try_from(number % 250).unwrap()];
    let answer =
        [&id[..], &[0x81, 0x80, 0, 1, 0, 2, 0, 0, 0, 1], &question, &alias, &address, &edns].concat();
    [(Dir::ToServer, query), (Dir::ToClient, answer)]
}

/// An HTTP request as a browser writes it, and its answer with a body of 200 to 1,200 bytes.
#[must_use]
pub fn http(number: u32) -> [Said; 2] {
    let request = format!(
        "GET /items/{number}?page={}&sort=name HTTP/1.1\r\nHost: www.example.org\r\n\
         User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n\
         Accept: text/html,application/xhtml+xml;q=0.9,*/*;q=0.8\r\nAccept-Language: en-US,en;q=0.5\r\n\
         Accept-Encoding: gzip, deflate\r\nReferer: http://www.example.org/items\r\nConnection: keep-alive\r\n\
         Cookie: session=0123456789abcdef; theme=dark\r\n\r\n",
        number % 40
    );
    let body = "x".repeat(200 + (number as usize * 37) % 1000);
    let response = format!(
        "HTTP/1.1 200 OK\r\nDate: Tue, 14 Nov 2023 22:13:20 GMT\r\nServer: nginx/1.24.0\r\n\
         Content-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\nConnection: keep-alive\r\n\
         Cache-Control: max-age=600\r\nETag: \"6553ee40-{number:x}\"\r\nVary: Accept-Encoding\r\n\r\n{body}",
        body.len()
    );
    [(Dir::ToServer, request.into_bytes()), (Dir::ToClient, response.into_bytes())]
}

/// What comes before the first mail of an SMTP session.
#[must_use]
pub fn smtp_greeting() -> [Said; 3] {
    [
        (Dir::ToClient, b"220 mail.example.org ESMTP Postfix\r\n".to_vec()),
        (Dir::ToServer, b"EHLO client.example.org\r\n".to_vec()),
        (
            Dir::ToClient,
            b"250-mail.example.org\r\n250-PIPELINING\r\n250-SIZE 10240000\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n".to_vec(),
        ),
    ]
}

/// A mail of 2 KiB to two recipients, command by command.
#[must_use]
pub fn smtp(number: u32) -> [Said; 10] {
    let lines = "A line of a mail, as long as lines of mails are, more or less.\r\n".repeat(26);
    let content = format!(
        "Received: from client.example.org (client.example.org [192.0.2.1])\r\n\tby mail.example.org with ESMTP id {number}\r\n\
         From: =?utf-8?q?Al=C3=ADce?= <alice@example.org>\r\nTo: Bob <bob@example.org>, Carol <carol@example.org>\r\n\
         Subject: Quarterly report {number}\r\nDate: Tue, 14 Nov 2023 22:13:20 +0000\r\n\
         Message-ID: <{number}@client.example.org>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n\
         {lines}.\r\n"
    );
    [
        (Dir::ToServer, b"MAIL FROM:<alice@example.org> SIZE=2048\r\n".to_vec()),
        (Dir::ToClient, b"250 2.1.0 Ok\r\n".to_vec()),
        (Dir::ToServer, b"RCPT TO:<bob@example.org>\r\n".to_vec()),
        (Dir::ToClient, b"250 2.1.5 Ok\r\n".to_vec()),
        (Dir::ToServer, b"RCPT TO:<carol@example.org>\r\n".to_vec()),
        (Dir::ToClient, b"250 2.1.5 Ok\r\n".to_vec()),
        (Dir::ToServer, b"DATA\r\n".to_vec()),
        (Dir::ToClient, b"354 End data with <CR><LF>.<CR><LF>\r\n".to_vec()),
        (Dir::ToServer, content.into_bytes()),
        (Dir::ToClient, format!("250 2.0.0 Ok: queued as {number:010X}\r\n").into_bytes()),
    ]
}

/// A capture of `count` DNS exchanges.
#[must_use]
pub fn dns_capture(count: u32) -> Capture {
    let mut capture = Capture::default();
    for number in 0..count {
        for (dir, bytes) in dns(number) {
            capture.datagram(&ends(number, 53), dir, &bytes);
        }
    }
    capture
}

/// A capture of `count` HTTP exchanges, 20 a connection.
#[must_use]
pub fn http_capture(count: u32) -> Capture {
    let mut capture = Capture::default();
    for first in (0..count).step_by(KEPT_ALIVE as usize) {
        let mut writer = Writer::open(first / KEPT_ALIVE, 80, &mut capture);
        for number in first..count.min(first + KEPT_ALIVE) {
            for (dir, bytes) in http(number) {
                writer.say(dir, &bytes, &mut capture);
            }
        }
        writer.close(&mut capture);
    }
    capture
}

/// A capture of `count` mails, one a connection.
#[must_use]
pub fn smtp_capture(count: u32) -> Capture {
    let mut capture = Capture::default();
    for number in 0..count {
        let mut writer = Writer::open(number, 25, &mut capture);
        for (dir, bytes) in smtp_greeting().into_iter().chain(smtp(number)) {
            writer.say(dir, &bytes, &mut capture);
        }
        writer.close(&mut capture);
    }
    capture
}
