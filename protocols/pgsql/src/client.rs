//! The client's side: startup, statements, rows to be copied.

use packetbeat_core::cx::Cx;
use packetbeat_core::direction::Dir;
use packetbeat_core::ledger::Reason;
use packetbeat_core::reader::Reader;
use packetbeat_core::record::Half;
use packetbeat_core::sql;
use packetbeat_core::stream::{Finish, Window, WireError};

use crate::config::Config;
use crate::conn::{Conn, Encryption, Step};
use crate::limits::{
    ANSWER_BYTES, BIND_BYTES, PARAMETER_BYTES, STARTUP_BYTES, STATEMENT_BYTES, STATEMENTS, TYPES,
};
use crate::request::{Kind, Request};
use crate::search::{self, Found};
use crate::value;
use crate::wire::{self, Bind, CANCEL, GSS, HEADER, Header, TLS, VERSION};

impl Conn {
    /// The message at the start of the window.
    pub(crate) fn client_message(&mut self, window: Window<'_>, config: &Config, cx: &mut Cx<'_>) -> Step {
        let bytes = window.bytes;
        if self.sides.to_server.lost {
            return self.find_request(bytes);
        }
        if !self.started {
            return self.before_login(window, config, cx);
        }
        let header = match Header::read(bytes) {
            None => return Step::Needs(HEADER - bytes.len()),
            Some(Ok(header)) => header,
            Some(Err(error)) => return self.bad_request(error, config, cx),
        };
        let Some(kept) = kept(header, self.is_whole && !self.is_new) else {
            return self.bad_request(WireError::new("unknown message of a client", 0), config, cx);
        };
        let Some(payload) = bytes.get(HEADER..HEADER + kept) else {
            return Step::Needs(HEADER + kept - bytes.len());
        };
        let half = cx.half(Dir::ToServer, window.start, header.whole() as u64);
        match self.request(payload, header, half, config, cx) {
            Ok(()) => Step::over(header, bytes.len()),
            Err(_) if self.is_whole && !self.is_new => {
                self.odd_request(header.kind, half, config, cx);
                Step::over(header, bytes.len())
            }
            Err(error) => self.bad_request(WireError::new(error.reason, HEADER + error.at), config, cx),
        }
    }

    /// A message that cannot be read: the server answers it as others, with an error.
    fn odd_request(&mut self, kind: u8, half: Half, config: &Config, cx: &mut Cx<'_>) {
        if matches!(kind, b'P' | b'B' | b'E') {
            let request = self.ask(Kind::Extended, config, cx);
            (request.half, request.unknown, request.cut) = (half, true, true);
            (request.wants_parse, request.wants_bind, request.executes) =
                (kind == b'P', kind == b'B', kind == b'E');
            self.watch(config, cx);
        }
    }

    /// What is no message: another protocol, or the place is lost.
    fn bad_request(&mut self, error: WireError, config: &Config, cx: &mut Cx<'_>) -> Step {
        if self.is_whole {
            return Step::Finish { took: 0, how: Finish::Malformed(error) };
        }
        self.lose(Reason::Malformed, config, cx);
        self.lose_client();
        Step::Took(1)
    }

    /// Looks for a request to take up at.
    fn find_request(&mut self, bytes: &[u8]) -> Step {
        match search::request(bytes) {
            Found::At(at) => {
                self.sides.to_server.lost = false;
                Step::Took(at)
            }
            Found::Perhaps { at: 0, more } => Step::Needs(more),
            Found::Perhaps { at, .. } => Step::Took(at),
        }
    }

