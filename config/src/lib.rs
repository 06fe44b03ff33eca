//! `packetbeat.yml`: loading with positions, checking, typed sections.
//!
//! ```text
//!  -c FILE …  ─▶ yaml ─▶ Node tree ─┐
//!  -E key=value ────────▶ Node tree ─┴▶ names split ─▶ merged ─▶ ${…} expanded ─▶ old spellings ─▶ checked ─▶ Config
//!                          (every value knows FILE:LINE:COLUMN)    (environment,                  (tables of      │
//!                                                                   keystore)                      settings)   to_yaml
//! ```
//!
//! - YAML 1.2 with the core schema; JSON is YAML. Anchors, aliases and merge keys work. Nested and dotted names
//!   mean the same and may be mixed. A null keeps the default, as if the key were not there.
//! - Strict: the tables of `packetbeat-settings` and of the protocols say which names there are and what they may hold.
//!   One pass finds everything that is wrong, with its place and what to write instead. What Packetbeat knows and nobody
//!   here acts on yet is checked alike and accepted with one warning for each section.
//! - Spellings of 1.x to 8.x are replaced, each with a warning that shows the line to write.
//! - `${NAME}` is a setting, else a variable of the environment, else a secret of the keystore. What came from the keystore
//!   is never shown: messages and the exported configuration have the reference.
//! - Lists of later files replace those of earlier ones; maps are merged; `-E packetbeat.protocols.0.ports=…`
//!   reaches into a list.
//! - Limits stand in [`limits`].
//!
//! Left out: `config` files by pattern; whether a filter in libpcap's language is one; files that settings name.
//!
//! ```
//! use packetbeat_config::{Loader, Output};
//! use packetbeat_core::plugin::Kind;
//!
//! let loader = Loader::new().protocols(&[Kind::of::<packetbeat_dns::Dns>()]);
//! let config = loader
//!     .text("packetbeat.yml", "packetbeat.protocols: [{type: dns, ports: [53]}]\noutput.discard: {}\n")
//!     .set("packetbeat.workers=2")
//!     .load(&|_| None)?;
//! assert_eq!(config.output, Output::Discard);
//! assert_eq!(config.workers.map(u16::from), Some(2));
//! assert!(!config.detect);
//!
//! let errors = Loader::new().text("packetbeat.yml", "packetbeat:\n  worker: 2\n").load(&|_| None).unwrap_err();
//! let text = "packetbeat.yml:2:3: packetbeat.worker: unknown setting (did you mean packetbeat.workers?)";
//! assert_eq!(errors.to_string(), text);
//! # Ok::<(), packetbeat_config::Errors>(())
//! ```
#![forbid(unsafe_code)]

mod address;
mod check;
mod cloud;
mod config;
mod elasticsearch;
mod emit;
mod error;
mod expand;
mod export;
mod format;
mod host;
mod interfaces;
mod kibana;
pub mod limits;
mod loader;
mod logging;
mod login;
mod mark;
mod nearest;
mod network;
mod node;
mod old;
mod one_line;
mod options;
mod output;
mod permissions;
mod places;
mod preset;
mod protocol;
mod queue;
mod read;
mod scalar;
mod schema;
mod secret;
mod section;
mod select;
mod ssl;
mod surrogates;
mod tree;
mod twice;
pub mod units;
mod user;
mod yaml;

pub use config::{Config, Flows, Http, Precision, Setup};
pub use elasticsearch::{Backoff, Elasticsearch, NonIndexable, Proxy};
pub use error::{Error, Errors, Warning};
pub use expand::Lookup;
pub use format::{Format, FormatError, FormatPart};
pub use host::{Host, Scheme};
pub use interfaces::{CaptureKind, Interfaces};
pub use kibana::Kibana;
pub use loader::Loader;
pub use logging::{Level, LogFiles, LogFormat, Logging};
pub use login::Login;
pub use mark::{Mark, Source};
pub use nearest::nearest;
pub use network::{Network, NotANetwork, Range};
pub use node::{Entry, Map, Node, Value};
pub use output::{Codec, FileOutput, Output};
pub use permissions::check_permissions;
pub use places::Places;
pub use protocol::{CommonOptions, ProtocolSection};
pub use queue::{Queue, QueueFull};
pub use schema::Schema;
pub use secret::Secret;
pub use section::Section;
pub use select::{Rule, Select};
pub use ssl::{Pem, Ssl, TlsVersion, Verification};
pub use user::User;
