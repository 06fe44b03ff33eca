//! Commands: what the client asks for, and what its payload says.

use packetbeat_core::pairing::Pending;
use packetbeat_core::reader::Reader;
use packetbeat_core::record::Half;
use packetbeat_core::sql::Dialect;
use packetbeat_core::stream::WireError;

use crate::limits::{PARAMETER_BYTES, PARAMETERS, PARAMETERS_BYTES};
use crate::value::Value;
use crate::wire::{self, ColumnKind};

/// The number of the last statement that was prepared (MariaDB), for those who do not wait for its answer.
pub(crate) const LAST_PREPARED: u32 = u32::MAX;

/// What was asked, as far as it decides what an answer looks like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A statement as text.
    Query,
    /// A statement to be executed later.
    Prepare,
    /// A prepared statement with its parameters.
    Execute,
    /// The same with many rows of parameters (MariaDB).
    Bulk,
    /// Rows of a cursor.
    Fetch,
    /// The columns of a table.
    FieldList,
    /// A line of figures.
    Statistics,
    /// The list of connections.
    ProcessInfo,
    /// Another user.
    ChangeUser,
    /// The login.
    Login,
    /// The log of changes, without end.
    Binlog,
    /// Answered with OK or ERR: the command's number.
    #[default]
    Plain,
}

/// What a command is by its number; `None` for what is no command.
pub(crate) const fn kind(code: u8) -> Option<Asked> {
    use Asked::{Answered, Closes, Data, Leaves};
    Some(match code {
        1 => Leaves,
        3 => Answered(Kind::Query),
        4 => Answered(Kind::FieldList),
        9 => Answered(Kind::Statistics),
        10 => Answered(Kind::ProcessInfo),
        17 => Answered(Kind::ChangeUser),
        18 | 19 | 30 | 33 => Answered(Kind::Binlog),
        22 => Answered(Kind::Prepare),
        23 => Answered(Kind::Execute),
        24 => Data,
        25 => Closes,
        28 => Answered(Kind::Fetch),
        0xfa => Answered(Kind::Bulk),
        0 | 2 | 5..=8 | 11..=16 | 20 | 21 | 26 | 27 | 29 | 31 | 32 => Answered(Kind::Plain),
        _ => return None,
    })
}

/// Whether a command is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// It is.
    Answered(Kind),
    /// The client leaves.
    Leaves,
    /// A prepared statement is closed.
    Closes,
    /// A part of a parameter.
    Data,
}

/// The name of a command, for events of commands that are no statements.
pub(crate) const fn name(code: u8, kind: Kind) -> &'static str {
    match (kind, code) {
        (Kind::Login, _) => "LOGIN",
        (_, 0) => "SLEEP",
        (_, 2) => "INIT_DB",
        (_, 3) => "QUERY",
        (_, 4) => "FIELD_LIST",
        (_, 5) => "CREATE_DB",
        (_, 6) => "DROP_DB",
        (_, 7) => "REFRESH",
        (_, 8) => "SHUTDOWN",
        (_, 9) => "STATISTICS",
        (_, 10) => "PROCESS_INFO",
        (_, 11) => "CONNECT",
        (_, 12) => "PROCESS_KILL",
        (_, 13) => "DEBUG",
        (_, 14) => "PING",
        (_, 15) => "TIME",
        (_, 16) => "DELAYED_INSERT",
        (_, 17) => "CHANGE_USER",
        (_, 18) => "BINLOG_DUMP",
        (_, 19) => "TABLE_DUMP",
        (_, 20) => "CONNECT_OUT",
        (_, 21) => "REGISTER_REPLICA",
        (_, 22) => "PREPARE",
        (_, 23) => "EXECUTE",
        (_, 26) => "STMT_RESET",
        (_, 27) => "SET_OPTION",
        (_, 28) => "FETCH",
        (_, 30) => "BINLOG_DUMP_GTID",
        (_, 31) => "RESET_CONNECTION",
        (_, 0xfa) => "BULK_EXECUTE",
        _ => "COMMAND",
    }
}

/// A command that waits for its answer.
#[derive(Debug, Default)]
pub(crate) struct Request {
    pub(crate) kind: Kind,
    /// The command's number.
    pub(crate) code: u8,
    pub(crate) half: Half,
    /// The statement, or the name of a schema; of a login the user's name.
    pub(crate) text: Vec<u8>,
    /// The schema of a login.
    pub(crate) schema: Vec<u8>,
    /// By whose rules the statement is read, as far as was known when it was sent.
    pub(crate) dialect: Option<Dialect>,
    /// The statement, or its parameters, are longer than what is kept.
    pub(crate) cut: bool,
    /// Number of the statement that is executed.
    pub(crate) id: [u8; 4],
    /// The statement that is executed was not seen when it was prepared.
    pub(crate) unknown: bool,
    /// Its values in their order.
    pub(crate) parameters: Texts,
    /// Bytes within it that the capture does not have.
    pub(crate) lost: u64,
}

