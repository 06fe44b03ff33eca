//! Where the packets of a run come from: capture files, or interfaces.

use std::path::PathBuf;

use packetbeat_config::Config;
use packetbeat_core::plugin::Kind;
use packetbeat_sniffer::{Dump, Input, Play, PlayError, Reader};
use tracing::warn;

use crate::board::{Board, Shown};
use crate::cli::Run;
use crate::feed::{self, Fed, Job};
use crate::live::{self, Capture};
use crate::play::{dump, play};
use crate::progress::Progress;

/// An open source of packets.
pub(crate) enum Origin {
    /// Capture files, or standard input.
    Files { input: Input, reader: Box<Reader>, play: Box<Play>, names: Vec<String> },
    /// Interfaces.
    Live { capture: Capture, dump: Option<Dump>, names: Vec<String> },
}

impl Origin {
    /// Opens what the command line and the configuration name; without any file, the interfaces.
    ///
    /// # Errors
    /// A line: what cannot be opened, and what to do.
    pub(crate) fn open(
        flags: &Run,
        config: &Config,
        kinds: &[Kind],
        paths: &[PathBuf],
        workers: usize,
        progress: &Progress,
    ) -> Result<Self, String> {
        if paths.is_empty() {
            for flag in for_files(flags) {
                warn!("{flag} is for capture files (-I): without effect on interfaces");
            }
            let (capture, names) = live::open(config, kinds, flags.filter.as_deref(), workers)?;
            return Ok(Self::Live { capture, dump: dump(flags, &config.interfaces)?, names });
        }
        let input = Input::open(paths).map_err(|error| error.to_string())?;
        let reader = Box::new(input.reader().map_err(|error| error.to_string())?);
        let play = Box::new(play(flags, &config.interfaces, paths, progress)?);
        let names = paths.iter().map(|path| path.display().to_string()).collect();
        Ok(Self::Files { input, reader, play, names })
    }

    pub(crate) const fn is_live(&self) -> bool {
        matches!(self, Self::Live { .. })
    }

    /// Files or devices.
    pub(crate) fn names(&self) -> &[String] {
        match self {
            Self::Files { names, .. } | Self::Live { names, .. } => names,
        }
    }

    /// Bytes of all files, where that is known.
    pub(crate) fn total_bytes(&self) -> Option<u64> {
        match self {
            Self::Files { input, .. } => input.total_bytes(),
            Self::Live { .. } => None,
        }
    }

    /// Where packets are written down as well.
    pub(crate) fn dump(&self) -> Option<Dump> {
        match self {
            Self::Files { play, .. } => play.dump.clone(),
            Self::Live { dump, .. } => dump.clone(),
        }
    }

    /// Where the counts of its workers meet.
    pub(crate) fn board(&self, workers: usize) -> Board {
        match self {
            Self::Files { .. } => Board::new(workers, Shown::Same),
            Self::Live { capture, .. } => capture.board(workers),
        }
    }

    /// Analyses everything that comes from it.
    ///
    /// # Errors
    /// If files cannot be played so.
    pub(crate) fn run(self, job: Job<'_>) -> Result<Fed, PlayError> {
        match self {
            Self::Files { input, reader, play, .. } => feed::run(&input, *reader, *play, job),
            Self::Live { capture, dump, .. } => Ok(capture.run(dump.as_ref(), job)),
        }
    }
}

/// The flags that are given and say nothing of interfaces. `-t` is in every unit file.
fn for_files(flags: &Run) -> impl Iterator<Item = &'static str> {
    let given = [
        ("--replay", flags.replay),
        ("-O", flags.one_at_a_time),
        ("-l", flags.loops.is_some()),
        ("--from", flags.from.is_some()),
        ("--to", flags.to.is_some()),
    ];
    given.into_iter().filter(|(_, given)| *given).map(|(flag, _)| flag)
}
