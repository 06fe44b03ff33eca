//! Composable index templates (`export template`, `setup.template.*`).

use serde_json::{Map, Value, json};

use crate::fields::Fields;
use crate::kind::Type;
use crate::limits::MAX_DEFAULT_FIELDS;
use crate::mapping::Mapping;
use crate::server::{Dialect, Target, Version};

/// Composable templates exist since then.
const TEMPLATES: Version = Version::new(7, 8);
/// Data streams exist since then.
const DATA_STREAMS: Version = Version::new(7, 9);
/// Data stream lifecycles exist since then.
const LIFECYCLES: Version = Version::new(8, 11);
/// `index.mapping.total_fields.limit` unless told otherwise. As Beats has it.
const TOTAL_FIELDS: u64 = 12_500;

/// What a template is made for.
#[derive(Clone, Debug)]
pub struct TemplateOptions {
    /// Version of this program, for names and `_meta`.
    pub version: String,
    /// `setup.template.name`; `%{[agent.version]}` in it is filled in. Without: `packetbeat-VERSION`.
    pub name: Option<String>,
    /// `setup.template.pattern`, in the same way; the indices it is for. Without: the name.
    pub pattern: Option<String>,
    /// The server.
    pub target: Target,
    /// Types that this very server lacks, though its version has them: a nearby type takes the place of each
    /// that [has one](Type::has_substitute).
    pub without: Vec<Type>,
    /// What becomes of indices with time.
    pub lifecycle: Lifecycle,
    /// `setup.template.settings`: `index` (nested or dotted) goes into the settings, `_source` into the mappings.
    pub settings: Map<String, Value>,
    /// `setup.template.priority`: of several templates the one of the highest priority is used.
    pub priority: u64,
    /// Events go to a data stream and not to an index.
    pub data_stream: bool,
    /// Refuse events with fields that nobody declared: for tests.
    pub strict: bool,
}

impl TemplateOptions {
    /// The defaults of Packetbeat for this version of the program.
    #[must_use]
    pub fn new(version: impl Into<String>) -> Self {
        Self {
            version: version.into(),
            name: None,
            pattern: None,
            target: Target::DEFAULT,
            without: Vec::new(),
            lifecycle: Lifecycle::Ilm { policy: "packetbeat".to_owned() },
            settings: Map::new(),
            priority: 150,
            data_stream: true,
            strict: false,
        }
    }
}

/// What becomes of indices with time, as far as the template says it.
#[derive(Clone, Debug, PartialEq)]
pub enum Lifecycle {
    /// Nothing: `--noilm`, `setup.ilm.enabled: false`. What OpenSearch has, whose policies name their indices themselves.
    None,
    /// `setup.ilm`: a policy of this name, see [`crate::policy::ilm`].
    Ilm {
        /// `setup.ilm.policy_name`.
        policy: String,
    },
    /// `setup.dsl`: the data stream itself keeps it, see [`crate::policy::data_stream`].
    DataStream(Map<String, Value>),
}

/// A template and its name.
#[derive(Clone, Debug, PartialEq)]
pub struct Template {
    /// Its name on the server: `PUT _index_template/NAME`.
    pub name: String,
    /// The request's body.
    pub body: Value,
    /// Whether it makes data streams.
    pub data_stream: bool,
}

/// Why there is no template.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// The server is too old for composable templates, or for data streams.
    #[error("{target} has no {what}; {since} is the first version to write to")]
    TooOld {
        /// The server.
        target: Target,
        /// What it lacks.
        what: &'static str,
        /// Since when there is such a thing.
        since: Version,
    },
    /// The fields are more than the index would take.
    #[error(
        "{count} fields are more than setup.template.settings.index.mapping.total_fields.limit: {limit}; raise it, or \
         append fewer fields"
    )]
    TooMany {
        /// Fields of the template.
        count: usize,
        /// The limit in force.
        limit: u64,
    },
    /// `setup.template.settings` is something else than settings.
    #[error("setup.template.settings.{key}: expected settings, found {found}")]
    NoSettings {
        /// The key within them.
        key: String,
        /// What stands there.
        found: String,
    },
    /// `setup.template.json` names no template.
    #[error("{file}: {what}; setup.template.json.path names a JSON file with an index template")]
    NoTemplate {
        /// The file.
        file: String,
        /// What is wrong with it.
        what: String,
    },
}

