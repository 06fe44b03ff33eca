//! `packetbeat.yml`: loading with positions, checking, typed sections.
//!
//! ```text
//!  -c FILE …  ─▶ yaml ─▶ Node tree ─┐
//!  -E key=value ────────▶ Node tree ─┴▶ names split ─▶ merged ─▶ ${…} expanded ─▶ Section ─▶ Config
//!                          (every value knows FILE:LINE:COLUMN)                     │
//!                                                        all errors at once ◀───────┘
//! ```
//!
//! - YAML 1.2 with the core schema; JSON is YAML. Anchors, aliases and merge keys work. Nested and dotted names
//!   mean the same and may be mixed. A null keeps the default, as if the key were not there.
//! - Strict: an unknown name is an error that names the nearest valid one. A name that Packetbeat knows and
//!   nobody here reads yet is accepted with a warning.
//! - Lists of later files replace those of earlier ones; maps are merged; `-E packetbeat.protocols.0.ports=…`
//!   reaches into a list.
//! - Limits stand in [`limits`].
//!
//! Left out so far: the keystore, `config` files by pattern, checking the contents of processors.
//!
//! ```
//! use packetbeat_config::{Loader, Output};
//!
//! let config = Loader::new()
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

mod config;
mod emit;
mod error;
mod expand;
mod interfaces;
mod known_keys;
pub mod limits;
mod loader;
mod mark;
mod names;
mod nearest;
mod network;
mod node;
mod one_line;
mod options;
mod output;
mod permissions;
mod protocol;
mod scalar;
mod section;
mod surrogates;
mod tree;
pub mod units;
mod yaml;

pub use config::{Config, Flows, Level, Logging, Paths, Precision, Queue};
pub use error::{Error, Errors, Warning};
pub use expand::Lookup;
pub use interfaces::{CaptureKind, Interfaces};
pub use loader::Loader;
pub use mark::{Mark, Source};
pub use nearest::nearest;
pub use network::{Network, NotANetwork, Range};
pub use node::{Entry, Map, Node, Value};
pub use output::{Codec, FileOutput, Output};
pub use permissions::check_permissions;
pub use protocol::{CommonOptions, ProtocolSection, Transports, check_ports, protocol_names};
pub use section::Section;
