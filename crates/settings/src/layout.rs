//! How the tables are laid out for people: groups with blocks of rows.

use packetbeat_core::setting::{Setting, Type};

use crate::queue::QUEUE;
use crate::root;
use crate::ssl::{KERBEROS, SSL};

/// A top-level section, or the settings that are in none.
pub(crate) struct Group {
    /// The section; `None` for those that are in none.
    pub(crate) section: Option<&'static Setting>,
    /// Its own settings.
    pub(crate) rows: Vec<Row>,
    /// The sections in it.
    pub(crate) blocks: Vec<Block>,
}

/// A section of the second level.
pub(crate) struct Block {
    /// Its full name.
    pub(crate) name: String,
    /// The section.
    pub(crate) section: &'static Setting,
    /// It, or what it is in, is not acted on yet.
    pub(crate) later: bool,
    /// What is in it, to whatever depth.
    pub(crate) rows: Vec<Row>,
}

/// A setting in a block.
#[derive(Clone)]
pub(crate) struct Row {
    /// Its name, relative to the block and dotted.
    pub(crate) name: String,
    /// The setting. A section is only a heading for the rows that follow, unless it has an example.
    pub(crate) setting: &'static Setting,
    /// It is not acted on yet, while its block is.
    pub(crate) later: bool,
}

impl Row {
    /// Is it only a heading for the rows that follow?
    pub(crate) fn is_heading(&self) -> bool {
        matches!(self.setting.kind, Type::Section(_)) && self.setting.example.is_none()
    }

    /// What each item of its list, or the section that its example is of, can hold.
    pub(crate) fn parts(&self) -> &'static [Setting] {
        match self.setting.kind {
            Type::List(&Type::Section(parts)) | Type::Section(parts) => parts,
            _ => &[],
        }
    }
}

/// All groups: `packetbeat`, what is in no section, and the others in the order of the table.
pub(crate) fn groups() -> Vec<Group> {
    let (sections, leaves): (Vec<_>, Vec<_>) =
        root().iter().partition(|setting| matches!(setting.kind, Type::Section(_)));
    let mut groups: Vec<Group> = sections.into_iter().map(group).collect();
    let rows = leaves.into_iter().map(|setting| Row {
        name: setting.name.to_owned(),
        setting,
        later: setting.later,
    });
    groups.insert(1.min(groups.len()), Group { section: None, rows: rows.collect(), blocks: Vec::new() });
    groups
}

fn group(section: &'static Setting) -> Group {
    let mut group = Group { section: Some(section), rows: Vec::new(), blocks: Vec::new() };
    for setting in inner(section) {
        let name = format!("{}.{}", section.name, setting.name);
        let later = section.later || setting.later;
        if is_block(setting) {
            let mut rows = Vec::new();
            flatten(inner(setting), "", later, &mut rows);
            for row in &mut rows {
                row.later &= !later;
            }
            group.blocks.push(Block { name, section: setting, later, rows });
        } else {
            group.rows.push(Row { name, setting, later: setting.later });
        }
    }
    group
}

/// A section, and the list of interfaces, which is mostly written as one.
fn is_block(setting: &Setting) -> bool {
    matches!(setting.kind, Type::Section(_))
        || (matches!(setting.kind, Type::List(&Type::Section(_))) && setting.example.is_none())
}

fn inner(setting: &Setting) -> &'static [Setting] {
    crate::walk::section(setting).unwrap_or_default()
}

/// The rows of a table, sections before what is in them.
pub(crate) fn flatten(table: &'static [Setting], above: &str, later: bool, rows: &mut Vec<Row>) {
    for setting in table {
        let name =
            if above.is_empty() { setting.name.to_owned() } else { format!("{above}.{}", setting.name) };
        let row = Row { name: name.clone(), setting, later: later || setting.later };
        let heading = row.is_heading();
        let later = row.later;
        rows.push(row);
        if heading {
            flatten(inner(setting), &name, later, rows);
        }
    }
}

/// A table that stands in many sections: it is explained once, and pointed to.
pub(crate) struct Shared {
    table: &'static [Setting],
    /// What it is called.
    pub(crate) title: &'static str,
    /// Where the page explains it.
    pub(crate) anchor: &'static str,
    /// The section where the reference configuration explains it.
    pub(crate) home: &'static str,
}

const SHARED: &[Shared] = &[
    Shared { table: SSL, title: "TLS", anchor: "tls", home: "output.elasticsearch" },
    Shared { table: KERBEROS, title: "Kerberos", anchor: "kerberos", home: "output.elasticsearch" },
    Shared { table: QUEUE, title: "queue", anchor: "queue", home: "queue" },
];

/// The table that a section shares with others.
pub(crate) fn shared(setting: &Setting) -> Option<&'static Shared> {
    let Type::Section(table) = setting.kind else { return None };
    SHARED.iter().find(|shared| shared.table == table)
}

/// Is this the name of a setting in the section `above`?
pub(crate) fn is_below(name: &str, above: &str) -> bool {
    name.strip_prefix(above).is_some_and(|rest| rest.starts_with('.'))
}
