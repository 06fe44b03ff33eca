//! The body of a bulk request: a line that says what to do, and a line with the event, for each event.

use memchr::memchr3;
use packetbeat_publisher::Event;

use crate::action::{Actions, text};
use crate::cut::Cut;
use crate::identity::Ids;
use crate::options::Options;

/// The cause of drops of what is no JSON object.
const MALFORMED: &str = "malformed";

/// Bytes that an action line has, about; for the room that a body needs.
const LINE: usize = 128;

/// Makes bodies. What it has learned of one event helps with the next.
pub struct Bodies {
    actions: Actions,
    ids: Option<Ids>,
    escape_html: bool,
}

impl Bodies {
    /// With the index, the pipeline, the ids and the escapes of these options.
    #[must_use]
    pub fn new(options: &Options) -> Self {
        Self {
            actions: Actions::new(options.index.clone(), options.pipeline.clone()),
            ids: options.idempotent.as_ref().map(Ids::new),
            escape_html: options.escape_html,
        }
    }

    /// The body for these events. Those that cannot be sent are taken out, and their causes are given to `dropped`.
    pub fn of(&mut self, events: &mut Vec<Event>, mut dropped: impl FnMut(&'static str)) -> Vec<u8> {
        let room = events.iter().map(|event| event.len() + LINE).sum();
        let mut body = Vec::with_capacity(room);
        events.retain(|event| match self.push(&mut body, event) {
            Ok(()) => true,
            Err(cause) => {
                dropped(cause);
                false
            }
        });
        body
    }

    fn push(&mut self, body: &mut Vec<u8>, event: &Event) -> Result<(), &'static str> {
        let json = event.json();
        let cut = Cut::of(json).ok_or(MALFORMED)?;
        let action = self.actions.of(&cut, json)?;
        body.extend_from_slice(action.line);
        if let Some(ids) = &self.ids
            && !action.has_id
        {
            body.extend_from_slice(b"\",\"_id\":\"");
            body.extend_from_slice(&ids.id(event.number, &cut));
        }
        body.extend_from_slice(b"\"}}\n");
        for part in [cut.front, cut.back] {
            if self.escape_html {
                escape(body, part);
            } else {
                body.extend_from_slice(part);
            }
        }
        body.push(b'\n');
        Ok(())
    }

    /// The body that brings these events as dead letters into `index`.
    pub(crate) fn of_dead(&self, index: &str, dead: &[(Event, Refusal)]) -> Vec<u8> {
        let mut body = Vec::new();
        let mut line = Vec::new();
        crate::action::line(&mut line, "create", index, None, None);
        for (event, refusal) in dead {
            let cut = Cut::of(event.json()).unwrap_or(Cut {
                front: event.json(),
                back: &[],
                metadata: &[],
                time: &[],
            });
            body.extend_from_slice(&line);
            if let Some(ids) = &self.ids {
                body.extend_from_slice(b"\",\"_id\":\"");
                body.extend_from_slice(&ids.id(event.number, &cut));
            }
            body.extend_from_slice(b"\"}}\n{");
            if !cut.time.is_empty() {
                body.extend_from_slice(b"\"@timestamp\":\"");
                body.extend_from_slice(cut.time);
                body.extend_from_slice(b"\",");
            }
            body.extend_from_slice(b"\"message\":");
            text(
                &mut body,
                &(String::from_utf8_lossy(cut.front) + String::from_utf8_lossy(cut.back).as_ref()),
            );
            body.extend_from_slice(b",\"error\":{\"code\":\"");
            body.extend_from_slice(refusal.status.to_string().as_bytes());
            body.extend_from_slice(b"\",\"type\":");
            text(&mut body, &refusal.kind);
            body.extend_from_slice(b",\"message\":");
            text(&mut body, &refusal.reason);
            body.extend_from_slice(b"}}\n");
        }
        body
    }
}

/// Why a server does not take an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// The item's status.
    pub(crate) status: u16,
    /// `document_parsing_exception` and the like.
    pub(crate) kind: String,
    /// The server's words. They may quote the event.
    pub(crate) reason: String,
}

/// `<`, `>` and `&`, which stand within texts alone, as `\u003c`, `\u003e` and `\u0026`.
fn escape(to: &mut Vec<u8>, mut text: &[u8]) {
    while let Some((plain, rest)) = memchr3(b'<', b'>', b'&', text).and_then(|at| text.split_at_checked(at)) {
        to.extend_from_slice(plain);
        let escaped: &[u8] = match rest.first() {
            Some(b'<') => b"\\u003c",
            Some(b'>') => b"\\u003e",
            _ => b"\\u0026",
        };
        to.extend_from_slice(escaped);
        text = rest.get(1..).unwrap_or_default();
    }
    to.extend_from_slice(text);
}

#[cfg(test)]
mod tests {
    use packetbeat_core::json::Json;
    use packetbeat_core::lines::{Lines, Piece};
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::connection::Connection;
    use crate::identity::Idempotent;
    use crate::selector::Selector;
    use crate::template::{Part, Template};

