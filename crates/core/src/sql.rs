//! What several databases' protocols need of SQL: the verb of a statement, the statements of a text, and a text without its values.
//!
//! Nothing here parses SQL. The text is cut into words, quoted parts, numbers and comments by the rules of its [`Dialect`],
//! which is enough to find a `;` that ends a statement and a literal that holds a value. A text that was cut at a limit is
//! fine: what is open at its end reaches to its end.
//!
//! ```
//! use packetbeat_core::sql::{Dialect, Verb, mask, statements};
//!
//! let text = b"/* job 7 */ select ';' from t where id = 42; commit";
//! assert_eq!(Verb::of(text, Dialect::MySql).bytes(), b"SELECT");
//! assert_eq!(statements(text, Dialect::MySql).last(), Some(&b"commit"[..]));
//! let mut masked = Vec::new();
//! mask(text, Dialect::MySql, &mut masked);
//! assert_eq!(masked, b" select ? from t where id = ?; commit");
//! ```
//!
//! Limits: nothing is kept; work is linear in the text. Which quotes hold text and whether a backslash escapes can be changed
//! for a session on the server: where the protocol tells, choose the dialect by it.

mod secrets;
mod tokens;

use crate::text::Text;

pub use secrets::conceal_passwords;
use tokens::{Kind, Tokens};

/// By whose rules a text is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// MySQL and MariaDB: both quotes hold text, a backslash escapes, backticks hold names, `/*! … */` is executed.
    #[default]
    MySql,
    /// The same with the SQL mode `NO_BACKSLASH_ESCAPES`.
    MySqlNoBackslash,
    /// PostgreSQL: double quotes hold names, `E'…'` has escapes, `$tag$ … $tag$` holds text, comments nest.
    PostgreSql,
    /// The same with `standard_conforming_strings` off: a backslash escapes in every text.
    PostgreSqlBackslash,
    /// Cassandra's CQL: as PostgreSQL with `$$`, but `//` begins a comment and UUIDs and blobs stand without quotes.
    Cql,
    /// Oracle: double quotes hold names, `q'[ … ]'` holds text, `:name` is a parameter.
    Oracle,
}

/// The first word of a statement, in capitals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verb {
    bytes: [u8; Self::LEN],
    len: usize,
}

impl Verb {
    /// Bytes of a verb that are kept.
    const LEN: usize = 32;

    /// The verb of a statement: comments, spaces and parentheses in front of it are passed over, what MySQL executes of a comment
    /// counts. A statement that begins with no word gives what stands in front of its first space; one without anything, nothing.
    #[must_use]
    pub fn of(statement: &[u8], dialect: Dialect) -> Self {
        for token in Tokens::new(statement, dialect) {
            match token.kind {
                Kind::Word => return Self::from_word(token.of(statement)),
                Kind::Space | Kind::Comment | Kind::Executed | Kind::Semicolon => {}
                Kind::Symbol if matches!(token.of(statement), b"(" | b"{") => {}
                _ => {
                    let rest = statement.get(token.start..).unwrap_or_default();
                    return Self::from_word(rest.split(u8::is_ascii_whitespace).next().unwrap_or_default());
                }
            }
        }
        Self::from_word(&[])
    }

    /// The verb as text for an event.
    #[must_use]
    pub fn text(&self) -> Text<'_> {
        self.bytes().into()
    }

    /// Its bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }

    /// Whether it is this word, given in capitals.
    #[must_use]
    pub fn is(&self, word: &str) -> bool {
        self.bytes() == word.as_bytes()
    }

    fn from_word(word: &[u8]) -> Self {
        let mut bytes = [0; Self::LEN];
        let mut len = 0;
        for (to, from) in bytes.iter_mut().zip(word) {
            *to = from.to_ascii_uppercase();
            len += 1;
        }
        Self { bytes, len }
    }
}

/// The statements of a text, in their order: without the `;` and the spaces around them. Empty ones, and those of comments
/// alone, are left out.
///
/// A `;` within text, quoted names, comments and parentheses ends nothing. The bodies of stored routines hold `;` of their own:
/// `CREATE PROCEDURE`, `FUNCTION`, `TRIGGER`, `EVENT`, `PACKAGE` (MySQL, Oracle) and Oracle's blocks reach to the end of the text,
/// PostgreSQL's `BEGIN ATOMIC` to its `END`.
#[must_use]
pub fn statements(text: &[u8], dialect: Dialect) -> Statements<'_> {
    Statements { text, dialect, tokens: Tokens::new(text, dialect) }
}

/// Made by [`statements`].
#[derive(Clone, Debug)]
pub struct Statements<'t> {
    text: &'t [u8],
    dialect: Dialect,
    tokens: Tokens<'t>,
}

impl<'t> Iterator for Statements<'t> {
    type Item = &'t [u8];

