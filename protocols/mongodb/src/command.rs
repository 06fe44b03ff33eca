//! Which command a document is.

use crate::bson::{Doc, Value};
use crate::limits::COMMAND_BYTES;
use crate::wire;

/// Commands whose value is a collection's name.
const ON_COLLECTION: &[&str] = &[
    "aggregate",
    "cloneCollectionAsCapped",
    "collMod",
    "collStats",
    "compact",
    "convertToCapped",
    "count",
    "create",
    "createIndexes",
    "createSearchIndexes",
    "delete",
    "deleteIndexes",
    "distinct",
    "drop",
    "dropIndexes",
    "dropSearchIndex",
    "filemd5",
    "find",
    "findAndModify",
    "geoNear",
    "geoSearch",
    "group",
    "insert",
    "killCursors",
    "listIndexes",
    "listSearchIndexes",
    "mapReduce",
    "parallelCollectionScan",
    "planCacheClear",
    "planCacheClearFilters",
    "planCacheListFilters",
    "planCacheSetFilter",
    "reIndex",
    "update",
    "updateSearchIndex",
    "validate",
];

/// Commands whose value is a collection's name with its database's.
const ON_NAMESPACE: &[&str] = &[
    "dataSize",
    "getShardVersion",
    "moveChunk",
    "renameCollection",
    "reshardCollection",
    "shardCollection",
    "split",
];

/// Commands that prove who somebody is, or say how it is proved.
const SECRET: &[&str] = &[
    "authenticate",
    "copydb",
    "copydbGetnonce",
    "copydbSaslStart",
    "createUser",
    "getnonce",
    "saslContinue",
    "saslStart",
    "updateUser",
    "usersInfo",
];

/// Commands that a login may stand within.
const HELLO: &[&str] = &["hello", "isMaster"];

/// A command.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Command<'b> {
    /// Its name as the client spelled it: letters, digits and underscores. Empty if it has none.
    pub(crate) name: &'b [u8],
    /// What it is sent to, where that is a collection.
    pub(crate) collection: &'b [u8],
    /// The collection's database, where the command itself says so.
    pub(crate) database: &'b [u8],
    /// Its documents hold what proves who somebody is.
    pub(crate) is_secret: bool,
}

impl<'b> Command<'b> {
    /// The command that a document is: its first member.
    pub(crate) fn of(doc: Doc<'b>) -> Self {
        let Some(first) = doc.elements().next() else { return Self::default() };
        let name = first.key;
        if name.is_empty()
            || name.len() > COMMAND_BYTES
            || !name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
        {
            return Self::default();
        }
        let text = first.value.as_text().unwrap_or_default();
        let (mut database, mut collection) = (&[][..], &[][..]);
        if is_one_of(name, ON_COLLECTION) {
            collection = text;
        } else if is_one_of(name, ON_NAMESPACE) {
            (database, collection) = wire::split(text);
        } else if name == b"getMore" {
            collection = doc.get(b"collection").as_ref().and_then(Value::as_text).unwrap_or_default();
        } else if name == b"explain"
            && let Some(inner) = first.value.as_doc().and_then(|inner| inner.elements().next())
        {
            collection = inner.value.as_text().unwrap_or_default();
        }
        let is_secret = is_one_of(name, SECRET) || collection == b"system.users";
        Self { name, collection, database, is_secret }
    }

    /// The command within what old clients wrap it in to say more about it.
    pub(crate) fn unwrapped(doc: Doc<'b>) -> Doc<'b> {
        match doc.elements().next() {
            Some(first) if matches!(first.key, b"$query" | b"query") => first.value.as_doc().unwrap_or(doc),
            _ => doc,
        }
    }

    /// The member with the data of a command that writes: it is left out of `query`.
    pub(crate) const fn data(&self) -> &'static [u8] {
        if self.name.eq_ignore_ascii_case(b"insert") {
            b"documents"
        } else if self.name.eq_ignore_ascii_case(b"update") {
            b"updates"
        } else if self.name.eq_ignore_ascii_case(b"findandmodify") {
            b"update"
        } else {
            b""
        }
    }
}

