//! Who is trusted.

use rustls::pki_types::{CertificateDer, TrustAnchor, UnixTime};
use webpki::anchor_from_trusted_cert;

use crate::certificate::Certificate;
use crate::error::{Error, Fault};
use crate::options::{Options, Verification};
use crate::pem;

/// The authorities that are trusted.
#[derive(Debug, Default)]
pub(crate) struct Roots {
    /// What chains may end in.
    pub(crate) anchors: Vec<TrustAnchor<'static>>,
    /// The certificates of the configuration; empty with the system's.
    pub(crate) configured: Vec<CertificateDer<'static>>,
}

impl Roots {
    /// Those of the configuration, those of the system without them, none where nothing is checked.
    pub(crate) fn load(options: &Options, notes: &mut Vec<String>) -> Result<Self, Error> {
        if options.verification == Verification::None {
            return Ok(Self::default());
        }
        if options.authorities.is_empty() {
            return Ok(Self::of_system(options, notes));
        }
        let key = "certificate_authorities";
        let mut roots = Self::default();
        let now = UnixTime::now();
        for source in &options.authorities {
            let fail = |fault: Fault| fault.at(&options.setting, key, source.shown());
            let bytes = pem::read(source).map_err(fail)?;
            for (index, der) in pem::certificates(&bytes).map_err(fail)?.into_iter().enumerate() {
                let bad = |reason: String| fail(Fault::BadCertificate { number: index + 1, reason });
                let anchor = anchor_from_trusted_cert(&der).map_err(|error| bad(error.to_string()))?;
                roots.anchors.push(anchor.to_owned());
                if let Some(seen) = Certificate::read(&der)
                    && seen.is_expired(now)
                {
                    notes.push(format!(
                        "{}.{key}: {}: the certificate of {} expired on {}",
                        options.setting,
                        source.shown(),
                        seen.subject,
                        seen.not_after
                    ));
                }
                roots.configured.push(der);
            }
        }
        Ok(roots)
    }

    fn of_system(options: &Options, notes: &mut Vec<String>) -> Self {
        let loaded = rustls_native_certs::load_native_certs();
        // A store of a system holds odd certificates; what cannot be an anchor is of no use, and no harm.
        let anchors: Vec<_> = loaded
            .certs
            .iter()
            .filter_map(|der| Some(anchor_from_trusted_cert(der).ok()?.to_owned()))
            .collect();
        if anchors.is_empty() {
            let why = loaded.errors.first().map(|error| format!(" ({error})")).unwrap_or_default();
            notes.push(format!(
                "this system has no certificates of authorities{why}: install them (ca-certificates), or set \
                 {}.certificate_authorities",
                options.setting
            ));
        }
        Self { anchors, configured: Vec::new() }
    }
}
