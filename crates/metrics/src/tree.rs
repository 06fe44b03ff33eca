//! Dotted names as nested objects.

use serde_json::{Map, Value};

use crate::snapshot::Metric;

/// Nests metrics that come in the order of their names.
pub(crate) fn nest<'a>(metrics: impl Iterator<Item = (Metric<'a>, Value)>) -> Value {
    let mut root = Map::new();
    for (metric, value) in metrics {
        let (_, of) = metric.label.unzip();
        insert(&mut root, metric.name.split('.').chain(of), value);
    }
    Value::Object(root)
}

fn insert<'a>(root: &mut Map<String, Value>, path: impl Iterator<Item = &'a str>, value: Value) {
    let mut at = root;
    let mut path = path.peekable();
    while let Some(part) = path.next() {
        let slot = at.entry(part).or_insert(Value::Null);
        if path.peek().is_none() {
            match slot {
                Value::Object(object) => object.insert("value".to_owned(), value),
                other => Some(std::mem::replace(other, value)),
            };
            return;
        }
        if !slot.is_object() {
            let mut object = Map::new();
            let leaf = slot.take();
            if !leaf.is_null() {
                object.insert("value".to_owned(), leaf);
            }
            *slot = Value::Object(object);
        }
        let Value::Object(object) = slot else { return };
        at = object;
    }
}
