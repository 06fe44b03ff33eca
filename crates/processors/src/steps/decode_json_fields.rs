//! `decode_json_fields`: objects within texts, in place of the text, in another field, or at the root of the event.
//!
//! A field that is missing, or no text, is passed over.

use packetbeat_config::Section;

use crate::build::text;
use crate::event::{self, Event};
use crate::fault::{Done, Fault, Processor, Verdict, put};
use crate::limits::{MAX_DECODED_DEPTH, MAX_DECODED_VALUES};
use crate::value::{Object, Value};

pub(crate) struct DecodeJsonFields {
    fields: Vec<String>,
    max_depth: u64,
    process_array: bool,
    /// In place of the field unless told; the root if it is empty.
    target: Option<String>,
    overwrite: bool,
    expand: bool,
    error_key: bool,
    document_id: Option<String>,
}

impl DecodeJsonFields {
    pub(crate) fn read(options: &Section) -> Self {
        let target = options.node("target").map(|node| node.text().unwrap_or_default().to_owned());
        Self {
            fields: options.list("fields"),
            max_depth: options.u64("max_depth"),
            process_array: options.bool("process_array"),
            target,
            overwrite: options.bool("overwrite_keys"),
            expand: options.bool("expand_keys"),
            error_key: options.bool("add_error_key"),
            document_id: Some(text(options, "document_id")).filter(|key| !key.is_empty()),
        }
    }

    fn one<'p>(&'p self, event: &mut Event, field: &'p str) -> Result<(), Fault<'p>> {
        let Some(text) = event.text(field) else { return Ok(()) };
        let mut left = MAX_DECODED_VALUES;
        let mut value =
            self.decode(text, self.max_depth, &mut left).map_err(|what| Fault::new(field, what))?;
        if self.expand {
            value = expanded(value).map_err(|refused| Fault::refused(field, refused))?;
        }
        // Texts in texts and names with dots have made it deeper.
        if value.depth() > MAX_DECODED_DEPTH {
            return Err(Fault::new(field, "nested too deep"));
        }
        if let (Some(key), Value::Object(object)) = (&self.document_id, &mut value)
            && let Some(Value::Text(id)) = event::find(object, key).cloned()
        {
            object.remove(key);
            put(event, "@metadata._id", id.into())?;
        }
        match (self.target.as_deref(), value) {
            (Some(""), Value::Object(object)) => {
                event.merge("", &object, self.overwrite).map_err(|refused| Fault::refused(field, refused))
            }
            (Some(""), _) => Err(Fault::new(field, "no object")),
            (Some(target), value) => put(event, target, value),
            (None, value) => put(event, field, value),
        }
    }

    /// Objects and, if told, lists; texts in them are decoded too as long as the depth allows.
    fn decode(&self, text: &str, depth: u64, left: &mut usize) -> Result<Value, &'static str> {
        let start = text.trim_start().as_bytes().first();
        if start != Some(&b'{') && !(self.process_array && start == Some(&b'[')) {
            return Err("no JSON object");
        }
        let mut value: Value = serde_json::from_str(text).map_err(|_| "no sound JSON")?;
        if value.depth() > MAX_DECODED_DEPTH {
            return Err("nested too deep");
        }
        *left = left.checked_sub(value.size()).ok_or("too many values")?;
        once(&mut value);
        if depth > 1 {
            self.inner(&mut value, depth - 1, left);
        }
        Ok(value)
    }

    fn inner(&self, value: &mut Value, depth: u64, left: &mut usize) {
        match value {
            Value::Text(text) => {
                if let Ok(decoded) = self.decode(text, depth, left) {
                    *value = decoded;
                }
            }
            Value::List(items) => items.iter_mut().for_each(|item| self.inner(item, depth, left)),
            Value::Object(object) => {
                object.members_mut().iter_mut().for_each(|(_, value)| self.inner(value, depth, left));
            }
            _ => {}
        }
    }
}

impl Processor for DecodeJsonFields {
    fn run<'p>(&'p self, event: &mut Event) -> Done<'p> {
        let mut failed = None;
        for field in &self.fields {
            if let Err(fault) = self.one(event, field) {
                failed = Some(fault);
            }
        }
        match failed {
            Some(fault) if self.error_key => Err(fault),
            // Packetbeat tells its log alone.
            _ => Ok(Verdict::Keep),
        }
    }
}

