//! Names of the numbers in messages, as the IANA registries have them
//! (<https://www.iana.org/assignments/dns-parameters>).
//!
//! What has no name is written as RFC 3597 says (`TYPE65280`, `CLASS7`), and as its number where there is no such rule.

use packetbeat_core::text::Text;

/// Class of the Internet.
pub(crate) const IN: u16 = 1;

/// Type A.
pub(crate) const A: u16 = 1;
/// Type NS.
pub(crate) const NS: u16 = 2;
/// Type CNAME.
pub(crate) const CNAME: u16 = 5;
/// Type SOA.
pub(crate) const SOA: u16 = 6;
/// Type PTR.
pub(crate) const PTR: u16 = 12;
/// Type MX.
pub(crate) const MX: u16 = 15;
/// Type TXT.
pub(crate) const TXT: u16 = 16;
/// Type AAAA.
pub(crate) const AAAA: u16 = 28;
/// Type SRV.
pub(crate) const SRV: u16 = 33;
/// Type OPT.
pub(crate) const OPT: u16 = 41;
/// Type IXFR.
pub(crate) const IXFR: u16 = 251;
/// Type AXFR.
pub(crate) const AXFR: u16 = 252;

/// A name, or a number that has none.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Code {
    /// The registered name.
    Known(&'static str),
    /// Text made of a number, and its length.
    Made([u8; 10], u8),
}

impl Code {
    /// `prefix`, at most five characters, and the number.
    pub(crate) fn number(prefix: &str, number: u16) -> Self {
        let mut digits = itoa::Buffer::new();
        let digits = digits.format(number);
        let mut text = [0; 10];
        let bytes = prefix.bytes().chain(digits.bytes());
        for (room, byte) in text.iter_mut().zip(bytes) {
            *room = byte;
        }
        Self::Made(text, (prefix.len() + digits.len()).min(10) as u8)
    }

    /// The name.
    #[inline]
    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Self::Known(name) => name.as_bytes(),
            Self::Made(text, len) => text.get(..usize::from(*len)).unwrap_or_default(),
        }
    }

    /// The name for an event.
    #[inline]
    pub(crate) fn text(&self) -> Text<'_> {
        match self {
            Self::Known(name) => Text::word(name),
            Self::Made(..) => Text::checked(self.bytes()),
        }
    }

    /// Whether the number has a name.
    pub(crate) const fn is_known(&self) -> bool {
        matches!(self, Self::Known(_))
    }
}

/// The name of a record's type.
#[must_use]
pub(crate) fn kind(number: u16) -> Code {
    Code::Known(match number {
        1 => "A",
        2 => "NS",
        3 => "MD",
        4 => "MF",
        5 => "CNAME",
        6 => "SOA",
        7 => "MB",
        8 => "MG",
        9 => "MR",
        10 => "NULL",
        11 => "WKS",
        12 => "PTR",
        13 => "HINFO",
        14 => "MINFO",
        15 => "MX",
        16 => "TXT",
        17 => "RP",
        18 => "AFSDB",
        19 => "X25",
        20 => "ISDN",
        21 => "RT",
        22 => "NSAP",
        23 => "NSAP-PTR",
        24 => "SIG",
        25 => "KEY",
        26 => "PX",
        27 => "GPOS",
        28 => "AAAA",
        29 => "LOC",
        30 => "NXT",
        31 => "EID",
        32 => "NIMLOC",
        33 => "SRV",
        34 => "ATMA",
        35 => "NAPTR",
        36 => "KX",
        37 => "CERT",
        38 => "A6",
        39 => "DNAME",
        40 => "SINK",
        41 => "OPT",
        42 => "APL",
        43 => "DS",
        44 => "SSHFP",
        45 => "IPSECKEY",
        46 => "RRSIG",
        47 => "NSEC",
        48 => "DNSKEY",
        49 => "DHCID",
        50 => "NSEC3",
        51 => "NSEC3PARAM",
        52 => "TLSA",
        53 => "SMIMEA",
        55 => "HIP",
        56 => "NINFO",
        57 => "RKEY",
        58 => "TALINK",
        59 => "CDS",
        60 => "CDNSKEY",
        61 => "OPENPGPKEY",
        62 => "CSYNC",
        63 => "ZONEMD",
        64 => "SVCB",
        65 => "HTTPS",
        66 => "DSYNC",
        67 => "HHIT",
        68 => "BRID",
        99 => "SPF",
        100 => "UINFO",
        101 => "UID",
        102 => "GID",
        103 => "UNSPEC",
        104 => "NID",
        105 => "L32",
        106 => "L64",
        107 => "LP",
        108 => "EUI48",
        109 => "EUI64",
        128 => "NXNAME",
        249 => "TKEY",
        250 => "TSIG",
        251 => "IXFR",
        252 => "AXFR",
        253 => "MAILB",
        254 => "MAILA",
        255 => "ANY",
        256 => "URI",
        257 => "CAA",
        258 => "AVC",
        259 => "DOA",
        260 => "AMTRELAY",
        261 => "RESINFO",
        262 => "WALLET",
        32768 => "TA",
        32769 => "DLV",
        other => return Code::number("TYPE", other),
    })
}

