//! From the options to a configuration of rustls.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use packetbeat_keystore::Secret;
use rustls::ClientConfig;
use rustls::client::ResolvesClientCert;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{ServerName, UnixTime};
use rustls::sign::{CertifiedKey, SingleCertAndKey};

use crate::certificate::Certificate;
use crate::error::{Error, Fault};
use crate::limits::MAX_PASSPHRASE_BYTES;
use crate::options::{Options, PemSource};
use crate::roots::Roots;
use crate::verify::Verifier;
use crate::{key, pem, suites};

/// What a client of TLS needs.
#[derive(Clone, Debug)]
pub struct Client {
    /// The configuration, without ALPN.
    pub config: ClientConfig,
    /// What the log should say once: what was listed and cannot be offered, what has expired, what is missing.
    pub notes: Vec<String>,
}

/// Makes a configuration of rustls out of an `ssl` section. Files are read now, so what is wrong with them is told
/// now.
///
/// # Errors
///
/// [`Error`] names the setting and the file: unreadable files, files without what they are for, keys that cannot be
/// decrypted or do not belong to their certificate, values that nobody knows.
pub fn client_config(options: &Options) -> Result<Client, Error> {
    let mut notes = Vec::new();
    let provider = suites::provider(options, &mut notes)?;
    let versions = suites::versions(options, &mut notes)?;
    let certificate = own_certificate(options, &provider, &mut notes)?;
    let verifier = Verifier {
        setting: options.setting.clone(),
        verification: options.verification,
        roots: Roots::load(options, &mut notes)?,
        fingerprint: fingerprint(options)?,
        pins: pins(options)?,
        name: server_name(options)?,
        algorithms: provider.signature_verification_algorithms,
    };
    let builder = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&versions)
        .map_err(|error| Fault::Rustls(error).of(&options.setting, "supported_protocols"))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    let config = match certificate {
        Some(certificate) => builder.with_client_cert_resolver(certificate),
        None => builder.with_no_client_auth(),
    };
    Ok(Client { config, notes })
}

fn own_certificate(
    options: &Options,
    provider: &CryptoProvider,
    notes: &mut Vec<String>,
) -> Result<Option<Arc<dyn ResolvesClientCert>>, Error> {
    let section = &options.setting;
    let (certificate, key) = match (&options.certificate, &options.key) {
        (Some(certificate), Some(key)) => (certificate, key),
        (None, None) => return Ok(None),
        (Some(_), None) => return Err(Fault::Missing(format!("{section}.certificate")).of(section, "key")),
        (None, Some(_)) => return Err(Fault::Missing(format!("{section}.key")).of(section, "certificate")),
    };
    let of_certificate = |fault: Fault| fault.at(section, "certificate", certificate.shown());
    let of_key = |fault: Fault| fault.at(section, "key", key.shown());

    let chain =
        pem::certificates(&pem::read(certificate).map_err(of_certificate)?).map_err(of_certificate)?;
    note_dates(options, certificate, chain.first().and_then(Certificate::read), notes);
    let text = pem::read(key).map_err(of_key)?;
    let key = key::private_key(&text, passphrase(options)?.as_ref(), section).map_err(of_key)?;
    let key = provider
        .key_provider
        .load_private_key(key)
        .map_err(|error| of_key(Fault::BadKey(error.to_string())))?;
    let certified = CertifiedKey::new(chain, key);
    match certified.keys_match() {
        // What cannot be compared is left to the server to judge.
        Ok(()) | Err(rustls::Error::InconsistentKeys(rustls::InconsistentKeys::Unknown)) => {}
        Err(rustls::Error::InconsistentKeys(_)) => {
            return Err(of_key(Fault::Mismatch(format!("{section}.certificate, {}", certificate.shown()))));
        }
        Err(error) => {
            return Err(of_certificate(Fault::BadCertificate { number: 1, reason: error.to_string() }));
        }
    }
    Ok(Some(Arc::new(SingleCertAndKey::from(certified))))
}

fn note_dates(options: &Options, source: &PemSource, seen: Option<Certificate>, notes: &mut Vec<String>) {
    let now = UnixTime::now();
    let Some(seen) = seen else { return };
    let what = if seen.is_expired(now) {
        format!("expired on {}", seen.not_after)
    } else if seen.is_early(now) {
        format!("is not valid before {}", seen.not_before)
    } else {
        return;
    };
    notes.push(format!(
        "{}.certificate: {}: the certificate of {} {what}; servers will refuse it",
        options.setting,
        source.shown(),
        seen.subject
    ));
}

/// The passphrase of the key, from its setting or its file.
fn passphrase(options: &Options) -> Result<Option<Secret>, Error> {
    let Some(path) = options.key_passphrase_path.as_ref().filter(|_| options.key_passphrase.is_none()) else {
        return Ok(options.key_passphrase.clone());
    };
    let fail = |fault: Fault| fault.at(&options.setting, "key_passphrase_path", path.display().to_string());
    let bytes = pem::read_file(path, MAX_PASSPHRASE_BYTES).map_err(fail)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| fail(Fault::NotText))?;
    Ok(Some(Secret::from(text.trim_end_matches(['\r', '\n']))))
}

fn fingerprint(options: &Options) -> Result<Option<[u8; 32]>, Error> {
    let Some(value) = options.ca_trusted_fingerprint.as_ref().filter(|value| !value.is_empty()) else {
        return Ok(None);
    };
    let digits: Option<Vec<u8>> = value
        .chars()
        .filter(|c| *c != ':')
        .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect();
    let bytes = digits.filter(|digits| digits.len() == 64).map(|digits| {
        digits
            .chunks_exact(2)
            .map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit))
            .collect::<Vec<u8>>()
    });
    match bytes.and_then(|bytes| <[u8; 32]>::try_from(bytes).ok()) {
        Some(bytes) => Ok(Some(bytes)),
        None => {
            let wanted = "the SHA-256 of a certificate, 64 hexadecimal digits (openssl x509 -noout -fingerprint -sha256)";
            Err(Fault::Fingerprint { value: value.clone(), wanted }
                .of(&options.setting, "ca_trusted_fingerprint"))
        }
    }
}

fn pins(options: &Options) -> Result<Vec<[u8; 32]>, Error> {
    let read = |value: &String| {
        let bytes = STANDARD.decode(value).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        bytes.ok_or_else(|| {
            let wanted = "the SHA-256 of a public key in base64, 44 characters";
            Fault::Fingerprint { value: value.clone(), wanted }.of(&options.setting, "ca_sha256")
        })
    };
    options.ca_sha256.iter().map(read).collect()
}

fn server_name(options: &Options) -> Result<Option<ServerName<'static>>, Error> {
    let read = |name: &String| {
        ServerName::try_from(name.clone())
            .map_err(|_| Fault::ServerName(name.clone()).of(&options.setting, "server_name"))
    };
    options.server_name.as_ref().map(read).transpose()
}