/// Of members with one name the last stays.
fn once(value: &mut Value) {
    match value {
        Value::List(items) => items.iter_mut().for_each(once),
        Value::Object(object) => {
            let members = std::mem::take(object.members_mut());
            let mut last: std::collections::HashMap<String, usize> = std::collections::HashMap::new();
            let mut kept: Vec<(String, Value)> = Vec::with_capacity(members.len());
            for (name, mut value) in members {
                once(&mut value);
                match last.get(&name).and_then(|at| kept.get_mut(*at)) {
                    Some((_, known)) => *known = value,
                    None => {
                        last.insert(name.clone(), kept.len());
                        kept.push((name, value));
                    }
                }
            }
            *object.members_mut() = kept;
        }
        _ => {}
    }
}

/// Names with dots become nested.
fn expanded(value: Value) -> Result<Value, event::Refused> {
    let Value::Object(mut object) = value else { return Ok(value) };
    let mut made = Object::default();
    for (name, value) in std::mem::take(object.members_mut()) {
        let value = expanded(value)?;
        match (event::find(&made, &name).cloned(), value) {
            (Some(Value::Object(mut known)), Value::Object(more)) => {
                known.merge(&more, true);
                event::put(&mut made, &name, Value::Object(known))?;
            }
            (_, value) => event::put(&mut made, &name, value)?,
        }
    }
    Ok(Value::Object(made))
}

#[cfg(test)]
mod tests {
    use crate::testing::run;

    #[test]
    fn where_it_goes() {
        let event = r#"{"type":"x","m":"{\"a\":{\"b\":1},\"type\":\"y\"}"}"#;
        assert_eq!(
            run("[{decode_json_fields: {fields: [m]}}]", event),
            r#"{"type":"x","m":{"a":{"b":1},"type":"y"}}"#
        );
        assert_eq!(
            run("[{decode_json_fields: {fields: [m], target: ''}}, {drop_fields: {fields: [m]}}]", event),
            r#"{"type":"x","a":{"b":1}}"#
        );
        assert_eq!(
            run("[{decode_json_fields: {fields: [m], target: j.k}}, {drop_fields: {fields: [m]}}]", event),
            r#"{"type":"x","j":{"k":{"a":{"b":1},"type":"y"}}}"#
        );
    }

    #[test]
    fn depth_lists_names_and_identifiers() {
        let event = r#"{"m":"{\"a\":\"{\\\"b\\\":\\\"[1]\\\"}\",\"c.d\":1,\"c\":{\"e\":2},\"id\":\"7\",\"a1\":1,\"a1\":2}"}"#;
        assert_eq!(
            run(
                "[{decode_json_fields: {fields: [m], max_depth: 3, process_array: true, expand_keys: true, document_id: id}}]",
                event
            ),
            r#"{"m":{"a":{"b":[1]},"c":{"d":1,"e":2},"a1":2},"@metadata":{"_id":"7"}}"#
        );
    }

    #[test]
    fn what_is_no_json_stays() {
        for text in ["x", "[1]", "{", "12"] {
            let event = format!(r#"{{"m":"{text}"}}"#);
            assert_eq!(run("[{decode_json_fields: {fields: [m, n]}}]", &event), event);
            assert!(
                run("[{decode_json_fields: {fields: [m], add_error_key: true}}]", &event).contains("error")
            );
        }
        let deep = format!(r#"{{"m":"{}1{}"}}"#, r#"{\"a\":"#.repeat(100), "}".repeat(100));
        assert_eq!(run("[{decode_json_fields: {fields: [m]}}]", &deep), deep);
        let names = format!(r#"{{"m":"{{\"{}\":{{\"{}\":1}}}}"}}"#, ["a"; 20].join("."), ["b"; 20].join("."));
        assert_eq!(run("[{decode_json_fields: {fields: [m], expand_keys: true}}]", &names), names);
        let long = format!(r#"{{"m":"{{\"a\":[{}1]}}"}}"#, "1,".repeat(20_000));
        assert_eq!(run("[{decode_json_fields: {fields: [m]}}]", &long), long);
    }
}
