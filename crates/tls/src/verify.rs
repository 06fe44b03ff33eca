//! The verifier of servers.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, TrustAnchor, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, OtherError, SignatureScheme};
use webpki::{EndEntityCert, KeyUsage, VerifiedPath, anchor_from_trusted_cert};

use crate::certificate::{Certificate, sha256};
use crate::options::Verification;
use crate::refusal::{Case, Cause};
use crate::roots::Roots;

/// The DER tag of a SEQUENCE.
const SEQUENCE: u8 = 0x30;

/// Checks what a server presents, by the rules of the crate's documentation.
#[derive(Debug)]
pub(crate) struct Verifier {
    /// The name of the `ssl` section, for errors.
    pub(crate) setting: String,
    pub(crate) verification: Verification,
    pub(crate) roots: Roots,
    /// SHA-256 of an authority's certificate.
    pub(crate) fingerprint: Option<[u8; 32]>,
    /// SHA-256 of public keys.
    pub(crate) pins: Vec<[u8; 32]>,
    /// What is expected in place of the name connected to.
    pub(crate) name: Option<ServerName<'static>>,
    pub(crate) algorithms: WebPkiSupportedAlgorithms,
}

impl Verifier {
    fn check(
        &self,
        leaf: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        now: UnixTime,
    ) -> Result<(), Cause> {
        let end = EndEntityCert::try_from(leaf).map_err(Cause::Chain)?;
        let found = self.found_by_fingerprint(leaf, others);
        let added;
        let anchors = match found.map(anchor_from_trusted_cert) {
            Some(Ok(anchor)) => {
                added = self.roots.anchors.iter().cloned().chain([anchor]).collect::<Vec<_>>();
                &added
            }
            Some(Err(_)) | None => &self.roots.anchors,
        };
        let path = end.verify_for_usage(
            self.algorithms.all,
            anchors,
            others,
            now,
            KeyUsage::server_auth(),
            None,
            None,
        );
        match path {
            Ok(path) => self.check_pins(leaf, Some(&path))?,
            // Trusted by itself: a chain of one. webpki has checked its dates by then.
            Err(webpki::Error::CaUsedAsEndEntity)
                if found == Some(leaf) || self.roots.configured.contains(leaf) =>
            {
                self.check_pins(leaf, None)?;
            }
            Err(error) => return Err(Cause::Chain(error)),
        }
        self.check_name(&end, leaf, name)
    }

