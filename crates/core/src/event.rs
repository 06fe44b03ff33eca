//! The event that everybody sees: ECS roots around a protocol's own.
//!
//! Field rules are those of Packetbeat 9: empty texts and zero numbers of the network structures are left out, durations are
//! whole nanoseconds, `client` and `server` repeat `source` and `destination`.

use std::net::IpAddr;
use std::ops::Range;

use crate::fields::Fields;
use crate::flow::{CommunityIds, Direction, Endpoint, Flow, Transport};
use crate::json::Json;
use crate::key;
use crate::record::{Half, Shared};
use crate::text::Text;
use crate::time::{SECOND, Stamp};

/// Root `status`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Status {
    /// The transaction succeeded.
    #[default]
    Ok,
    /// It failed, or its answer is missing.
    Error,
    /// The client is to blame.
    ClientError,
    /// The server is to blame.
    ServerError,
}

impl Status {
    /// The member with its comma.
    const fn member(self) -> &'static str {
        match self {
            Self::Ok => "\"status\":\"OK\",",
            Self::Error => "\"status\":\"Error\",",
            Self::ClientError => "\"status\":\"Client Error\",",
            Self::ServerError => "\"status\":\"Server Error\",",
        }
    }
}

/// Number of a protocol in this run: its place in the list of those configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProtocolId(pub u8);

/// Where an event comes from.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'o> {
    /// The conversation.
    pub flow: &'o Flow,
    /// The protocol that gives the event.
    pub protocol: ProtocolId,
    /// The packet or tick that completed it.
    pub now: Stamp,
}

/// Digits of a second in `@timestamp`, `event.start` and `event.end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Precision {
    /// Three digits.
    #[default]
    Millisecond,
    /// Three or six digits: zeros at the end are cut in threes.
    Microsecond,
    /// Three, six or nine digits.
    Nanosecond,
}

/// The constant parts of one protocol's events.
#[derive(Clone, Debug, Default)]
pub struct Envelope {
    /// Members behind `@timestamp`, each with its comma: `@metadata`.
    pub head: Vec<u8>,
    /// The protocol's name: `type`, `event.dataset`, `network.protocol`.
    pub name: String,
    /// Members at the end, each with its comma: agent, ecs, host, tags, fields.
    pub tail: Vec<u8>,
}

/// Writes events into a block of JSON lines.
#[derive(Debug)]
pub struct Encoder {
    json: Json,
    envelopes: Vec<Ready>,
    clock: Clock,
    ids: CommunityIds,
}

/// An envelope with the members joined that always stand side by side.
#[derive(Debug)]
struct Ready {
    head: Vec<u8>,
    event: Vec<u8>,
    protocol: Vec<u8>,
    tail: Vec<u8>,
}

impl Encoder {
    /// An encoder for the protocols of a run, by their [`ProtocolId`].
    #[must_use]
    pub fn new(envelopes: &[Envelope], precision: Precision) -> Self {
        let ready = |envelope: &Envelope| {
            let mut head = Json::default();
            head.raw(&envelope.head);
            head.text(key!("type"), &envelope.name);
            let mut event = Json::default();
            event.open(key!("event"));
            event.constant(
                "\"kind\":\"event\",\"category\":[\"network\"],\"type\":[\"connection\",\"protocol\"],",
            );
            event.text(key!("dataset"), &envelope.name);
            let mut protocol = Json::default();
            protocol.text(key!("protocol"), &envelope.name);
            Ready {
                head: head.bytes().to_vec(),
                event: event.bytes().to_vec(),
                protocol: protocol.bytes().to_vec(),
                tail: envelope.tail.clone(),
            }
        };
        Self {
            json: Json::with_capacity(64 << 10),
            envelopes: envelopes.iter().map(ready).collect(),
            clock: Clock::new(precision),
            ids: CommunityIds::default(),
        }
    }

    /// The block written to.
    #[must_use]
    pub const fn json(&self) -> &Json {
        &self.json
    }

