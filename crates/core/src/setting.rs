//! What can be set: each setting's name, what it may hold, what it is unless told, and what it is for.
//!
//! Tables of [`Setting`] are the one place where this stands. Checking `packetbeat.yml`, reading it, the reference
//! configuration, `export config` and the pages of the documentation all come from them.
//!
//! ```
//! use packetbeat_core::setting::{Setting, find};
//!
//! const OPTIONS: &[Setting] = &[
//!     Setting::whole("max_rows", 10, 0..=1 << 20, "Rows of a result that go into an event."),
//!     Setting::list("send_headers", &[], "Names of headers that go into an event.").example("[User-Agent]"),
//! ];
//! assert!(find(OPTIONS, "max_rows").is_some());
//! ```

use std::ops::RangeInclusive;
use std::time::Duration;

/// One setting. Made by the constructors, which see to it that the default fits the type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Its name, relative to the section that the table is of; dotted where it is nested.
    pub name: &'static str,
    /// What it may hold.
    pub kind: Type,
    /// What it is unless told.
    pub default: Default,
    /// What it is for: sentences, in Markdown without headings, on one line.
    pub about: &'static str,
    /// What the reference shows, as YAML, where the default alone says little.
    pub example: Option<&'static str>,
    /// Whoever writes the section must write this one as well.
    pub required: bool,
    /// Known from Packetbeat, checked, and not acted on yet. Of a section it says so of all that is in it.
    pub later: bool,
}

