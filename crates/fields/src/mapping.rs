//! Fields to the mapping of an index.

use serde_json::{Map, Value, json};

use crate::field::{Dynamic, Field, IgnoreAbove};
use crate::fields::Fields;
use crate::kind::Type;
use crate::server::{Dialect, Native};

/// Characters of a keyword that are indexed, unless its field says otherwise. As Beats has it.
const USUAL_IGNORE_ABOVE: u32 = 1024;
/// Factor of a scaled float, unless its field says otherwise. As Beats has it.
const USUAL_SCALING_FACTOR: u32 = 1000;

/// What the fields of an index are.
pub(crate) struct Mapping {
    /// `properties`.
    pub(crate) properties: Map<String, Value>,
    /// `dynamic_templates`, without the one for everything else.
    pub(crate) dynamic_templates: Vec<Value>,
    /// Fields and objects, as the server counts them for `index.mapping.total_fields.limit`.
    pub(crate) count: usize,
}

impl Mapping {
    /// `strict`: nothing may come that is not declared, except in objects that declare nothing.
    pub(crate) fn of(fields: &Fields, dialect: Dialect<'_>, strict: bool) -> Self {
        let all = fields.by_name();
        let mut properties = Map::new();
        let mut dynamic_templates = Vec::new();
        for field in all.values() {
            dynamic_templates.extend(dynamic_template(field, dialect));
            let below = format!("{}.", field.name);
            let open = !all.range(below.as_str()..).next().is_some_and(|(name, _)| name.starts_with(&below));
            // What is named by a pattern is in the object in front of it.
            let (name, mapping) = match field.name.split_once(".*") {
                Some((name, _)) => (name, Some(object("object", field, open && strict))),
                None => (field.name.as_str(), property(field, dialect, open && strict)),
            };
            if let Some(mapping) = mapping {
                let path: Vec<&str> = name.split('.').collect();
                put(&mut properties, &path, mapping);
            }
        }
        let count = count(&properties);
        Self { properties, dynamic_templates, count }
    }
}

/// Puts a mapping at its path; objects on the way are made.
fn put(properties: &mut Map<String, Value>, path: &[&str], mapping: Map<String, Value>) {
    let Some((first, rest)) = path.split_first() else { return };
    let entry = properties.entry(*first).or_insert_with(|| Value::Object(Map::new()));
    let Value::Object(object) = entry else { return };
    if rest.is_empty() {
        object.extend(mapping);
    } else {
        let below = object.entry("properties").or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(below) = below {
            put(below, rest, mapping);
        }
    }
}

fn count(properties: &Map<String, Value>) -> usize {
    let below = |value: &Value, name| value.get(name).and_then(Value::as_object).map_or(0, count);
    properties.values().map(|value| 1 + below(value, "properties") + below(value, "fields")).sum()
}

/// The mapping of one field; `None` for what is not mapped.
fn property(field: &Field, dialect: Dialect<'_>, open: bool) -> Option<Map<String, Value>> {
    let more = &field.more;
    let kind = match dialect.native(field.kind) {
        Native::Type(kind) => kind,
        Native::FlatObject => return Some(typed("flat_object")),
        Native::Opaque => {
            let mut opaque = typed("object");
            opaque.insert("enabled".into(), false.into());
            return Some(opaque);
        }
    };
    let mut mapping = match kind {
        Type::Alias if more.migration => return None,
        Type::Alias => {
            let mut alias = typed(kind.name());
            alias.insert("path".into(), more.path.clone().unwrap_or_default().into());
            return Some(alias);
        }
        // An array of what nobody says is mapped when it comes.
        Type::Array => typed(more.object_type?.name()),
        Type::Object | Type::Nested => return Some(object(kind.name(), field, open)),
        _ => typed(kind.name()),
    };
    if let Some(index) = more.index {
        mapping.insert("index".into(), index.into());
    }
    if let Some(doc_values) = more.doc_values {
        mapping.insert("doc_values".into(), doc_values.into());
    }
    if let Some(to) = &more.copy_to {
        mapping.insert("copy_to".into(), to.as_str().into());
    }
    match kind {
        Type::Keyword | Type::Wildcard => {
            let characters = match more.ignore_above {
                IgnoreAbove::Usual => Some(USUAL_IGNORE_ABOVE),
                IgnoreAbove::Server => None,
                IgnoreAbove::Characters(number) => Some(number),
            };
            if let Some(characters) = characters {
                mapping.insert("ignore_above".into(), characters.into());
            }
        }
        Type::Text => {
            if !more.norms {
                mapping.insert("norms".into(), false.into());
            }
            for (name, value) in [("analyzer", &more.analyzer), ("search_analyzer", &more.search_analyzer)] {
                if let Some(value) = value {
                    mapping.insert(name.into(), value.as_str().into());
                }
            }
        }
        Type::ScaledFloat => {
            let factor = more.scaling_factor.unwrap_or(USUAL_SCALING_FACTOR);
            mapping.insert("scaling_factor".into(), factor.into());
        }
        Type::ConstantKeyword => {
            if let Some(value) = &more.value {
                mapping.insert("value".into(), value.as_str().into());
            }
        }
        _ => {}
    }
    let mut meta = Map::new();
    for (name, value) in [("unit", &more.unit), ("metric_type", &more.metric_type)] {
        if let Some(value) = value {
            meta.insert(name.into(), value.as_str().into());
        }
    }
    if !meta.is_empty() {
        mapping.insert("meta".into(), meta.into());
    }
    let further: Map<_, _> = more
        .multi_fields
        .iter()
        .filter_map(|field| Some((field.name.clone(), property(field, dialect, false)?.into())))
        .collect();
    if !further.is_empty() {
        mapping.insert("fields".into(), further.into());
    }
    Some(mapping)
}

fn typed(name: &str) -> Map<String, Value> {
    Map::from_iter([("type".to_owned(), name.into())])
}

/// `open`: it takes what nobody declared, though all around it does not.
fn object(name: &str, field: &Field, open: bool) -> Map<String, Value> {
    let mut object = typed(name);
    if let Some(enabled) = field.more.enabled {
        object.insert("enabled".into(), enabled.into());
    }
    if let Some(dynamic) = field.more.dynamic.or(open.then_some(Dynamic::True)) {
        object.insert("dynamic".into(), dynamic.name().into());
    }
    object
}

/// How what comes in an object of a known type is mapped.
fn dynamic_template(field: &Field, dialect: Dialect<'_>) -> Option<Value> {
    let kind = field.more.object_type.filter(|_| field.kind == Type::Object)?;
    let json_type = match (&field.more.object_type_mapping_type, kind) {
        (Some(given), _) => given.as_str(),
        (None, Type::Keyword | Type::Text | Type::MatchOnlyText | Type::Wildcard) => "string",
        (None, Type::Long | Type::Integer | Type::Short | Type::Byte) => "long",
        (None, Type::Double | Type::Float | Type::HalfFloat) => "double",
        (None, Type::Boolean) => "boolean",
        (None, _) => "*",
    };
    let pattern = if field.name.contains('*') { field.name.clone() } else { format!("{}.*", field.name) };
    let plain = Field { kind, more: Default::default(), ..field.clone() };
    let mapping = property(&plain, dialect, false)?;
    Some(json!({
        field.name.as_str(): { "mapping": mapping, "match_mapping_type": json_type, "path_match": pattern }
    }))
}
