//! `ssl`: what TLS is told.

use crate::mark::Mark;
use crate::secret::Secret;
use crate::section::Section;
use std::fmt;
use std::path::PathBuf;

/// Cipher suites that there are: those of TLS 1.2 with perfect forward secrecy and authenticated encryption, and those of
/// TLS 1.3. One of them has the misspelling that Beats accept.
pub(crate) const CIPHER_SUITES: [&str; 10] = [
    "ECDHE-ECDSA-AES-128-GCM-SHA256",
    "ECDHE-ECDSA-AES-256-GCM-SHA384",
    "ECDHE-ECDSA-CHACHA20-POLY1305",
    "ECDHE-RSA-AES-128-GCM-SHA256",
    "ECDHE-RSA-AES-256-GCM-SHA384",
    "ECDHE-RSA-CHACHA20-POLY1205",
    "ECDHE-RSA-CHACHA20-POLY1305",
    "TLS-AES-128-GCM-SHA256",
    "TLS-AES-256-GCM-SHA384",
    "TLS-CHACHA20-POLY1305-SHA256",
];
/// Curves that there are.
pub(crate) const CURVES: [&str; 3] = ["P-256", "P-384", "X25519"];
/// Versions that there are.
pub(crate) const VERSIONS: [&str; 2] = ["TLSv1.2", "TLSv1.3"];

/// Options of TLS on the client's side. Where nothing is written they are the usual ones.
#[derive(Clone, Debug, PartialEq)]
pub struct Ssl {
    /// The section's full name, for messages: `output.elasticsearch.ssl`.
    pub name: String,
    /// Where the section starts.
    pub at: Mark,
    /// What is checked of the server's certificate.
    pub verification: Verification,
    /// Versions that are spoken; at least one.
    pub versions: Vec<TlsVersion>,
    /// Cipher suites to offer, in the names of Beats; empty is the usual ones.
    pub cipher_suites: Vec<String>,
    /// Curves of the exchange of keys, `P-256` and so on; empty is the usual ones.
    pub curves: Vec<String>,
    /// Authorities to trust; empty is those of the system.
    pub authorities: Vec<Pem>,
    /// Our certificate, with its chain.
    pub certificate: Option<Pem>,
    /// Our key.
    pub key: Option<Pem>,
    /// What decrypts the key.
    pub key_passphrase: Option<Secret>,
    /// A file with what decrypts the key.
    pub key_passphrase_path: Option<PathBuf>,
    /// One certificate of the chain has a public key with one of these SHA-256 hashes, in base64; empty asks for none.
    pub ca_sha256: Vec<String>,
    /// An authority that the server sends is trusted if its certificate has this SHA-256: 64 hexadecimal digits in lower case.
    pub ca_trusted_fingerprint: Option<String>,
}

/// `verification_mode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verification {
    /// All of it.
    Full,
    /// All of it, the name by the subject's alternative names alone.
    Strict,
    /// The chain, not the name.
    Certificate,
    /// Nothing.
    None,
}

/// A version of TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TlsVersion {
    /// TLS 1.2.
    V1_2,
    /// TLS 1.3.
    V1_3,
}

/// Where PEM text is.
#[derive(Clone, PartialEq, Eq)]
pub enum Pem {
    /// In a file.
    File(PathBuf),
    /// In the configuration; not shown, since it may be a key.
    Inline(String),
}

impl Pem {
    /// What has a line `-----BEGIN` is PEM, everything else a file.
    fn new(text: &str) -> Self {
        if text.contains("-----BEGIN ") { Self::Inline(text.to_owned()) } else { Self::File(text.into()) }
    }
}

impl fmt::Debug for Pem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "File({})", path.display()),
            Self::Inline(_) => f.write_str("Inline(…)"),
        }
    }
}

/// The section; one that is off is as if it were not there.
pub(crate) fn read(above: &Section) -> Ssl {
    let mut section = above.section("ssl");
    if section.bool_if_given("enabled") == Some(false) {
        section = section.empty();
    }
    let named = |key: &str, there: &[&str]| -> Vec<String> {
        let known = |text: &String| there.iter().any(|name| name.eq_ignore_ascii_case(text));
        section.list(key).into_iter().filter(known).collect()
    };
    let versions = named("supported_protocols", &VERSIONS);
    let version = |name: &String| match name.ends_with('3') {
        true => TlsVersion::V1_3,
        false => TlsVersion::V1_2,
    };
    let pem = |key: &str| section.text(key).filter(|text| !text.is_empty()).map(|text| Pem::new(&text));
    Ssl {
        name: section.full_name(""),
        at: section.mark().clone(),
        verification: match section.word("verification_mode") {
            "strict" => Verification::Strict,
            "certificate" => Verification::Certificate,
            "none" => Verification::None,
            _ => Verification::Full,
        },
        versions: if versions.is_empty() {
            vec![TlsVersion::V1_2, TlsVersion::V1_3]
        } else {
            versions.iter().map(version).collect()
        },
        cipher_suites: named("cipher_suites", &CIPHER_SUITES),
        curves: named("curve_types", &CURVES),
        authorities: section.list("certificate_authorities").iter().map(|text| Pem::new(text)).collect(),
        certificate: pem("certificate"),
        key: pem("key"),
        key_passphrase: section.secret("key_passphrase"),
        key_passphrase_path: section.text("key_passphrase_path").map(PathBuf::from),
        ca_sha256: section.list("ca_sha256"),
        ca_trusted_fingerprint: section.text("ca_trusted_fingerprint").and_then(|text| fingerprint(&text)),
    }
}

/// A SHA-256 in hexadecimal digits, with colons where wanted.
pub(crate) fn fingerprint(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(|c| *c != ':').map(|c| c.to_ascii_lowercase()).collect();
    (digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints() {
        let plain = "AB".repeat(32);
        assert_eq!(fingerprint(&plain), Some("ab".repeat(32)));
        let colons = vec!["AB"; 32].join(":");
        assert_eq!(fingerprint(&colons), Some("ab".repeat(32)));
        for bad in ["", "ab", &"xy".repeat(32)] {
            assert_eq!(fingerprint(bad), None);
        }
    }

    #[test]
    fn keys_in_the_configuration_are_not_shown() {
        let pem = Pem::new("-----BEGIN PRIVATE KEY-----\ns3cret\n");
        assert_eq!(format!("{pem:?} {:?}", Pem::new("a.pem")), "Inline(…) File(a.pem)");
    }
}
