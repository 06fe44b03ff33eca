//! One mail transaction while it waits for its end.

use packetbeat_core::excerpt::Excerpt;
use packetbeat_core::ledger::{Outcome, Reason};
use packetbeat_core::pairing::Pending;
use packetbeat_core::record::Half;

use crate::headers::Headers;
use crate::limits::{ADDRESS_BYTES, ENVELOPE_BYTES, RAW_BYTES, RECIPIENTS, REPLY_BYTES};

/// What the server said about a recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Its reply was not seen.
    Unseen,
    /// It was accepted.
    Accepted,
    /// It was refused.
    Refused,
}

/// A recipient: where its address stands in the envelope's bytes.
#[derive(Clone, Copy, Debug)]
struct Recipient {
    start: usize,
    end: usize,
    fate: Fate,
}

/// How far the client is with a mail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Sender and recipients.
    #[default]
    Envelope,
    /// Its content is on its way.
    Content,
    /// All content was sent.
    Sent,
}

/// What the client gave a mail up with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GivenUp {
    /// `RSET`.
    Reset,
    /// A new `HELO` or `EHLO`.
    Hello,
    /// `QUIT`.
    Quit,
    /// Another `MAIL`.
    Mail,
    /// `STARTTLS`.
    StartTls,
}

/// The step that a reply answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// `MAIL`.
    Sender,
    /// `RCPT`.
    Recipient,
    /// `DATA` or a chunk that is not the last.
    Start,
    /// The content.
    Content,
}

/// The reply that decided a mail.
#[derive(Debug, Default)]
pub(crate) struct Decision {
    /// The step it answered; `None` while nothing is decided.
    pub(crate) step: Option<Step>,
    /// Its three digits.
    pub(crate) code: u16,
    /// Its text.
    pub(crate) text: Excerpt,
}

/// A mail transaction: `MAIL` to its end.
#[derive(Debug, Default)]
pub(crate) struct Mail {
    /// Its number within the connection, from 1.
    pub(crate) serial: u32,
    /// Whether `MAIL` was seen: without it the sender is not known.
    pub(crate) has_sender: bool,
    sender_len: usize,
    /// The sender and the recipients, one behind the other.
    envelope: Excerpt,
    recipients: Vec<Recipient>,
    /// Recipients beyond the limit.
    pub(crate) unnamed: u32,
    /// Its header fields.
    pub(crate) headers: Headers,
    /// Whether the header section is over.
    pub(crate) headers_over: bool,
    /// Bytes of content, as the receiver stores it: without the final dot and without doubled ones.
    pub(crate) size: u64,
    /// Bytes of content that the capture does not have.
    pub(crate) lost: u64,
    /// Commands or content were lost.
    pub(crate) has_hole: bool,
    /// It began behind a hole and no reply says that it is one.
    pub(crate) is_doubtful: bool,
    /// `354` was seen.
    pub(crate) invited: bool,
    /// The client's part.
    pub(crate) request: Option<Half>,
    /// The server's part: the packet of the newest reply, the bytes of all.
    pub(crate) response: Option<Half>,
    /// How far the client is.
    pub(crate) phase: Phase,
    /// When all content was sent, nanoseconds of packet time.
    pub(crate) sent_at: i64,
    /// What the client gave it up with.
    pub(crate) given_up: Option<GivenUp>,
    /// The reply that decided it.
    pub(crate) decision: Decision,
    /// Replies to the content that came already (LMTP gives one for each recipient).
    pub(crate) content_replies: usize,
    /// How many of these were refusals.
    pub(crate) content_refusals: usize,
    /// The final reply came before the content was over.
    pub(crate) early: bool,
    /// Its commands as text, where that is wanted.
    pub(crate) commands: Excerpt,
    /// The replies as text, where that is wanted.
    pub(crate) replies: Excerpt,
}

impl Mail {
    /// The sender.
    pub(crate) fn set_sender(&mut self, address: &[u8]) {
        let address = address.get(..ADDRESS_BYTES).unwrap_or(address);
        self.envelope.clear();
        self.envelope.push(address, ENVELOPE_BYTES);
        self.sender_len = address.len();
        self.has_sender = true;
    }

    /// The sender's address; `None` if `MAIL` was not seen.
    pub(crate) fn sender(&self) -> Option<&[u8]> {
        let sender = self.envelope.bytes().get(..self.sender_len).unwrap_or_default();
        self.has_sender.then_some(sender)
    }

    /// Adds a recipient; its number, if it is within the limits.
    pub(crate) fn add_recipient(&mut self, address: &[u8]) -> Option<u32> {
        let address = address.get(..ADDRESS_BYTES).unwrap_or(address);
        let start = self.envelope.bytes().len();
        if self.recipients.len() >= RECIPIENTS || start + address.len() > ENVELOPE_BYTES {
            self.unnamed = self.unnamed.saturating_add(1);
            return None;
        }
        self.envelope.push(address, ENVELOPE_BYTES);
        self.recipients.push(Recipient { start, end: start + address.len(), fate: Fate::Unseen });
        u32::try_from(self.recipients.len() - 1).ok()
    }

