//! Why a server's certificate was refused, and what to do.

use std::fmt;

use rustls::pki_types::{CertificateDer, UnixTime};

use crate::certificate::{Certificate, hex, shown};
use crate::verify::Verifier;

/// The explanation of a refused certificate. It travels within the error of rustls
/// ([`explain`](crate::explain()) finds it there).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal(String);

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refusal {}

/// What the verifier found.
#[derive(Debug)]
pub(crate) enum Cause {
    /// The chain, or the certificate itself.
    Chain(webpki::Error),
    /// The name.
    Name,
    /// No public key of `ca_sha256`.
    Pin,
}

/// A refused connection.
pub(crate) struct Case<'a> {
    pub(crate) verifier: &'a Verifier,
    pub(crate) host: &'a str,
    pub(crate) leaf: &'a CertificateDer<'a>,
    pub(crate) others: &'a [CertificateDer<'a>],
    pub(crate) now: UnixTime,
}

impl Case<'_> {
    pub(crate) fn refusal(&self, cause: &Cause) -> Refusal {
        let Some(leaf) = Certificate::read(self.leaf) else {
            let why = match cause {
                Cause::Chain(error) => format!(" ({error})"),
                Cause::Name | Cause::Pin => String::new(),
            };
            return Refusal(format!("the certificate of {} cannot be decoded{why}", self.host));
        };
        Refusal(match cause {
            Cause::Name => self.name(&leaf),
            Cause::Pin => self.pin(&leaf),
            Cause::Chain(error) => self.chain(&leaf, error),
        })
    }

    fn name(&self, leaf: &Certificate) -> String {
        let (host, setting) = (self.host, &self.verifier.setting);
        let whose = self.whose(leaf);
        if leaf.names.is_empty() && leaf.common_name_is(host) {
            return format!(
                "{whose} has no subjectAltName, which verification_mode: strict demands; have it issued with one, or set \
                 {setting}.verification_mode: full"
            );
        }
        let names = leaf.valid_for();
        let advice = match leaf.names.len() {
            0 if leaf.common_name.is_none() => "have it issued for this name".to_owned(),
            0 | 1 => "connect by this name".to_owned(),
            _ => "connect by one of these names".to_owned(),
        };
        format!(
            "{whose} is valid for {names}, not for {host}: {advice}, or set {setting}.verification_mode: certificate"
        )
    }

    fn pin(&self, leaf: &Certificate) -> String {
        let keys: Vec<String> = std::iter::once(leaf.clone())
            .chain(self.sent())
            .map(|certificate| format!("{} {}", certificate.subject, base64(&certificate.pin)))
            .collect();
        format!(
            "{} is trusted, but no certificate of its chain has a public key of {}.ca_sha256; the server sent {}",
            self.whose(leaf),
            self.verifier.setting,
            keys.join(", ")
        )
    }

    fn chain(&self, leaf: &Certificate, error: &webpki::Error) -> String {
        use webpki::Error as E;
        let whose = self.whose(leaf);
        match error {
            E::CertExpired { .. } | E::CertNotValidYet { .. } => self.dates(leaf),
            E::CertNotValidForName(_) => self.name(leaf),
            E::UnknownIssuer | E::InvalidSignatureForPublicKey => self.issuer(leaf),
            E::CaUsedAsEndEntity => format!(
                "{whose} is an authority's own (CA:TRUE) and not trusted: {}{}",
                self.trust_it(leaf),
                self.dated(leaf)
            ),
            E::RequiredEkuNotFoundContext(_) => {
                format!("{whose} is not meant for servers: have it issued with extendedKeyUsage serverAuth")
            }
            E::UnsupportedCertVersion => format!(
                "{whose} is of X.509 version 1, which cannot hold what has to be checked: have it issued as version 3 (with \
                 a subjectAltName)"
            ),
            other => format!("{whose} is refused ({other})"),
        }
    }

    /// An expired or early certificate of the chain.
    fn dates(&self, leaf: &Certificate) -> String {
        let wrong = std::iter::once(leaf.clone())
            .chain(self.sent())
            .find(|certificate| certificate.is_expired(self.now) || certificate.is_early(self.now));
        let now = date(self.now);
        let Some(wrong) = wrong else {
            return format!("{} is not valid at this time, {now}", self.whose(leaf));
        };
        let whose = if wrong.sha256 == leaf.sha256 {
            self.whose(leaf)
        } else {
            format!("{} is signed through {}, whose certificate", self.whose(leaf), wrong.subject)
        };
        let (verb, what) = if wrong.is_expired(self.now) {
            (format!("expired on {}", wrong.not_after), "renew it on the server")
        } else {
            (format!("is not valid before {}", wrong.not_before), "wait until then")
        };
        format!(
            "{whose} {verb} (valid from {} to {}; this host's clock says {now}): {what}, or correct the clock",
            wrong.not_before, wrong.not_after
        )
    }

    /// Nobody who is trusted signed it.
    fn issuer(&self, leaf: &Certificate) -> String {
        let setting = &self.verifier.setting;
        let whose = self.whose(leaf);
        if let Some(wanted) = self.verifier.fingerprint
            && self.verifier.roots.configured.is_empty()
            && !self.authorities_sent(leaf).any(|certificate| certificate.sha256 == hex(&wanted))
        {
            let sent: Vec<String> = self
                .authorities_sent(leaf)
                .map(|certificate| format!("{} {}", certificate.subject, certificate.sha256))
                .collect();
            let sent = if sent.is_empty() {
                "it sent no authority's at all: set certificate_authorities instead".to_owned()
            } else {
                format!("it sent {}", sent.join(", "))
            };
            return format!(
                "{whose} is not trusted: no authority's certificate that the server sent has the fingerprint of \
                 {setting}.ca_trusted_fingerprint; {sent}"
            );
        }
        if leaf.self_issued {
            return format!(
                "{whose} is signed by itself and not trusted: {}{}",
                self.trust_it(leaf),
                self.dated(leaf)
            );
        }
        let top = self.top(leaf);
        let (missing, sent) = if top.self_issued { (&top.subject, true) } else { (&top.issuer, false) };
        let through = if top.sha256 == leaf.sha256 || top.subject == leaf.issuer {
            String::new()
        } else {
            format!(" (through {})", leaf.issuer)
        };
        let same_name = self
            .verifier
            .roots
            .configured
            .iter()
            .filter_map(Certificate::read)
            .any(|certificate| certificate.subject == *missing);
        if same_name {
            return format!(
                "{whose} says that {missing} signed it{through}; certificate_authorities has a certificate of that name, \
                 but with another key: get the one in use from the server"
            );
        }
        let by_fingerprint = if sent && top.is_ca {
            format!(
                ", or, after comparing it on the server, {setting}.ca_trusted_fingerprint: \"{}\"",
                top.sha256
            )
        } else {
            String::new()
        };
        format!(
            "{whose} is signed by {missing}{through}, which is not trusted: set {setting}.certificate_authorities to its \
             certificate{by_fingerprint}"
        )
    }

    /// How to trust a certificate that nobody else vouches for.
    fn trust_it(&self, leaf: &Certificate) -> String {
        let setting = &self.verifier.setting;
        let by_fingerprint = if leaf.is_ca {
            format!(
                ", or, after comparing it on the server, {setting}.ca_trusted_fingerprint: \"{}\"",
                leaf.sha256
            )
        } else {
            format!(" (its SHA-256 is {})", leaf.sha256)
        };
        format!("set {setting}.certificate_authorities to it{by_fingerprint}")
    }

    /// A remark where the time is wrong as well: the next error, told at once.
    fn dated(&self, leaf: &Certificate) -> String {
        if leaf.is_expired(self.now) { format!("; it expired on {}", leaf.not_after) } else { String::new() }
    }

    /// Follows the issuers through what the server sent, as far as they go.
    fn top(&self, leaf: &Certificate) -> Certificate {
        let sent: Vec<Certificate> = self.sent().collect();
        let mut top = leaf.clone();
        // Each step uses one certificate up, so a ring ends too.
        for _ in 0..sent.len() {
            if top.self_issued {
                break;
            }
            let Some(next) = sent.iter().find(|certificate| certificate.subject == top.issuer) else { break };
            top = next.clone();
        }
        top
    }

    fn sent(&self) -> impl Iterator<Item = Certificate> {
        self.others.iter().filter_map(Certificate::read)
    }

    fn authorities_sent(&self, leaf: &Certificate) -> impl Iterator<Item = Certificate> {
        std::iter::once(leaf.clone()).chain(self.sent()).filter(|certificate| certificate.is_ca)
    }

    fn whose(&self, leaf: &Certificate) -> String {
        let issuer = if leaf.self_issued { "itself".to_owned() } else { leaf.issuer.clone() };
        format!(
            "the certificate of {} ({}, issued by {issuer}, serial {})",
            shown(self.host),
            leaf.subject,
            shown(&leaf.serial)
        )
    }
}

/// RFC 3339 of a time, in seconds.
fn date(time: UnixTime) -> String {
    let since = std::time::Duration::from_secs(time.as_secs());
    x509_cert::der::DateTime::from_unix_duration(since)
        .map_or_else(|_| "beyond the year 9999".to_owned(), |date| date.to_string())
}

fn base64(bytes: &[u8]) -> String {
    use ::base64::Engine;
    ::base64::engine::general_purpose::STANDARD.encode(bytes)
}
