//! The answer that is coming: figures, errors, and the text of its rows.

use packetbeat_core::csv;
use packetbeat_core::excerpt::Excerpt;
use packetbeat_core::reader::Reader;
use packetbeat_core::record::Half;
use packetbeat_core::stream::WireError;

use crate::command::{Columns, is_null};
use crate::config::Config;
use crate::limits::{COLUMNS, ERROR_BYTES, PATH_BYTES, RESPONSE_BYTES};
use crate::value::{NULL, Value};
use crate::wire::{self, Column, ColumnKind, Figures, ServerError};

/// An answer. Cleared and used again.
#[derive(Debug, Default)]
pub(crate) struct Reply {
    /// The packet of its first byte, and its bytes so far; `None` between answers.
    pub(crate) half: Option<Half>,
    pub(crate) affected: u64,
    pub(crate) insert_id: u64,
    pub(crate) warnings: u64,
    pub(crate) rows: u64,
    /// Columns of the first result that has any.
    pub(crate) fields: u64,
    /// Results; 0 before the end of the first.
    pub(crate) results: u64,
    /// The error's code; `None` for success.
    pub(crate) error: Option<u16>,
    /// Its SQL state.
    pub(crate) state: Excerpt,
    /// Its text.
    pub(crate) text: Excerpt,
    /// `schema.table, …` of the columns.
    pub(crate) tables: Vec<u8>,
    /// The rows as comma-separated values.
    pub(crate) csv: Vec<u8>,
    /// Types of the columns of the result that is coming.
    pub(crate) kinds: Vec<ColumnKind>,
    /// Rows of this result in `csv`.
    pub(crate) shown: u64,
    /// Bytes within it that the capture does not have.
    pub(crate) lost: u64,
    /// Something in it was not what it should have been.
    pub(crate) malformed: Option<&'static str>,
    /// A value put together.
    scratch: Vec<u8>,
}

impl Reply {
    /// Forgets everything and keeps the memory, unless it is much.
    pub(crate) fn clear(&mut self) {
        const KEEP_BYTES: usize = 16 << 10;
        let empty = |mut bytes: Vec<u8>| {
            bytes.clear();
            if bytes.capacity() > KEEP_BYTES { Vec::new() } else { bytes }
        };
        let mut old = std::mem::take(self);
        old.state.clear();
        old.text.clear();
        old.kinds.clear();
        *self = Self {
            state: old.state,
            text: old.text,
            tables: empty(old.tables),
            csv: empty(old.csv),
            kinds: old.kinds,
            scratch: empty(old.scratch),
            ..Self::default()
        };
    }

    /// Counts bytes of a packet.
    pub(crate) fn add_bytes(&mut self, bytes: usize) {
        if let Some(half) = &mut self.half {
            half.bytes = half.bytes.saturating_add(bytes as u64);
        }
    }

    /// The figures of an OK packet.
    pub(crate) fn add(&mut self, figures: Figures) {
        self.affected = self.affected.saturating_add(figures.affected);
        if figures.insert_id != 0 {
            self.insert_id = figures.insert_id;
        }
        self.warnings = self.warnings.saturating_add(u64::from(figures.warnings));
        self.results = self.results.saturating_add(1);
    }

    /// An error.
    pub(crate) fn fail(&mut self, error: &ServerError<'_>) {
        self.error = Some(error.code);
        self.state.clear();
        self.state.push(error.state, error.state.len());
        self.text.clear();
        self.text.push(error.text, ERROR_BYTES);
        self.results = self.results.saturating_add(1);
    }

    /// Columns of a result begin.
    pub(crate) fn begin_columns(&mut self, count: u64) {
        if self.fields == 0 {
            self.fields = count;
        }
        self.kinds.clear();
        self.shown = 0;
    }

    /// A column of a result.
    pub(crate) fn column(&mut self, column: &Column<'_>, config: &Config) {
        if !column.table.is_empty() || !column.schema.is_empty() {
            self.table(column);
        }
        if config.send_response && self.kinds.len() < COLUMNS {
            let first = self.kinds.is_empty();
            self.kinds.push(column.kind);
            if self.csv.len() < RESPONSE_BYTES {
                csv::value(column.name, first, &mut self.csv);
            }
        }
    }

