//! Files and texts of certificates.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::{Error as PemError, PemObject};
use zeroize::Zeroizing;

use crate::error::Fault;
use crate::limits::MAX_PEM_BYTES;
use crate::options::PemSource;

/// The bytes of a source; overwritten when dropped, because they may be a key.
pub(crate) fn read(source: &PemSource) -> Result<Zeroizing<Vec<u8>>, Fault> {
    match source {
        PemSource::Path(path) => read_file(path, MAX_PEM_BYTES),
        PemSource::Inline(text) => Ok(Zeroizing::new(text.bytes().to_vec())),
    }
}

/// A file of at most `limit` bytes.
pub(crate) fn read_file(path: &Path, limit: u64) -> Result<Zeroizing<Vec<u8>>, Fault> {
    let file = File::open(path).map_err(Fault::Read)?;
    let length = file.metadata().map_err(Fault::Read)?.len();
    if length > limit {
        return Err(Fault::TooLong(limit));
    }
    // Room for all of it at once: a buffer that grows leaves copies behind.
    let room = usize::try_from(length).map_err(|_| Fault::Read(io::ErrorKind::FileTooLarge.into()))?;
    let mut bytes = Zeroizing::new(Vec::with_capacity(room.saturating_add(1)));
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(Fault::Read)?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > limit {
        return Err(Fault::TooLong(limit));
    }
    Ok(bytes)
}

/// The certificates of a PEM text, at least one.
pub(crate) fn certificates(bytes: &[u8]) -> Result<Vec<CertificateDer<'static>>, Fault> {
    let mut found = Vec::new();
    for certificate in CertificateDer::pem_slice_iter(bytes) {
        match certificate {
            Ok(certificate) => found.push(certificate),
            Err(reason) => {
                return Err(Fault::BadCertificate { number: found.len() + 1, reason: said(&reason) });
            }
        }
    }
    if found.is_empty() {
        return Err(Fault::NoCertificate(instead(bytes, "PRIVATE KEY", "; this is a key")));
    }
    Ok(found)
}

/// A remark, if the text holds something else that is often taken for what was wanted.
pub(crate) fn instead(bytes: &[u8], what: &str, remark: &'static str) -> &'static str {
    let text = String::from_utf8_lossy(bytes);
    if text.contains("-----BEGIN ") {
        if text.contains(&format!("{what}-----")) { remark } else { "" }
    } else if bytes.first() == Some(&0x30) {
        "; this seems to be DER: convert it with openssl (-inform DER)"
    } else {
        ""
    }
}

/// The reason of a PEM error, without the structure that `Debug` shows.
pub(crate) fn said(error: &PemError) -> String {
    match error {
        PemError::MissingSectionEnd { .. } => "its last line is missing".to_owned(),
        PemError::Base64Decode(_) => "its text is not base64".to_owned(),
        other => other.to_string(),
    }
}
