//! What is accepted and not acted on yet: one warning for each section, and none for what asks for nothing.

use crate::error::Warning;
use crate::export;
use crate::mark::Mark;
use crate::node::{Node, Value};
use crate::read;
use crate::schema;
use packetbeat_core::setting::{Setting, Type};

/// Settings of one section that are not acted on.
#[derive(Debug)]
struct Group {
    section: String,
    at: Mark,
    names: Vec<String>,
}

/// What was noted so far.
#[derive(Debug, Default)]
pub(super) struct Later {
    groups: Vec<Group>,
}

impl Later {
    /// Notes a setting by its full name. Those at the top have a warning each, the others one for their section.
    pub(super) fn note(&mut self, path: &str, at: &Mark) {
        let (section, name) = path.rsplit_once('.').unwrap_or(("", path));
        let known = self.groups.iter_mut().find(|group| !section.is_empty() && group.section == section);
        match known {
            Some(group) if group.names.iter().any(|known| known == name) => {}
            Some(group) => group.names.push(name.to_owned()),
            None => self.groups.push(Group {
                section: section.to_owned(),
                at: at.clone(),
                names: vec![name.to_owned()],
            }),
        }
    }

    pub(super) fn warnings(&self) -> impl Iterator<Item = Warning> {
        self.groups.iter().map(|group| {
            let (key, what) = match group.names.as_slice() {
                [one] => (super::join(&group.section, one), "accepted, but not acted on yet".to_owned()),
                several => {
                    (group.section.clone(), format!("accepted, but not acted on yet: {}", several.join(", ")))
                }
            };
            Warning { at: group.at.clone(), key, what }
        })
    }
}

/// Does the setting ask for something that would not be so without it? Neither `enabled: false` nor a default does.
pub(super) fn asks(node: &Node, setting: &Setting, path: &str) -> bool {
    let table = schema::table_of(setting.kind);
    match (&node.value, table) {
        (Value::Null | Value::Bool(false), _) => false,
        (Value::List(items), Some(_)) => !items.is_empty(),
        (Value::Map(_), Some(_)) if super::is_off(node) => false,
        (Value::Map(_), Some(_)) if export::presence_matters(path) => true,
        (Value::Map(map), Some(table)) => map.entries().iter().any(|entry| {
            let row = table.iter().find(|row| row.name == entry.key);
            row.is_none_or(|row| asks(&entry.node, row, &super::join(path, &entry.key)))
        }),
        (Value::List(items), None) if items.is_empty() => false,
        (Value::Map(map), None) if map.is_empty() => false,
        _ => !is_default(node, setting),
    }
}

fn is_default(node: &Node, setting: &Setting) -> bool {
    let Some(default) = export::default_node(setting) else { return node.text() == Some("") };
    match setting.kind {
        Type::Bool => read::bool(node) == read::bool(&default),
        Type::Bytes { .. } => read::bytes(node) == read::bytes(&default),
        Type::Duration { .. } => read::duration(node) == read::duration(&default),
        Type::Permissions => read::permissions(node) == read::permissions(&default),
        Type::Word(words) => read::word(node, words) == read::word(&default, words),
        Type::List(inner) => {
            let texts = |node: &Node| -> Option<Vec<String>> {
                Some(
                    super::items(node, *inner)?
                        .iter()
                        .filter_map(|item| item.text().map(str::to_owned))
                        .collect(),
                )
            };
            texts(node) == texts(&default)
        }
        _ => node.text() == default.text(),
    }
}
