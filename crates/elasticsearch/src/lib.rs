//! Output.
#![forbid(unsafe_code)]

mod answer;
mod client;
mod connection;
mod error;
pub mod limits;
mod server;
mod target;

pub use answer::Answer;
pub use client::{Client, Method};
pub use connection::{Connection, Host, Login, Proxy, Tls};
pub use error::{Error, Kind};
pub use server::{Flavor, Server};
