//! The client's direction: commands, `AUTH` answers, content.

use packetbeat_core::cx::Cx;
use packetbeat_core::direction::Dir;
use packetbeat_core::record::Half;
use packetbeat_core::stream::{Finish, Next, Progress, Window, WireError};

use crate::auth::Stage;
use crate::config::Config;
use crate::conn::{Conn, Kind, Mode};
use crate::content::DotScan;
use crate::limits::JUNK_LINES;
use crate::mail::{GivenUp, Mail, Phase};
use crate::wire::{self, Command, Line};

/// Whether these are the first bytes of a TLS record that holds a handshake; `None` if too few are there.
pub(crate) fn is_tls(bytes: &[u8]) -> Option<bool> {
    match bytes {
        [0x16, 0x03, ..] => Some(true),
        [0x16] => None,
        _ => Some(false),
    }
}

/// Hands the connection to whoever reads TLS.
pub(crate) const fn to_tls(consumed: usize) -> Progress {
    Progress::Finish { consumed, how: Finish::Upgrade(Next::Named("tls")) }
}

impl Conn {
    /// Bytes of the client.
    pub(crate) fn client_data(&mut self, window: Window<'_>, config: &Config, cx: &mut Cx<'_>) -> Progress {
        let mut at = 0;
        let mut known = std::mem::take(&mut self.scanned.to_server);
        if !matches!(self.mode, Mode::Lines) {
            // The server's part told that what was taken for the start of a line is none.
            known = 0;
        }
        loop {
            let rest = window.after(at);
            if rest.bytes.is_empty() {
                return Progress::all(at);
            }
            match self.mode {
                Mode::LongLine => at += self.long_line(rest.bytes),
                Mode::Content(scan) => at += self.content(scan, rest.bytes, cx),
                Mode::Chunk { left, .. } => {
                    let len = usize::try_from(left).unwrap_or(usize::MAX).min(rest.bytes.len());
                    at += len;
                    self.chunk(rest.bytes.get(..len).unwrap_or_default(), cx);
                }
                Mode::Lines => {
                    if known == 0 {
                        self.line_begins();
                    }
                    match is_tls(rest.bytes) {
                        Some(true)
                            if self.session.understood
                                || self.start != packetbeat_core::parser::Start::Beginning =>
                        {
                            self.session.tls = true;
                            return to_tls(at);
                        }
                        Some(_) => {}
                        None => return Progress::wait(at, 1),
                    }
                    let Some(line) = wire::first_line(rest.bytes, std::mem::take(&mut known)) else {
                        self.scanned.to_server = rest.bytes.len();
                        return Progress::wait(at, 1);
                    };
                    if let Err(reason) = self.client_line(line, rest, config, cx) {
                        let how = Finish::Malformed(WireError::new(reason, at));
                        return Progress::Finish { consumed: at, how };
                    }
                    at += line.len;
                }
            }
        }
    }

    /// A line of the client begins. Its bytes came behind the replies seen so far, whatever was sent in one segment with them.
    fn line_begins(&mut self) {
        if self.lockstep && self.replied && self.session.login.stage != Stage::Challenged {
            self.awaited.clear();
        }
    }

