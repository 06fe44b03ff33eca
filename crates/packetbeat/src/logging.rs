//! The log: standard error, one line a message.

use packetbeat_config::{Level, Logging};
use tracing::level_filters::LevelFilter;

use crate::cli::Global;

/// Sets the log up for the rest of the program.
///
/// Warnings and errors are always said; `-e` adds what the configured level asks for, `-v` at least what is done, `-d`
/// details.
pub(crate) fn start(global: &Global, logging: &Logging) {
    let configured = match logging.level {
        Level::Debug => LevelFilter::DEBUG,
        Level::Info => LevelFilter::INFO,
        Level::Warning => LevelFilter::WARN,
        Level::Error => LevelFilter::ERROR,
    };
    let level = if !global.debug.is_empty() {
        LevelFilter::DEBUG
    } else if global.verbose {
        configured.max(LevelFilter::INFO)
    } else if global.log_to_stderr {
        configured
    } else {
        configured.min(LevelFilter::WARN)
    };
    let to_terminal = std::io::IsTerminal::is_terminal(&std::io::stderr());
    let subscriber = tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(to_terminal)
        .with_max_level(level)
        .with_target(true)
        .finish();
    // Fails only if a log was set up before, as in tests that run the program twice.
    let _ = tracing::subscriber::set_global_default(subscriber);
}

/// Whether `-d` (or `logging.selectors`) asks for the details of a part.
pub(crate) fn is_selected(global: &Global, logging: &Logging, part: &str) -> bool {
    global.debug.iter().chain(&logging.selectors).any(|word| word == part || word == "*")
}