    fn next(&mut self) -> Option<&'t [u8]> {
        loop {
            let start = self.tokens.at();
            let mut body = Body::default();
            let mut says = false;
            let mut end = None;
            for token in self.tokens.by_ref() {
                match token.kind {
                    Kind::Semicolon if !body.holds() => {
                        end = Some(token.start);
                        break;
                    }
                    Kind::Space | Kind::Comment => {}
                    kind => {
                        says = true;
                        body.token(kind, token.of(self.text), self.dialect);
                    }
                }
            }
            let statement = self.text.get(start..end.unwrap_or(self.text.len())).unwrap_or_default();
            if says {
                return Some(statement.trim_ascii());
            }
            end?;
        }
    }
}

/// Whether the statement has a body in which a `;` ends nothing.
#[derive(Clone, Copy, Debug, Default)]
struct Body {
    words: u32,
    creates: bool,
    to_end: bool,
    began: bool,
    atomic: u32,
    parentheses: u32,
}

impl Body {
    const fn holds(self) -> bool {
        self.to_end || self.atomic > 0 || self.parentheses > 0
    }

    fn token(&mut self, kind: Kind, token: &[u8], dialect: Dialect) {
        match (kind, token) {
            (Kind::Symbol, b"(") => self.parentheses += 1,
            (Kind::Symbol, b")") => self.parentheses = self.parentheses.saturating_sub(1),
            (Kind::Word, word) => self.word(word, dialect),
            _ => {}
        }
    }

    fn word(&mut self, word: &[u8], dialect: Dialect) {
        /// Words of `CREATE OR REPLACE DEFINER = … AGGREGATE` in front of what is created.
        const HEAD_WORDS: u32 = 12;
        const ROUTINES: [&str; 6] = ["PROCEDURE", "FUNCTION", "TRIGGER", "EVENT", "PACKAGE", "TYPE"];
        let is = |name: &str| word.eq_ignore_ascii_case(name.as_bytes());
        let first = self.words == 0;
        self.words = self.words.saturating_add(1);
        match dialect {
            Dialect::MySql | Dialect::MySqlNoBackslash | Dialect::Oracle => {
                if first {
                    self.creates = is("CREATE");
                    self.to_end = dialect == Dialect::Oracle && (is("BEGIN") || is("DECLARE"));
                } else if self.creates && self.words <= HEAD_WORDS {
                    self.to_end |= ROUTINES.iter().any(|name| is(name));
                    self.creates &= !(is("TABLE") || is("VIEW") || is("INDEX"));
                }
            }
            Dialect::PostgreSql | Dialect::PostgreSqlBackslash => {
                if self.atomic > 0 {
                    // CASE has an END of its own.
                    self.atomic += u32::from(is("CASE"));
                    self.atomic -= u32::from(is("END"));
                } else if self.began && is("ATOMIC") {
                    self.atomic = 1;
                }
                self.began = is("BEGIN");
            }
            Dialect::Cql => {}
        }
    }
}

