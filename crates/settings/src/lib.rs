//! Every setting of `packetbeat.yml`, as tables: one place for names, types, ranges, defaults and meanings.
//!
//! ```text
//! root() ───────────┐                  ┌─ etc/packetbeat.reference.yml
//! COMMON ───────────┤                  ├─ docs/reference.md
//! LATER_PROTOCOLS ──┼─ Setting (core) ─┼─ the tables of options in docs/protocols
//! PROCESSORS ───────┤                  └─ (packetbeat-config) checking, reading, `export config`
//! protocols' own ───┘
//! ```
//!
//! A table's names have no dots: each level is a section ([`Type::Section`](packetbeat_core::setting::Type)) or a list of
//! sections. What Packetbeat knows and this program does not act on is in the tables as well, marked as
//! [`later`](packetbeat_core::setting::Setting::later): it is checked like the rest.
//!
//! ```
//! use packetbeat_core::setting::find;
//!
//! assert!(find(packetbeat_settings::root(), "output.file.path").is_some());
//! assert!(find(packetbeat_settings::root(), "output.file.pth").is_none());
//! ```
//!
//! Left out: what reads the values (`packetbeat-config`), and rules between settings (one output alone, `api_key` without
//! `password`), which are there too.
#![forbid(unsafe_code)]

mod common;
mod conditions;
mod examples;
mod http;
mod instrumentation;
mod interfaces;
mod later;
mod layout;
mod logging;
mod markdown;
mod monitoring;
mod outputs;
mod packetbeat;
mod processors;
mod protocol;
mod queue;
mod reference;
mod root;
mod setup;
mod ssl;
mod value;
mod walk;

use packetbeat_core::setting::Setting;

pub use common::COMMON;
pub use conditions::CONDITIONS;
pub use examples::examples;
pub use later::LATER_PROTOCOLS;
pub use markdown::{later_markdown, options_markdown, reference_markdown};
pub use processors::{PROCESSORS, ProcessorTable};
pub use protocol::ProtocolTable;
pub use reference::reference;
pub use walk::{Place, section, walk};

/// All settings but the options of protocols ([`COMMON`] and their own) and of processors ([`PROCESSORS`]), in the order of
/// the reference.
#[must_use]
pub const fn root() -> &'static [Setting] {
    root::ROOT
}
