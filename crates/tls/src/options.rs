//! What is configured.

use std::fmt;
use std::path::PathBuf;

use packetbeat_keystore::Secret;

/// What is checked of a server's certificate: `ssl.verification_mode`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verification {
    /// The chain, the dates and the name; the common name is compared where there is no `subjectAltName`.
    #[default]
    Full,
    /// As [`Full`](Self::Full), with the `subjectAltName` alone.
    Strict,
    /// The chain and the dates.
    Certificate,
    /// Nothing: whoever answers is believed. Telling the user is the caller's.
    None,
}

impl Verification {
    /// The mode of a word of the configuration; `None` if it is not one of the four.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        match word {
            "full" => Some(Self::Full),
            "strict" => Some(Self::Strict),
            "certificate" => Some(Self::Certificate),
            "none" => Some(Self::None),
            _ => None,
        }
    }
}

/// Where PEM text comes from.
#[derive(Clone)]
pub enum PemSource {
    /// A file.
    Path(PathBuf),
    /// The text itself, which may be a key and is therefore not shown by `Debug`.
    Inline(Secret),
}

impl PemSource {
    /// What the value of a setting means: PEM text if it has a line that begins some, a path otherwise.
    #[must_use]
    pub fn of(value: &str) -> Self {
        if value.contains("-----BEGIN ") {
            Self::Inline(Secret::from(value))
        } else {
            Self::Path(PathBuf::from(value))
        }
    }

    /// How errors name it.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Path(path) => path.display().to_string(),
            Self::Inline(_) => "the text given there".to_owned(),
        }
    }
}

impl fmt::Debug for PemSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) => f.debug_tuple("Path").field(path).finish(),
            Self::Inline(_) => f.write_str("Inline(not shown)"),
        }
    }
}

/// An `ssl` section. Empty lists and `None` mean what an absent setting means.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The section's full name, such as `output.elasticsearch.ssl`: errors name settings below it.
    pub setting: String,
    /// `verification_mode`.
    pub verification: Verification,
    /// `certificate_authorities`; those of the system if empty.
    pub authorities: Vec<PemSource>,
    /// `certificate`: our own, with its chain.
    pub certificate: Option<PemSource>,
    /// `key`: PKCS#8, PKCS#1 or SEC1.
    pub key: Option<PemSource>,
    /// `key_passphrase`, for an encrypted PKCS#8 key.
    pub key_passphrase: Option<Secret>,
    /// `key_passphrase_path`: a file with the passphrase, whose line end does not count.
    pub key_passphrase_path: Option<PathBuf>,
    /// `ca_sha256`: base64 of the SHA-256 of a `SubjectPublicKeyInfo`.
    pub ca_sha256: Vec<String>,
    /// `ca_trusted_fingerprint`: the SHA-256 of a certificate in hexadecimal; colons are allowed.
    pub ca_trusted_fingerprint: Option<String>,
    /// `supported_protocols`: `TLSv1.2`, `TLSv1.3`; older ones are noted and left out.
    pub versions: Vec<String>,
    /// `cipher_suites`, by the names of Beats. They say nothing about TLS 1.3, all of whose suites are offered.
    pub cipher_suites: Vec<String>,
    /// `curve_types`: `X25519`, `P-256`, `P-384`.
    pub curves: Vec<String>,
    /// The name to expect in the certificate in place of the one connected to (a DNS name or an address).
    pub server_name: Option<String>,
}

impl Options {
    /// The defaults of a section with this name.
    pub fn new(setting: impl Into<String>) -> Self {
        Self { setting: setting.into(), ..Self::default() }
    }
}
