//! `etc/packetbeat.reference.yml`: every setting with what it is for, all of it in comments.
//!
//! Loading it is the same as loading nothing; whoever wants a setting takes the `#` away before it and before the name of its
//! section.

use packetbeat_core::setting::{Default, Setting, Type};

use crate::later::with_later;
use crate::layout::{Block, Group, Row, flatten, groups, is_below, shared};
use crate::value::{default_yaml, limits, shown_yaml};
use crate::{COMMON, PROCESSORS, ProcessorTable, ProtocolTable};

/// Columns of a comment.
const WIDTH: usize = 100;

/// Stands for the name of a section in a processor.
const PROCESSOR: &str = "processors";

const HEAD: &str = "\
# packetbeat.reference.yml: every setting, with its default or an example, and what it is for.
#
# All of it is commented out: loading this file is the same as loading none. To set something, take the # away before it and
# before the name of its section. packetbeat.yml is the file to start from; this one is to look things up in.
#
# Made from the program's tables; changes here are lost.
";

/// The text of the file, with the protocols of the program and, after them, those that it does not have yet.
#[must_use]
pub fn reference(protocols: &[ProtocolTable]) -> String {
    let mut text = HEAD.to_owned();
    for group in groups() {
        write_group(&group, protocols, &mut text);
    }
    text
}

fn write_group(group: &Group, protocols: &[ProtocolTable], text: &mut String) {
    let title = group.section.map_or("general", |section| section.name);
    title_line(title, text);
    if let Some(section) = group.section {
        comment(section.about, "", text);
        later(section.later, "", text);
    }
    for row in group.rows.iter().filter(|row| row.setting.kind != Type::Protocols) {
        if row.setting.kind == Type::Processors && row.name == "processors" {
            write_processors(row, text);
        } else {
            write_row(row, "", text);
        }
    }
    for block in &group.blocks {
        write_block(block, text);
    }
    for row in group.rows.iter().filter(|row| row.setting.kind == Type::Protocols) {
        write_protocols(row, protocols, text);
    }
}

fn write_block(block: &Block, text: &mut String) {
    text.push('\n');
    rule(&block.name, text);
    comment(block.section.about, "", text);
    later(block.later, "", text);
    line("", &format!("{}:", block.name), text);
    write_rows(&block.rows, &block.name, "  ", text);
}

/// The rows of the section `name`. Tables that many sections share are explained in one of them; of processors they are only
/// named, elsewhere they stand there without words.
fn write_rows(rows: &[Row], name: &str, indent: &str, text: &mut String) {
    let mut rows = rows.iter().peekable();
    while let Some(row) = rows.next() {
        let Some(shared) = shared(row.setting).filter(|shared| shared.home != name) else {
            write_row(row, indent, text);
            continue;
        };
        text.push('\n');
        let in_processor = name == PROCESSOR;
        let ends = if in_processor { ".*" } else { "" };
        let about = format!(
            "-- {}{ends}: {} What can be set is explained at {}.",
            row.name, row.setting.about, shared.home
        );
        comment(&about, indent, text);
        later(row.later, indent, text);
        while let Some(below) = rows.next_if(|below| is_below(&below.name, &row.name)) {
            let shown = shown_yaml(below.setting).filter(|_| !in_processor && !below.is_heading());
            if let Some(shown) = shown {
                line(indent, &format!("{}: {shown}", below.name), text);
            }
        }
    }
}

/// A setting: what it is for, what it may hold, and itself.
fn write_row(row: &Row, indent: &str, text: &mut String) {
    if row.is_heading() {
        text.push('\n');
        comment(&format!("-- {}: {}", row.name, row.setting.about), indent, text);
        return;
    }
    let Some(shown) = shown_yaml(row.setting).or_else(|| empty(row.setting.kind)) else { return };
    text.push('\n');
    write_about(row, indent, text);
    line(indent, &format!("{}: {shown}", row.name), text);
}

fn write_about(row: &Row, indent: &str, text: &mut String) {
    let setting = row.setting;
    let mut about = setting.about.to_owned();
    if let Some(limits) = limits(setting.kind) {
        about.push(' ');
        about.push_str(&limits);
    }
    if setting.example.is_some() && setting.default != Default::Unset && !about.contains("nless set") {
        about.push_str(&match default_yaml(setting).as_deref() {
            Some("[]" | "\"\"") | None => " Unless set: none.".to_owned(),
            Some(default) => format!(" Unless set: {default}."),
        });
    }
    if setting.required {
        about.push_str(" Required.");
    }
    comment(&about, indent, text);
    for part in row.parts() {
        comment(&format!("- {}: {}", part.name, part.about), indent, text);
    }
    later(row.later, indent, text);
}

