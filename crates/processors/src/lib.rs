//! Processors and conditions: what the configuration does to an event before it is written.
//!
//! ```text
//!  processors: [ … ]  ──build──▶ Processors        one line of JSON ──parse──▶ Event
//!  (checked by the tables            │                                          │
//!   of packetbeat-settings)          └──────────────── run ─────────────────────┤
//!                                                                               ▼
//!                                      Outcome::Drop(cause)  or  Outcome::Keep, and Event::write
//! ```
//!
//! - [`Event`] is the tree of an event; names are looked up as Packetbeat does. `@timestamp` and `type` always stay.
//! - [`Condition`]s and processors are typed when they are built: nothing of the configuration is parsed for an event.
//! - A processor that fails leaves the event as it was, writes why into `error.message`, and is counted
//!   ([`Processors::failures`]); those behind it go on. `ignore_missing`, `ignore_failure` and `fail_on_error: false` soften
//!   that as Packetbeat's documentation says.
//! - Time is packet time: `rate_limit` counts by it, so that a capture gives the same events whenever it is read.
//! - What does not depend on the event is done once ([`Processors::plan`]), upon the members that all events have alike, and
//!   events that what is left cannot be meant for are known by their bytes ([`Plan::concerns`]): they are never parsed. Nor are
//!   those to which `geoip` alone has something to add ([`Processors::rewrite`]).
//!
//! Limits stand in [`limits`]. Left out: what needs the network or another program (`dns`, `add_cloud_metadata` and the
//! like), `script`, and what `packetbeat-settings` marks as `later`.
//!
//! ```
//! use packetbeat_config::Loader;
//! use packetbeat_processors::{Event, Outcome, Processors};
//!
//! let yaml = "processors: [{drop_event: {when.equals.type: dns}}, {add_tags: {tags: [lab]}}]";
//! let config = Loader::new().text("packetbeat.yml", yaml).load(&|_| None)?;
//! let processors = Processors::build(config.processors.as_ref(), "processors")?;
//!
//! let mut mail = Event::parse(br#"{"type":"smtp"}"#, 0).unwrap_or_else(|| unreachable!());
//! assert_eq!(processors.run(&mut mail), Outcome::Keep);
//! let mut line = Vec::new();
//! mail.write(&mut line);
//! assert_eq!(line, b"{\"type\":\"smtp\",\"tags\":[\"lab\"]}\n");
//!
//! let mut question = Event::parse(br#"{"type":"dns"}"#, 0).unwrap_or_else(|| unreachable!());
//! assert_eq!(processors.run(&mut question), Outcome::Drop("drop_event"));
//! # Ok::<(), packetbeat_config::Errors>(())
//! ```
#![forbid(unsafe_code)]

mod build;
mod condition;
mod event;
mod fault;
#[doc(hidden)]
pub mod fuzz;
mod geoip;
mod host;
mod layout;
pub mod limits;
mod pattern;
mod plan;
mod processors;
mod rewrite;
mod steps;
#[cfg(test)]
mod testing;
mod value;

pub use condition::{Bound, Condition, Constant};
pub use event::{Event, Refused};
pub use plan::Plan;
pub use processors::{Outcome, Processors};
pub use rewrite::Rewritten;
pub use value::{Object, Value};
