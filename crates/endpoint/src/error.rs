//! What can be wrong when the endpoint starts.

use std::io;
use std::path::PathBuf;

/// Why the endpoint did not start. Each message names the setting and what to do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// `npipe://` somewhere else than on Windows.
    #[error(
        "http.host: {0:?} is a named pipe, which only Windows has; \
         use a name, an address or unix:///path/to/socket"
    )]
    NamedPipe(String),
    /// A host that is none of the forms.
    #[error("http.host: {host:?} {problem}; use a name, an address or unix:///path/to/socket")]
    Host {
        /// As it was configured.
        host: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// A name without address.
    #[error("http.host: {host:?} has no address: {source}")]
    Resolve {
        /// The name.
        host: String,
        /// What the resolver says.
        source: io::Error,
    },
    /// An address that cannot be listened on.
    #[error("the HTTP endpoint cannot listen on {address}: {source}; choose another http.host or http.port")]
    Bind {
        /// Address and port.
        address: String,
        /// What the system says.
        source: io::Error,
    },
    /// A socket that somebody listens on.
    #[error("{}: another program listens on this socket; stop it or choose another path in http.host", .0.display())]
    InUse(PathBuf),
    /// A file of another kind where the socket should be.
    #[error("{}: there is a file that is no socket; remove it or choose another path in http.host", .0.display())]
    NoSocket(PathBuf),
    /// A Unix socket that cannot be made.
    #[error("{}: cannot make this socket: {source}; choose another path in http.host", path.display())]
    Socket {
        /// Its path.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// No thread or no runtime.
    #[error("the HTTP endpoint did not start: {0}")]
    Thread(#[source] io::Error),
}
