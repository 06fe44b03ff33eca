//! TLS towards servers: from the `ssl` section of an output to a configuration of rustls, and an explanation where a
//! connection fails.
//!
//! ```text
//!  Options ──client_config──▶ Client { config, notes }
//!   verification_mode           │        └ what was left out, said once at start
//!   certificate_authorities     ▼
//!   certificate, key …        Verifier: chain (webpki) ─▶ pins ─▶ name
//!                               │ refused
//!                               ▼
//!                             Refusal: whose certificate, for which names, until when, and the setting to change
//!                               └▶ rustls::Error ─▶ io::Error ─▶ … ──explain──▶ text
//! ```
//!
//! The rules are those of Beats (RFC 5280, RFC 9525 where they leave it open):
//!
//! - [`Verification::Full`] checks chain, dates and name; where a certificate has no `subjectAltName`, its common name
//!   is compared. [`Verification::Strict`] wants the `subjectAltName`. [`Verification::Certificate`] leaves the name
//!   out, [`Verification::None`] everything.
//! - `certificate_authorities` replace those of the system. A certificate that is listed there is accepted as the
//!   server's own too, also if it calls itself an authority, as what `openssl req -x509` makes does.
//! - `ca_trusted_fingerprint` makes an authority trusted that the server itself sends.
//! - One certificate of the verified chain must have a public key of `ca_sha256`, if that is set.
//!
//! Left out: TLS before 1.2 and cipher suites without forward secrecy or authenticated encryption, which rustls does
//! not have (they are noted and not offered); renegotiation; revocation lists; keys on the curve P-521; keys encrypted
//! in the manner of OpenSSL before PKCS#8 (the error says how to convert them). Limits: [`limits`].
//!
//! ```
//! use packetbeat_tls::{Options, client_config};
//!
//! let mut options = Options::new("output.elasticsearch.ssl");
//! options.curves = vec!["X25519".to_owned()];
//! options.versions = vec!["TLSv1.1".to_owned(), "TLSv1.3".to_owned()];
//! let client = client_config(&options)?;
//! assert!(client.notes.iter().any(|note| note.contains("TLSv1.1")));
//!
//! options.curves = vec!["P-521".to_owned()];
//! let error = client_config(&options).unwrap_err().to_string();
//! assert!(error.starts_with("output.elasticsearch.ssl.curve_types: "));
//! # Ok::<(), packetbeat_tls::Error>(())
//! ```
#![forbid(unsafe_code)]

mod certificate;
mod config;
mod error;
mod explain;
mod key;
pub mod limits;
mod options;
mod pem;
mod refusal;
mod roots;
mod suites;
mod verify;

pub use config::{Client, client_config};
pub use error::{Error, Fault};
pub use explain::{explain, refusal};
pub use options::{Options, PemSource, Verification};
pub use refusal::Refusal;
pub use rustls::ClientConfig;