    /// Startup packets have no kind: a length, a version or what is asked for instead.
    fn before_login(&mut self, window: Window<'_>, config: &Config, cx: &mut Cx<'_>) -> Step {
        /// Length and version.
        const HEAD: usize = 8;
        let bytes = window.bytes;
        let mut from = Reader::new(bytes);
        let (Ok(length), Ok(version)) = (from.u32_be("length"), from.u32_be("version")) else {
            return Step::Needs(HEAD - bytes.len());
        };
        let len = length as usize;
        let bad = |reason| Step::Finish { took: 0, how: Finish::Malformed(WireError::new(reason, 0)) };
        if !(HEAD..=STARTUP_BYTES).contains(&len) {
            return bad("length of the startup message");
        }
        let Some(whole) = bytes.get(..len) else { return Step::Needs(len - bytes.len()) };
        let half = cx.half(Dir::ToServer, window.start, len as u64);
        let parameters = whole.get(HEAD..).unwrap_or_default();
        match version {
            TLS | GSS if len == HEAD => {
                self.asked = Some(if version == TLS { Encryption::Tls } else { Encryption::Gss });
            }
            CANCEL if len > HEAD => {
                self.ask(Kind::Cancel, config, cx).half = half;
                self.settle_by_design(config, cx);
                self.is_new = false;
            }
            _ if version >> 16 == VERSION => {
                let Ok(startup) = wire::startup(parameters) else { return bad("startup message") };
                self.started = true;
                let request = self.ask(Kind::Login, config, cx);
                request.half = half;
                request.text.extend_from_slice(wire::name(startup.user));
                request.statement.extend_from_slice(wire::name(startup.database));
                self.close_group();
                self.watch(config, cx);
            }
            _ => return bad("version of the protocol"),
        }
        Step::Took(len)
    }

    fn request(
        &mut self,
        payload: &[u8],
        header: Header,
        half: Half,
        config: &Config,
        cx: &mut Cx<'_>,
    ) -> Result<(), WireError> {
        let cut = payload.len() < header.len;
        match header.kind {
            b'Q' => self.query(wire::last_text(payload), half, cut, config, cx),
            b'P' => self.parse(payload, half, cut, config, cx)?,
            b'B' => self.bind(payload, half, cut, config, cx)?,
            b'E' => self.execute(payload, half, config, cx)?,
            b'D' => {
                let mut from = Reader::new(payload);
                let of_statement = from.u8("what is described")? == b'S';
                let name = wire::text(&mut from, "name")?;
                if let Some(request) = self.open_request() {
                    request.add_bytes(header.whole());
                    request.describes |= of_statement && request.statement == name;
                }
            }
            b'C' => {
                let mut from = Reader::new(payload);
                let kind = from.u8("what is closed")?;
                let name = wire::text(&mut from, "name")?;
                if kind == b'S' {
                    self.prepared.remove(name);
                } else {
                    self.portals.remove(name);
                }
                if let Some(request) = self.open_request() {
                    request.add_bytes(header.whole());
                }
            }
            b'S' => {
                if let Some(request) = self.open_request() {
                    request.add_bytes(header.whole());
                }
                self.close_group();
            }
            b'H' => {
                if let Some(request) = self.open_request() {
                    request.add_bytes(header.whole());
                }
            }
            b'F' => {
                let number = Reader::new(payload).u32_be("function").unwrap_or(0);
                let request = self.ask(Kind::Function, config, cx);
                request.half = half;
                request.executes = true;
                value::print(&mut request.text, number);
                self.close_group();
                self.watch(config, cx);
            }
            b'd' | b'c' | b'f' if self.copying => {
                if let Some(request) = self.pending.oldest_mut() {
                    request.add_bytes(header.whole());
                }
            }
            b'p' => {
                if let Some(request) = self.pending.oldest_mut()
                    && request.kind == Kind::Login
                {
                    request.add_bytes(header.whole());
                }
            }
            // Rows that are sent on after the copy failed, and the end of the session.
            _ => {}
        }
        Ok(())
    }

    /// The newest request, where messages of the extended protocol may join it.
    fn open_request(&mut self) -> Option<&mut Request> {
        self.pending.newest_mut().filter(|request| request.is_open())
    }

    /// A simple query: each of its statements is answered on its own. One without any is answered too.
    fn query(&mut self, text: &[u8], half: Half, cut: bool, config: &Config, cx: &mut Cx<'_>) {
        if let Some(statement) = only_statement(text) {
            self.statement(statement, half, config, cx);
        } else {
            let mut count = 0;
            for statement in sql::statements(text, self.session.dialect()).take(STATEMENTS) {
                count += 1;
                self.statement(statement, half, config, cx);
            }
            if count == 0 {
                self.statement(&[], half, config, cx);
            }
            if let Some(last) = self.pending.newest_mut() {
                last.cut = count == STATEMENTS;
            }
        }
        if let Some(last) = self.pending.newest_mut() {
            last.cut |= cut;
        }
        self.close_group();
        self.watch(config, cx);
    }

