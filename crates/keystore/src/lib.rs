//! Secrets for `packetbeat.yml`, in the file that Beats keep theirs in: an existing `packetbeat.keystore` is read, and
//! one that is written here is read by a Beat.
//!
//! ```text
//! file:     v1 base64( salt, 64 bytes | IV, 12 bytes | sealed content | tag, 16 bytes )
//! content:  {"NAME":{"value":"base64 of the secret"}, …}
//! key:      PBKDF2-HMAC-SHA512(password, salt, 10,000 rounds), 32 bytes
//! seal:     AES-256-GCM(key, IV), nothing authenticated besides the content
//! ```
//!
//! The password is empty, as it is in Beats, whose command line knows no other: whoever can read the file and knows
//! this format can read the secrets. What guards them is the mode of the file, 0600, which is checked before it is
//! read ([`Permissions::Strict`]); the encryption keeps them from a glance, and tells a changed byte.
//!
//! ```
//! use packetbeat_keystore::{Keystore, Permissions, Secret};
//!
//! let folder = tempfile::tempdir()?;
//! let path = folder.path().join("packetbeat.keystore");
//! assert!(Keystore::open(&path, Permissions::Strict)?.is_none());
//!
//! let mut keystore = Keystore::create(&path);
//! keystore.set("ES_PWD", Secret::from("changeme"))?;
//! keystore.save()?;
//!
//! let keystore = Keystore::open(&path, Permissions::Strict)?.ok_or("it was saved")?;
//! assert_eq!(keystore.get("ES_PWD").and_then(Secret::text), Some("changeme"));
//! assert_eq!(keystore.names().collect::<Vec<_>>(), ["ES_PWD"]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Limits: [`limits`]. Left out: keystores with a password, and a lock against two programs that change the same file
//! at the same time. Secrets are overwritten in memory when they are dropped; copies that a setting takes of them are
//! not.
#![forbid(unsafe_code)]

mod content;
mod error;
mod file;
mod format;
mod keystore;
pub mod limits;
mod permissions;
mod secret;

pub use error::{Error, Fault};
pub use keystore::Keystore;
pub use permissions::Permissions;
pub use secret::Secret;