    fn to_index(name: &str) -> Options {
        Options { index: Selector::constant(name), ..Options::new(Connection::new(Vec::new())) }
    }

    fn events(lines: &[String]) -> Vec<Event> {
        let mut block = Json::default();
        for line in lines {
            block.raw(line.as_bytes());
            block.raw(b"\n");
        }
        let end = block.len() as u32;
        let lines = Lines { blocks: vec![block], pieces: vec![Piece { block: 0, start: 0, end }], events: 0 };
        Event::of(lines, 0).collect()
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
            Just(Value::Null)
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::hash_map(any::<String>(), inner, 0..4).prop_map(Value::from_iter),
            ]
        })
    }

    proptest! {
        /// Every event is two lines of JSON: an action with an index, and the event as it was but for its metadata.
        #[test]
        fn bodies_are_lines_of_json(
            members in prop::collection::vec(prop::collection::vec(("[@a-z\"\\\\{}é]{0,5}", value()), 0..5), 0..6),
            metadata in prop::option::of(value()),
            place in 0usize..5,
            field in any::<bool>(),
            escape_html in any::<bool>(),
            idempotent in any::<bool>(),
        ) {
            let mut wanted = Vec::new();
            let mut lines = Vec::new();
            for members in &members {
                let mut members: Vec<(String, Value)> = members.clone();
                members.retain(|(name, _)| name != "@metadata");
                wanted.push(members.iter().cloned().collect::<serde_json::Map<_, _>>());
                if let Some(metadata) = &metadata {
                    members.insert(place.min(members.len()), ("@metadata".to_owned(), metadata.clone()));
                }
                let texts: Vec<String> =
                    members.iter().map(|(name, value)| format!("{}:{value}", Value::from(name.as_str()))).collect();
                lines.push(format!("{{{}}}", texts.join(",")));
            }
            let index = if field {
                let part = Part::Field { name: "a".to_owned(), default: Some("None\"".to_owned()) };
                Selector { rules: Vec::new(), otherwise: Some(Template::new(vec![part])) }
            } else {
                Selector::constant("Index")
            };
            let options = Options {
                index,
                idempotent: idempotent.then(Idempotent::default),
                escape_html,
                ..Options::new(Connection::new(Vec::new()))
            };
            let mut bodies = Bodies::new(&options);
            let mut events = events(&lines);
            let sent = events.len();
            let mut dropped = 0;
            let body = bodies.of(&mut events, |_| dropped += 1);
            prop_assert_eq!(sent, events.len() + dropped);
            let found: Vec<&[u8]> = body.split(|&byte| byte == b'\n').collect();
            prop_assert_eq!(found.len(), events.len() * 2 + 1, "the last line is ended too");
            prop_assert!(found.last().is_some_and(|last| last.is_empty()));
            if escape_html {
                prop_assert!(!body.iter().any(|byte| b"<>&".contains(byte)) || !field);
            }
            for (pair, event) in found.chunks_exact(2).zip(&events) {
                let action: Value = serde_json::from_slice(pair[0]).unwrap();
                let create = &action["create"];
                prop_assert!(create["_index"].is_string(), "{action}");
                prop_assert_eq!(create["_id"].as_str().map_or(0, str::len), if idempotent { 22 } else { 0 });
                let document: Value = serde_json::from_slice(pair[1]).unwrap();
                let number = usize::try_from(event.number).unwrap();
                prop_assert_eq!(document.as_object().unwrap(), &wanted[number]);
            }
        }
    }

    #[test]
    fn html_is_escaped_if_wanted() {
        let event = events(&[r#"{"a":"<b> & c","d":1}"#.to_owned()]);
        let options = Options { escape_html: true, ..to_index("i") };
        let mut bodies = Bodies::new(&options);
        let body = bodies.of(&mut event.clone(), |_| {});
        let lines = "{\"create\":{\"_index\":\"i\"}}\n{\"a\":\"\\u003cb\\u003e \\u0026 c\",\"d\":1}\n";
        assert_eq!(String::from_utf8(body).unwrap(), lines);
    }

    #[test]
    fn dead_letters_hold_the_event_as_text() {
        let event = events(&[r#"{"@timestamp":"T","@metadata":{"x":1},"a":"\"é"}"#.to_owned()]).remove(0);
        let refusal = Refusal { status: 400, kind: "parsing".to_owned(), reason: "no \"number\"".to_owned() };
        let bodies = Bodies::new(&to_index("i"));
        let body = String::from_utf8(bodies.of_dead("dead", &[(event, refusal)])).unwrap();
        let (action, letter) = body.split_once('\n').unwrap();
        assert_eq!(action, r#"{"create":{"_index":"dead"}}"#);
        let wanted = json!({
            "@timestamp": "T", "message": r#"{"@timestamp":"T","a":"\"é"}"#,
            "error": {"code": "400", "type": "parsing", "message": "no \"number\""},
        });
        assert_eq!(serde_json::from_str::<Value>(letter).unwrap(), wanted);
    }
}