    /// A statement of a simple query.
    fn statement(&mut self, statement: &[u8], half: Half, config: &Config, cx: &mut Cx<'_>) {
        /// What takes away all that was prepared.
        const FORGETS: [&[u8]; 3] = [b"discard all", b"deallocate all", b"deallocate prepare all"];
        if !self.prepared.is_empty() && FORGETS.iter().any(|all| statement.eq_ignore_ascii_case(all)) {
            self.prepared.clear();
        }
        let request = self.ask(Kind::Simple, config, cx);
        (request.half, request.executes) = (half, true);
        request.text.extend_from_slice(statement);
    }

    /// Name, statement, types of parameters.
    fn parse(
        &mut self,
        payload: &[u8],
        half: Half,
        cut: bool,
        config: &Config,
        cx: &mut Cx<'_>,
    ) -> Result<(), WireError> {
        let mut from = Reader::new(payload);
        let name = wire::text(&mut from, "statement's name")?;
        let text = wire::last_text(from.rest());
        if !cut {
            from.take(text.len() + 1, "statement")?;
        }
        let now = cx.now().nanos;
        let kept = text.trim_ascii();
        let kept = kept.strip_suffix(b";").unwrap_or(kept).trim_ascii_end();
        self.prepared.insert(name, |statement| {
            statement.text.extend_from_slice(kept);
            (statement.cut, statement.used) = (cut, now);
            let count = if cut { 0 } else { from.u16_be("number of types").unwrap_or(0) };
            for _ in 0..usize::from(count).min(TYPES) {
                statement.parameters.extend(from.u32_be("type of a parameter").ok());
            }
        });
        let request = self.ask(Kind::Extended, config, cx);
        (request.half, request.cut) = (half, cut);
        (request.parsed, request.wants_parse) = (true, true);
        request.text.extend_from_slice(kept);
        request.statement.extend_from_slice(wire::name(name));
        self.watch(config, cx);
        Ok(())
    }

    fn bind(
        &mut self,
        payload: &[u8],
        half: Half,
        cut: bool,
        config: &Config,
        cx: &mut Cx<'_>,
    ) -> Result<(), WireError> {
        let bind = Bind::read(payload)?;
        if !cut && !self.is_whole {
            bind.values(|_, _| ())?;
        }
        let now = cx.now().nanos;
        let joins = self
            .open_request()
            .is_some_and(|newest| newest.parsed && !newest.bound && newest.statement == bind.statement);
        if joins {
            if let Some(request) = self.pending.newest_mut() {
                request.half.bytes = request.half.bytes.saturating_add(half.bytes);
            }
        } else {
            let request = self.ask(Kind::Extended, config, cx);
            request.half = half;
            request.statement.extend_from_slice(wire::name(bind.statement));
        }
        let Self { pending, prepared, portals, .. } = self;
        let Some(request) = pending.newest_mut() else { return Ok(()) };
        (request.bound, request.wants_bind) = (true, true);
        request.portal.extend_from_slice(wire::name(bind.portal));
        let fresh = prepared
            .get(bind.statement)
            .is_some_and(|statement| now.saturating_sub(statement.used) <= config.statement_timeout);
        let known = prepared.with(bind.statement, |statement| {
            statement.used = now;
            if fresh && !joins {
                request.text.extend_from_slice(&statement.text);
                request.cut = statement.cut;
            }
            keep_values(request, &bind, &statement.parameters, cut);
        });
        request.unknown = !joins && !fresh;
        if known.is_none() {
            keep_values(request, &bind, &[], cut);
        }
        if bind.portal.is_empty() {
            portals.remove(b"");
        } else {
            portals.insert(bind.portal, |portal| portal.keep(request, false));
        }
        self.watch(config, cx);
        Ok(())
    }

