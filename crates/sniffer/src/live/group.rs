//! The rings of one interface that share its packets.

use std::io;
use std::sync::{Mutex, PoisonError};

use super::fanout;
use super::report::Spread;
use super::socket::{Mode, Socket};

/// What the rings of one interface agree on. A group of the kernel is bound to an interface for good, so that there is
/// a new one when the interface was made anew.
#[derive(Debug)]
pub(crate) struct Group {
    rings: usize,
    wanted: Option<u16>,
    joined: Mutex<Option<Joined>>,
}

#[derive(Clone, Copy, Debug)]
struct Joined {
    number: u16,
    mode: Mode,
    /// The interface.
    index: Option<u32>,
}

impl Group {
    /// `wanted`: the number that the user chose.
    pub(crate) fn new(rings: usize, wanted: Option<u16>) -> Self {
        Self { rings, wanted, joined: Mutex::new(None) }
    }

    /// The number of rings.
    pub(crate) fn rings(&self) -> usize {
        self.rings
    }

    /// Joins with a socket that is bound to the interface, if there is anybody to share with. The first of a group sets
    /// its program.
    pub(crate) fn join(&self, socket: &Socket, index: Option<u32>) -> io::Result<Spread> {
        if self.rings == 1 && self.wanted.is_none() {
            return Ok(Spread::Alone);
        }
        let mut joined = self.joined.lock().unwrap_or_else(PoisonError::into_inner);
        let known = joined.filter(|joined| joined.index == index);
        let mode = match known {
            Some(Joined { number, mode, .. }) => {
                socket.join(Some(number), mode)?;
                mode
            }
            None => {
                let (number, mode) = self.begin(socket)?;
                *joined = Some(Joined { number, mode, index });
                mode
            }
        };
        Ok(match mode {
            Mode::Program => Spread::Program,
            Mode::Hash => Spread::KernelHash,
        })
    }

    /// Begins a group, or joins one that another process began.
    fn begin(&self, socket: &Socket) -> io::Result<(u16, Mode)> {
        let by_program = || {
            let number = socket.join(self.wanted, Mode::Program)?;
            let program = fanout::program().ok_or(io::ErrorKind::InvalidData)?;
            socket.spread_by(&program)?;
            Ok((number, Mode::Program))
        };
        by_program().or_else(|first: io::Error| {
            // Kernels before 4.3, and groups of others: Packetbeat's go by the hash.
            socket.join(self.wanted, Mode::Hash).map(|number| (number, Mode::Hash)).map_err(|_| first)
        })
    }
}
