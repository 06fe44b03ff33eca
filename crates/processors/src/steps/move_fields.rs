//! `move_fields`: fields of one object go elsewhere, a prefix before their names.

use packetbeat_config::Section;

use crate::build::text;
use crate::event::Event;
use crate::fault::{Done, Fault, Processor, Verdict};
use crate::value::Value;

pub(crate) struct MoveFields {
    parent: String,
    from: Vec<String>,
    exclude: Vec<String>,
    to: String,
}

impl MoveFields {
    pub(crate) fn read(options: &Section) -> Self {
        Self {
            parent: text(options, "parent_path"),
            from: options.list("from"),
            exclude: options.list("exclude"),
            to: text(options, "to"),
        }
    }

    /// The names of what is moved, relative to the parent.
    fn names<'p>(&'p self, event: &Event) -> Result<Vec<String>, Fault<'p>> {
        let parent = match self.parent.as_str() {
            "" => event.root(),
            parent => match event.get(parent) {
                Some(Value::Object(object)) => object,
                Some(_) => return Err(Fault::new(parent, "no object")),
                None => return Err(Fault::missing(parent)),
            },
        };
        // At the root, what every event must have is no field to be moved.
        let own = |name: &str| {
            self.parent.is_empty() && (matches!(name, "@timestamp" | "type") || name.starts_with("@metadata"))
        };
        let wanted = |name: &&str| !own(name) && !self.exclude.iter().any(|other| other == name);
        Ok(if self.from.is_empty() {
            parent.iter().map(|(name, _)| name).filter(wanted).map(str::to_owned).collect()
        } else {
            self.from.iter().map(String::as_str).filter(wanted).map(str::to_owned).collect()
        })
    }
}

impl Processor for MoveFields {
    fn run<'p>(&'p self, event: &mut Event) -> Done<'p> {
        let mut moved = Vec::new();
        for name in self.names(event)? {
            let full = if self.parent.is_empty() { name.clone() } else { format!("{}.{name}", self.parent) };
            if let Some(value) = event.delete(&full) {
                moved.push((full, format!("{}{name}", self.to), value));
            }
        }
        let mut failed = None;
        for (full, to, value) in moved {
            if let Err(refused) = event.put(&to, value.clone()) {
                failed = Some(Fault::refused(&self.to, refused));
                // Back to where it was.
                let _ = event.put(&full, value);
            }
        }
        failed.map_or(Ok(Verdict::Keep), Err)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::run;

    #[test]
    fn objects_move() {
        let event = r#"{"type":"x","app":{"method":"a","cost":1,"message":"m"}}"#;
        assert_eq!(
            run("[{move_fields: {parent_path: app, from: [method, cost, no], to: rpc.}}]", event),
            r#"{"type":"x","app":{"message":"m"},"rpc":{"method":"a","cost":1}}"#
        );
        assert_eq!(
            run("[{move_fields: {parent_path: app, exclude: [message], to: app_}}]", event),
            r#"{"type":"x","app":{"message":"m"},"app_method":"a","app_cost":1}"#
        );
        assert_eq!(
            run("[{move_fields: {to: all.}}]", event),
            r#"{"type":"x","all":{"app":{"method":"a","cost":1,"message":"m"}}}"#
        );
        assert!(run("[{move_fields: {parent_path: no}}]", event).contains("no: not there"));
        assert_eq!(
            run("[{move_fields: {to: type.}}]", r#"{"type":"x","a":1}"#),
            r#"{"type":"x","a":1,"error":{"message":"move_fields: type.: what is above is no object"}}"#
        );
    }
}
