//! What is to be known of commands: which have names of two words, where their first key stands, what answers them.
//!
//! (Redis documentation, "Commands"; `COMMAND` of a server tells the same.)

use crate::limits::NAME_BYTES;

/// What answers a command.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Answers {
    /// One value.
    #[default]
    One,
    /// One value, which is secret.
    Secret,
    /// One value; `OK` means that the user is who they said.
    Login,
    /// A confirmation for each channel.
    Subscribe,
    /// The same, where channels are named; else as many as there were.
    Unsubscribe,
    /// `OK`, then a line for each command of anybody.
    Monitor,
    /// What was changed, or all there is, then every change.
    Sync,
    /// One value; behind it the connection is as if it were new.
    Reset,
    /// Nothing, or one value: the command is about answers.
    Reply,
}

/// Where the first key of a command stands among its arguments, the name being the one at 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    /// There.
    At(u32),
    /// There, if the number in front of it is not 0.
    Counted(u32),
    /// Behind this word.
    Behind(&'static [u8]),
    /// There; if that is empty, behind `KEYS`.
    Migrate,
    /// Nowhere.
    None,
}

/// Which arguments are secrets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Secrets {
    /// None of them.
    #[default]
    None,
    /// `AUTH [user] password`.
    Auth,
    /// `HELLO version AUTH user password`.
    Hello,
    /// `ACL SETUSER user rule...`: rules that are passwords or hashes of them.
    Rules,
    /// `CONFIG SET name value ...`: the value of some names.
    Config,
    /// `MIGRATE ... AUTH password`, `AUTH2 user password`.
    Migrate,
    /// `SENTINEL SET primary auth-pass password`, `SENTINEL CONFIG SET sentinel-pass password`.
    Sentinel,
}

/// What the arguments of a command say about how it is answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Hints {
    /// Nothing.
    #[default]
    None,
    /// `CLIENT REPLY`: whether answers are wanted.
    Reply,
    /// `REPLCONF`: an acknowledgment is not answered.
    Replica,
    /// `CONFIG GET`: the answer may hold a password.
    Settings,
}

/// A command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spec {
    pub(crate) answers: Answers,
    pub(crate) key: Key,
    pub(crate) secrets: Secrets,
    pub(crate) hints: Hints,
}

impl Spec {
    /// Whether an argument may say something about others, or about the answer.
    pub(crate) const fn has_telling_arguments(&self) -> bool {
        let fixed_key = matches!(self.key, Key::At(_) | Key::None);
        !fixed_key || !matches!((self.secrets, self.hints), (Secrets::None, Hints::None))
    }
}

impl Default for Spec {
    /// A command that nobody knows: its first argument counts as its key.
    fn default() -> Self {
        Self { answers: Answers::One, key: Key::At(1), secrets: Secrets::None, hints: Hints::None }
    }
}

/// A name in capitals.
pub(crate) struct Upper([u8; NAME_BYTES], usize);

impl Upper {
    /// The name in capitals; none if it is too long for one.
    pub(crate) fn of(name: &[u8]) -> Self {
        let mut upper = Self([0; NAME_BYTES], 0);
        if let Some(room) = upper.0.get_mut(..name.len()) {
            room.copy_from_slice(name);
            room.make_ascii_uppercase();
            upper.1 = name.len();
        }
        upper
    }

    /// The capitals.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.0.get(..self.1).unwrap_or_default()
    }
}

/// Whether the word is the first one of names of two.
pub(crate) fn has_two_words(upper: &[u8]) -> bool {
    matches!(
        upper,
        b"ACL"
            | b"CLIENT"
            | b"CLUSTER"
            | b"COMMAND"
            | b"CONFIG"
            | b"DEBUG"
            | b"FUNCTION"
            | b"LATENCY"
            | b"MEMORY"
            | b"MODULE"
            | b"OBJECT"
            | b"PUBSUB"
            | b"SCRIPT"
            | b"SENTINEL"
            | b"SLOWLOG"
            | b"XGROUP"
            | b"XINFO"
    )
}

/// Whether people, and programs without a library, send this command as a line.
pub(crate) fn is_typed_often(upper: &[u8]) -> bool {
    const THESE: &[&[u8]] = &[
        b"AUTH",
        b"CLIENT",
        b"CONFIG",
        b"DBSIZE",
        b"DECR",
        b"DEL",
        b"EXEC",
        b"EXISTS",
        b"EXPIRE",
        b"FLUSHALL",
        b"FLUSHDB",
        b"GET",
        b"HGET",
        b"HGETALL",
        b"HSET",
        b"INCR",
        b"INFO",
        b"KEYS",
        b"LLEN",
        b"LPUSH",
        b"LRANGE",
        b"MGET",
        b"MONITOR",
        b"MSET",
        b"MULTI",
        b"PING",
        b"PUBLISH",
        b"QUIT",
        b"ROLE",
        b"RPUSH",
        b"SADD",
        b"SELECT",
        b"SET",
        b"SLOWLOG",
        b"SMEMBERS",
        b"SUBSCRIBE",
        b"TTL",
        b"TYPE",
        b"ZADD",
        b"ZRANGE",
    ];
    THESE.binary_search(&upper).is_ok()
}

