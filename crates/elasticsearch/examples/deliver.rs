//! Sends lines of JSON from standard input to a server, and prints what became of them: `deliver URL INDEX`.

use std::io::{self, BufRead as _, Write as _};
use std::time::Duration;

use packetbeat_core::json::Json;
use packetbeat_core::lines::{Lines, Piece};
use packetbeat_elasticsearch::{Connection, Host, Idempotent, Login, Options, Selector, workers};
use packetbeat_publisher::Event;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(url), Some(index)) = (arguments.next(), arguments.next()) else {
        return Err("usage: deliver URL INDEX < LINES".into());
    };
    let mut options = Options::new(Connection::new(vec![Host { url, login: Login::None }]));
    options.index = Selector::constant(&index);
    options.idempotent = Some(Idempotent::default());
    let mut worker = workers(&options)?.remove(0);

    let mut block = Json::default();
    let mut count = 0;
    for line in io::stdin().lock().lines() {
        block.raw(line?.as_bytes());
        block.raw(b"\n");
        count += 1;
    }
    let pieces = vec![Piece { block: 0, start: 0, end: u32::try_from(block.len())? }];
    let mut waiting: Vec<Event> =
        Event::of(Lines { blocks: vec![block], pieces, events: count }, 0).collect();
    let (mut acknowledged, mut duplicates) = (0, 0);
    // The publisher does this better: it waits longer each time, and knows when to give up.
    let (_never, clock) = std::sync::mpsc::channel::<()>();
    while !waiting.is_empty() {
        let takes = worker.takes().events.min(waiting.len());
        let rest = waiting.split_off(takes);
        let delivery = worker.deliver(waiting);
        waiting = delivery.again;
        waiting.extend(rest);
        acknowledged += delivery.acknowledged;
        duplicates += delivery.duplicates;
        if let Some(trouble) = delivery.trouble {
            writeln!(io::stderr(), "{}", trouble.message)?;
            let _ = clock.recv_timeout(Duration::from_secs(1));
        }
        for (cause, dropped) in delivery.dropped {
            writeln!(io::stderr(), "{dropped} dropped: {cause}")?;
        }
    }
    writeln!(io::stdout(), "{acknowledged} acknowledged, {duplicates} known already")?;
    Ok(())
}
