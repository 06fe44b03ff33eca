//! Events held to the fields that are declared.

use serde_json::{Map, Value};

use crate::fields::Fields;
use crate::kind::Type;

impl Fields {
    /// What in an event no field declares, or does not fit its type: a line each, empty for a sound event. `@metadata` is
    /// for outputs and no field.
    ///
    /// ```
    /// let fields = packetbeat_fields::Fields::of(&[]).unwrap();
    /// let event = serde_json::json!({ "source": { "ip": "192.0.2.1", "port": "http", "colour": "blue" } });
    /// assert_eq!(fields.faults(&event), [
    ///     "source.colour: no such field is declared",
    ///     "source.port: \"http\" does not fit type long",
    /// ]);
    /// ```
    #[must_use]
    pub fn faults(&self, event: &Value) -> Vec<String> {
        let mut faults = Vec::new();
        match event {
            Value::Object(roots) => {
                for (name, value) in roots.iter().filter(|(name, _)| *name != "@metadata") {
                    self.check_value(name, value, &mut faults);
                }
            }
            other => faults.push(format!("an event is an object, not {other}")),
        }
        faults
    }

    fn check_value(&self, name: &str, value: &Value, faults: &mut Vec<String>) {
        match (self.get(name), value) {
            (_, Value::Null) => {}
            (Some(field), _) if field.kind == Type::Array => {}
            (_, Value::Array(items)) => {
                for item in items {
                    self.check_value(name, item, faults);
                }
            }
            (Some(field), value) if !field.kind.fits(value) => {
                faults.push(format!("{name}: {value} does not fit type {}", field.kind.name()));
            }
            (Some(field), Value::Object(object)) if field.kind.has_fields() => {
                if self.has_below(name) {
                    self.check_object(name, object, faults);
                }
            }
            (Some(_), _) => {}
            (None, Value::Object(object)) if self.has_below(name) => self.check_object(name, object, faults),
            (None, _) => faults.push(format!("{name}: no such field is declared")),
        }
    }

    fn check_object(&self, name: &str, object: &Map<String, Value>, faults: &mut Vec<String>) {
        if self.get(&format!("{name}.*")).is_some() {
            return;
        }
        for (part, value) in object {
            self.check_value(&format!("{name}.{part}"), value, faults);
        }
    }

    fn has_below(&self, name: &str) -> bool {
        let below = |full: &str| full.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'));
        self.sections().iter().flat_map(|section| &section.fields).any(|field| below(&field.name))
    }
}
