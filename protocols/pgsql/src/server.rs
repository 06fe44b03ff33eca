//! The server's side: answers, rows, errors.

use packetbeat_core::cx::Cx;
use packetbeat_core::direction::Dir;
use packetbeat_core::ledger::Reason;
use packetbeat_core::reader::Reader;
use packetbeat_core::stream::{Finish, Next, Window, WireError};

use crate::config::Config;
use crate::conn::{Conn, Encryption, Step};
use crate::limits::{ANSWER_BYTES, COLUMNS_BYTES, ROW_BYTES};
use crate::request::{Kind, Request};
use crate::search;
use crate::wire::{self, HEADER, Header, Said};

impl Conn {
    /// The message at the start of the window.
    pub(crate) fn server_message(&mut self, window: Window<'_>, config: &Config, cx: &mut Cx<'_>) -> Step {
        let bytes = window.bytes;
        if self.sides.to_client.lost
            && let Some(step) = self.find_answer(bytes, config, cx)
        {
            return step;
        }
        if let Some(asked) = self.asked
            && let Some(step) = self.encryption(asked, bytes)
        {
            return step;
        }
        let header = match Header::read(bytes) {
            None => return Step::Needs(HEADER - bytes.len()),
            Some(Ok(header)) => header,
            Some(Err(error)) => return self.bad_answer(error, config, cx),
        };
        let Some(kept) = self.kept(header, config) else {
            return self.bad_answer(WireError::new("unknown message of a server", 0), config, cx);
        };
        let Some(payload) = bytes.get(HEADER..HEADER + kept) else {
            return Step::Needs(HEADER + kept - bytes.len());
        };
        match self.answer(payload, header, window, config, cx) {
            Ok(None) => Step::over(header, bytes.len()),
            Ok(Some(how)) => Step::Finish { took: header.whole().min(bytes.len()), how },
            Err(error) if self.is_whole && !self.is_new => {
                self.reply.malformed = Some(error.reason);
                Step::over(header, bytes.len())
            }
            Err(error) => self.bad_answer(WireError::new(error.reason, HEADER + error.at), config, cx),
        }
    }

    /// What is no message: another protocol, or the place is lost. A request that was being answered has its event with what
    /// was understood.
    fn bad_answer(&mut self, error: WireError, config: &Config, cx: &mut Cx<'_>) -> Step {
        if self.is_whole {
            return Step::Finish { took: 0, how: Finish::Malformed(error) };
        }
        if self.reply.half.is_some() {
            self.reply.malformed = Some(error.reason);
            self.answered(config, cx);
        }
        self.lose(Reason::Malformed, config, cx);
        Step::Took(1)
    }

    /// The byte that answers a request for encryption. `None` where a message answers it instead.
    fn encryption(&mut self, asked: Encryption, bytes: &[u8]) -> Option<Step> {
        let Some(first) = bytes.first() else { return Some(Step::Needs(1)) };
        self.asked = None;
        match (first, asked) {
            (b'S', Encryption::Tls) => {
                Some(Step::Finish { took: 1, how: Finish::Upgrade(Next::Named("tls")) })
            }
            (b'G', Encryption::Gss) => Some(Step::Finish { took: 1, how: Finish::Opaque }),
            (b'N', _) => Some(Step::Took(1)),
            // Servers that know nothing of encryption say so, and wait for the login.
            _ => None,
        }
    }

    /// After a hole, or from the middle on: what comes before the next request's answer is passed over. `None` if the answer begins
    /// here.
    fn find_answer(&mut self, bytes: &[u8], config: &Config, cx: &mut Cx<'_>) -> Option<Step> {
        let Some(request) = self.pending.oldest() else {
            if bytes.is_empty() {
                return Some(Step::Needs(1));
            }
            // A Sync alone is answered in there.
            self.idle_ready = 0;
            return Some(Step::Took(bytes.len()));
        };
        if bytes.len() <= HEADER {
            return Some(Step::Needs(HEADER + 1 - bytes.len()));
        }
        if self.idle_ready == 0 && search::is_answer(bytes, request) {
            self.sides.to_client.lost = false;
            return None;
        }
        self.lose(Reason::Gap, config, cx);
        Some(Step::Took(bytes.len()))
    }

