//! The general path: one header after the other until a transport, a fragment to keep, or a reason to stop.

use std::mem;

use crate::fragment::{Key, Piece, Table, Verdict};
use crate::ip::Fragment;
use crate::path::{Outers, Vlans};
use crate::transport::Udp;
use crate::view::View;
use crate::{Cause, Datagram, Dropped, Ip, Limits, Mac, Outcome, Path};
use crate::{fast, gre, icmp, ip, link, ppp, transport, tunnel, wifi};

/// What the next bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    Ethernet,
    /// What an Ethernet type names.
    EtherType(u16),
    /// IEEE 802.2.
    Llc,
    Wifi,
    Ppp,
    /// An MPLS label stack.
    Mpls,
    /// IPv4 or IPv6, as the first four bits tell.
    Ip,
    Ipv4,
    Ipv6,
    /// What an IP protocol number names.
    Protocol(u8),
}

/// The next header and its bytes, or why there is none.
pub(crate) type Step<'a> = Result<(Next, View<'a>), Cause>;

/// What link layers tell.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Trail<'a> {
    pub(crate) src_mac: Option<&'a Mac>,
    pub(crate) dst_mac: Option<&'a Mac>,
    pub(crate) vlans: Vlans,
}

/// A packet in work: what was found so far, and the parts of the decoder that it changes.
pub(crate) struct Walk<'a> {
    pub(crate) limits: Limits,
    /// Take the short cut where an IP packet needs nothing else.
    pub(crate) shortcut: bool,
    /// Packet time.
    pub(crate) now: i64,
    pub(crate) table: &'a mut Table,
    /// When the table is to be asked to give up something.
    pub(crate) deadline: &'a mut i64,
    pub(crate) dropped: &'a mut Dropped,
    pub(crate) outer: &'a mut Outers,
    /// Buffers for datagrams that become whole, one for each join that may still happen.
    pub(crate) joined: &'a mut [Vec<u8>],
    pub(crate) trail: Trail<'a>,
    /// The innermost IP header so far.
    pub(crate) ip: Option<Ip>,
    /// Extension headers behind it.
    pub(crate) extensions: u8,
    /// Packets joined so far.
    pub(crate) packets: u32,
}

