//! From `output.elasticsearch` to connections.

use packetbeat_config::{
    Elasticsearch, Format, FormatPart, Host, Kibana, Login, NonIndexable, Pem, Proxy, Select, Ssl,
    TlsVersion, Verification,
};
use packetbeat_elasticsearch as client;
use packetbeat_keystore::Secret;
use packetbeat_processors::Condition;
use packetbeat_publisher::Deliver;
use packetbeat_tls as tls;
use tracing::warn;

use crate::identity::Identity;
use crate::provision::on_connect;
use crate::target::Run;

/// The ways to the servers, one for each worker.
///
/// # Errors
/// A line: certificates and keys that cannot be used, hosts that are none.
pub(crate) fn outputs(options: &Elasticsearch, run: &Run<'_>) -> Result<Vec<Box<dyn Deliver>>, String> {
    let identity = run.identity;
    // A later run over the same file gives the same events their same ids; what is captured live comes once.
    let salt = if run.live { identity.ephemeral_id.clone().into_bytes() } else { Vec::new() };
    let idempotent = options
        .idempotent
        .then(|| client::Idempotent { salt, volatile: Some(identity.ephemeral_id.clone()) });
    let options = client::Options {
        connection: connection(options)?,
        workers: options.workers as usize,
        load_balance: options.load_balance,
        bulk_max_size: options.bulk_max_size.map(|size| size as usize),
        bulk_max_bytes: usize::try_from(options.bulk_max_bytes).unwrap_or(usize::MAX),
        max_retries: options.max_retries,
        escape_html: options.escape_html,
        index: selector(&options.index, identity),
        pipeline: selector(&options.pipeline, identity),
        non_indexable: match &options.non_indexable {
            NonIndexable::Drop => client::NonIndexable::Drop,
            NonIndexable::DeadLetter(index) => client::NonIndexable::DeadLetter(index.clone()),
        },
        idempotent,
        allow_older_versions: options.allow_older_versions,
        on_connect: Some(on_connect(run.config, run.kinds)?),
    };
    client::workers(&options).map_err(|error| error.to_string())
}

/// How the servers are reached.
///
/// # Errors
/// A line: certificates and keys that cannot be used.
pub(crate) fn connection(options: &Elasticsearch) -> Result<client::Connection, String> {
    let of = |host: &Host| client::Host {
        url: host.url(),
        login: login(host.login.as_ref().unwrap_or(&options.login)),
    };
    let hosts: Vec<client::Host> = options.hosts.iter().map(of).collect();
    let encrypted = hosts.iter().any(|host| host.url.starts_with("https:"));
    let tls = if encrypted { Some(tls(&options.ssl)?) } else { None };
    Ok(client::Connection {
        parameters: options.parameters.clone(),
        headers: options.headers.iter().map(|(name, value)| (name.clone(), secret(value))).collect(),
        proxy: match &options.proxy {
            Proxy::Environment => client::Proxy::Environment,
            Proxy::Off => client::Proxy::Off,
            Proxy::Url { url, headers } => client::Proxy::Url {
                url: secret(url),
                headers: headers.iter().map(|(name, value)| (name.clone(), secret(value))).collect(),
            },
        },
        timeout: options.timeout,
        idle_timeout: options.idle_connection_timeout,
        compression_level: options.compression_level,
        tls,
        setting: format!("output.{}", options.name),
        ..client::Connection::new(hosts)
    })
}

/// How Kibana is reached.
///
/// # Errors
/// As [`connection`].
pub(crate) fn kibana(kibana: &Kibana) -> Result<client::Connection, String> {
    let host = client::Host { url: kibana.host.url(), login: login(&kibana.login) };
    let tls = if host.url.starts_with("https:") { Some(tls(&kibana.ssl)?) } else { None };
    Ok(client::Connection {
        headers: kibana.headers.iter().map(|(name, value)| (name.clone(), secret(value))).collect(),
        timeout: kibana.timeout,
        tls,
        setting: "setup.kibana".to_owned(),
        ..client::Connection::new(vec![host])
    })
}

fn login(login: &Login) -> client::Login {
    match login {
        Login::None => client::Login::None,
        Login::Basic { username, password } => {
            client::Login::Basic { username: username.clone(), password: secret(password) }
        }
        Login::ApiKey(key) => client::Login::ApiKey(secret(key)),
    }
}

pub(crate) fn secret(secret: &packetbeat_config::Secret) -> Secret {
    Secret::from(secret.expose())
}

/// The TLS of a section; what the user should know of it is logged.
///
/// # Errors
/// A line: certificates and keys that cannot be used.
pub(crate) fn tls(ssl: &Ssl) -> Result<tls::ClientConfig, String> {
    let pem = |pem: &Pem| match pem {
        Pem::File(path) => tls::PemSource::Path(path.clone()),
        Pem::Inline(text) => tls::PemSource::Inline(Secret::from(text.as_str())),
    };
    let mut options = tls::Options::new(&ssl.name);
    options.verification = match ssl.verification {
        Verification::Full => tls::Verification::Full,
        Verification::Strict => tls::Verification::Strict,
        Verification::Certificate => tls::Verification::Certificate,
        Verification::None => tls::Verification::None,
    };
    options.authorities = ssl.authorities.iter().map(pem).collect();
    options.certificate = ssl.certificate.as_ref().map(pem);
    options.key = ssl.key.as_ref().map(pem);
    options.key_passphrase = ssl.key_passphrase.as_ref().map(secret);
    options.key_passphrase_path = ssl.key_passphrase_path.clone();
    options.ca_sha256 = ssl.ca_sha256.clone();
    options.ca_trusted_fingerprint = ssl.ca_trusted_fingerprint.clone();
    let version = |version: &TlsVersion| match version {
        TlsVersion::V1_2 => "TLSv1.2".to_owned(),
        TlsVersion::V1_3 => "TLSv1.3".to_owned(),
    };
    options.versions = ssl.versions.iter().map(version).collect();
    options.cipher_suites = ssl.cipher_suites.clone();
    options.curves = ssl.curves.clone();
    let tls::Client { config, notes } = tls::client_config(&options).map_err(|error| error.to_string())?;
    if ssl.verification == Verification::None {
        warn!("{}.verification_mode: none: whoever answers is believed", ssl.name);
    }
    for note in notes {
        warn!("{note}");
    }
    Ok(config)
}

/// What is the same in all events of the run stands as text: only what differs costs a look into the event.
fn selector(select: &Select, identity: &Identity) -> client::Selector {
    let rules = select.rules.iter().map(|rule| client::Rule {
        when: rule.when.as_ref().and_then(Condition::read),
        name: template(&rule.name, identity),
        mappings: rule.mappings.clone(),
        otherwise: rule.otherwise.clone(),
    });
    client::Selector {
        rules: rules.collect(),
        otherwise: select.otherwise.as_ref().map(|format| template(format, identity)),
    }
}

fn template(format: &Format, identity: &Identity) -> client::Template {
    let parts = format.parts().iter().map(|part| match part {
        FormatPart::Text(text) => client::Part::Text(text.clone()),
        FormatPart::Time(pattern) => client::Part::Date(pattern.clone()),
        FormatPart::Field { path, default } => match identity.constant(path) {
            Some(text) => client::Part::Text(text.to_owned()),
            None => client::Part::Field { name: path.clone(), default: default.clone() },
        },
    });
    client::Template::new(parts.collect())
}
