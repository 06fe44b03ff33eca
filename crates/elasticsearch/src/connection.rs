//! How to reach servers, as the configuration says.

use std::time::Duration;

use packetbeat_keystore::Secret;

/// What is common to all requests. `Debug` shows no secret.
#[derive(Clone, Debug)]
pub struct Connection {
    /// The servers: one is used at a time; upon trouble with its connection, the next one.
    pub hosts: Vec<Host>,
    /// Parameters of the URL of bulk requests.
    pub parameters: Vec<(String, String)>,
    /// Header fields of all requests.
    pub headers: Vec<(String, Secret)>,
    /// Whether a proxy is used.
    pub proxy: Proxy,
    /// How long to wait for a connection and for an answer, sending included; 0: without end.
    pub timeout: Duration,
    /// How long a connection may be idle before it is not used any more; 0: without end.
    pub idle_timeout: Duration,
    /// gzip's level for bulk requests, 1 to 9; 0: not compressed.
    pub compression_level: u8,
    /// TLS; needed as soon as a host is `https`.
    pub tls: Option<packetbeat_tls::ClientConfig>,
    /// The section of the configuration, for messages: `output.elasticsearch`.
    pub setting: String,
}

impl Connection {
    /// To these servers; everything else as Packetbeat has it by default.
    #[must_use]
    pub fn new(hosts: Vec<Host>) -> Self {
        Self {
            hosts,
            parameters: Vec::new(),
            headers: Vec::new(),
            proxy: Proxy::Environment,
            timeout: Duration::from_secs(90),
            idle_timeout: Duration::from_secs(3),
            compression_level: 1,
            tls: None,
            setting: "output.elasticsearch".to_owned(),
        }
    }
}

/// One server, or a proxy in front of several.
#[derive(Clone, Debug)]
pub struct Host {
    /// `http://name:9200/path?parameters`, without credentials: it stands in messages.
    pub url: String,
    /// Who we say we are there.
    pub login: Login,
}

/// Who we say we are.
#[derive(Clone, Debug)]
pub enum Login {
    /// Nobody.
    None,
    /// `username` and `password`.
    Basic {
        /// The user's name.
        username: String,
        /// The password.
        password: Secret,
    },
    /// `api_key`: the key's id, a colon, and the key.
    ApiKey(Secret),
}

/// Between us and the servers.
#[derive(Clone, Debug)]
pub enum Proxy {
    /// What `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` say.
    Environment,
    /// None, whatever the environment says.
    Off,
    /// This one.
    Url {
        /// `http://user:password@name:port`.
        url: Secret,
        /// Header fields for the proxy alone.
        headers: Vec<(String, Secret)>,
    },
}
