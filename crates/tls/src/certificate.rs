//! What a certificate says of itself, as text for errors.
//!
//! A server's certificate is hostile: it is decoded by a strict decoder, names are cut and their control characters
//! replaced.

use std::fmt::Write;
use std::net::IpAddr;
use std::time::Duration;

use rustls::pki_types::{CertificateDer, UnixTime};
use sha2::{Digest, Sha256};
use x509_cert::certificate::{CertificateInner, Raw};
use x509_cert::der::{Decode, Encode};
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{BasicConstraints, SubjectAltName};
use x509_cert::time::Time;

use crate::limits::{MAX_NAME_SHOWN, MAX_NAMES_SHOWN};

/// A certificate, read.
#[derive(Clone, Debug)]
pub(crate) struct Certificate {
    /// Whose it is, RFC 4514.
    pub(crate) subject: String,
    /// Who signed it.
    pub(crate) issuer: String,
    /// Whether subject and issuer are the same.
    pub(crate) self_issued: bool,
    /// The serial number in hexadecimal.
    pub(crate) serial: String,
    /// SHA-256 of the whole in hexadecimal.
    pub(crate) sha256: String,
    /// Base64 of the SHA-256 of its public key, as in `ca_sha256`.
    pub(crate) pin: [u8; 32],
    /// DNS names and addresses of `subjectAltName`.
    pub(crate) names: Vec<String>,
    /// Its common name, if it has one.
    pub(crate) common_name: Option<String>,
    /// Whether it is an authority's.
    pub(crate) is_ca: bool,
    /// When it begins to hold, RFC 3339.
    pub(crate) not_before: String,
    /// When it ceases to hold, RFC 3339.
    pub(crate) not_after: String,
    begin: Duration,
    end: Duration,
}

impl Certificate {
    /// Reads it; `None` if it cannot be decoded.
    pub(crate) fn read(der: &CertificateDer<'_>) -> Option<Self> {
        let certificate = CertificateInner::<Raw>::from_der(der).ok()?;
        let inner = certificate.tbs_certificate();
        let validity = inner.validity();
        let common_name = inner.subject().common_name().ok().flatten();
        let names = inner
            .get_extension::<SubjectAltName>()
            .ok()
            .flatten()
            .map_or_else(Vec::new, |(_, names)| names.0.iter().filter_map(alternative).collect());
        let is_ca = inner
            .get_extension::<BasicConstraints>()
            .ok()
            .flatten()
            .is_some_and(|(_, constraints)| constraints.ca);
        Some(Self {
            subject: shown_name(&inner.subject().to_string()),
            issuer: shown_name(&inner.issuer().to_string()),
            self_issued: inner.subject() == inner.issuer(),
            serial: hex(inner.serial_number().as_bytes()),
            sha256: hex(&sha256(der)),
            pin: sha256(&inner.subject_public_key_info().to_der().ok()?),
            names,
            common_name: common_name.map(|name| name.value().into_owned()),
            is_ca,
            not_before: date(validity.not_before),
            not_after: date(validity.not_after),
            begin: validity.not_before.to_unix_duration(),
            end: validity.not_after.to_unix_duration(),
        })
    }

    /// Whether its time is over.
    pub(crate) fn is_expired(&self, now: UnixTime) -> bool {
        now.as_secs() > self.end.as_secs()
    }

    /// Whether its time has not come.
    pub(crate) fn is_early(&self, now: UnixTime) -> bool {
        now.as_secs() < self.begin.as_secs()
    }

    /// The names it is valid for, as a text.
    pub(crate) fn valid_for(&self) -> String {
        let mut names: Vec<String> =
            self.names.iter().take(MAX_NAMES_SHOWN).map(|name| shown(name)).collect();
        if self.names.len() > MAX_NAMES_SHOWN {
            names.push(format!("{} more", self.names.len() - MAX_NAMES_SHOWN));
        }
        if names.is_empty() {
            names.extend(self.common_name.as_deref().map(shown));
        }
        if names.is_empty() { "no name at all".to_owned() } else { names.join(", ") }
    }

    /// Whether its common name is this name, as was usual before `subjectAltName`.
    pub(crate) fn common_name_is(&self, host: &str) -> bool {
        let Some(name) = self.common_name.as_deref() else { return false };
        if let (Ok(name), Ok(host)) = (name.parse::<IpAddr>(), host.parse::<IpAddr>()) {
            return name == host;
        }
        let host = host.trim_end_matches('.');
        match name.strip_prefix("*.") {
            Some(rest) => host.split_once('.').is_some_and(|(first, parent)| {
                !first.is_empty() && parent.contains('.') && parent.eq_ignore_ascii_case(rest)
            }),
            None => name.eq_ignore_ascii_case(host),
        }
    }
}

fn alternative(name: &GeneralName) -> Option<String> {
    match name {
        GeneralName::DnsName(name) => Some(name.as_str().to_owned()),
        GeneralName::IpAddress(bytes) => match bytes.as_bytes() {
            bytes if bytes.len() == 4 => {
                <[u8; 4]>::try_from(bytes).ok().map(|bytes| IpAddr::from(bytes).to_string())
            }
            bytes => <[u8; 16]>::try_from(bytes).ok().map(|bytes| IpAddr::from(bytes).to_string()),
        },
        _ => None,
    }
}

fn date(time: Time) -> String {
    time.to_date_time().to_string()
}

/// A distinguished name for people; one without attributes is said to be empty.
fn shown_name(name: &str) -> String {
    if name.is_empty() { "a subject without name".to_owned() } else { shown(name) }
}

/// A text of a certificate, safe to print.
pub(crate) fn shown(text: &str) -> String {
    let mut shown: String = text
        .chars()
        .take(MAX_NAME_SHOWN)
        .map(|character| if character.is_control() { '\u{fffd}' } else { character })
        .collect();
    if text.chars().nth(MAX_NAME_SHOWN).is_some() {
        shown.push('…');
    }
    shown
}

/// SHA-256.
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Hexadecimal in capitals, as Beats and openssl write fingerprints.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a `String` does not fail.
        let _ = write!(text, "{byte:02X}");
        text
    })
}
