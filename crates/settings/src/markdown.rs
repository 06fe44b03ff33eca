//! The pages of the documentation that say what can be set.

use packetbeat_core::setting::{Setting, Type};

use crate::later::with_later;
use crate::layout::{Block, Row, Shared, flatten, groups, is_below, shared};
use crate::ssl::{KERBEROS, SSL};
use crate::value::{default_yaml, limits};
use crate::{COMMON, LATER_PROTOCOLS, PROCESSORS, ProtocolTable, walk};

const HEAD: &str = "\
# Reference

Every setting of `packetbeat.yml`. How the file is written and where it comes from: [Configuration](configuration.md). The same
as a file with examples: `packetbeat.reference.yml`.

This page is made from the program's tables; changes here are lost. \u{2013} stands for no default: the text says what holds then.
*Not yet*: the setting is known and checked, and nothing acts on it.
";

/// A table of options: key, default, meaning.
#[must_use]
pub fn options_markdown(table: &'static [Setting]) -> String {
    let mut rows = Vec::new();
    flatten(table, "", false, &mut rows);
    rows_markdown(&rows)
}

/// `docs/reference.md`, with the protocols of the program and, after them, those that it does not have yet.
#[must_use]
pub fn reference_markdown(protocols: &[ProtocolTable]) -> String {
    let mut text = HEAD.to_owned();
    for group in groups() {
        let title =
            group.section.map_or_else(|| "In no section".to_owned(), |section| format!("`{}`", section.name));
        let about = group.section.map_or("", |section| section.about);
        heading("##", &title, about, group.section.is_some_and(|section| section.later), &mut text);
        if !group.rows.is_empty() {
            text.push_str(&rows_markdown(&group.rows));
        }
        for block in &group.blocks {
            block_markdown(block, &mut text);
        }
    }
    protocols_markdown(protocols, &mut text);
    processors_markdown(&mut text);
    for (table, title) in [(SSL, "TLS"), (KERBEROS, "Kerberos")] {
        heading("##", title, "In every section that it is named in.", false, &mut text);
        text.push_str(&options_markdown(table));
    }
    heading("##", "Accepted, and not acted on yet", "", false, &mut text);
    text.push_str(&later_markdown());
    text
}

fn block_markdown(block: &Block, text: &mut String) {
    heading("###", &format!("`{}`", block.name), block.section.about, block.later, text);
    if !block.rows.is_empty() {
        text.push_str(&rows_markdown(&block.rows));
    }
}

fn protocols_markdown(protocols: &[ProtocolTable], text: &mut String) {
    heading(
        "##",
        "`packetbeat.protocols`",
        "A list of sections, each with the `type` of a protocol. What all of them take:",
        false,
        text,
    );
    text.push_str(&options_markdown(COMMON));
    for table in with_later(protocols) {
        let name = table.name;
        let mut about = Vec::new();
        if !table.ports.is_empty() {
            about.push(format!("Usual ports: {}.", ports(table)));
        }
        if !table.later {
            about.push(format!("See also [its page](protocols/{name}.md)."));
        }
        heading("###", &format!("`{name}`"), &about.join(" "), table.later, text);
        if !table.options.is_empty() {
            text.push_str(&options_markdown(table.options));
        }
    }
}

fn ports(table: &ProtocolTable) -> String {
    table.ports.iter().map(u16::to_string).collect::<Vec<_>>().join(", ")
}

fn processors_markdown(text: &mut String) {
    heading(
        "##",
        "`processors`",
        "A list; each item is a map of one name. Besides their own options all take `when`, a condition: `equals`, `contains`, \
         `regexp`, `range`, `has_fields`, `network`, `and`, `or`, `not`. `if` with `then` and `else` holds processors. See also [the page on them](processors.md).",
        false,
        text,
    );
    for table in PROCESSORS {
        heading("###", &format!("`{}`", table.name), table.about, table.later, text);
        if !table.options.is_empty() {
            text.push_str(&options_markdown(table.options));
        }
    }
}

