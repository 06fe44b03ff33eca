use std::io::Cursor;
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use super::*;
use crate::pace::fake::Fake;
use crate::{Input, Moment};

const MS: i64 = 1_000_000;
const START: i64 = 1_700_000_000_000 * MS;

/// A capture of packets at these milliseconds; each holds its place as its only byte.
fn capture(times: &[i64]) -> Vec<u8> {
    let mut file = Vec::new();
    for word in [0xa1b2_3c4d_u32, 0x0004_0002, 0, 0, 65_535, 1] {
        file.extend(word.to_le_bytes());
    }
    for (at, ms) in times.iter().enumerate() {
        let nanos = START + ms * MS;
        for word in [(nanos / 1_000_000_000) as u32, (nanos % 1_000_000_000) as u32, 1, 60] {
            file.extend(word.to_le_bytes());
        }
        file.push(at as u8);
    }
    file
}

fn reader(folder: &Path, times: &[i64]) -> Reader {
    let path = folder.join("in.pcap");
    std::fs::write(&path, capture(times)).unwrap();
    Input::open(&[path]).unwrap().reader().unwrap()
}

/// Number, milliseconds since `START` and content of each packet.
fn play(player: &mut Player) -> Vec<(u64, i64, u8)> {
    let mut packets = Vec::new();
    while let Some(packet) = player.next().unwrap() {
        assert_eq!(packet.nanos % MS, 0);
        packets.push((packet.number, (packet.nanos - START) / MS, packet.data[0]));
    }
    assert_eq!(player.handed_out(), packets.len() as u64);
    packets
}

#[test]
fn further_passes_go_on_in_time_and_number() {
    let folder = tempfile::tempdir().unwrap();
    let play_it = Play { passes: Passes::of(3), ..Play::default() };
    assert!(!play_it.is_plain() && Play::default().is_plain());
    // Not sorted: the earliest packet is not the first.
    let mut player = Player::new(reader(folder.path(), &[10, 5, 30]), play_it).unwrap();
    let want = [
        (1, 10, 0),
        (2, 5, 1),
        (3, 30, 2),
        (4, 36, 0),
        (5, 31, 1),
        (6, 56, 2),
        (7, 62, 0),
        (8, 57, 1),
        (9, 82, 2),
    ];
    assert_eq!(play(&mut player), want);
    assert!(player.next().unwrap().is_none(), "the end does not last");
}

#[test]
fn what_is_left_out_is_counted_in_every_pass() {
    let folder = tempfile::tempdir().unwrap();
    let selection =
        Selection::new(Some("ether[0] != 2"), Some(Moment::Into(20 * MS)), Some(Moment::At(START + 41 * MS)))
            .unwrap();
    let play_it = Play { passes: Passes::of(2), selection, ..Play::default() };
    let mut player = Player::new(reader(folder.path(), &[0, 20, 30, 40, 50]), play_it).unwrap();
    assert_eq!(play(&mut player), [(2, 20, 1), (4, 40, 3), (7, 41, 1), (9, 61, 3)]);
    let left_out: Vec<_> = player.left_out().by_name().collect();
    assert_eq!(left_out, [("before", 2), ("after", 2), ("filtered", 2)]);
}

#[test]
fn a_pass_without_packets_is_the_last() {
    let folder = tempfile::tempdir().unwrap();
    let endless = || Play { passes: Passes::of(0), ..Play::default() };
    let mut player = Player::new(reader(folder.path(), &[]), endless()).unwrap();
    assert_eq!(play(&mut player), []);
    let selection = Selection::new(Some("tcp"), None, None).unwrap();
    let mut player = Player::new(reader(folder.path(), &[1, 2]), Play { selection, ..endless() }).unwrap();
    assert_eq!(play(&mut player), []);
    assert_eq!(player.left_out().total(), 2);
}

#[test]
fn endless_passes_end_when_asked() {
    let folder = tempfile::tempdir().unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let play_it = Play { passes: Passes::of(0), stop: Arc::clone(&stop), ..Play::default() };
    let mut player = Player::new(reader(folder.path(), &[0, 7]), play_it).unwrap();
    for _ in 0..1_000 {
        assert!(player.next().unwrap().is_some());
    }
    stop.store(true, Ordering::Relaxed);
    assert!(player.next().unwrap().is_none());
    assert_eq!(player.handed_out(), 1_000);
}

#[test]
fn pipes_are_read_once() {
    let from = || Reader::from_read("pipe", Cursor::new(capture(&[1, 2]))).unwrap();
    let twice = Play { passes: Passes::of(2), ..Play::default() };
    assert_eq!(Player::new(from(), twice).map(|_| ()), Err(PlayError::ReadOnce));
    assert_eq!(play(&mut Player::new(from(), Play::default()).unwrap()), [(1, 1, 0), (2, 2, 1)]);
}

