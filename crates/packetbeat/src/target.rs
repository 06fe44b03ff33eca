//! Where the events of a run go.

use packetbeat_config::{Codec, Config, Elasticsearch, Output, Queue, QueueFull};
use packetbeat_core::plugin::Kind;
use packetbeat_publisher::{
    BackoffOptions, ConsoleOptions, FileOptions, Format, Full, Network, Publisher, QueueOptions,
    Target as Local,
};

use crate::elasticsearch;
use crate::identity::Identity;

/// An output that is configured and not yet open.
pub(crate) enum Target {
    /// Files, standard output, nothing.
    Local(Local),
    /// Elasticsearch or OpenSearch.
    Elasticsearch(Box<Elasticsearch>),
}

impl Target {
    /// What the configuration says; `None` if it names an output that is not there yet. `to_terminal`: standard output is one.
    pub(crate) fn of(config: &Config, to_terminal: bool) -> Option<Self> {
        let format = |codec: &Codec| match codec {
            Codec::Json { pretty, escape_html, .. } => Format { pretty: *pretty, escape_html: *escape_html },
            // The check has said that events are written as JSON.
            Codec::Format { .. } => Format { pretty: false, escape_html: false },
        };
        Some(match &config.output {
            Output::File(file) => Self::Local(Local::File(FileOptions {
                folder: file.path.clone(),
                filename: file.filename.clone(),
                rotate_every_bytes: file.rotate_every_kb.saturating_mul(1024),
                number_of_files: file.number_of_files,
                permissions: file.permissions,
                rotate_on_startup: file.rotate_on_startup,
                format: format(&file.codec),
            })),
            Output::Console { codec } => {
                Self::Local(Local::Console(ConsoleOptions { format: format(codec) }))
            }
            Output::Discard => Self::Local(Local::Discard),
            Output::Elasticsearch(options) => Self::Elasticsearch(options.clone()),
            Output::None => Self::standard_output(to_terminal),
            Output::Unsupported { .. } => return None,
        })
    }

    /// Standard output, for people where it is a terminal.
    pub(crate) const fn standard_output(to_terminal: bool) -> Self {
        let format = Format { pretty: to_terminal, escape_html: false };
        Self::Local(Local::Console(ConsoleOptions { format }))
    }

    /// Whether events leave this machine.
    pub(crate) const fn is_remote(&self) -> bool {
        matches!(self, Self::Elasticsearch(_))
    }

    /// What the output is called, as `output.` names it.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Local(Local::File(_)) => "file",
            Self::Local(Local::Console(_)) => "console",
            Self::Local(Local::Discard) => "discard",
            Self::Elasticsearch(options) => options.name,
        }
    }

    /// The same with where it leads.
    pub(crate) fn place(&self) -> String {
        let name = self.name();
        match self {
            Self::Local(Local::File(options)) => {
                format!("output.{name}: {}", options.folder.join(&options.filename).display())
            }
            Self::Local(_) => format!("output.{name}"),
            Self::Elasticsearch(options) => {
                let hosts: Vec<String> = options.hosts.iter().map(ToString::to_string).collect();
                format!("output.{name}: {}", hosts.join(", "))
            }
        }
    }

    /// Opens it.
    ///
    /// # Errors
    /// A line: what cannot be opened, and what to do.
    pub(crate) fn start(self, run: &Run<'_>) -> Result<Publisher, String> {
        let full = match run.config.queue.full {
            _ if !run.live => Full::Block,
            QueueFull::Block => Full::Block,
            QueueFull::DropNewest => Full::DropNewest,
        };
        let started = match self {
            Self::Local(target) => Publisher::start(target, full),
            Self::Elasticsearch(options) => {
                let backoff = BackoffOptions { init: options.backoff.init, max: options.backoff.max };
                // Who captures may mend what is wrong while it runs; a file would be read for nothing.
                let give_up_after = (!run.live).then(|| options.max_retries.unwrap_or(3).saturating_add(1));
                let outputs = elasticsearch::outputs(&options, run)?;
                let queue = queue(&run.config.queue, full);
                Publisher::network(Network { queue, backoff, outputs, give_up_after })
            }
        };
        started.map_err(|error| error.to_string())
    }
}

/// What an output is told of the run that it is for.
pub(crate) struct Run<'r> {
    pub(crate) config: &'r Config,
    pub(crate) identity: &'r Identity,
    pub(crate) kinds: &'r [Kind],
    /// From interfaces, which do not wait.
    pub(crate) live: bool,
}

fn queue(queue: &Queue, full: Full) -> QueueOptions {
    let whole = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    QueueOptions {
        events: whole(queue.events),
        bytes: whole(queue.bytes),
        min_events: whole(queue.min_events),
        flush: queue.flush_timeout,
        full,
    }
}