    /// Bytes of a payload that are looked at; `None` for what servers do not send, or not so long.
    fn kept(&self, header: Header, config: &Config) -> Option<usize> {
        /// Bytes of the number of columns.
        const COUNT: usize = 2;
        /// Bytes of a key that cancels statements.
        const KEY: usize = 4 + 256;
        let len = header.len;
        let most = match header.kind {
            b'D' if len >= COUNT => {
                if self.reply.wants_row(config) {
                    ROW_BYTES
                } else {
                    COUNT
                }
            }
            b'T' if len >= COUNT => {
                if config.shows_rows() {
                    COLUMNS_BYTES
                } else {
                    COUNT
                }
            }
            b't' if len >= COUNT => ANSWER_BYTES,
            b'1' | b'2' | b'3' | b'n' | b's' | b'I' | b'c' if len == 0 => 0,
            b'Z' if len == 1 => 1,
            b'C' | b'E' | b'N' | b'S' if len > 0 => ANSWER_BYTES,
            b'R' if len >= 4 => 4,
            b'G' | b'H' | b'W' if len >= 3 => 3,
            b'K' if (8..=KEY).contains(&len) => 0,
            b'd' => 0,
            b'A' | b'V' | b'v' if len >= 4 => 0,
            _ if self.is_whole && !self.is_new => 0,
            _ => return None,
        };
        Some(len.min(most))
    }

    fn answer(
        &mut self,
        payload: &[u8],
        header: Header,
        window: Window<'_>,
        config: &Config,
        cx: &mut Cx<'_>,
    ) -> Result<Option<Finish>, WireError> {
        let cut = payload.len() < header.len;
        if matches!(header.kind, b'T' | b'D' | b'C' | b'I' | b's' | b'G' | b'H' | b'W' | b'V') {
            self.pass_prepared(config, cx);
        }
        let expected = self.idle_ready == 0 && self.swallowed == 0 && !self.pending.is_empty();
        let begins =
            matches!(header.kind, b'T' | b'D' | b'C' | b'I' | b's' | b'G' | b'H' | b'W' | b'V' | b'E' | b'R');
        if begins && expected && self.reply.half.is_none() {
            self.reply.half = Some(cx.half(Dir::ToClient, window.start, 0));
        }
        if header.kind != b'Z' {
            self.reply.add_bytes(header.whole());
        }
        match header.kind {
            b'D' if expected => self.row(payload, config)?,
            b'T' if expected => self.columns(payload, config)?,
            b'C' | b'I' | b's' => self.complete(payload, header, expected, config, cx),
            b'Z' => self.ready(payload, config, cx),
            b'E' => self.error(payload, cut, expected, config, cx)?,
            b'N' => {
                let said = self.said(payload, cut)?;
                self.reply.warnings += u64::from(expected && said.severity == b"WARNING");
            }
            b'S' => {
                let mut from = Reader::new(payload);
                if let (Ok(name), Ok(value)) = (wire::text(&mut from, "name"), wire::text(&mut from, "value"))
                {
                    self.session.setting(name, value);
                }
            }
            b'1' | b'2' => {
                self.pass_prepared(config, cx);
                if let Some(oldest) = self.pending.oldest_mut().filter(|_| expected) {
                    let wanted =
                        if header.kind == b'1' { &mut oldest.wants_parse } else { &mut oldest.wants_bind };
                    *wanted = false;
                }
            }
            b't' if expected => self.parameters(payload),
            b'R' => self.login(payload)?,
            b'G' if expected => self.copying = true,
            b'd' if expected => self.reply.rows = self.reply.rows.saturating_add(1),
            b'V' if expected => self.answered(config, cx),
            // From here on both sides send without end.
            b'W' if expected => {
                self.answered(config, cx);
                return Ok(Some(Finish::Opaque));
            }
            _ => {}
        }
        Ok(None)
    }

    /// Something of a later request is answered: those in front of it of which nothing is to come are over.
    fn pass_prepared(&mut self, config: &Config, cx: &mut Cx<'_>) {
        while self.pending.oldest().is_some_and(Request::is_over) && self.pending.len() > 1 {
            self.pass_oldest(config, cx);
        }
    }

    /// Types of a statement's parameters.
    fn parameters(&mut self, payload: &[u8]) {
        let Self { pending, prepared, .. } = self;
        let Some(oldest) = pending.oldest().filter(|oldest| oldest.describes) else { return };
        prepared.with(&oldest.statement, |statement| {
            let mut from = Reader::new(payload);
            let count = from.u16_be("number of types").unwrap_or(0);
            statement.parameters.clear();
            // Of more than fit into what is kept the first.
            for _ in 0..count {
                let Ok(oid) = from.u32_be("type") else { break };
                statement.parameters.push(oid);
            }
        });
    }