#[test]
fn compressed_files_are_read_again() {
    use std::io::Write;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("in.pcap.gz");
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(&capture(&[0, 3])).unwrap();
    std::fs::write(&path, gzip.finish().unwrap()).unwrap();
    let reader = Input::open(&[path]).unwrap().reader().unwrap();
    let mut player = Player::new(reader, Play { passes: Passes::of(2), ..Play::default() }).unwrap();
    assert_eq!(play(&mut player), [(1, 0, 0), (2, 3, 1), (3, 4, 0), (4, 7, 1)]);
}

#[test]
fn warnings_of_further_passes_are_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cut.pcap");
    let mut bytes = capture(&[0]);
    bytes.push(1);
    std::fs::write(&path, bytes).unwrap();
    let reader = Input::open(&[path]).unwrap().reader().unwrap();
    let mut player = Player::new(reader, Play { passes: Passes::of(5), ..Play::default() }).unwrap();
    assert_eq!(play(&mut player).len(), 5);
    let warnings = player.warnings();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].contains("cut short"), "{warnings:?}");
}

#[test]
fn a_replay_keeps_the_distances() {
    let folder = tempfile::tempdir().unwrap();
    for (speed, offset) in [(Speed::Captured, 0), (Speed::Now, 1_900_000_000_000 - START / MS)] {
        let clock = Fake::default();
        let play_it = Play { speed, passes: Passes::of(2), ..Play::default() };
        let mut player =
            Player::with_clock(reader(folder.path(), &[0, 20, 300]), play_it, Box::new(clock.clone()))
                .unwrap();
        let mut times = Vec::new();
        while let Some(packet) = player.next().unwrap() {
            times.push(((packet.nanos - START) / MS - offset, clock.elapsed().as_millis() as i64));
        }
        assert_eq!(times, [0, 20, 300, 301, 321, 601].map(|ms| (ms, ms)), "{speed:?}");
    }
}

#[test]
fn a_wait_ends_when_somebody_asks_to_stop() {
    let folder = tempfile::tempdir().unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let clock = Fake { stop_at: Some((Duration::from_secs(2), Arc::clone(&stop))), ..Fake::default() };
    let play_it = Play { speed: Speed::Captured, stop, ..Play::default() };
    let times = [0, 1_000, 86_400_000];
    let mut player = Player::with_clock(reader(folder.path(), &times), play_it, Box::new(clock)).unwrap();
    assert_eq!(play(&mut player), [(1, 0, 0), (2, 1_000, 1)]);
}

#[test]
fn one_line_one_packet() {
    let folder = tempfile::tempdir().unwrap();
    let gate = Some(wait_for_line(Cursor::new("\nyes\nno end")));
    let selection = Selection::new(Some("ether[0] != 1"), None, None).unwrap();
    let play_it = Play { gate, selection, ..Play::default() };
    let mut player = Player::new(reader(folder.path(), &[0, 1, 2, 3, 4, 5]), play_it).unwrap();
    // The first needs none; the one that is left out neither.
    assert_eq!(play(&mut player), [(1, 0, 0), (3, 2, 2), (4, 3, 3)]);
}

#[test]
fn what_was_handed_out_is_dumped() {
    let folder = tempfile::tempdir().unwrap();
    let dump = Dump::create(&folder.path().join("out")).unwrap();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let numbers = Arc::clone(&asked);
    let gate: Gate = Box::new(move |packet| {
        numbers.lock().unwrap().push(packet.number);
        packet.number < 6
    });
    let selection = Selection::new(Some("ether[0] != 1"), None, None).unwrap();
    let play_it = Play {
        selection,
        passes: Passes::of(9),
        dump: Some(dump.clone()),
        gate: Some(gate),
        ..Play::default()
    };
    let mut player = Player::new(reader(folder.path(), &[0, 20, 300]), play_it).unwrap();
    let handed = play(&mut player);
    assert_eq!(handed, [(1, 0, 0), (3, 300, 2), (4, 301, 0)]);
    assert_eq!(*asked.lock().unwrap(), [1, 3, 4, 6]);
    let report = dump.finish();
    assert_eq!((report.lost, report.files.len(), report.files[0].1), (0, 1, 3));
    let again = Input::open(&[dump.path()]).unwrap().reader().unwrap();
    let dumped = play(&mut Player::new(again, Play::default()).unwrap());
    let times = |packets: &[(u64, i64, u8)]| -> Vec<_> { packets.iter().map(|it| (it.1, it.2)).collect() };
    assert_eq!(times(&dumped), times(&handed), "the times are those that were analysed");
}
