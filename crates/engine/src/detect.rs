//! Finding out what a connection speaks: ports order the asking, content decides.

use packetbeat_core::direction::{Both, Dir};
use packetbeat_core::event::ProtocolId;
use packetbeat_core::parser::probe_window;
use packetbeat_core::probe::{Role, Verdict};
use packetbeat_core::time::Stamp;

use crate::limits::{MIDSTREAM_TRIES, UNDECIDED_BYTES};
use crate::registry::Registry;

/// What came while it was not known who reads it, in order.
pub(crate) enum Held {
    Bytes(Dir, Vec<u8>, Stamp),
    End(Dir),
}

/// A connection that nobody claimed yet.
pub(crate) struct Undecided {
    held: Vec<Held>,
    held_bytes: usize,
    heads: Both<Vec<u8>>,
    /// A bit for each protocol that said no to the head of a direction, or was tried before.
    rejected: Both<u64>,
    banned: u64,
    owner: Option<ProtocolId>,
    /// Whether content decides.
    by_content: bool,
    /// Whether the first bytes of the connection are in the capture.
    from_start: bool,
    tries: u8,
}

/// What to do about bytes of an undecided connection.
pub(crate) enum Decision {
    /// They are kept.
    Wait,
    /// This protocol reads them, and what was held before; who sent the head that decided it, if the bytes tell.
    Claim(ProtocolId, Dir, Role),
    /// Nobody reads them; what was held is given up.
    Nobody,
}

impl Undecided {
    pub(crate) fn new(owner: Option<ProtocolId>, from_start: bool, banned: u64, registry: &Registry) -> Self {
        Self {
            by_content: registry.settings.detect,
            held: Vec::new(),
            held_bytes: 0,
            heads: Both::default(),
            rejected: Both { to_server: banned, to_client: banned },
            banned,
            owner: owner.filter(|id| banned >> id.0 & 1 == 0),
            from_start,
            tries: 0,
        }
    }

    /// After an upgrade that leaves it to the content. With detection off, protocols without a port are silenced ones.
    pub(crate) fn upgraded(registry: &Registry) -> Self {
        let banned = if registry.settings.detect { 0 } else { registry.without_ports() };
        Self { by_content: true, ..Self::new(None, true, banned, registry) }
    }

    /// Protocols that are not asked any more.
    pub(crate) const fn banned(&self) -> u64 {
        self.banned
    }

    /// What was held, for whoever claims the connection.
    pub(crate) fn into_held(self) -> Vec<Held> {
        self.held
    }

    pub(crate) const fn held_bytes(&self) -> usize {
        // Held once as chunks and once as heads.
        self.held_bytes * 2
    }

    pub(crate) fn hold_end(&mut self, dir: Dir) {
        self.held.push(Held::End(dir));
    }

    /// The next bytes of a direction: who reads them? Unless somebody does at once, they are kept.
    pub(crate) fn bytes(&mut self, dir: Dir, bytes: &[u8], stamp: Stamp, registry: &Registry) -> Decision {
        if !self.by_content {
            return self.by_port(dir, bytes, registry);
        }
        let decision = if self.heads[dir].is_empty() {
            self.ask(dir, bytes, registry)
        } else {
            let mut head = std::mem::take(&mut self.heads[dir]);
            head.extend_from_slice(bytes);
            let decision = self.ask(dir, &head, registry);
            self.heads[dir] = head;
            decision
        };
        if let Decision::Wait = decision {
            if self.held_bytes + bytes.len() > UNDECIDED_BYTES {
                return self
                    .owner
                    .map_or(Decision::Nobody, |owner| Decision::Claim(owner, dir, Role::Unknown));
            }
            if self.heads[dir].is_empty() {
                self.heads[dir].extend_from_slice(bytes);
            }
            self.held.push(Held::Bytes(dir, bytes.to_vec(), stamp));
            self.held_bytes += bytes.len();
        }
        decision
    }

    /// The owner of the port reads, whatever the bytes are; if it knows them, it also says who sent them.
    fn by_port(&self, dir: Dir, bytes: &[u8], registry: &Registry) -> Decision {
        let Some(owner) = self.owner else { return Decision::Nobody };
        match registry.tcp(owner).map(|plugin| plugin.probe(probe_window(bytes))) {
            Some(Verdict::Match { sender }) => Decision::Claim(owner, dir, sender),
            _ => Decision::Claim(owner, dir, Role::Unknown),
        }
    }

    /// Asks the owner of the port, then everybody else in their order.
    fn ask(&mut self, dir: Dir, head: &[u8], registry: &Registry) -> Decision {
        let whole = head.len() <= probe_window(head).len();
        let mut waiting = false;
        let all = registry.ids().filter(|id| Some(*id) != self.owner);
        for id in self.owner.into_iter().chain(all) {
            let bit = 1u64 << id.0;
            if self.rejected[dir] & bit != 0 {
                continue;
            }
            match registry.tcp(id).map_or(Verdict::Reject, |plugin| plugin.probe(probe_window(head))) {
                Verdict::Match { sender } => return Decision::Claim(id, dir, sender),
                Verdict::NeedMore if whole => waiting = true,
                Verdict::NeedMore | Verdict::Reject => self.rejected[dir] |= bit,
            }
        }
        if waiting {
            return Decision::Wait;
        }
        if let (false, Some(owner)) = (self.from_start, self.owner) {
            // Joined in the middle on a port that says who it is: its parser looks for a message.
            return Decision::Claim(owner, dir, Role::Unknown);
        }
        self.rejected_by_all(dir, registry)
    }

    /// Nobody wants this head: try the next packet as a beginning if the capture began in the middle, else wait for what the
    /// peer says.
    fn rejected_by_all(&mut self, dir: Dir, registry: &Registry) -> Decision {
        if !self.from_start && self.tries < MIDSTREAM_TRIES {
            self.tries += 1;
            return Decision::Nobody;
        }
        let everybody = registry.ids().fold(0, |bits, id| bits | 1u64 << id.0);
        let peer_open = self.rejected[dir.peer()] & everybody != everybody;
        if self.from_start && peer_open { Decision::Wait } else { Decision::Nobody }
    }

    /// After [`Decision::Nobody`]: whether the next packet may be tried as a beginning.
    pub(crate) fn may_retry(&self) -> bool {
        !self.from_start && self.tries < MIDSTREAM_TRIES && self.owner.is_none()
    }

    /// Forgets what was held, to try the next packet as a beginning: how many bytes are given up.
    pub(crate) fn retry(&mut self) -> u64 {
        let given_up = self.held_bytes;
        self.held.retain(|held| matches!(held, Held::End(_)));
        self.held_bytes = 0;
        for dir in Dir::BOTH {
            self.heads[dir].clear();
            self.rejected[dir] = self.banned;
        }
        given_up as u64
    }
}
