//! The server's direction: replies, each matched with its command.

use packetbeat_core::cx::Cx;
use packetbeat_core::direction::Dir;
use packetbeat_core::ledger::Reason;
use packetbeat_core::parser::Start;
use packetbeat_core::record::Half;
use packetbeat_core::stream::{Finish, Progress, Window, WireError};

use crate::client::{is_tls, to_tls};
use crate::config::Config;
use crate::conn::{Awaited, Conn, Kind, Mode};
use crate::content::DotScan;
use crate::limits::{RAW_BYTES, REPLY_BYTES};
use crate::mail::{Fate, GivenUp, Mail, Phase, Step};
use crate::session_event::HalfSeen;
use crate::wire;

/// A whole reply.
#[derive(Clone, Copy)]
struct Reply<'r> {
    code: u16,
    text: &'r [u8],
    half: Half,
}

impl Reply<'_> {
    const fn is_refusal(&self) -> bool {
        self.code >= 400
    }

    const fn is_accepting(&self) -> bool {
        self.code >= 200 && self.code < 300
    }
}

impl Conn {
    /// Bytes of the server.
    pub(crate) fn server_data(&mut self, window: Window<'_>, config: &Config, cx: &mut Cx<'_>) -> Progress {
        let mut at = 0;
        let mut known = std::mem::take(&mut self.scanned.to_client);
        loop {
            let rest = window.after(at);
            if rest.bytes.is_empty() {
                return Progress::all(at);
            }
            if self.reading.long_line {
                let end = memchr::memchr(b'\n', rest.bytes);
                self.reading.long_line = end.is_none();
                let len = end.map_or(rest.bytes.len(), |end| end + 1);
                self.session.received(cx.stamp(Dir::ToClient, rest.start), len);
                at += len;
                continue;
            }
            match is_tls(rest.bytes) {
                Some(true) if self.session.understood || self.start != Start::Beginning => {
                    self.session.tls = true;
                    return to_tls(at);
                }
                Some(_) => {}
                None => return Progress::wait(at, 1),
            }
            let Some(line) = wire::first_line(rest.bytes, std::mem::take(&mut known)) else {
                self.scanned.to_client = rest.bytes.len();
                return Progress::wait(at, 1);
            };
            let half = Half { at: cx.stamp(Dir::ToClient, rest.start), bytes: line.len as u64 };
            at += line.len;
            self.reading.long_line = line.cut;
            self.session.received(half.at, line.len);
            let Some(found) = wire::reply_line(line.text) else {
                if !self.session.understood {
                    let how = Finish::Malformed(WireError::new("no SMTP reply", at));
                    return Progress::Finish { consumed: at, how };
                }
                continue;
            };
            if self.reply_part(found, half, config, cx) {
                self.session.tls = true;
                return to_tls(at);
            }
        }
    }

    /// A line of a reply; true if TLS follows.
    fn reply_part(
        &mut self,
        line: wire::ReplyLine<'_>,
        half: Half,
        config: &Config,
        cx: &mut Cx<'_>,
    ) -> bool {
        let Some(first) = self.reading.half else {
            if line.last {
                return self.reply(Reply { code: line.code, text: line.text, half }, config, cx);
            }
            self.reading.half = Some(half);
            self.reading.text.clear();
            self.reading.text.push(line.text, REPLY_BYTES);
            return false;
        };
        let half = Half { at: first.at, bytes: first.bytes.saturating_add(half.bytes) };
        self.reading.half = Some(half);
        self.reading.text.push(b"\n", REPLY_BYTES);
        self.reading.text.push(line.text, REPLY_BYTES);
        if !line.last {
            return false;
        }
        self.reading.half = None;
        let mut text = std::mem::take(&mut self.reading.text);
        let tls = self.reply(Reply { code: line.code, text: text.bytes(), half }, config, cx);
        text.clear();
        self.reading.text = text;
        tls
    }

    /// A whole reply; true if TLS follows.
    fn reply(&mut self, reply: Reply<'_>, config: &Config, cx: &mut Cx<'_>) -> bool {
        self.session.replied(reply.code, reply.text);
        self.replied = true;
        if self.is_greeting(reply.code) {
            self.greeted = true;
            return false;
        }
        self.greeted = true;
        match self.next_awaited(reply.code) {
            Some(awaited) => self.answered(awaited, reply, config, cx),
            None => {
                self.unasked(reply, config, cx);
                false
            }
        }
    }