    /// The block written to.
    pub const fn json_mut(&mut self) -> &mut Json {
        &mut self.json
    }

    /// Everything up to the protocol's own roots.
    pub(crate) fn begin(&mut self, origin: &Origin<'_>, shared: &Shared<'_>) {
        let Self { json, envelopes, clock, ids } = self;
        let Some(ready) = envelopes.get(usize::from(origin.protocol.0)) else { return };
        let first = shared.request.or(shared.response).map_or(origin.now, |half| half.at);
        json.literal(b"{\"@timestamp\":\"");
        let stamp_at = json.len();
        clock.write(json, first.nanos);
        let stamp = stamp_at..json.len();
        json.literal(b"\",");
        json.raw(&ready.head);
        if shared.status == Status::Ok {
            json.literal(b"\"status\":\"OK\",");
        } else {
            json.constant(shared.status.member());
        }
        roots(json, shared);
        event(json, ready, clock, shared, stamp);
        network(json, ready, ids, origin.flow, shared);
        ends(json, origin.flow, shared);
        notes(json, shared);
    }

    /// Everything behind the protocol's own roots.
    pub(crate) fn end(&mut self, origin: &Origin<'_>) {
        if let Some(ready) = self.envelopes.get(usize::from(origin.protocol.0)) {
            self.json.raw(&ready.tail);
        }
        self.json.end_event();
    }
}

#[inline]
fn roots(json: &mut Json, shared: &Shared<'_>) {
    json.text_unless_empty(key!("method"), shared.method);
    if !shared.query.is_empty() {
        json.parts(key!("query"), shared.query);
    }
    json.text_unless_empty(key!("resource"), shared.resource);
    json.text_unless_empty(key!("path"), shared.path);
    json.text_unless_empty(key!("params"), shared.params);
    if !shared.request_text.is_empty() {
        json.parts(key!("request"), shared.request_text);
    }
    if !shared.response_text.is_empty() {
        json.parts(key!("response"), shared.response_text);
    }
}

#[inline]
fn event(json: &mut Json, ready: &Ready, clock: &mut Clock, shared: &Shared<'_>, stamp: Range<usize>) {
    json.raw(&ready.event);
    json.text_unless_empty(key!("action"), shared.action);
    json.text_unless_empty(key!("outcome"), shared.outcome);
    if shared.request.is_some() {
        json.literal(b"\"start\":\"");
        json.again(stamp);
        json.literal(b"\",");
    }
    if let Some(response) = shared.response {
        json.literal(b"\"end\":\"");
        clock.write(json, response.at.nanos);
        json.literal(b"\",");
    }
    if let Some(duration) = shared.duration() {
        json.unsigned(key!("duration"), duration);
    }
    json.close();
}

#[inline]
fn network(json: &mut Json, ready: &Ready, ids: &mut CommunityIds, flow: &Flow, shared: &Shared<'_>) {
    json.literal(b"\"network\":{\"community_id\":\"");
    match flow.transport {
        // A connection keeps its own.
        Transport::Tcp => json.literal(flow.community_id()),
        Transport::Udp => json.literal(&ids.of(flow)),
    }
    json.literal(b"\",");
    let bytes = |half: Option<Half>| half.map_or(0, |half| half.bytes);
    json.unsigned_unless_zero(key!("bytes"), bytes(shared.request).saturating_add(bytes(shared.response)));
    if flow.client.ip.to_canonical().is_ipv4() {
        json.literal(b"\"type\":\"ipv4\",");
    } else {
        json.literal(b"\"type\":\"ipv6\",");
    }
    match flow.transport {
        Transport::Tcp => json.literal(b"\"transport\":\"tcp\","),
        Transport::Udp => json.literal(b"\"transport\":\"udp\","),
    }
    if shared.network_protocol.is_empty() {
        json.raw(&ready.protocol);
    } else {
        json.text(key!("protocol"), shared.network_protocol);
    }
    if let Some(ip) = shared.forwarded_ip {
        json.ip(key!("forwarded_ip"), ip);
    }
    match flow.direction {
        Direction::Unknown => json.literal(b"\"direction\":\"unknown\"},"),
        Direction::Ingress => json.literal(b"\"direction\":\"ingress\"},"),
        other => {
            json.text(key!("direction"), Text::word(other.name()));
            json.close();
        }
    }
}

