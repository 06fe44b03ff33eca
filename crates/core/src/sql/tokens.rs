//! Cutting a text into the parts that matter.

use super::Dialect;

/// What a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Space,
    Comment,
    /// The marks around what MySQL executes of a comment.
    Executed,
    /// A name or a key word.
    Word,
    /// A quoted name.
    Name,
    /// A text or a number.
    Literal,
    /// A place for a value: `?`, `$1`, `:name`.
    Parameter,
    Semicolon,
    /// Any other byte.
    Symbol,
}

/// A part of a text: never empty.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Token {
    /// Its bytes.
    pub(super) fn of(self, text: &[u8]) -> &[u8] {
        text.get(self.start..self.end).unwrap_or_default()
    }
}

/// The parts of a text, side by side from its first byte to its last.
#[derive(Clone, Debug)]
pub(super) struct Tokens<'t> {
    text: &'t [u8],
    at: usize,
    dialect: Dialect,
    /// Within what MySQL executes of a comment.
    executed: bool,
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        let start = self.at;
        let rest = self.text.get(start..)?;
        let (kind, len) = self.part(rest, *rest.first()?);
        // No part is empty: the text is passed over once.
        self.at = start.saturating_add(len.max(1)).min(self.text.len());
        Some(Token { kind, start, end: self.at })
    }
}

impl<'t> Tokens<'t> {
    pub(super) const fn new(text: &'t [u8], dialect: Dialect) -> Self {
        Self { text, at: 0, dialect, executed: false }
    }

    /// Where the next part begins.
    pub(super) const fn at(&self) -> usize {
        self.at
    }

    fn part(&mut self, rest: &[u8], first: u8) -> (Kind, usize) {
        let second = rest.get(1).copied().unwrap_or_default();
        match (first, second) {
            (b'\'', _) => (Kind::Literal, quoted(rest, 0, b'\'', self.escapes())),
            (b'"', _) if self.mysql() => (Kind::Literal, quoted(rest, 0, b'"', self.escapes())),
            (b'"', _) => (Kind::Name, quoted(rest, 0, b'"', false)),
            (b'`', _) if self.mysql() => (Kind::Name, quoted(rest, 0, b'`', false)),
            (b';', _) => (Kind::Semicolon, 1),
            (b'?', _) => (Kind::Parameter, 1),
            (b'-', b'-') if !self.mysql() || rest.get(2).is_none_or(|third| *third <= b' ') => {
                (Kind::Comment, line(rest))
            }
            (b'#', _) if self.mysql() => (Kind::Comment, line(rest)),
            (b'/', b'/') if self.dialect == Dialect::Cql => (Kind::Comment, line(rest)),
            (b'/', b'*') => self.comment(rest),
            (b'*', b'/') if self.executed => {
                self.executed = false;
                (Kind::Executed, 2)
            }
            (b'$', _) => self.dollar(rest),
            (b':', b':' | b'=') => (Kind::Symbol, 2),
            (b':', second) if !self.mysql() && is_word(second) => {
                (Kind::Parameter, 1 + run(rest.get(1..).unwrap_or_default(), is_word))
            }
            (b'.', b'0'..=b'9') | (b'0'..=b'9', _) => (Kind::Literal, self.number(rest)),
            (first, _) if first.is_ascii_whitespace() => {
                (Kind::Space, run(rest, |byte| byte.is_ascii_whitespace()))
            }
            (first, _) if is_word(first) => self.word(rest, first),
            _ => (Kind::Symbol, 1),
        }
    }

    const fn mysql(&self) -> bool {
        matches!(self.dialect, Dialect::MySql | Dialect::MySqlNoBackslash)
    }

    const fn postgresql(&self) -> bool {
        matches!(self.dialect, Dialect::PostgreSql | Dialect::PostgreSqlBackslash)
    }

    /// Whether a backslash escapes in texts without a prefix.
    const fn escapes(&self) -> bool {
        matches!(self.dialect, Dialect::MySql | Dialect::PostgreSqlBackslash)
    }

    fn comment(&mut self, rest: &[u8]) -> (Kind, usize) {
        if self.mysql() {
            let mark = if rest.starts_with(b"/*M!") { 4 } else { 3 };
            if rest.get(mark - 1) == Some(&b'!') {
                self.executed = true;
                let version = rest.get(mark..).unwrap_or_default();
                return (Kind::Executed, mark + run(version, |byte| byte.is_ascii_digit()).min(6));
            }
        }
        let mut depth = 1_usize;
        let mut at = 2;
        while depth > 0 {
            let Some(found) = memchr::memchr2(b'*', b'/', rest.get(at..).unwrap_or_default()) else {
                return (Kind::Comment, rest.len());
            };
            at += found;
            match rest.get(at..at + 2) {
                Some(b"*/") => {
                    depth -= 1;
                    at += 2;
                }
                Some(b"/*") if self.postgresql() => {
                    depth += 1;
                    at += 2;
                }
                _ => at += 1,
            }
        }
        (Kind::Comment, at)
    }

