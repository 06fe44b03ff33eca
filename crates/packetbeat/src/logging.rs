//! The log of a run: where it goes and how much it says.

use std::io::IsTerminal as _;
use std::time::Duration;

use packetbeat_config::{Config, LogFormat, Logging};
use packetbeat_logging::{FileOptions, Format, Level, Options, SyslogOptions, Target};

use crate::cli::{Environment, Global};
use crate::custom::object;

/// What `packetbeat.yml` and the command line ask for. `reads_files`: captures are analysed, nothing is sniffed.
///
/// With `-e` the log goes to standard error alone. Without, to files and syslog as configured; a run that only reads captures
/// makes log files where they are asked for, not because they are Packetbeat's default. Where there is no log at all,
/// warnings and errors are said on standard error, as lines for people.
pub(crate) fn options(global: &Global, config: &Config, reads_files: bool) -> Options {
    let logging = &config.logging;
    let debug: Vec<&String> = global.debug.iter().filter(|word| !word.trim().is_empty()).collect();
    let mut options = Options {
        level: level(global.verbose, !debug.is_empty(), logging),
        selectors: debug.iter().copied().chain(&logging.selectors).cloned().collect(),
        targets: Vec::new(),
        format: match logging.format {
            LogFormat::Auto => Format::Auto,
            LogFormat::Text => Format::Text,
            LogFormat::Json => Format::Json,
        },
        with_fields: logging.with_fields.as_ref().map(object).unwrap_or_default(),
        ..Options::default()
    };
    if global.log_to_stderr || logging.to_stderr || global.environment == Some(Environment::Container) {
        options.targets.push(Target::Stderr);
        return options;
    }
    if logging.to_syslog {
        options.targets.push(Target::Syslog(SyslogOptions::default()));
    }
    let asked = ["logging.to_files", "logging.files"].iter().any(|key| is_written(config, key));
    if logging.to_files && (asked || !reads_files) {
        options.targets.push(Target::Files(files(logging)));
    }
    if options.targets.is_empty() {
        options.targets.push(Target::Stderr);
        if options.format == Format::Auto {
            options.format = Format::Text;
        }
        if debug.is_empty() && !global.verbose {
            options.level = options.level.max(Level::Warning);
        }
    }
    options
}

fn is_written(config: &Config, key: &str) -> bool {
    config.settings.at_path(key).is_some_and(|node| !node.is_null())
}

fn level(verbose: bool, debug: bool, logging: &Logging) -> Level {
    let configured = match logging.level {
        packetbeat_config::Level::Debug => Level::Debug,
        packetbeat_config::Level::Info => Level::Info,
        packetbeat_config::Level::Warning => Level::Warning,
        packetbeat_config::Level::Error => Level::Error,
    };
    if debug {
        Level::Debug
    } else if verbose {
        configured.min(Level::Info)
    } else {
        configured
    }
}

/// Whether lines on standard error are for people.
pub(crate) fn is_text(format: Format) -> bool {
    match format {
        Format::Text => true,
        Format::Json => false,
        Format::Auto => std::io::stderr().is_terminal(),
    }
}

fn files(logging: &Logging) -> FileOptions {
    let files = &logging.files;
    FileOptions {
        folder: files.path.clone(),
        name: files.name.clone(),
        rotate_every_bytes: files.rotate_every_bytes,
        keep_files: files.keep_files,
        permissions: files.permissions,
        interval: files.interval.unwrap_or(Duration::ZERO),
        rotate_on_startup: files.rotate_on_startup,
        redirect_stderr: files.redirect_stderr,
    }
}
