//! Names that no table has, and what was probably meant.

use super::{Checker, join};
use crate::error::Error;
use crate::nearest::nearest;
use crate::node::{Entry, Node};
use crate::schema::{self, Row};

/// So many errors get hints: looking for the nearest name is slow where everything is wrong.
const MAX_HINTED: usize = 100;
/// At most so many valid names are listed when none is near.
const MAX_LISTED: usize = 12;

impl Checker<'_> {
    pub(super) fn unknown(&mut self, entry: &Entry, rows: &[Row], path: &str) {
        let what = if path == "output" { "unknown output" } else { "unknown setting" };
        let mut error = Error::new(entry.key_at.clone(), join(path, &entry.key), what);
        if self.hinted < MAX_HINTED {
            self.hinted += 1;
            error.hint = Some(meant(&entry.key, rows, path));
        }
        self.errors.push(error);
    }

    pub(super) fn not_a_section(&mut self, node: &Node, rows: &[Row], path: &str) {
        let what = format!("expected a section, found {}", node.kind());
        let hint = match path {
            "output" => "such as output.file: {path: /var/lib/packetbeat}".to_owned(),
            _ => valid_here(rows),
        };
        self.errors.push(Error::new(node.at.clone(), path, what).hint(hint));
    }
}

fn meant(key: &str, rows: &[Row], path: &str) -> String {
    let begun = || names(rows).find(|name| key.len() > 2 && name.starts_with(key));
    let near = nearest(key, names(rows)).or_else(begun).map(|name| join(path, name)).or_else(|| {
        // Deep in a section a setting of the same name further down is another one.
        let top = matches!(path, "" | "packetbeat" | "setup");
        let below = elsewhere(key, rows).or_else(|| misspelt(key, rows)).filter(|_| top)?;
        Some(join(path, &below))
    });
    near.map_or_else(|| valid_here(rows), |name| format!("did you mean {name}?"))
}

/// A setting further down that is called so: `protocols` for `packetbeat.protocols`.
fn elsewhere(key: &str, rows: &[Row]) -> Option<String> {
    rows.iter().find_map(|(name, setting)| {
        let table = schema::rows(schema::table_of(setting.kind)?);
        match schema::exact(&table, key) {
            Some(_) => Some(join(name, key)),
            None => elsewhere(key, &table).map(|below| join(name, &below)),
        }
    })
}

/// A setting one level further down that is called nearly so.
fn misspelt(key: &str, rows: &[Row]) -> Option<String> {
    rows.iter().find_map(|(name, setting)| {
        let table = schema::rows(schema::table_of(setting.kind)?);
        nearest(key, names(&table)).filter(|_| key.len() > 4).map(|near| join(name, near))
    })
}

fn names(rows: &[Row]) -> impl Iterator<Item = &'static str> {
    rows.iter().filter_map(|(name, _)| name.split('.').next())
}

pub(super) fn valid_here(rows: &[Row]) -> String {
    let mut all: Vec<_> = names(rows).collect();
    all.dedup();
    let shown = all.get(..MAX_LISTED).unwrap_or(&all).join(", ");
    match all.len().checked_sub(MAX_LISTED) {
        Some(more) if more > 0 => format!("valid here: {shown} and {more} more"),
        _ => format!("valid here: {shown}"),
    }
}
