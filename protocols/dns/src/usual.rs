//! What nearly every event says, as constants: a copy each instead of a dozen fields.

use packetbeat_core::fields::Fields;

use crate::codes;

/// What there is to say of a type in the class of the Internet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kind {
    /// Root `query` up to the name.
    pub(crate) sentence: &'static str,
    /// Members `type` and `class`.
    members: &'static str,
}

macro_rules! kind {
    ($name:literal) => {
        Kind {
            sentence: concat!("class IN, type ", $name, ", "),
            members: concat!("\"type\":\"", $name, "\",\"class\":\"IN\","),
        }
    };
}

impl Kind {
    /// Of a type and class, if they are usual ones.
    #[inline]
    pub(crate) fn of(kind: u16, class: u16) -> Option<&'static Self> {
        const NONE: Option<Kind> = None;
        static KINDS: [Option<Kind>; 66] = {
            let mut kinds = [NONE; 66];
            kinds[1] = Some(kind!("A"));
            kinds[2] = Some(kind!("NS"));
            kinds[5] = Some(kind!("CNAME"));
            kinds[6] = Some(kind!("SOA"));
            kinds[12] = Some(kind!("PTR"));
            kinds[15] = Some(kind!("MX"));
            kinds[16] = Some(kind!("TXT"));
            kinds[28] = Some(kind!("AAAA"));
            kinds[33] = Some(kind!("SRV"));
            kinds[65] = Some(kind!("HTTPS"));
            kinds
        };
        if class == codes::IN { KINDS.get(usize::from(kind))?.as_ref() } else { None }
    }
}

/// Members `type` and `class`.
#[inline]
pub(crate) fn kind_and_class<F: Fields>(kind: u16, class: u16, to: &mut F) {
    match Kind::of(kind, class) {
        Some(usual) => to.constant(usual.members),
        None => {
            to.text(packetbeat_core::key!("type"), codes::kind(kind).text());
            to.text(packetbeat_core::key!("class"), codes::class(class).text());
        }
    }
}

macro_rules! head {
    ($authoritative:literal, $names:literal) => {
        concat!(
            "\"op_code\":\"QUERY\",\"type\":\"answer\",\"flags\":{\"authoritative\":",
            $authoritative,
            ",\"truncated_response\":false,\"recursion_desired\":true,\"recursion_available\":true,",
            "\"authentic_data\":false,\"checking_disabled\":false},\"header_flags\":[",
            $names,
            "],\"response_code\":\"NOERROR\","
        )
    };
}

/// Members `op_code` to `response_code` of an answer to an ordinary query that went well, by all its flags; `None` for others.
#[inline]
pub(crate) fn answer(flags: u16) -> Option<&'static str> {
    match flags {
        0x8180 => Some(head!("false", "\"RD\",\"RA\"")),
        0x8580 => Some(head!("true", "\"AA\",\"RD\",\"RA\"")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_say_what_the_registry_says() {
        let mut count = 0;
        for number in 0..=u16::MAX {
            if let Some(kind) = Kind::of(number, codes::IN) {
                let code = codes::kind(number);
                let name = std::str::from_utf8(code.bytes()).unwrap();
                assert_eq!(kind.sentence, format!("class IN, type {name}, "));
                assert_eq!(kind.members, format!("\"type\":\"{name}\",\"class\":\"IN\","));
                count += 1;
            }
            assert!(Kind::of(number, 3).is_none());
        }
        assert_eq!(count, 10);
    }
}
