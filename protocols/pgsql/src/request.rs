//! What the client asked for, until it is answered.

use packetbeat_core::pairing::Pending;
use packetbeat_core::record::Half;

use crate::limits::{PARAMETERS, PARAMETERS_BYTES};

/// What was asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A statement of a simple query.
    #[default]
    Simple,
    /// A statement of the extended protocol: any of Parse, Bind and Execute.
    Extended,
    /// A function by its number.
    Function,
    /// The login.
    Login,
    /// That another connection's statement be cancelled.
    Cancel,
}

/// A statement, or something else, that waits for its answer.
#[derive(Debug, Default)]
pub(crate) struct Request {
    pub(crate) kind: Kind,
    pub(crate) half: Half,
    /// The statement; of a login the user's name, of a function its number.
    pub(crate) text: Vec<u8>,
    /// Name of the prepared statement; of a login the database.
    pub(crate) statement: Vec<u8>,
    /// Name of the portal.
    pub(crate) portal: Vec<u8>,
    /// Formats of the result's columns, two bytes each.
    pub(crate) formats: Vec<u8>,
    /// Values in their order.
    pub(crate) parameters: Texts,
    /// It has a Parse of its own.
    pub(crate) parsed: bool,
    /// It has a Bind of its own.
    pub(crate) bound: bool,
    /// It describes its statement: the answer says which columns every execution has.
    pub(crate) describes: bool,
    /// It is executed. A simple query always is.
    pub(crate) executes: bool,
    /// The answer to its Parse is to come.
    pub(crate) wants_parse: bool,
    /// The answer to its Bind is to come.
    pub(crate) wants_bind: bool,
    /// It goes on with a result that was begun.
    pub(crate) again: bool,
    /// Sync messages right behind it, or its own end: so many ReadyForQuery come when it is over.
    pub(crate) closes: u32,
    /// The statement, or its parameters, are longer than what is kept.
    pub(crate) cut: bool,
    /// The statement was not seen when it was prepared.
    pub(crate) unknown: bool,
    /// Bytes within it that the capture does not have.
    pub(crate) lost: u64,
}

impl Request {
    /// Whether messages of the extended protocol may still join it.
    pub(crate) const fn is_open(&self) -> bool {
        matches!(self.kind, Kind::Extended) && self.closes == 0
    }

    /// Whether nothing of it is to come, except for the end of its group.
    pub(crate) const fn is_over(&self) -> bool {
        matches!(self.kind, Kind::Extended)
            && !self.wants_parse
            && !self.wants_bind
            && !self.executes
            && self.closes == 0
    }

    /// Counts bytes of a message.
    pub(crate) const fn add_bytes(&mut self, bytes: usize) {
        self.half.bytes = self.half.bytes.saturating_add(bytes as u64);
    }
}

impl Pending for Request {
    fn clear(&mut self) {
        let Self {
            kind,
            half,
            text,
            statement,
            portal,
            formats,
            parameters,
            parsed,
            bound,
            describes,
            executes,
            wants_parse,
            wants_bind,
            again,
            closes,
            cut,
            unknown,
            lost,
        } = self;
        for bytes in [text, statement, portal, formats] {
            bytes.clear();
        }
        parameters.clear();
        for flag in [parsed, bound, describes, executes, wants_parse, wants_bind, again, cut, unknown] {
            *flag = false;
        }
        (*kind, *half, *closes, *lost) = (Kind::Simple, Half::default(), 0, 0);
    }

    fn heap_bytes(&self) -> usize {
        self.text.capacity()
            + self.statement.capacity()
            + self.portal.capacity()
            + self.formats.capacity()
            + self.parameters.heap_bytes()
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

/// A prepared statement.
#[derive(Debug, Default)]
pub(crate) struct Statement {
    pub(crate) text: Vec<u8>,
    /// It is longer than what is kept.
    pub(crate) cut: bool,
    /// Types of its parameters; 0 where the client left that to the server.
    pub(crate) parameters: Vec<u32>,
    /// Columns of its result, where it was described.
    pub(crate) fields: u64,
    /// Their types, as far as rows are shown.
    pub(crate) columns: Vec<u32>,
    /// Their names, as a line of comma-separated values.
    pub(crate) names: Vec<u8>,
    /// When it was used last, nanoseconds.
    pub(crate) used: i64,
}

impl Pending for Statement {
    fn clear(&mut self) {
        let Self { text, cut, parameters, fields, columns, names, used } = self;
        text.clear();
        parameters.clear();
        columns.clear();
        names.clear();
        (*cut, *fields, *used) = (false, 0, 0);
    }

    fn heap_bytes(&self) -> usize {
        self.text.capacity()
            + self.names.capacity()
            + (self.parameters.capacity() + self.columns.capacity()) * size_of::<u32>()
    }
}

/// A portal that may be executed again.
#[derive(Debug, Default)]
pub(crate) struct Portal {
    pub(crate) text: Vec<u8>,
    pub(crate) cut: bool,
    pub(crate) unknown: bool,
    /// Its rows were begun.
    pub(crate) begun: bool,
    pub(crate) statement: Vec<u8>,
    pub(crate) formats: Vec<u8>,
}

impl Portal {
    /// Keeps what a request says of its portal.
    pub(crate) fn keep(&mut self, request: &Request, begun: bool) {
        self.text.extend_from_slice(&request.text);
        self.statement.extend_from_slice(&request.statement);
        self.formats.extend_from_slice(&request.formats);
        (self.cut, self.unknown, self.begun) = (request.cut, request.unknown, begun);
    }
}

impl Pending for Portal {
    fn clear(&mut self) {
        let Self { text, cut, unknown, begun, statement, formats } = self;
        text.clear();
        statement.clear();
        formats.clear();
        (*cut, *unknown, *begun) = (false, false, false);
    }

    fn heap_bytes(&self) -> usize {
        self.text.capacity() + self.statement.capacity() + self.formats.capacity()
    }
}
