//! `output.*`: where events go. Exactly one.

use crate::error::{Error, Warning};
use crate::known_keys;
use crate::mark::Mark;
use crate::names::Names;
use crate::nearest::nearest;
use crate::node::{Entry, Node, Value};
use crate::section::Section;
use std::path::PathBuf;

/// Where events go.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// No output is configured.
    None,
    /// Files that are rotated.
    File(FileOutput),
    /// Standard output.
    Console {
        /// How an event is written.
        codec: Codec,
    },
    /// Nowhere.
    Discard,
    /// An output that Packetbeat has and we have not yet.
    Unsupported {
        /// Its name, such as `kafka`.
        name: String,
        /// Where it is configured.
        at: Mark,
    },
}

/// `output.file`.
#[derive(Clone, Debug, PartialEq)]
pub struct FileOutput {
    /// Directory of the files.
    pub path: PathBuf,
    /// What their names begin with; `packetbeat` unless told.
    pub filename: String,
    /// A file is rotated before it grows beyond so many KiB; 10240 unless told.
    pub rotate_every_kb: u64,
    /// How many files are kept, 2 to 1024; 7 unless told.
    pub number_of_files: u32,
    /// Permission bits of new files; `0o600` unless told.
    pub permissions: u32,
    /// Begin a new file at start.
    pub rotate_on_startup: bool,
    /// How an event is written.
    pub codec: Codec,
}

/// How an event is written.
#[derive(Clone, Debug, PartialEq)]
pub enum Codec {
    /// As a JSON object.
    Json {
        /// Over several lines.
        pretty: bool,
        /// `<`, `>` and `&` as `\u003c` and so on.
        escape_html: bool,
        /// Times in the local zone instead of UTC.
        local_time: bool,
    },
    /// As text by a pattern, which we cannot do yet.
    Format {
        /// The pattern.
        pattern: String,
        /// Where it is configured.
        at: Mark,
    },
}

/// The outputs there are, and what the names of their settings begin with.
const OUTPUTS: [(&str, &str); 7] = [
    ("elasticsearch", "output.elasticsearch."),
    ("logstash", "output.logstash."),
    ("kafka", "output.kafka."),
    ("redis", "output.redis."),
    ("file", "output.file."),
    ("console", "output.console."),
    ("discard", "output.discard."),
];

/// The one output that is on.
pub(crate) fn read(node: Option<Node>, warnings: &mut Vec<Warning>, errors: &mut Vec<Error>) -> Output {
    let Some(node) = node else { return Output::None };
    let Value::Map(map) = node.value else {
        let what = format!("expected a section, found {}", node.kind());
        errors.push(
            Error::new(node.at, "output", what).hint("such as output.file: {path: /var/lib/packetbeat}"),
        );
        return Output::None;
    };
    let mut on: Option<(Mark, String)> = None;
    let mut output = Output::None;
    for entry in map.into_entries() {
        let Some((name, prefix)) = OUTPUTS.iter().find(|(name, _)| *name == entry.key) else {
            errors.push(unknown(&entry));
            continue;
        };
        if entry.node.is_null() {
            let what = "is null, as if it were not there".to_owned();
            warnings.push(Warning { at: entry.key_at, key: format!("output.{name}"), what });
            continue;
        }
        let key = format!("output.{name}");
        let names = Names::new(known_keys::SETTINGS, prefix);
        // What is not acted on as a whole needs no warning of each part.
        let names = if matches!(*name, "file" | "console") { names } else { names.quiet() };
        let mut section = Section::known(key.clone(), entry.node, names);
        if section.bool("enabled", true) {
            if let Some((first, other)) = &on {
                let what = format!("a second output; output.{other} is at {first}");
                section.note(Error::new(entry.key_at.clone(), &key, what).hint("only one may be enabled"));
            }
            output = one(name, &mut section, &entry.key_at);
            on.get_or_insert((entry.key_at, (*name).to_owned()));
        } else {
            section = section.silent();
        }
        match section.finish() {
            Ok(more) => warnings.extend(more),
            Err(more) => errors.extend(more.0),
        }
    }
    output
}

fn one(name: &str, section: &mut Section, at: &Mark) -> Output {
    match name {
        "file" => Output::File(file(section, at)),
        "console" => {
            let pretty = section.bool("pretty", false);
            Output::Console { codec: codec(section, pretty) }
        }
        "discard" => Output::Discard,
        _ => Output::Unsupported { name: name.to_owned(), at: at.clone() },
    }
}

fn file(section: &mut Section, at: &Mark) -> FileOutput {
    if !section.has("path") && section.is_sound() {
        let error = Error::new(at.clone(), section.full_name("path"), "missing");
        section.note(error.hint("the directory that events are written to"));
    }
    FileOutput {
        path: section.text("path").map(PathBuf::from).unwrap_or_default(),
        filename: section.text("filename").unwrap_or_else(|| "packetbeat".to_owned()),
        rotate_every_kb: section.u64("rotate_every_kb", 10_240, 1..=1 << 40),
        number_of_files: u32::try_from(section.u64("number_of_files", 7, 2..=1024)).unwrap_or(7),
        permissions: section.permissions("permissions", 0o600),
        rotate_on_startup: section.bool("rotate_on_startup", true),
        codec: codec(section, false),
    }
}

fn codec(section: &mut Section, pretty: bool) -> Codec {
    if section.has("codec.json") && section.has("codec.format") {
        section.reject("codec", "both json and format; an output has one codec");
    }
    if section.has("codec.format") {
        let at = section.node("codec.format.string").map_or_else(|| section.mark().clone(), |node| node.at);
        return Codec::Format { pattern: section.text("codec.format.string").unwrap_or_default(), at };
    }
    Codec::Json {
        pretty: section.bool("codec.json.pretty", pretty),
        escape_html: section.bool("codec.json.escape_html", false),
        local_time: section.bool("codec.json.local_time", false),
    }
}

fn unknown(entry: &Entry) -> Error {
    let names = OUTPUTS.iter().map(|(name, _)| *name);
    let error = Error::new(entry.key_at.clone(), format!("output.{}", entry.key), "unknown output");
    match nearest(&entry.key, names.clone()) {
        Some(name) => error.hint(format!("did you mean output.{name}?")),
        None => error.hint(format!("valid here: {}", names.collect::<Vec<_>>().join(", "))),
    }
}
