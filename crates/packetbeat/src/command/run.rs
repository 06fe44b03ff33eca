//! `packetbeat run`, and the program without a command.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use packetbeat_core::plugin::Kind;
use packetbeat_engine::Registry;
use packetbeat_logging::{Format, Guard, Logging, Options};
use packetbeat_metrics::Process;
use packetbeat_publisher::{OUTPUT_CLOSED, Publisher, Report, SHUTDOWN};
use tracing::{error, info, warn};

use super::{Done, to_terminal};
use crate::cli::{Global, Run};
use crate::counters::Counters;
use crate::feed::{Fed, Job};
use crate::identity::{Identity, VERSION};
use crate::logging;
use crate::origin::Origin;
use crate::privileges::become_user;
use crate::progress::Progress;
use crate::report::Ledger;
use crate::settings::{self, Plan};
use crate::watching::Watching;
use crate::{table, target};

/// How long servers are waited for once somebody asked to stop; the rest of five seconds is for what comes before and behind.
const PATIENCE: Duration = Duration::from_secs(4);
/// How often it is looked at whether somebody asked to stop.
const STEP: Duration = Duration::from_millis(100);
/// Exit status of a run that was interrupted twice: what shells report of a program that SIGINT ended.
const INTERRUPTED: i32 = 130;

/// Reads packets to the end of the capture, or until it is interrupted.
pub(super) fn run(global: &Global, flags: &Run, kinds: &[Kind]) -> Done {
    let plan = settings::plan(global, flags, kinds, to_terminal()).map_err(|errors| errors.to_string())?;
    let log = logging::options(global, &plan.config, !plan.input.is_empty());
    let guard = start_log(&log)?;
    for warning in &plan.warnings {
        warn!("{warning}");
    }
    let done = analyse(global, flags, plan, &log, kinds);
    drop(guard);
    done
}

fn start_log(options: &Options) -> Result<Option<Guard>, String> {
    match Logging::start(options) {
        Ok(guard) => Ok(Some(guard)),
        // A program that runs this twice in one process has its log.
        Err(packetbeat_logging::Error::Already) => Ok(None),
        Err(error) => Err(error.to_string()),
    }
}

