//! The commands of the text protocol: what they are called, what stands behind them, what answers them.

/// What a message is for: `memcache.request.type` and `memcache.response.type`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Kind {
    #[default]
    Unknown,
    Load,
    Store,
    Delete,
    Counter,
    Info,
    SlabCtrl,
    LruCrawler,
    Stats,
    Success,
    Fail,
    Auth,
}

impl Kind {
    /// The name, and `event.action` of a request.
    pub(crate) const fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Unknown => ("UNKNOWN", "memcache.unknown"),
            Self::Load => ("Load", "memcache.load"),
            Self::Store => ("Store", "memcache.store"),
            Self::Delete => ("Delete", "memcache.delete"),
            Self::Counter => ("Counter", "memcache.counter"),
            Self::Info => ("Info", "memcache.info"),
            Self::SlabCtrl => ("SlabCtrl", "memcache.slabctrl"),
            Self::LruCrawler => ("LRUCrawler", "memcache.lrucrawler"),
            Self::Stats => ("Stats", "memcache.stats"),
            Self::Success => ("Success", "memcache.success"),
            Self::Fail => ("Fail", "memcache.fail"),
            Self::Auth => ("Auth", "memcache.auth"),
        }
    }
}

/// What stands behind a command's name. `[…]` may be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Nothing.
    Nothing,
    /// `key…`
    Keys,
    /// `exptime key…`
    TouchKeys,
    /// `key flags exptime bytes [noreply]`, then data.
    Store,
    /// `key flags exptime bytes cas [noreply]`, then data.
    Cas,
    /// `key delta [noreply]`
    Counter,
    /// `key exptime [noreply]`
    Touch,
    /// `key [0] [noreply]`
    Delete,
    /// `[delay] [noreply]`
    Flush,
    /// `level [noreply]`
    Verbosity,
    /// `source destination`
    Reassign,
    /// `mode`
    Automove,
    /// `microseconds`
    Sleep,
    /// `number`
    ToCrawl,
    /// Whatever there is.
    Raw,
    /// `key flag…`
    Meta,
    /// `key bytes flag…`, then data.
    MetaSet,
}

/// What answers a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Values, then `END`.
    Values,
    /// `STORED` and its like.
    Stored,
    /// A number.
    Number,
    /// `TOUCHED`
    Touched,
    /// `DELETED`
    Deleted,
    /// Lines, then `END`; or one line.
    Lines,
    /// A code of two letters.
    Meta,
    /// One line.
    Line,
    /// One line, then lines without end.
    Log,
    /// None.
    Nothing,
}

/// A command.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Command {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) shape: Shape,
    pub(crate) answer: Answer,
}

const fn row(name: &'static str, kind: Kind, shape: Shape, answer: Answer) -> Command {
    Command { name, kind, shape, answer }
}

/// A command that nobody knows.
pub(crate) static UNKNOWN: Command = row("UNKNOWN", Kind::Unknown, Shape::Raw, Answer::Line);

static GET: Command = row("get", Kind::Load, Shape::Keys, Answer::Values);
static SET: Command = row("set", Kind::Store, Shape::Store, Answer::Stored);

/// Commands of one word, the two most frequent aside.
static WORDS: &[Command] = &[
    row("gets", Kind::Load, Shape::Keys, Answer::Values),
    row("mg", Kind::Load, Shape::Meta, Answer::Meta),
    row("ms", Kind::Store, Shape::MetaSet, Answer::Meta),
    row("delete", Kind::Delete, Shape::Delete, Answer::Deleted),
    row("add", Kind::Store, Shape::Store, Answer::Stored),
    row("replace", Kind::Store, Shape::Store, Answer::Stored),
    row("incr", Kind::Counter, Shape::Counter, Answer::Number),
    row("decr", Kind::Counter, Shape::Counter, Answer::Number),
    row("cas", Kind::Store, Shape::Cas, Answer::Stored),
    row("append", Kind::Store, Shape::Store, Answer::Stored),
    row("prepend", Kind::Store, Shape::Store, Answer::Stored),
    row("touch", Kind::Store, Shape::Touch, Answer::Touched),
    row("gat", Kind::Load, Shape::TouchKeys, Answer::Values),
    row("gats", Kind::Load, Shape::TouchKeys, Answer::Values),
    row("md", Kind::Delete, Shape::Meta, Answer::Meta),
    row("ma", Kind::Counter, Shape::Meta, Answer::Meta),
    row("mn", Kind::Info, Shape::Nothing, Answer::Meta),
    row("me", Kind::Info, Shape::Meta, Answer::Meta),
    row("stats", Kind::Stats, Shape::Raw, Answer::Lines),
    row("version", Kind::Info, Shape::Nothing, Answer::Line),
    row("flush_all", Kind::Delete, Shape::Flush, Answer::Line),
    row("verbosity", Kind::Info, Shape::Verbosity, Answer::Line),
    row("quit", Kind::Info, Shape::Nothing, Answer::Nothing),
    row("watch", Kind::Info, Shape::Raw, Answer::Log),
    row("cache_memlimit", Kind::Info, Shape::Raw, Answer::Line),
    row("shutdown", Kind::Info, Shape::Raw, Answer::Nothing),
    row("refresh_certs", Kind::Info, Shape::Nothing, Answer::Line),
    row("extstore", Kind::Info, Shape::Raw, Answer::Line),
];

