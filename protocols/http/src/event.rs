//! An exchange as an event: what is derived from the messages, and the fields.

use std::net::IpAddr;

use packetbeat_core::event::Status;
use packetbeat_core::fields::Fields;
use packetbeat_core::flow::Flow;
use packetbeat_core::key;
use packetbeat_core::ledger::Reason;
use packetbeat_core::limits::NOTES;
use packetbeat_core::record::{Record, Shared};
use packetbeat_core::text::Text;

use crate::body;
use crate::config::Config;
use crate::headers;
use crate::message::{Message, Notes, is_form};
use crate::redact;
use crate::target::{self, Parameters, Target};
use crate::user;
use crate::wire::StartLine;

/// The port that URLs leave out.
const HTTP_PORT: u16 = 80;
/// Memory that a buffer may keep between events.
const KEEP_BYTES: usize = 16 << 10;

/// Buffers for what is derived from the messages of one event; used again.
#[derive(Debug, Default)]
pub struct Scratch {
    path: Vec<u8>,
    encoded_path: Vec<u8>,
    parameters: Parameters,
    query: Vec<u8>,
    phrase: Vec<u8>,
    user: Vec<u8>,
    bodies: [Bodies; 2],
}

/// What becomes of a body.
#[derive(Debug, Default)]
struct Bodies {
    decoded: Vec<u8>,
    concealed: Vec<u8>,
}

impl Scratch {
    /// Bytes of memory held.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        let plain = [&self.path, &self.encoded_path, &self.query, &self.phrase, &self.user];
        let bodies: usize =
            self.bodies.iter().map(|body| body.decoded.capacity() + body.concealed.capacity()).sum();
        plain.iter().map(|buffer| buffer.capacity()).sum::<usize>() + bodies + self.parameters.heap_bytes()
    }

    /// Forgets the last event; gives back memory that an unusual one took.
    fn clear(&mut self) {
        if self.heap_bytes() > KEEP_BYTES {
            *self = Self::default();
            return;
        }
        let Self { path, encoded_path, parameters, query, phrase, user, bodies } = self;
        for buffer in [path, encoded_path, query, phrase, user] {
            buffer.clear();
        }
        for Bodies { decoded, concealed } in bodies {
            decoded.clear();
            concealed.clear();
        }
        parameters.clear();
    }
}