    fn execute(
        &mut self,
        payload: &[u8],
        half: Half,
        config: &Config,
        cx: &mut Cx<'_>,
    ) -> Result<(), WireError> {
        let name = wire::text(&mut Reader::new(payload), "portal")?;
        let joins = |newest: &&mut Request| newest.bound && !newest.executes && newest.portal == name;
        if let Some(request) = self.open_request().filter(joins) {
            request.half.bytes = request.half.bytes.saturating_add(half.bytes);
            request.executes = true;
            if !name.is_empty() {
                self.portals.with(name, |portal| portal.begun = true);
            }
            return Ok(());
        }
        let whole = self.is_whole;
        let request = self.ask(Kind::Extended, config, cx);
        (request.half, request.executes) = (half, true);
        let Self { pending, portals, .. } = self;
        let Some(request) = pending.newest_mut() else { return Ok(()) };
        request.portal.extend_from_slice(wire::name(name));
        let known = portals.with(name, |portal| {
            request.text.extend_from_slice(&portal.text);
            request.statement.extend_from_slice(&portal.statement);
            request.formats.extend_from_slice(&portal.formats);
            (request.cut, request.unknown, request.again) = (portal.cut, portal.unknown, portal.begun);
            portal.begun = true;
        });
        // A portal whose Bind is missing may have been executed before.
        (request.unknown, request.again) =
            (request.unknown || known.is_none(), request.again || (known.is_none() && !whole));
        self.watch(config, cx);
        Ok(())
    }
}

/// Bytes of a payload that are looked at; `None` for what clients do not send, or not so long, unless `any` is passed over.
const fn kept(header: Header, any: bool) -> Option<usize> {
    let len = header.len;
    let most = match header.kind {
        b'Q' | b'P' => STATEMENT_BYTES,
        b'B' => BIND_BYTES,
        b'E' | b'D' | b'C' => ANSWER_BYTES,
        b'F' => 4,
        b'S' | b'H' | b'c' | b'X' if len == 0 => 0,
        b'd' | b'f' | b'p' => 0,
        _ if any => 0,
        _ => return None,
    };
    Some(if len < most { len } else { most })
}

/// The statement of a text that certainly has only one, which most have: nothing needs to be known of quotes then. `None` where
/// that takes a closer look.
fn only_statement(text: &[u8]) -> Option<&[u8]> {
    let text = text.trim_ascii();
    // Comments may be all there is, or hold the semicolon.
    if text.is_empty()
        || memchr::memmem::find(text, b"--").is_some()
        || memchr::memmem::find(text, b"/*").is_some()
    {
        return None;
    }
    let end = memchr::memchr(b';', text).unwrap_or(text.len());
    let (statement, behind) = text.split_at_checked(end)?;
    (behind.len() <= 1 && !statement.is_empty()).then(|| statement.trim_ascii_end())
}

/// Keeps the parameters' texts and the result's formats, as far as they can be read.
fn keep_values(request: &mut Request, bind: &Bind<'_>, types: &[u32], cut: bool) {
    let mut all = !cut;
    let formats = bind.values(|at, value| {
        let oid = types.get(at).copied().unwrap_or(0);
        all &= request.parameters.push(PARAMETER_BYTES, |to| match value {
            None => to.extend_from_slice(b"NULL"),
            Some(value) if bind.is_binary(at) => value::write_binary(oid, value, PARAMETER_BYTES, to),
            Some(value) => to.extend_from_slice(value.get(..PARAMETER_BYTES).unwrap_or(value)),
        });
    });
    request.cut |= !all || formats.is_err();
    let formats = formats.unwrap_or_default();
    request.formats.extend_from_slice(formats.get(..TYPES * 2).unwrap_or(formats));
}

#[cfg(test)]
mod tests {
    use packetbeat_core::sql::{Dialect, statements};

    use super::only_statement;

    #[test]
    fn a_single_statement_is_what_splitting_gives() {
        for text in
            ["select 1", " select 1 ; ", "select ';'", "a;b", "", ";", "-- ;", "a -- b;", "/* ; */", "a;;"]
        {
            let all: Vec<_> = statements(text.as_bytes(), Dialect::PostgreSql).collect();
            if let Some(only) = only_statement(text.as_bytes()) {
                assert_eq!(all, [only], "{text}");
            }
        }
        assert_eq!(only_statement(b"select 1;\n"), Some(&b"select 1"[..]));
        assert_eq!(only_statement(b"select ';' "), None);
    }
}