/// What is known of the command whose name, in capitals, is this.
pub(crate) fn spec(upper: &[u8]) -> Spec {
    let plain = Spec::default();
    let of = |answers, key, secrets| Spec { answers, key, secrets, hints: Hints::None };
    match upper {
        b"GET" | b"SET" => plain,
        b"SUBSCRIBE" | b"PSUBSCRIBE" | b"SSUBSCRIBE" => Spec { answers: Answers::Subscribe, ..plain },
        b"UNSUBSCRIBE" | b"PUNSUBSCRIBE" | b"SUNSUBSCRIBE" => Spec { answers: Answers::Unsubscribe, ..plain },
        b"AUTH" => of(Answers::Login, Key::None, Secrets::Auth),
        b"HELLO" => of(Answers::Login, Key::None, Secrets::Hello),
        b"MONITOR" => Spec { answers: Answers::Monitor, ..plain },
        b"SYNC" | b"PSYNC" => Spec { answers: Answers::Sync, ..plain },
        b"RESET" => Spec { answers: Answers::Reset, ..plain },
        b"EVAL" | b"EVALSHA" | b"EVAL_RO" | b"EVALSHA_RO" | b"FCALL" | b"FCALL_RO" => {
            Spec { key: Key::Counted(3), ..plain }
        }
        b"BITOP" => Spec { key: Key::At(2), ..plain },
        b"LMPOP" | b"ZMPOP" | b"SINTERCARD" | b"ZINTERCARD" | b"ZINTER" | b"ZUNION" | b"ZDIFF" => {
            Spec { key: Key::Counted(2), ..plain }
        }
        b"BLMPOP" | b"BZMPOP" => Spec { key: Key::Counted(3), ..plain },
        b"XREAD" | b"XREADGROUP" => Spec { key: Key::Behind(b"STREAMS"), ..plain },
        b"MIGRATE" => of(Answers::One, Key::Migrate, Secrets::Migrate),
        b"CLIENT REPLY" => Spec { answers: Answers::Reply, key: Key::At(2), hints: Hints::Reply, ..plain },
        b"REPLCONF" => Spec { hints: Hints::Replica, ..plain },
        b"CONFIG GET" => Spec { key: Key::At(2), hints: Hints::Settings, ..plain },
        b"ACL SETUSER" => of(Answers::One, Key::At(2), Secrets::Rules),
        b"ACL GETUSER" | b"ACL LIST" | b"ACL GENPASS" => of(Answers::Secret, Key::At(2), Secrets::None),
        b"CONFIG SET" => of(Answers::One, Key::At(2), Secrets::Config),
        _ if upper.starts_with(b"SENTINEL ") => of(Answers::One, Key::At(2), Secrets::Sentinel),
        _ if upper.contains(&b' ') => Spec { key: Key::At(2), ..plain },
        _ => plain,
    }
}

/// Names in the configuration of a server whose values are secrets.
const SECRET_SETTINGS: &[&[u8]] = &[
    b"requirepass",
    b"masterauth",
    b"primaryauth",
    b"tls-key-file-pass",
    b"tls-client-key-file-pass",
    b"sentinel-pass",
    b"auth-pass",
];

/// Whether the value of a setting is a secret.
pub(crate) fn is_secret_setting(name: &[u8]) -> bool {
    SECRET_SETTINGS.iter().any(|secret| secret.eq_ignore_ascii_case(name))
}

/// Whether a pattern, as of `CONFIG GET`, may stand for a setting that is secret: up to its first wildcard it is one's
/// beginning.
pub(crate) fn may_be_secret_setting(pattern: &[u8]) -> bool {
    let fixed = pattern.iter().position(|byte| matches!(byte, b'*' | b'?' | b'[' | b'\\'));
    let Some(fixed) = fixed else { return is_secret_setting(pattern) };
    let start = pattern.get(..fixed).unwrap_or_default();
    SECRET_SETTINGS.iter().any(|secret| {
        secret.get(..start.len()).is_some_and(|beginning| beginning.eq_ignore_ascii_case(start))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_of_secrets() {
        for secret in
            [&b"requirepass"[..], b"REQUIREPASS", b"*", b"require*", b"*pass", b"r?quirepass", b"[rm]*"]
        {
            assert!(may_be_secret_setting(secret), "{secret:?}");
        }
        for open in [&b"maxmemory"[..], b"maxmemory*", b"requirepas", b"save"] {
            assert!(!may_be_secret_setting(open), "{open:?}");
        }
    }

    #[test]
    fn names_are_capitals_and_bounded() {
        assert_eq!(Upper::of(b"lPush").bytes(), b"LPUSH");
        assert_eq!(Upper::of(&[b'a'; NAME_BYTES + 1]).bytes(), b"");
    }
}
