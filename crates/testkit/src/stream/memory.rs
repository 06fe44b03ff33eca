//! Memory: bounded whatever comes, and none a message once the connection runs.

use std::sync::Arc;

use packetbeat_core::direction::Dir;
use packetbeat_core::parser::Start;
use packetbeat_core::session::TcpPlugin;
use packetbeat_core::stream::Close;

use crate::allocation::{count, is_installed, live_bytes};
use crate::conversation::{Conversation, Piece};
use crate::events::Discard;
use crate::failure::Failure;
use crate::options::Options;
use crate::rig::{Rig, closes};

/// Bytes of an endless message.
const ENDLESS: usize = 64 << 20;
/// Bytes that a connection may hold without telling.
const UNTOLD: usize = 512 << 10;
/// Bytes of one packet.
const PACKET: usize = 16 << 10;
/// Measurements of which the least counts.
const TRIES: usize = 5;

/// Memory stays below the limit with endless and endlessly many messages.
pub(crate) fn check_bounded(
    plugin: &Arc<dyn TcpPlugin>,
    name: &str,
    conversations: &[Conversation],
    options: &Options,
) -> Result<(), Failure> {
    is_installed()?;
    let bounded = |what: &str, opening: &[Piece], dir: Dir, unit: &[u8], total: usize| {
        endless(plugin, name, opening, dir, unit, total, options).map_err(|failure| failure.with(what))
    };
    for dir in Dir::BOTH {
        for byte in [b'a', 0, 0xff, b'\n', b' '] {
            bounded(&format!("{ENDLESS} bytes 0x{byte:02x} {dir:?}"), &[], dir, &[byte; PACKET], ENDLESS)?;
        }
    }
    let repeated = (options.effort / 8).clamp(options.memory / 8, 2 * options.memory);
    for conversation in conversations {
        let what = |what: &str| format!("conversation `{}`: {what}", conversation.name);
        for dir in Dir::BOTH {
            let stream = conversation.stream(dir);
            bounded(&what(&format!("all {dir:?} again and again")), &[], dir, &stream, repeated)?;
            let second = stream.split_inclusive(|byte| *byte == b'\n').nth(1).unwrap_or_default();
            let first = conversation.pieces.iter().position(|piece| piece.dir == dir).unwrap_or(0);
            let before = conversation.pieces.get(..first).unwrap_or_default();
            let line = stream.split_inclusive(|byte| *byte == b'\n').next().unwrap_or_default();
            let mut opening = before.to_vec();
            opening.push(Piece { dir, bytes: line.to_vec(), nanos: 0, fin: false });
            bounded(
                &what(&format!("the second line {dir:?} again and again")),
                &opening,
                dir,
                second,
                repeated,
            )?;
        }
        // Within each message: the conversation up to somewhere, then letters.
        for kept in (1..=conversation.pieces.len()).take(4) {
            let mut opening = conversation.pieces.get(..kept).unwrap_or_default().to_vec();
            let Some(last) = opening.last_mut() else { continue };
            let dir = last.dir;
            last.bytes.truncate(last.bytes.len() / 2);
            bounded(
                &what(&format!("letters within packet {kept}")),
                &opening,
                dir,
                &[b'a'; PACKET],
                repeated,
            )?;
        }
    }
    Ok(())
}

