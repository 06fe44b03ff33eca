//! `output.*`: where events go. Exactly one.

use crate::check::is_off;
use crate::cloud::Deployment;
use crate::elasticsearch::{self, Elasticsearch};
use crate::login::Login;
use crate::mark::Mark;
use crate::node::Entry;
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
    /// Elasticsearch or OpenSearch.
    Elasticsearch(Box<Elasticsearch>),
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
    /// What their names begin with.
    pub filename: String,
    /// A file is rotated before it grows beyond so many KiB.
    pub rotate_every_kb: u64,
    /// How many files are kept.
    pub number_of_files: u32,
    /// Permission bits of new files.
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

/// The one output that is on, with its section. `cloud.id` is one, unless `output.elasticsearch` was turned off.
pub(crate) fn on(root: &Section, cloud: Option<&Deployment>) -> Option<(Entry, Section)> {
    let output = root.section("output");
    let map = output.written().as_map()?;
    let entries = map.entries();
    let cloud = cloud.filter(|_| !map.get(elasticsearch::NAMES[0]).is_some_and(is_off));
    let found = entries.iter().find(|entry| !entry.node.is_null() && !is_off(&entry.node));
    let entry = match (found, cloud) {
        (Some(entry), _) => entry.clone(),
        (None, Some(cloud)) => elasticsearch::nothing_written(&cloud.elasticsearch.at),
        (None, None) => return None,
    };
    let section = output.section(&entry.key);
    Some((entry, section))
}

/// What [`on`] found, as the program uses it.
pub(crate) fn read(
    on: Option<&(Entry, Section)>,
    cloud: Option<&Deployment>,
    auth: Option<&Login>,
) -> Output {
    let Some((entry, section)) = on else { return Output::None };
    if let Some(name) = elasticsearch::NAMES.into_iter().find(|name| *name == entry.key) {
        return Output::Elasticsearch(Box::new(elasticsearch::read(name, section, cloud, auth)));
    }
    match entry.key.as_str() {
        "file" => Output::File(file(section)),
        "console" => Output::Console { codec: codec(section, section.bool("pretty")) },
        "discard" => Output::Discard,
        _ => Output::Unsupported { name: entry.key.clone(), at: entry.key_at.clone() },
    }
}

fn file(section: &Section) -> FileOutput {
    FileOutput {
        path: section.text("path").map(PathBuf::from).unwrap_or_default(),
        filename: section.text("filename").unwrap_or_default(),
        rotate_every_kb: section.u64("rotate_every_kb"),
        number_of_files: section.u32("number_of_files"),
        permissions: section.permissions("permissions"),
        rotate_on_startup: section.bool("rotate_on_startup"),
        codec: codec(section, false),
    }
}

fn codec(section: &Section, pretty: bool) -> Codec {
    let codec = section.section("codec");
    if codec.has("format") {
        let at = codec.node("format.string").map_or_else(|| codec.mark().clone(), |node| node.at);
        return Codec::Format { pattern: codec.text("format.string").unwrap_or_default(), at };
    }
    let json = codec.section("json");
    Codec::Json {
        pretty: json.bool_if_given("pretty").unwrap_or(pretty),
        escape_html: json.bool("escape_html"),
        local_time: json.bool("local_time"),
    }
}