impl Request {
    /// Whether Packetbeat has events for it.
    pub(crate) const fn is_statement(&self) -> bool {
        matches!(self.kind, Kind::Query | Kind::Prepare | Kind::Execute | Kind::Bulk)
    }
}

impl Pending for Request {
    fn clear(&mut self) {
        let Self { kind, code, half, text, schema, dialect, cut, id, unknown, parameters, lost } = self;
        (*dialect, *id) = (None, [0; 4]);
        (*kind, *code, *half, *cut, *unknown, *lost) = (Kind::Plain, 0, Half::default(), false, false, 0);
        text.clear();
        schema.clear();
        parameters.clear();
    }

    fn heap_bytes(&self) -> usize {
        self.text.capacity() + self.schema.capacity() + self.parameters.heap_bytes()
    }
}

/// Texts side by side.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    bytes: Vec<u8>,
    ends: Vec<u32>,
}

impl Texts {
    /// Adds one, cut to `limit` bytes, which `write` appends; false if there is no room for it.
    pub(crate) fn push(&mut self, limit: usize, write: impl FnOnce(&mut Vec<u8>)) -> bool {
        let start = self.bytes.len();
        if self.ends.len() >= PARAMETERS || start >= PARAMETERS_BYTES {
            return false;
        }
        write(&mut self.bytes);
        self.bytes.truncate((start + limit).min(PARAMETERS_BYTES));
        self.ends.push(self.bytes.len() as u32);
        true
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts
            .zip(&self.ends)
            .map(|(start, end)| self.bytes.get(start as usize..*end as usize).unwrap_or_default())
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }

    pub(crate) const fn heap_bytes(&self) -> usize {
        self.bytes.capacity() + self.ends.capacity() * size_of::<u32>()
    }
}

/// The statement in the payload of a query, behind its attributes if it has any ("COM_QUERY" with `CLIENT_QUERY_ATTRIBUTES`).
/// No statement begins with the bytes that attributes begin with, so nothing has to be known of the login.
pub(crate) fn statement(payload: &[u8]) -> &[u8] {
    let plain = payload.get(1..).unwrap_or_default();
    let mut from = Reader::new(plain);
    // The count of attributes, then the number of their sets, which is 1.
    let (Ok(Some(count)), Ok(1)) = (wire::lenenc(&mut from), from.u8("sets")) else { return plain };
    if count == 0 {
        return from.rest();
    }
    attributes(&mut from, count).map_or(plain, |()| from.rest())
}

/// Passes over the attributes of a query.
fn attributes(from: &mut Reader<'_>, count: u64) -> Result<(), WireError> {
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let nulls = from.take(count.div_ceil(8), "null bitmap")?;
    from.u8("types flag")?;
    // Each has a type and a name of at least one byte in front of the values: the count cannot lie.
    let mut names = *from;
    for _ in 0..count {
        from.take(2, "type of an attribute")?;
        wire::text(from)?;
    }
    for at in 0..count {
        let kind = column_kind(names.array("type of an attribute")?);
        wire::text(&mut names)?;
        if !is_null(nulls, at) {
            Value::read(from, kind)?;
        }
    }
    Ok(())
}

const fn column_kind([code, flags]: [u8; 2]) -> ColumnKind {
    ColumnKind { code, unsigned: flags & 0x80 != 0 }
}

/// Whether bit `at` of a bitmap is set.
pub(crate) fn is_null(bitmap: &[u8], at: usize) -> bool {
    bitmap.get(at / 8).is_some_and(|byte| byte >> (at % 8) & 1 == 1)
}

/// A prepared statement.
#[derive(Debug, Default)]
pub(crate) struct Statement {
    pub(crate) text: Vec<u8>,
    pub(crate) cut: bool,
    /// How many parameters it has.
    pub(crate) parameters: u16,
    /// Their types, from the last execution that told them.
    pub(crate) kinds: Vec<[u8; 2]>,
    /// Parameters that came in parts of their own: number and text.
    pub(crate) long: Vec<(u16, Vec<u8>)>,
    /// When it was used last, nanoseconds.
    pub(crate) used: i64,
    /// What its rows look like, for executions that do not repeat it.
    pub(crate) columns: Columns,
}

/// The columns of a result.
#[derive(Debug, Default)]
pub(crate) struct Columns {
    /// Their types; empty where no rows are wanted.
    pub(crate) kinds: Vec<ColumnKind>,
    /// The line with their names.
    pub(crate) names: Vec<u8>,
    /// Their tables.
    pub(crate) tables: Vec<u8>,
}

impl Columns {
    fn clear(&mut self) {
        let Self { kinds, names, tables } = self;
        kinds.clear();
        names.clear();
        tables.clear();
    }

    const fn heap_bytes(&self) -> usize {
        self.kinds.capacity() * size_of::<ColumnKind>() + self.names.capacity() + self.tables.capacity()
    }
}

