//! Names that are chosen by the event: `index` and `indices`, `pipeline` and `pipelines`.

use crate::format::Format;
use crate::mark::Mark;
use crate::node::{Node, Value};
use crate::section::Section;

/// How a name is chosen: the first rule that fits gives it, otherwise it is the general one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Select {
    /// In their order.
    pub rules: Vec<Rule>,
    /// Where no rule fits; without one there is no name then.
    pub otherwise: Option<Format>,
}

/// One row. It fits where its condition holds, its format has a value, and, with `mappings`, the value is among them or
/// there is an `otherwise`.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Where it was written.
    pub at: Mark,
    /// The condition, checked; all events without one.
    pub when: Option<Node>,
    /// What gives the name.
    pub name: Format,
    /// What the name becomes, by what the format gives; empty keeps it. Names are compared in lower case.
    pub mappings: Vec<(String, String)>,
    /// The name where `mappings` has none.
    pub otherwise: Option<String>,
}

impl Select {
    /// Is it the same name for every event, or never one?
    #[must_use]
    pub fn is_constant(&self) -> bool {
        self.rules.is_empty() && self.otherwise.as_ref().is_none_or(Format::is_constant)
    }
}

/// The general name in `one`, the rules in `many`.
pub(crate) fn read(section: &Section, one: &str, many: &str) -> Select {
    let rows = match section.node(many) {
        Some(Node { value: Value::List(items), .. }) => items,
        Some(node) => vec![node],
        None => Vec::new(),
    };
    let table = section.section(many);
    let rules = rows.into_iter().filter_map(|row| rule(&table.same(row), one)).collect();
    Select { rules, otherwise: format(section, one) }
}

fn rule(row: &Section, name: &str) -> Option<Rule> {
    Some(Rule {
        at: row.mark().clone(),
        when: row.node("when"),
        name: format(row, name)?,
        mappings: row.pairs("mappings"),
        otherwise: row.text("default").filter(|name| !name.is_empty()),
    })
}

fn format(section: &Section, key: &str) -> Option<Format> {
    section.text(key)?.parse().ok()
}
