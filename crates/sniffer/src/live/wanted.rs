//! The filter of a ring: what of it the kernel runs, and what we do.
//!
//! libpcap compiles for one link layer, and a ring can hold packets of several (`any`). The program for the kernel is
//! therefore two, for Ethernet and for raw IP, behind a look at the packet's link layer.
//!
//! A VLAN tag is not in the packet when the kernel filters: it stands beside it, and only a program that was compiled for the
//! very interface looks there. Where there is none (`any`, an interface that is down), `vlan` is left to us: we see
//! packets with their tags put back.

use pcap::Capture;

use super::assembly::{Assembly, Known};
use crate::bpf::Instruction;
use crate::filter::{self, Filter};
use crate::{FilterError, LinkType, Packet};

const RET: u16 = 0x06;

/// A program that wants nothing.
pub(crate) const NOTHING: [Instruction; 1] = [Instruction { code: RET, jt: 0, jf: 0, k: 0 }];

/// The filter of a ring.
#[derive(Debug)]
pub(crate) struct Wanted {
    /// For the kernel. It returns how many bytes are captured.
    pub(crate) program: Vec<Instruction>,
    ours: Option<Ours>,
}

/// Filters for packets that have their tags.
#[derive(Debug)]
struct Ours {
    ethernet: Filter,
    raw: Option<Filter>,
}

impl Wanted {
    /// Compiles a filter for an interface; `None` for all packets, of which `captured` bytes are wanted.
    pub(crate) fn new(text: Option<&str>, device: &str, captured: u32) -> Result<Self, FilterError> {
        let Some(text) = text else {
            return Ok(Self { program: all(captured), ours: None });
        };
        let ethernet = filter::instructions(text, LinkType::ETHERNET)?;
        // What cannot be asked of raw IP (`ether host`) is true of no packet of it.
        let raw = filter::instructions(text, LinkType::RAW).unwrap_or_else(|_| NOTHING.to_vec());
        if names_vlan(text) {
            return Ok(match for_device(text, device) {
                Some(program) => Self { program: cut(program, captured), ours: None },
                None => Self {
                    program: all(captured),
                    ours: Some(Ours {
                        ethernet: Filter::compile(text, LinkType::ETHERNET)?,
                        raw: Filter::compile(text, LinkType::RAW).ok(),
                    }),
                },
            });
        }
        let program = by_link(&cut(ethernet, captured), &cut(raw, captured));
        Ok(Self { program, ours: None })
    }

    /// Whether a packet that the kernel let pass is wanted.
    #[inline]
    pub(crate) fn wants(&self, packet: &Packet<'_>) -> bool {
        let Some(ours) = &self.ours else { return true };
        if packet.link == LinkType::ETHERNET {
            ours.ethernet.wants(packet)
        } else {
            ours.raw.as_ref().is_some_and(|filter| filter.wants(packet))
        }
    }
}

fn all(captured: u32) -> Vec<Instruction> {
    vec![Instruction { k: captured, ..NOTHING[0] }]
}

/// Lets a program that wants a packet ask for as many bytes as we want: libpcap wrote 65,535.
fn cut(mut program: Vec<Instruction>, captured: u32) -> Vec<Instruction> {
    for instruction in &mut program {
        if instruction.code == RET && instruction.k != 0 {
            instruction.k = captured;
        }
    }
    program
}

/// One program of two.
fn by_link(ethernet: &[Instruction], raw: &[Instruction]) -> Vec<Instruction> {
    let mut code = Assembly::default();
    let [frames, packets] = [(); 2].map(|()| code.label());
    code.load_known(Known::Hatype);
    code.if_equal(1, frames);
    code.if_equal(772, frames);
    code.jump(packets);
    code.place(frames);
    code.extend(ethernet);
    code.place(packets);
    code.extend(raw);
    // Every label stands ahead of its jumps, and the far one is reached by a jump without limit.
    code.finish().unwrap_or_else(|| ethernet.to_vec())
}

/// The filter as libpcap compiles it where it knows the interface.
fn for_device(text: &str, device: &str) -> Option<Vec<Instruction>> {
    let capture = Capture::from_device(device).ok()?.snaplen(96).buffer_size(1 << 20).open().ok()?;
    let is_ethernet = capture.get_datalink() == pcap::Linktype::ETHERNET;
    is_ethernet.then(|| filter::parse_all(&capture.compile(text, true).ok()?)).flatten()
}

fn names_vlan(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word.eq_ignore_ascii_case("vlan"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wanted_is_captured_whole() {
        assert_eq!(Wanted::new(None, "any", 262_140).unwrap().program, all(262_140));
        let program = Wanted::new(Some("tcp port 80"), "any", 262_140).unwrap().program;
        let returned = |program: &[Instruction]| {
            let mut values: Vec<u32> = program.iter().filter(|i| i.code == RET).map(|i| i.k).collect();
            values.sort_unstable();
            values.dedup();
            values
        };
        assert_eq!(returned(&program), [0, 262_140]);
        assert_eq!(program[0], Instruction { code: 0x20, jt: 0, jf: 0, k: 0xffff_f01c });
        // What Ethernet alone can answer is refused for packets without it.
        let program = Wanted::new(Some("ether host 1:2:3:4:5:6"), "any", 96).unwrap().program;
        assert_eq!((returned(&program), program.last()), (vec![0, 96], Some(&NOTHING[0])));
    }

    #[test]
    fn tags_are_looked_for_where_they_stand() {
        assert!(names_vlan("tcp or (vlan and tcp)") && names_vlan("VLAN 5") && !names_vlan("host vlanhost"));
        let wanted = Wanted::new(Some("vlan 5 and udp"), "any", 100).unwrap();
        assert_eq!(wanted.program, all(100));
        let mut data = vec![0; 12];
        data.extend([0x81, 0, 0, 5, 8, 0, 0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17]);
        data.resize(60, 0);
        let wants =
            |link, data: &[u8]| wanted.wants(&Packet { number: 1, nanos: 0, link, wire_len: 60, data });
        assert!(wants(LinkType::ETHERNET, &data) && !wants(LinkType::RAW, &data[18..]));
        data[15] = 6;
        assert!(!wants(LinkType::ETHERNET, &data));
    }

    #[test]
    fn a_filter_that_is_none() {
        let error = Wanted::new(Some("tcp prot 80"), "any", 100).unwrap_err();
        assert!(matches!(error, FilterError::Refused { .. }), "{error}");
        // Known to the kernel, not to files.
        Wanted::new(Some("inbound"), "any", 100).unwrap();
    }
}
