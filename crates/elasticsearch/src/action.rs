//! The line in front of an event in a bulk request: what is to be done with it, and where.

use std::borrow::Cow;

use packetbeat_processors::Event as Tree;
use serde::Deserialize;

use crate::cut::Cut;
use crate::limits::{MAX_ACTIONS, MAX_ID_BYTES};
use crate::selector::Selector;
use crate::template::Needs;

/// The cause of drops where nothing says which index an event belongs to.
pub(crate) const NO_INDEX: &str = "no_index";

/// Action lines, up to the id.
pub(crate) struct Actions {
    index: Selector,
    pipeline: Selector,
    needs: Needs,
    /// Lines of events that cannot be told apart by what is needed of them.
    known: Vec<Known>,
    /// The line of an event that was made for it alone.
    own: Vec<u8>,
}

/// A line and what it was made of.
struct Known {
    metadata: Vec<u8>,
    time: Vec<u8>,
    line: Vec<u8>,
}

/// An action line without its end: `"}}` and a line feed, or an id in front of these.
pub(crate) struct Action<'a> {
    pub(crate) line: &'a [u8],
    /// The line has an id already.
    pub(crate) has_id: bool,
}

/// What an event's `@metadata` says to outputs.
#[derive(Debug, Default, Deserialize)]
struct Metadata<'e> {
    /// The index as it is.
    #[serde(borrow, default)]
    raw_index: Option<Cow<'e, str>>,
    /// The index, to which the day is added.
    #[serde(borrow, default)]
    index: Option<Cow<'e, str>>,
    /// A data stream or an alias.
    #[serde(borrow, default)]
    alias: Option<Cow<'e, str>>,
    #[serde(borrow, default)]
    pipeline: Option<Cow<'e, str>>,
    #[serde(borrow, default)]
    _id: Option<Cow<'e, str>>,
    #[serde(borrow, default)]
    op_type: Option<Cow<'e, str>>,
}

impl Actions {
    pub(crate) fn new(index: Selector, pipeline: Selector) -> Self {
        let needs = index.needs().max(pipeline.needs());
        Self { index, pipeline, needs, known: Vec::new(), own: Vec::new() }
    }

    /// The line for an event; the cause of its drop if there is none.
    pub(crate) fn of(&mut self, cut: &Cut<'_>, json: &[u8]) -> Result<Action<'_>, &'static str> {
        let time = match self.needs {
            Needs::Nothing => &[][..],
            Needs::Time(bytes) => cut.time.get(..bytes).unwrap_or(cut.time),
            Needs::Fields => return self.alone(cut, json),
        };
        // A borrow that is given back only if it was found is beyond the borrow checker: looked up by its place.
        if let Some(at) =
            self.known.iter().position(|known| known.time == time && known.metadata == cut.metadata)
        {
            let line = self.known.get(at).map_or(&[][..], |known| &known.line);
            return Ok(Action { line, has_id: false });
        }
        if self.alone(cut, json)?.has_id {
            return Ok(Action { line: &self.own, has_id: true });
        }
        if self.known.len() >= MAX_ACTIONS {
            self.known.clear();
        }
        let (metadata, time) = (cut.metadata.to_vec(), time.to_vec());
        self.known.push(Known { metadata, time, line: self.own.clone() });
        Ok(Action { line: &self.own, has_id: false })
    }

    /// Makes a line for this event.
    fn alone(&mut self, cut: &Cut<'_>, json: &[u8]) -> Result<Action<'_>, &'static str> {
        // Metadata with values that are no texts says nothing to us.
        let said: Metadata<'_> = serde_json::from_slice(cut.metadata).unwrap_or_default();
        let time = std::str::from_utf8(cut.time).unwrap_or_default();
        let tree = if self.needs == Needs::Fields { Tree::parse(json, 0) } else { None };
        let index = match (said.alias, said.raw_index, said.index) {
            (Some(alias), ..) => alias.to_lowercase(),
            (None, Some(raw), _) => raw.to_lowercase(),
            (None, None, Some(index)) => {
                let day = time.get(..10).unwrap_or_default().replace('-', ".");
                format!("{}-{day}", index.to_lowercase())
            }
            (None, None, None) => self.index.choose(time, tree.as_ref()).ok_or(NO_INDEX)?,
        };
        let pipeline = match said.pipeline {
            Some(pipeline) => Some(pipeline.to_lowercase()),
            None => self.pipeline.choose(time, tree.as_ref()),
        };
        // The servers refuse a whole request for the sake of one id that they do not take.
        let id = said._id.as_deref().filter(|id| (1..=MAX_ID_BYTES).contains(&id.len()));
        let verb = if said.op_type.as_deref() == Some("index") { "index" } else { "create" };
        line(&mut self.own, verb, &index, pipeline.as_deref(), id);
        Ok(Action { line: &self.own, has_id: id.is_some() })
    }
}

