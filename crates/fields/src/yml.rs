//! Fields to the text of one `fields.yml`, in the format of Beats.

use std::fmt::Write as _;

use crate::field::{Field, IgnoreAbove};
use crate::fields::Fields;

impl Fields {
    /// The complete `fields.yml`: what `export fields` prints. The same fields give the same text, and
    /// [`Fields::read`] gives the same fields back.
    #[must_use]
    pub fn to_yaml(&self) -> String {
        let mut out = String::from(
            "# Every field that an event can have, by what brings it. Generated from the fields.yml of the protocols; do not edit.\n",
        );
        for section in self.sections() {
            line(&mut out, 0, "- key", &section.key);
            line(&mut out, 2, "title", &quoted(&section.title));
            if !section.description.is_empty() {
                line(&mut out, 2, "description", &quoted(&section.description));
            }
            out.push_str("  fields:\n");
            for field in &section.fields {
                write_field(&mut out, 4, field);
            }
        }
        out
    }
}

fn write_field(out: &mut String, indent: usize, field: &Field) {
    line(out, indent, "- name", &name(&field.name));
    let indent = indent + 2;
    line(out, indent, "type", field.kind.name());
    if !field.description.is_empty() {
        line(out, indent, "description", &quoted(&field.description));
    }
    let more = &field.more;
    let flags = [
        ("index", more.index),
        ("doc_values", more.doc_values),
        ("enabled", more.enabled),
        ("default_field", more.default_field),
        ("norms", more.norms.then_some(true)),
        ("migration", more.migration.then_some(true)),
        ("overwrite", more.overwrite.then_some(true)),
    ];
    for (name, flag) in flags {
        if let Some(flag) = flag {
            line(out, indent, name, if flag { "true" } else { "false" });
        }
    }
    match more.ignore_above {
        IgnoreAbove::Usual => {}
        IgnoreAbove::Server => line(out, indent, "ignore_above", "-1"),
        IgnoreAbove::Characters(number) => line(out, indent, "ignore_above", &number.to_string()),
    }
    if let Some(dynamic) = more.dynamic {
        line(out, indent, "dynamic", dynamic.name());
    }
    for (name, number) in
        [("scaling_factor", more.scaling_factor), ("output_precision", more.output_precision)]
    {
        if let Some(number) = number {
            line(out, indent, name, &number.to_string());
        }
    }
    if let Some(kind) = more.object_type {
        line(out, indent, "object_type", kind.name());
    }
    let texts = [
        ("object_type_mapping_type", &more.object_type_mapping_type),
        ("path", &more.path),
        ("value", &more.value),
        ("copy_to", &more.copy_to),
        ("analyzer", &more.analyzer),
        ("search_analyzer", &more.search_analyzer),
        ("format", &more.format),
        ("input_format", &more.input_format),
        ("output_format", &more.output_format),
        ("pattern", &more.pattern),
        ("unit", &more.unit),
        ("metric_type", &more.metric_type),
        ("example", &more.example),
    ];
    for (name, text) in texts {
        if let Some(text) = text {
            line(out, indent, name, &quoted(text));
        }
    }
    if !more.multi_fields.is_empty() {
        let _ = writeln!(out, "{:indent$}multi_fields:", "");
        for field in &more.multi_fields {
            write_field(out, indent + 2, field);
        }
    }
}

fn line(out: &mut String, indent: usize, name: &str, value: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{:indent$}{name}: {value}", "");
}

/// A name plain where YAML takes it so, quoted where it has `@` or `*`.
fn name(text: &str) -> String {
    let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'))
        && text.starts_with(|c: char| c.is_ascii_alphabetic());
    if plain { text.to_owned() } else { quoted(text) }
}

/// Text in double quotes. What JSON escapes, YAML reads in the same way.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
