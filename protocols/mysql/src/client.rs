//! The client's side: logins and commands.

use packetbeat_core::cx::Cx;
use packetbeat_core::direction::Dir;
use packetbeat_core::reader::Reader;
use packetbeat_core::stream::{Finish, Next, Window, WireError};

use crate::command::{self, Asked, Kind, LAST_PREPARED, Request};
use crate::config::Config;
use crate::conn::{Conn, Phase, Step, unmatched};
use crate::limits::{COMMAND_BYTES, LOGIN_BYTES, NAME_BYTES};
use crate::search::{self, Found, LAYER_HEADER};
use crate::wire::{self, HEADER, Header, LONGEST};

impl Conn {
    /// The packet at the start of the window.
    pub(crate) fn client_packet(&mut self, window: Window<'_>, config: &Config, cx: &mut Cx<'_>) -> Step {
        let bytes = window.bytes;
        if self.sides.to_server.lost {
            return self.find_command(bytes);
        }
        if !self.client_spoke && !self.proxied {
            match wire::proxy_header(bytes) {
                None => return Step::Needs(1),
                Some(taken) => {
                    self.proxied = true;
                    if taken > 0 {
                        return Step::Took(taken);
                    }
                }
            }
        }
        let Some(header) = Header::read(bytes) else { return Step::Needs(HEADER - bytes.len()) };
        if self.sides.to_server.continued {
            Self::goes_on(&mut self.sides.to_server, header);
            self.add_to_newest(header);
            return Step::over(header, bytes.len());
        }
        let is_data = self.phase == Phase::File;
        let kept = match header.seq {
            _ if is_data => 0,
            0 => header.len.min(COMMAND_BYTES),
            _ if !self.client_spoke => header.len.min(LOGIN_BYTES),
            _ => 0,
        };
        let Some(payload) = bytes.get(HEADER..HEADER + kept) else {
            return Step::Needs(HEADER + kept - bytes.len());
        };
        Self::goes_on(&mut self.sides.to_server, header);
        let read = if is_data || (header.seq != 0 && self.client_spoke) {
            // A file, or what a login goes on with.
            self.add_to_newest(header);
            Ok(None)
        } else if header.seq == 0 {
            self.command(payload, header, window, config, cx)
        } else {
            self.login(payload, header, window, config, cx)
        };
        match read {
            Ok(None) => Step::over(header, bytes.len()),
            Ok(Some(how)) => Step::Finish { took: (HEADER + header.len).min(bytes.len()), how },
            Err(error) if self.is_new => Step::Finish {
                took: 0,
                how: Finish::Malformed(WireError::new(error.reason, HEADER + error.at)),
            },
            // Where the next packet begins is known all the same.
            Err(_) => Step::over(header, bytes.len()),
        }
    }

    /// Looks for a command to take up at.
    fn find_command(&mut self, bytes: &[u8]) -> Step {
        let side = &mut self.sides.to_server;
        let (searched, more) = match search::command(bytes, side.searched) {
            Found::At(at) => {
                (side.lost, side.continued, side.searched) = (false, false, 0);
                self.client_spoke = !search::is_login(bytes.get(at..).unwrap_or_default());
                return Step::Took(at);
            }
            Found::Layered(at) => {
                (side.lost, side.continued, side.searched) = (false, false, 0);
                (self.client_spoke, self.compressed) = (true, true);
                return Step::Took(at);
            }
            Found::Perhaps { searched, more } => (searched, more),
            Found::Nothing { searched } => (searched, 1),
        };
        let passed = searched.saturating_sub(LAYER_HEADER);
        side.searched = searched - passed;
        if passed == 0 { Step::Needs(more) } else { Step::Took(passed) }
    }

    /// Bytes that belong to the command before.
    fn add_to_newest(&mut self, header: Header) {
        if let Some(request) = self.pending.newest_mut() {
            request.half.bytes = request.half.bytes.saturating_add((HEADER + header.len) as u64);
            request.cut |= self.sides.to_server.continued && request.is_statement();
        }
    }

    fn login(
        &mut self,
        payload: &[u8],
        header: Header,
        window: Window<'_>,
        config: &Config,
        cx: &mut Cx<'_>,
    ) -> Result<Option<Finish>, WireError> {
        let login = wire::login(payload, header.len)?;
        if login.tls {
            return Ok(Some(Finish::Upgrade(Next::Named("tls"))));
        }
        self.client_spoke = true;
        self.session.login(&login);
        let half = self.half(Dir::ToServer, window.start, header, cx);
        let request = self.ask(Kind::Login, config, cx);
        request.half = half;
        request.text.extend_from_slice(part(login.user));
        request.schema.extend_from_slice(part(login.schema));
        self.watch(config, cx);
        Ok(None)
    }

