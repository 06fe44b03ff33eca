//! What columns a result has, and what values a statement wants.
//!
//! CQL Binary Protocol v5, section 4.2.5.2 "Rows" and 4.2.5.4 "Prepared".

use packetbeat_core::reader::Reader;
use packetbeat_core::stream::WireError;

use crate::header::Header;
use crate::kind;
use crate::wire;

/// Bits of the flags.
pub(crate) mod flag {
    pub(crate) const GLOBAL: u32 = 0x01;
    pub(crate) const MORE_PAGES: u32 = 0x02;
    pub(crate) const NO_METADATA: u32 = 0x04;
    pub(crate) const CHANGED: u32 = 0x08;
}

/// The description of columns.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Metadata<'b> {
    pub(crate) flags: u32,
    pub(crate) columns: usize,
    pub(crate) paging_state: &'b [u8],
    pub(crate) keyspace: &'b [u8],
    pub(crate) table: &'b [u8],
    /// Two bytes each: the places of the values that make the partition key.
    pub(crate) key: &'b [u8],
    /// The columns' names and types, and their tables unless all are of one.
    pub(crate) specs: &'b [u8],
}

impl<'b> Metadata<'b> {
    /// Reads a description; `of_request` tells that of a prepared statement's values.
    pub(crate) fn read(header: Header, from: &mut Reader<'b>, of_request: bool) -> Result<Self, WireError> {
        const WHAT: &str = "columns";
        let flags = from.u32_be(WHAT)?;
        let columns = wire::count(from, "number of columns")?;
        let mut this = Self { flags, columns, ..Self::default() };
        if of_request && header.version > 3 {
            let count = wire::count(from, WHAT)?;
            this.key = from.take(count.saturating_mul(2), WHAT)?;
        }
        if flags & flag::MORE_PAGES != 0 {
            this.paging_state = wire::bytes(from, WHAT)?;
        }
        if header.is_framed() && flags & flag::CHANGED != 0 {
            wire::string(from, WHAT)?;
        }
        if flags & flag::NO_METADATA != 0 {
            return Ok(this);
        }
        if flags & flag::GLOBAL != 0 {
            this.keyspace = wire::string(from, WHAT)?;
            this.table = wire::string(from, WHAT)?;
        }
        let start = from.at();
        for at in 0..columns {
            let column = this.column(from)?;
            if at == 0 && flags & flag::GLOBAL == 0 {
                (this.keyspace, this.table) = (column.keyspace, column.table);
            }
        }
        this.specs = from.whole().get(start..from.at()).unwrap_or_default();
        Ok(this)
    }

    /// The columns, as far as they are described.
    pub(crate) fn columns(&self) -> impl Iterator<Item = Column<'b>> + use<'b> {
        let (this, mut from) = (*self, Reader::new(self.specs));
        std::iter::from_fn(move || if from.is_empty() { None } else { this.column(&mut from).ok() })
    }

    /// The same with a description that was sent before.
    pub(crate) const fn described(self, flags: u32, columns: usize, specs: &'b [u8]) -> Self {
        Self { flags, columns, specs, ..self }
    }

    /// Whether the columns are described.
    pub(crate) const fn is_described(&self) -> bool {
        self.flags & flag::NO_METADATA == 0
    }

    fn column(&self, from: &mut Reader<'b>) -> Result<Column<'b>, WireError> {
        let (mut keyspace, mut table) = (self.keyspace, self.table);
        if self.flags & flag::GLOBAL == 0 {
            keyspace = wire::string(from, "column")?;
            table = wire::string(from, "column")?;
        }
        let name = wire::string(from, "column")?;
        let start = from.at();
        kind::skip(from, 0)?;
        let kind = from.whole().get(start..from.at()).unwrap_or_default();
        Ok(Column { keyspace, table, name, kind })
    }
}

/// One column.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column<'b> {
    pub(crate) keyspace: &'b [u8],
    pub(crate) table: &'b [u8],
    pub(crate) name: &'b [u8],
    /// Its type.
    pub(crate) kind: &'b [u8],
}
