//! What is accepted and not acted on yet: one warning for each section, and none for what asks for nothing.

use crate::error::Warning;
use crate::mark::Mark;
use crate::node::{Node, Value};

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

/// `enabled: false`, nothing at all, and an empty list ask for nothing: no need to warn of them.
pub(super) fn says_something(node: &Node) -> bool {
    match &node.value {
        Value::Null | Value::Bool(false) => false,
        Value::List(items) => !items.is_empty(),
        Value::Map(map) => {
            !super::is_off(node) && map.entries().iter().any(|entry| says_something(&entry.node))
        }
        _ => true,
    }
}