/// Writes an action line up to the quote that ends its last text.
pub(crate) fn line(to: &mut Vec<u8>, verb: &str, index: &str, pipeline: Option<&str>, id: Option<&str>) {
    to.clear();
    to.extend_from_slice(b"{\"");
    to.extend_from_slice(verb.as_bytes());
    to.extend_from_slice(b"\":{\"_index\":");
    text(to, index);
    for (name, value) in [(&b",\"pipeline\":"[..], pipeline), (b",\"_id\":", id)] {
        if let Some(value) = value {
            to.extend_from_slice(name);
            text(to, value);
        }
    }
    to.pop();
}

/// A JSON text.
pub(crate) fn text(to: &mut Vec<u8>, text: &str) {
    // A vector takes everything.
    let _ = serde_json::to_writer(to, text);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::{Part, Template};

    fn lines(mut actions: Actions, events: &[&str]) -> Vec<String> {
        let one = |event: &&str| match actions.of(&Cut::of(event.as_bytes()).unwrap(), event.as_bytes()) {
            Ok(action) => {
                format!("{}{}", String::from_utf8_lossy(action.line), if action.has_id { "!" } else { "" })
            }
            Err(cause) => cause.to_owned(),
        };
        events.iter().map(one).collect()
    }

    #[test]
    fn a_constant_index_and_what_events_say_themselves() {
        let found = lines(
            Actions::new(Selector::constant("Packetbeat-1"), Selector::default()),
            &[
                r#"{"@timestamp":"2026-01-02T03:04:05Z","@metadata":{"beat":"packetbeat"},"a":1}"#,
                r#"{"@timestamp":"2026-01-02T03:04:05Z","@metadata":{"beat":"packetbeat"},"a":2}"#,
                r#"{"@timestamp":"2026-01-02T03:04:05Z","@metadata":{"raw_index":"Mine"},"a":3}"#,
                r#"{"@timestamp":"2026-01-02T03:04:05Z","@metadata":{"index":"day","pipeline":"P"},"a":4}"#,
                r#"{"@timestamp":"2026-01-02T03:04:05Z","@metadata":{"_id":"a\"b","op_type":"index"},"a":5}"#,
                r#"{"@metadata":{"_id":7}}"#,
            ],
        );
        assert_eq!(
            found,
            [
                r#"{"create":{"_index":"packetbeat-1"#,
                r#"{"create":{"_index":"packetbeat-1"#,
                r#"{"create":{"_index":"mine"#,
                r#"{"create":{"_index":"day-2026.01.02","pipeline":"p"#,
                r#"{"index":{"_index":"packetbeat-1","_id":"a\"b!"#,
                r#"{"create":{"_index":"packetbeat-1"#,
            ]
        );
    }

    #[test]
    fn days_and_fields() {
        let day = Selector {
            rules: Vec::new(),
            otherwise: Some(Template::new(vec![Part::Date("yyyy.MM.dd".to_owned())])),
        };
        let event = |time: &str| format!(r#"{{"@timestamp":"{time}","@metadata":{{}},"type":"dns"}}"#);
        let (one, two) = (event("2026-01-02T03:04:05Z"), event("2026-01-03T03:04:05Z"));
        let found = lines(Actions::new(day, Selector::default()), &[&one, &two, &one, r#"{"type":"dns"}"#]);
        let (one, two) = (r#"{"create":{"_index":"2026.01.02"#, r#"{"create":{"_index":"2026.01.03"#);
        assert_eq!(found, [one, two, one, NO_INDEX]);
        let by_type = Template::new(vec![Part::Field { name: "type".to_owned(), default: None }]);
        let pipeline = Selector { rules: Vec::new(), otherwise: Some(by_type) };
        let found = lines(Actions::new(Selector::constant("i"), pipeline), &[r#"{"type":"dns"}"#, "{}"]);
        assert_eq!(found, [r#"{"create":{"_index":"i","pipeline":"dns"#, r#"{"create":{"_index":"i"#]);
    }
}
