//! Rows as comma-separated values, under a line with the columns' names.

use packetbeat_core::csv;
use packetbeat_core::reader::Reader;

use crate::config::Config;
use crate::limits::{COLUMNS, RESPONSE_BYTES};
use crate::metadata::Metadata;
use crate::value::Writer;
use crate::wire;

/// Columns whose types are looked up once for all rows.
const AT_HAND: usize = 32;

/// Bytes of descriptions that are gone through for one result: they are read again for each row.
const DESCRIBED_BYTES: usize = 4 << 20;

/// Writes the first rows of a result into `to`. `cell`: a buffer for one value.
pub(crate) fn write(
    metadata: &Metadata<'_>,
    count: u32,
    rows: &[u8],
    is_old: bool,
    config: &Config,
    cell: &mut Vec<u8>,
    to: &mut Vec<u8>,
) {
    if metadata.specs.is_empty() || metadata.columns > COLUMNS {
        return;
    }
    let mut kinds = [&[][..]; AT_HAND];
    for (at, column) in metadata.columns().enumerate() {
        csv::value(column.name, at == 0, to);
        if let Some(kind) = kinds.get_mut(at) {
            *kind = column.kind;
        }
    }
    to.push(b'\n');
    let at_hand = kinds.get(..metadata.columns);
    let most = DESCRIBED_BYTES / metadata.specs.len();
    let count = u64::from(count).min(config.max_rows).min(most as u64);
    let mut from = Reader::new(rows);
    for _ in 0..count {
        let start = to.len();
        if start >= RESPONSE_BYTES {
            return;
        }
        let limit = config.max_row_length;
        let whole = match at_hand {
            Some(kinds) => row(kinds.iter().copied(), &mut from, is_old, limit, cell, to),
            None => row(metadata.columns().map(|column| column.kind), &mut from, is_old, limit, cell, to),
        };
        if to.len() > start || whole {
            to.push(b'\n');
        }
        if !whole {
            // The rest of it was not kept.
            return;
        }
    }
}

/// Appends a row; false where its bytes end within it.
fn row<'k>(
    kinds: impl Iterator<Item = &'k [u8]>,
    from: &mut Reader<'_>,
    is_old: bool,
    limit: usize,
    cell: &mut Vec<u8>,
    to: &mut Vec<u8>,
) -> bool {
    let start = to.len();
    for (at, kind) in kinds.enumerate() {
        let Ok((value, cut)) = wire::value_or_start(from, "value") else { return false };
        let left = limit.saturating_sub(to.len() - start);
        if left > 0 || at == 0 {
            cell.clear();
            Writer::new(cell, left, is_old).write_only(Reader::new(kind), value);
            csv::value(cell, at == 0, to);
        }
        if cut {
            return false;
        }
    }
    true
}
