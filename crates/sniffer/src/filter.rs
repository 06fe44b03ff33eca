//! Filters in the language of tcpdump (`pcap-filter(7)`).

use std::sync::{Arc, Mutex, PoisonError};

use packetbeat_core::packet::{LinkType, Packet};
use pcap::{Capture, Linktype};

use crate::bpf::{Fault, Instruction, Program};

/// Link types that a text is tried with where no capture is at hand: words like `wlan` mean something to few of them.
const USUAL: [LinkType; 6] = [
    LinkType::ETHERNET,
    LinkType::LINUX_SLL2,
    LinkType::RAW,
    LinkType::NULL,
    LinkType::IEEE802_11_RADIOTAP,
    LinkType::PPP,
];

/// Bytes of the address family in front of BSD loopback packets.
const LOOPBACK_HEADER: usize = 4;

/// A filter for packets of one link type. libpcap compiles it, as it does for tcpdump; we run it.
///
/// The header of BSD loopback captures ([`LinkType::NULL`], [`LinkType::LOOP`]) names the address family by numbers that differ
/// among systems and in the byte order of the machine that captured. Their packets are filtered as raw IP behind
/// that header, unless the filter looks at it (`link[`, `ether[`).
#[derive(Clone, Debug)]
pub struct Filter {
    text: Arc<str>,
    link: LinkType,
    program: Program,
    /// Bytes in front of a packet that the program does not know of.
    header: usize,
}

/// Why a text is no filter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FilterError {
    /// libpcap refuses it.
    #[error("filter {text:?}: {message}: filters are written as for tcpdump, see pcap-filter(7)")]
    Refused {
        /// The filter.
        text: Arc<str>,
        /// What libpcap says.
        message: String,
    },
    /// libpcap refuses it for the link type of a capture alone.
    #[error("filter {text:?}: {message}: it cannot be used on packets of link type {}", .link.0)]
    LinkType {
        /// The filter.
        text: Arc<str>,
        /// The link type.
        link: LinkType,
        /// What libpcap says.
        message: String,
    },
    /// It needs a loop.
    #[error("filter {text:?}: `protochain` is not supported: use `proto`, or name ports and addresses")]
    Loop {
        /// The filter.
        text: Arc<str>,
    },
    /// It asks what only the kernel of the capturing machine knows.
    #[error(
        "filter {text:?}: direction and interface are known while packets are captured from an interface only: leave \
         out inbound, outbound and ifindex"
    )]
    Live {
        /// The filter.
        text: Arc<str>,
    },
    /// libpcap wrote a program that is none.
    #[error("filter {text:?}: libpcap compiled it into a program that is not classic BPF: simplify it")]
    Program {
        /// The filter.
        text: Arc<str>,
    },
}

impl Filter {
    /// Compiles a text for packets that begin as `link` says. An empty text wants every packet. Names of hosts are
    /// looked up, as tcpdump does.
    ///
    /// # Errors
    ///
    /// If libpcap refuses the text for this link type, or packets in a file cannot be filtered so.
    pub fn compile(text: &str, link: LinkType) -> Result<Self, FilterError> {
        let text: Arc<str> = text.trim().into();
        let is_loopback = matches!(link, LinkType::NULL | LinkType::LOOP);
        let (behind, header) = match is_loopback && !["link[", "ether["].iter().any(|it| text.contains(it)) {
            true => (LinkType::RAW, LOOPBACK_HEADER),
            false => (link, 0),
        };
        match compile(&text, behind) {
            Ok(program) => Ok(Self { text, link, program, header }),
            Err(Refusal::Live) => Err(FilterError::Live { text }),
            Err(Refusal::Loop) => Err(FilterError::Loop { text }),
            Err(Refusal::Program) => Err(FilterError::Program { text }),
            Err(Refusal::Text(message)) if link == LinkType::ETHERNET || check(&text).is_err() => {
                Err(FilterError::Refused { text, message })
            }
            Err(Refusal::Text(message)) => Err(FilterError::LinkType { text, link, message }),
        }
    }

