//! Rules of `ssl`, wherever it stands.

use super::Checker;
use super::rules::set;
use crate::node::{Map, Node};
use crate::ssl;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use packetbeat_core::setting::Type;

/// Bytes of a SHA-256.
const DIGEST_LENGTH: usize = 32;

impl Checker<'_> {
    pub(super) fn tls(&mut self, section: &Map, path: &str) {
        for (one, other) in [("certificate", "key"), ("key", "certificate")] {
            if let Some(node) = set(section, one)
                && set(section, other).is_none()
            {
                let hint = format!("it goes with {path}.{one}");
                self.error(&node.at, format!("{path}.{other}"), "missing", hint);
            }
        }
        if let (Some(_), Some(second)) = (set(section, "key_passphrase"), set(section, "key_passphrase_path"))
        {
            let what = format!("goes not together with {path}.key_passphrase");
            self.error(&second.at, format!("{path}.key_passphrase_path"), what, "take one of them out");
        }
        self.there(section, path, "supported_protocols", "version of TLS", &ssl::VERSIONS);
        self.there(section, path, "cipher_suites", "cipher suite", &ssl::CIPHER_SUITES);
        self.there(section, path, "curve_types", "curve", &ssl::CURVES);
        self.hashes(section, path);
        if let Some(mode) = set(section, "verification_mode")
            && mode.text().is_some_and(|text| text.eq_ignore_ascii_case("none"))
        {
            let what = "the server's certificate is not checked: whoever is on the way can read and change what is sent";
            self.warn(&mode.at, format!("{path}.verification_mode"), what);
        }
    }

    /// Names that Beats know and that nobody offers any more: the others are left, and without any it is an error.
    fn there(&mut self, section: &Map, path: &str, key: &str, what: &str, there: &[&str]) {
        let Some(node) = set(section, key) else { return };
        let items = super::items(node, Type::Text).unwrap_or_default();
        let is_there = |item: &&Node| {
            item.text().is_some_and(|text| there.iter().any(|name| name.eq_ignore_ascii_case(text)))
        };
        let (left, gone): (Vec<&Node>, Vec<&Node>) = items.iter().partition(is_there);
        let full = format!("{path}.{key}");
        let Some(first) = gone.first() else { return };
        let names: Vec<&str> = gone.iter().filter_map(|item| item.text()).collect();
        let known = self.known(key, &names);
        match (known, left.is_empty()) {
            // The check of words has said it.
            (false, _) => {}
            (true, true) => {
                let text =
                    format!("there is no such {what} any more, and no other is named: {}", names.join(", "));
                self.error(&first.at, full, text, format!("there are: {}", there.join(", ")));
            }
            (true, false) => {
                self.warn(
                    &first.at,
                    full,
                    format!("left out, there is no such {what} any more: {}", names.join(", ")),
                );
            }
        }
    }

    /// Does the table of `ssl` know these names?
    fn known(&self, key: &str, names: &[&str]) -> bool {
        let path = format!("output.elasticsearch.ssl.{key}");
        let row = crate::schema::at_path(&crate::schema::rows(self.schema.root()), &path);
        let Some(Type::List(&Type::Word(words))) = row.map(|row| row.kind) else { return false };
        names.iter().all(|name| words.iter().any(|word| word.eq_ignore_ascii_case(name)))
    }

    fn hashes(&mut self, section: &Map, path: &str) {
        for item in
            set(section, "ca_sha256").and_then(|node| super::items(node, Type::Text)).unwrap_or_default()
        {
            let hash = item.text().and_then(|text| STANDARD.decode(text).ok());
            if hash.is_none_or(|hash| hash.len() != DIGEST_LENGTH) {
                let hint = "`openssl x509 -in ca.pem -pubkey -noout | openssl pkey -pubin -outform der | openssl dgst \
                            -sha256 -binary | base64` gives it";
                let what = "expected the SHA-256 of a public key in base64, 44 characters";
                self.error(&item.at, format!("{path}.ca_sha256"), what, hint);
            }
        }
        if let Some(node) = set(section, "ca_trusted_fingerprint")
            && node.text().and_then(ssl::fingerprint).is_none()
        {
            let what = "expected the SHA-256 of a certificate, 64 hexadecimal digits";
            let hint = "`openssl x509 -in ca.pem -noout -fingerprint -sha256` gives it";
            self.error(&node.at, format!("{path}.ca_trusted_fingerprint"), what, hint);
        }
    }
}
