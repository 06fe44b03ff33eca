//! `add_tags`: tags behind those that are there, repeated ones included.

use packetbeat_config::Section;

use crate::build::text;
use crate::event::Event;
use crate::fault::{Done, Fault, Processor, Verdict, put};
use crate::value::Value;

pub(crate) struct AddTags {
    target: String,
    tags: Vec<Value>,
}

impl AddTags {
    pub(crate) fn read(options: &Section) -> Self {
        let tags = options.list("tags").into_iter().map(Value::Text).collect();
        let target = Some(text(options, "target")).filter(|target| !target.is_empty());
        Self { target: target.unwrap_or_else(|| "tags".to_owned()), tags }
    }
}

impl Processor for AddTags {
    fn run<'p>(&'p self, event: &mut Event) -> Done<'p> {
        let mut tags = match event.get(&self.target) {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::List(items)) => items.clone(),
            Some(one @ Value::Text(_)) => vec![one.clone()],
            Some(_) => return Err(Fault::new(&self.target, "no list")),
        };
        tags.extend(self.tags.iter().cloned());
        put(event, &self.target, Value::List(tags))?;
        Ok(Verdict::Keep)
    }

    fn roots(&self) -> Option<Vec<&str>> {
        Some(vec![self.target.split('.').next().unwrap_or_default()])
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::run;

    #[test]
    fn tags_are_appended() {
        assert_eq!(run("[{add_tags: {tags: [b, a]}}]", r#"{"tags":["a"]}"#), r#"{"tags":["a","b","a"]}"#);
        assert_eq!(run("[{add_tags: {tags: x, target: my.tags}}]", "{}"), r#"{"my":{"tags":["x"]}}"#);
    }
}
