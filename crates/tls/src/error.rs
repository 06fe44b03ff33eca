//! What may be wrong with an `ssl` section.

use std::io;

/// A setting that cannot be used: its name, the file if there is one, what is wrong and what to do.
#[derive(Debug, thiserror::Error)]
#[error("{setting}: {}{fault}", place.as_ref().map(|place| format!("{place}: ")).unwrap_or_default())]
pub struct Error {
    /// The full name of the setting, such as `output.elasticsearch.ssl.key`.
    pub setting: String,
    /// The file, where one is at fault.
    pub place: Option<String>,
    /// What is wrong; part of this error's text and therefore not its source.
    pub fault: Fault,
}

/// What is wrong with a setting.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// A file that cannot be read.
    #[error("cannot be read: {0}")]
    Read(io::Error),
    /// A file of more than [`MAX_PEM_BYTES`](crate::limits::MAX_PEM_BYTES) or
    /// [`MAX_PASSPHRASE_BYTES`](crate::limits::MAX_PASSPHRASE_BYTES).
    #[error("has more than {0} bytes, so it is not what this setting is for")]
    TooLong(u64),
    /// A passphrase that is not UTF-8.
    #[error("is not text (UTF-8)")]
    NotText,
    /// No certificate in PEM.
    #[error("holds no certificate: one in PEM begins with -----BEGIN CERTIFICATE-----{0}")]
    NoCertificate(&'static str),
    /// A certificate that cannot be decoded; counted from one.
    #[error("certificate {number} in it cannot be decoded ({reason})")]
    BadCertificate {
        /// Which one, from 1.
        number: usize,
        /// What the decoder said.
        reason: String,
    },
    /// No private key in PEM.
    #[error("holds no private key: one in PEM begins with -----BEGIN PRIVATE KEY-----{0}")]
    NoKey(&'static str),
    /// A key that is there and cannot be decoded, or whose kind rustls does not have.
    #[error(
        "the key cannot be used ({0}); RSA of 2048 bits and more, ECDSA on P-256 or P-384 and Ed25519 can"
    )]
    BadKey(String),
    /// An encrypted key without a passphrase.
    #[error("the key is encrypted: set {0}.key_passphrase")]
    Encrypted(String),
    /// A passphrase that does not decrypt the key.
    #[error("the passphrase of {0}.key_passphrase does not decrypt the key")]
    Passphrase(String),
    /// An encryption that we do not know.
    #[error(
        "the key is encrypted in a way that is not supported ({0}); convert it: openssl pkcs8 -topk8 -v2 aes-256-cbc -in OLD.key -out NEW.key"
    )]
    OldEncryption(String),
    /// A certificate without a key or a key without a certificate.
    #[error("is missing: it goes with {0}")]
    Missing(String),
    /// A certificate and a key that do not belong together.
    #[error("the key does not belong to the first certificate of {0}")]
    Mismatch(String),
    /// A value that is no fingerprint.
    #[error("{value:?} is not {wanted}")]
    Fingerprint {
        /// As it was written.
        value: String,
        /// What belongs there.
        wanted: &'static str,
    },
    /// A name that is neither a DNS name nor an address.
    #[error("{0:?} is neither a host name nor an address")]
    ServerName(String),
    /// A list of which nothing remains.
    #[error("nothing of {listed} can be offered; there are {known}")]
    NothingLeft {
        /// What was listed.
        listed: String,
        /// What there is.
        known: String,
    },
    /// What rustls says of the whole.
    #[error("{0}")]
    Rustls(rustls::Error),
}

impl Fault {
    pub(crate) fn of(self, section: &str, key: &str) -> Error {
        Error { setting: format!("{section}.{key}"), place: None, fault: self }
    }

    pub(crate) fn at(self, section: &str, key: &str, place: impl Into<String>) -> Error {
        Error { setting: format!("{section}.{key}"), place: Some(place.into()), fault: self }
    }
}
