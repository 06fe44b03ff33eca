//! Memory: bounded whatever comes, and none a message once the shard runs.

use std::sync::Arc;

use packetbeat_core::direction::Dir;
use packetbeat_core::flow::Transport;
use packetbeat_core::session::UdpPlugin;
use packetbeat_core::time::SECOND;

use super::run::Rig;
use crate::allocation::{count, is_installed, live_bytes};
use crate::conversation::{Conversation, Piece};
use crate::events::Discard;
use crate::failure::Failure;
use crate::options::Options;
use crate::rig::{closes, flow};

/// Clients that each wait for an answer at the same time.
const CLIENTS: u32 = 200_000;
/// Measurements of which the least counts.
const TRIES: usize = 5;
/// Rounds of the conversation, each with another client, a second apart.
const ROUNDS: u32 = 400;

/// Memory stays below the limit when nobody gets an answer.
pub(crate) fn check_bounded(
    plugin: &Arc<dyn UdpPlugin>,
    name: &str,
    conversations: &[Conversation],
    options: &Options,
) -> Result<(), Failure> {
    is_installed()?;
    for dir in Dir::BOTH {
        let pieces = conversations.iter().flat_map(|conversation| &conversation.pieces);
        let pieces: Vec<&Piece> = pieces.filter(|piece| piece.dir == dir).take(64).collect();
        if pieces.is_empty() {
            continue;
        }
        let mut sink = Discard::new(name);
        let before = live_bytes();
        let mut rig = Rig::new(Arc::clone(plugin).state(), &mut sink);
        for (client, piece) in (0..CLIENTS).zip(pieces.iter().cycle()) {
            rig.datagram(&flow(Transport::Udp, client), dir, &piece.bytes, 0);
            let held = live_bytes().wrapping_sub(before) as isize;
            if held > isize::try_from(options.shard_memory).unwrap_or(isize::MAX) {
                let what = format!(
                    "{held} bytes held after {client} clients without an answer (allowed {})",
                    options.shard_memory
                );
                return Err(Failure::new("bounded", what));
            }
        }
        closes(&rig.close()).map_err(|what| Failure::new("ledger", what))?;
    }
    Ok(())
}

/// Messages of a shard that runs allocate no more than the budget.
pub(crate) fn check_allocations(
    plugin: &Arc<dyn UdpPlugin>,
    name: &str,
    conversations: &[Conversation],
    options: &Options,
) -> Result<(), Failure> {
    let Some(budget) = options.allocations else { return Ok(()) };
    is_installed()?;
    for conversation in conversations {
        let runs = (0..TRIES).map(|_| steady_run(plugin, name, conversation));
        let Some((allocations, events)) = runs.min_by_key(|(allocations, _)| *allocations) else { continue };
        if allocations > events * budget as usize {
            let what = format!(
                "{allocations} allocations for {events} events in the steady state (allowed: {budget} an event), \
                 conversation `{}` with ever new clients",
                conversation.name
            );
            return Err(Failure::new("allocations", what));
        }
    }
    Ok(())
}

/// Allocations and events of the second half of many rounds.
fn steady_run(plugin: &Arc<dyn UdpPlugin>, name: &str, conversation: &Conversation) -> (usize, usize) {
    let mut sink = Discard::new(name);
    let mut rig = Rig::new(Arc::clone(plugin).state(), &mut sink);
    let (mut allocations, mut events) = (0, 0);
    for round in 0..ROUNDS {
        if round == ROUNDS / 2 {
            (allocations, events) = (count(), rig.tally.events());
        }
        let flow = flow(Transport::Udp, round);
        for Piece { dir, bytes, nanos, .. } in &conversation.pieces {
            rig.datagram(&flow, *dir, bytes, nanos + i64::from(round) * SECOND);
        }
    }
    let allocations = count() - allocations;
    let events = (rig.tally.events() - events) as usize;
    rig.close();
    (allocations, events)
}
