//! Which packets of a capture are analysed, and at what pace.

use std::io::BufReader;
use std::path::{Path, PathBuf};

use packetbeat_config::Interfaces;
use packetbeat_sniffer::{Dump, Moment, Passes, Play, Selection, Speed, wait_for_line};

use crate::cli::Run;
use crate::progress::Progress;

/// What the command line asks for, else the configuration.
///
/// # Errors
/// Times and filters that are none, a dump that cannot be written, a terminal that is needed and not there.
pub(crate) fn play(
    run: &Run,
    interface: &Interfaces,
    input: &[PathBuf],
    progress: &Progress,
) -> Result<Play, String> {
    let moment = |flag: &str, text: &Option<String>| {
        let parsed = text.as_deref().map(Moment::parse).transpose();
        parsed.map_err(|error| format!("--{flag}: {error}"))
    };
    let (from, to) = (moment("from", &run.from)?, moment("to", &run.to)?);
    let selection = Selection::new(run.filter.as_deref(), from, to);
    let one_at_a_time = run.one_at_a_time || interface.one_at_a_time;
    if one_at_a_time && input.iter().any(|path| path == Path::new("-")) {
        return Err("-O reads the return key from standard input, where the capture comes from: save the \
                    capture to a file"
            .to_owned());
    }
    Ok(Play {
        selection: selection.map_err(|error| error.to_string())?,
        speed: if run.replay { Speed::Captured } else { Speed::Full },
        passes: Passes::of(run.loops.unwrap_or(interface.loop_count)),
        gate: one_at_a_time.then(|| wait_for_line(BufReader::new(std::io::stdin()))),
        dump: dump(run, interface)?,
        stop: progress.stop_flag(),
    })
}

/// Where packets are written down as well, if that is asked for.
///
/// # Errors
/// It cannot be written.
pub(crate) fn dump(run: &Run, interface: &Interfaces) -> Result<Option<Dump>, String> {
    let prefix = run.dump.as_deref().or(interface.dump_file.as_deref());
    prefix.map(Dump::create).transpose().map_err(|error| error.to_string())
}
