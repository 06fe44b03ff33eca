//! What is told of a session without a mail, and of a mail of which only the server's side was seen.

use packetbeat_core::event::Status;
use packetbeat_core::fields::Fields;
use packetbeat_core::key;
use packetbeat_core::ledger::Reason;
use packetbeat_core::record::{Half, Record, Shared};
use packetbeat_core::text::Text;

use crate::auth::Stage;
use crate::event::{Notes, auth, host, response, user};
use crate::session::Session;

/// A session without a mail.
pub(crate) struct SessionEvent<'s> {
    session: &'s Session,
    unmatched: Option<Reason>,
    notes: Notes,
    hosts: [Text<'s>; 1],
    users: [Text<'s>; 1],
}

impl<'s> SessionEvent<'s> {
    /// The event of a session that is over; `unmatched` says why its last command has no answer.
    pub(crate) fn new(session: &'s Session, unmatched: Option<Reason>) -> Self {
        let mut notes = Notes::default();
        notes.add_if(session.login.stage == Stage::Refused, "the login was refused");
        notes.add_if(session.request.is_none(), "the client's side was not seen");
        notes.add_if(session.response.is_none(), "the server's side was not seen");
        notes.add_if(session.partial, "a part of the session was not captured");
        notes.add_if(unmatched.is_some() && session.response.is_some(), "ended before a reply was seen");
        let users = [session.login.user.bytes().into()];
        Self { session, unmatched, notes, hosts: [host(session)], users }
    }
}

impl Record for SessionEvent<'_> {
    fn shared(&self) -> Shared<'_> {
        let session = self.session;
        let failed = self.unmatched.is_some() || session.code >= 400 || session.login.stage == Stage::Refused;
        Shared {
            status: if failed { Status::Error } else { Status::Ok },
            request: session.request,
            response: session.response,
            method: "SESSION".into(),
            resource: session.helo.bytes().into(),
            related_hosts: &self.hosts,
            related_users: &self.users,
            notes: self.notes.texts(),
            unmatched: self.unmatched,
            ..Shared::default()
        }
    }

    fn fields<F: Fields>(&self, to: &mut F) {
        let session = self.session;
        to.open(key!("smtp"));
        to.text_unless_empty(key!("helo"), session.helo.bytes());
        if session.code != 0 {
            response(to, session.code, session.text.bytes());
        }
        auth(to, session);
        to.boolean(key!("tls"), session.tls);
        to.close();
        user(to, session.login.user.bytes());
    }
}

/// A mail of which the server's side alone was seen.
pub(crate) struct HalfSeen<'s> {
    pub(crate) session: &'s Session,
    pub(crate) code: u16,
    pub(crate) text: &'s [u8],
    pub(crate) half: Half,
    pub(crate) notes: [Text<'static>; 1],
}

impl Record for HalfSeen<'_> {
    fn shared(&self) -> Shared<'_> {
        Shared {
            status: if self.code < 400 { Status::Ok } else { Status::Error },
            response: Some(self.half),
            method: "MAIL".into(),
            notes: &self.notes,
            ..Shared::default()
        }
    }

    fn fields<F: Fields>(&self, to: &mut F) {
        to.open(key!("smtp"));
        response(to, self.code, self.text);
        to.boolean(key!("tls"), self.session.tls);
        to.close();
    }
}
