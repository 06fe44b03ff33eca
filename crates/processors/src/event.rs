//! One event as a tree.

use crate::limits::{MAX_MESSAGES, MAX_NAME_PARTS};
use crate::value::{Object, Value};

/// Fields that no processor takes away.
const KEPT: [&str; 2] = ["@timestamp", "type"];

/// An event, its fields found by dotted names.
///
/// A name is looked up as Packetbeat does: in each object, a member of the whole rest of the name comes before the member
/// of its first part, so that both nested fields and such with dots in their names are found.
///
/// ```
/// use packetbeat_processors::Event;
///
/// let line = br#"{"@timestamp":"2026-01-02T03:04:05.000Z","type":"http","user.name":"anna","http":{"version":"1.1"}}"#;
/// let mut event = Event::parse(line, 0).ok_or("no event")?;
/// assert_eq!(event.get("user.name"), Some(&"anna".into()));
/// assert_eq!(event.get("http.version"), Some(&"1.1".into()));
/// assert!(event.delete("type").is_none(), "it stays");
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    root: Object,
    nanos: i64,
    changed: bool,
}

/// Why a field could not be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// A part of its name is there and is no object.
    NotAnObject,
    /// Its name has too many parts.
    TooDeep,
    /// `@timestamp` holds a time and nothing else.
    Timestamp,
    /// `type` holds a text and nothing else.
    Type,
}

impl Refused {
    /// In words.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotAnObject => "what is above is no object",
            Self::TooDeep => "nested too deep",
            Self::Timestamp => "holds times alone",
            Self::Type => "holds texts alone",
        }
    }
}

impl Event {
    /// Reads a line of JSON; `None` for what is no object. `nanos`: the packet time of the event, nanoseconds since 1970.
    #[must_use]
    pub fn parse(line: &[u8], nanos: i64) -> Option<Self> {
        Some(Self { root: serde_json::from_slice(line).ok()?, nanos, changed: false })
    }

    /// An event of these members.
    #[must_use]
    pub const fn new(root: Object, nanos: i64) -> Self {
        Self { root, nanos, changed: false }
    }

    /// The whole tree.
    #[must_use]
    pub const fn root(&self) -> &Object {
        &self.root
    }

    /// The whole tree, to be changed: the caller leaves `@timestamp` and `type` alone.
    pub(crate) const fn root_mut(&mut self) -> &mut Object {
        self.changed = true;
        &mut self.root
    }

    /// Packet time, nanoseconds since 1970.
    #[must_use]
    pub const fn nanos(&self) -> i64 {
        self.nanos
    }

    /// Has anything been written or taken away since it was read?
    #[must_use]
    pub const fn is_changed(&self) -> bool {
        self.changed
    }

    /// Writes the event as a line of JSON behind `to`.
    pub fn write(&self, to: &mut Vec<u8>) {
        // Neither the tree nor a vector can fail.
        let _ = serde_json::to_writer(&mut *to, &self.root);
        to.push(b'\n');
    }

    /// The field of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        find(&self.root, name)
    }

    /// The field of this name, if it is a text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_text()
    }

    /// Writes a field; objects above it are made where they are missing. When refused, nothing has changed.
    ///
    /// # Errors
    /// Something above it is no object, the name has too many parts, or it is the time of the event.
    pub fn put(&mut self, name: &str, value: Value) -> Result<(), Refused> {
        if name == "@timestamp" {
            return Err(Refused::Timestamp);
        }
        if name == "type" && value.as_text().is_none() {
            return Err(Refused::Type);
        }
        put(&mut self.root, name, value)?;
        self.changed = true;
        Ok(())
    }

    /// Sets `@timestamp`, as text in UTC.
    pub(crate) fn set_timestamp(&mut self, text: String) {
        self.root.insert("@timestamp", Value::Text(text));
        self.changed = true;
    }

    /// Takes a field away; `None` if it is not there, or is `@timestamp` or `type`.
    pub fn delete(&mut self, name: &str) -> Option<Value> {
        if KEPT.contains(&name) {
            return None;
        }
        let found = delete(&mut self.root, name)?;
        self.changed = true;
        Some(found)
    }

    /// Lays an object upon another one in the event, or upon its root if `target` is empty.
    ///
    /// # Errors
    /// As [`Event::put`]; `@timestamp`, and a `type` that is no text, are left out of what is laid upon the root.
    pub fn merge(&mut self, target: &str, upper: &Object, overwrite: bool) -> Result<(), Refused> {
        if target.is_empty() {
            self.changed = true;
            let kept = KEPT.map(|name| self.root.get(name).cloned());
            self.root.merge(upper, overwrite);
            for (name, old) in KEPT.iter().zip(kept) {
                // A text may take the place of `type`, and nothing that of the time.
                if *name == "type" && self.root.get(name).is_some_and(|new| new.as_text().is_some()) {
                    continue;
                }
                match old {
                    Some(old) => self.root.insert(name, old),
                    None => drop(self.root.remove(name)),
                }
            }
            return Ok(());
        }
        if let Some(Value::Object(mine)) = find_mut(&mut self.root, target) {
            self.changed = true;
            mine.merge(upper, overwrite);
            return Ok(());
        }
        if !overwrite && self.get(target).is_some() {
            return Ok(());
        }
        self.put(target, Value::Object(upper.clone()))
    }

    /// Keeps `@timestamp`, `type` and `@metadata`, and takes the rest away.
    pub(crate) fn take_fields(&mut self) -> Object {
        self.changed = true;
        let kept = |name: &str| KEPT.contains(&name) || name == "@metadata";
        let all = std::mem::take(self.root.members_mut());
        let (stay, go): (Vec<_>, Vec<_>) = all.into_iter().partition(|(name, _)| kept(name));
        *self.root.members_mut() = stay;
        let mut taken = Object::default();
        *taken.members_mut() = go;
        taken
    }

    /// Adds a text to `error.message`: one stands alone, several are a list.
    pub fn add_error(&mut self, message: String) {
        let old = self.delete("error.message");
        let messages = match old {
            None => Value::Text(message),
            Some(Value::List(mut items)) => {
                if items.len() < MAX_MESSAGES {
                    items.push(message.into());
                }
                Value::List(items)
            }
            Some(one) => Value::List(vec![one, message.into()]),
        };
        // An `error` that is no object is not ours to replace.
        let _ = self.put("error.message", messages);
    }
}