/// Where neither default nor example is there: what says nothing.
fn empty(kind: Type) -> Option<String> {
    matches!(kind, Type::Processors).then(|| "[]".to_owned())
}

fn write_processors(row: &Row, text: &mut String) {
    text.push('\n');
    rule("processors", text);
    comment(row.setting.about, "", text);
    comment(
        "Each may have a condition, `when`; `if` with `then` and `else` has processors of its own. Conditions: equals, contains, \
         regexp, range, has_fields, network, and, or, not.",
        "",
        text,
    );
    later(row.later, "", text);
    line("", "processors:", text);
    for table in PROCESSORS {
        write_processor(table, text);
    }
}

fn write_processor(table: &ProcessorTable, text: &mut String) {
    text.push('\n');
    comment(table.about, "  ", text);
    later(table.later, "  ", text);
    if table.options.is_empty() {
        line("  ", &format!("- {}: {{}}", table.name), text);
        return;
    }
    line("  ", &format!("- {}:", table.name), text);
    let mut rows = Vec::new();
    flatten(table.options, "", false, &mut rows);
    write_rows(&rows, PROCESSOR, "      ", text);
}

fn write_protocols(row: &Row, protocols: &[ProtocolTable], text: &mut String) {
    text.push('\n');
    rule(&row.name, text);
    comment(row.setting.about, "", text);
    comment("Each protocol takes these besides its own:", "", text);
    let mut common = Vec::new();
    flatten(COMMON, "", false, &mut common);
    for row in common.iter().filter(|row| !row.is_heading() && row.setting.name != "type") {
        let shown = shown_yaml(row.setting).or_else(|| empty(row.setting.kind)).unwrap_or_default();
        let yet = if row.later { " Not acted on yet." } else { "" };
        comment(&format!("- {}: {shown}. {}{yet}", row.name, row.setting.about), "", text);
    }
    line("", &format!("{}:", row.name), text);
    for table in with_later(protocols) {
        write_protocol(table, text);
    }
}

fn write_protocol(table: &ProtocolTable, text: &mut String) {
    text.push('\n');
    if table.later {
        comment("Not analysed yet.", "  ", text);
    }
    line("  ", &format!("- type: {}", table.name), text);
    if !table.ports.is_empty() {
        let ports: Vec<String> = table.ports.iter().map(u16::to_string).collect();
        text.push('\n');
        comment("Its usual ports.", "    ", text);
        line("    ", &format!("ports: [{}]", ports.join(", ")), text);
    }
    let mut rows = Vec::new();
    flatten(table.options, "", false, &mut rows);
    write_rows(&rows, table.name, "    ", text);
}

fn later(later: bool, indent: &str, text: &mut String) {
    if later {
        comment("(Checked, and not acted on yet.)", indent, text);
    }
}

/// A line that is commented out so that taking the `#` away leaves it in its place.
fn line(indent: &str, content: &str, text: &mut String) {
    text.push_str(indent);
    text.push('#');
    text.push_str(content);
    text.push('\n');
}

/// A comment over as many lines as it takes.
fn comment(about: &str, indent: &str, text: &mut String) {
    let begin = format!("{indent}#");
    let mut column = 0;
    for word in about.split_whitespace() {
        let length = word.chars().count();
        if column == 0 || column + 1 + length > WIDTH {
            if column != 0 {
                text.push('\n');
            }
            text.push_str(&begin);
            column = begin.len();
        }
        text.push(' ');
        text.push_str(word);
        column += 1 + length;
    }
    text.push('\n');
}

fn title_line(title: &str, text: &mut String) {
    let dashes = "=".repeat(WIDTH.saturating_sub(title.len() + 9));
    text.push_str(&format!("\n# ===== {title} {dashes}\n"));
}

fn rule(title: &str, text: &mut String) {
    let dashes = "-".repeat(WIDTH.saturating_sub(title.len() + 9));
    text.push_str(&format!("# ----- {title} {dashes}\n"));
}

/// The examples of a table, for tests: see [`crate::examples`].
pub(crate) fn example_of(setting: &Setting) -> Option<String> {
    shown_yaml(setting).or_else(|| empty(setting.kind))
}
