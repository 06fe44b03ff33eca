//! `append`: values of other fields and constants behind those of a field, which becomes a list.

use packetbeat_config::Section;

use crate::build::{lenience, object, text};
use crate::event::Event;
use crate::fault::{Done, Fault, Lenience, Processor, Verdict, put};
use crate::value::Value;

pub(crate) struct Append {
    target: String,
    fields: Vec<String>,
    values: Vec<Value>,
    ignore_empty: bool,
    duplicates: bool,
    lenience: Lenience,
}

impl Append {
    pub(crate) fn read(options: &Section) -> Self {
        let values = options.node("values").map(|node| node.to_json());
        let values = values.and_then(|text| serde_json::from_str(&text).ok());
        // A map would be one value.
        let values = match values {
            Some(Value::List(items)) => items,
            Some(Value::Object(_)) => vec![Value::Object(object(options, "values"))],
            Some(one) => vec![one],
            None => Vec::new(),
        };
        Self {
            target: text(options, "target_field"),
            fields: options.list("fields"),
            values,
            ignore_empty: options.bool("ignore_empty_values"),
            duplicates: options.bool("allow_duplicate"),
            lenience: lenience(options),
        }
    }
}

impl Processor for Append {
    fn run<'p>(&'p self, event: &mut Event) -> Done<'p> {
        let mut all = event.get(&self.target).map(items).unwrap_or_default();
        for field in &self.fields {
            match event.get(field) {
                Some(value) => all.extend(items(value)),
                None if self.lenience.ignore_missing || !self.lenience.fail_on_error => {}
                None => return Err(Fault::missing(field)),
            }
        }
        all.extend(self.values.iter().cloned());
        if self.ignore_empty {
            all.retain(|value| !matches!(value, Value::Null) && value.as_text() != Some(""));
        }
        if !self.duplicates {
            let mut once: Vec<Value> = Vec::new();
            for value in all {
                if !once.contains(&value) {
                    once.push(value);
                }
            }
            all = once;
        }
        put(event, &self.target, Value::List(all))?;
        Ok(Verdict::Keep)
    }
}

fn items(value: &Value) -> Vec<Value> {
    match value {
        Value::List(items) => items.clone(),
        one => vec![one.clone()],
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::run;

    #[test]
    fn values_are_appended() {
        let event = r#"{"t":"a","l":["b",""],"n":1}"#;
        assert_eq!(
            run("[{append: {target_field: t, fields: [l, n], values: [a, c]}}]", event),
            r#"{"t":["a","b","",1,"a","c"],"l":["b",""],"n":1}"#
        );
        let more = "ignore_empty_values: true, allow_duplicate: false, ignore_missing: true";
        assert_eq!(
            run(&format!("[{{append: {{target_field: t, fields: [l, x], values: [a], {more}}}}}]"), event),
            r#"{"t":["a","b"],"l":["b",""],"n":1}"#
        );
        assert!(run("[{append: {target_field: t, fields: [x]}}]", event).contains("append: x: not there"));
    }
}