/// The member that a dotted name leads to.
pub(crate) fn find<'o>(mut object: &'o Object, mut name: &str) -> Option<&'o Value> {
    loop {
        if let Some(value) = object.get(name) {
            return Some(value);
        }
        let (head, rest) = name.split_once('.')?;
        object = object.get(head)?.as_object()?;
        name = rest;
    }
}

fn find_mut<'o>(object: &'o mut Object, name: &str) -> Option<&'o mut Value> {
    if object.get(name).is_some() {
        return object.get_mut(name);
    }
    let (head, rest) = name.split_once('.')?;
    match object.get_mut(head)? {
        Value::Object(inner) => find_mut(inner, rest),
        _ => None,
    }
}

pub(crate) fn put(mut object: &mut Object, mut name: &str, value: Value) -> Result<(), Refused> {
    if name.split('.').count() > MAX_NAME_PARTS {
        return Err(Refused::TooDeep);
    }
    loop {
        let split = name.split_once('.').filter(|_| object.get(name).is_none());
        let Some((head, rest)) = split else {
            object.insert(name, value);
            return Ok(());
        };
        if object.get(head).is_none() {
            object.insert(head, Value::Object(Object::default()));
        }
        match object.get_mut(head) {
            Some(Value::Object(inner)) => object = inner,
            _ => return Err(Refused::NotAnObject),
        }
        name = rest;
    }
}

fn delete(object: &mut Object, name: &str) -> Option<Value> {
    if let Some(found) = object.remove(name) {
        return Some(found);
    }
    let (head, rest) = name.split_once('.')?;
    match object.get_mut(head)? {
        Value::Object(inner) => delete(inner, rest),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(text: &str) -> Event {
        Event::parse(text.as_bytes(), 0).unwrap()
    }

    fn text(event: &Event) -> String {
        let mut line = Vec::new();
        event.write(&mut line);
        String::from_utf8(line).unwrap().trim_end().to_owned()
    }

    #[test]
    fn names_with_dots_come_before_nested_ones() {
        let mut event =
            event(r#"{"event.action":"get","event":{"action":"put","kind":"event"},"a":{"b.c":1}}"#);
        assert_eq!(event.text("event.action"), Some("get"));
        assert_eq!(event.get("a.b.c"), Some(&1.into()));
        event.put("event.action", "set".into()).unwrap();
        event.put("a.b.c", 2.into()).unwrap();
        assert_eq!(
            text(&event),
            r#"{"event.action":"set","event":{"action":"put","kind":"event"},"a":{"b.c":2}}"#
        );
        event.delete("event.action");
        assert_eq!(event.text("event.action"), Some("put"));
    }

    #[test]
    fn what_must_stay_stays() {
        let mut event = event(r#"{"@timestamp":"t","@metadata":{"beat":"x"},"type":"dns","a":1}"#);
        assert_eq!((event.delete("@timestamp"), event.delete("type")), (None, None));
        assert!(!event.is_changed());
        assert_eq!(event.put("@timestamp", Value::Null), Err(Refused::Timestamp));
        event.merge("", &[("@timestamp", Value::Null), ("b", 2.into())].into_iter().collect(), true).unwrap();
        event.take_fields();
        assert_eq!(text(&event), r#"{"@timestamp":"t","@metadata":{"beat":"x"},"type":"dns"}"#);
        assert!(event.put("@metadata.index", "x".into()).is_ok());
        assert_eq!(event.put("type", Value::Null), Err(Refused::Type));
        event.merge("", &[("type", Value::Null)].into_iter().collect(), true).unwrap();
        assert_eq!(event.text("type"), Some("dns"));
        event.merge("", &[("type", "http".into())].into_iter().collect(), true).unwrap();
        assert_eq!(event.text("type"), Some("http"));
    }

    #[test]
    fn what_is_refused_changes_nothing() {
        let mut event = event(r#"{"a":1}"#);
        assert_eq!(event.put("a.b", 1.into()), Err(Refused::NotAnObject));
        assert_eq!(event.put(&["x"; 99].join("."), 1.into()), Err(Refused::TooDeep));
        assert_eq!((text(&event).as_str(), event.is_changed()), (r#"{"a":1}"#, false));
    }

    #[test]
    fn messages_become_a_list() {
        let mut event = event("{}");
        event.add_error("one".to_owned());
        assert_eq!(event.text("error.message"), Some("one"));
        for number in 0..99 {
            event.add_error(number.to_string());
        }
        let Some(Value::List(items)) = event.get("error.message") else { panic!("no list") };
        assert_eq!(items.len(), MAX_MESSAGES);
    }
}
