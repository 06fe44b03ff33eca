//! Who logs in: the user name in a dialogue of `AUTH` (RFC 4954). Passwords, digests and tokens are passed over; nothing of an
//! answer but the name outlives the call.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use packetbeat_core::excerpt::Excerpt;

use crate::limits::{MECHANISM_BYTES, USER_BYTES};

/// Bytes of a decoded answer that are looked at.
const ANSWER_BYTES: usize = 1536;

/// How far the dialogue is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Stage {
    /// There is none.
    #[default]
    None,
    /// The command was sent and its reply not seen.
    Asked,
    /// The server asked for an answer, which the next line is.
    Challenged,
    /// The login was accepted.
    Accepted,
    /// The login was refused or given up.
    Refused,
}

/// The login of a session.
#[derive(Debug, Default)]
pub(crate) struct Login {
    /// The mechanism, in capitals.
    pub(crate) mechanism: Excerpt,
    /// The user's name, where it can be seen.
    pub(crate) user: Excerpt,
    /// How far it is.
    pub(crate) stage: Stage,
    /// Answers seen.
    answers: u32,
    /// A login was accepted: a further one is refused and changes nothing (RFC 4954, 4).
    accepted: bool,
}

impl Login {
    /// A new dialogue with `AUTH`, perhaps with its first answer.
    pub(crate) fn begin(&mut self, mechanism: &[u8], answer: Option<&[u8]>) {
        self.stage = Stage::Asked;
        if self.accepted {
            return self.lose_place();
        }
        self.mechanism.clear();
        self.user.clear();
        self.answers = 0;
        let known = mechanism.get(..MECHANISM_BYTES).unwrap_or(mechanism);
        for byte in known.iter().filter(|byte| byte.is_ascii_graphic()) {
            self.mechanism.push(&[byte.to_ascii_uppercase()], MECHANISM_BYTES);
        }
        if let Some(answer) = answer {
            self.answer(answer);
        }
    }

    /// An answer of the client, in base64; takes the name out of it.
    pub(crate) fn answer(&mut self, line: &[u8]) {
        let mut decoded = [0; ANSWER_BYTES];
        let longest = ANSWER_BYTES / 3 * 4;
        let line = line.get(..longest).unwrap_or(line);
        let len = STANDARD.decode_slice(line, &mut decoded).unwrap_or(0);
        let answer = decoded.get(..len).unwrap_or_default();
        if let Some(name) = user(self.mechanism.bytes(), self.answers, answer)
            && self.user.is_empty()
            && name.len() <= USER_BYTES
            && std::str::from_utf8(name).is_ok_and(|name| !name.contains(char::is_control))
        {
            self.user.push(name, USER_BYTES);
        }
        self.answers = self.answers.saturating_add(1);
        self.stage = Stage::Asked;
        decoded.fill(0);
    }

    /// The server asks for an answer. What answers `Password:` is no name, whatever came before.
    pub(crate) fn challenged(&mut self, challenge: &[u8]) {
        self.stage = Stage::Challenged;
        let mut decoded = [0; 64];
        let len = STANDARD.decode_slice(challenge.get(..80).unwrap_or(challenge), &mut decoded).unwrap_or(0);
        let asks_password =
            |text: &[u8]| text.get(..4).is_some_and(|word| word.eq_ignore_ascii_case(b"pass"));
        if asks_password(decoded.get(..len).unwrap_or_default()) || asks_password(challenge) {
            self.lose_place();
        }
    }

    /// The dialogue is over.
    pub(crate) fn end(&mut self, accepted: bool) {
        self.accepted |= accepted;
        self.stage = if self.accepted { Stage::Accepted } else { Stage::Refused };
    }

    /// Lines of the client were lost.
    pub(crate) fn lost(&mut self) {
        self.lose_place();
        if self.stage == Stage::Challenged {
            self.stage = Stage::Asked;
        }
    }

    /// Which answer the next one is cannot be told: it is not read for a name.
    const fn lose_place(&mut self) {
        self.answers = u32::MAX;
    }

    pub(crate) const fn heap_bytes(&self) -> usize {
        self.mechanism.heap_bytes() + self.user.heap_bytes()
    }
}

/// The user's name in the `number`th answer.
fn user<'a>(mechanism: &[u8], number: u32, answer: &'a [u8]) -> Option<&'a [u8]> {
    match (mechanism, number) {
        // authzid NUL authcid NUL password (RFC 4616)
        (b"PLAIN", 0) => {
            let mut parts = answer.split(|byte| *byte == 0);
            let (_, name, _password) = (parts.next()?, parts.next()?, parts.next()?);
            Some(name)
        }
        (b"LOGIN", 0) => Some(answer),
        // name SP digest (RFC 2195)
        (b"CRAM-MD5", 0) => {
            let (name, digest) = answer.split_at_checked(answer.len().checked_sub(33)?)?;
            digest.starts_with(b" ").then_some(name)
        }
        // "user=" name ^A … (XOAUTH2 as Google and Microsoft use it)
        (b"XOAUTH2", 0) => answer.strip_prefix(b"user=")?.split(|byte| *byte == 1).next(),
        // gs2-header "n=" name "," … (RFC 5802)
        (b"SCRAM-SHA-1" | b"SCRAM-SHA-256" | b"SCRAM-SHA-1-PLUS" | b"SCRAM-SHA-256-PLUS", 0) => answer
            .split(|byte| *byte == b',')
            .find_map(|part| part.strip_prefix(b"n="))
            .filter(|name| !name.is_empty()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(mechanism: &str, answers: &[&[u8]]) -> String {
        let mut login = Login::default();
        login.begin(mechanism.as_bytes(), None);
        for answer in answers {
            login.answer(STANDARD.encode(answer).as_bytes());
        }
        String::from_utf8(login.user.bytes().to_vec()).unwrap()
    }

    #[test]
    fn names_and_no_passwords() {
        assert_eq!(name("plain", &[b"\0ann\0secret"]), "ann");
        assert_eq!(name("PLAIN", &[b"boss\0ann\0secret"]), "ann");
        assert_eq!(name("PLAIN", &[b"secret"]), "");
        assert_eq!(name("PLAIN", &[b"\0secret"]), "");
        assert_eq!(name("LOGIN", &[b"ann", b"secret"]), "ann");
        assert_eq!(name("LOGIN", &[b"", b"secret"]), "");
        assert_eq!(name("CRAM-MD5", &[b"ann lee 0123456789abcdef0123456789abcdef"]), "ann lee");
        assert_eq!(name("CRAM-MD5", &[b"ann"]), "");
        assert_eq!(
            name("XOAUTH2", &[b"user=ann@example.org\x01auth=Bearer secret\x01\x01"]),
            "ann@example.org"
        );
        assert_eq!(name("SCRAM-SHA-256", &[b"n,,n=ann,r=nonce", b"c=biws,r=nonce,p=proof"]), "ann");
        assert_eq!(name("NTLM", &[b"NTLMSSP\0secret", b"secret"]), "");
        assert_eq!(name("LOGIN", &[b"\xff\xfe", b"secret"]), "");
    }

    #[test]
    fn what_is_no_base64_gives_no_name() {
        let mut login = Login::default();
        login.begin(b"LOGIN", Some(b"not base64!"));
        assert!(login.user.is_empty());
        login.answer(&vec![b'A'; 100_000]);
        assert!(login.user.is_empty());
    }
}