    /// The authority's certificate that `ca_trusted_fingerprint` names, if the server sent it.
    fn found_by_fingerprint<'a>(
        &self,
        leaf: &'a CertificateDer<'a>,
        others: &'a [CertificateDer<'a>],
    ) -> Option<&'a CertificateDer<'a>> {
        let wanted = self.fingerprint?;
        std::iter::once(leaf).chain(others).find(|der| {
            sha256(der) == wanted && Certificate::read(der).is_some_and(|certificate| certificate.is_ca)
        })
    }

    fn check_pins(&self, leaf: &CertificateDer<'_>, path: Option<&VerifiedPath<'_>>) -> Result<(), Cause> {
        if self.pins.is_empty() {
            return Ok(());
        }
        let pinned = |der: &CertificateDer<'_>| {
            Certificate::read(der).is_some_and(|certificate| self.pins.contains(&certificate.pin))
        };
        let found = pinned(leaf)
            || path.is_some_and(|path| {
                path.intermediate_certificates().any(|certificate| pinned(&certificate.der()))
                    || self.pins.contains(&anchor_pin(path.anchor()))
            });
        if found { Ok(()) } else { Err(Cause::Pin) }
    }

    fn check_name(
        &self,
        end: &EndEntityCert<'_>,
        leaf: &CertificateDer<'_>,
        name: &ServerName<'_>,
    ) -> Result<(), Cause> {
        if self.verification == Verification::Certificate
            || end.verify_is_valid_for_subject_name(name).is_ok()
        {
            return Ok(());
        }
        let by_common_name = self.verification == Verification::Full
            && Certificate::read(leaf).is_some_and(|certificate| {
                certificate.names.is_empty() && certificate.common_name_is(&name.to_str())
            });
        if by_common_name { Ok(()) } else { Err(Cause::Name) }
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if self.verification == Verification::None {
            return Ok(ServerCertVerified::assertion());
        }
        let expected = self.name.as_ref().unwrap_or(server_name);
        self.check(end_entity, intermediates, expected, now)
            .map(|()| ServerCertVerified::assertion())
            .map_err(|cause| {
                let host = expected.to_str();
                let case = Case { verifier: self, host: &host, leaf: end_entity, others: intermediates, now };
                let refusal = Arc::new(case.refusal(&cause));
                rustls::Error::InvalidCertificate(CertificateError::Other(OtherError(refusal)))
            })
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        // Who believes anybody gains nothing by knowing that the holder of some key speaks; and odd certificates cannot be read.
        if self.verification == Verification::None {
            return Ok(HandshakeSignatureValid::assertion());
        }
        verify_tls12_signature(message, cert, dss, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        if self.verification == Verification::None {
            return Ok(HandshakeSignatureValid::assertion());
        }
        verify_tls13_signature(message, cert, dss, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

/// SHA-256 of an anchor's `SubjectPublicKeyInfo`, of which webpki keeps the content: its head is put back (X.690, 8.1).
fn anchor_pin(anchor: &TrustAnchor<'_>) -> [u8; 32] {
    let content = anchor.subject_public_key_info.as_ref();
    let length = content.len().to_be_bytes();
    let significant: Vec<u8> = length.iter().copied().skip_while(|byte| *byte == 0).collect();
    let mut whole = vec![SEQUENCE];
    match (u8::try_from(content.len()), u8::try_from(significant.len())) {
        (Ok(short @ ..0x80), _) => whole.push(short),
        (_, Ok(octets)) => {
            whole.push(0x80 | octets);
            whole.extend(significant);
        }
        // A length has at most eight octets.
        (_, Err(_)) => {}
    }
    whole.extend(content);
    sha256(&whole)
}

#[cfg(test)]
mod tests {
    use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
    use rustls::crypto::ring;
    use std::time::Duration;

    use super::*;

    /// Each byte of a server's certificate is changed in turn: none is accepted, each refusal can be told.
    #[test]
    fn a_changed_certificate_is_refused_with_a_reason() {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, "my-ca");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let ca = params.self_signed(&key).unwrap();
        let issuer = Issuer::new(params, key);
        let mut params = CertificateParams::new(vec!["node1".to_owned(), "10.0.0.7".to_owned()]).unwrap();
        params.distinguished_name.push(DnType::CommonName, "node1");
        let node = params.signed_by(&KeyPair::generate().unwrap(), &issuer).unwrap().der().to_vec();

        let verifier = Verifier {
            setting: "output.x.ssl".to_owned(),
            verification: Verification::Full,
            roots: Roots {
                anchors: vec![anchor_from_trusted_cert(ca.der()).unwrap().to_owned()],
                configured: vec![ca.der().clone()],
            },
            fingerprint: Some(sha256(&node)),
            pins: vec![[0; 32]],
            name: None,
            algorithms: ring::default_provider().signature_verification_algorithms,
        };
        let name = ServerName::try_from("node1").unwrap();
        let now = UnixTime::since_unix_epoch(Duration::from_secs(1_800_000_000));
        let refusal = |bytes: &[u8]| {
            let leaf = CertificateDer::from(bytes);
            let outcome = verifier.verify_server_cert(&leaf, std::slice::from_ref(&leaf), &name, &[], now);
            let text = outcome.unwrap_err().to_string();
            assert!(text.len() < 4000 && !text.contains(char::is_control), "{text:?}");
            text
        };
        // Unchanged, it lacks nothing but the pin.
        assert!(refusal(&node).contains("ca_sha256"));
        for at in 0..node.len() {
            for change in [0x01, 0x80, 0xff] {
                let mut changed = node.clone();
                changed[at] ^= change;
                assert!(!refusal(&changed).contains("ca_sha256"), "byte {at}");
            }
            refusal(&node[..at]);
        }
    }
}
