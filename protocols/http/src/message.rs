//! A message as far as it is known: one type for both directions.

use packetbeat_core::excerpt::Excerpt;
use packetbeat_core::pairing::Pending;
use packetbeat_core::record::Half;

use crate::config::Config;
use crate::redact::{self, Secret};
use crate::wire::{self, FieldLine, Span, StartLine, Version};

/// Header fields kept of one message; further ones are passed over.
pub const FIELDS: usize = 256;

/// What was noticed about a message; written as `error.message`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Notes(u8);

impl Notes {
    /// Content-Length in several values, or none that is a number.
    pub const LENGTHS: Self = Self(1);
    /// Content-Length beside Transfer-Encoding.
    pub const BOTH_LENGTHS: Self = Self(2);
    /// The stream ended within the message.
    pub const INCOMPLETE: Self = Self(4);

    /// All notes with their texts.
    pub const TEXTS: [(Self, &'static str); 3] = [
        (Self::LENGTHS, "Invalid or conflicting Content-Length"),
        (Self::BOTH_LENGTHS, "Content-Length besides Transfer-Encoding"),
        (Self::INCOMPLETE, "Message ended before its end was reached"),
    ];

    /// Adds a note.
    pub const fn add(&mut self, note: Self) {
        self.0 |= note.0;
    }

    /// Whether it is noted.
    #[must_use]
    pub const fn has(self, note: Self) -> bool {
        self.0 & note.0 != 0
    }
}

/// A captured header field.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Lower-case name within [`Message::names`].
    pub name: Span,
    /// Value within the head.
    pub value: Span,
}

/// How the end of a body is found (RFC 9112, 6.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Framing {
    /// There is no length and no coding: what that means depends on the direction.
    #[default]
    Unsaid,
    /// Content-Length.
    Length(u64),
    /// The last transfer coding is chunked.
    Chunked,
    /// Another transfer coding: until the connection ends.
    Coded,
}

/// A request or a response. Cleared and used again.
#[derive(Debug, Default)]
pub struct Message {
    /// The head as it came, the empty line behind it included; hidden parts overwritten.
    pub head: Vec<u8>,
    /// The start line.
    pub start: StartLine,
    /// Its version.
    pub version: Version,
    /// Captured header fields in their order.
    pub fields: Vec<Field>,
    /// Their names.
    pub names: Vec<u8>,
    /// Host.
    pub host: Span,
    /// Content-Type.
    pub content_type: Span,
    /// Content-Encoding.
    pub content_encoding: Span,
    /// User-Agent.
    pub user_agent: Span,
    /// Referer.
    pub referer: Span,
    /// The header named by `real_ip_header`.
    pub real_ip: Span,
    /// Authorization, if it is captured.
    pub authorization: Span,
    /// What is to be overwritten in the head; empty again once that is done.
    pub secrets: Vec<Secret>,
    /// Connection says close, or the version is 1.0 and it does not say keep-alive.
    pub closes: bool,
    /// Expect: 100-continue.
    pub expects: bool,
    /// How the body ends.
    pub framing: Framing,
    /// Content-Length as declared.
    pub declared: Option<u64>,
    /// When it began, and its bytes on the wire so far.
    pub half: Half,
    /// Bytes of the body so far, without chunk framing.
    pub body_bytes: u64,
    /// The body, as far as it is wanted.
    pub body: Excerpt,
    /// Whether the body is collected, for the event or for its parameters.
    pub keeps_body: bool,
    /// Whether the body goes into the event.
    pub shows_body: bool,
    /// Bytes within the message that the capture does not have.
    pub lost: u64,
    /// What was noticed.
    pub notes: Notes,
}

impl Pending for Message {
    fn clear(&mut self) {
        self.head.clear();
        self.fields.clear();
        self.names.clear();
        self.body.clear();
        self.secrets.clear();
        self.start = StartLine::default();
        self.version = Version::default();
        self.host = Span::default();
        self.content_type = Span::default();
        self.content_encoding = Span::default();
        self.user_agent = Span::default();
        self.referer = Span::default();
        self.real_ip = Span::default();
        self.authorization = Span::default();
        (self.closes, self.expects) = (false, false);
        self.framing = Framing::Unsaid;
        self.declared = None;
        self.half = Half::default();
        (self.body_bytes, self.lost) = (0, 0);
        (self.keeps_body, self.shows_body) = (false, false);
        self.notes = Notes::default();
    }

