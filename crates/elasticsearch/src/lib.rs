//! The output for Elasticsearch and OpenSearch.
//!
//! ```text
//! the publisher's threads                                 one of these for each connection
//!   batch ──▶ Deliver::deliver ──▶ body ──▶ gzip ──▶ POST /_bulk ──▶ server
//!                                   │                                  │
//!             line of action: index, pipeline, id     a status for each event
//!             line of the event, without @metadata                     │
//!   Delivery ◀── taken, known already, refused for good, to be tried again ◀┘
//! ```
//!
//! - [`Client`] makes requests: credentials, TLS, proxies, several hosts, errors that say what to do. `setup` and `test output`
//!   use it as well.
//! - [`workers`] gives the connections that take batches. Waiting, trying again and giving up are for the publisher, who is told
//!   what became of each event and what the trouble is.
//! - An event's text goes into the body as it is. What is before the event in the request is made once for all events that have
//!   the same `@metadata`, unless index or pipeline hang on fields of the event: these are parsed.
//! - Events are created (`create`), as data streams want it. With [`Idempotent`] each has an id of its own that is the same
//!   when it is sent again: a request whose answer was lost leaves no doubles. Without it, it does. An id is unique within an
//!   index: where a data stream has rolled over between two attempts, a double is possible.
//!
//! # What becomes of events
//!
//! | the server's answer | |
//! |---|---|
//! | 2xx | acknowledged |
//! | 409 | a duplicate: it was there before |
//! | 429, writing is blocked (a full disk), or the shard is gone for now | again, however often |
//! | 5xx for this event | again, up to `max_retries` times; then dropped: `max_retries` |
//! | any other status for this event | a dead letter, or dropped: `refused`; `dead_letter_refused` if the letter is refused as well |
//! | 413 for the request | smaller requests; an event that is too large alone is dropped: `too_large` |
//! | 401, 403, a certificate that is not trusted, no Elasticsearch | again, and the publisher is told that it will not end by itself |
//! | no answer, one that is cut or makes no sense, 429 or 5xx for the request | again |
//! | | without an index: dropped: `no_index` |
//!
//! # Limits
//!
//! They stand in [`limits`]. A request has one limit of time, `timeout`, from the connection to the end of the answer.
//!
//! # Left out
//!
//! HTTP/2; Kerberos; deletions (`op_type: delete`). Of several hosts without load balancing the next one is used when one fails, and
//! that one is stayed with while it works.
//!
//! # Example
//!
//! ```no_run
//! use packetbeat_elasticsearch::{Connection, Host, Login, Options, Selector, workers};
//!
//! let host = Host { url: "http://localhost:9200".to_owned(), login: Login::None };
//! let mut options = Options::new(Connection::new(vec![host]));
//! options.index = Selector::constant("packetbeat-0.1.0");
//! let mut worker = workers(&options)?.remove(0);
//! let delivery = worker.deliver(Vec::new());
//! assert_eq!(delivery.acknowledged, 0);
//! # Ok::<(), packetbeat_elasticsearch::Error>(())
//! ```
#![forbid(unsafe_code)]

mod action;
mod answer;
mod body;
mod client;
mod connection;
mod cut;
mod error;
mod identity;
pub mod limits;
mod options;
mod outcome;
mod refusals;
mod selector;
mod server;
mod target;
mod template;
mod worker;

pub use answer::Answer;
pub use body::Bodies;
pub use client::{Client, Method};
pub use connection::{Connection, Host, Login, Proxy};
pub use error::{Error, Kind};
pub use identity::Idempotent;
pub use options::{NonIndexable, OnConnect, Options};
pub use selector::{Rule, Selector};
pub use server::{Flavor, Server};
pub use template::{Part, Template};
pub use worker::workers;