    /// Whether a packet is wanted. The link type of the packet is not looked at: it is the caller's to choose the filter.
    #[must_use]
    #[inline]
    pub fn wants(&self, packet: &Packet<'_>) -> bool {
        self.program.run(packet.data.get(self.header..).unwrap_or_default(), packet.wire_len)
    }

    /// The text, trimmed.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The link type that it was compiled for.
    #[must_use]
    pub fn link(&self) -> LinkType {
        self.link
    }

    /// Number of instructions: a packet costs at most as many steps.
    #[must_use]
    #[allow(clippy::len_without_is_empty, reason = "a program is never empty")]
    pub fn len(&self) -> usize {
        self.program.len()
    }
}

/// Whether a text is a filter for packets of any usual link type, be it for live capture alone: what can be said of
/// `bpf_filter` before there is a packet.
///
/// # Errors
///
/// What libpcap says to it on Ethernet.
pub fn check(text: &str) -> Result<(), FilterError> {
    let text: Arc<str> = text.trim().into();
    let mut first = None;
    for link in USUAL {
        match compile(&text, link) {
            Ok(_) | Err(Refusal::Live) => return Ok(()),
            Err(refusal) => first = first.or(Some(refusal)),
        }
    }
    Err(match first {
        Some(Refusal::Text(message)) => FilterError::Refused { text, message },
        Some(Refusal::Loop) => FilterError::Loop { text },
        Some(Refusal::Program | Refusal::Live) | None => FilterError::Program { text },
    })
}

enum Refusal {
    Text(String),
    Loop,
    Live,
    Program,
}

fn compile(text: &str, link: LinkType) -> Result<Program, Refusal> {
    Program::new(&write(text, link)?).map_err(|fault| match fault {
        Fault::Loop => Refusal::Loop,
        Fault::Kernel => Refusal::Live,
        Fault::Unknown | Fault::Outside | Fault::Operand => Refusal::Program,
    })
}

fn write(text: &str, link: LinkType) -> Result<Vec<Instruction>, Refusal> {
    // The compiler of libpcap before 1.8 keeps its state in globals.
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let refused = |error| Refusal::Text(message(&error));
    let program =
        Capture::dead(data_link(link)).and_then(|dead| dead.compile(text, true)).map_err(refused)?;
    parse_all(&program).ok_or(Refusal::Program)
}

/// The program that libpcap makes of a filter for packets of a link type, for the kernel to run: it may ask what only the
/// kernel knows.
#[cfg(target_os = "linux")]
pub(crate) fn instructions(text: &str, link: LinkType) -> Result<Vec<Instruction>, FilterError> {
    let written = write(text, link).and_then(|written| match Program::new(&written) {
        Ok(_) | Err(Fault::Kernel) => Ok(written),
        Err(Fault::Loop) => Err(Refusal::Loop),
        Err(Fault::Unknown | Fault::Outside | Fault::Operand) => Err(Refusal::Program),
    });
    written.map_err(|refusal| match (refusal, text.into()) {
        (Refusal::Text(message), text) => FilterError::Refused { text, message },
        (Refusal::Loop, text) => FilterError::Loop { text },
        (Refusal::Program | Refusal::Live, text) => FilterError::Program { text },
    })
}

/// The instructions of a program; none if the binding shows them otherwise than we know.
pub(crate) fn parse_all(program: &pcap::BpfProgram) -> Option<Vec<Instruction>> {
    program.get_instructions().iter().map(|instruction| parse(&instruction.to_string())).collect()
}

/// The binding shows an instruction as four numbers and not otherwise.
fn parse(text: &str) -> Option<Instruction> {
    let mut words = text.split(' ');
    let instruction = Instruction {
        code: words.next()?.parse().ok()?,
        jt: words.next()?.parse().ok()?,
        jf: words.next()?.parse().ok()?,
        k: words.next()?.parse().ok()?,
    };
    words.next().is_none().then_some(instruction)
}