/// What is accepted and checked, and not acted on: the highest names alone, a bullet for each section.
#[must_use]
pub fn later_markdown() -> String {
    let mut text = "\n".to_owned();
    let mut single = Vec::new();
    for setting in crate::root() {
        let table: &'static [Setting] = std::slice::from_ref(setting);
        let names = highest_later(table);
        if crate::section(setting).is_some() {
            bullet(names, "", &mut text);
        } else {
            single.extend(names);
        }
    }
    bullet(single, "", &mut text);
    bullet(highest_later(COMMON), "of every protocol: ", &mut text);
    let processors = PROCESSORS.iter().filter(|table| table.later).map(|table| table.name.to_owned());
    bullet(processors.collect(), "the processors ", &mut text);
    bullet(LATER_PROTOCOLS.iter().map(|table| table.name.to_owned()).collect(), "the protocols ", &mut text);
    text
}

/// The names that are not acted on yet, without those below a section that is not.
fn highest_later(table: &'static [Setting]) -> Vec<String> {
    let mut names = Vec::new();
    let mut last: Option<String> = None;
    for place in walk(table) {
        let below = last.as_ref().is_some_and(|last| is_below(&place.name, last));
        if place.later && !below {
            let whole = matches!(place.setting.kind, Type::Section(_));
            names.push(if whole { format!("{}.*", place.name) } else { place.name.clone() });
            last = Some(place.name);
        }
    }
    names
}

fn bullet(names: Vec<String>, before: &str, text: &mut String) {
    if !names.is_empty() {
        let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
        text.push_str(&format!("- {before}{}\n", names.join(", ")));
    }
}

fn heading(level: &str, title: &str, about: &str, later: bool, text: &mut String) {
    text.push_str(&format!("\n{level} {title}\n"));
    if !about.is_empty() || later {
        let yet = if later { " *Not yet.*" } else { "" };
        text.push_str(&format!("\n{}\n", format!("{about}{yet}").trim()));
    }
}

fn rows_markdown(rows: &[Row]) -> String {
    let mut text = "\n| key | default | meaning |\n|---|---|---|\n".to_owned();
    let mut pointed: Option<String> = None;
    for row in rows {
        if pointed.as_ref().is_some_and(|above| is_below(&row.name, above)) {
            continue;
        }
        if let Some(shared) = shared(row.setting) {
            let Shared { title, anchor, .. } = shared;
            let yet = if row.later { " *Not yet.*" } else { "" };
            text.push_str(&format!(
                "| `{}.*` | \u{2013} | {} See [{title}](#{anchor}).{yet} |\n",
                row.name, row.setting.about
            ));
            pointed = Some(row.name.clone());
        } else if !row.is_heading() || matches!(row.setting.kind, Type::Section(&[])) {
            text.push_str(&format!(
                "| `{}` | {} | {} |\n",
                row.name,
                default_cell(row.setting),
                meaning(row)
            ));
        }
    }
    text
}

fn default_cell(setting: &Setting) -> String {
    match default_yaml(setting).as_deref() {
        None => "\u{2013}".to_owned(),
        Some("[]" | "\"\"") => "none".to_owned(),
        Some(default) => format!("`{}`", default.replace('|', "\\|")),
    }
}

fn meaning(row: &Row) -> String {
    let mut text = row.setting.about.to_owned();
    if let Some(limits) = limits(row.setting.kind) {
        text.push(' ');
        text.push_str(&limits);
    }
    if let Some(example) = row.setting.example.filter(|_| row.parts().is_empty()) {
        text.push_str(&format!(" Example: `{example}`."));
    }
    for part in row.parts() {
        text.push_str(&format!(" `{}`: {}", part.name, part.about));
    }
    if row.setting.required {
        text.push_str(" Required.");
    }
    if row.later {
        text.push_str(" *Not yet.*");
    }
    text.replace('|', "\\|")
}