/// Appends a text without its values: every text and number becomes `?`, comments are left out (one space stays where there is
/// none). Names, words (`NULL`, `TRUE`) and parameters stay.
pub fn mask(text: &[u8], dialect: Dialect, to: &mut Vec<u8>) {
    for token in Tokens::new(text, dialect) {
        match token.kind {
            Kind::Literal => to.push(b'?'),
            Kind::Comment if to.last().is_some_and(u8::is_ascii_whitespace) => {}
            Kind::Comment if to.is_empty() => {}
            Kind::Comment => to.push(b' '),
            _ => to.extend_from_slice(token.of(text)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verb(statement: &str, dialect: Dialect) -> String {
        String::from_utf8(Verb::of(statement.as_bytes(), dialect).bytes().to_vec()).unwrap()
    }

    fn split(text: &str, dialect: Dialect) -> Vec<String> {
        statements(text.as_bytes(), dialect).map(|one| String::from_utf8(one.to_vec()).unwrap()).collect()
    }

    fn masked(text: &str, dialect: Dialect) -> String {
        let mut to = Vec::new();
        mask(text.as_bytes(), dialect, &mut to);
        String::from_utf8(to).unwrap()
    }

    #[test]
    fn the_verb_is_the_first_word_that_is_executed() {
        for (statement, want) in [
            ("select 1", "SELECT"),
            ("\r\n\tSELECT\r\n1", "SELECT"),
            ("/* a; b */ -- c\n# d\n(update t", "UPDATE"),
            ("/*!40101 SET NAMES utf8 */", "SET"),
            ("/*M!100100 set x*/", "SET"),
            ("select@@version", "SELECT"),
            ("--", ""),
            ("--1", "--1"),
            ("'a b' c", "'A"),
            ("", ""),
            ("/* nothing", ""),
            ("commit;", "COMMIT"),
            ("{call f()}", "CALL"),
            ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
        ] {
            assert_eq!(verb(statement, Dialect::MySql), want, "{statement}");
        }
        assert_eq!(verb("/* a /* b */ c */ with x as", Dialect::PostgreSql), "WITH");
        assert_eq!(verb("// use\nUSE ks", Dialect::Cql), "USE");
    }

    #[test]
    fn statements_end_outside_of_quotes_and_comments() {
        let many = " a ';' \";\" `;` /* ; */ -- ;\n b ; ;; /* c */ ; d(;) ; e ";
        assert_eq!(split(many, Dialect::MySql), ["a ';' \";\" `;` /* ; */ -- ;\n b", "d(;)", "e"]);
        assert_eq!(split("a 'b\\';' c; d", Dialect::MySql), ["a 'b\\';' c", "d"]);
        assert_eq!(split("a 'b\\'; c", Dialect::MySqlNoBackslash), ["a 'b\\'", "c"]);
        assert_eq!(split("a 'b\\'; c", Dialect::PostgreSql), ["a 'b\\'", "c"]);
        assert_eq!(split("a 'it''s;'; b", Dialect::PostgreSql), ["a 'it''s;'", "b"]);
        assert_eq!(split("a E'b\\';'; c", Dialect::PostgreSql), ["a E'b\\';'", "c"]);
        assert_eq!(split("do $x$ a; $y$ b; $x$; c", Dialect::PostgreSql), ["do $x$ a; $y$ b; $x$", "c"]);
        assert_eq!(split("a $1; b", Dialect::PostgreSql), ["a $1", "b"]);
        assert_eq!(split("a q'[it's; ]'; b", Dialect::Oracle), ["a q'[it's; ]'", "b"]);
        assert_eq!(split("a $$ ; $$; // ;\nb", Dialect::Cql), ["a $$ ; $$", "// ;\nb"]);
        assert_eq!(split("a--1;b", Dialect::MySql), ["a--1", "b"]);
    }

    #[test]
    fn bodies_of_routines_stay_whole() {
        let routine = "create definer=`a`@`b` procedure p() begin select 1; select 2; end";
        assert_eq!(split(routine, Dialect::MySql), [routine]);
        assert_eq!(split("create table function_calls (a int); b", Dialect::MySql).len(), 2);
        assert_eq!(split("begin a; b; end;", Dialect::Oracle), ["begin a; b; end;"]);
        assert_eq!(split("begin; a; end", Dialect::MySql), ["begin", "a", "end"]);
        let atomic = "create function f() begin atomic select case when a then b end; select 2; end";
        assert_eq!(split(&format!("{atomic}; c"), Dialect::PostgreSql), [atomic, "c"]);
    }

    #[test]
    fn values_are_masked_and_names_stay() {
        for (text, dialect, want) in [
            ("a = 'x' and b = \"y\" and `c` = 1.5e-3", Dialect::MySql, "a = ? and b = ? and `c` = ?"),
            ("t1.c2 in (1,-2,0xFF,.5)", Dialect::MySql, "t1.c2 in (?,-?,?,?)"),
            ("x'AB', N'c', _utf8'd', b'1'", Dialect::MySql, "?, ?, _utf8?, ?"),
            ("a /* secret */b -- secret", Dialect::MySql, "a b "),
            ("a/*secret*/b", Dialect::MySql, "a b"),
            ("/*!50000 set a = 'b' */", Dialect::MySql, "/*!50000 set a = ? */"),
            ("a = 'open secret", Dialect::MySql, "a = ?"),
            ("a = 'it''s' 'b'", Dialect::MySql, "a = ? ?"),
            (
                "\"a\" = E'\\'b' and c = $1 and d = $$e$$",
                Dialect::PostgreSql,
                "\"a\" = ? and c = $1 and d = ?",
            ),
            ("a = U&'b' and c::int8 = 3", Dialect::PostgreSql, "a = ? and c::int8 = ?"),
            ("a = '\\' and b = 'c'", Dialect::PostgreSql, "a = ? and b = ?"),
            (
                "id = 550e8400-e29b-41d4-a716-446655440000 and f = f47ac10b-58cc-4372-a567-0e02b2c3d479",
                Dialect::Cql,
                "id = ? and f = ?",
            ),
            (
                "d = 1h30m and b = 0xCAFE and c = ? and e = :f",
                Dialect::Cql,
                "d = ? and b = ? and c = ? and e = :f",
            ),
            ("a = q'{it's}' and b = :1 and c = nq'!x!'", Dialect::Oracle, "a = ? and b = :1 and c = ?"),
            ("a is null and b = true", Dialect::MySql, "a is null and b = true"),
        ] {
            assert_eq!(masked(text, dialect), want, "{text}");
        }
    }

    #[test]
    fn every_cut_of_a_text_is_read_to_its_end() {
        let text = b"a 'b\\'' /*! c */ \"d\" $x$ e $x$ q'[f]' -- g\n// h\n/* i /* j */ */ 1e+5 :k $2 U&'l' f47ac10b-58cc";
        let all = [
            Dialect::MySql,
            Dialect::MySqlNoBackslash,
            Dialect::PostgreSql,
            Dialect::PostgreSqlBackslash,
            Dialect::Cql,
            Dialect::Oracle,
        ];
        for dialect in all {
            for start in 0..text.len() {
                for end in start..=text.len() {
                    let part = &text[start..end];
                    let mut at = 0;
                    for token in Tokens::new(part, dialect) {
                        assert_eq!(token.start, at);
                        assert!(token.end > at && token.end <= part.len());
                        at = token.end;
                    }
                    assert_eq!(at, part.len());
                }
            }
        }
    }
}
