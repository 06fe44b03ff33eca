//! The event that everybody sees: ECS roots around a protocol's own.
//!
//! Field rules are those of Packetbeat 9: empty texts and zero numbers of the network structures are left out, durations are
//! whole nanoseconds, `client` and `server` repeat `source` and `destination`.

use std::net::IpAddr;

use crate::clock::Clock;
use crate::fields::Fields;
use crate::flow::{CommunityIds, Direction, Endpoint, Flow, Transport};
use crate::json::Json;
use crate::key;
use crate::pen::{Address, Pen, Port, Size};
use crate::record::{Half, Shared};
use crate::text::Text;
use crate::time::Stamp;

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
    /// The members at the end and the end of the event; empty if there are none.
    end: Vec<u8>,
}

impl Encoder {
    /// An encoder for the protocols of a run, by their [`ProtocolId`].
    #[must_use]
    pub fn new(envelopes: &[Envelope], precision: Precision) -> Self {
        let ready = |envelope: &Envelope| {
            let mut head = Json::default();
            head.literal(b"\",");
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
                end: match envelope.tail.strip_suffix(b",") {
                    Some(members) => [members, b"}\n"].concat(),
                    None => Vec::new(),
                },
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
        json.pen::<64>(|pen| {
            pen.put(b"{\"@timestamp\":\"");
            clock.write(pen, first.nanos);
        });
        json.raw(&ready.head);
        if shared.status == Status::Ok {
            json.literal(b"\"status\":\"OK\",");
        } else {
            json.constant(shared.status.member());
        }
        roots(json, shared);
        event(json, ready, clock, shared);
        network(json, ready, ids, origin.flow, shared);
        ends(json, origin.flow, shared);
        notes(json, shared);
    }

    /// Everything behind the protocol's own roots.
    pub(crate) fn end(&mut self, origin: &Origin<'_>) {
        match self.envelopes.get(usize::from(origin.protocol.0)) {
            Some(ready) if !ready.end.is_empty() => self.json.raw(&ready.end),
            _ => self.json.end_event(),
        }
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
fn event(json: &mut Json, ready: &Ready, clock: &mut Clock, shared: &Shared<'_>) {
    json.raw(&ready.event);
    json.text_unless_empty(key!("action"), shared.action);
    json.text_unless_empty(key!("outcome"), shared.outcome);
    if shared.request.is_none() && shared.response.is_none() {
        return json.close();
    }
    json.pen::<192>(|pen| {
        if let Some(request) = shared.request {
            pen.put(b"\"start\":\"");
            clock.write(pen, request.at.nanos);
            pen.put(b"\",");
        }
        if let Some(response) = shared.response {
            pen.put(b"\"end\":\"");
            clock.write(pen, response.at.nanos);
            pen.put(b"\",");
        }
        if let Some(duration) = shared.duration() {
            pen.put(b"\"duration\":");
            pen.unsigned(duration);
        }
        pen.close();
    });
}

#[inline]
fn network(json: &mut Json, ready: &Ready, ids: &mut CommunityIds, flow: &Flow, shared: &Shared<'_>) {
    json.pen::<192>(|pen| {
        pen.put(b"\"network\":{\"community_id\":\"");
        match flow.transport {
            // A connection keeps its own.
            Transport::Tcp => pen.put(flow.community_id()),
            Transport::Udp => pen.put(&ids.of(flow)),
        }
        pen.put(b"\",");
        let bytes = |half: Option<Half>| half.map_or(0, |half| half.bytes);
        let bytes = bytes(shared.request).saturating_add(bytes(shared.response));
        if bytes != 0 {
            pen.put(b"\"bytes\":");
            pen.unsigned(bytes);
        }
        if flow.client.ip.to_canonical().is_ipv4() {
            pen.put(b"\"type\":\"ipv4\",");
        } else {
            pen.put(b"\"type\":\"ipv6\",");
        }
        match flow.transport {
            Transport::Tcp => pen.put(b"\"transport\":\"tcp\","),
            Transport::Udp => pen.put(b"\"transport\":\"udp\","),
        }
    });
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
    let part = |end: &Endpoint, half: Option<Half>| {
        (Address::of(end.ip), Port::of(end.port), Size::of(half.map_or(0, |half| half.bytes)))
    };
    let (client, server) = (part(&flow.client, shared.request), part(&flow.server, shared.response));
    let domain = shared.server_domain;
    json.pen::<512>(|pen| {
        pen.put(b"\"source\":{\"ip\":\"");
        end(pen, &client);
        pen.close();
        pen.put(b"\"client\":{\"ip\":\"");
        end(pen, &client);
        pen.close();
        pen.put(b"\"destination\":{\"ip\":\"");
        end(pen, &server);
        if domain.is_empty() {
            pen.close();
            pen.put(b"\"server\":{\"ip\":\"");
            end(pen, &server);
            pen.close();
        }
    });
    if !domain.is_empty() {
        json.text(key!("domain"), domain);
        json.close();
        json.literal(b"\"server\":{\"ip\":\"");
        json.pen::<192>(|pen| end(pen, &server));
        json.text(key!("domain"), domain);
        json.close();
    }
    json.pen::<192>(|pen| {
        pen.put(b"\"related\":{\"ip\":[\"");
        pen.ip(&client.0);
        pen.put(b"\",");
        if flow.server.ip != flow.client.ip {
            pen.put(b"\"");
            pen.ip(&server.0);
            pen.put(b"\",");
        }
    });
    related(json, flow, shared);
}

/// The members of an endpoint, from its address on.
#[inline]
fn end<const ROOM: usize>(pen: &mut Pen<'_, ROOM>, (ip, port, size): &(Address, Port, Size)) {
    pen.ip(ip);
    pen.port(port);
    pen.size(size);
}

/// The rest of `related`, behind the two addresses of the conversation.
#[inline]
fn related(json: &mut Json, flow: &Flow, shared: &Shared<'_>) {
    let ips = shared.related_ips;
    let is_known = |at: usize, ip: &IpAddr| {
        *ip == flow.client.ip || *ip == flow.server.ip || ips.get(..at).unwrap_or_default().contains(ip)
    };
    json.forget_ips();
    if ips.iter().enumerate().any(|(at, ip)| is_known(at, ip)) {
        for (at, ip) in ips.iter().enumerate() {
            if !is_known(at, ip) {
                json.item_ip(*ip);
            }
        }
    } else {
        json.note_ips(ips);
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
