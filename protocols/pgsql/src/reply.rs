//! The answer that is coming: figures, errors, and the text of its rows.

use packetbeat_core::csv;
use packetbeat_core::excerpt::Excerpt;
use packetbeat_core::reader::Reader;
use packetbeat_core::record::Half;
use packetbeat_core::stream::WireError;

use crate::config::Config;
use crate::limits::{ERROR_BYTES, RESPONSE_BYTES, TYPES};
use crate::request::Statement;
use crate::value;
use crate::wire::{self, Said, Tag};

/// An answer. Cleared and used again.
#[derive(Debug, Default)]
pub(crate) struct Reply {
    /// The packet of its first byte, and its bytes so far; `None` between answers.
    pub(crate) half: Option<Half>,
    pub(crate) rows: u64,
    /// Columns of the result.
    pub(crate) fields: u64,
    /// Rows that were changed, or copied.
    pub(crate) affected: Option<u64>,
    pub(crate) warnings: u64,
    /// The statement failed.
    pub(crate) failed: bool,
    pub(crate) severity: Excerpt,
    /// The SQLSTATE.
    pub(crate) code: Excerpt,
    /// The error's text.
    pub(crate) text: Excerpt,
    /// The rows as comma-separated values.
    pub(crate) csv: Vec<u8>,
    /// Types of the columns of the result that is coming.
    pub(crate) columns: Vec<u32>,
    /// Whether their formats are the binary one, where the description said so.
    binary: Vec<bool>,
    /// The columns are known, or it is known that they are not.
    pub(crate) described: bool,
    /// Rows in `csv`.
    shown: u64,
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
        let Self {
            half,
            rows,
            fields,
            affected,
            warnings,
            failed,
            severity,
            code,
            text,
            csv,
            columns,
            binary,
            described,
            shown,
            lost,
            malformed,
            scratch,
        } = self;
        (*half, *affected, *malformed) = (None, None, None);
        for number in [rows, fields, warnings, shown, lost] {
            *number = 0;
        }
        (*failed, *described) = (false, false);
        for excerpt in [severity, code, text] {
            excerpt.clear();
        }
        for bytes in [csv, scratch] {
            bytes.clear();
            if bytes.capacity() > KEEP_BYTES {
                *bytes = Vec::new();
            }
        }
        columns.clear();
        binary.clear();
    }

    /// Counts bytes of a message, once the answer has begun.
    pub(crate) const fn add_bytes(&mut self, bytes: usize) {
        if let Some(half) = &mut self.half {
            half.bytes = half.bytes.saturating_add(bytes as u64);
        }
    }

    /// The tag of a command that is complete.
    pub(crate) fn complete(&mut self, tag: Tag<'_>) {
        match tag.word {
            b"COPY" => {
                self.rows = tag.rows.unwrap_or(self.rows);
                self.affected = tag.rows;
            }
            b"INSERT" | b"UPDATE" | b"DELETE" | b"MERGE" => self.affected = tag.rows,
            _ => {}
        }
    }

    /// An error.
    pub(crate) fn fail(&mut self, said: &Said<'_>) {
        self.failed = true;
        for (kept, said) in
            [(&mut self.severity, said.severity), (&mut self.code, said.code), (&mut self.text, said.text)]
        {
            kept.clear();
            kept.push(said, ERROR_BYTES);
        }
    }

    /// A description of the columns. `keep` says whether their names and types are needed.
    pub(crate) fn describe(&mut self, payload: &[u8], keep: bool) -> Result<(), WireError> {
        let mut from = Reader::new(payload);
        let count = from.u16_be("number of columns")?;
        self.fields = u64::from(count);
        self.described = true;
        self.columns.clear();
        self.binary.clear();
        if !keep || self.shown > 0 {
            return Ok(());
        }
        self.csv.clear();
        for at in 0..usize::from(count).min(TYPES) {
            // A description that was cut names the first of them.
            let Ok(column) = wire::column(&mut from) else { break };
            self.columns.push(column.oid);
            self.binary.push(column.binary);
            csv::value(column.name, at == 0, &mut self.csv);
        }
        if !self.columns.is_empty() {
            self.csv.push(b'\n');
        }
        Ok(())
    }

    /// The columns are those that were described with the statement.
    pub(crate) fn describe_as(&mut self, statement: &Statement) {
        self.fields = statement.fields;
        self.columns.extend_from_slice(&statement.columns);
        self.csv.extend_from_slice(&statement.names);
    }

    /// Whether the next row goes into the text.
    pub(crate) fn wants_row(&self, config: &Config) -> bool {
        config.shows_rows() && self.shown < config.max_rows && self.csv.len() < RESPONSE_BYTES
    }

    /// A row whose values go into the text. `formats` are those that were asked for.
    pub(crate) fn show_row(&mut self, payload: &[u8], formats: &[u8], config: &Config) {
        self.shown += 1;
        // What cannot be read to its end is shown as far as it goes.
        let _ = self.row(payload, formats, config.max_row_length);
        self.csv.push(b'\n');
    }

    fn row(&mut self, payload: &[u8], formats: &[u8], mut left: usize) -> Result<(), WireError> {
        let mut from = Reader::new(payload);
        let count = from.u16_be("number of columns")?;
        for at in 0..usize::from(count) {
            if left == 0 {
                break;
            }
            let value = wire::value(&mut from).or_else(|error| {
                // The value that the end of what is kept cuts.
                let rest = from.rest();
                from = Reader::new(&[]);
                if rest.is_empty() { Err(error) } else { Ok(Some(rest)) }
            })?;
            let binary = wire::is_binary(formats, at) || self.binary.get(at) == Some(&true);
            let text = match value {
                Some(value) if binary => {
                    self.scratch.clear();
                    let oid = self.columns.get(at).copied().unwrap_or(0);
                    value::write_binary(oid, value, left, &mut self.scratch);
                    &self.scratch
                }
                // NULL is written as nothing, as Packetbeat does.
                value => value.unwrap_or_default(),
            };
            let text = text.get(..left).unwrap_or(text);
            left -= text.len();
            csv::value(text, at == 0, &mut self.csv);
        }
        Ok(())
    }

    /// Bytes of memory held.
    pub(crate) const fn heap_bytes(&self) -> usize {
        self.severity.heap_bytes()
            + self.code.heap_bytes()
            + self.text.heap_bytes()
            + self.csv.capacity()
            + self.scratch.capacity()
            + self.binary.capacity()
            + self.columns.capacity() * size_of::<u32>()
    }
}
