//! The three forms of protobuf's wire format that a profile needs.
//!
//! <https://protobuf.dev/programming-guides/encoding/>: a field is a tag (number and wire type) and a varint, or a
//! length and that many bytes.

/// Bytes of one message. Fields that are zero are left out, as proto3 does.
#[derive(Debug, Default)]
pub(crate) struct Message {
    bytes: Vec<u8>,
}

const VARINT: u64 = 0;
const LENGTH: u64 = 2;

impl Message {
    pub(crate) fn number(&mut self, field: u64, value: u64) {
        if value != 0 {
            varint(field << 3 | VARINT, &mut self.bytes);
            varint(value, &mut self.bytes);
        }
    }

    pub(crate) fn bytes(&mut self, field: u64, value: &[u8]) {
        varint(field << 3 | LENGTH, &mut self.bytes);
        varint(length(value), &mut self.bytes);
        self.bytes.extend_from_slice(value);
    }

    pub(crate) fn message(&mut self, field: u64, value: &Self) {
        self.bytes(field, &value.bytes);
    }

    pub(crate) fn numbers(&mut self, field: u64, values: &[u64]) {
        let mut packed = Vec::with_capacity(values.len());
        for value in values {
            varint(*value, &mut packed);
        }
        self.bytes(field, &packed);
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

fn length(value: &[u8]) -> u64 {
    u64::try_from(value.len()).unwrap_or(u64::MAX)
}

fn varint(mut value: u64, out: &mut Vec<u8>) {
    loop {
        let [low, ..] = value.to_le_bytes();
        value >>= 7;
        if value == 0 {
            out.push(low & 0x7f);
            return;
        }
        out.push(low | 0x80);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_specification() {
        let mut message = Message::default();
        message.number(1, 150);
        assert_eq!(message.bytes, [0x08, 0x96, 0x01]);
        let mut message = Message::default();
        message.bytes(2, b"testing");
        assert_eq!(message.bytes, b"\x12\x07testing");
        let mut message = Message::default();
        message.numbers(6, &[3, 270, 86942]);
        assert_eq!(message.bytes, [0x32, 0x06, 0x03, 0x8e, 0x02, 0x9e, 0xa7, 0x05]);
    }

    #[test]
    fn zero_is_left_out_and_the_largest_number_has_ten_bytes() {
        let mut message = Message::default();
        message.number(1, 0);
        assert!(message.bytes.is_empty());
        message.number(1, u64::MAX);
        assert_eq!(message.bytes.len(), 11);
    }
}