    /// What became of a recipient.
    pub(crate) fn set_fate(&mut self, recipient: u32, fate: Fate) {
        if let Some(recipient) = self.recipients.get_mut(recipient as usize) {
            recipient.fate = fate;
        }
    }

    /// The recipient that the next reply to the content is about (RFC 2033, 4.2: one for each that was not refused, in
    /// their order).
    pub(crate) fn next_delivery(&self) -> Option<u32> {
        let place = self.content_replies.checked_sub(self.content_refusals)?;
        let mut deliverable = self.recipients.iter().enumerate().filter(|(_, r)| r.fate != Fate::Refused);
        deliverable.nth(place).and_then(|(at, _)| u32::try_from(at).ok())
    }

    /// Recipients that were not refused.
    pub(crate) fn deliverable(&self) -> usize {
        self.recipients.iter().filter(|recipient| recipient.fate != Fate::Refused).count()
    }

    /// Recipients and their fates.
    pub(crate) fn recipients(&self) -> impl Iterator<Item = (&[u8], Fate)> {
        let bytes = self.envelope.bytes();
        self.recipients.iter().map(move |r| (bytes.get(r.start..r.end).unwrap_or_default(), r.fate))
    }

    /// Counts bytes of the client.
    pub(crate) fn sent(&mut self, bytes: usize) {
        if let Some(request) = &mut self.request {
            request.bytes = request.bytes.saturating_add(bytes as u64);
        }
    }

    /// Counts a reply.
    pub(crate) fn received(&mut self, half: Half) {
        let before = self.response.map_or(0, |response| response.bytes);
        self.response = Some(Half { at: half.at, bytes: before.saturating_add(half.bytes) });
    }

    /// The reply that decides for now.
    pub(crate) fn decide(&mut self, step: Step, code: u16, text: &[u8]) {
        self.decision.step = Some(step);
        self.decision.code = code;
        self.decision.text.clear();
        self.decision.text.push(text, REPLY_BYTES);
    }

    /// The reply of the event. A refused recipient decides only if no other was accepted.
    pub(crate) fn reply(&self) -> Option<&Decision> {
        match self.decision.step? {
            Step::Recipient if self.deliverable() > 0 => None,
            _ => Some(&self.decision),
        }
    }

    /// What the ledger says of it when it ends now for `reason`.
    pub(crate) fn outcome(&self, reason: Reason) -> Outcome {
        if self.reply().is_some() {
            Outcome::Answered
        } else if self.given_up.is_some() && self.phase != Phase::Sent {
            Outcome::UnansweredByDesign
        } else {
            Outcome::Unmatched(reason)
        }
    }

    /// Adds a command to the text.
    pub(crate) fn log_command(&mut self, line: &[u8]) {
        self.commands.push(line, RAW_BYTES);
        self.commands.push(b"\r\n", RAW_BYTES);
    }
}

impl Pending for Mail {
    fn clear(&mut self) {
        self.envelope.clear();
        self.recipients.clear();
        self.headers.clear();
        self.decision.text.clear();
        self.commands.clear();
        self.replies.clear();
        let Self { envelope, recipients, headers, decision, commands, replies, .. } = std::mem::take(self);
        let decision = Decision { step: None, code: 0, text: decision.text };
        *self = Self { envelope, recipients, headers, decision, commands, replies, ..Self::default() };
    }

    fn heap_bytes(&self) -> usize {
        let excerpts = [&self.envelope, &self.decision.text, &self.commands, &self.replies];
        let recipients = self.recipients.capacity() * size_of::<Recipient>();
        excerpts.map(Excerpt::heap_bytes).iter().sum::<usize>() + recipients + self.headers.heap_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_used_again_remembers_nothing() {
        let mut mail = Mail { serial: 7, size: 3, early: true, ..Mail::default() };
        mail.set_sender(b"ann@example.org");
        let bob = mail.add_recipient(b"bob@example.org").unwrap();
        mail.set_fate(bob, Fate::Refused);
        mail.decide(Step::Content, 250, b"ok");
        mail.clear();
        assert_eq!(mail.sender(), None);
        assert_eq!(mail.recipients().count(), 0);
        assert!(mail.reply().is_none() && mail.size == 0 && !mail.early && mail.serial == 0);
    }

    #[test]
    fn recipients_beyond_the_limit_are_counted() {
        let mut mail = Mail::default();
        for _ in 0..RECIPIENTS {
            assert!(mail.add_recipient(b"a@b").is_some());
        }
        assert_eq!(mail.add_recipient(b"a@b"), None);
        assert_eq!(mail.unnamed, 1);
    }

    #[test]
    fn a_refused_recipient_decides_only_alone() {
        let mut mail = Mail::default();
        mail.set_sender(b"");
        assert_eq!(mail.sender(), Some(&b""[..]));
        let (a, b) = (mail.add_recipient(b"a").unwrap(), mail.add_recipient(b"b").unwrap());
        mail.set_fate(a, Fate::Refused);
        mail.decide(Step::Recipient, 550, b"no");
        assert!(mail.reply().is_none());
        mail.set_fate(b, Fate::Refused);
        assert_eq!(mail.reply().unwrap().code, 550);
    }
}