impl Pending for Statement {
    fn clear(&mut self) {
        let Self { text, cut, parameters, kinds, long, used, columns } = self;
        columns.clear();
        (*cut, *parameters, *used) = (false, 0, 0);
        text.clear();
        kinds.clear();
        long.clear();
    }

    fn heap_bytes(&self) -> usize {
        let long: usize = self.long.iter().map(|(_, text)| text.capacity()).sum();
        self.text.capacity()
            + self.kinds.capacity() * size_of::<[u8; 2]>()
            + self.long.capacity() * size_of::<(u16, Vec<u8>)>()
            + self.columns.heap_bytes()
            + long
    }
}

impl Statement {
    /// A part of a parameter ("COM_STMT_SEND_LONG_DATA", behind the statement's id).
    pub(crate) fn add_long(&mut self, number: u16, part: &[u8]) {
        let known = self.long.iter().position(|(other, _)| *other == number);
        if known.is_none() {
            if self.long.len() >= PARAMETERS {
                return;
            }
            self.long.push((number, Vec::new()));
        }
        let at = known.unwrap_or(self.long.len() - 1);
        if let Some((_, text)) = self.long.get_mut(at) {
            let room = PARAMETER_BYTES.saturating_sub(text.len());
            text.extend_from_slice(part.get(..room).unwrap_or(part));
        }
    }

    /// The parameters of an execution, `payload` as it came ("COM_STMT_EXECUTE"); false if not all could be read or kept.
    pub(crate) fn read_parameters(&mut self, payload: &[u8], attributes: bool, to: &mut Texts) -> bool {
        let read = self.try_parameters(payload, attributes, to);
        self.long.clear();
        read.unwrap_or(false)
    }

    fn try_parameters(
        &mut self,
        payload: &[u8],
        attributes: bool,
        to: &mut Texts,
    ) -> Result<bool, WireError> {
        /// In the flags of an execution: the number of parameters is written, attributes counted with them.
        const COUNTED: u8 = 0x08;
        let mut from = Reader::starting_at(payload, 5);
        let flags = from.u8("flags")?;
        from.take(4, "iterations")?;
        let own = usize::from(self.parameters);
        let counted = attributes && flags & COUNTED != 0;
        let count = if counted { wire::lenenc(&mut from)?.unwrap_or_default() } else { own as u64 };
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        if count == 0 {
            return Ok(true);
        }
        let nulls = from.take(count.div_ceil(8), "null bitmap")?;
        if from.u8("types flag")? == 1 {
            self.kinds.clear();
            for _ in 0..count {
                let kind = from.array("type of a parameter")?;
                if self.kinds.len() <= usize::from(u16::MAX) {
                    self.kinds.push(kind);
                }
                if counted {
                    wire::text(&mut from)?;
                }
            }
        }
        for at in 0..own.min(count) {
            let long = self.long.iter().find(|(number, _)| usize::from(*number) == at);
            let kept = if let Some((_, text)) = long {
                to.push(PARAMETER_BYTES, |to| to.extend_from_slice(text))
            } else if is_null(nulls, at) {
                to.push(PARAMETER_BYTES, |to| Value::Null.write(to))
            } else {
                let kind = self.kinds.get(at).ok_or(WireError::new("types were not seen", from.at()))?;
                let value = Value::read(&mut from, column_kind(*kind))?;
                to.push(PARAMETER_BYTES, |to| value.write_at_most(PARAMETER_BYTES, to))
            };
            if !kept {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The parameters of the first row of a bulk execution ("COM_STMT_BULK_EXECUTE"); false if not all could be read or kept.
    pub(crate) fn read_bulk(&mut self, payload: &[u8], to: &mut Texts) -> bool {
        self.try_bulk(payload, to).unwrap_or(false)
    }

    fn try_bulk(&mut self, payload: &[u8], to: &mut Texts) -> Result<bool, WireError> {
        /// In the flags: the types of the parameters follow.
        const TYPES: u16 = 128;
        let mut from = Reader::starting_at(payload, 5);
        let flags = from.array("flags").map(u16::from_le_bytes)?;
        if flags & TYPES != 0 {
            self.kinds.clear();
            for _ in 0..self.parameters {
                self.kinds.push(from.array("type of a parameter")?);
            }
        }
        for at in 0..usize::from(self.parameters) {
            let kind = self.kinds.get(at).ok_or(WireError::new("types were not seen", from.at()))?;
            // 0: a value, 1: NULL, 2: the default, 3: ignored.
            let value = match from.u8("indicator")? {
                0 => Value::read(&mut from, column_kind(*kind))?,
                1 => Value::Null,
                2 => Value::Bytes(b"DEFAULT"),
                _ => Value::Bytes(b"IGNORE"),
            };
            if !to.push(PARAMETER_BYTES, |to| value.write_at_most(PARAMETER_BYTES, to)) {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
