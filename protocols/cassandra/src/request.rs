//! What the client asks for.
//!
//! CQL Binary Protocol v1 to v5, section 4.1 "Requests".

use packetbeat_core::excerpt::Excerpt;
use packetbeat_core::pairing::Pending;
use packetbeat_core::prepared::Prepared;
use packetbeat_core::reader::Reader;
use packetbeat_core::record::Half;
use packetbeat_core::stream::WireError;

use crate::header::{Header, Op, flag};
use crate::inflate::Codec;
use crate::limits::{NAME_BYTES, PARAMETER_BYTES, STATEMENT_BYTES, TYPES_BYTES};
use crate::metadata::Metadata;
use crate::response::PreparedAs;
use crate::texts::Texts;
use crate::value::Writer;
use crate::wire::{self, Keys, Value};

/// A prepared statement.
#[derive(Debug, Default)]
pub(crate) struct Statement {
    pub(crate) text: Vec<u8>,
    /// Its text is cut.
    pub(crate) cut: bool,
    /// The types of its values, one behind the other; those at the end may be missing.
    pub(crate) types: Vec<u8>,
    /// Keyspace and table, with a dot between them.
    pub(crate) path: Vec<u8>,
    /// The description of its result's columns, and the flags and the number of columns that go with it.
    pub(crate) columns: Vec<u8>,
    pub(crate) column_flags: u32,
    pub(crate) column_count: usize,
}

impl Pending for Statement {
    fn clear(&mut self) {
        let Self { text, cut, types, path, columns, column_flags, column_count } = self;
        (*cut, *column_flags, *column_count) = (false, 0, 0);
        text.clear();
        types.clear();
        path.clear();
        columns.clear();
    }

    fn heap_bytes(&self) -> usize {
        self.text.capacity() + self.types.capacity() + self.path.capacity() + self.columns.capacity()
    }
}

impl Statement {
    /// Remembers what the server prepared.
    pub(crate) fn fill(&mut self, request: &Request, prepared: &PreparedAs<'_>) {
        self.text.extend_from_slice(request.text.bytes());
        self.cut = request.cut;
        for column in prepared.request.columns() {
            if self.types.len() + column.kind.len() > TYPES_BYTES {
                break;
            }
            self.types.extend_from_slice(column.kind);
        }
        let described = prepared.result.iter().chain([&prepared.request]).find(|one| !one.table.is_empty());
        if let Some(described) = described {
            path(described, &mut self.path);
        }
        if let Some(result) = &prepared.result {
            self.describe(result);
        }
    }

    /// Remembers the columns of its result.
    pub(crate) fn describe(&mut self, result: &Metadata<'_>) {
        if result.is_described() && result.specs.len() <= TYPES_BYTES {
            (self.column_flags, self.column_count) = (result.flags, result.columns);
            self.columns.clear();
            self.columns.extend_from_slice(result.specs);
        }
    }
}

/// Keyspace and table, with a dot between them.
pub(crate) fn path(of: &Metadata<'_>, to: &mut Vec<u8>) {
    keep(of.keyspace, NAME_BYTES, to);
    if !of.table.is_empty() {
        to.push(b'.');
        to.extend_from_slice(of.table.get(..NAME_BYTES).unwrap_or(of.table));
    }
}

/// Flags of a query's parameters.
mod query_flag {
    pub(super) const VALUES: u32 = 0x01;
    pub(super) const PAGE_SIZE: u32 = 0x04;
    pub(super) const PAGING_STATE: u32 = 0x08;
    pub(super) const SERIAL: u32 = 0x10;
    pub(super) const TIMESTAMP: u32 = 0x20;
    pub(super) const NAMES: u32 = 0x40;
    pub(super) const KEYSPACE: u32 = 0x80;
    pub(super) const NOW: u32 = 0x100;
}

/// A request that waits for its answer.
#[derive(Debug, Default)]
pub(crate) struct Request {
    pub(crate) header: Header,
    pub(crate) half: Half,
    /// Its place among the requests of the connection.
    pub(crate) serial: u64,
    /// The statement; of a batch all of them.
    pub(crate) text: Excerpt,
    /// The text, or the values, are longer than what is read.
    pub(crate) cut: bool,
    /// The id of the statement that is executed.
    pub(crate) id: Vec<u8>,
    /// The statement that is executed, or one of the batch, was not seen when it was prepared.
    pub(crate) unknown: bool,
    pub(crate) parameters: Texts,
    pub(crate) consistency: Option<u16>,
    pub(crate) serial_consistency: Option<u16>,
    /// Rows of a page, where they were asked for.
    pub(crate) page_size: Option<u32>,
    /// A further page of a result.
    pub(crate) is_continued: bool,
    /// 0 logged, 1 unlogged, 2 counters.
    pub(crate) batch: Option<u8>,
    /// Statements of a batch.
    pub(crate) statements: u16,
    /// The keyspace of this request alone (version 5).
    pub(crate) keyspace: Vec<u8>,
    /// Keyspace and table of the statement that is executed.
    pub(crate) path: Vec<u8>,
    /// The user who logs in.
    pub(crate) user: Vec<u8>,
    /// The compression that the session is to have.
    pub(crate) codec: Option<Codec>,
    /// What could not be understood.
    pub(crate) malformed: Option<&'static str>,
    /// Bytes within it that the capture does not have.
    pub(crate) lost: u64,
}