    /// The first reply of a connection is the greeting, unless a command waits that it fits better: a client may speak
    /// early, and a capture may lack the greeting.
    fn is_greeting(&self, code: u16) -> bool {
        let asked = self.awaited.front();
        !self.greeted && (asked.is_none() || (code == 220 && asked.is_some_and(|a| a.kind != Kind::StartTls)))
    }

    /// What a reply answers: the oldest command without one. After a hole, only if it can be its answer.
    fn next_awaited(&mut self, code: u16) -> Option<Awaited> {
        let oldest = self.awaited.front()?;
        let fits = match oldest.kind {
            Kind::Data => code == 354 || code >= 400,
            Kind::Quit => code == 221 || code >= 400,
            Kind::Auth => matches!(code, 334 | 235) || code >= 400,
            _ => !(300..400).contains(&code),
        };
        if self.lockstep && !fits {
            return None;
        }
        self.awaited.pop_front()
    }

    fn answered(&mut self, awaited: Awaited, reply: Reply<'_>, config: &Config, cx: &mut Cx<'_>) -> bool {
        let Awaited { kind, mail: serial } = awaited;
        if serial != 0 {
            self.finish_before(serial, config, cx);
        }
        if let Some(mail) = self.mails.oldest_mut().filter(|mail| serial != 0 && mail.serial == serial) {
            mail.received(reply.half);
            if config.send_response && kind != Kind::Auth {
                log(mail, reply);
            }
            if let Some(done) = about_mail(mail, kind, reply, self.session.lmtp) {
                match done {
                    Done::Mail => self.finish_oldest(Reason::ConnectionClosed, config, cx),
                    Done::NotYet => self.awaited.push_front(awaited),
                }
                self.account(cx);
            }
        }
        match kind {
            Kind::Data if reply.code == 354 => {
                if let Some(mail) = self.current_mail() {
                    mail.invited = true;
                }
            }
            Kind::Data => self.data_refused(serial, config, cx),
            Kind::StartTls => return reply.code == 220,
            Kind::Auth => self.login(awaited, reply),
            _ => {}
        }
        false
    }

    /// `DATA` was refused: what comes is no content.
    fn data_refused(&mut self, serial: u32, config: &Config, cx: &mut Cx<'_>) {
        if self.awaited.front().is_some_and(|next| next.kind == Kind::Content && next.mail == serial) {
            // It was sent all the same. The server takes it for commands, and how many these are is not known.
            self.awaited.pop_front();
            self.lockstep = true;
            if self.mails.oldest().is_some_and(|mail| mail.serial == serial) {
                self.finish_oldest(Reason::Malformed, config, cx);
            }
        } else if self.current == serial && matches!(self.mode, Mode::Content(_)) {
            self.mode = Mode::Lines;
            if let Some(mail) = self.current_mail() {
                mail.phase = Phase::Envelope;
            }
        }
    }

    fn login(&mut self, awaited: Awaited, reply: Reply<'_>) {
        if reply.code == 334 {
            self.awaited.push_front(awaited);
            self.session.login.challenged(reply.text);
        } else {
            self.session.login.end(reply.is_accepting());
        }
    }

    /// A reply that no command waits for.
    fn unasked(&mut self, reply: Reply<'_>, config: &Config, cx: &mut Cx<'_>) {
        let current = self.current;
        let open = self.mails.oldest_mut().filter(|mail| mail.serial == current && current != 0);
        if let Some(mail) = open {
            if reply.code == 354 {
                // Its DATA was lost.
                mail.received(reply.half);
                mail.invited = true;
                if matches!(self.mode, Mode::Lines) {
                    self.mode = Mode::Content(DotScan::at_line_start(false));
                }
            } else if mail.phase != Phase::Envelope || mail.invited || reply.code == 421 {
                // The server had enough before the end of the content, or the end was lost.
                mail.received(reply.half);
                if config.send_response {
                    log(mail, reply);
                }
                mail.early = mail.phase == Phase::Content;
                let step = if mail.early { Step::Content } else { Step::Start };
                mail.decide(step, reply.code, reply.text);
                let lost_end = mail.has_hole;
                self.finish_oldest(Reason::ConnectionClosed, config, cx);
                if lost_end && let Mode::Content(_) = self.mode {
                    self.mode = Mode::Lines;
                    self.doubt = true;
                }
            } else if reply.is_refusal() && matches!(self.mode, Mode::Content(_)) {
                // DATA was refused, if not one of the commands before it; then 354 still comes.
                self.mode = Mode::Lines;
            }
            return;
        }
        if reply.code == 354 && self.doubt && matches!(self.mode, Mode::Lines) {
            // The commands of a mail were lost; its content comes.
            let mail = self.begin_mail(Half { at: reply.half.at, bytes: 0 }, config, cx);
            (mail.has_hole, mail.invited) = (true, true);
            mail.received(reply.half);
            self.mode = Mode::Content(DotScan::at_line_start(false));
        } else if reply.code == 354 {
            self.unseen_mail = true;
        } else if std::mem::take(&mut self.unseen_mail) {
            self.session.mails = self.session.mails.saturating_add(1);
            cx.unmatched_response();
            cx.emit(&HalfSeen {
                session: &self.session,
                code: reply.code,
                text: reply.text,
                half: reply.half,
                notes: ["the client's side was not seen".into()],
            });
        }
    }

