//! The server's side: greeting, answers, rows.

use packetbeat_core::cx::Cx;
use packetbeat_core::direction::Dir;
use packetbeat_core::ledger::Reason;
use packetbeat_core::stream::{Finish, Window, WireError};

use crate::command::{Kind, LAST_PREPARED};
use crate::config::Config;
use crate::conn::{Conn, Phase, Step};
use crate::limits::{ANSWER_BYTES, MAX_COLUMNS, ROW_BYTES};
use crate::search::{self, Begins};
use crate::wire::{self, Figures, HEADER, Header, LONGEST, PROGRESS, caps, status};

impl Conn {
    /// The packet at the start of the window.
    pub(crate) fn server_packet(&mut self, window: Window<'_>, config: &Config, cx: &mut Cx<'_>) -> Step {
        let bytes = window.bytes;
        if self.sides.to_client.lost
            && let Some(step) = self.find_answer(bytes, config, cx)
        {
            return step;
        }
        let Some(header) = Header::read(bytes) else { return Step::Needs(HEADER - bytes.len()) };
        if Self::goes_on(&mut self.sides.to_client, header) {
            self.reply.add_bytes(HEADER + header.len);
            return Step::over(header, bytes.len());
        }
        // What is kept of it depends on its first byte.
        let first = bytes.get(HEADER).copied();
        if first.is_none() && header.len > 0 {
            self.sides.to_client.continued = false;
            return Step::Needs(1);
        }
        let kept = header.len.min(self.wanted(first.unwrap_or_default(), config));
        let Some(payload) = bytes.get(HEADER..HEADER + kept) else {
            self.sides.to_client.continued = false;
            return Step::Needs(HEADER + kept - bytes.len());
        };
        match self.packet(payload, header, window, config, cx) {
            Ok(()) => Step::over(header, bytes.len()),
            Err(error) if self.is_new => Step::Finish {
                took: 0,
                how: Finish::Malformed(WireError::new(error.reason, HEADER + error.at)),
            },
            Err(error) => {
                self.broken(error, config, cx);
                Step::over(header, bytes.len())
            }
        }
    }

    /// Bytes of a payload that are looked at.
    fn wanted(&self, first: u8, config: &Config) -> usize {
        match self.phase {
            Phase::Rows | Phase::ColumnsEnd if !matches!(first, 0xfe | 0xff) => {
                if self.reply.wants_row(config) { ROW_BYTES } else { 1 }
            }
            _ => ANSWER_BYTES,
        }
    }

    /// After a hole, or from the middle on: what comes before the next command's answer is passed over. `None` if the answer begins
    /// here.
    fn find_answer(&mut self, bytes: &[u8], config: &Config, cx: &mut Cx<'_>) -> Option<Step> {
        let passes = |bytes: &[u8]| if bytes.is_empty() { Step::Needs(1) } else { Step::Took(bytes.len()) };
        let begins = match self.pending.oldest() {
            None if !self.may_be_greeted => return Some(passes(bytes)),
            None => search::begins_greeting(bytes),
            // What came before the command is no answer to it.
            Some(_) if self.before_command > 0 => {
                return Some(Step::Took(std::mem::take(&mut self.before_command).min(bytes.len())));
            }
            Some(request) => search::begins_answer(bytes, request.kind),
        };
        match begins {
            Begins::Perhaps(more) => {
                self.before_command = if self.pending.is_empty() { bytes.len() } else { 0 };
                return Some(Step::Needs(more));
            }
            Begins::No => {
                self.may_be_greeted = false;
                self.give_up_all(Reason::Gap, config, cx);
                return Some(passes(bytes));
            }
            Begins::Yes => {}
        }
        let side = &mut self.sides.to_client;
        (side.lost, side.continued) = (false, false);
        (self.may_be_greeted, self.stray) = (false, false);
        self.phase = if self.pending.is_empty() { Phase::Greeting } else { Phase::Answer };
        None
    }

    /// What the server said makes no sense here: the command that it answers has its event with what was understood.
    fn broken(&mut self, error: WireError, config: &Config, cx: &mut Cx<'_>) {
        self.reply.malformed = Some(error.reason);
        if self.reply.half.is_some() {
            self.answered(config, cx);
        }
        self.give_up(Reason::Malformed, config, cx);
    }