    fn columns(&mut self, payload: &[u8], config: &Config) -> Result<(), WireError> {
        self.reply.describe(payload, config.shows_rows())?;
        let Self { pending, prepared, reply, .. } = self;
        if let Some(oldest) = pending.oldest().filter(|oldest| oldest.describes) {
            prepared.with(&oldest.statement, |statement| {
                statement.fields = reply.fields;
                statement.columns.clear();
                statement.columns.extend_from_slice(&reply.columns);
                statement.names.clear();
                statement.names.extend_from_slice(&reply.csv);
            });
        }
        Ok(())
    }

    /// The columns of an answer that does not describe them: its statement was described before.
    fn describe_as_prepared(&mut self) {
        let Self { pending, prepared, reply, .. } = self;
        if !reply.described
            && let Some(oldest) = pending.oldest().filter(|oldest| oldest.kind == Kind::Extended)
            && let Some(statement) = prepared.get(&oldest.statement)
        {
            reply.describe_as(statement);
        }
        reply.described = true;
    }

    fn row(&mut self, payload: &[u8], config: &Config) -> Result<(), WireError> {
        if !self.reply.described {
            self.describe_as_prepared();
            self.reply.fields = u64::from(Reader::new(payload).u16_be("number of columns")?);
        }
        let Self { pending, reply, .. } = self;
        reply.rows = reply.rows.saturating_add(1);
        if reply.wants_row(config)
            && let Some(oldest) = pending.oldest()
        {
            reply.show_row(payload, &oldest.formats, config);
        }
        Ok(())
    }

    /// A statement is complete, was empty, or gave as many rows as were asked for.
    fn complete(&mut self, payload: &[u8], header: Header, expected: bool, config: &Config, cx: &mut Cx<'_>) {
        if !expected {
            match self.swallowed.checked_sub(1) {
                Some(left) => self.swallowed = left,
                None if self.pending.is_empty() && self.idle_ready == 0 => cx.unmatched_response(),
                // One statement more than was counted in the text of its query: a rule made it of another.
                None => {}
            }
            return;
        }
        self.describe_as_prepared();
        match header.kind {
            b'C' => self.reply.complete(wire::tag(payload)),
            b's' => {
                let Self { pending, portals, .. } = self;
                if let Some(oldest) = pending.oldest() {
                    portals.insert(&oldest.portal, |portal| portal.keep(oldest, true));
                }
            }
            _ => {}
        }
        self.answered(config, cx);
    }

    /// What an error or a notice says. One that cannot be read says nothing, but is one, where messages are certain.
    fn said<'b>(&self, payload: &'b [u8], cut: bool) -> Result<Said<'b>, WireError> {
        wire::said(payload, cut).or_else(|error| if self.is_whole { Ok(Said::default()) } else { Err(error) })
    }

    /// An error ends a statement, and the group that it is in.
    fn error(
        &mut self,
        payload: &[u8],
        cut: bool,
        expected: bool,
        config: &Config,
        cx: &mut Cx<'_>,
    ) -> Result<(), WireError> {
        let said = self.said(payload, cut)?;
        self.pass_prepared(config, cx);
        self.swallowed = 0;
        if !expected || self.failed {
            cx.unmatched_response();
        } else {
            self.reply.fail(&said);
            self.answered(config, cx);
        }
        self.failed = true;
        Ok(())
    }

    /// A group is over.
    fn ready(&mut self, payload: &[u8], config: &Config, cx: &mut Cx<'_>) {
        const IDLE: u8 = b'I';
        if let Some(left) = self.idle_ready.checked_sub(1) {
            self.idle_ready = left;
        } else if self.open_ready > 0 {
            let before = self.open_ready;
            while self.open_ready == before && !self.pending.is_empty() {
                if self.pending.oldest().is_some_and(|oldest| oldest.kind == Kind::Login) {
                    self.answered(config, cx);
                } else {
                    self.pass_oldest(config, cx);
                }
            }
            self.idle_ready = self.idle_ready.saturating_sub(1);
            self.swallowed = 0;
        }
        if payload.first() == Some(&IDLE) && !self.portals.is_empty() {
            self.portals.clear();
        }
        (self.failed, self.copying, self.is_new) = (false, false, false);
        self.reply.clear();
        self.watch(config, cx);
    }

    fn login(&mut self, payload: &[u8]) -> Result<(), WireError> {
        if Reader::new(payload).u32_be("authentication")? == 0 {
            let Self { pending, session, .. } = self;
            if let Some(login) = pending.oldest().filter(|oldest| oldest.kind == Kind::Login) {
                session.let_in(&login.text, &login.statement);
            }
            self.is_new = false;
        }
        Ok(())
    }
}