    fn command(
        &mut self,
        payload: &[u8],
        header: Header,
        window: Window<'_>,
        config: &Config,
        cx: &mut Cx<'_>,
    ) -> Result<Option<Finish>, WireError> {
        let code = *payload.first().ok_or(WireError::new("empty command", 0))?;
        let asked = match command::kind(code) {
            Some(asked) => asked,
            None if self.is_new => return Err(WireError::new("unknown command", 0)),
            // Newer than we are, or none: the server answers it in any case.
            None => Asked::Answered(Kind::Plain),
        };
        self.client_spoke = true;
        let kind = match asked {
            Asked::Leaves => return Ok(None),
            Asked::Closes => {
                self.prepared.remove(payload.get(1..5).unwrap_or_default());
                return Ok(None);
            }
            Asked::Data => {
                self.long_data(payload);
                return Ok(None);
            }
            Asked::Answered(kind) => kind,
        };
        let id = self.statement_id(kind, payload);
        self.keep_waiting_text(id);
        let half = self.half(Dir::ToServer, window.start, header, cx);
        let cut = payload.len() < header.len || header.len == LONGEST;
        let attributes = self.session.capabilities.is_none_or(|_| self.session.has(QUERY_ATTRIBUTES));
        let now = cx.now().nanos;
        let request = self.ask(kind, config, cx);
        (request.code, request.half) = (code, half);
        let body = payload.get(1..).unwrap_or_default();
        match kind {
            Kind::Query => {
                request.text.extend_from_slice(command::statement(payload));
                request.cut = cut;
            }
            Kind::Prepare => {
                request.text.extend_from_slice(body);
                request.cut = cut;
            }
            Kind::Execute | Kind::Bulk => {
                let id = id.unwrap_or_default();
                self.execute(kind, &id, payload, (now, attributes), config);
            }
            Kind::ChangeUser => {
                let user = body.split(|byte| *byte == 0).next().unwrap_or_default();
                request.text.extend_from_slice(part(user));
                self.prepared.clear();
            }
            Kind::FieldList | Kind::Plain => {
                let name = body.split(|byte| *byte == 0).next().unwrap_or_default();
                if matches!(code, 2 | 4 | 5 | 6) {
                    request.text.extend_from_slice(part(name));
                }
                self.after_plain(code, body);
            }
            _ => {}
        }
        self.watch(config, cx);
        Ok(None)
    }

    /// What a command changes whether it succeeds or not.
    fn after_plain(&mut self, code: u8, body: &[u8]) {
        match code {
            // The parts of parameters are forgotten.
            26 => drop(
                self.prepared.with(body.get(..4).unwrap_or_default(), |statement| statement.long.clear()),
            ),
            31 => self.prepared.clear(),
            _ => {}
        }
    }

    /// A new command that waits.
    fn ask(&mut self, kind: Kind, config: &Config, cx: &mut Cx<'_>) -> &mut Request {
        let Self { pending, scratch, session, .. } = self;
        let request = pending.push(cx, |request, reason, cx| {
            unmatched(config, scratch, session, request, reason, cx);
        });
        request.kind = kind;
        request.dialect = session.dialect();
        request
    }

    /// The id of the statement that an execution is about.
    fn statement_id(&self, kind: Kind, payload: &[u8]) -> Option<[u8; 4]> {
        if !matches!(kind, Kind::Execute | Kind::Bulk) {
            return None;
        }
        let id = Reader::starting_at(payload, 1).array("statement's id").ok()?;
        if u32::from_le_bytes(id) != LAST_PREPARED {
            return Some(id);
        }
        // Not answered yet: its text stands in the command before.
        let waits = self.pending.newest().is_some_and(|newest| newest.kind == Kind::Prepare);
        if waits { Some(id) } else { self.session.last_prepared.map(u32::to_le_bytes) }
    }

    /// The text of a statement that is executed before it is known by its number: that of the newest command.
    fn keep_waiting_text(&mut self, id: Option<[u8; 4]>) {
        if id.map(u32::from_le_bytes) == Some(LAST_PREPARED)
            && let Some(prepare) = self.pending.newest()
        {
            self.scratch.statement.clear();
            self.scratch.statement.extend_from_slice(&prepare.text);
        }
    }

    /// The newest command executes the statement `id`.
    fn execute(
        &mut self,
        kind: Kind,
        id: &[u8; 4],
        payload: &[u8],
        (now, attributes): (i64, bool),
        config: &Config,
    ) {
        let Self { pending, prepared, scratch, .. } = self;
        let Some(request) = pending.newest_mut() else { return };
        request.id = *id;
        if u32::from_le_bytes(*id) == LAST_PREPARED {
            request.text.extend_from_slice(&scratch.statement);
            return;
        }
        let known = prepared.with(id, |statement| {
            if now.saturating_sub(statement.used) > config.statement_timeout {
                return false;
            }
            statement.used = now;
            request.text.extend_from_slice(&statement.text);
            let whole = if kind == Kind::Bulk {
                statement.read_bulk(payload, &mut request.parameters)
            } else {
                statement.read_parameters(payload, attributes, &mut request.parameters)
            };
            request.cut = statement.cut || !whole;
            true
        });
        request.unknown = known != Some(true);
        if known == Some(false) {
            prepared.remove(id);
        }
    }

    /// A part of a parameter.
    fn long_data(&mut self, payload: &[u8]) {
        let mut from = Reader::starting_at(payload, 1);
        let (Ok(id), Ok(number)) = (from.array::<4>("statement's id"), from.array("parameter")) else {
            return;
        };
        self.prepared.with(&id, |statement| statement.add_long(u16::from_le_bytes(number), from.rest()));
    }
}

/// Executions may carry attributes.
const QUERY_ATTRIBUTES: u32 = 1 << 27;

/// As much of a name as is kept.
fn part(name: &[u8]) -> &[u8] {
    name.get(..NAME_BYTES).unwrap_or(name)
}