    fn packet(
        &mut self,
        payload: &[u8],
        header: Header,
        window: Window<'_>,
        config: &Config,
        cx: &mut Cx<'_>,
    ) -> Result<(), WireError> {
        if self.reply.half.is_some() {
            self.reply.add_bytes(HEADER + header.len);
        }
        let first = payload.first().copied().unwrap_or_default();
        match self.phase {
            Phase::Greeting => self.greeting(payload, header, cx),
            Phase::Answer => self.answer(payload, header, window, config, cx),
            Phase::NextResult => self.result(payload, header, config, cx),
            Phase::File if first == 0xff => self.error(payload, config, cx),
            Phase::File => self.figures(wire::ok(payload)?, config, cx),
            Phase::Parameters { left, columns } => self.parameter(left, columns, config, cx),
            Phase::ParametersEnd { columns } => self.parameters_end(payload, columns, config, cx),
            Phase::Prepared { left } => self.prepared_column(payload, left, config, cx),
            Phase::PreparedEnd => {
                self.prepared_over(config, cx);
                Ok(())
            }
            Phase::FieldList => self.field(payload, first, config, cx),
            Phase::Columns { left } => self.column(payload, left, config, cx),
            Phase::ColumnsEnd => self.columns_end(payload, header, config, cx),
            Phase::Rows => self.row(payload, header, config, cx),
        }
    }

    fn greeting(&mut self, payload: &[u8], header: Header, cx: &mut Cx<'_>) -> Result<(), WireError> {
        if payload.first() == Some(&0xff) {
            // Refused before the login.
            wire::error(payload)?;
            cx.unmatched_response();
            self.is_new = false;
            return Ok(());
        }
        let greeting = wire::greeting(payload)?;
        if header.seq != 0 || !matches!(greeting.protocol, 9 | 10) {
            return Err(WireError::new("greeting", 0));
        }
        self.session.offered = Some(greeting.capabilities);
        self.session.mariadb = greeting.mariadb;
        self.phase = Phase::Answer;
        Ok(())
    }

    /// The first packet of an answer, or the next of a login's.
    fn answer(
        &mut self,
        payload: &[u8],
        header: Header,
        window: Window<'_>,
        config: &Config,
        cx: &mut Cx<'_>,
    ) -> Result<(), WireError> {
        let first = payload.first().copied().unwrap_or_default();
        if std::mem::take(&mut self.stray_eof) && header.seq > 1 && wire::is_eof(payload) {
            self.session.sends_eof = Some(true);
            return Ok(());
        }
        if self.stray && (header.seq != 1 || self.pending.is_empty()) {
            return Ok(());
        }
        let Some(request) = self.pending.oldest() else {
            cx.unmatched_response();
            self.stray = true;
            return Ok(());
        };
        self.stray = false;
        let kind = request.kind;
        if self.reply.half.is_none() {
            self.reply.half = Some(self.half(Dir::ToClient, window.start, header, cx));
        }
        match kind {
            Kind::Login | Kind::ChangeUser => self.login_answer(payload, first, config, cx),
            _ if first == 0xff => self.error(payload, config, cx),
            Kind::Query | Kind::Execute | Kind::Bulk | Kind::ProcessInfo => {
                self.result(payload, header, config, cx)
            }
            Kind::Prepare => self.prepare_answer(payload, config, cx),
            Kind::Fetch => self.row(payload, header, config, cx),
            Kind::FieldList => self.field(payload, first, config, cx),
            Kind::Plain if first == 0 => self.figures(wire::ok(payload)?, config, cx),
            Kind::Plain if first == 0xfe => self.figures(wire::end(payload), config, cx),
            Kind::Statistics | Kind::Plain => {
                self.answered(config, cx);
                Ok(())
            }
            Kind::Binlog => {
                // From here on the server does not stop.
                self.answered(config, cx);
                self.stray = true;
                Ok(())
            }
        }
    }

    fn login_answer(
        &mut self,
        payload: &[u8],
        first: u8,
        config: &Config,
        cx: &mut Cx<'_>,
    ) -> Result<(), WireError> {
        match first {
            0 => {
                let figures = wire::ok(payload)?;
                self.session.status = Some(figures.status);
                self.reply.add(figures);
                let request = self.pending.oldest();
                let is_login = request.is_some_and(|request| request.kind == Kind::Login);
                if let Some(request) = request {
                    self.session.let_in(&request.text);
                }
                self.answered(config, cx);
                self.compressed = is_login
                    && !self.inner
                    && (self.session.has(caps::COMPRESS) || self.session.has(caps::COMPRESS_ZSTD));
                Ok(())
            }
            0xff => self.error(payload, config, cx),
            // Another method, or more of this one: the client answers.
            _ => Ok(()),
        }
    }

