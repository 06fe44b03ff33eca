//! The log of this process.

use std::io::IsTerminal;

use jiff::Timestamp;
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Event, Metadata, Subscriber};

use crate::error::Error;
use crate::files::Files;
use crate::guard::Guard;
use crate::layout::{Layout, Style};
use crate::line::{LOGGER, Line, Value};
use crate::options::{Format, Level, Options, Target};
use crate::pipe::{Drain, Notice, Pipe};
use crate::selectors::{Selectors, logger};
use crate::sink::{Entry, Sink};
use crate::stderr::Stderr;
use crate::syslog::Syslog;

/// Takes the events of `tracing` and makes lines of them. Spans are passed over.
#[derive(Debug)]
pub struct Logging {
    level: Level,
    selectors: Selectors,
    layout: Layout,
    outputs: Vec<Output>,
}

/// A target, from here.
#[derive(Debug)]
struct Output {
    pipe: Pipe,
    style: Style,
    /// Takes lines from this level on.
    level: Level,
}

impl Logging {
    /// Sets the log of the process up. Lines are written as long as the guard lives.
    ///
    /// # Errors
    ///
    /// When the options cannot work, a thread cannot start, or something else takes the events of `tracing` already.
    /// Files and syslog that cannot be opened are no error: standard error says so, lines are lost and counted, and it is tried
    /// again.
    pub fn start(options: &Options) -> Result<Guard, Error> {
        let (logging, guard) = Self::build(options)?;
        tracing::subscriber::set_global_default(logging).map_err(|_| Error::Already)?;
        Ok(guard)
    }

    /// The same, for whoever sets the subscriber themselves.
    ///
    /// # Errors
    ///
    /// As [`Logging::start`].
    pub fn build(options: &Options) -> Result<(Self, Guard), Error> {
        let mut building = Building { options, outputs: Vec::new(), drains: Vec::new() };
        for target in &options.targets {
            match target {
                Target::Stderr => {
                    let style = Style::stderr(options.format);
                    building.add("stderr", style, options.stderr_level, Stderr::open()?)?;
                }
                Target::Files(files) => {
                    building.add("files", Style::Json, Level::Debug, Files::new(files)?)?;
                }
                Target::Syslog(syslog) => {
                    let zone = building.layout()?.zone().clone();
                    let sink = Syslog::new(syslog.clone(), &options.service, zone);
                    building.add("syslog", Style::Json, Level::Debug, sink)?;
                }
            }
        }
        building.finish()
    }

    #[cfg(test)]
    pub(crate) fn to<S: Sink>(options: &Options, style: Style, sink: S) -> Result<(Self, Guard), Error> {
        let mut building = Building { options, outputs: Vec::new(), drains: Vec::new() };
        building.add("test", style, options.stderr_level, sink)?;
        building.finish()
    }

    /// Whether a place in the code may write lines.
    fn wants(&self, metadata: &Metadata<'_>) -> bool {
        let Some(level) = Level::of(*metadata.level()) else { return false };
        metadata.is_event()
            && !self.outputs.is_empty()
            && level >= self.level
            // Of a name that the line itself brings nothing is known yet.
            && (level > Level::Debug
                || metadata.fields().field(LOGGER).is_some()
                || self.selectors.select(&logger(metadata.target())))
    }
}

impl Subscriber for Logging {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if self.wants(metadata) { Interest::always() } else { Interest::never() }
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(if self.outputs.is_empty() { LevelFilter::OFF } else { self.level.filter() })
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        self.wants(metadata)
    }

    fn event(&self, event: &Event<'_>) {
        let metadata = event.metadata();
        let Some(level) = Level::of(*metadata.level()) else { return };
        let line = Line::of(event, metadata, level, Timestamp::now());
        if level == Level::Debug && !self.selectors.select(&line.logger) {
            return;
        }
        // Two targets mostly share a style.
        let mut last: Option<(Style, String)> = None;
        for Output { pipe, style, .. } in self.outputs.iter().filter(|output| level >= output.level) {
            let text = match last.take() {
                Some((same, text)) if same == *style => text,
                _ => self.layout.format(*style, &line),
            };
            pipe.push(Entry { bytes: text.clone().into_bytes(), level });
            last = Some((*style, text));
        }
        // What follows an error may be the end of the process.
        if level == Level::Error {
            for output in &self.outputs {
                output.pipe.flush();
            }
        }
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

impl Style {
    fn stderr(format: Format) -> Self {
        let terminal = std::io::stderr().is_terminal();
        match format {
            Format::Json => Self::Json,
            Format::Auto if !terminal => Self::Json,
            // https://no-color.org: set and not empty.
            Format::Auto | Format::Text => {
                Self::Text { colour: terminal && std::env::var_os("NO_COLOR").is_none_or(|no| no.is_empty()) }
            }
        }
    }
}

struct Building<'a> {
    options: &'a Options,
    outputs: Vec<Output>,
    drains: Vec<Drain>,
}

impl Building<'_> {
    fn layout(&self) -> Result<Layout, Error> {
        Layout::new(self.options.service.clone(), &self.options.with_fields)
    }

    fn add<S: Sink>(&mut self, name: &str, style: Style, level: Level, sink: S) -> Result<(), Error> {
        let layout = self.layout()?;
        let notice: Notice = Box::new(move |lost, cause| notice(&layout, style, lost, cause));
        let (pipe, drain) = Pipe::start(name, sink, notice, self.options.patience)?;
        self.outputs.push(Output { pipe, style, level });
        self.drains.push(drain);
        Ok(())
    }

    fn finish(self) -> Result<(Logging, Guard), Error> {
        let logging = Logging {
            level: self.options.level,
            selectors: Selectors::new(&self.options.selectors),
            layout: self.layout()?,
            outputs: self.outputs,
        };
        Ok((logging, Guard::new(self.drains)))
    }
}

/// The line that says what is missing.
fn notice(layout: &Layout, style: Style, lost: u64, cause: &str) -> Entry {
    let level = Level::Warning;
    let line = Line {
        level,
        at: Timestamp::now(),
        logger: "logging".into(),
        module: None,
        file: None,
        line: None,
        message: "log lines were lost".to_owned(),
        fields: vec![("lost", Value::Unsigned(lost)), ("error", Value::Error(cause.to_owned()))],
    };
    Entry { bytes: layout.format(style, &line).into_bytes(), level }
}

#[cfg(test)]
mod tests;
