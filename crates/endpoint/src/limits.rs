//! What a client can take of the program.

use std::time::Duration;

/// Connections at once. Beyond it a client gets 503 and is closed.
pub const CONNECTIONS: usize = 64;

/// Bytes of a request's head. Beyond it: 431.
pub const HEAD_BYTES: usize = 16 * 1024;

/// Header fields of a request. Beyond it: 431.
pub const HEADERS: usize = 64;

/// How long a connection may take to send a request's head, and how long it may be idle. Beyond it: closed.
pub const HEAD_TIME: Duration = Duration::from_secs(10);

/// How long a connection may live. Beyond it the answer on its way is the last.
pub const LIFE: Duration = Duration::from_secs(60);

/// How long the last answer may take to be read. Beyond it: closed.
pub const LAST_ANSWER: Duration = Duration::from_secs(10);

/// How long answers on their way may take when the program ends.
pub const STOP: Duration = Duration::from_millis(500);

/// How long the program waits at its end for the endpoint to be closed. Beyond it: its thread is left behind.
pub const STOP_ALL: Duration = Duration::from_millis(1000);

/// Length of a CPU profile, in seconds. Beyond it: 400.
pub const PROFILE_SECONDS: u64 = 300;

/// Addresses of one configured name that are listened on. Further ones are left out.
pub const ADDRESSES: usize = 8;
