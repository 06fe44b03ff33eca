//! `lowercase` and `uppercase`: names of fields, and values.

use packetbeat_config::Section;

use crate::build::lenience;
use crate::event::Event;
use crate::fault::{Done, Fault, Lenience, Processor};
use crate::value::{Object, Value};

pub(crate) struct ChangeCase {
    fields: Vec<(String, bool)>,
    whole_name: bool,
    change: fn(&str) -> String,
    lenience: Lenience,
}

impl ChangeCase {
    pub(crate) fn lower(options: &Section) -> Self {
        Self::read(options, str::to_lowercase)
    }

    pub(crate) fn upper(options: &Section) -> Self {
        Self::read(options, str::to_uppercase)
    }

    fn read(options: &Section, change: fn(&str) -> String) -> Self {
        let names = options.list("fields").into_iter().map(|name| (name, false));
        let values = options.list("values").into_iter().map(|name| (name, true));
        Self {
            fields: names.chain(values).collect(),
            whole_name: options.bool("alter_full_field") || options.bool("full_path"),
            change,
            lenience: lenience(options),
        }
    }

    fn value(&self, value: &Value) -> Option<Value> {
        match value {
            Value::Text(text) => Some((self.change)(text).into()),
            Value::List(items) => {
                items.iter().map(|item| self.value(item)).collect::<Option<_>>().map(Value::List)
            }
            _ => None,
        }
    }

    /// Changes the name where it stands.
    fn rename(&self, object: &mut Object, name: &str) -> Renamed {
        let members = object.members_mut();
        if let Some(at) = members.iter().position(|(own, _)| own == name) {
            let changed = (self.change)(name);
            if changed != name && members.iter().any(|(own, _)| *own == changed) {
                return Renamed::Taken;
            }
            if let Some((own, _)) = members.get_mut(at) {
                *own = changed;
            }
            return Renamed::Yes;
        }
        let Some((head, rest)) = name.split_once('.') else { return Renamed::Missing };
        match object.get_mut(head) {
            Some(Value::Object(inner)) => match self.rename(inner, rest) {
                Renamed::Yes if self.whole_name => {}
                other => return other,
            },
            _ => return Renamed::Missing,
        }
        self.rename(object, head)
    }
}

enum Renamed {
    Yes,
    Missing,
    Taken,
}

impl Processor for ChangeCase {
    fn run<'p>(&'p self, event: &mut Event) -> Done<'p> {
        self.lenience.each(event, &self.fields, |event, (name, is_value)| {
            let Some(value) = event.get(name) else { return self.lenience.missing(name) };
            if *is_value {
                let changed = self.value(value).ok_or(Fault::new(name, "no text"))?;
                return crate::fault::put(event, name, changed);
            }
            if matches!(name.as_str(), "@timestamp" | "type") || name.starts_with("@metadata") {
                return Err(Fault::new(name, "cannot be renamed"));
            }
            match self.rename(event.root_mut(), name) {
                Renamed::Yes => Ok(()),
                Renamed::Missing => self.lenience.missing(name),
                Renamed::Taken => Err(Fault::new(name, "there already in that case")),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::run;

    #[test]
    fn names_and_values() {
        let event = r#"{"Ab":{"Cd":"Ef"},"x":["Y",1]}"#;
        assert_eq!(run("[{lowercase: {fields: [Ab.Cd]}}]", event), r#"{"Ab":{"cd":"Ef"},"x":["Y",1]}"#);
        assert_eq!(
            run("[{lowercase: {fields: [Ab.Cd], alter_full_field: true}}]", event),
            r#"{"ab":{"cd":"Ef"},"x":["Y",1]}"#
        );
        assert_eq!(
            run("[{uppercase: {fields: [x], values: [Ab.Cd]}}]", event),
            r#"{"Ab":{"Cd":"EF"},"X":["Y",1]}"#
        );
        assert!(run("[{uppercase: {fields: [], values: [x]}}]", event).contains("uppercase: x: no text"));
        assert!(run("[{uppercase: {fields: [x]}}]", r#"{"x":1,"X":2}"#).contains("there already"));
        assert!(run("[{uppercase: {fields: [type]}}]", r#"{"type":"x"}"#).contains("cannot be renamed"));
    }
}