    /// Replies were lost: those to come belong to commands that were not sent yet.
    pub(crate) fn lost_replies(&mut self, config: &Config, cx: &mut Cx<'_>) {
        self.reading.half = None;
        self.reading.text.clear();
        self.reading.long_line = false;
        self.greeted = true;
        self.awaited.clear();
        self.lockstep = true;
        while self.mails.oldest().is_some_and(|mail| mail.serial != self.current) {
            self.finish_oldest(Reason::Gap, config, cx);
        }
    }
}

/// What a reply to a mail's command leaves to do.
enum Done {
    /// The mail is over.
    Mail,
    /// More replies to the same come.
    NotYet,
}

/// A reply to a mail's command.
fn about_mail(mail: &mut Mail, kind: Kind, reply: Reply<'_>, lmtp: bool) -> Option<Done> {
    match kind {
        Kind::Sender | Kind::Data | Kind::Chunk { last: false } if reply.is_refusal() => {
            // Of several refusals the first says why.
            if mail.reply().is_none() {
                let step = if kind == Kind::Sender { Step::Sender } else { Step::Start };
                mail.decide(step, reply.code, reply.text);
            }
            None
        }
        Kind::Sender => {
            mail.is_doubtful = false;
            None
        }
        Kind::Recipient(number) => {
            let fate = if reply.is_refusal() { Fate::Refused } else { Fate::Accepted };
            if let Some(number) = number {
                mail.set_fate(number, fate);
            }
            if fate == Fate::Refused && mail.decision.step.is_none_or(|step| step == Step::Recipient) {
                mail.decide(Step::Recipient, reply.code, reply.text);
            }
            None
        }
        Kind::Content | Kind::Chunk { last: true } if lmtp => Some(delivered(mail, reply)),
        Kind::Content => {
            mail.decide(Step::Content, reply.code, reply.text);
            Some(Done::Mail)
        }
        Kind::Chunk { last: true } => {
            if mail.decision.step != Some(Step::Start) || reply.is_accepting() {
                mail.early = mail.phase == Phase::Content;
                mail.decide(Step::Content, reply.code, reply.text);
            }
            Some(Done::Mail)
        }
        // A refused EHLO leaves the mail as it is (RFC 5321, 4.1.4).
        Kind::Hello if reply.is_refusal() => {
            if mail.given_up == Some(GivenUp::Hello) {
                mail.given_up = None;
            }
            None
        }
        Kind::StartTls if reply.code != 220 => {
            mail.given_up = None;
            None
        }
        Kind::Hello | Kind::Reset | Kind::Quit | Kind::StartTls => {
            (mail.given_up.is_some() && mail.phase != Phase::Sent).then_some(Done::Mail)
        }
        Kind::Data | Kind::Chunk { .. } | Kind::Auth | Kind::Other => None,
    }
}

/// A reply of LMTP to the content: one for each recipient (RFC 2033, 4.2).
fn delivered(mail: &mut Mail, reply: Reply<'_>) -> Done {
    let recipient = mail.next_delivery();
    let expected = mail.deliverable() + mail.content_refusals;
    mail.content_replies += 1;
    if reply.is_refusal()
        && let Some(recipient) = recipient
    {
        mail.set_fate(recipient, Fate::Refused);
        mail.content_refusals += 1;
    }
    let delivered_before = mail.decision.step == Some(Step::Content) && mail.decision.code < 400;
    if !delivered_before {
        mail.decide(Step::Content, reply.code, reply.text);
    }
    if mail.content_replies < expected { Done::NotYet } else { Done::Mail }
}

fn log(mail: &mut Mail, reply: Reply<'_>) {
    let digits = [reply.code / 100, reply.code / 10, reply.code].map(|value| b'0' + (value % 10) as u8);
    mail.replies.push(&digits, RAW_BYTES);
    mail.replies.push(b" ", RAW_BYTES);
    mail.replies.push(reply.text, RAW_BYTES);
    mail.replies.push(b"\r\n", RAW_BYTES);
}