    /// A line of the client.
    fn client_line(
        &mut self,
        line: Line<'_>,
        rest: Window<'_>,
        config: &Config,
        cx: &mut Cx<'_>,
    ) -> Result<(), &'static str> {
        if line.cut {
            self.mode = Mode::LongLine;
        }
        let at = || cx.stamp(Dir::ToServer, rest.start);
        self.session.sent(at, line.len);
        let login = &mut self.session.login;
        let answers = match login.stage {
            Stage::Challenged => true,
            // Without the server's part, what is no command is taken for an answer.
            Stage::Asked => !wire::is_certain(line.text),
            Stage::None | Stage::Accepted | Stage::Refused => false,
        };
        if answers {
            login.answer(line.text);
            self.replied = false;
            return Ok(());
        }
        let command = wire::command(line.text);
        if matches!(command, Command::Unknown | Command::Known) && self.doubt {
            return self.junk_line();
        }
        if command == Command::Unknown {
            self.junk_line()?;
            if !self.session.understood
                && !line.text.iter().all(|byte| matches!(byte, b'\t' | b' '..=b'~' | 0x80..))
            {
                return Err("no SMTP command");
            }
        } else {
            self.junk = 0;
            self.doubt = false;
            self.session.understood = true;
        }
        let half = Half { at: cx.stamp(Dir::ToServer, rest.start), bytes: line.len as u64 };
        self.command(command, line, half, config, cx);
        Ok(())
    }

    /// Counts a line that is no command. Once SMTP was understood, the server is left to judge them.
    fn junk_line(&mut self) -> Result<(), &'static str> {
        self.junk = self.junk.saturating_add(1);
        if self.junk > JUNK_LINES && !self.session.understood {
            Err("too many lines that are no commands")
        } else {
            Ok(())
        }
    }

    fn command(
        &mut self,
        command: Command<'_>,
        line: Line<'_>,
        half: Half,
        config: &Config,
        cx: &mut Cx<'_>,
    ) {
        if let Command::Mail(address) = command {
            self.give_up(GivenUp::Mail);
            let mail = self.begin_mail(half, config, cx);
            mail.set_sender(address);
            if config.send_request {
                mail.log_command(line.text);
            }
            self.expect(Kind::Sender);
            return self.account(cx);
        }
        self.orphan(command, half, config, cx);
        if let Some(mail) = self.current_mail() {
            mail.sent(line.len);
            if config.send_request && !matches!(command, Command::Auth { .. } | Command::Unknown) {
                mail.log_command(line.text);
            }
        }
        match command {
            Command::Hello { name, lmtp } => {
                self.session.set_helo(name, lmtp);
                self.give_up(GivenUp::Hello);
                self.expect(Kind::Hello);
            }
            Command::Recipient(address) => {
                let recipient = self.current_mail().and_then(|mail| mail.add_recipient(address));
                self.expect(Kind::Recipient(recipient));
            }
            Command::Data => {
                self.expect(Kind::Data);
                self.mode = Mode::Content(DotScan::at_line_start(line.bare_lf));
            }
            Command::Chunk { bytes, last } => {
                self.expect(Kind::Chunk { last });
                if let Some(mail) = self.current_mail() {
                    mail.phase = Phase::Content;
                }
                self.mode = Mode::Chunk { left: bytes, last };
                if bytes == 0 {
                    self.chunk_over(last, cx);
                }
            }
            Command::Reset => self.end_with(GivenUp::Reset, Kind::Reset),
            Command::Quit => self.end_with(GivenUp::Quit, Kind::Quit),
            Command::StartTls => {
                self.give_up(GivenUp::StartTls);
                self.expect(Kind::StartTls);
            }
            Command::Auth { mechanism, answer } => {
                self.session.login.begin(mechanism, answer);
                self.expect(Kind::Auth);
            }
            Command::Proxy => {}
            Command::Mail(_) | Command::Known | Command::Unknown => self.expect(Kind::Other),
        }
    }

    /// The client gives its mail up, and the server cannot refuse that.
    fn end_with(&mut self, with: GivenUp, kind: Kind) {
        self.give_up(with);
        self.expect(kind);
        self.current = 0;
    }

    /// A command of a mail whose `MAIL` was lost, or came before the capture: the mail begins here.
    fn orphan(&mut self, command: Command<'_>, half: Half, config: &Config, cx: &mut Cx<'_>) {
        let of_mail = matches!(command, Command::Recipient(_) | Command::Data | Command::Chunk { .. });
        if self.current == 0 && self.lockstep && of_mail {
            self.begin_mail(Half { at: half.at, bytes: 0 }, config, cx).has_hole = true;
        }
    }

    /// The rest of a line that is too long; bytes done with.
    fn long_line(&mut self, bytes: &[u8]) -> usize {
        let len = match memchr::memchr(b'\n', bytes) {
            Some(end) => {
                self.mode = Mode::Lines;
                end + 1
            }
            None => bytes.len(),
        };
        self.count(len);
        len
    }

    /// Content of `DATA`; bytes done with.
    fn content(&mut self, mut scan: DotScan, bytes: &[u8], cx: &mut Cx<'_>) -> usize {
        let end = scan.find(bytes);
        let len = end.map_or(bytes.len(), |end| end.at);
        self.mode = Mode::Content(scan);
        self.count(len);
        if let Some(mail) = self.current_mail() {
            mail.phase = Phase::Content;
            mail.size = mail.size.saturating_add(len as u64);
            if !mail.headers_over {
                mail.headers_over = mail.headers.feed(bytes.get(..len).unwrap_or_default(), true);
            }
        }
        if let Some(end) = end {
            self.content_over(end.dot + scan.stuffed(), cx);
        }
        len
    }

    /// The dot was sent; `not_content` bytes of what was counted are not part of the mail.
    fn content_over(&mut self, not_content: u64, cx: &mut Cx<'_>) {
        self.mode = Mode::Lines;
        if let Some(mail) = self.current_mail() {
            mail.size = mail.size.saturating_sub(not_content);
            sent(mail, cx);
        }
        self.expect(Kind::Content);
        self.current = 0;
        self.account(cx);
    }

    /// Bytes of a chunk. They are looked at up to the end of the header section, and then only counted. They are not skipped:
    /// a reply that comes before the chunk is over would find other sizes, depending on where the skip began.
    fn chunk(&mut self, bytes: &[u8], cx: &mut Cx<'_>) {
        if let Some(mail) = self.current_mail()
            && !mail.headers_over
        {
            mail.headers_over = mail.headers.feed(bytes, false);
        }
        self.chunk_passed(bytes.len() as u64, cx);
    }

    /// So many bytes of a chunk passed.
    fn chunk_passed(&mut self, bytes: u64, cx: &mut Cx<'_>) {
        let Mode::Chunk { left, last } = self.mode else { return };
        self.count(usize::try_from(bytes).unwrap_or(usize::MAX));
        if let Some(mail) = self.current_mail() {
            mail.size = mail.size.saturating_add(bytes);
        }
        let left = left.saturating_sub(bytes);
        self.mode = Mode::Chunk { left, last };
        if left == 0 {
            self.chunk_over(last, cx);
        }
    }

    /// Bytes of a chunk were lost, all or the first of `lost`; how many.
    pub(crate) fn lost_of_chunk(&mut self, lost: u64, cx: &mut Cx<'_>) -> u64 {
        let Mode::Chunk { left, .. } = self.mode else { return 0 };
        let lost = left.min(lost);
        if let Some(mail) = self.current_mail() {
            mail.lost = mail.lost.saturating_add(lost);
            mail.headers.finish();
            mail.headers_over = true;
        }
        self.chunk_passed(lost, cx);
        lost
    }

    fn chunk_over(&mut self, last: bool, cx: &mut Cx<'_>) {
        self.mode = Mode::Lines;
        if last {
            if let Some(mail) = self.current_mail() {
                sent(mail, cx);
            }
            self.current = 0;
            self.account(cx);
        }
    }

    /// Counts bytes that are no command.
    fn count(&mut self, bytes: usize) {
        if let Some(request) = &mut self.session.request {
            request.bytes = request.bytes.saturating_add(bytes as u64);
        }
        if let Some(mail) = self.current_mail() {
            mail.sent(bytes);
        }
    }
}

fn sent(mail: &mut Mail, cx: &Cx<'_>) {
    mail.sent_at = cx.now().nanos;
    mail.headers.finish();
    mail.headers_over = true;
    mail.phase = Phase::Sent;
}
