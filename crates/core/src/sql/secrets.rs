//! Statements that hold a password.

use super::tokens::{Kind, Tokens};
use super::{Dialect, Verb, statements};

/// Appends a statement that gives somebody a password, with every literal behind the word that announces it as `?`: `CREATE USER
/// 'ann'@'%' IDENTIFIED BY ?`. False, and nothing is appended, for all other statements. Servers keep such passwords out of
/// their own logs in the same way.
///
/// Looked for are `IDENTIFIED` and `PASSWORD` (also `MASTER_PASSWORD`, `SOURCE_PASSWORD`) in `CREATE`, `ALTER` and `GRANT` of users, roles and
/// servers, in `SET PASSWORD`, and in what starts a replica.
pub fn conceal_passwords(statement: &[u8], dialect: Dialect, to: &mut Vec<u8>) -> bool {
    let Some(from) = first_announced(statement, dialect) else { return false };
    let mut names = dialect == Dialect::Oracle;
    for token in Tokens::new(statement, dialect) {
        let text = token.of(statement);
        let behind = token.start > from;
        match token.kind {
            Kind::Literal if behind => to.push(b'?'),
            // Oracle's passwords stand there as names do.
            Kind::Word | Kind::Name if behind && names && !text.eq_ignore_ascii_case(b"BY") => {
                to.push(b'?');
                names = false;
            }
            _ => to.extend_from_slice(text),
        }
    }
    true
}

/// Where the first password is announced in a text that may hold several statements: all behind it is concealed.
fn first_announced(text: &[u8], dialect: Dialect) -> Option<usize> {
    let of_one = |one: &[u8]| {
        let verb = Verb::of(one, dialect);
        let gives = ["CREATE", "ALTER", "GRANT", "SET", "CHANGE", "START"].iter().any(|word| verb.is(word));
        if gives { announced(one, dialect) } else { None }
    };
    if memchr::memchr(b';', text).is_none_or(|at| at + 1 == text.len()) {
        return of_one(text);
    }
    statements(text, dialect).find_map(|one| {
        let start = one.as_ptr().addr().saturating_sub(text.as_ptr().addr());
        of_one(one).map(|at| start + at)
    })
}

/// Where the word stands that announces a password.
fn announced(statement: &[u8], dialect: Dialect) -> Option<usize> {
    /// Whose passwords there are.
    const OWNERS: [&str; 9] =
        ["USER", "ROLE", "GROUP", "SERVER", "MASTER", "SOURCE", "REPLICATION", "SLAVE", "REPLICA"];
    /// Words in front of what is created: `CREATE OR REPLACE USER`.
    const HEAD_WORDS: usize = 4;
    const WORDS: [&str; 3] = ["PASSWORD", "MASTER_PASSWORD", "SOURCE_PASSWORD"];
    let mut owned = false;
    let words = Tokens::new(statement, dialect).filter(|token| token.kind == Kind::Word);
    for (at, token) in words.enumerate() {
        let text = token.of(statement);
        let is = |word: &&str| text.eq_ignore_ascii_case(word.as_bytes());
        if is(&"IDENTIFIED") || (is(&"PASSWORD") && at == 1) || (owned && WORDS.iter().any(is)) {
            return Some(token.start);
        }
        owned |= at < HEAD_WORDS && OWNERS.iter().any(is);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn concealed(statement: &str, dialect: Dialect) -> String {
        let mut to = Vec::new();
        let found = conceal_passwords(statement.as_bytes(), dialect, &mut to);
        assert_eq!(found, !to.is_empty());
        String::from_utf8(to).unwrap()
    }

    #[test]
    fn passwords_are_concealed() {
        for (statement, want) in [
            ("CREATE USER 'ann'@'%' IDENTIFIED BY 'x'", "CREATE USER 'ann'@'%' IDENTIFIED BY ?"),
            (
                "create or replace user ann identified with p as '*AB' ",
                "create or replace user ann identified with p as ? ",
            ),
            ("ALTER USER ann IDENTIFIED BY \"x\" REPLACE 'y'", "ALTER USER ann IDENTIFIED BY ? REPLACE ?"),
            ("SET PASSWORD FOR 'a'@'b' = PASSWORD('x')", "SET PASSWORD FOR ?@? = PASSWORD(?)"),
            ("/* a */ set password = 'x", "/* a */ set password = ?"),
            ("GRANT ALL ON a.* TO b IDENTIFIED BY 'x'", "GRANT ALL ON a.* TO b IDENTIFIED BY ?"),
            ("select 'a'; set password = 'x'; select 'b'", "select 'a'; set password = ?; select ?"),
            (
                "CHANGE MASTER TO MASTER_HOST='h', MASTER_PASSWORD='x'",
                "CHANGE MASTER TO MASTER_HOST='h', MASTER_PASSWORD=?",
            ),
        ] {
            assert_eq!(concealed(statement, Dialect::MySql), want);
        }
        assert_eq!(
            concealed("alter role ann with login password 'x' valid until 'y'", Dialect::PostgreSql),
            "alter role ann with login password ? valid until ?"
        );
        assert_eq!(
            concealed("CREATE ROLE ann WITH PASSWORD = 'x' AND LOGIN = true", Dialect::Cql),
            "CREATE ROLE ann WITH PASSWORD = ? AND LOGIN = true"
        );
        assert_eq!(
            concealed("create user ann identified by tiger account unlock", Dialect::Oracle),
            "create user ann identified by ? account unlock"
        );
        assert_eq!(
            concealed("alter user ann identified by \"tiger\"", Dialect::Oracle),
            "alter user ann identified by ?"
        );
    }

    #[test]
    fn other_statements_stay() {
        for statement in [
            "select * from users where password = 'x'",
            "create table users (password varchar(40) default 'x')",
            "alter table t add password text",
            "set names 'utf8'",
            "set @a = 'password'",
            "create user ann",
            "drop user ann",
            "",
        ] {
            assert_eq!(concealed(statement, Dialect::MySql), "", "{statement}");
        }
    }
}
