//! What servers need before the first event, and whether they can be reached: `packetbeat setup`, `packetbeat test
//! output`, and what an output does when it connects.
//!
//! ```text
//!  Setup ─┬ load    `setup --index-management`   GET / ▶ policy ▶ index template ▶ data stream
//!         └ ensure  each time an output connects: the same, and only what is missing
//!  pipelines        `setup --pipelines`          PUT _ingest/pipeline/geoip-info
//!  Kibana::load     `setup --dashboards`         POST api/saved_objects/_import
//!  check            `test output`                URL ▶ DNS ▶ TCP ▶ TLS ▶ GET / ▶ rights
//! ```
//!
//! - The server decides what it gets: Elasticsearch a lifecycle policy (ILM), its serverless kind a lifecycle of the data
//!   stream, OpenSearch a policy of Index State Management. What a server does not offer at all is left out with a
//!   warning: events can be written without it.
//! - A field type that a build of a server lacks is replaced when the server says so: see
//!   [`TemplateOptions::without`](packetbeat_fields::TemplateOptions::without).
//! - What is there stays, unless its `overwrite` says otherwise. `setup` always replaces the template, as Packetbeat does.
//! - Errors name the request, the server's reason, and the privilege that is missing.
//!
//! Everything blocks: it is for command lines and for threads of an output. Left out: Kibana's pipelines of single
//! protocols, which are under another licence, and dashboards from archives (`setup.dashboards.{file,url,directory}`).
//! Lifecycle policies, serverless servers and Kibana are tested against stand-ins that answer as documented, for want of
//! the servers.
//!
//! ```no_run
//! use packetbeat_elasticsearch::{Client, Connection, Host, Login};
//! use packetbeat_fields::Fields;
//! use packetbeat_provision::Setup;
//!
//! let host = Host { url: "http://localhost:9200".to_owned(), login: Login::None };
//! let client = Client::new(&Connection::new(vec![host]))?;
//! for line in Setup::new("9.0.0", Fields::of(&[])?).load(&client)? {
//!     println!("{line}");
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![forbid(unsafe_code)]

mod check;
mod error;
mod kibana;
mod lifecycle;
mod line;
mod pipelines;
mod request;
mod setup;
mod template;

pub use check::{Check, Outcome, Report, Step, check};
pub use error::Error;
pub use kibana::Kibana;
pub use line::{Kind, Line};
pub use pipelines::pipelines;
pub use setup::{DslSetup, IlmSetup, Setup, TemplateSetup};
