//! Packet sources: interfaces; capture files, plain or compressed, and standard input; which of their packets are
//! analysed, and when.
//!
//! ```text
//!  paths ──Input::open──▶ heads recognised, foreign files named, errors at once
//!                           │
//!                     Input::reader ──▶ Reader ──next──▶ Packet   (borrowed, no copy)
//!                                         │   └──fill──▶ Batch    (owned, for several workers)
//!               ┌─────────────────────────┴───────────────────────────┐
//!      Map: regular plain file,                     Stream: stdin, pipes, gzip, zstd, lz4,
//!      every reader walks the same pages            a block of 1 MiB, one reader
//!               └───────────────┬─────────────────────────────────────┘
//!                    pcap | pcapng: pure functions from bytes to `Step`
//! ```
//!
//! # Formats
//!
//! * pcap (`draft-ietf-opsawg-pcap`): microseconds and nanoseconds, both byte orders, the format with longer
//!   record headers that patched Linux libpcaps of the 1990s wrote (magic `a1b2cd34`), and the swapped lengths
//!   of versions before 2.4. The snap length is not believed: zero and nonsense are harmless.
//! * pcapng (`draft-ietf-opsawg-pcapng`): several sections, each in its byte order; interfaces with their own link
//!   type, snap length, `if_tsresol` and `if_tsoffset`; enhanced, simple and obsolete packet blocks. Decryption
//!   secrets are kept ([`Reader::secrets`]); all other blocks are passed over.
//! * either of them in gzip (several members), zstd (several frames) or lz4 (frame format).
//!
//! # What the reader promises
//!
//! Packets are numbered from 1 over all files in their order. The same bytes give the same packets whether they
//! are mapped, read from a pipe, or compressed. Damage ends the file in which it stands with a [`Warning`] and
//! takes nothing away that came before; the next file follows. A file that is cut while it is mapped gives such a
//! warning too, not a `SIGBUS` that ends the run.
//!
//! # Which packets, and when
//!
//! ```text
//!  Selection ──▶ Selector: a filter and a range of time; counts what it leaves out   (one for each reader)
//!  Play ──▶ Player: chooses, repeats, waits, writes down                             (one reader for all workers)
//! ```
//!
//! * A filter ([`Filter`]) is written as for tcpdump. libpcap compiles it, once for each link type that comes; we check the
//!   program and run it, with the length on the wire that the capture says. As with tcpdump, `port 80` does not see
//!   through VLAN tags ([`with_vlans`] does), nor through tunnels, and wants the first of several fragments alone.
//! * `from` is the first time that is wanted, `to` the first that is not ([`Moment`]). The times of a capture are not sorted, so
//!   that a time of `to` or later does not end the reading.
//! * What is left out is counted by [`Reason`]: packets read = handed out + left out. Packets keep the numbers that they
//!   have in the capture.
//! * A further pass ([`Passes`]) goes on in number, and in time: its earliest packet comes 1 ms behind the latest of the
//!   pass before. A pass that handed out nothing is the last.
//! * A replay ([`Speed`]) waits by a schedule from its first packet on, so that no delay adds up, and ends within 50 ms
//!   when it is asked to.
//! * A [`Dump`] holds what was handed out, with the times that were analysed.
//!
//! # Limits
//!
//! | what | limit | beyond it |
//! |---|---|---|
//! | captured bytes of a packet | [`MAX_PACKET`] | damage |
//! | pcapng block that must be held whole | [`MAX_BLOCK`] | damage (packets), passed over (secrets) |
//! | interfaces of a pcapng section | [`MAX_INTERFACES`] | damage |
//! | secrets kept of a run | [`MAX_SECRETS`] bytes | passed over with a warning |
//! | window of a zstd frame | 128 MiB | damage |
//! | files of a dump | [`MAX_DUMP_FILES`] | packets counted as not written |
//! | steps of a filter | as many as it has instructions: it cannot jump back | – |
//! | memory of a stream | a block of 1 MiB and the decoder's window | – |
//!
//! Left out: formats other than pcap and pcapng (they are named in the error), compression inside compression,
//! name resolution and statistics blocks, packet comments and flags.
//!
//! # Example
//!
//! ```
//! use packetbeat_sniffer::{LinkType, Reader};
//!
//! let mut capture = Vec::new();
//! for word in [0xa1b2_c3d4_u32, 0x0004_0002, 0, 0, 65_535, 1] {
//!     capture.extend(word.to_le_bytes()); // the file header: version 2.4, Ethernet
//! }
//! for word in [1_700_000_000_u32, 250_000, 3, 60] {
//!     capture.extend(word.to_le_bytes()); // a record: 3 of 60 bytes were captured
//! }
//! capture.extend([1, 2, 3, 4]); // and a byte of one that was cut
//!
//! let mut reader = Reader::from_bytes(&capture)?;
//! let packet = reader.next()?.expect("one packet");
//! assert_eq!((packet.number, packet.nanos), (1, 1_700_000_000_250_000_000));
//! assert_eq!((packet.link, packet.wire_len, packet.data), (LinkType::ETHERNET, 60, &[1, 2, 3][..]));
//! assert!(reader.next()?.is_none());
//! let warning = &reader.warnings()[0];
//! assert!(warning.to_string().starts_with("bytes: byte 43: the last record is cut short, 15 bytes"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Interfaces
//!
//! ```text
//!  LiveOptions ──LiveSource::open──▶ a LiveSource for each ring ──▶ LiveSet: those of one thread
//!                                      │  poll: at most a block of packets, a change, or "silent until then"
//!                        ┌─────────────┴──────────────┐
//!        LiveKind::AfPacket (Linux)            LiveKind::Pcap
//!        rings that the kernel fills,          libpcap, one reader
//!        read in place; one a worker
//! ```
//!
//! * [`resolve`] finds an interface by name, by number in the list of [`devices`], or by the default route.
//! * Several rings of an interface share its packets so that both directions of a flow, all fragments and everything of a
//!   tunnel come to the same one: by a program of ours that the kernel runs ([`Spread::Program`]). The kernel joins
//!   fragments of IPv4 before it asks, so that they are one packet then; with one ring they come as they are on the wire.
//! * A VLAN tag that the kernel or the card took out of a frame is put back. A snap length of 65,535 or more means whole
//!   packets, also those that the card cuts or joined.
//! * An interface that goes down, is removed or comes back is told ([`LiveChange`]) and does not end anything. It is looked
//!   for every 500 ms.
//! * A silent wire says until when it was silent ([`Polled::quiet_until`], [`LIVE_LAG`] behind the clock), so that timers of
//!   packet time can fire. A packet is handed out within 100 ms.
//! * What the kernel, the interface and we did not hand out is counted by cause ([`LiveCounters`]).
//! * A packet of a ring costs about 60 ns of one core, with libpcap 110 (Ethernet, 290 bytes in the mean, 150,000 a
//!   second over a virtual wire, written by another core); half of what is left is waiting for memory.
//!
//! | what | limit | beyond it |
//! |---|---|---|
//! | captured bytes of a packet | 262,140, and a VLAN tag | the packet is cut, its length on the wire is told |
//! | a ring | 2 MiB to 2 GiB, in blocks of 512 KiB | a full ring loses packets, which are counted |
//! | a reader that stands still | 50 ms for each block of its ring, if packets come slowly | as above |
//! | rings of an interface | 256, by the kernel | an error at the start |
//! | instructions of a filter | 4,096, by the kernel | an error at the start |
//!
//! Left out: extended BPF and AF_XDP, hardware timestamps, Windows. With `any`, a packet that passes several interfaces
//! (a bridge and its port) comes as often, promiscuous mode has no meaning, and a filter that names `vlan` is run by us.