/// Where a walk may end.
#[derive(Clone, Copy)]
enum End<'a> {
    Tcp(View<'a>),
    Udp(Udp<'a>),
    Icmp(View<'a>),
    Held,
}

/// A step that may be the last.
#[derive(Clone, Copy)]
enum Move<'a> {
    On(Next, View<'a>),
    End(End<'a>),
}

impl<'a> Walk<'a> {
    /// Walks through a packet that begins with `next`.
    pub(crate) fn run(mut self, mut next: Next, mut view: View<'a>) -> Outcome<'a> {
        self.outer.clear();
        let mut left = self.limits.layers.max(Limits::MIN_LAYERS);
        while left > 0 {
            if let Some((message, layers)) = self.plain(next, view.data)
                && left >= layers
            {
                if let Err(cause) = self.enter(message.ip()) {
                    return self.drop(cause);
                }
                let Some(inner) = message.tunnel().and_then(|udp| tunnel::inside(&udp)) else {
                    return message.outcome(path(self.trail, self.outer), self.packets);
                };
                (next, view) = inner;
                left -= layers;
                continue;
            }
            left -= 1;
            let step = match next {
                Next::Ipv4 | Next::Ipv6 | Next::Protocol(_) => match self.network(next, view) {
                    Ok(Move::On(then, rest)) => Ok((then, rest)),
                    Ok(Move::End(end)) => return self.end(end),
                    Err(cause) => Err(cause),
                },
                _ => self.link(next, view),
            };
            match step {
                Ok(on) => (next, view) = on,
                Err(cause) => return self.drop(cause),
            }
        }
        self.drop(Cause::TooManyLayers)
    }

    /// A header below IP.
    #[inline]
    fn link(&mut self, next: Next, view: View<'a>) -> Step<'a> {
        match next {
            Next::Ethernet => link::ethernet(view, &mut self.trail),
            Next::EtherType(kind) => link::ether_type(kind, view, &mut self.trail),
            Next::Llc => link::llc(view),
            Next::Wifi => wifi::frame(view, &mut self.trail),
            Next::Ppp => ppp::frame(view),
            Next::Mpls => link::mpls(view),
            _ => match view.data.first().map(|byte| byte >> 4) {
                Some(4) => Ok((Next::Ipv4, view)),
                Some(6) => Ok((Next::Ipv6, view)),
                Some(_) => Err(Cause::MalformedNetwork),
                None => Err(Cause::TruncatedNetwork),
            },
        }
    }

    /// IP or what is behind it.
    fn network(&mut self, next: Next, view: View<'a>) -> Result<Move<'a>, Cause> {
        let network = match next {
            Next::Protocol(protocol) => return self.protocol(protocol, view),
            Next::Ipv6 => ip::v6(view)?,
            _ => ip::v4(view)?,
        };
        self.enter(network.ip)?;
        match network.fragment {
            Some(fragment) => self.fragment(network.payload, fragment),
            None => Ok(Move::On(Next::Protocol(network.protocol), network.payload)),
        }
    }

    /// The rest of the packet, if it is the common case, and how many layers it is.
    #[inline]
    fn plain(&self, next: Next, data: &'a [u8]) -> Option<(fast::Message<'a>, u8)> {
        match next {
            _ if !self.shortcut => None,
            Next::EtherType(0x0800) => Some((fast::check_v4::<true>(data)?, 3)),
            Next::EtherType(0x86dd) => Some((fast::check_v6::<true>(data)?, 3)),
            Next::Ipv4 => Some((fast::check_v4::<true>(data)?, 2)),
            Next::Ipv6 => Some((fast::check_v6::<true>(data)?, 2)),
            _ => None,
        }
    }

    /// Another IP header: the one before it was around it.
    fn enter(&mut self, ip: Ip) -> Result<(), Cause> {
        if let Some(outer) = self.ip.replace(ip)
            && !self.outer.push(outer)
        {
            return Err(Cause::TunnelTooDeep);
        }
        self.extensions = 0;
        Ok(())
    }

    fn protocol(&mut self, protocol: u8, view: View<'a>) -> Result<Move<'a>, Cause> {
        let v6 = self.ip.is_some_and(|ip| ip.src.is_ipv6());
        let (next, view) = match protocol {
            ip::TCP => return Ok(Move::End(End::Tcp(view))),
            ip::UDP => {
                let udp = transport::udp(view)?;
                match tunnel::inside(&udp) {
                    Some(inner) => inner,
                    None => return Ok(Move::End(End::Udp(udp))),
                }
            }
            ip::ICMP if !v6 => return Ok(Move::End(End::Icmp(view))),
            ip::ICMPV6 if v6 => return Ok(Move::End(End::Icmp(view))),
            ip::IPV4 => (Next::Ipv4, view),
            ip::IPV6 => (Next::Ipv6, view),
            ip::GRE => gre::header(view)?,
            ip::ETHERNET => (Next::Ethernet, view),
            ip::ETHER_IP => (Next::Ethernet, view.skip(2).ok_or(Cause::TruncatedTunnel)?),
            ip::MPLS => (Next::Mpls, view),
            ip::ESP => return Err(Cause::EncryptedNetwork),
            ip::NO_NEXT_HEADER if v6 => return Err(Cause::NoPayload),
            ip::FRAGMENT if v6 => {
                self.count_extension()?;
                let (fragment, rest) = ip::fragment_header(view)?;
                // An atomic fragment (RFC 6946) is whole by itself.
                if fragment.offset != 0 || fragment.more {
                    return self.fragment(rest, fragment);
                }
                (Next::Protocol(fragment.protocol), rest)
            }
            _ if ip::is_extension(protocol, v6) => {
                self.count_extension()?;
                let (next, rest) = ip::extension(protocol, view)?;
                (Next::Protocol(next), rest)
            }
            _ => return Err(Cause::UnsupportedTransport),
        };
        Ok(Move::On(next, view))
    }

    fn count_extension(&mut self) -> Result<(), Cause> {
        self.extensions = self.extensions.saturating_add(1);
        if self.extensions > self.limits.extension_headers { Err(Cause::TooManyExtensions) } else { Ok(()) }
    }

    fn fragment(&mut self, view: View<'a>, place: Fragment) -> Result<Move<'a>, Cause> {
        if view.missing != 0 {
            return Err(Cause::FragmentCut);
        }
        let Some(ip) = self.ip else { return Err(Cause::MalformedNetwork) };
        let Some((buffer, rest)) = mem::take(&mut self.joined).split_first_mut() else {
            return Err(Cause::FragmentTooDeep);
        };
        self.joined = rest;
        let protocol = if ip.src.is_ipv4() { place.protocol } else { 0 };
        let outer = self.outer.as_slice().last().copied();
        let key = Key { ip, id: place.id, protocol, vlans: self.trail.vlans, outer };
        let piece = Piece { key, place, data: view.data, packets: self.packets.max(1) };
        let verdict = self.table.accept(self.now, &piece, buffer, self.dropped);
        *self.deadline = self.table.next_deadline();
        match verdict {
            Verdict::Held => Ok(Move::End(End::Held)),
            Verdict::Dropped(cause) => Err(cause),
            Verdict::Whole { protocol, packets } => {
                self.packets = packets;
                Ok(Move::On(Next::Protocol(protocol), View::whole(buffer)))
            }
        }
    }

    fn end(self, end: End<'a>) -> Outcome<'a> {
        if matches!(end, End::Held) {
            return Outcome::Held;
        }
        let Some(ip) = self.ip else { return self.drop(Cause::MalformedNetwork) };
        let Self { trail, packets: fragments, outer, dropped, .. } = self;
        let path = path(trail, outer);
        let outcome = match end {
            End::Tcp(view) => transport::tcp(view, ip, path, fragments).map(Outcome::Tcp),
            End::Udp(Udp { src_port, dst_port, payload }) => Ok(Outcome::Udp(Datagram {
                ip,
                src_port,
                dst_port,
                payload: payload.data,
                cut: payload.cut(),
                path,
                fragments,
            })),
            End::Icmp(view) => icmp::message(view, ip, path, fragments).map(Outcome::Icmp),
            End::Held => Ok(Outcome::Held),
        };
        outcome.unwrap_or_else(|cause| give_up(dropped, fragments, cause))
    }

    fn drop(self, cause: Cause) -> Outcome<'a> {
        give_up(self.dropped, self.packets, cause)
    }
}

fn path<'a>(trail: Trail<'a>, outer: &'a Outers) -> Path<'a> {
    Path {
        src_mac: trail.src_mac,
        dst_mac: trail.dst_mac,
        vlans: trail.vlans,
        outers: (!outer.as_slice().is_empty()).then_some(outer),
    }
}

/// The packet itself is told by its outcome; those that were joined to it were told to be held, and are counted.
fn give_up<'a>(dropped: &mut Dropped, packets: u32, cause: Cause) -> Outcome<'a> {
    dropped.add(cause, packets.saturating_sub(1));
    Outcome::Dropped(cause)
}
