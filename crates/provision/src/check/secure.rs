//! The step TLS.

use std::io::Write;
use std::net::TcpStream;
use std::sync::Arc;

use packetbeat_elasticsearch::Connection;
use reqwest::Url;
use rustls::pki_types::ServerName;
use rustls::{ClientConnection, ProtocolVersion, StreamOwned};

use super::{Failed, Report};

/// Shakes hands and says what came of it.
pub(super) fn handshake(
    connection: &Connection,
    url: &Url,
    stream: TcpStream,
    report: &mut Report,
) -> Result<(), Failed> {
    let setting = &connection.setting;
    let Some(tls) = &connection.tls else {
        return report.stop(2, "handshake", format!("no TLS is configured: set {setting}.ssl"));
    };
    let host = url.host_str().unwrap_or_default();
    let name = match ServerName::try_from(host.trim_start_matches('[').trim_end_matches(']').to_owned()) {
        Ok(name) => name,
        Err(error) => return report.stop(2, "handshake", format!("{host}: {error}")),
    };
    let secured = ClientConnection::new(Arc::new(tls.clone()), name).map_err(std::io::Error::other).and_then(
        |client| {
            let mut stream = StreamOwned::new(client, stream);
            // Until the handshake is over, flushing carries it on.
            while stream.conn.is_handshaking() {
                stream.conn.complete_io(&mut stream.sock)?;
            }
            stream.flush()?;
            Ok(stream.conn)
        },
    );
    match secured {
        Ok(client) => {
            report.ok(2, "handshake", ());
            if let Some(version) = client.protocol_version() {
                report.info(2, "TLS version", version_name(version));
            }
            if let Some(suite) = client.negotiated_cipher_suite() {
                report.info(2, "cipher suite", format!("{:?}", suite.suite()));
            }
            Ok(())
        }
        Err(error) => {
            let why = packetbeat_tls::explain(&error, &format!("{setting}.ssl"))
                .unwrap_or_else(|| format!("{error}: does the server speak TLS on this port?"));
            report.stop(2, "handshake", why)
        }
    }
}

fn version_name(version: ProtocolVersion) -> String {
    match version {
        ProtocolVersion::TLSv1_2 => "TLSv1.2".to_owned(),
        ProtocolVersion::TLSv1_3 => "TLSv1.3".to_owned(),
        other => format!("{other:?}"),
    }
}