/// Commands of two words.
static PAIRS: &[(&str, &str, Command)] = &[
    ("slabs", "reassign", row("slabs reassign", Kind::SlabCtrl, Shape::Reassign, Answer::Line)),
    ("slabs", "automove", row("slabs automove", Kind::SlabCtrl, Shape::Automove, Answer::Line)),
    ("lru", "tune", row("lru tune", Kind::LruCrawler, Shape::Raw, Answer::Line)),
    ("lru", "mode", row("lru mode", Kind::LruCrawler, Shape::Raw, Answer::Line)),
    ("lru", "temp_ttl", row("lru temp_ttl", Kind::LruCrawler, Shape::Raw, Answer::Line)),
    ("lru_crawler", "enable", row("lru_crawler enable", Kind::LruCrawler, Shape::Nothing, Answer::Line)),
    ("lru_crawler", "disable", row("lru_crawler disable", Kind::LruCrawler, Shape::Nothing, Answer::Line)),
    ("lru_crawler", "sleep", row("lru_crawler sleep", Kind::LruCrawler, Shape::Sleep, Answer::Line)),
    ("lru_crawler", "tocrawl", row("lru_crawler tocrawl", Kind::LruCrawler, Shape::ToCrawl, Answer::Line)),
    ("lru_crawler", "crawl", row("lru_crawler crawl", Kind::LruCrawler, Shape::Raw, Answer::Line)),
    ("lru_crawler", "metadump", row("lru_crawler metadump", Kind::LruCrawler, Shape::Raw, Answer::Lines)),
    ("lru_crawler", "mgdump", row("lru_crawler mgdump", Kind::LruCrawler, Shape::Raw, Answer::Lines)),
];

/// The command that a line begins with, and what stands behind its name.
pub(crate) fn find(line: &[u8]) -> Option<(&'static Command, &[u8])> {
    let (word, rest) = split(line);
    match word {
        b"get" => return Some((&GET, rest)),
        b"set" => return Some((&SET, rest)),
        _ => {}
    }
    if let Some(command) = WORDS.iter().find(|command| command.name.as_bytes() == word) {
        return Some((command, rest));
    }
    let (second, rest) = split(rest);
    let is = |pair: &&(&str, &str, Command)| pair.0.as_bytes() == word && pair.1.as_bytes() == second;
    PAIRS.iter().find(is).map(|(_, _, command)| (command, rest))
}

/// Whether some command begins with these bytes, which are the beginning of a line.
pub(crate) fn may_become(start: &[u8]) -> bool {
    let (word, behind) = match memchr::memchr(b' ', start) {
        Some(at) => start.split_at_checked(at).unwrap_or((start, &[])),
        None => (start, &[][..]),
    };
    let fits = |name: &str| {
        let name = name.as_bytes();
        if behind.is_empty() { name.starts_with(word) } else { name == word }
    };
    let pairs = PAIRS.iter().map(|(first, ..)| *first);
    [&GET, &SET].into_iter().chain(WORDS).map(|command| command.name).chain(pairs).any(fits)
}

/// The first word and what stands behind it, spaces in front of either left out.
pub(crate) fn split(text: &[u8]) -> (&[u8], &[u8]) {
    let start = text.iter().position(|byte| *byte != b' ').unwrap_or(text.len());
    let text = text.get(start..).unwrap_or_default();
    let end = memchr::memchr(b' ', text).unwrap_or(text.len());
    text.split_at_checked(end)
        .map_or((text, &[]), |(word, rest)| (word, rest.strip_prefix(b" ").unwrap_or(rest)))
}

/// The words of a text.
pub(crate) fn words(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| *byte == b' ').filter(|word| !word.is_empty())
}

/// A whole number in decimal.
pub(crate) fn number(word: &[u8]) -> Option<u64> {
    if word.is_empty() || word.len() > 20 {
        return None;
    }
    word.iter().try_fold(0_u64, |value, byte| {
        let digit = byte.checked_sub(b'0').filter(|digit| *digit < 10)?;
        value.checked_mul(10)?.checked_add(u64::from(digit))
    })
}

/// The same, negative or not.
pub(crate) fn signed(word: &[u8]) -> Option<i64> {
    match word.strip_prefix(b"-") {
        Some(digits) => i64::try_from(number(digits)?).ok().map(|value| -value),
        None => i64::try_from(number(word)?).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_found_by_one_or_two_words() {
        let name = |line: &'static [u8]| find(line).map(|(command, rest)| (command.name, rest));
        assert_eq!(name(b"get a b"), Some(("get", &b"a b"[..])));
        assert_eq!(name(b"slabs  automove 1"), Some(("slabs automove", &b"1"[..])));
        assert_eq!(name(b"lru_crawler"), None);
        assert_eq!(name(b"GET a"), None);
        assert_eq!(name(b"mn"), Some(("mn", &b""[..])));
    }

    #[test]
    fn beginnings_of_commands() {
        for start in [&b"g"[..], b"lru_cr", b"get ", b"slabs re", b"mg k"] {
            assert!(may_become(start), "{start:?}");
        }
        for start in [&b"G"[..], b"gett", b"gett k", b"ge k"] {
            assert!(!may_become(start), "{start:?}");
        }
    }

    #[test]
    fn numbers_have_an_end() {
        assert_eq!(number(b"18446744073709551615"), Some(u64::MAX));
        assert_eq!(number(b"18446744073709551616"), None);
        assert_eq!(number(b""), None);
        assert_eq!(number(b"1a"), None);
        assert_eq!(signed(b"-1"), Some(-1));
        assert_eq!(signed(b"--1"), None);
    }
}
