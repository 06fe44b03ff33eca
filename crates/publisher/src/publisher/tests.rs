use std::io::{self, ErrorKind, Write};
use std::sync::{Arc, Mutex};
use std::{fs, thread};

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use packetbeat_core::json::Json;
use packetbeat_core::lines::{Lines, Piece};

use super::{Publisher, Way, Writer};
use crate::console::Console;
use crate::error::{Closed, OutputError};
use crate::options::Format;
use crate::queue::Full;
use crate::sink::{Failure, OUTPUT_CLOSED, Sink, WRITE_ERROR};
use crate::writer::QUEUE;

/// `Lines` of one block, a piece for each line.
fn lines<T: AsRef<str>>(events: &[T]) -> Lines {
    let mut lines = Lines { blocks: vec![Json::default()], pieces: Vec::new(), events: events.len() as u64 };
    for event in events {
        let block = &mut lines.blocks[0];
        let start = u32::try_from(block.len()).unwrap();
        block.raw(event.as_ref().as_bytes());
        block.raw(b"\n");
        lines.pieces.push(Piece { block: 0, start, end: u32::try_from(block.len()).unwrap() });
    }
    lines
}

/// Keeps what is written, up to so many bytes, and then fails in this way.
#[derive(Clone)]
struct Memory {
    taken: Arc<Mutex<Vec<u8>>>,
    limit: usize,
    then: ErrorKind,
}

impl Memory {
    fn new(limit: usize, then: ErrorKind) -> Self {
        Self { taken: Arc::default(), limit, then }
    }

    fn text(&self) -> String {
        String::from_utf8(self.taken.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut taken = self.taken.lock().unwrap();
        let room = self.limit - taken.len();
        if room == 0 {
            return Err(self.then.into());
        }
        let take = room.min(bytes.len());
        taken.extend_from_slice(&bytes[..take]);
        Ok(take)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Waits for a permit before each write.
struct Gate {
    arrived: Sender<()>,
    permits: Receiver<()>,
    memory: Memory,
}

impl Write for Gate {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.arrived.send(()).unwrap();
        self.permits.recv().map_err(|_| ErrorKind::BrokenPipe)?;
        self.memory.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn console<W: Write + Send + 'static>(writer: W, format: Format) -> Publisher {
    Publisher::writing(Console::new(writer), format, Full::Block).unwrap()
}

fn writer_of(publisher: &Publisher) -> &Writer {
    match &publisher.way {
        Way::Writer(writer) => writer,
        other => panic!("{other:?}"),
    }
}

#[test]
fn events_come_out_as_they_went_in() {
    let memory = Memory::new(usize::MAX, ErrorKind::Other);
    let publisher = console(memory.clone(), Format::default());
    for i in 0..1000 {
        publisher.send(lines(&[format!("{{\"i\":{i}}}"), "{}".to_owned()])).unwrap();
    }
    let report = publisher.finish();
    let wanted: String = (0..1000).map(|i| format!("{{\"i\":{i}}}\n{{}}\n")).collect();
    assert_eq!(memory.text(), wanted);
    assert_eq!((report.published, report.bytes), (2000, wanted.len() as u64));
    assert!(report.dropped.is_empty() && report.error.is_none());
}

#[test]
fn pieces_go_out_in_their_order_and_blocks_come_back_empty() {
    let memory = Memory::new(usize::MAX, ErrorKind::Other);
    let publisher = console(memory.clone(), Format::default());
    let mut two = lines(&["{\"a\":1}", "{\"a\":2}"]);
    two.blocks.extend(lines(&["{\"b\":1}"]).blocks);
    two.pieces = vec![Piece { block: 1, start: 0, end: 8 }, two.pieces[1], two.pieces[0]];
    two.events = 3;
    assert!(publisher.send(two).unwrap().is_none());
    let used = loop {
        if let Some(used) = publisher.recycled() {
            break used;
        }
        thread::yield_now();
    };
    assert!(publisher.recycled().is_none());
    assert_eq!((used.blocks.len(), used.pieces.len(), used.events), (2, 0, 0));
    assert!(used.blocks.iter().all(Json::is_empty));
    assert_eq!(publisher.finish().published, 3);
    assert_eq!(memory.text(), "{\"b\":1}\n{\"a\":2}\n{\"a\":1}\n");
}

#[test]
fn a_slow_output_holds_the_senders_back() {
    let memory = Memory::new(usize::MAX, ErrorKind::Other);
    let (arrived, arrivals) = unbounded();
    let (permit, permits) = unbounded();
    let publisher = console(Gate { arrived, permits, memory: memory.clone() }, Format::default());
    publisher.send(lines(&["{}"])).unwrap();
    arrivals.recv().unwrap();
    // The writer stands at the gate: the queue is all the room there is.
    for _ in 0..QUEUE {
        publisher.send(lines(&["{}"])).unwrap();
    }
    assert!(writer_of(&publisher).queue.as_ref().unwrap().is_full());
    let (told, tells) = bounded(1);
    thread::scope(|scope| {
        scope.spawn(|| {
            publisher.send(lines(&["{}"])).unwrap();
            told.send(()).unwrap();
        });
        assert!(tells.is_empty());
        for _ in 0..100 {
            permit.send(()).unwrap();
        }
        tells.recv().unwrap();
    });
    assert_eq!(publisher.finish().published, QUEUE as u64 + 2);
    assert_eq!(memory.text().lines().count(), QUEUE + 2);
}

#[test]
fn each_sender_keeps_its_order() {
    const EACH: u32 = 500;
    let memory = Memory::new(usize::MAX, ErrorKind::Other);
    let publisher = console(memory.clone(), Format::default());
    thread::scope(|scope| {
        for sender in 0..4 {
            let publisher = &publisher;
            scope.spawn(move || {
                for i in 0..EACH {
                    publisher.send(lines(&[format!("[{sender},{i}]")])).unwrap();
                }
            });
        }
    });
    assert_eq!(publisher.finish().published, u64::from(EACH) * 4);
    let text = memory.text();
    for sender in 0..4 {
        let own: Vec<&str> = text.lines().filter(|line| line.starts_with(&format!("[{sender},"))).collect();
        let wanted: Vec<String> = (0..EACH).map(|i| format!("[{sender},{i}]")).collect();
        assert_eq!(own, wanted);
    }
}

/// Sends until the output says that it is closed; gives the number of events sent.
fn send_until_closed(publisher: &Publisher) -> u64 {
    let mut sent = 0;
    loop {
        sent += 2;
        if let Err(Closed) = publisher.send(lines(&["{\"a\":1}", "{\"a\":2}"])) {
            return sent;
        }
    }
}

#[test]
fn a_full_disk_is_told_and_every_event_counted() {
    for format in [Format::default(), Format { pretty: true, escape_html: false }] {
        let publisher = console(Memory::new(100, ErrorKind::StorageFull), format);
        let sent = send_until_closed(&publisher);
        let report = publisher.finish();
        let len = if format.pretty { "{\n  \"a\": 1\n}\n" } else { "{\"a\":1}\n" }.len() as u64;
        assert_eq!((report.published, report.bytes), (100 / len, 100 / len * len));
        assert_eq!(report.dropped, [(WRITE_ERROR, sent - 100 / len)]);
        let Some(OutputError::Console { source }) = report.error else { panic!("{:?}", report.error) };
        assert_eq!(source.kind(), ErrorKind::StorageFull);
    }
}

#[test]
fn the_system_s_full_device_is_told() {
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let publisher = console(full, Format::default());
    let sent = send_until_closed(&publisher);
    let report = publisher.finish();
    assert_eq!((report.published, report.dropped), (0, vec![(WRITE_ERROR, sent)]));
    let text = report.error.unwrap().to_string();
    assert!(text.contains("standard output") && text.contains("No space left"), "{text}");
}

#[test]
fn a_reader_that_leaves_is_a_clean_end() {
    let (reader, pipe) = io::pipe().unwrap();
    let publisher = console(pipe, Format::default());
    drop(reader);
    let sent = send_until_closed(&publisher);
    let report = publisher.finish();
    assert!(report.error.is_none());
    assert_eq!((report.published, report.dropped), (0, vec![(OUTPUT_CLOSED, sent)]));
}

#[test]
fn what_waits_when_the_output_fails_is_counted_and_nobody_waits_for_ever() {
    let (arrived, arrivals) = unbounded();
    let (permit, permits) = unbounded();
    let publisher =
        console(Gate { arrived, permits, memory: Memory::new(0, ErrorKind::Other) }, Format::default());
    publisher.send(lines(&["{}"])).unwrap();
    arrivals.recv().unwrap();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| publisher.send(lines(&["{}", "{}"])).map(drop));
        }
        drop(permit);
    });
    assert_eq!(publisher.finish().dropped, [(OUTPUT_CLOSED, 17)]);
}

