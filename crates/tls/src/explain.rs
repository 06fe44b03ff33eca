//! Finding the reason in an error that a client of HTTP, Kafka or whatever speaks TLS hands up.

use std::error::Error as StdError;
use std::io;

use rustls::{AlertDescription, CertificateError, Error as TlsError, InvalidMessage};

use crate::refusal::Refusal;

/// How deep errors are looked into; libraries nest five or six.
const DEPTH: usize = 32;

/// Says what went wrong with TLS and what to do, if TLS is what failed; `setting` is the name of the `ssl` section.
///
/// The error may be one of rustls, an [`io::Error`] that holds one, or anything that has one of those among its sources.
#[must_use]
pub fn explain(error: &(dyn StdError + 'static), setting: &str) -> Option<String> {
    let error = find(error)?;
    if let Some(refusal) = refused(error) {
        return Some(refusal.to_string());
    }
    Some(match error {
        TlsError::AlertReceived(alert) => alerted(*alert, setting),
        TlsError::InvalidMessage(
            InvalidMessage::InvalidContentType | InvalidMessage::UnknownProtocolVersion,
        ) => "the server does not speak TLS on this port: use http:// or another port".to_owned(),
        TlsError::PeerIncompatible(reason) => format!(
            "nothing that both sides can do ({reason:?}): look at {setting}.supported_protocols, cipher_suites and curve_types"
        ),
        other => format!("TLS failed: {other}"),
    })
}

/// The refusal of a server's certificate within an error, if that is what it is.
#[must_use]
pub fn refusal<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a Refusal> {
    refused(find(error)?)
}

fn refused(error: &TlsError) -> Option<&Refusal> {
    match error {
        TlsError::InvalidCertificate(CertificateError::Other(other)) => other.0.downcast_ref(),
        _ => None,
    }
}

fn find<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a TlsError> {
    let mut next = Some(error);
    for _ in 0..DEPTH {
        let error = next?;
        if let Some(found) = error.downcast_ref::<TlsError>() {
            return Some(found);
        }
        // What an `io::Error` wraps is not among its sources.
        next = match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    None
}

fn alerted(alert: AlertDescription, setting: &str) -> String {
    use AlertDescription as A;
    match alert {
        A::CertificateRequired => {
            format!("the server wants a certificate of ours: set {setting}.certificate and {setting}.key")
        }
        A::BadCertificate
        | A::UnknownCA
        | A::CertificateUnknown
        | A::UnsupportedCertificate
        | A::AccessDenied => format!(
            "the server refuses our certificate or misses one ({alert:?}): {setting}.certificate must be signed by an \
             authority that the server trusts"
        ),
        A::CertificateExpired | A::CertificateRevoked => {
            format!("the server refuses our certificate ({alert:?}): renew {setting}.certificate")
        }
        A::ProtocolVersion | A::HandshakeFailure | A::InsufficientSecurity => format!(
            "the server finds nothing that both sides can do, or wants a certificate of ours ({alert:?}): look at \
             {setting}.supported_protocols, cipher_suites, curve_types and certificate"
        ),
        other => format!("the server ended the TLS handshake ({other:?})"),
    }
}
