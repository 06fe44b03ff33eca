//! What is known of a session.

use packetbeat_core::excerpt::Excerpt;

use crate::call::{Attribute, Form, TOKENS};
use crate::limits::NAME_BYTES;
use crate::security::Agreed;
use crate::ttc::{Chunks, Numbers};
use crate::wire;

/// A session, as its descriptor, login and attributes tell; nothing of it is a secret.
#[derive(Debug, Default)]
pub(crate) struct Session {
    /// Version of Oracle Net; 0 where the beginning was not seen.
    pub(crate) version: u16,
    pub(crate) service: Excerpt,
    pub(crate) sid: Excerpt,
    pub(crate) instance: Excerpt,
    pub(crate) program: Excerpt,
    pub(crate) host: Excerpt,
    /// User of the client's machine.
    pub(crate) os_user: Excerpt,
    /// User of the database.
    pub(crate) user: Excerpt,
    pub(crate) client_id: Excerpt,
    pub(crate) module: Excerpt,
    pub(crate) action: Excerpt,
    pub(crate) client_info: Excerpt,
    pub(crate) operation: Excerpt,
    pub(crate) schema: Excerpt,
    pub(crate) security: Agreed,
    pub(crate) numbers: Option<Numbers>,
    client_fields: Option<u8>,
    server_fields: Option<u8>,
}

impl Session {
    /// Takes the names of a connect descriptor.
    pub(crate) fn describe(&mut self, descriptor: &[u8]) {
        let client = wire::section(descriptor, "(CID=");
        for (to, from, key) in [
            (&mut self.service, descriptor, "SERVICE_NAME="),
            (&mut self.sid, descriptor, "SID="),
            (&mut self.instance, descriptor, "INSTANCE_NAME="),
            (&mut self.program, client, "PROGRAM="),
            (&mut self.host, client, "HOST="),
            (&mut self.os_user, client, "USER="),
        ] {
            to.clear();
            to.push(wire::value(from, key).unwrap_or_default(), NAME_BYTES);
        }
    }

    /// Takes the user of a login.
    pub(crate) fn login(&mut self, user: Chunks<'_>) {
        set(&mut self.user, user);
    }

    /// Takes an attribute.
    pub(crate) fn attribute(&mut self, name: Attribute, value: Chunks<'_>) {
        let to = match name {
            Attribute::ClientId => &mut self.client_id,
            Attribute::Module => &mut self.module,
            Attribute::Action => &mut self.action,
            Attribute::ClientInfo => &mut self.client_info,
            Attribute::Operation => &mut self.operation,
            Attribute::Schema => &mut self.schema,
        };
        set(to, value);
        if name == Attribute::Module {
            // The server forgets the action with the module.
            self.action.clear();
        }
    }

    /// The client offered this field version of TTC.
    pub(crate) fn client_offers(&mut self, version: Option<u8>) {
        self.client_fields = version;
    }

    /// The server did.
    pub(crate) fn server_offers(&mut self, version: Option<u8>) {
        self.server_fields = version;
    }

    /// How calls are written.
    pub(crate) fn form(&self) -> Form {
        let version = self.client_fields.zip(self.server_fields).map(|(client, server)| client.min(server));
        Form { numbers: self.numbers, tokens: version.map(|version| version >= TOKENS) }
    }

    /// Bytes of memory held.
    pub(crate) fn heap_bytes(&self) -> usize {
        let all = [
            &self.service,
            &self.sid,
            &self.instance,
            &self.program,
            &self.host,
            &self.os_user,
            &self.user,
            &self.client_id,
            &self.module,
            &self.action,
            &self.client_info,
            &self.operation,
            &self.schema,
        ];
        all.into_iter().map(Excerpt::heap_bytes).sum()
    }
}

fn set(to: &mut Excerpt, value: Chunks<'_>) {
    to.clear();
    for piece in value.pieces() {
        to.push(piece, NAME_BYTES);
    }
}