impl Pending for Request {
    fn clear(&mut self) {
        let Self { text, id, parameters, keyspace, path, user, .. } = self;
        let (mut text, mut parameters) = (std::mem::take(text), std::mem::take(parameters));
        let mut rest = [id, keyspace, path, user].map(std::mem::take);
        text.clear();
        parameters.clear();
        rest.iter_mut().for_each(Vec::clear);
        let [id, keyspace, path, user] = rest;
        *self = Self { text, parameters, id, keyspace, path, user, ..Self::default() };
    }

    fn heap_bytes(&self) -> usize {
        self.text.heap_bytes()
            + self.parameters.heap_bytes()
            + self.id.capacity()
            + self.keyspace.capacity()
            + self.path.capacity()
            + self.user.capacity()
    }
}

impl Request {
    /// Whether it has a statement.
    pub(crate) fn has_statement(&self) -> bool {
        matches!(self.header.op, Op::QUERY | Op::PREPARE | Op::EXECUTE | Op::BATCH)
    }

    /// Reads a body, of which `whole` says whether it is all there. What cannot be understood is noted.
    pub(crate) fn read(&mut self, body: &[u8], whole: bool, prepared: &mut Prepared<Statement>) {
        let mut from = Reader::new(body);
        if let Err(error) = self.body(&mut from, prepared) {
            if whole {
                self.malformed = Some(error.reason);
            } else {
                self.cut = true;
            }
        }
        self.cut |= self.text.cut() > 0;
    }

    fn body(&mut self, from: &mut Reader<'_>, prepared: &mut Prepared<Statement>) -> Result<(), WireError> {
        if self.header.has(flag::PAYLOAD) {
            Keys::read(from)?;
        }
        match self.header.op {
            Op::STARTUP => self.startup(from),
            Op::CREDENTIALS => wire::string_map(from, |key, value| {
                if key == b"username" {
                    keep(value, NAME_BYTES, &mut self.user);
                }
            }),
            Op::AUTH_RESPONSE => {
                self.token(wire::bytes(from, "token")?);
                Ok(())
            }
            Op::QUERY => {
                self.statement(from)?;
                self.query_parameters(from, &[])
            }
            Op::PREPARE => {
                self.statement(from)?;
                if self.header.is_framed() && from.array("flags").map(u32::from_be_bytes)? & 1 != 0 {
                    keep(wire::string(from, "keyspace")?, NAME_BYTES, &mut self.keyspace);
                }
                Ok(())
            }
            Op::EXECUTE => self.execute(from, prepared),
            Op::BATCH => self.batch(from, prepared),
            // OPTIONS has no body, that of REGISTER says little.
            _ => Ok(()),
        }
    }

    fn startup(&mut self, from: &mut Reader<'_>) -> Result<(), WireError> {
        wire::string_map(from, |key, value| {
            if key.eq_ignore_ascii_case(b"COMPRESSION") {
                self.codec = Codec::named(value);
            }
        })
    }

    /// The user in a token of SASL's PLAIN: an empty name, the user, the password. Nothing else of a token is looked at.
    fn token(&mut self, token: &[u8]) {
        let mut parts = token.split(|byte| *byte == 0);
        if let (Some(_), Some(user), Some(_), None) = (parts.next(), parts.next(), parts.next(), parts.next())
            && std::str::from_utf8(user).is_ok_and(|user| !user.chars().any(char::is_control))
        {
            keep(user, NAME_BYTES, &mut self.user);
        }
    }

    fn statement(&mut self, from: &mut Reader<'_>) -> Result<(), WireError> {
        let (text, cut) = wire::long_string(from, "statement")?;
        self.text.push(text, STATEMENT_BYTES);
        if cut { Err(WireError::new("statement", from.at())) } else { Ok(()) }
    }

    fn execute(
        &mut self,
        from: &mut Reader<'_>,
        prepared: &mut Prepared<Statement>,
    ) -> Result<(), WireError> {
        let id = wire::string(from, "statement id")?;
        keep(id, NAME_BYTES, &mut self.id);
        if self.header.is_framed() {
            wire::string(from, "result metadata id")?;
        }
        let known = prepared.with(id, |statement| {
            self.text.push(&statement.text, STATEMENT_BYTES);
            self.cut |= statement.cut;
            keep(&statement.path, NAME_BYTES * 2, &mut self.path);
            self.query_parameters(from, &statement.types)
        });
        known.unwrap_or_else(|| {
            self.unknown = true;
            self.query_parameters(from, &[])
        })
    }