/// What a setting may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// `true` or `false`.
    Bool,
    /// A whole number from `least` to `most`.
    Whole {
        /// The smallest valid one.
        least: i64,
        /// The largest valid one.
        most: i64,
    },
    /// A number, fractions included.
    Number,
    /// Bytes: a whole number, or one with a unit (`10MiB`, `1MB`), from `least` to `most`.
    Bytes {
        /// The smallest valid one.
        least: u64,
        /// The largest valid one.
        most: u64,
    },
    /// A length of time (`10s`, `400ms`, `1h30m`); a bare number is seconds.
    Duration {
        /// The shortest valid one.
        least: Duration,
        /// A negative one is valid too and means never.
        or_never: bool,
    },
    /// Any text.
    Text,
    /// A text that is shown to nobody: passwords, tokens, passphrases.
    Secret,
    /// The name of a file or folder.
    Path,
    /// An address with a scheme: `https://proxy:3128`.
    Url,
    /// A server: a name or an address, with or without scheme, port and path.
    Host,
    /// One of some words, in any case.
    Word(&'static [&'static str]),
    /// A port, 1 to 65535.
    Port,
    /// A network (`10.0.0.0/8`) or the name of a range (`private`).
    Network,
    /// A regular expression.
    Regexp,
    /// A text with references to fields of the event or to its time: `packetbeat-%{[agent.version]}-%{+yyyy.MM.dd}`.
    Format,
    /// A filter in libpcap's language.
    Filter,
    /// Permission bits, octal with a leading 0: `0600`.
    Permissions,
    /// Several of one type; a single value stands for a list of one.
    List(&'static Type),
    /// A section with settings of its own.
    Section(&'static [Setting]),
    /// Names that the user chooses, each with a value of one type.
    Map(&'static Type),
    /// Whatever the user likes, nested as they like.
    Any,
    /// The list of protocols, each with a table of its own.
    Protocols,
    /// A list of processors.
    Processors,
    /// A condition.
    Condition,
}

/// What a setting is unless told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Default {
    /// Nothing: its reader knows what that means.
    Unset,
    /// For [`Type::Bool`].
    Bool(bool),
    /// For [`Type::Whole`], [`Type::Bytes`], [`Type::Port`] and [`Type::Permissions`].
    Whole(i64),
    /// For [`Type::Duration`].
    Duration(Duration),
    /// For [`Type::Duration`] that may be never.
    Never,
    /// For all that is a text.
    Text(&'static str),
    /// For [`Type::Word`]: the place of the word.
    Word(usize),
    /// For [`Type::List`]: the items as YAML writes them.
    List(&'static [&'static str]),
}

impl Setting {
    const fn new(name: &'static str, kind: Type, default: Default, about: &'static str) -> Self {
        Self { name, kind, default, about, example: None, required: false, later: false }
    }

    /// `true` or `false`.
    #[must_use]
    pub const fn bool(name: &'static str, default: bool, about: &'static str) -> Self {
        Self::new(name, Type::Bool, Default::Bool(default), about)
    }

    /// A whole number within `range`.
    #[must_use]
    pub const fn whole(
        name: &'static str,
        default: i64,
        range: RangeInclusive<i64>,
        about: &'static str,
    ) -> Self {
        let (least, most) = (*range.start(), *range.end());
        assert!(least <= default && default <= most, "the default is out of range");
        Self::new(name, Type::Whole { least, most }, Default::Whole(default), about)
    }

    /// Bytes within `range`.
    #[must_use]
    pub const fn bytes(
        name: &'static str,
        default: u64,
        range: RangeInclusive<u64>,
        about: &'static str,
    ) -> Self {
        let (least, most) = (*range.start(), *range.end());
        assert!(
            least <= default && default <= most && default <= i64::MAX as u64,
            "the default is out of range"
        );
        #[expect(clippy::cast_possible_wrap, reason = "asserted above")]
        Self::new(name, Type::Bytes { least, most }, Default::Whole(default as i64), about)
    }

    /// A length of time, never negative.
    #[must_use]
    pub const fn duration(name: &'static str, default: Duration, about: &'static str) -> Self {
        Self::new(
            name,
            Type::Duration { least: Duration::ZERO, or_never: false },
            Default::Duration(default),
            about,
        )
    }

    /// Any text.
    #[must_use]
    pub const fn text(name: &'static str, default: &'static str, about: &'static str) -> Self {
        Self::new(name, Type::Text, Default::Text(default), about)
    }

    /// One of `words`; `default` is the place of the word.
    #[must_use]
    pub const fn word(
        name: &'static str,
        words: &'static [&'static str],
        default: usize,
        about: &'static str,
    ) -> Self {
        assert!(default < words.len(), "the default is no word of the list");
        Self::new(name, Type::Word(words), Default::Word(default), about)
    }

    /// A list of texts.
    #[must_use]
    pub const fn list(name: &'static str, default: &'static [&'static str], about: &'static str) -> Self {
        Self::new(name, Type::List(&Type::Text), Default::List(default), about)
    }

    /// A list of `items`.
    #[must_use]
    pub const fn list_of(
        name: &'static str,
        items: &'static Type,
        default: &'static [&'static str],
        about: &'static str,
    ) -> Self {
        Self::new(name, Type::List(items), Default::List(default), about)
    }

    /// What is a text to YAML and more to us: [`Type::Path`], [`Type::Url`], [`Type::Host`], [`Type::Format`] and so on.
    #[must_use]
    pub const fn special(name: &'static str, kind: Type, default: &'static str, about: &'static str) -> Self {
        Self::new(name, kind, Default::Text(default), about)
    }

    /// A setting of any type without a default.
    #[must_use]
    pub const fn unset(name: &'static str, kind: Type, about: &'static str) -> Self {
        Self::new(name, kind, Default::Unset, about)
    }

    /// A section with the settings of `table`.
    #[must_use]
    pub const fn section(name: &'static str, table: &'static [Self], about: &'static str) -> Self {
        Self::unset(name, Type::Section(table), about)
    }

    /// With a type that says more than that of its constructor, for the same default: a shortest duration, permissions, a port.
    #[must_use]
    pub const fn of(mut self, kind: Type) -> Self {
        self.kind = kind;
        self
    }

    /// A length of time of at least `least`.
    #[must_use]
    pub const fn at_least(self, least: Duration) -> Self {
        self.of(Type::Duration { least, or_never: false })
    }

    /// A length of time that may be negative, which means never.
    #[must_use]
    pub const fn or_never(self, least: Duration) -> Self {
        self.of(Type::Duration { least, or_never: true })
    }

    /// With what the reference shows instead of the default.
    #[must_use]
    pub const fn example(mut self, yaml: &'static str) -> Self {
        self.example = Some(yaml);
        self
    }

    /// To be written by whoever writes its section.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// Known, checked, and not acted on yet.
    #[must_use]
    pub const fn later(mut self) -> Self {
        self.later = true;
        self
    }
}

/// The setting called `name`, at the top of `table`, in a section of it or in the items of a list of sections.
#[must_use]
pub fn find<'a>(table: &'a [Setting], name: &str) -> Option<&'a Setting> {
    if let Some(setting) = table.iter().find(|setting| setting.name == name) {
        return Some(setting);
    }
    table.iter().find_map(|setting| {
        let (Type::Section(inner) | Type::List(&Type::Section(inner))) = setting.kind else { return None };
        find(inner, name.strip_prefix(setting.name)?.strip_prefix('.')?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const INNER: &[Setting] = &[Setting::duration("max", Duration::from_secs(60), "Longest.")];
    const TABLE: &[Setting] = &[
        Setting::bool("on", true, "Whether."),
        Setting::unset("backoff", Type::Section(INNER), "How long to wait."),
    ];

    #[test]
    fn sections_are_looked_into() {
        assert_eq!(find(TABLE, "on").unwrap().default, Default::Bool(true));
        assert_eq!(find(TABLE, "backoff.max").unwrap().name, "max");
        assert!(find(TABLE, "backoff.min").is_none() && find(TABLE, "backof.max").is_none());
    }
}