fn analyse(global: &Global, flags: &Run, plan: Plan, log: &Options, kinds: &[Kind]) -> Done {
    let Plan { config, identity, registry, processing, target, workers, input: paths, warnings: _ } = plan;
    let registry = selected(registry, log);
    let progress = Progress::default();
    let source = Origin::open(flags, &config, kinds, &paths, workers, &progress)?;
    // Before hours of reading, not behind them.
    let summary = flags.summary.as_deref().map(create_summary).transpose()?;
    if let (Origin::Live { .. }, Some(user)) = (&source, &config.user) {
        info!("{}", become_user(user)?);
    }
    let live = source.is_live();
    let output_name = target.name();
    let publisher = target.start(&target::Run { config: &config, identity: &identity, kinds, live })?;
    let board = Arc::new(source.board(workers));
    let counters = Arc::new(Counters {
        board: Arc::clone(&board),
        output: publisher.watch(),
        process: process(&identity),
        output_name,
        protocols: registry.names().map(str::to_owned).collect(),
    });
    let watching = Watching::start(&config, flags, &counters, &identity, source.names())?;
    stop_when_asked(&progress);
    info!(workers, protocols = registry.len(), detect = registry.settings.detect, "reading packets");
    let shown = progress.show(source.total_bytes());
    let dump = source.dump();
    let job = Job { registry: &registry, workers, publisher: &publisher, progress: &progress, board: &board };
    let fed = source.run(job).map_err(|error| error.to_string());
    drop(shown);
    let report = end(publisher, &progress, live.then_some(config.shutdown_timeout));
    let Fed { summary: counted, packets, left_out, live: captured, warnings, error } = fed?;
    if progress.is_stopped() && !live {
        warn!("stopped before the end of the capture: what was read until then is analysed");
    }
    for warning in &warnings {
        warn!("{warning}");
    }
    let mut errors: Vec<String> = Vec::new();
    // Who reads lines has the table instead of the totals.
    let totals = !(global.log_to_stderr && logging::is_text(log.format));
    errors.extend(watching.finish(totals));
    if let Some(dump) = dump {
        let dumped = dump.finish();
        for (path, packets) in dumped.files {
            info!(packets, "dumped to {}", path.display());
        }
        errors.extend(dumped.errors);
    }
    errors.extend(error.map(|error| error.to_string()));
    errors.extend(undelivered(&report, live));
    for (name, events) in processing.failures() {
        warn!(events, "processor {name} failed: error.message of its events says why");
    }
    let names = registry.names().map(str::to_owned).collect();
    let (published, dropped) = (report.published, report.dropped);
    let captured = live.then_some(captured);
    let ledger = Ledger { summary: counted, packets, left_out, captured, published, dropped, names };
    errors.extend(ledger.discrepancies().iter().map(|wrong| format!("the ledger does not close: {wrong}")));
    if let Some((mut file, path)) = summary
        && let Err(error) = file.write_all(ledger.to_json().as_bytes())
    {
        errors.push(unwritable(&path, &error));
    }
    for error in &errors {
        error!("{error}");
    }
    if global.log_to_stderr {
        show(&ledger, log.format);
    }
    Ok(if errors.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Waits until the output has everything. Who asked to stop waits for servers no longer than `patience` (zero: what is usual)
/// in live capture, and than what is usual for a file, whose end is waited for otherwise.
fn end(publisher: Publisher, progress: &Progress, patience: Option<Duration>) -> Report {
    let patience = patience.filter(|time| !time.is_zero()).unwrap_or(PATIENCE);
    let mut waited = Duration::ZERO;
    while !publisher.drain(STEP) {
        if progress.is_stopped() {
            waited += STEP;
        }
        if waited >= patience {
            publisher.abandon();
        }
    }
    publisher.finish()
}

/// What is wrong with the end of an output: a line, or none.
fn undelivered(report: &Report, live: bool) -> Option<String> {
    if let Some(error) = &report.error {
        return Some(error.to_string());
    }
    // Somebody wanted these to end.
    let wanted = |cause: &str| cause == OUTPUT_CLOSED || cause == SHUTDOWN;
    let lost: Vec<_> = report.dropped.iter().filter(|(cause, _)| !wanted(cause)).collect();
    let causes: Vec<String> = lost.iter().map(|(cause, events)| format!("{events} {cause}")).collect();
    let line =
        (!causes.is_empty()).then(|| format!("events that were not delivered: {}", causes.join(", ")))?;
    if live {
        // It was told and counted while it ran; a service that is stopped has not failed.
        warn!("{line}");
        return None;
    }
    Some(line)
}

fn process(identity: &Identity) -> Process {
    Process::new(packetbeat_metrics::Identity {
        ephemeral_id: identity.ephemeral_id.clone(),
        name: identity.name.clone(),
        version: VERSION.to_owned(),
    })
}

/// Ctrl-C and SIGTERM end the reading; what was read is analysed and written.
fn stop_when_asked(progress: &Progress) {
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
}

/// The ledger on standard error: a table for people, a line of the log where lines are JSON.
fn show(ledger: &Ledger, format: Format) {
    if logging::is_text(format) {
        // Nobody is left to be told if standard error is closed.
        let _ = std::io::stderr().lock().write_all(table::render(ledger).as_bytes());
    } else {
        info!(target: "ledger", { packetbeat.ledger = %ledger.to_value() }, "Ledger of the run");
    }
}

/// With `-d` events are logged as they are completed: those of a protocol by its name, all of them by `publish`.
fn selected(mut registry: Registry, log: &Options) -> Registry {
    let published = log.debugs("publish");
    let selector = |name: &str| {
        if log.debugs(name) { Some(name.to_owned()) } else { published.then(|| "publish".to_owned()) }
    };
    let selectors: Vec<Option<String>> = registry.names().map(selector).collect();
    if selectors.iter().any(Option::is_some) {
        registry.watch(Box::new(move |protocol, packet, event| {
            if let Some(Some(selector)) = selectors.get(usize::from(protocol.0)) {
                tracing::debug!(
                    log.logger = selector,
                    "completed at packet {packet}: {}",
                    String::from_utf8_lossy(event).trim_end()
                );
            }
        }));
    }
    registry
}

fn create_summary(path: &Path) -> Result<(File, PathBuf), String> {
    File::create(path).map(|file| (file, path.to_owned())).map_err(|error| unwritable(path, &error))
}

fn unwritable(path: &Path, error: &std::io::Error) -> String {
    format!("{}: the summary cannot be written: {error}", path.display())
}