    /// An error ends every answer.
    fn error(&mut self, payload: &[u8], config: &Config, cx: &mut Cx<'_>) -> Result<(), WireError> {
        let error = wire::error(payload)?;
        if error.code != PROGRESS {
            self.reply.fail(&error);
            self.answered(config, cx);
        }
        Ok(())
    }

    /// The end of a result, or the OK of a command without one.
    fn figures(&mut self, figures: Figures, config: &Config, cx: &mut Cx<'_>) -> Result<(), WireError> {
        self.session.status = Some(figures.status);
        self.reply.add(figures);
        if figures.status & status::MORE_RESULTS == 0 {
            self.answered(config, cx);
        } else {
            self.phase = Phase::NextResult;
        }
        Ok(())
    }

    /// The first packet of a result.
    fn result(
        &mut self,
        payload: &[u8],
        header: Header,
        config: &Config,
        cx: &mut Cx<'_>,
    ) -> Result<(), WireError> {
        /// What says how many columns there are, with a flag.
        const COUNT_BYTES: usize = 10;
        match payload.first() {
            Some(0xff) => self.error(payload, config, cx),
            Some(0xfb) => {
                self.phase = Phase::File;
                Ok(())
            }
            Some(0xfe) if header.len != 9 => self.figures(wire::end(payload), config, cx),
            Some(0) if header.len != 2 => self.figures(wire::ok(payload)?, config, cx),
            _ if header.len > COUNT_BYTES => Err(WireError::new("number of columns", 0)),
            _ => {
                let (count, defined) = wire::columns(payload, self.session.mariadb)?;
                if count > MAX_COLUMNS {
                    return Err(WireError::new("number of columns", 0));
                }
                self.reply.begin_columns(count);
                self.phase = Phase::Columns { left: count };
                if !defined || count == 0 {
                    self.phase = Phase::ColumnsEnd;
                    self.columns_are_known();
                }
                Ok(())
            }
        }
    }

    /// The answer does not repeat what was said of the columns when the statement was prepared.
    fn columns_are_known(&mut self) {
        let Some(request) = self.pending.oldest() else { return };
        let last = self.session.last_prepared.map(u32::to_le_bytes);
        let id = last.filter(|_| request.id == LAST_PREPARED.to_le_bytes()).unwrap_or(request.id);
        if let Some(statement) = self.prepared.get(&id) {
            self.reply.known_columns(&statement.columns);
        }
    }

    fn column(
        &mut self,
        payload: &[u8],
        left: u64,
        config: &Config,
        cx: &mut Cx<'_>,
    ) -> Result<(), WireError> {
        if payload.first() == Some(&0xff) {
            return self.error(payload, config, cx);
        }
        // One that cannot be read is only not named.
        if let Ok(column) = wire::column(payload) {
            self.reply.column(&column, config);
        }
        self.phase = match left.saturating_sub(1) {
            0 => {
                self.reply.end_columns();
                Phase::ColumnsEnd
            }
            left => Phase::Columns { left },
        };
        Ok(())
    }

    /// An EOF, from those who send one, or already the first row.
    fn columns_end(
        &mut self,
        payload: &[u8],
        header: Header,
        config: &Config,
        cx: &mut Cx<'_>,
    ) -> Result<(), WireError> {
        self.phase = Phase::Rows;
        if !wire::is_eof(payload) {
            self.session.sends_eof = Some(false);
            return self.row(payload, header, config, cx);
        }
        self.session.sends_eof = Some(true);
        let end = wire::end(payload);
        if end.status & status::CURSOR_EXISTS != 0 {
            // The rows are fetched by other commands.
            return self.figures(end, config, cx);
        }
        Ok(())
    }