/// `source` with its copy `client`, `destination` with its copy `server`; then `related`.
#[inline]
fn ends(json: &mut Json, flow: &Flow, shared: &Shared<'_>) {
    json.literal(b"\"source\":{");
    let source = end(json, flow.client, shared.request, Text::default());
    json.literal(b"\"client\":{");
    json.again(source.all);
    json.literal(b"\"destination\":{");
    let destination = end(json, flow.server, shared.response, shared.server_domain);
    json.literal(b"\"server\":{");
    json.again(destination.all);
    json.literal(b"\"related\":{\"ip\":[\"");
    json.again(source.ip);
    json.literal(b"\",");
    if flow.server.ip != flow.client.ip {
        json.literal(b"\"");
        json.again(destination.ip);
        json.literal(b"\",");
    }
    related(json, flow, shared);
}

/// Where the parts of an endpoint stand in the block.
struct Written {
    /// The inside of the object with its closing brace and comma.
    all: Range<usize>,
    /// The address without its quotes.
    ip: Range<usize>,
}

#[inline]
fn end(json: &mut Json, end: Endpoint, half: Option<Half>, domain: Text<'_>) -> Written {
    let start = json.len();
    json.literal(b"\"ip\":\"");
    let ip_start = json.len();
    json.raw_ip(end.ip);
    let ip = ip_start..json.len();
    json.literal(b"\",");
    json.unsigned_unless_zero(key!("port"), u64::from(end.port));
    json.unsigned_unless_zero(key!("bytes"), half.map_or(0, |half| half.bytes));
    json.text_unless_empty(key!("domain"), domain);
    json.close();
    Written { all: start..json.len(), ip }
}

/// The rest of `related`, behind the two addresses of the conversation.
#[inline]
fn related(json: &mut Json, flow: &Flow, shared: &Shared<'_>) {
    for (at, ip) in shared.related_ips.iter().enumerate() {
        let known: &[IpAddr] = shared.related_ips.get(..at).unwrap_or_default();
        if *ip != flow.client.ip && *ip != flow.server.ip && !known.contains(ip) {
            json.item_ip(*ip);
        }
    }
    json.close_list();
    if shared.related_hosts.iter().any(|host| !host.is_empty()) {
        json.list(key!("hosts"));
        unique(json, shared.related_hosts);
    }
    if shared.related_users.iter().any(|user| !user.is_empty()) {
        json.list(key!("user"));
        unique(json, shared.related_users);
    }
    json.close();
}