/// libpcap compiles for numbers of the system (`DLT_…`); files hold others (`LINKTYPE_…`) where systems disagree.
/// Source: `pcap-common.c` of libpcap; the numbers are those of Linux, the other BSDs and Windows.
fn data_link(link: LinkType) -> Linktype {
    Linktype(match link {
        LinkType::RAW | LinkType::RAW_12 | LinkType::RAW_14 => 12,
        LinkType(100) => 11,
        LinkType(102) => 15,
        LinkType(103) => 16,
        LinkType(106) => 19,
        LinkType(other) => i32::from(other),
    })
}

/// libpcap's words on one line.
pub(crate) fn message(error: &pcap::Error) -> String {
    let text = match error {
        pcap::Error::PcapError(message) => message.clone(),
        pcap::Error::InvalidInputString => "a zero byte stands in it".to_owned(),
        other => other.to_string(),
    };
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_libpcap_says_reaches_the_user() {
        let error = Filter::compile("tcp prot 80", LinkType::ETHERNET).unwrap_err().to_string();
        assert!(error.starts_with("filter \"tcp prot 80\": "), "{error}");
        assert!(error.contains("syntax error"), "{error}");
        assert!(error.contains("pcap-filter(7)"), "{error}");
        assert_eq!(check("tcp prot 80").unwrap_err().to_string(), error);
        assert!(check("a\0b").unwrap_err().to_string().contains("zero byte"));
    }

    #[test]
    fn a_filter_can_be_good_for_some_link_types_only() {
        assert_eq!(check("wlan addr1 1:2:3:4:5:6"), Ok(()));
        let error = Filter::compile("wlan addr1 1:2:3:4:5:6", LinkType::RAW).unwrap_err();
        assert!(matches!(error, FilterError::LinkType { link: LinkType::RAW, .. }), "{error}");
        Filter::compile("tcp port 80", LinkType::RAW).unwrap();
        Filter::compile("tcp port 80", LinkType::RAW_14).unwrap();
        assert!(Filter::compile("tcp port 80", LinkType(147)).is_err());
    }

    #[test]
    fn loops_are_refused() {
        let error = Filter::compile("ip6 protochain 6", LinkType::ETHERNET).unwrap_err();
        assert!(matches!(error, FilterError::Loop { .. }), "{error}");
    }

    #[test]
    fn what_only_a_live_capture_knows() {
        for text in ["inbound", "tcp and outbound"] {
            assert_eq!(check(text), Ok(()));
            let error = Filter::compile(text, LinkType::ETHERNET).unwrap_err();
            assert!(matches!(error, FilterError::Live { .. }), "{error}");
            Filter::compile(text, LinkType::LINUX_SLL).unwrap();
        }
    }

    #[test]
    fn loopback_of_every_system() {
        let mut ipv6 = vec![0x60, 0, 0, 0, 0, 8, 17, 64];
        ipv6.extend([0; 32]);
        ipv6.extend([0, 53, 0, 99, 0, 8, 0, 0]);
        for (link, family) in [
            (LinkType::NULL, [30, 0, 0, 0]),
            (LinkType::NULL, [0, 0, 0, 28]),
            (LinkType::NULL, [10, 0, 0, 0]),
            (LinkType::LOOP, [0, 0, 0, 24]),
        ] {
            let data = [&family[..], &ipv6].concat();
            let wants = |text: &str| {
                let packet = Packet { number: 1, nanos: 0, link, wire_len: 52, data: &data };
                Filter::compile(text, link).unwrap().wants(&packet)
            };
            assert!(wants("ip6") && wants("udp port 53") && wants("len = 52") && wants("not arp"));
            assert!(!wants("ip") && !wants("tcp"));
            assert!(wants(&format!("link[0] = {}", family[0])));
        }
    }

    #[test]
    fn an_empty_filter_wants_all_and_lengths_are_those_of_the_wire() {
        let packet =
            |wire_len, data| Packet { number: 1, nanos: 0, link: LinkType::ETHERNET, wire_len, data };
        let wants = |text: &str, packet: &Packet<'_>| {
            Filter::compile(text, LinkType::ETHERNET).unwrap().wants(packet)
        };
        assert!(wants(" ", &packet(0, &[])));
        assert!(wants("greater 1000", &packet(1_000, &[0; 60])));
        assert!(!wants("greater 1000", &packet(60, &[0; 60])));
    }
}
