//! From the configuration to processors.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use packetbeat_config::{Entry, Error, Map, Node, Section, Value};
use packetbeat_settings::PROCESSORS;

use crate::condition::Condition;
use crate::fault::{Lenience, Processor};
use crate::geoip::Databases;
use crate::limits::MAX_PROCESSORS;
use crate::processors::{Processors, Step};
use crate::steps;
use crate::value::Object;

/// A list of processors, or one alone.
pub(crate) fn list(node: &Node, path: &str, errors: &mut Vec<Error>) -> Processors {
    let (mut left, mut shared) = (MAX_PROCESSORS, Shared::default());
    Builder { errors, left: &mut left, shared: &mut shared }.list(node, path)
}

struct Builder<'e> {
    errors: &'e mut Vec<Error>,
    left: &'e mut usize,
    shared: &'e mut Shared,
}

/// What processors of a list share.
#[derive(Default)]
pub(crate) struct Shared {
    databases: Vec<Arc<Databases>>,
}

impl Shared {
    /// These files: two processors that name the same ones have them in memory once.
    pub(crate) fn databases(&mut self, files: Vec<PathBuf>) -> Result<Arc<Databases>, Vec<String>> {
        if let Some(there) = self.databases.iter().find(|there| there.files() == files) {
            return Ok(Arc::clone(there));
        }
        let databases = Databases::open(files)?;
        self.databases.push(Arc::clone(&databases));
        Ok(databases)
    }
}

impl Builder<'_> {
    fn list(&mut self, node: &Node, path: &str) -> Processors {
        let items = match &node.value {
            Value::List(items) => items.as_slice(),
            _ => std::slice::from_ref(node),
        };
        let mut steps = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let Some(map) = item.as_map() else { continue };
            if *self.left == 0 {
                self.errors.push(Error::new(
                    item.at.clone(),
                    path,
                    format!("more than {MAX_PROCESSORS} processors"),
                ));
                break;
            }
            *self.left -= 1;
            steps.extend(self.item(map, &format!("{path}[{index}]")));
        }
        Processors { steps }
    }

    fn item(&mut self, map: &Map, path: &str) -> Option<Step> {
        if let Some(asks) = map.get("if") {
            let mut branch = |name: &str| {
                map.get(name).map(|node| self.list(node, &format!("{path}.{name}"))).unwrap_or_default()
            };
            let (then, otherwise) = (branch("then"), branch("else"));
            return Some(Step::Branch { asks: Condition::read(asks)?, then, otherwise });
        }
        let [entry] = map.entries() else { return None };
        self.one(entry, path)
    }

    fn one(&mut self, entry: &Entry, path: &str) -> Option<Step> {
        let table = PROCESSORS.iter().find(|table| table.name == entry.key)?;
        let when = match entry.node.as_map().and_then(|map| map.get("when")).filter(|node| !node.is_null()) {
            Some(node) => Some(Condition::read(node)?),
            None => None,
        };
        let mut section = Section::new(format!("{path}.{}", table.name), entry.node.clone(), table.options);
        let processor = make(table.name, &mut section, self.shared);
        if let Err(errors) = section.finish() {
            self.errors.extend(errors.0);
        }
        Some(Step::One { name: table.name, when, processor: processor?, failed: AtomicU64::new(0) })
    }
}

/// The processor of this name; `None` where it is not there yet or its options are wrong, which the section knows.
fn make(name: &str, options: &mut Section, shared: &mut Shared) -> Option<Box<dyn Processor>> {
    Some(match name {
        "add_fields" => Box::new(steps::AddFields::read(options)),
        "add_host_metadata" => Box::new(steps::AddHostMetadata::read(options)),
        "add_id" => Box::new(steps::AddId::read(options)),
        "add_labels" => Box::new(steps::AddFields::labels(options)),
        "add_locale" => Box::new(steps::AddLocale::read(options)),
        "add_network_direction" => Box::new(steps::AddNetworkDirection::read(options)),
        "add_observer_metadata" => Box::new(steps::AddObserverMetadata::read(options)),
        "add_tags" => Box::new(steps::AddTags::read(options)),
        "append" => Box::new(steps::Append::read(options)),
        "community_id" => Box::new(steps::CommunityId::read(options)),
        "convert" => Box::new(steps::Convert::read(options)),
        "copy_fields" => Box::new(steps::CopyFields::read(options)),
        "decode_base64_field" => Box::new(steps::DecodeBase64Field::read(options)),
        "decode_csv_fields" => Box::new(steps::DecodeCsvFields::read(options)),
        "decode_duration" => Box::new(steps::DecodeDuration::read(options)),
        "decode_json_fields" => Box::new(steps::DecodeJsonFields::read(options)),
        "detect_mime_type" => Box::new(steps::DetectMimeType::read(options)),
        "dissect" => Box::new(steps::Dissect::read(options)),
        "drop_event" => Box::new(steps::DropEvent),
        "drop_fields" => Box::new(steps::DropFields::read(options)),
        "extract_array" => Box::new(steps::ExtractArray::read(options)),
        "extract_field" => Box::new(steps::ExtractField::read(options)),
        "fingerprint" => Box::new(steps::Fingerprint::read(options)),
        "geoip" => Box::new(steps::GeoIp::read(options, shared)?),
        "include_fields" => Box::new(steps::IncludeFields::read(options)),
        "lowercase" => Box::new(steps::ChangeCase::lower(options)),
        "move_fields" => Box::new(steps::MoveFields::read(options)),
        "rate_limit" => Box::new(steps::RateLimit::read(options)),
        "registered_domain" => Box::new(steps::RegisteredDomain::read(options)),
        "rename" => Box::new(steps::Rename::read(options)),
        "replace" => Box::new(steps::Replace::read(options)),
        "timestamp" => Box::new(steps::Timestamp::read(options)),
        "truncate_fields" => Box::new(steps::TruncateFields::read(options)),
        "uppercase" => Box::new(steps::ChangeCase::upper(options)),
        "urldecode" => Box::new(steps::UrlDecode::read(options)),
        _ => return None,
    })
}

/// `ignore_missing` and `fail_on_error`.
pub(crate) fn lenience(options: &Section) -> Lenience {
    Lenience { ignore_missing: options.bool("ignore_missing"), fail_on_error: options.bool("fail_on_error") }
}

/// A text that may be empty: one that is written so counts.
pub(crate) fn text(options: &Section, key: &str) -> String {
    match options.node(key) {
        Some(node) => node.text().unwrap_or_default().to_owned(),
        None => options.text(key).unwrap_or_default(),
    }
}

/// A map that the user chose, as JSON has it.
pub(crate) fn object(options: &Section, key: &str) -> Object {
    options.node(key).and_then(|node| serde_json::from_str(&node.to_json()).ok()).unwrap_or_default()
}

/// `from` and `to`, a list of them or one; the same field unless `to` is told.
pub(crate) fn from_to(options: &Section, key: &str) -> Vec<(String, String)> {
    let pairs = sections(options, key);
    let pair = |node: &Node| {
        let text = |key| node.at_path(key).and_then(Node::text).map(str::to_owned);
        let from = text("from")?;
        let to = text("to").unwrap_or_else(|| from.clone());
        Some((from, to))
    };
    pairs.iter().filter_map(pair).collect()
}

/// The sections of a list, or one alone.
pub(crate) fn sections(options: &Section, key: &str) -> Vec<Node> {
    match options.node(key) {
        Some(Node { value: Value::List(items), .. }) => items,
        Some(node) => vec![node],
        None => Vec::new(),
    }
}