    /// What stands behind a statement. `types`: of its values, as far as they are known.
    fn query_parameters(&mut self, from: &mut Reader<'_>, types: &[u8]) -> Result<(), WireError> {
        const WHAT: &str = "parameters";
        if self.header.version == 1 {
            if self.header.op == Op::EXECUTE {
                self.values(from, types, false)?;
            }
            self.consistency = Some(from.u16_be(WHAT)?);
            return Ok(());
        }
        self.consistency = Some(from.u16_be(WHAT)?);
        let flags = self.flags(from)?;
        if flags & query_flag::VALUES != 0 {
            self.values(from, types, flags & query_flag::NAMES != 0)?;
        }
        if flags & query_flag::PAGE_SIZE != 0 {
            self.page_size = Some(from.u32_be(WHAT)?);
        }
        if flags & query_flag::PAGING_STATE != 0 {
            self.is_continued = true;
            wire::bytes(from, WHAT)?;
        }
        self.tail(from, flags)
    }

    fn flags(&self, from: &mut Reader<'_>) -> Result<u32, WireError> {
        if self.header.is_framed() { from.u32_be("flags") } else { from.u8("flags").map(u32::from) }
    }

    /// What queries and batches end with.
    fn tail(&mut self, from: &mut Reader<'_>, flags: u32) -> Result<(), WireError> {
        const WHAT: &str = "parameters";
        if flags & query_flag::SERIAL != 0 {
            self.serial_consistency = Some(from.u16_be(WHAT)?);
        }
        if flags & query_flag::TIMESTAMP != 0 {
            from.array::<8>(WHAT)?;
        }
        if self.header.is_framed() && flags & query_flag::KEYSPACE != 0 {
            keep(wire::string(from, WHAT)?, NAME_BYTES, &mut self.keyspace);
        }
        if self.header.is_framed() && flags & query_flag::NOW != 0 {
            from.array::<4>(WHAT)?;
        }
        Ok(())
    }

    fn values(&mut self, from: &mut Reader<'_>, types: &[u8], named: bool) -> Result<(), WireError> {
        let count = from.u16_be("values")?;
        let mut types = Reader::new(if named { &[] } else { types });
        let is_old = self.header.is_old();
        for _ in 0..count {
            let name = if named { wire::string(from, "values")? } else { &[] };
            let (value, cut) = wire::value_or_start(from, "values")?;
            self.cut |= !self.parameters.push(|to| parameter(name, value, &mut types, is_old, to));
            if cut {
                return Err(WireError::new("values", from.at()));
            }
        }
        Ok(())
    }

    fn batch(&mut self, from: &mut Reader<'_>, prepared: &mut Prepared<Statement>) -> Result<(), WireError> {
        const WHAT: &str = "batch";
        self.batch = Some(from.u8(WHAT)?);
        let count = from.u16_be(WHAT)?;
        self.statements = count;
        for at in 0..count {
            if at > 0 {
                self.text.push(b"; ", STATEMENT_BYTES);
            }
            match from.u8(WHAT)? {
                0 => {
                    self.statement(from)?;
                    self.values(from, &[], false)?;
                }
                _ => {
                    let id = wire::string(from, "statement id")?;
                    let known = prepared.with(id, |statement| {
                        self.text.push(&statement.text, STATEMENT_BYTES);
                        self.cut |= statement.cut;
                        if self.path.is_empty() {
                            keep(&statement.path, NAME_BYTES * 2, &mut self.path);
                        }
                        self.values(from, &statement.types, false)
                    });
                    known.unwrap_or_else(|| {
                        self.unknown = true;
                        self.text.push(b"?", STATEMENT_BYTES);
                        self.values(from, &[], false)
                    })?;
                }
            }
        }
        self.consistency = Some(from.u16_be(WHAT)?);
        if self.header.version > 2 {
            let flags = self.flags(from)?;
            self.tail(from, flags)?;
        }
        Ok(())
    }
}

fn parameter(name: &[u8], value: Value<'_>, types: &mut Reader<'_>, is_old: bool, to: &mut Vec<u8>) {
    if !name.is_empty() {
        to.extend_from_slice(name.get(..NAME_BYTES).unwrap_or(name));
        to.extend_from_slice(b": ");
    }
    let mut writer = Writer::new(to, PARAMETER_BYTES, is_old);
    if types.is_empty() { writer.untyped(value) } else { writer.write(types, value) }
}

/// Copies a name, up to a limit.
pub(crate) fn keep(name: &[u8], limit: usize, to: &mut Vec<u8>) {
    to.clear();
    to.extend_from_slice(name.get(..limit).unwrap_or(name));
}