    fn heap_bytes(&self) -> usize {
        self.head.capacity()
            + self.names.capacity()
            + self.fields.capacity() * size_of::<Field>()
            + self.body.heap_bytes()
    }
}

/// Boxed, so that it is not copied on its way through the pairing.
impl Pending for Box<Message> {
    fn clear(&mut self) {
        Pending::clear(&mut **self);
    }

    fn heap_bytes(&self) -> usize {
        size_of::<Message>() + Pending::heap_bytes(&**self)
    }
}

impl Message {
    /// Whether it is a request.
    #[must_use]
    pub const fn is_request(&self) -> bool {
        matches!(self.start, StartLine::Request { .. })
    }

    /// The method; empty for a response.
    #[must_use]
    pub fn method(&self) -> &[u8] {
        match self.start {
            StartLine::Request { method, .. } => method.of(&self.head),
            StartLine::Response { .. } => &[],
        }
    }

    /// The target; empty for a response.
    #[must_use]
    pub fn target(&self) -> &[u8] {
        match self.start {
            StartLine::Request { target, .. } => target.of(&self.head),
            StartLine::Response { .. } => &[],
        }
    }

    /// The status code; 0 for a request.
    #[must_use]
    pub const fn code(&self) -> u16 {
        match self.start {
            StartLine::Request { .. } => 0,
            StartLine::Response { code, .. } => code,
        }
    }

    /// The part of the head in `span`.
    #[must_use]
    pub fn text(&self, span: Span) -> &[u8] {
        span.of(&self.head)
    }

    /// What the event says of the content's length: as declared, or counted where nothing is.
    #[must_use]
    pub fn content_length(&self) -> u64 {
        self.declared.unwrap_or(self.body_bytes)
    }

    /// Takes a head from the start of `bytes`, whose first line was read already and takes `line` bytes. Gives the head's
    /// length, or `None` if its end is not there yet. The message must be clear.
    pub fn read(
        &mut self,
        bytes: &[u8],
        line: usize,
        (start, version): (StartLine, Version),
        config: &Config,
    ) -> Option<usize> {
        self.start = start;
        self.version = version;
        self.closes = version.minor == 0;
        let capturing = config.captures_headers();
        let end = wire::fields(bytes, line, &config.letters, |field| {
            self.special(field, bytes, config);
            if capturing {
                self.capture(field, bytes, config);
            }
        });
        let Some(end) = end else {
            self.clear();
            return None;
        };
        self.take(bytes, end, config);
        Some(end)
    }

    /// Takes a Simple-Request, which is its line of `line` bytes; see [`wire::simple_request`]. The message must be clear.
    pub fn read_simple(
        &mut self,
        bytes: &[u8],
        line: usize,
        (start, version): (StartLine, Version),
        config: &Config,
    ) {
        (self.start, self.version, self.closes) = (start, version, true);
        self.take(bytes, line, config);
    }

    /// Keeps the head, which ends at `end`.
    fn take(&mut self, bytes: &[u8], end: usize, config: &Config) {
        self.head.extend_from_slice(bytes.get(..end).unwrap_or_default());
        if let StartLine::Request { target, .. } = self.start {
            self.url(target, config);
        }
        redact::conceal(self, config);
        self.half.bytes = end as u64;
        let kind = self.text(self.content_type);
        let shows = config.includes_body(self.is_request(), kind);
        let form = self.is_request() && is_form(kind);
        self.shows_body = shows;
        self.keeps_body = shows || form;
    }

    /// Fields that mean something here, told apart by length and first letter.
    #[inline]
    fn special(&mut self, field: FieldLine, bytes: &[u8], config: &Config) {
        let (name, value) = (field.name.of(bytes), field.value);
        let first = name.first().map_or(0, u8::to_ascii_lowercase);
        match (name.len(), first) {
            (4, b'h') if wire::is_name(name, b"host") => set_once(&mut self.host, value),
            (6, b'e') if wire::is_name(name, b"expect") => {
                self.expects = wire::lists(value.of(bytes), b"100-continue");
            }
            (7, b'r') if wire::is_name(name, b"referer") => {
                set_once(&mut self.referer, value);
                self.url(value, config);
            }
            (8, b'l') if wire::is_name(name, b"location") => self.url(value, config),
            (16, b'c') if wire::is_name(name, b"content-location") => self.url(value, config),
            (10, b'u') if wire::is_name(name, b"user-agent") => set_once(&mut self.user_agent, value),
            (10, b'c') if wire::is_name(name, b"connection") => self.connection(value.of(bytes)),
            // Of several the last one holds, as in Packetbeat.
            (12, b'c') if wire::is_name(name, b"content-type") => self.content_type = value,
            (13, b'a') if wire::is_name(name, b"authorization") => self.authorization(field, config),
            (14, b'c') if wire::is_name(name, b"content-length") => self.length(value.of(bytes)),
            (16, b'c') if wire::is_name(name, b"content-encoding") => {
                set_once(&mut self.content_encoding, value);
            }
            (17, b't') if wire::is_name(name, b"transfer-encoding") => self.coding(value.of(bytes)),
            (19, b'p') if wire::is_name(name, b"proxy-authorization") && config.redact_authorization => {
                self.credentials(field);
            }
            _ => {}
        }
        let real_ip = config.real_ip_header.as_bytes();
        if !real_ip.is_empty() && name.eq_ignore_ascii_case(real_ip) {
            set_once(&mut self.real_ip, value);
        }
    }

