//! Tables of fields for the documents, and the blocks of a document that are generated.

use std::fmt::Write as _;

use crate::field::Field;
use crate::section::Section;

/// A document without the block that is to be replaced.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no block of generated {name}: the document needs the lines `{}` and `{END}` below it", begin(.name))]
pub struct NoBlock {
    name: String,
}

/// The line at a block's end.
const END: &str = "<!-- /generated -->";

fn begin(name: &str) -> String {
    format!("<!-- generated: {name} -->")
}

/// The document with a new text between `<!-- generated: NAME -->` and `<!-- /generated -->`.
///
/// # Errors
/// The document has no such lines.
///
/// ```
/// let text = "# Page\n<!-- generated: fields -->\nold\n<!-- /generated -->\nEnd\n";
/// let new = packetbeat_fields::docs::replace_block(text, "fields", "new\n").unwrap();
/// assert_eq!(new, "# Page\n<!-- generated: fields -->\n\nnew\n\n<!-- /generated -->\nEnd\n");
/// assert_eq!(packetbeat_fields::docs::replace_block(&new, "fields", "new\n").unwrap(), new);
/// assert!(packetbeat_fields::docs::replace_block("# Page\n", "fields", "new\n").is_err());
/// ```
pub fn replace_block(text: &str, name: &str, block: &str) -> Result<String, NoBlock> {
    let missing = || NoBlock { name: name.to_owned() };
    let begin = format!("{}\n", begin(name));
    let (before, rest) = text.split_once(&begin).ok_or_else(missing)?;
    let (_, after) = rest.split_once(END).ok_or_else(missing)?;
    Ok(format!("{before}{begin}\n{}\n\n{END}{after}", block.trim_end()))
}

/// The table of a section: name, type and description of each field.
#[must_use]
pub fn table(section: &Section) -> String {
    let mut out = String::from("| field | type | description |\n|---|---|---|\n");
    for field in &section.fields {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "| `{}` | {} | {} |", field.name, kind(field), cell(&field.description));
    }
    out
}

/// The tables of several sections under headings.
#[must_use]
pub fn tables<'s>(sections: impl IntoIterator<Item = &'s Section>) -> String {
    let mut out = String::new();
    for section in sections {
        let _ = writeln!(out, "## {}\n", section.title);
        if !section.description.is_empty() {
            let _ = writeln!(out, "{}\n", section.description);
        }
        let _ = writeln!(out, "{}", table(section));
    }
    out
}

fn kind(field: &Field) -> String {
    let name = field.kind.name();
    match (&field.more.path, field.more.object_type) {
        (Some(path), _) => format!("{name} of `{path}`"),
        (_, Some(kind)) => format!("{name} of {}", kind.name()),
        _ => name.to_owned(),
    }
}

/// Text that ends no cell of a table.
fn cell(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}