fn unique(json: &mut Json, texts: &[Text<'_>]) {
    for (at, text) in texts.iter().enumerate() {
        let known = texts.get(..at).unwrap_or_default();
        if !text.is_empty() && !known.iter().any(|other| other.bytes() == text.bytes()) {
            json.item(*text);
        }
    }
    json.close_list();
}

#[inline]
fn notes(json: &mut Json, shared: &Shared<'_>) {
    if let Some((first, more)) = shared.notes.split_first() {
        json.open(key!("error"));
        if more.is_empty() {
            json.text(key!("message"), *first);
        } else {
            json.list(key!("message"));
            for note in shared.notes {
                json.item(*note);
            }
            json.close_list();
        }
        json.close();
    }
    if shared.unmatched.is_some() || shared.bytes_lost > 0 {
        json.open(key!("packetbeat"));
        if let Some(reason) = shared.unmatched {
            json.text(key!("unmatched"), reason.name());
        }
        json.unsigned_unless_zero(key!("bytes_lost"), shared.bytes_lost);
        json.close();
    }
}

/// Times as text (RFC 3339, UTC); the text of the last second is kept.
#[derive(Debug)]
struct Clock {
    precision: Precision,
    second: i64,
    text: [u8; 20],
}

impl Clock {
    fn new(precision: Precision) -> Self {
        Self { precision, second: 0, text: *b"1970-01-01T00:00:00." }
    }

    #[inline]
    fn write(&mut self, json: &mut Json, nanos: i64) {
        let (second, rest) = (nanos.div_euclid(SECOND), nanos.rem_euclid(SECOND) as u32);
        if second != self.second {
            self.second = second;
            self.text = second_text(second);
        }
        json.literal(&self.text);
        let millis = rest / 1_000_000;
        let millis = [digit(millis / 100), digit(millis / 10), digit(millis)];
        if self.precision == Precision::Millisecond {
            json.literal(&[millis[0], millis[1], millis[2], b'Z']);
        } else {
            json.literal(&millis);
            self.fine(json, rest);
        }
    }

    /// Digits beyond the milliseconds, zeros at the end cut in threes.
    fn fine(&self, json: &mut Json, rest: u32) {
        let (micros, nanos) = (rest / 1000 % 1000, rest % 1000);
        let keep = match (self.precision, micros, nanos) {
            (Precision::Nanosecond, _, 1..) => 2,
            (_, 1.., _) => 1,
            _ => 0,
        };
        for group in [micros, nanos].into_iter().take(keep) {
            json.literal(&[digit(group / 100), digit(group / 10), digit(group)]);
        }
        json.literal(b"Z");
    }
}

const fn digit(value: u32) -> u8 {
    b'0' + (value % 10) as u8
}

/// `YYYY-MM-DDThh:mm:ss.` of a second since the epoch. Years beyond 9999 lose their leading digits; no `i64` of
/// nanoseconds reaches them (1677 to 2262).
fn second_text(second: i64) -> [u8; 20] {
    let (day, of_day) = (second.div_euclid(86_400), second.rem_euclid(86_400) as u32);
    let (year, month, day) = civil(day);
    let (hour, minute, sec) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
    let year = year.unsigned_abs() as u32;
    [
        digit(year / 1000),
        digit(year / 100),
        digit(year / 10),
        digit(year),
        b'-',
        digit(month / 10),
        digit(month),
        b'-',
        digit(day / 10),
        digit(day),
        b'T',
        digit(hour / 10),
        digit(hour),
        b':',
        digit(minute / 10),
        digit(minute),
        b':',
        digit(sec / 10),
        digit(sec),
        b'.',
    ]
}

/// Year, month and day of a day since 1970-01-01 in the proleptic Gregorian calendar: the year is taken to begin in March,
/// so that the leap day is its last.
const fn civil(day: i64) -> (i64, u32, u32) {
    const ERA: i64 = 146_097; // days in 400 years
    let from_march = day + 719_468; // since 0000-03-01
    let (era, of_era) = (from_march.div_euclid(ERA), from_march.rem_euclid(ERA));
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    let year = era * 400 + year_of_era + (month <= 2) as i64;
    (year, month as u32, day as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(nanos: i64, precision: Precision) -> String {
        let mut json = Json::default();
        Clock::new(precision).write(&mut json, nanos);
        String::from_utf8(json.bytes().to_vec()).unwrap()
    }

    #[test]
    fn times_of_known_moments() {
        assert_eq!(text(0, Precision::Millisecond), "1970-01-01T00:00:00.000Z");
        assert_eq!(text(1_700_000_000_900_657_000, Precision::Millisecond), "2023-11-14T22:13:20.900Z");
        assert_eq!(text(1_700_000_000_900_657_000, Precision::Nanosecond), "2023-11-14T22:13:20.900657Z");
        assert_eq!(text(1_700_000_000_817_000_000, Precision::Microsecond), "2023-11-14T22:13:20.817Z");
        assert_eq!(text(1_709_164_800_000_000_001, Precision::Nanosecond), "2024-02-29T00:00:00.000000001Z");
        assert_eq!(text(-1, Precision::Millisecond), "1969-12-31T23:59:59.999Z");
    }
}
