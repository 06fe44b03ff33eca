//! An event as a protocol gives it: borrowed, visited, never a tree.

use std::net::IpAddr;

use crate::event::{Encoder, Origin, Status};
use crate::fields::Fields;
use crate::ledger::Reason;
use crate::text::Text;
use crate::time::Stamp;

/// One half of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Half {
    /// The packet that brought its first byte.
    pub at: Stamp,
    /// Its length in bytes on the wire.
    pub bytes: u64,
}

/// The roots that every protocol shares. Core encodes them, in one place; what is empty is left out.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shared<'r> {
    /// Root `status`.
    pub status: Status,
    /// The request: source.bytes, event.start.
    pub request: Option<Half>,
    /// The response: destination.bytes, event.end.
    pub response: Option<Half>,
    /// Root `method`.
    pub method: Text<'r>,
    /// Root `query`, in parts that are written one behind the other.
    pub query: &'r [Text<'r>],
    /// Root `resource`.
    pub resource: Text<'r>,
    /// Root `path`.
    pub path: Text<'r>,
    /// Root `params`.
    pub params: Text<'r>,
    /// Root `request`: the request as text, where it was asked for.
    pub request_text: &'r [Text<'r>],
    /// Root `response`: the response as text, where it was asked for.
    pub response_text: &'r [Text<'r>],
    /// `event.action`.
    pub action: Text<'r>,
    /// `event.outcome`.
    pub outcome: Text<'r>,
    /// `network.protocol` where it is not the name of the protocol.
    pub network_protocol: &'r str,
    /// `network.forwarded_ip`.
    pub forwarded_ip: Option<IpAddr>,
    /// `destination.domain` and `server.domain`.
    pub server_domain: Text<'r>,
    /// `related.ip` beyond source and destination; repetitions are left out when it is written.
    pub related_ips: &'r [IpAddr],
    /// `related.hosts`; repetitions are left out when it is written.
    pub related_hosts: &'r [Text<'r>],
    /// `related.user`; repetitions are left out when it is written.
    pub related_users: &'r [Text<'r>],
    /// `error.message`: a string if one, a list if several.
    pub notes: &'r [Text<'r>],
    /// `packetbeat.unmatched`: why the answer is not there.
    pub unmatched: Option<Reason>,
    /// `packetbeat.bytes_lost`: bytes within the messages that the capture does not have.
    pub bytes_lost: u64,
}

impl Shared<'_> {
    /// Nanoseconds from request to response; `None` unless both are known and in that order.
    #[must_use]
    pub fn duration(&self) -> Option<u64> {
        let (request, response) = (self.request?, self.response?);
        u64::try_from(response.at.nanos.checked_sub(request.at.nanos)?).ok()
    }
}

/// An event: what it shares with all others, and the roots of its own protocol.
///
/// The visitor is a type parameter because a virtual call a field costs as much as the parsing; [`AnyRecord`] puts one
/// virtual call around a whole record.
pub trait Record {
    /// The shared roots.
    fn shared(&self) -> Shared<'_>;
    /// The protocol's own roots (`dns`, `http`, `url` …), none of which is a shared one.
    fn fields<F: Fields>(&self, to: &mut F);
}

/// A record behind one virtual call.
pub trait AnyRecord {
    /// Writes the whole event as a line of JSON.
    fn encode(&self, origin: &Origin<'_>, to: &mut Encoder);
}

/// A record with its shared roots at hand, so that they are put together once.
pub(crate) struct Prepared<'r, R> {
    pub(crate) shared: Shared<'r>,
    pub(crate) record: &'r R,
}

impl<R: Record> AnyRecord for Prepared<'_, R> {
    fn encode(&self, origin: &Origin<'_>, to: &mut Encoder) {
        to.begin(origin, &self.shared);
        self.record.fields(to.json_mut());
        to.end(origin);
    }
}

/// Takes events in the order in which they were completed.
pub trait Sink {
    /// Takes one event; it is borrowed for the time of the call.
    fn accept(&mut self, origin: &Origin<'_>, record: &dyn AnyRecord);
}

impl<S: Sink + ?Sized> Sink for &mut S {
    fn accept(&mut self, origin: &Origin<'_>, record: &dyn AnyRecord) {
        (**self).accept(origin, record);
    }
}
