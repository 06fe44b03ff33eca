//! The functions that a client calls.

/// What a call is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Kind {
    /// CONNECT, until it is accepted, refused or redirected.
    #[default]
    Connect,
    /// Native network encryption and integrity are agreed on.
    Security,
    /// Both sides say what they are.
    Protocol,
    /// Both sides say how they write what.
    DataTypes,
    /// Protocol, data types and first phase of a login in one (23ai).
    FastLogin,
    /// The first phase of a login: a challenge is asked for.
    Challenge,
    /// The second: the secret is sent.
    Login,
    /// A statement is parsed and executed.
    Execute,
    /// A statement is executed again, by its cursor.
    Again,
    /// Rows are fetched from a cursor.
    Fetch,
    /// A transaction or the session ends.
    Commit,
    /// See above.
    Rollback,
    /// See above.
    Logoff,
    /// Any other function.
    Other,
}

impl Kind {
    /// Of a function.
    pub(crate) const fn of(function: u8) -> Self {
        match function {
            4 | 78 => Self::Again,
            5 => Self::Fetch,
            9 => Self::Logoff,
            14 => Self::Commit,
            15 => Self::Rollback,
            3 | 71 | 74 | 94 => Self::Execute,
            81 | 115 => Self::Login,
            82 | 118 => Self::Challenge,
            _ => Self::Other,
        }
    }

    /// Whether it is about a statement: its answer ends with the end of a call, never with a bare status.
    pub(crate) const fn has_statement(self) -> bool {
        matches!(self, Self::Execute | Self::Again | Self::Fetch)
    }

    /// Whether it has an event unless all commands are asked for. One that failed always has.
    pub(crate) const fn is_shown(self) -> bool {
        !matches!(
            self,
            Self::Security
                | Self::Protocol
                | Self::DataTypes
                | Self::Challenge
                | Self::FastLogin
                | Self::Other
        )
    }

    /// `method`, where no statement says it.
    pub(crate) const fn method(self) -> &'static str {
        match self {
            Self::Connect => "CONNECT",
            Self::Security | Self::Protocol | Self::DataTypes => "NEGOTIATE",
            Self::FastLogin | Self::Challenge | Self::Login => "LOGON",
            Self::Execute | Self::Again => "EXECUTE",
            Self::Fetch => "FETCH",
            Self::Commit => "COMMIT",
            Self::Rollback => "ROLLBACK",
            Self::Logoff => "LOGOFF",
            Self::Other => "CALL",
        }
    }
}

/// Numbers of functions that this crate reads.
pub(crate) mod code {
    pub(crate) const EXECUTE: u8 = 94;
    pub(crate) const CLOSE_CURSORS: u8 = 105;
    pub(crate) const LOGIN: u8 = 115;
    pub(crate) const CHALLENGE: u8 = 118;
    pub(crate) const END_TO_END: u8 = 135;
    pub(crate) const SET_SCHEMA: u8 = 152;
    pub(crate) const PIPELINE_BEGIN: u8 = 199;
}

/// The name of a function; `None` if it is not known.
pub(crate) const fn name(function: u8) -> Option<&'static str> {
    Some(match function {
        1 => "logon",
        2 => "open cursor",
        3 => "parse",
        4 => "re-execute",
        5 => "fetch",
        8 => "close cursor",
        9 => "logoff",
        11 => "bind",
        12 => "autocommit on",
        13 => "autocommit off",
        14 => "commit",
        15 => "rollback",
        20 => "cancel",
        43 => "describe columns",
        44 => "start up",
        45 => "shut down",
        59 => "version",
        67 => "kernel call",
        71 => "execute (7)",
        74 => "parse (7)",
        78 => "re-execute and fetch",
        81 => "logon",
        82 => "logon challenge",
        84 => "describe (7)",
        92 => "array execute",
        94 => "execute",
        96 => "lob",
        97 => "objects",
        98 => "describe",
        103 => "switch global transaction",
        104 => "change global transaction",
        105 => "close cursors",
        107 => "switch session",
        108 => "session attributes",
        112 => "pipe",
        115 => "authenticate",
        117 => "session state",
        118 => "challenge",
        119 => "describe object",
        120 => "cancel all cursors",
        121 => "enqueue",
        122 => "dequeue",
        125 => "subscribe",
        128 => "prepare direct path",
        129 => "load direct path",
        130 => "end direct path",
        135 => "end-to-end attributes",
        139 => "protocol",
        145 => "array of messages",
        147 => "ping",
        151 => "keep alive",
        152 => "set schema",
        154 => "alter session",
        162 => "get session",
        163 => "release session",
        172 => "query cache",
        176 => "session state",
        187 => "notify",
        191 => "client features",
        195 => "end-user security",
        199 => "begin pipeline",
        200 => "end pipeline",
        _ => return None,
    })
}
