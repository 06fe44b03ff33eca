//! Capture files: reading ends, and what comes out keeps to the limits.

use packetbeat_sniffer::{MAX_PACKET, MAX_SECRETS, Reader};

/// Packets of the largest inputs are far fewer, decompressed as they may be: libFuzzer's inputs are small.
const PACKETS: u64 = 1 << 22;

/// Input: the file.
///
/// # Panics
/// If a packet is longer than it may be, numbers have a hole, reading does not end, or two readings differ.
pub fn run(input: &[u8]) {
    let Ok(mut reader) = Reader::from_bytes(input) else { return };
    let mut again = Reader::from_bytes(input).expect("it was a capture a moment ago");
    let mut count = 0;
    loop {
        let packet = reader.next().expect("bytes in memory can be read");
        let twin = again.next().expect("bytes in memory can be read");
        let (Some(packet), Some(twin)) = (packet, twin) else {
            assert!(packet.is_none() && twin.is_none(), "two readings end at different packets");
            break;
        };
        count += 1;
        assert!(count < PACKETS, "packets without end");
        assert_eq!(packet.number, count, "packets are numbered one after the other");
        assert!(packet.data.len() <= MAX_PACKET as usize, "a packet of {} bytes", packet.data.len());
        assert_eq!((packet.nanos, packet.wire_len, packet.data), (twin.nanos, twin.wire_len, twin.data));
    }
    assert!(reader.next().expect("it ended").is_none(), "packets behind the end");
    assert!(reader.warnings().len() <= 64, "{} warnings of one file", reader.warnings().len());
    for warning in reader.warnings() {
        assert!(!warning.to_string().contains('\n'), "a warning is a line");
    }
    let secrets: usize = reader.secrets().iter().map(|secret| secret.data.len()).sum();
    assert!(secrets <= MAX_SECRETS);
}