impl Template {
    /// The template for these fields.
    ///
    /// # Errors
    /// See [`TemplateError`].
    pub fn new(fields: &Fields, options: &TemplateOptions) -> Result<Self, TemplateError> {
        check_age(options)?;
        let name = named(options.name.as_deref(), &options.version);
        let pattern = options
            .pattern
            .as_deref()
            .map_or_else(|| name.clone(), |text| named(Some(text), &options.version));
        let mapping = Mapping::of(
            fields,
            Dialect { target: options.target, without: &options.without },
            options.strict,
        );
        let mut settings = json!({ "index": index_settings(fields, options) });
        let mut source = None;
        for (key, value) in &options.settings {
            if key == "_source" || key.starts_with("_source.") {
                let mut object = Map::new();
                set(&mut object, key, value);
                merge(source.get_or_insert_with(|| Value::Object(Map::new())), object.into());
            } else {
                let mut object = Map::new();
                set(&mut object, key, value);
                merge(&mut settings, object.into());
            }
        }
        if !settings.get("index").is_some_and(Value::is_object) {
            let found = settings.get("index").map(ToString::to_string).unwrap_or_default();
            return Err(TemplateError::NoSettings { key: "index".to_owned(), found });
        }
        let limit = settings.pointer("/index/mapping/total_fields/limit").and_then(|value| match value {
            Value::String(text) => text.parse().ok(),
            other => other.as_u64(),
        });
        let limit = limit.unwrap_or(TOTAL_FIELDS);
        if mapping.count as u64 > limit {
            return Err(TemplateError::TooMany { count: mapping.count, limit });
        }
        let mut mappings = json!({
            "_meta": { "beat": "packetbeat", "version": options.version },
            "date_detection": false,
            "dynamic_templates": dynamic_templates(mapping.dynamic_templates),
            "properties": mapping.properties,
        });
        if options.strict {
            merge(&mut mappings, json!({ "dynamic": "strict" }));
        }
        if let Some(source) = source {
            merge(&mut mappings, source);
        }
        let mut template = json!({ "settings": settings, "mappings": mappings });
        if let Lifecycle::DataStream(lifecycle) = &options.lifecycle {
            merge(&mut template, json!({ "lifecycle": lifecycle }));
        }
        let mut body =
            json!({ "index_patterns": [pattern], "priority": options.priority, "template": template });
        if options.data_stream {
            merge(&mut body, json!({ "data_stream": {} }));
        }
        Ok(Self { name, body, data_stream: options.data_stream })
    }

    /// A template from a file (`setup.template.json`): taken as it is.
    ///
    /// # Errors
    /// The text is no JSON, or no object with `index_patterns`.
    pub fn from_json(name: &str, file: &str, text: &str, data_stream: bool) -> Result<Self, TemplateError> {
        let wrong = |what: String| TemplateError::NoTemplate { file: file.to_owned(), what };
        let body: Value = serde_json::from_str(text).map_err(|err| wrong(err.to_string()))?;
        if body.get("index_patterns").is_none() {
            return Err(wrong("has no index_patterns".to_owned()));
        }
        Ok(Self { name: name.to_owned(), body, data_stream })
    }
}

fn check_age(options: &TemplateOptions) -> Result<(), TemplateError> {
    let target = options.target;
    let Target::Elasticsearch(version) = target else { return Ok(()) };
    let needs = [
        (true, TEMPLATES, "composable index templates"),
        (options.data_stream, DATA_STREAMS, "data streams"),
        (matches!(options.lifecycle, Lifecycle::DataStream(_)), LIFECYCLES, "data stream lifecycles"),
    ];
    for (needed, since, what) in needs {
        if needed && version < since {
            return Err(TemplateError::TooOld { target, what, since });
        }
    }
    Ok(())
}

/// A name with the version of the program filled in.
#[must_use]
pub fn named(pattern: Option<&str>, version: &str) -> String {
    let mut name = pattern.unwrap_or("packetbeat-%{[agent.version]}").to_owned();
    for root in ["agent", "beat", "observer"] {
        name = name.replace(&format!("%{{[{root}.version]}}"), version);
        name = name.replace(&format!("%{{[{root}.name]}}"), "packetbeat");
    }
    name
}

fn index_settings(fields: &Fields, options: &TemplateOptions) -> Value {
    let mut searched: Vec<String> = fields
        .by_name()
        .values()
        .filter(|field| field.is_default())
        .map(|field| field.name.clone())
        .take(MAX_DEFAULT_FIELDS)
        .collect();
    searched.push("fields.*".to_owned());
    let mut index = json!({
        "mapping": { "total_fields": { "limit": TOTAL_FIELDS } },
        "max_docvalue_fields_search": 200,
        "number_of_shards": 1,
        "query": { "default_field": searched },
        "refresh_interval": "5s",
    });
    if let (Lifecycle::Ilm { policy }, Target::Elasticsearch(_)) = (&options.lifecycle, options.target) {
        merge(&mut index, json!({ "lifecycle": { "name": named(Some(policy), &options.version) } }));
    }
    index
}

/// The last one is for texts that nobody declared: they are found as a whole, and not by their words.
fn dynamic_templates(mut templates: Vec<Value>) -> Vec<Value> {
    templates.push(json!({
        "strings_as_keyword": {
            "mapping": { "ignore_above": 1024, "type": "keyword" },
            "match_mapping_type": "string",
        }
    }));
    templates
}

/// Sets a value under a dotted name; dotted names within the value are taken apart too.
fn set(into: &mut Map<String, Value>, name: &str, value: &Value) {
    let nested = match value {
        Value::Object(inner) => {
            let mut object = Map::new();
            for (name, value) in inner {
                set(&mut object, name, value);
            }
            object.into()
        }
        other => other.clone(),
    };
    let mut parts = name.rsplit('.');
    let last = parts.next().unwrap_or_default();
    let mut tree = Map::from_iter([(last.to_owned(), nested)]);
    for part in parts {
        tree = Map::from_iter([(part.to_owned(), tree.into())]);
    }
    for (name, value) in tree {
        merge(into.entry(name).or_insert(Value::Null), value);
    }
}

/// Lays one value upon another: objects are merged, the rest is replaced.
fn merge(into: &mut Value, from: Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (name, value) in from {
                merge(into.entry(name).or_insert(Value::Null), value);
            }
        }
        (into, from) => *into = from,
    }
}