#[test]
fn nothing_sent_is_lost_without_finish() {
    let memory = Memory::new(usize::MAX, ErrorKind::Other);
    let publisher = console(memory.clone(), Format::default());
    publisher.send(lines(&["{}"])).unwrap();
    drop(publisher);
    assert_eq!(memory.text(), "{}\n");
}

#[test]
fn much_pretty_text_is_written_whole() {
    let memory = Memory::new(usize::MAX, ErrorKind::Other);
    let publisher = console(memory.clone(), Format { pretty: true, escape_html: true });
    let event = format!("{{\"a\":[{}1]}}", "1,".repeat(50_000));
    for _ in 0..20 {
        publisher.send(lines(&[&event])).unwrap();
    }
    let report = publisher.finish();
    let value: serde_json::Value = serde_json::from_str(&event).unwrap();
    let wanted = format!("{}\n", serde_json::to_string_pretty(&value).unwrap()).repeat(20);
    assert!(memory.text() == wanted);
    assert_eq!((report.published, report.bytes), (20, wanted.len() as u64));
}

#[test]
fn no_lines_and_empty_lines_are_no_events() {
    let memory = Memory::new(usize::MAX, ErrorKind::Other);
    for format in [Format::default(), Format { pretty: true, escape_html: false }] {
        let publisher = console(memory.clone(), format);
        publisher.send(Lines::default()).unwrap();
        publisher.send(lines::<&str>(&[])).unwrap();
        assert_eq!(publisher.finish().published, 0);
    }
    assert_eq!(memory.text(), "");
}

/// Breaks the writer thread.
struct Broken;

impl Sink for Broken {
    fn write(&mut self, _: &[&[u8]]) -> Result<(), Failure> {
        panic!("on purpose");
    }
}

#[test]
fn a_writer_that_breaks_is_told_and_nobody_waits_for_ever() {
    let publisher = Publisher::writing(Broken, Format::default(), Full::Block).unwrap();
    send_until_closed(&publisher);
    let report = publisher.finish();
    assert!(matches!(report.error, Some(OutputError::Stopped)));
    assert_eq!(report.published, 0);
}
