//! Private keys.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use packetbeat_keystore::Secret;
use pkcs8::EncryptedPrivateKeyInfoRef;
use rustls::pki_types::pem::{Error as PemError, PemObject};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use zeroize::Zeroizing;

use crate::error::Fault;
use crate::pem::{instead, said};

const BEGIN: &str = "-----BEGIN ENCRYPTED PRIVATE KEY-----";
const END: &str = "-----END ENCRYPTED PRIVATE KEY-----";

/// The first key of a PEM text: PKCS#8 (RFC 5958), also encrypted (RFC 8018), PKCS#1 (RFC 8017) or SEC1 (RFC 5915).
///
/// `section` is the name of the `ssl` section, for errors.
pub(crate) fn private_key(
    bytes: &[u8],
    passphrase: Option<&Secret>,
    section: &str,
) -> Result<PrivateKeyDer<'static>, Fault> {
    let text = std::str::from_utf8(bytes).map_err(|_| Fault::NoKey(instead(bytes, "CERTIFICATE", "")))?;
    if let Some((_, rest)) = text.split_once(BEGIN) {
        let passphrase = passphrase.ok_or_else(|| Fault::Encrypted(section.to_owned()))?;
        return decrypt(rest, passphrase, section);
    }
    if text.contains("Proc-Type: 4,ENCRYPTED") {
        return Err(Fault::OldEncryption("the traditional one of OpenSSL, RFC 1421".to_owned()));
    }
    PrivateKeyDer::from_pem_slice(bytes).map_err(|error| match error {
        PemError::NoItemsFound => Fault::NoKey(instead(bytes, "CERTIFICATE", "; this is a certificate")),
        other => Fault::BadKey(said(&other)),
    })
}

fn decrypt(text: &str, passphrase: &Secret, section: &str) -> Result<PrivateKeyDer<'static>, Fault> {
    let (body, _) =
        text.split_once(END).ok_or_else(|| Fault::BadKey("its last line is missing".to_owned()))?;
    let body: String = body.split_ascii_whitespace().collect();
    let sealed = STANDARD.decode(body).map_err(|_| Fault::BadKey("its text is not base64".to_owned()))?;
    let sealed = EncryptedPrivateKeyInfoRef::try_from(sealed.as_slice())
        .map_err(|error| Fault::OldEncryption(error.to_string()))?;
    let opened = sealed.decrypt(passphrase.bytes()).map_err(|error| match error {
        // What a wrong passphrase makes of the key is no key: the padding tells, or the decoder does.
        pkcs8::Error::EncryptedPrivateKey(pkcs8::pkcs5::Error::DecryptFailed) | pkcs8::Error::Asn1(_) => {
            Fault::Passphrase(section.to_owned())
        }
        other => Fault::OldEncryption(other.to_string()),
    })?;
    let opened = Zeroizing::new(opened.as_bytes().to_vec());
    Ok(PrivatePkcs8KeyDer::from(opened.to_vec()).into())
}
