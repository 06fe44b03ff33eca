//! `extract_array`: fields of the items of a list.

use packetbeat_config::{Node, Section};

use crate::build::{lenience, text};
use crate::condition::leaves;
use crate::event::Event;
use crate::fault::{Done, Fault, Lenience, Processor, Verdict, put};
use crate::value::Value;

pub(crate) struct ExtractArray {
    field: String,
    mappings: Vec<(String, usize)>,
    overwrite: bool,
    omit_empty: bool,
    lenience: Lenience,
}

impl ExtractArray {
    pub(crate) fn read(options: &mut Section) -> Self {
        let node = options.node("mappings");
        let index = |node: &Node| Some(node.text().and_then(|text| text.parse::<usize>().ok()));
        let all = node.as_ref().and_then(Node::as_map).map(|map| leaves(map, &index)).unwrap_or_default();
        if let Some((name, _)) = all.iter().find(|(_, index)| index.is_none()) {
            options.reject("mappings", format!("expected the number of an item, 0 or more, for {name}"));
        }
        Self {
            field: text(options, "field"),
            mappings: all.into_iter().filter_map(|(name, index)| Some((name, index?))).collect(),
            overwrite: options.bool("overwrite_keys"),
            omit_empty: options.bool("omit_empty"),
            lenience: lenience(options),
        }
    }
}

impl Processor for ExtractArray {
    fn run<'p>(&'p self, event: &mut Event) -> Done<'p> {
        let items = match event.get(&self.field) {
            Some(Value::List(items)) => items.clone(),
            None if self.lenience.ignore_missing => return Ok(Verdict::Keep),
            _ if !self.lenience.fail_on_error => return Ok(Verdict::Keep),
            None => return Err(Fault::missing(&self.field)),
            Some(_) => return Err(Fault::new(&self.field, "no list")),
        };
        self.lenience.each(event, &self.mappings, |event, (to, index)| {
            let Some(item) = items.get(*index) else {
                return Err(Fault::new(to, "the list has no such item"));
            };
            let empty = match item {
                Value::Null => true,
                Value::Text(text) => text.is_empty(),
                Value::List(items) => items.is_empty(),
                Value::Object(object) => object.is_empty(),
                Value::Bool(_) | Value::Number(_) => false,
            };
            if empty && self.omit_empty {
                return Ok(());
            }
            if !self.overwrite && event.get(to).is_some() {
                return Err(Fault::new(to, "there already"));
            }
            put(event, to, item.clone())
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{errors, run};

    #[test]
    fn items_become_fields() {
        let event = r#"{"l":["a","",3]}"#;
        assert_eq!(
            run("[{extract_array: {field: l, mappings: {x.y: 2, z: 1}, omit_empty: true}}]", event),
            r#"{"l":["a","",3],"x":{"y":3}}"#
        );
        assert!(
            run("[{extract_array: {field: l, mappings: {x: 3}}}]", event)
                .contains("x: the list has no such item")
        );
        assert!(run("[{extract_array: {field: l, mappings: {l: 0}}}]", event).contains("l: there already"));
        assert_eq!(
            run("[{extract_array: {field: n, mappings: {x: 0}, ignore_missing: true}}]", event),
            event
        );
        assert!(
            errors("[{extract_array: {field: l, mappings: {x: first}}}]")
                .contains("expected the number of an item")
        );
    }
}
