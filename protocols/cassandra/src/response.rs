//! What the server answers.
//!
//! CQL Binary Protocol v1 to v5, sections 4.2 "Responses" and 9 "Error codes".

use std::net::IpAddr;

use packetbeat_core::reader::Reader;
use packetbeat_core::stream::WireError;

use crate::header::{Header, Op, flag};
use crate::metadata::Metadata;
use crate::wire::{self, Keys, Multimap, Strings};

/// An answer, borrowed from its body.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Response<'b> {
    pub(crate) says: Says<'b>,
    pub(crate) trace: Option<[u8; 16]>,
    pub(crate) warnings: Strings<'b>,
    pub(crate) payload: Keys<'b>,
    /// What could not be understood.
    pub(crate) malformed: Option<&'static str>,
}

/// The answer itself.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum Says<'b> {
    /// Nothing that could be read, or nothing to be said: READY, the tokens of a login.
    #[default]
    Nothing,
    Error(Failure<'b>),
    /// The class of the authenticator.
    Authenticate(&'b [u8]),
    Supported(Multimap<'b>),
    Void,
    Rows(Rows<'b>),
    Keyspace(&'b [u8]),
    Prepared(PreparedAs<'b>),
    Schema(Schema<'b>),
    Event(Event<'b>),
}

/// An error.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Failure<'b> {
    pub(crate) code: u32,
    pub(crate) message: &'b [u8],
    pub(crate) details: Details<'b>,
}

/// What else an error says.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum Details<'b> {
    #[default]
    None,
    Unavailable {
        consistency: u16,
        required: u32,
        alive: u32,
    },
    /// Timeouts and failures of reading and writing.
    Replicas {
        consistency: u16,
        received: u32,
        block_for: u32,
        failures: Option<u32>,
        write_type: &'b [u8],
        data_present: Option<bool>,
    },
    Exists {
        keyspace: &'b [u8],
        table: &'b [u8],
    },
    Unprepared(&'b [u8]),
    Function {
        keyspace: &'b [u8],
        function: &'b [u8],
        arguments: Strings<'b>,
    },
}

/// Rows of a result.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rows<'b> {
    pub(crate) metadata: Metadata<'b>,
    pub(crate) count: u32,
    /// The rows themselves, as far as they were kept.
    pub(crate) bytes: &'b [u8],
}

/// What a statement was prepared as.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PreparedAs<'b> {
    pub(crate) id: &'b [u8],
    pub(crate) request: Metadata<'b>,
    pub(crate) result: Option<Metadata<'b>>,
}

/// A change of the schema.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Schema<'b> {
    pub(crate) change: &'b [u8],
    /// From version 3 on.
    pub(crate) target: &'b [u8],
    pub(crate) keyspace: &'b [u8],
    /// A table in versions 1 and 2.
    pub(crate) table: &'b [u8],
    /// A table or a type.
    pub(crate) object: &'b [u8],
    /// A function or an aggregate.
    pub(crate) name: &'b [u8],
    pub(crate) arguments: Strings<'b>,
}

/// What a server tells unasked.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Event<'b> {
    /// The topology or the state of a node.
    Node {
        kind: &'b [u8],
        change: &'b [u8],
        host: IpAddr,
        port: u32,
    },
    Schema(Schema<'b>),
    /// An event of a kind that is not known.
    Other(&'b [u8]),
}

impl<'b> Response<'b> {
    /// Reads a body, of which `whole` says whether it is all there.
    pub(crate) fn read(header: Header, body: &'b [u8], whole: bool) -> Self {
        let mut this = Self::default();
        if let Err(error) = this.body(header, &mut Reader::new(body)) {
            this.malformed = Some(if whole { error.reason } else { "The response was too long to be read" });
        }
        this
    }

    fn body(&mut self, header: Header, from: &mut Reader<'b>) -> Result<(), WireError> {
        if header.has(flag::TRACING) {
            self.trace = Some(from.array("tracing id")?);
        }
        if header.has(flag::WARNING) {
            self.warnings = Strings::read(from, "warnings")?;
        }
        if header.has(flag::PAYLOAD) {
            self.payload = Keys::read(from)?;
        }
        self.says = match header.op {
            Op::ERROR => {
                let (failure, read) = Failure::read(header, from)?;
                self.says = Says::Error(failure);
                return read;
            }
            Op::AUTHENTICATE => Says::Authenticate(wire::string(from, "authenticator")?),
            Op::SUPPORTED => Says::Supported(Multimap::read(from)?),
            Op::EVENT => Says::Event(Event::read(header, from)?),
            Op::RESULT => result(header, from)?,
            _ => Says::Nothing,
        };
        Ok(())
    }
}

fn result<'b>(header: Header, from: &mut Reader<'b>) -> Result<Says<'b>, WireError> {
    let at = from.at();
    Ok(match wire::int(from, "kind of a result")? {
        1 => Says::Void,
        2 => {
            let metadata = Metadata::read(header, from, false)?;
            let count = u32::try_from(wire::count(from, "number of rows")?).unwrap_or(u32::MAX);
            Says::Rows(Rows { metadata, count, bytes: from.rest() })
        }
        3 => Says::Keyspace(wire::string(from, "keyspace")?),
        4 => {
            let id = wire::string(from, "statement id")?;
            if header.is_framed() {
                wire::string(from, "result metadata id")?;
            }
            let request = Metadata::read(header, from, true)?;
            let result = if header.version > 1 { Some(Metadata::read(header, from, false)?) } else { None };
            Says::Prepared(PreparedAs { id, request, result })
        }
        5 => Says::Schema(Schema::read(header, from)?),
        _ => return Err(WireError::new("kind of a result", at)),
    })
}

impl<'b> Failure<'b> {
    /// The error, and whether its details could be read as well.
    fn read(header: Header, from: &mut Reader<'b>) -> Result<(Self, Result<(), WireError>), WireError> {
        let code = from.u32_be("error code")?;
        let message = wire::string(from, "error text")?;
        let (details, read) = match Details::read(code, header, from) {
            Ok(details) => (details, Ok(())),
            Err(error) => (Details::None, Err(error)),
        };
        Ok((Self { code, message, details }, read))
    }

    /// What Packetbeat calls it.
    pub(crate) const fn name(&self) -> &'static str {
        match self.code {
            0x0000 => "errServer",
            0x000a => "errProtocol",
            0x0100 => "errCredentials",
            0x1000 => "errUnavailable",
            0x1001 => "errOverloaded",
            0x1002 => "errBootstrapping",
            0x1003 => "errTruncate",
            0x1100 => "errWriteTimeout",
            0x1200 => "errReadTimeout",
            0x1300 => "errReadFailure",
            0x1400 => "errFunctionFailure",
            0x1500 => "errWriteFailure",
            0x1600 => "errCDCWriteFailure",
            0x1700 => "errCASWriteUnknown",
            0x2000 => "errSyntax",
            0x2100 => "errUnauthorized",
            0x2200 => "errInvalid",
            0x2300 => "errConfig",
            0x2400 => "errAlreadyExists",
            0x2500 => "errUnprepared",
            _ => "ErrUnknown",
        }
    }
}

impl<'b> Details<'b> {
    fn read(code: u32, header: Header, from: &mut Reader<'b>) -> Result<Self, WireError> {
        const WHAT: &str = "error details";
        Ok(match code {
            0x1000 => Self::Unavailable {
                consistency: from.u16_be(WHAT)?,
                required: from.u32_be(WHAT)?,
                alive: from.u32_be(WHAT)?,
            },
            0x1100 | 0x1200 | 0x1300 | 0x1500 | 0x1700 => {
                let consistency = from.u16_be(WHAT)?;
                let received = from.u32_be(WHAT)?;
                let block_for = from.u32_be(WHAT)?;
                let failures =
                    if matches!(code, 0x1300 | 0x1500) { Some(failures(header, from)?) } else { None };
                let writes = matches!(code, 0x1100 | 0x1500);
                let write_type = if writes { wire::string(from, WHAT)? } else { &[] };
                let data_present =
                    if matches!(code, 0x1200 | 0x1300) { Some(from.u8(WHAT)? != 0) } else { None };
                Self::Replicas { consistency, received, block_for, failures, write_type, data_present }
            }
            0x1400 => Self::Function {
                keyspace: wire::string(from, WHAT)?,
                function: wire::string(from, WHAT)?,
                arguments: Strings::read(from, WHAT)?,
            },
            0x2400 => Self::Exists { keyspace: wire::string(from, WHAT)?, table: wire::string(from, WHAT)? },
            0x2500 => Self::Unprepared(wire::string(from, WHAT)?),
            _ => Self::None,
        })
    }
}

/// How many replicas failed. Version 5 names each with its reason.
fn failures(header: Header, from: &mut Reader<'_>) -> Result<u32, WireError> {
    let count = from.u32_be("failures")?;
    if header.is_framed() {
        for _ in 0..count {
            wire::address(from)?;
            from.u16_be("failures")?;
        }
    }
    Ok(count)
}

impl<'b> Schema<'b> {
    fn read(header: Header, from: &mut Reader<'b>) -> Result<Self, WireError> {
        const WHAT: &str = "schema change";
        let change = wire::string(from, WHAT)?;
        if header.is_old() {
            let (keyspace, table) = (wire::string(from, WHAT)?, wire::string(from, WHAT)?);
            return Ok(Self { change, keyspace, table, ..Self::default() });
        }
        let target = wire::string(from, WHAT)?;
        let keyspace = wire::string(from, WHAT)?;
        let mut this = Self { change, target, keyspace, ..Self::default() };
        match target {
            b"TABLE" | b"TYPE" => this.object = wire::string(from, WHAT)?,
            b"FUNCTION" | b"AGGREGATE" => {
                this.name = wire::string(from, WHAT)?;
                this.arguments = Strings::read(from, WHAT)?;
            }
            _ => {}
        }
        Ok(this)
    }
}

impl<'b> Event<'b> {
    fn read(header: Header, from: &mut Reader<'b>) -> Result<Self, WireError> {
        let kind = wire::string(from, "event")?;
        Ok(match kind {
            b"TOPOLOGY_CHANGE" | b"STATUS_CHANGE" => Self::Node {
                kind,
                change: wire::string(from, "event")?,
                host: wire::address(from)?,
                port: from.u32_be("port")?,
            },
            b"SCHEMA_CHANGE" => Self::Schema(Schema::read(header, from)?),
            other => Self::Other(other),
        })
    }
}