/// An event: a request, a response, or both.
pub struct Exchange<'e> {
    config: &'e Config,
    request: Option<&'e Message>,
    response: Option<&'e Message>,
    unmatched: Option<Reason>,
    host: Text<'e>,
    host_is_ip: bool,
    port: u16,
    path: Text<'e>,
    encoded_path: Text<'e>,
    parameters: Text<'e>,
    phrase: &'e [u8],
    user: Text<'e>,
    bodies: [&'e [u8]; 2],
    query: [Text<'e>; 3],
    texts: [[Text<'e>; 2]; 2],
    hosts: [Text<'e>; 2],
    forwarded: Option<IpAddr>,
    ips: [IpAddr; 2],
    ip_count: usize,
    notes: [Text<'e>; NOTES],
    note_count: usize,
}

impl<'e> Exchange<'e> {
    /// Derives what the event says from its messages.
    #[must_use]
    pub fn new(
        config: &'e Config,
        flow: &Flow,
        scratch: &'e mut Scratch,
        request: Option<&'e Message>,
        response: Option<&'e Message>,
        unmatched: Option<Reason>,
    ) -> Self {
        scratch.clear();
        let mut this = Self {
            config,
            request,
            response,
            unmatched,
            host: Text::default(),
            host_is_ip: false,
            port: flow.server.port,
            path: Text::default(),
            encoded_path: Text::default(),
            parameters: Text::default(),
            phrase: &[],
            user: Text::default(),
            bodies: [&[], &[]],
            query: [Text::default(); 3],
            texts: [[Text::default(); 2]; 2],
            hosts: [Text::default(); 2],
            forwarded: None,
            ips: [flow.client.ip; 2],
            ip_count: 0,
            notes: [Text::default(); NOTES],
            note_count: 0,
        };
        let Scratch { path, encoded_path, parameters, query, phrase, user, bodies: [asked, answered] } =
            scratch;
        if response.is_none() {
            this.note("Unmatched request");
        } else if request.is_none() {
            this.note("Unmatched response");
        }
        if let Some(request) = request {
            this.common(request, 0, config.send_request, asked);
            let target = Target::split(request.target(), request.method() == b"CONNECT");
            this.target(request, target, flow, (path, encoded_path));
            this.parameters(request, target, parameters, query);
            this.origin(request, user);
        }
        if let Some(response) = response {
            this.common(response, 1, config.send_response, answered);
            if let StartLine::Response { phrase: text, .. } = response.start {
                phrase.extend_from_slice(response.text(text));
                phrase.make_ascii_lowercase();
                this.phrase = phrase;
            }
        }
        this
    }

    fn note(&mut self, text: &'static str) {
        if let Some(slot) = self.notes.get_mut(self.note_count) {
            *slot = text.into();
            self.note_count += 1;
        }
    }

    fn ip(&mut self, ip: IpAddr) {
        if let Some(slot) = self.ips.get_mut(self.ip_count) {
            *slot = ip;
            self.ip_count += 1;
        }
    }

    /// What requests and responses share: notes, the decoded body, the raw text. `at` is 0 for requests, 1 for responses.
    fn common(&mut self, message: &'e Message, at: usize, raw: bool, bodies: &'e mut Bodies) {
        for (note, text) in Notes::TEXTS {
            if message.notes.has(note) {
                self.note(text);
            }
        }
        let coding = message.text(message.content_encoding);
        let limit = self.config.max_message_size;
        let Bodies { decoded, concealed } = bodies;
        let mut body = message.body.bytes();
        let mut plain = coding.is_empty();
        if self.config.decode_body && !coding.is_empty() && !body.is_empty() {
            plain = body::decode(coding, body, limit, decoded);
            if !plain {
                self.note("Body could not be decoded");
            }
            body = decoded;
        }
        let words = &self.config.hide_keywords;
        if !words.is_empty() && is_form(message.text(message.content_type)) {
            // Behind a hole a value stands without its name.
            if plain && message.lost == 0 {
                redact::conceal_form(body, words, concealed);
            }
            body = concealed;
        }
        if let Some(slot) = self.bodies.get_mut(at) {
            *slot = body;
        }
        if raw && let Some(slot) = self.texts.get_mut(at) {
            let head = message.head.get(..limit).unwrap_or(&message.head);
            let room = limit.saturating_sub(head.len());
            let shown = if message.shows_body { body } else { &[] };
            *slot = [head.into(), shown.get(..room).unwrap_or(shown).into()];
        }
    }

    fn target(
        &mut self,
        request: &'e Message,
        target: Target<'e>,
        flow: &Flow,
        (decoded, encoded): (&'e mut Vec<u8>, &'e mut Vec<u8>),
    ) {
        let authority = if request.host.is_empty() { target.authority } else { request.text(request.host) };
        let (host, port) = target::host_and_port(authority);
        self.host = Text::checked(host);
        match address(host) {
            Some(ip) => {
                self.host_is_ip = true;
                self.ip(ip);
            }
            None => self.hosts = [self.host, Text::default()],
        }
        if let Some(port) = port {
            if port != flow.server.port {
                self.note("Host header port number mismatch");
            }
            self.port = port;
        }
        let path = if memchr::memchr(b'%', target.path).is_some() {
            target::decode(target.path, false, decoded);
            &*decoded
        } else {
            target.path
        };
        self.path = Text::checked(path);
        self.encoded_path = self.path;
        let rooted = path.is_empty() || path.starts_with(b"/");
        if !rooted || !path.iter().all(|byte| target::stays_in_path(*byte)) {
            if !rooted {
                encoded.push(b'/');
            }
            if path == b"*" {
                encoded.push(b'*');
            } else {
                target::encode_path(path, encoded);
            }
            self.encoded_path = Text::checked(encoded);
        }
        let named = if path.is_empty() { Text::from(request.target()) } else { self.path };
        self.query = [request.method().into(), " ".into(), named];
    }

    fn parameters(
        &mut self,
        request: &'e Message,
        target: Target<'e>,
        parameters: &mut Parameters,
        to: &'e mut Vec<u8>,
    ) {
        let kind = request.text(request.content_type);
        let body = if is_form(kind) { self.bodies[0] } else { &[] };
        if target.query.is_empty() && body.is_empty() {
            return;
        }
        parameters.add(target.query);
        parameters.add(body);
        parameters.write(&self.config.hide_keywords, to);
        // Encoded again, it is plain by construction.
        self.parameters = Text::checked(to);
    }

    /// Who asked: user, forwarded address, page that led here.
    fn origin(&mut self, request: &'e Message, user: &'e mut Vec<u8>) {
        self.hosts[1] = request.text(request.referer).into();
        user::name(request.text(request.authorization), user);
        self.user = Text::checked(user);
        self.forwarded = first_ip(request.text(request.real_ip));
        if let Some(ip) = self.forwarded {
            self.ip(ip);
        }
    }

    fn url<F: Fields>(&self, to: &mut F) {
        to.open(key!("url"));
        to.constant("\"scheme\":\"http\",");
        to.text_unless_empty(key!("domain"), self.host);
        if self.port != HTTP_PORT {
            to.unsigned_unless_zero(key!("port"), u64::from(self.port));
        }
        to.text_unless_empty(key!("path"), self.path);
        to.text_unless_empty(key!("query"), self.parameters);
        if !self.host.is_empty() && self.port != 0 {
            self.full(to);
        }
        let path = self.path.bytes();
        if let Some(dot) = memchr::memrchr(b'.', path) {
            to.text_unless_empty(key!("extension"), self.path.part(dot + 1..path.len()));
        }
        to.close();
    }

    /// `url.full`, put together from the other parts.
    fn full<F: Fields>(&self, to: &mut F) {
        let v6 = self.host_is_ip && memchr::memchr(b':', self.host.bytes()).is_some();
        let bracket = |text: &'static str| if v6 { Text::from(text) } else { Text::default() };
        let mut digits = [0; 6];
        let port = if self.port == HTTP_PORT { &[][..] } else { port_text(self.port, &mut digits) };
        let mark = if self.parameters.is_empty() { Text::default() } else { "?".into() };
        to.parts(
            key!("full"),
            &[
                "http://".into(),
                bracket("["),
                self.host,
                bracket("]"),
                port.into(),
                self.encoded_path,
                mark,
                self.parameters,
            ],
        );
    }
}

/// `:` and the decimal digits.
fn port_text(port: u16, room: &mut [u8; 6]) -> &[u8] {
    let mut rest = port;
    let mut at = room.len();
    loop {
        at -= 1;
        if let Some(slot) = room.get_mut(at) {
            *slot = b'0' + (rest % 10) as u8;
        }
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    // A port has five digits at most: one place is left.
    at -= 1;
    if let Some(slot) = room.get_mut(at) {
        *slot = b':';
    }
    room.get(at..).unwrap_or_default()
}

/// A host as an address; most names are told apart by their last letter.
fn address(host: &[u8]) -> Option<IpAddr> {
    let may_be = host.last().is_some_and(u8::is_ascii_digit) || memchr::memchr(b':', host).is_some();
    if may_be { std::str::from_utf8(host).ok()?.parse().ok() } else { None }
}

/// The first address of a list, with or without a port.
fn first_ip(list: &[u8]) -> Option<IpAddr> {
    let first = list.split(|byte| *byte == b',').next()?.trim_ascii();
    let (host, _) = target::host_and_port(first);
    address(host)
}

impl Record for Exchange<'_> {
    fn shared(&self) -> Shared<'_> {
        let failed = self.request.is_none() || self.response.is_none_or(|response| response.code() >= 400);
        let lost = |message: Option<&Message>| message.map_or(0, |message| message.lost);
        let [asked, answered] = &self.texts;
        Shared {
            status: if failed { Status::Error } else { Status::Ok },
            request: self.request.map(|request| request.half),
            response: self.response.map(|response| response.half),
            method: self.query[0],
            query: if self.request.is_some() { &self.query } else { &[] },
            request_text: if asked[0].is_empty() { &[] } else { asked },
            response_text: if answered[0].is_empty() { &[] } else { answered },
            forwarded_ip: self.forwarded,
            server_domain: if self.host_is_ip { Text::default() } else { self.host },
            related_ips: self.ips.get(..self.ip_count).unwrap_or_default(),
            related_hosts: &self.hosts,
            related_users: std::slice::from_ref(&self.user),
            notes: self.notes.get(..self.note_count).unwrap_or_default(),
            unmatched: self.unmatched,
            bytes_lost: lost(self.request).saturating_add(lost(self.response)),
            ..Shared::default()
        }
    }

    fn fields<F: Fields>(&self, to: &mut F) {
        let [asked, answered] = self.bodies;
        to.open(key!("http"));
        if let Some(request) = self.request {
            to.open(key!("request"));
            to.text(key!("method"), request.method());
            content(to, request, asked);
            to.text_unless_empty(key!("referrer"), request.text(request.referer));
            headers::write(to, request, self.config);
            to.close();
        }
        if let Some(response) = self.response {
            to.open(key!("response"));
            to.unsigned(key!("status_code"), u64::from(response.code()));
            to.text_unless_empty(key!("status_phrase"), self.phrase);
            content(to, response, answered);
            headers::write(to, response, self.config);
            to.close();
        }
        if let Some(message) = self.request.or(self.response) {
            match (message.version.major, message.version.minor) {
                (1, 1) => to.constant("\"version\":\"1.1\","),
                (1, 0) => to.constant("\"version\":\"1.0\","),
                (major, minor) => {
                    to.text(key!("version"), &[b'0'.wrapping_add(major), b'.', b'0'.wrapping_add(minor)]);
                }
            }
        }
        to.close();
        if let Some(request) = self.request {
            self.url(to);
            let agent = request.text(request.user_agent);
            if !agent.is_empty() {
                to.open(key!("user_agent"));
                to.text(key!("original"), agent);
                to.close();
            }
            to.text_unless_empty(key!("user.name"), self.user);
        }
    }
}

/// `bytes` and `body`.
fn content<F: Fields>(to: &mut F, message: &Message, body: &[u8]) {
    to.unsigned_unless_zero(key!("bytes"), message.half.bytes);
    let shown = message.shows_body && !body.is_empty();
    if message.body_bytes > 0 || shown {
        to.open(key!("body"));
        to.unsigned_unless_zero(key!("bytes"), message.body_bytes);
        if shown {
            to.text(key!("content"), body);
        }
        to.close();
    }
}