fn is_one_of(name: &[u8], list: &[&str]) -> bool {
    list.iter().any(|other| other.as_bytes().eq_ignore_ascii_case(name))
}

/// Who wants to log in by this command; empty if it is no login, or does not say. The proof is not looked at.
pub(crate) fn user<'b>(command: &Command<'b>, doc: Doc<'b>) -> &'b [u8] {
    let login = if command.is_secret {
        doc
    } else if is_one_of(command.name, HELLO) {
        let nested = doc.get(b"speculativeAuthenticate");
        let Some(nested) = nested.as_ref().and_then(Value::as_doc) else { return &[] };
        nested
    } else {
        return &[];
    };
    match login.elements().next().map(|first| first.key) {
        Some(b"authenticate") => login.get(b"user").as_ref().and_then(Value::as_text).unwrap_or_default(),
        Some(b"saslStart") => match (login.get(b"mechanism"), login.get(b"payload")) {
            (Some(Value::Text(mechanism)), Some(Value::Binary { bytes, .. })) => sasl_user(mechanism, bytes),
            _ => &[],
        },
        _ => &[],
    }
}

/// The user's name in a first message of SCRAM (RFC 5802, section 7) or of PLAIN (RFC 4616).
fn sasl_user<'b>(mechanism: &[u8], message: &'b [u8]) -> &'b [u8] {
    if mechanism.starts_with(b"SCRAM-") {
        let found = message.split(|byte| *byte == b',').find_map(|part| part.strip_prefix(b"n="));
        found.unwrap_or_default()
    } else if mechanism == b"PLAIN" {
        message.split(|byte| *byte == 0).nth(1).unwrap_or_default()
    } else {
        &[]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{binary, doc, int, sub, text, with_doc};

    fn of(bytes: &[u8]) -> (String, String, bool) {
        with_doc(bytes, |doc| {
            let command = Command::of(doc);
            let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
            (text(command.name), text(command.collection), command.is_secret)
        })
    }

    #[test]
    fn the_first_member_is_the_command() {
        let own = |name: &str, collection: &str, secret| (name.to_owned(), collection.to_owned(), secret);
        assert_eq!(of(&doc(&[text("find", "orders"), int("limit", 1)])), own("find", "orders", false));
        assert_eq!(of(&doc(&[text("getLog", "global")])), own("getLog", "", false));
        assert_eq!(of(&doc(&[int("getMore", 7), text("collection", "c")])), own("getMore", "c", false));
        assert_eq!(of(&doc(&[text("renameCollection", "a.b.c")])), own("renameCollection", "b.c", false));
        assert_eq!(of(&doc(&[sub("explain", &[text("count", "c")])])), own("explain", "c", false));
        assert_eq!(of(&doc(&[int("SASLstart", 1)])), own("SASLstart", "", true));
        assert_eq!(of(&doc(&[])), own("", "", false));
        assert_eq!(of(&doc(&[text("no name", "x")])), own("", "", false));
    }

    #[test]
    fn users_are_named_and_proofs_are_not() {
        let who = |bytes: &[u8]| {
            with_doc(bytes, |doc| String::from_utf8(user(&Command::of(doc), doc).to_vec()).unwrap())
        };
        let scram = [
            int("saslStart", 1),
            text("mechanism", "SCRAM-SHA-256"),
            binary("payload", 0, b"n,,n=ann,r=abc"),
        ];
        assert_eq!(who(&doc(&scram)), "ann");
        assert_eq!(who(&doc(&[int("hello", 1), sub("speculativeAuthenticate", &scram)])), "ann");
        let plain = [int("saslStart", 1), text("mechanism", "PLAIN"), binary("payload", 0, b"\0bob\0secret")];
        assert_eq!(who(&doc(&plain)), "bob");
        assert_eq!(who(&doc(&[int("authenticate", 1), text("user", "CN=c")])), "CN=c");
        assert_eq!(who(&doc(&[text("find", "c"), text("user", "x")])), "");
    }
}