    fn table(&mut self, column: &Column<'_>) {
        // Most columns are of the same table as the one before.
        let is = |known: &[u8]| {
            known
                .strip_prefix(column.schema)
                .and_then(|rest| rest.strip_prefix(b"."))
                .is_some_and(|rest| rest == column.table)
        };
        let mut known = Some(&*self.tables).filter(|tables| !tables.is_empty());
        while let Some(rest) = known {
            let end = memchr::memmem::find(rest, b", ");
            if is(rest.get(..end.unwrap_or(rest.len())).unwrap_or_default()) {
                return;
            }
            known = end.and_then(|end| rest.get(end + 2..));
        }
        if self.tables.len() + column.schema.len() + column.table.len() + 3 <= PATH_BYTES {
            if !self.tables.is_empty() {
                self.tables.extend_from_slice(b", ");
            }
            self.tables.extend_from_slice(column.schema);
            self.tables.push(b'.');
            self.tables.extend_from_slice(column.table);
        }
    }

    /// The columns are those of a statement that was prepared.
    pub(crate) fn known_columns(&mut self, columns: &Columns) {
        self.kinds.extend_from_slice(&columns.kinds);
        self.csv.extend_from_slice(&columns.names);
        if self.tables.is_empty() {
            self.tables.extend_from_slice(&columns.tables);
        }
        self.end_columns();
    }

    /// Moves what is known of the columns out: they are not an answer's, but a prepared statement's.
    pub(crate) fn give_columns(&mut self, to: &mut Columns) {
        to.kinds.extend_from_slice(&self.kinds);
        to.names.extend_from_slice(&self.csv);
        to.tables.extend_from_slice(&self.tables);
    }

    /// The columns are over: the line with their names too.
    pub(crate) fn end_columns(&mut self) {
        if !self.kinds.is_empty() {
            self.csv.push(b'\n');
        }
    }

    /// Whether the next row goes into the text.
    pub(crate) fn wants_row(&self, config: &Config) -> bool {
        config.send_response && self.shown < config.max_rows && self.csv.len() < RESPONSE_BYTES
    }

    /// A row whose values go into the text.
    pub(crate) fn show_row(&mut self, payload: &[u8], binary: bool, config: &Config) {
        self.shown += 1;
        let mut left = config.max_row_length;
        // What cannot be read to its end is shown as far as it goes.
        let _ = if binary { self.binary_row(payload, &mut left) } else { self.text_row(payload, &mut left) };
        self.csv.push(b'\n');
    }

    fn text_row(&mut self, payload: &[u8], left: &mut usize) -> Result<(), WireError> {
        let mut from = Reader::new(payload);
        let mut first = true;
        while !from.is_empty() && *left > 0 {
            let value = wire::text_or_start(&mut from)?.unwrap_or(NULL);
            add_value(value, std::mem::take(&mut first), left, &mut self.csv);
        }
        Ok(())
    }

    fn binary_row(&mut self, payload: &[u8], left: &mut usize) -> Result<(), WireError> {
        /// The first two bits of the bitmap mean nothing.
        const FIRST: usize = 2;
        let mut from = Reader::starting_at(payload, 1);
        let nulls = from.take((self.kinds.len() + FIRST).div_ceil(8), "null bitmap")?;
        for (at, kind) in self.kinds.iter().enumerate() {
            if *left == 0 {
                break;
            }
            if is_null(nulls, at + FIRST) {
                add_value(NULL, at == 0, left, &mut self.csv);
                continue;
            }
            self.scratch.clear();
            let value = Value::read(&mut from, *kind)?;
            value.write_at_most(*left, &mut self.scratch);
            add_value(&self.scratch, at == 0, left, &mut self.csv);
        }
        Ok(())
    }

    /// Bytes of memory held.
    pub(crate) const fn heap_bytes(&self) -> usize {
        self.state.heap_bytes()
            + self.text.heap_bytes()
            + self.tables.capacity()
            + self.csv.capacity()
            + self.scratch.capacity()
            + self.kinds.capacity() * size_of::<ColumnKind>()
    }
}

/// Adds a value of a row, cut to what is `left` of the row.
fn add_value(value: &[u8], first: bool, left: &mut usize, to: &mut Vec<u8>) {
    let value = value.get(..*left).unwrap_or(value);
    *left -= value.len();
    csv::value(value, first, to);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_named_once() {
        let mut reply = Reply::default();
        let config = crate::tests::config();
        for table in ["orders", "order", "orders", "", "order"] {
            let kind = ColumnKind::default();
            let column = Column { schema: b"shop", table: table.as_bytes(), name: b"id", kind };
            reply.column(&column, &config);
        }
        assert_eq!(reply.tables, b"shop.orders, shop.order, shop.");
    }
}