    /// `$1`, `$tag$ … $tag$`, or a word that begins so.
    fn dollar(&self, rest: &[u8]) -> (Kind, usize) {
        let behind = rest.get(1..).unwrap_or_default();
        if !self.postgresql() && self.dialect != Dialect::Cql {
            return (Kind::Word, 1 + run(behind, |byte| is_word(byte) || byte == b'$'));
        }
        let digits = run(behind, |byte| byte.is_ascii_digit());
        if digits > 0 {
            return (Kind::Parameter, 1 + digits);
        }
        let tag = 1 + run(behind, is_word);
        if rest.get(tag) != Some(&b'$') {
            return (Kind::Symbol, 1);
        }
        let (tag, text) = rest.split_at_checked(tag + 1).unwrap_or((rest, &[]));
        let end = memchr::memmem::find(text, tag).map_or(rest.len(), |end| tag.len() + end + tag.len());
        (Kind::Literal, end)
    }

    fn number(&self, rest: &[u8]) -> usize {
        if self.dialect == Dialect::Cql && is_uuid(rest) {
            return UUID_LEN;
        }
        let len = run(rest, |byte| is_word(byte) || byte == b'.');
        // The sign of an exponent; the E of a hexadecimal number is a digit.
        let hexadecimal = rest.get(1).is_some_and(|second| matches!(second, b'x' | b'X'));
        let exponent = len > 0 && matches!(rest.get(len - 1), Some(b'e' | b'E')) && !hexadecimal;
        match rest.get(len..len + 2) {
            Some([b'+' | b'-', b'0'..=b'9']) if exponent => {
                len + 1 + run(rest.get(len + 1..).unwrap_or_default(), |byte| byte.is_ascii_digit())
            }
            _ => len,
        }
    }

    fn word(&self, rest: &[u8], first: u8) -> (Kind, usize) {
        if self.dialect == Dialect::Cql && is_uuid(rest) {
            return (Kind::Literal, UUID_LEN);
        }
        let oracle = self.dialect == Dialect::Oracle;
        let len = run(rest, |byte| is_word(byte) || byte == b'$' || (oracle && byte == b'#'));
        let behind = rest.get(len);
        match (first.to_ascii_lowercase(), len, behind) {
            (b'e', 1, Some(b'\'')) if self.postgresql() => (Kind::Literal, quoted(rest, 1, b'\'', true)),
            (b'u', 1, Some(b'&')) if self.postgresql() && rest.get(2) == Some(&b'\'') => {
                (Kind::Literal, quoted(rest, 2, b'\'', false))
            }
            (b'q', 1, Some(b'\'')) if oracle => (Kind::Literal, alternative(rest, 1)),
            (b'n', 2, Some(b'\'')) if oracle && matches!(rest.get(1), Some(b'q' | b'Q')) => {
                (Kind::Literal, alternative(rest, 2))
            }
            (b'x' | b'b' | b'n', 1, Some(b'\'')) => (Kind::Literal, quoted(rest, 1, b'\'', self.escapes())),
            _ => (Kind::Word, len),
        }
    }
}

/// The length of a text whose first quote is at `at`, to behind its last one or to the end. A doubled quote is part of it.
fn quoted(rest: &[u8], at: usize, quote: u8, escapes: bool) -> usize {
    // The escape is the quote itself where there is none.
    let escape = if escapes { b'\\' } else { quote };
    let mut at = at + 1;
    loop {
        let Some(found) = memchr::memchr2(quote, escape, rest.get(at..).unwrap_or_default()) else {
            return rest.len();
        };
        at += found;
        match (rest.get(at) == Some(&quote), rest.get(at + 1) == Some(&quote)) {
            (true, false) => return at + 1,
            _ => at += 2,
        }
    }
}

/// Oracle's `q'[ … ]'`, whose first quote is at `at`.
fn alternative(rest: &[u8], at: usize) -> usize {
    let Some(open) = rest.get(at + 1) else { return rest.len() };
    let close = match open {
        b'[' => b']',
        b'{' => b'}',
        b'(' => b')',
        b'<' => b'>',
        other => *other,
    };
    let text = rest.get(at + 2..).unwrap_or_default();
    memchr::memmem::find(text, &[close, b'\'']).map_or(rest.len(), |end| at + 2 + end + 2)
}

/// Up to the line's end, without it.
fn line(rest: &[u8]) -> usize {
    memchr::memchr(b'\n', rest).unwrap_or(rest.len())
}

fn run(rest: &[u8], fits: impl Fn(u8) -> bool) -> usize {
    rest.iter().position(|byte| !fits(*byte)).unwrap_or(rest.len())
}

const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

const UUID_LEN: usize = 36;

fn is_uuid(rest: &[u8]) -> bool {
    let fits = |(at, byte): (usize, &u8)| {
        if matches!(at, 8 | 13 | 18 | 23) { *byte == b'-' } else { byte.is_ascii_hexdigit() }
    };
    rest.get(..UUID_LEN).is_some_and(|uuid| uuid.iter().enumerate().all(fits))
}