/// `opening`, then `unit` again and again until `total` bytes have come.
fn endless(
    plugin: &Arc<dyn TcpPlugin>,
    name: &str,
    opening: &[Piece],
    dir: Dir,
    unit: &[u8],
    total: usize,
    options: &Options,
) -> Result<(), Failure> {
    if unit.is_empty() {
        return Ok(());
    }
    // Small units are joined into packets.
    let packet = unit.repeat((PACKET / unit.len()).max(1));
    let mut sink = Discard::new(name);
    let before = live_bytes();
    let mut rig = Rig::new(Arc::clone(plugin).open(Start::Beginning), false, &mut sink);
    for piece in opening {
        rig.bytes(piece.dir, &piece.bytes, piece.nanos);
    }
    let mut shown = 0;
    while shown < total && rig.is_open() {
        for part in packet.chunks(PACKET) {
            rig.bytes(dir, part, 0);
            let held = live_bytes().wrapping_sub(before) as isize;
            if held > isize::try_from(options.memory).unwrap_or(isize::MAX) {
                let what = format!("{held} bytes held after {shown} (allowed {})", options.memory);
                return Err(Failure::new("bounded", what));
            }
            let told = rig.held.saturating_add(rig.own_bytes()).saturating_add(UNTOLD);
            if rig.is_open() && held > told as isize {
                let what = format!(
                    "{held} bytes held after {shown}, of which the parser told {} (`Cx::hold`): the engine's memory limits \
                     rest on what it is told",
                    rig.held
                );
                return Err(Failure::new("bounded", what));
            }
            if let Some(fault) = rig.fault {
                return Err(Failure::new("bounded", fault));
            }
        }
        shown += packet.len();
    }
    rig.close(Close::CaptureEnd);
    closes(&rig.tally).map_err(|what| Failure::new("ledger", what))
}

/// Messages of a connection that runs allocate no more than the budget.
pub(crate) fn check_allocations(
    plugin: &Arc<dyn TcpPlugin>,
    name: &str,
    steady: Option<&(Conversation, Conversation)>,
    conversations: &[Conversation],
    options: &Options,
) -> Result<(), Failure> {
    let Some(budget) = options.allocations else { return Ok(()) };
    is_installed()?;
    let empty = Conversation::default();
    let given = steady.map(|(opening, repeated)| (opening, repeated));
    let all = conversations.iter().map(|conversation| (&empty, conversation));
    let candidates = given.into_iter().chain(all.filter(|_| steady.is_none()));
    for (opening, repeated) in candidates {
        let mut least: Option<(usize, usize)> = None;
        for _ in 0..TRIES {
            let Some(now) = steady_run(plugin, name, opening, repeated) else { break };
            least = Some(least.map_or(now, |least| if now.0 < least.0 { now } else { least }));
        }
        let Some((allocations, events)) = least else { continue };
        if allocations > events * budget as usize {
            let what = format!(
                "{allocations} allocations for {events} events in the steady state (allowed: {budget} an event), \
                 conversation `{}` again and again",
                repeated.name
            );
            return Err(Failure::new("allocations", what));
        }
        return Ok(());
    }
    Err(Failure::new(
        "allocations",
        "no conversation can be repeated on one connection with an event each time: give one with `TcpKit::steady`",
    ))
}

/// Allocations and events of the second half of many repetitions; `None` where the parser finishes or gives no events.
fn steady_run(
    plugin: &Arc<dyn TcpPlugin>,
    name: &str,
    opening: &Conversation,
    repeated: &Conversation,
) -> Option<(usize, usize)> {
    let rounds = ((1 << 20) / repeated.len().max(1)).clamp(32, 1000);
    let mut sink = Discard::new(name);
    let mut rig = Rig::new(Arc::clone(plugin).open(Start::Beginning), false, &mut sink);
    for piece in &opening.pieces {
        rig.bytes(piece.dir, &piece.bytes, piece.nanos);
    }
    let (mut allocations, mut events) = (0, 0);
    for round in 0..rounds {
        if round == rounds / 2 {
            (allocations, events) = (count(), rig.tally.events());
        }
        for piece in &repeated.pieces {
            rig.bytes(piece.dir, &piece.bytes, piece.nanos);
        }
    }
    let allocations = count() - allocations;
    let events = (rig.tally.events() - events) as usize;
    let goes_on = rig.is_open() && events >= rounds - rounds / 2;
    rig.close(Close::CaptureEnd);
    goes_on.then_some((allocations, events))
}
