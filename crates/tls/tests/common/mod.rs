//! Certificates made for a test, and a server of rustls on the loopback that presents them.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use packetbeat_tls::{Options, PemSource, client_config, explain};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::WebPkiClientVerifier;
use rustls::{ClientConnection, RootCertStore, ServerConfig, ServerConnection, StreamOwned};

/// The section that the tests speak of.
pub const SECTION: &str = "output.elasticsearch.ssl";

/// Where a certificate comes from.
pub struct Authority {
    pub pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    pub fn new(name: &str) -> Self {
        let params = authority(name);
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Self { pem, issuer: Issuer::new(params, key) }
    }

    /// An authority below this one.
    pub fn below(&self, name: &str) -> Self {
        let params = authority(name);
        let key = KeyPair::generate().unwrap();
        let pem = params.signed_by(&key, &self.issuer).unwrap().pem();
        Self { pem, issuer: Issuer::new(params, key) }
    }

    /// A certificate and its key, both in PEM.
    pub fn issue(&self, params: &CertificateParams) -> Identity {
        let key = KeyPair::generate().unwrap();
        Identity { chain: params.signed_by(&key, &self.issuer).unwrap().pem(), key: key.serialize_pem() }
    }
}

fn authority(name: &str) -> CertificateParams {
    let mut params = named(name, &[]);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    params
}

/// A certificate with its chain, and its key, in PEM.
#[derive(Clone)]
pub struct Identity {
    pub chain: String,
    pub key: String,
}

/// What a certificate with this common name and these alternative names is made of.
pub fn named(common_name: &str, names: &[&str]) -> CertificateParams {
    let mut params =
        CertificateParams::new(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()).unwrap();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, common_name);
    params
}

/// A certificate that signs itself.
pub fn self_signed(params: &CertificateParams) -> Identity {
    let key = KeyPair::generate().unwrap();
    Identity { chain: params.self_signed(&key).unwrap().pem(), key: key.serialize_pem() }
}

pub fn certificates(pem: &str) -> Vec<CertificateDer<'static>> {
    CertificateDer::pem_slice_iter(pem.as_bytes()).map(Result::unwrap).collect()
}

/// What a server does beyond presenting a certificate.
#[derive(Default, Clone)]
pub struct Server {
    /// The authority (PEM) of certificates that it asks clients for.
    pub wants: Option<String>,
    pub tls12_only: bool,
    pub no_tls: bool,
}

/// One connection: what the client read, or why it failed, as text.
pub fn connect(
    identity: &Identity,
    server: &Server,
    options: &Options,
    host: &str,
) -> Result<String, String> {
    let client = client_config(options).map_err(|error| error.to_string())?;
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let config = (!server.no_tls).then(|| server_config(identity, server));
    let served = thread::spawn(move || serve(&listener, config));

    let outcome = exchange(client.config, address, host)
        .map_err(|error| explain(&error, SECTION).unwrap_or(error.to_string()));
    served.join().unwrap();
    outcome
}

fn exchange(
    config: rustls::ClientConfig,
    address: std::net::SocketAddr,
    host: &str,
) -> std::io::Result<String> {
    let stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    let name = ServerName::try_from(host.to_owned()).unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).map_err(std::io::Error::other)?;
    let mut stream = StreamOwned::new(connection, stream);
    stream.write_all(b"hello")?;
    let mut answer = [0; 5];
    stream.read_exact(&mut answer)?;
    Ok(String::from_utf8(answer.to_vec()).unwrap())
}

fn server_config(identity: &Identity, server: &Server) -> ServerConfig {
    let provider = Arc::new(ring::default_provider());
    let versions: &[&rustls::SupportedProtocolVersion] =
        if server.tls12_only { &[&rustls::version::TLS12] } else { rustls::ALL_VERSIONS };
    let builder =
        ServerConfig::builder_with_provider(provider.clone()).with_protocol_versions(versions).unwrap();
    let builder = match &server.wants {
        Some(authority) => {
            let mut roots = RootCertStore::empty();
            certificates(authority).into_iter().for_each(|certificate| roots.add(certificate).unwrap());
            let verifier =
                WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
            builder.with_client_cert_verifier(verifier)
        }
        None => builder.with_no_client_auth(),
    };
    let key = PrivateKeyDer::from_pem_slice(identity.key.as_bytes()).unwrap();
    builder.with_single_cert(certificates(&identity.chain), key).unwrap()
}

fn serve(listener: &TcpListener, config: Option<ServerConfig>) {
    let (mut stream, _) = listener.accept().unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut heard = [0; 5];
    let Some(config) = config else {
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
        let _ = stream.read_to_end(&mut Vec::new());
        return;
    };
    // The client may refuse: that is what many of the tests are about.
    let mut connection = StreamOwned::new(ServerConnection::new(Arc::new(config)).unwrap(), stream);
    if connection.read_exact(&mut heard).is_ok() {
        connection.write_all(&heard).unwrap();
    }
    connection.conn.send_close_notify();
    let _ = connection.flush();
    // The alert must arrive before the connection is reset by what was not read.
    let _ = connection.sock.shutdown(std::net::Shutdown::Write);
    let _ = std::io::copy(&mut connection.sock, &mut std::io::sink());
}

/// Options that trust an authority, in PEM.
pub fn trusting(pem: &str) -> Options {
    Options { authorities: vec![PemSource::of(pem)], ..Options::new(SECTION) }
}