    fn row(
        &mut self,
        payload: &[u8],
        header: Header,
        config: &Config,
        cx: &mut Cx<'_>,
    ) -> Result<(), WireError> {
        self.phase = Phase::Rows;
        match payload.first() {
            Some(0xff) => self.error(payload, config, cx),
            // A value as long as this number would say fills several packets.
            Some(0xfe) if header.len < LONGEST => self.figures(wire::end(payload), config, cx),
            _ => {
                self.reply.rows = self.reply.rows.saturating_add(1);
                if self.reply.wants_row(config) {
                    let kind = self.pending.oldest().map_or(Kind::Query, |request| request.kind);
                    let binary = matches!(kind, Kind::Execute | Kind::Bulk | Kind::Fetch);
                    self.reply.show_row(payload, binary, config);
                }
                Ok(())
            }
        }
    }

    fn field(
        &mut self,
        payload: &[u8],
        first: u8,
        config: &Config,
        cx: &mut Cx<'_>,
    ) -> Result<(), WireError> {
        match first {
            0xff => self.error(payload, config, cx),
            0xfe => self.figures(wire::end(payload), config, cx),
            _ => {
                self.reply.fields = self.reply.fields.saturating_add(1);
                self.phase = Phase::FieldList;
                Ok(())
            }
        }
    }

    fn prepare_answer(&mut self, payload: &[u8], config: &Config, cx: &mut Cx<'_>) -> Result<(), WireError> {
        let ok = wire::prepare_ok(payload)?;
        self.reply.fields = u64::from(ok.columns);
        self.reply.warnings = u64::from(ok.warnings);
        self.session.last_prepared = Some(ok.id);
        let now = cx.now().nanos;
        if let Some(request) = self.pending.oldest() {
            self.prepared.insert(&ok.id.to_le_bytes(), |statement| {
                statement.text.extend_from_slice(&request.text);
                (statement.cut, statement.parameters, statement.used) = (request.cut, ok.parameters, now);
            });
        }
        match (ok.metadata, ok.parameters, ok.columns) {
            (false, ..) | (_, 0, 0) => self.answered(config, cx),
            (true, 0, columns) => self.phase = Phase::Prepared { left: columns },
            (true, parameters, columns) => self.phase = Phase::Parameters { left: parameters, columns },
        }
        Ok(())
    }

    fn parameter(
        &mut self,
        left: u16,
        columns: u16,
        config: &Config,
        cx: &mut Cx<'_>,
    ) -> Result<(), WireError> {
        match (left.saturating_sub(1), self.session.sends_eof) {
            (0, Some(false)) => self.parameters_over(columns, config, cx),
            (0, None) if columns == 0 => {
                self.answered(config, cx);
                self.stray_eof = true;
            }
            (0, _) => self.phase = Phase::ParametersEnd { columns },
            (left, _) => self.phase = Phase::Parameters { left, columns },
        }
        Ok(())
    }

    fn parameters_over(&mut self, columns: u16, config: &Config, cx: &mut Cx<'_>) {
        match columns {
            0 => self.answered(config, cx),
            left => self.phase = Phase::Prepared { left },
        }
    }

    fn parameters_end(
        &mut self,
        payload: &[u8],
        columns: u16,
        config: &Config,
        cx: &mut Cx<'_>,
    ) -> Result<(), WireError> {
        if wire::is_eof(payload) {
            self.session.sends_eof = Some(true);
            self.parameters_over(columns, config, cx);
            return Ok(());
        }
        self.session.sends_eof = Some(false);
        self.prepared_column(payload, columns, config, cx)
    }

    /// All of the answer was seen.
    fn prepared_over(&mut self, config: &Config, cx: &mut Cx<'_>) {
        let id = self.session.last_prepared.unwrap_or_default().to_le_bytes();
        self.prepared.with(&id, |statement| self.reply.give_columns(&mut statement.columns));
        self.reply.csv.clear();
        self.answered(config, cx);
    }

    fn prepared_column(
        &mut self,
        payload: &[u8],
        left: u16,
        config: &Config,
        cx: &mut Cx<'_>,
    ) -> Result<(), WireError> {
        if let Ok(column) = wire::column(payload) {
            self.reply.column(&column, config);
        }
        match (left.saturating_sub(1), self.session.sends_eof) {
            (0, Some(true)) => self.phase = Phase::PreparedEnd,
            (0, known) => {
                self.prepared_over(config, cx);
                self.stray_eof = known.is_none();
            }
            (left, _) => self.phase = Phase::Prepared { left },
        }
        Ok(())
    }
}
