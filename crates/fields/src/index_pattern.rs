//! The data view of Kibana (`export index-pattern`), a saved object.

use serde_json::{Map, Value, json};

use crate::field::Field;
use crate::fields::Fields;
use crate::kind::Type;

/// The saved object for the indices of a pattern such as `packetbeat-*`. OpenSearch Dashboards takes it too.
///
/// Lists and maps within its attributes are JSON in a text, as Kibana keeps them.
#[must_use]
pub fn index_pattern(fields: &Fields, pattern: &str) -> Value {
    let (mut list, mut formats) = (Vec::new(), Map::new());
    for field in fields.by_name().values().filter(|field| !field.name.contains('*') && !field.more.migration)
    {
        let kind = aliased(fields, field);
        list.extend(entry(&field.name, kind, field));
        for further in &field.more.multi_fields {
            list.extend(entry(&format!("{}.{}", field.name, further.name), further.kind, further));
        }
        if let Some(format) = format(field) {
            formats.insert(field.name.clone(), format);
        }
    }
    for (name, searchable) in [("_id", false), ("_index", false), ("_score", false)] {
        let kind = if name == "_score" { "number" } else { "string" };
        list.push(json!({
            "name": name, "type": kind, "count": 0, "scripted": false, "indexed": false, "analyzed": false,
            "doc_values": false, "searchable": searchable, "aggregatable": false,
        }));
    }
    json!({
        "attributes": {
            "fieldFormatMap": Value::Object(formats).to_string(),
            "fields": Value::Array(list).to_string(),
            "timeFieldName": "@timestamp",
            "title": pattern,
        },
        "id": pattern,
        "references": [],
        "type": "index-pattern",
    })
}

fn aliased(fields: &Fields, field: &Field) -> Type {
    match &field.more.path {
        Some(path) if field.kind == Type::Alias => fields.get(path).map_or(field.kind, |to| to.kind),
        _ => field.kind,
    }
}

fn entry(name: &str, kind: Type, field: &Field) -> Option<Value> {
    let shown = kibana_type(kind)?;
    let text = matches!(kind, Type::Text | Type::MatchOnlyText);
    let searchable = field.more.index != Some(false) && kind != Type::Binary;
    let doc_values = field.more.doc_values != Some(false) && kind != Type::Binary && !text;
    Some(json!({
        "name": name, "type": shown, "count": 0, "scripted": false, "indexed": searchable, "analyzed": text,
        "doc_values": doc_values, "searchable": searchable, "aggregatable": doc_values,
    }))
}

/// The type in Kibana's words; `None` for what it does not list.
fn kibana_type(kind: Type) -> Option<&'static str> {
    Some(match kind {
        Type::Alias | Type::Array | Type::Object | Type::Nested => return None,
        Type::Binary => "binary",
        Type::Boolean => "boolean",
        Type::Date | Type::DateNanos => "date",
        Type::Flattened => "flattened",
        Type::GeoPoint => "geo_point",
        Type::GeoShape => "geo_shape",
        Type::Histogram => "histogram",
        Type::Ip => "ip",
        Type::IpRange => "ip_range",
        Type::Byte
        | Type::Double
        | Type::Float
        | Type::HalfFloat
        | Type::Integer
        | Type::Long
        | Type::ScaledFloat
        | Type::Short
        | Type::UnsignedLong => "number",
        Type::ConstantKeyword
        | Type::Keyword
        | Type::MatchOnlyText
        | Type::Text
        | Type::Version
        | Type::Wildcard => "string",
    })
}

fn format(field: &Field) -> Option<Value> {
    let more = &field.more;
    let mut parameters = Map::new();
    let texts = [
        ("pattern", &more.pattern),
        ("inputFormat", &more.input_format),
        ("outputFormat", &more.output_format),
    ];
    for (name, text) in texts {
        if let Some(text) = text {
            parameters.insert(name.to_owned(), text.as_str().into());
        }
    }
    if let Some(digits) = more.output_precision {
        parameters.insert("outputPrecision".to_owned(), digits.into());
    }
    let id = more.format.as_deref().or_else(|| more.pattern.is_some().then_some("number"))?;
    let mut format = Map::from_iter([("id".to_owned(), id.into())]);
    if !parameters.is_empty() {
        format.insert("params".to_owned(), parameters.into());
    }
    Some(format.into())
}
