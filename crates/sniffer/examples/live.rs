//! Captures from an interface and says each second what came: `live DEVICE [pcap|af_packet] [rings] [seconds]`.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "an example prints, and measures by the clock"
)]

use std::process::ExitCode;
use std::time::{Duration, Instant};

use packetbeat_sniffer::{LiveKind, LiveOptions, LiveSource};

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let options = LiveOptions {
        device: arguments.next().unwrap_or_else(|| "any".to_owned()),
        kind: if arguments.next().as_deref() == Some("pcap") { LiveKind::Pcap } else { LiveKind::AfPacket },
        buffer_bytes: 64 << 20,
        promiscuous: true,
        ..LiveOptions::default()
    };
    let mut number = || arguments.next().and_then(|argument| argument.parse::<usize>().ok());
    let rings = number().unwrap_or(1);
    let end = Instant::now() + Duration::from_secs(number().unwrap_or(3_600) as u64);
    let sources = match LiveSource::open(&options, rings) {
        Ok(sources) => sources,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    std::thread::scope(|scope| {
        for (ring, source) in sources.into_iter().enumerate() {
            scope.spawn(move || watch(ring, source, end));
        }
    });
    ExitCode::SUCCESS
}

fn watch(ring: usize, mut source: LiveSource, end: Instant) {
    let (mut packets, mut bytes, mut next) = (0_u64, 0_u64, Instant::now());
    println!("ring {ring} of {}: {}", source.device(), source.spread());
    let before = processor_nanos();
    while Instant::now() < end {
        let polled = source.poll(Duration::from_millis(200), |packet| {
            packets += 1;
            bytes += packet.data.len() as u64;
        });
        if let Some(change) = polled.change {
            println!("ring {ring}: {change}");
        }
        if next <= Instant::now() {
            next += Duration::from_secs(1);
            println!("ring {ring}: {packets} packets, {bytes} bytes, {:?}", source.counters());
        }
    }
    let each = (processor_nanos() - before) / packets.max(1);
    println!("ring {ring}: {packets} packets, {bytes} bytes, {:?}, {each} ns a packet", source.counters());
}

/// Processor time of this thread, where Linux says it.
fn processor_nanos() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split(' ').next().and_then(|nanos| nanos.parse().ok()).unwrap_or(0)
}