/// The name of a class.
#[must_use]
pub(crate) fn class(number: u16) -> Code {
    Code::Known(match number {
        1 => "IN",
        2 => "CS",
        3 => "CH",
        4 => "HS",
        254 => "NONE",
        255 => "ANY",
        other => return Code::number("CLASS", other),
    })
}

/// The name of a kind of query.
#[must_use]
pub(crate) fn opcode(number: u8) -> Code {
    Code::Known(match number {
        0 => "QUERY",
        1 => "IQUERY",
        2 => "STATUS",
        4 => "NOTIFY",
        5 => "UPDATE",
        6 => "DSO",
        other => return Code::number("", u16::from(other)),
    })
}

/// The name of a response code, extended by EDNS or not.
#[must_use]
pub(crate) fn rcode(number: u16) -> Code {
    Code::Known(match number {
        0 => "NOERROR",
        1 => "FORMERR",
        2 => "SERVFAIL",
        3 => "NXDOMAIN",
        4 => "NOTIMP",
        5 => "REFUSED",
        6 => "YXDOMAIN",
        7 => "YXRRSET",
        8 => "NXRRSET",
        9 => "NOTAUTH",
        10 => "NOTZONE",
        11 => "DSOTYPENI",
        16 => "BADVERS",
        17 => "BADKEY",
        18 => "BADTIME",
        19 => "BADMODE",
        20 => "BADNAME",
        21 => "BADALG",
        22 => "BADTRUNC",
        23 => "BADCOOKIE",
        other => return Code::number("", other),
    })
}

/// The name of a DNSSEC algorithm.
#[must_use]
pub(crate) fn algorithm(number: u8) -> Code {
    Code::Known(match number {
        1 => "RSAMD5",
        2 => "DH",
        3 => "DSA",
        5 => "RSASHA1",
        6 => "DSA-NSEC3-SHA1",
        7 => "RSASHA1-NSEC3-SHA1",
        8 => "RSASHA256",
        10 => "RSASHA512",
        12 => "ECC-GOST",
        13 => "ECDSAP256SHA256",
        14 => "ECDSAP384SHA384",
        15 => "ED25519",
        16 => "ED448",
        252 => "INDIRECT",
        253 => "PRIVATEDNS",
        254 => "PRIVATEOID",
        other => return Code::number("", u16::from(other)),
    })
}

/// The name of a DNSSEC digest type.
#[must_use]
pub(crate) fn digest(number: u8) -> Code {
    Code::Known(match number {
        1 => "SHA1",
        2 => "SHA256",
        3 => "GOST94",
        4 => "SHA384",
        5 => "SHA512",
        other => return Code::number("", u16::from(other)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers() {
        assert_eq!(kind(28).bytes(), b"AAAA");
        assert_eq!(kind(65535).bytes(), b"TYPE65535");
        assert_eq!(class(65535).bytes(), b"CLASS65535");
        assert_eq!(rcode(4095).bytes(), b"4095");
        assert_eq!(opcode(15).bytes(), b"15");
        assert!(class(1).is_known() && !class(9).is_known());
    }
}