// `unsafe` is confined to the modules that say so here and in `live`: the page map, the signal handler that guards
// it, the prefetch instruction, packet sockets and their rings. Everything else in the crate is held to the workspace's
// lint.
mod automatic;
mod batch;
mod bpf;
mod device;
mod dump;
mod error;
mod filter;
mod input;
#[cfg(unix)]
mod live;
#[cfg(unix)]
#[allow(unsafe_code, reason = "mapping a file is unsafe: another process may cut it")]
mod map;
#[cfg(not(unix))]
#[path = "map_none.rs"]
mod map;
mod moment;
mod pace;
mod pcap;
mod pcapng;
mod player;
#[allow(unsafe_code, reason = "the prefetch instruction takes a raw pointer")]
mod prefetch;
mod reader;
mod recognise;
mod selection;
#[cfg(unix)]
#[allow(unsafe_code, reason = "a signal handler and the table it reads")]
mod sigbus;
mod source;
mod step;
mod stream;
mod timestamp;
mod unpack;
mod warning;
mod window;

pub use automatic::{Ports, automatic_filter, with_vlans};
pub use batch::{Batch, Packets};
pub use device::{Device, DeviceError, devices, find_device};
pub use dump::{Dump, DumpError, DumpReport, MAX_DUMP_FILES};
pub use error::{OpenError, ReadError};
pub use filter::{Filter, FilterError, check};
pub use input::Input;
#[cfg(target_os = "linux")]
#[doc(hidden)]
pub use live::fuzz;
#[cfg(unix)]
pub use live::{
    Absence, LIVE_LAG, LiveChange, LiveCounters, LiveError, LiveKind, LiveOptions, LiveSet, LiveSource,
    Polled, RouteFamily, Spread, default_route, local_addresses, resolve,
};
pub use moment::{Moment, MomentError};
pub use packetbeat_core::packet::{LinkType, Packet};
pub use player::{Gate, Passes, Play, PlayError, Player, Speed, wait_for_line};
pub use reader::Reader;
pub use selection::{LeftOut, Reason, Selection, SelectionError, Selector};
pub use step::{Damage, Secrets};
pub use warning::{Warning, WarningKind};

/// Most bytes that a packet may bring, as in libpcap and Wireshark. A longer one is damage: no length from
/// a file allocates before it met this limit.
pub const MAX_PACKET: u32 = 262_144;

/// Longest pcapng block, in bytes, that the reader must see whole (section, interface, packet, secrets).
/// Other blocks are passed over whatever their length.
pub const MAX_BLOCK: u32 = 1 << 20;

/// Most interfaces that one pcapng section may describe.
pub const MAX_INTERFACES: usize = 65_536;

/// Most bytes of decryption secrets that wait in a reader to be taken.
pub const MAX_SECRETS: usize = 16 << 20;
