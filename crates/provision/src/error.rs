//! Why something could not be loaded.

use packetbeat_fields::TemplateError;

/// Why something could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There was no answer.
    #[error(transparent)]
    Client(#[from] packetbeat_elasticsearch::Error),
    /// The server refused.
    #[error("{request}: {reason}{advice}")]
    Refused {
        /// Verb and URL.
        request: String,
        /// Status of HTTP.
        status: u16,
        /// The server's words.
        reason: String,
        /// What to do, with a leading semicolon; empty where nobody knows.
        advice: String,
    },
    /// The fields make no template for this server.
    #[error(transparent)]
    Template(#[from] TemplateError),
}

impl Error {
    /// Whether trying again soon is of no use: rights, settings, versions.
    #[must_use]
    pub fn lasting(&self) -> bool {
        match self {
            Self::Client(error) => error.kind().lasting().is_some(),
            // Too many requests and time-outs are of the moment, as are the server's own troubles.
            Self::Refused { status, .. } => matches!(status, 400..500) && !matches!(status, 408 | 429),
            Self::Template(_) => true,
        }
    }
}