    fn authorization(&mut self, field: FieldLine, config: &Config) {
        if config.redact_authorization {
            self.credentials(field);
        } else if config.captures(b"authorization") {
            set_once(&mut self.authorization, field.value);
        }
    }

    fn credentials(&mut self, field: FieldLine) {
        self.secrets.push(Secret::Credentials(Span::new(field.colon + 1, field.value.end())));
    }

    /// A place where parameters can stand.
    fn url(&mut self, url: Span, config: &Config) {
        if !config.hide_keywords.is_empty() {
            self.secrets.push(Secret::Url(url));
        }
    }

    fn connection(&mut self, value: &[u8]) {
        if wire::is_name(value, b"keep-alive") {
            self.closes = false;
        } else if wire::lists(value, b"close") {
            self.closes = true;
        } else if wire::lists(value, b"keep-alive") {
            self.closes = false;
        }
    }

    fn length(&mut self, value: &[u8]) {
        let Some(length) = wire::content_length(value) else {
            self.notes.add(Notes::LENGTHS);
            return;
        };
        match self.declared {
            Some(other) if other != length => self.notes.add(Notes::LENGTHS),
            _ => self.declared = Some(length),
        }
        match self.framing {
            Framing::Unsaid => self.framing = Framing::Length(length),
            Framing::Length(_) => {}
            Framing::Chunked | Framing::Coded => self.notes.add(Notes::BOTH_LENGTHS),
        }
    }

    fn coding(&mut self, value: &[u8]) {
        let last = value.rsplit(|byte| *byte == b',').next().unwrap_or_default();
        if wire::lists(last, b"identity") {
            return;
        }
        if matches!(self.framing, Framing::Length(_)) {
            self.notes.add(Notes::BOTH_LENGTHS);
        }
        let chunked = wire::lists(last, b"chunked");
        self.framing = if chunked { Framing::Chunked } else { Framing::Coded };
    }

    fn capture(&mut self, field: FieldLine, bytes: &[u8], config: &Config) {
        let name = field.name.of(bytes);
        // What is no token can look the same as another name once it is written as text.
        if self.fields.len() >= FIELDS || !name.iter().all(u8::is_ascii_graphic) {
            return;
        }
        let start = self.names.len();
        self.names.extend(name.iter().map(u8::to_ascii_lowercase));
        let span = Span::new(start, self.names.len());
        let lower = span.of(&self.names);
        if config.captures(lower) && lower != b"content-length" && lower != b"content-type" {
            self.fields.push(Field { name: span, value: field.value });
        } else {
            self.names.truncate(start);
        }
    }

    /// Bytes of the body came; `limit` of them are kept at most.
    pub fn add_body(&mut self, bytes: &[u8], limit: usize) {
        self.half.bytes = self.half.bytes.saturating_add(bytes.len() as u64);
        self.body_bytes = self.body_bytes.saturating_add(bytes.len() as u64);
        if self.keeps_body {
            self.body.push(bytes, limit);
        }
    }

    /// Bytes that belong to the message and not to its body came.
    pub const fn add_framing(&mut self, bytes: usize) {
        self.half.bytes = self.half.bytes.saturating_add(bytes as u64);
    }
}

/// Whether a content type is that of a form as parameters.
#[must_use]
pub fn is_form(content_type: &[u8]) -> bool {
    wire::contains_ignoring_case(content_type, b"urlencoded")
}

/// The first of several holds.
fn set_once(slot: &mut Span, value: Span) {
    if slot.is_empty() {
        *slot = value;
    }
}
