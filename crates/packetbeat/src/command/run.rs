//! `packetbeat run`, and the program without a command.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use packetbeat_core::plugin::Kind;
use packetbeat_engine::Registry;
use packetbeat_publisher::Publisher;
use packetbeat_sniffer::Input;
use tracing::{error, info, warn};

use super::{Done, to_terminal};
use crate::board::Board;
use crate::cli::{Global, Run};
use crate::feed::{self, Fed, Job};
use crate::logging;
use crate::progress::Progress;
use crate::report::Ledger;
use crate::settings::{self, Plan};
use crate::table;

/// Exit status of a run that was interrupted twice: what shells report of a program that SIGINT ended.
const INTERRUPTED: i32 = 130;

/// Reads packets to the end of the capture, or until it is interrupted.
pub(super) fn run(global: &Global, flags: &Run, kinds: &[Kind]) -> Done {
    let Plan { registry, target, workers, input, logging, warnings } =
        settings::plan(global, flags, kinds, to_terminal()).map_err(|errors| errors.to_string())?;
    logging::start(global, &logging);
    for warning in &warnings {
        warn!("{warning}");
    }
    if input.is_empty() {
        return Err(
            "no capture to read: name one with -I FILE (- is standard input); this version does not capture \
                    from an interface yet"
                .to_owned(),
        );
    }
    let registry = selected(registry, global, &logging);
    let input = Input::open(&input).map_err(|error| error.to_string())?;
    let reader = input.reader().map_err(|error| error.to_string())?;
    // Before hours of reading, not behind them.
    let summary = flags.summary.as_deref().map(create_summary).transpose()?;
    let publisher = Publisher::start(target).map_err(|error| error.to_string())?;
    let progress = Progress::default();
    let stop = progress.clone();
    // The second Ctrl-C is for whoever does not want to wait, say for a pager that holds standard output.
    #[allow(
        clippy::disallowed_methods,
        reason = "who asks twice does not want to wait for what is on its way"
    )]
    let interrupted = move || {
        if stop.is_stopped() {
            std::process::exit(INTERRUPTED);
        }
        stop.stop();
    };
    // Without the handler Ctrl-C ends the program at once; the run itself does not depend on it.
    if let Err(error) = ctrlc::set_handler(interrupted) {
        warn!("Ctrl-C will not end the run cleanly: {error}");
    }
    info!(workers, protocols = registry.len(), detect = registry.settings.detect, "reading packets");
    let shown = progress.show(input.total_bytes());
    let board = Board::new(workers);
    let job = Job { registry: &registry, workers, publisher: &publisher, progress: &progress, board: &board };
    let fed = feed::run(&input, reader, job);
    drop(shown);
    let report = publisher.finish();
    if progress.is_stopped() {
        warn!("stopped before the end of the capture: what was read until then is analysed");
    }
    let Fed { summary: counted, packets, warnings, error } = fed;
    for warning in &warnings {
        warn!("{warning}");
    }
    let names = registry.names().map(str::to_owned).collect();
    let ledger =
        Ledger { summary: counted, packets, published: report.published, dropped: report.dropped, names };
    let mut failed = false;
    if let Some(error) = error {
        error!("{error}");
        failed = true;
    }
    if let Some(error) = report.error {
        error!("{error}");
        failed = true;
    }
    for wrong in ledger.discrepancies() {
        error!("the ledger does not close: {wrong}");
        failed = true;
    }
    if let Some((mut file, path)) = summary
        && let Err(error) = file.write_all(ledger.to_json().as_bytes())
    {
        error!("{}", unwritable(path, &error));
        failed = true;
    }
    if global.log_to_stderr {
        // Nobody is left to be told if standard error is closed.
        let _ = std::io::stderr().lock().write_all(table::render(&ledger).as_bytes());
    }
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// With `-d` events are logged as they are completed: those of a protocol by its name, all of them by `publish`.
fn selected(mut registry: Registry, global: &Global, logging: &packetbeat_config::Logging) -> Registry {
    let selector = |name: &str| {
        let chosen = logging::is_selected(global, logging, name);
        let published = logging::is_selected(global, logging, "publish");
        if chosen { Some(name.to_owned()) } else { published.then(|| "publish".to_owned()) }
    };
    let selectors: Vec<Option<String>> = registry.names().map(selector).collect();
    if selectors.iter().any(Option::is_some) {
        registry.watch(Box::new(move |protocol, packet, event| {
            if let Some(Some(selector)) = selectors.get(usize::from(protocol.0)) {
                tracing::debug!(
                    "{selector}: completed at packet {packet}: {}",
                    String::from_utf8_lossy(event).trim_end()
                );
            }
        }));
    }
    registry
}

fn create_summary(path: &Path) -> Result<(File, &Path), String> {
    File::create(path).map(|file| (file, path)).map_err(|error| unwritable(path, &error))
}

fn unwritable(path: &Path, error: &std::io::Error) -> String {
    format!("{}: the summary cannot be written: {error}", path.display())
}
