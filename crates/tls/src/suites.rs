//! Versions, cipher suites and curves by the names of Beats.

use std::sync::Arc;

use rustls::crypto::{CryptoProvider, SupportedKxGroup, ring};
use rustls::version::{TLS12, TLS13};
use rustls::{CipherSuite, SupportedCipherSuite, SupportedProtocolVersion};

use crate::error::{Error, Fault};
use crate::options::Options;

/// The suites of TLS 1.2 that rustls offers, by the names of Beats (one of them with its misspelling).
const SUITES: &[(&str, CipherSuite)] = &[
    ("ECDHE-ECDSA-AES-128-GCM-SHA256", CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256),
    ("ECDHE-ECDSA-AES-256-GCM-SHA384", CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384),
    ("ECDHE-ECDSA-CHACHA20-POLY1305", CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256),
    ("ECDHE-RSA-AES-128-GCM-SHA256", CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256),
    ("ECDHE-RSA-AES-256-GCM-SHA384", CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384),
    ("ECDHE-RSA-CHACHA20-POLY1205", CipherSuite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256),
    ("ECDHE-RSA-CHACHA20-POLY1305", CipherSuite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256),
];

const CURVES: &[(&str, &dyn SupportedKxGroup)] = &[
    ("P-256", ring::kx_group::SECP256R1),
    ("P-384", ring::kx_group::SECP384R1),
    ("X25519", ring::kx_group::X25519),
];

const VERSIONS: &[(&str, &SupportedProtocolVersion)] = &[("TLSv1.2", &TLS12), ("TLSv1.3", &TLS13)];

/// The versions to offer. What is listed and not there is noted.
pub(crate) fn versions(
    options: &Options,
    notes: &mut Vec<String>,
) -> Result<Vec<&'static SupportedProtocolVersion>, Error> {
    if options.versions.is_empty() {
        return Ok(vec![&TLS13, &TLS12]);
    }
    chosen(options, "supported_protocols", &options.versions, VERSIONS, notes)
}

/// The cryptography with the suites and curves to offer. What is listed and not there is noted.
pub(crate) fn provider(options: &Options, notes: &mut Vec<String>) -> Result<Arc<CryptoProvider>, Error> {
    let mut provider = ring::default_provider();
    if !options.curves.is_empty() {
        provider.kx_groups = chosen(options, "curve_types", &options.curves, CURVES, notes)?;
    }
    if !options.cipher_suites.is_empty() {
        // The suites of TLS 1.3 are not to be chosen, as they are not in Beats: naming them is allowed and changes nothing.
        let listed: Vec<String> =
            options.cipher_suites.iter().filter(|name| !name.starts_with("TLS-")).cloned().collect();
        if !listed.is_empty() {
            let wanted = chosen(options, "cipher_suites", &listed, SUITES, notes)?;
            provider.cipher_suites.retain(|suite| match suite {
                SupportedCipherSuite::Tls12(_) => wanted.contains(&suite.suite()),
                SupportedCipherSuite::Tls13(_) => true,
            });
        }
    }
    Ok(Arc::new(provider))
}

fn chosen<T: Copy>(
    options: &Options,
    key: &str,
    listed: &[String],
    table: &[(&str, T)],
    notes: &mut Vec<String>,
) -> Result<Vec<T>, Error> {
    let mut found = Vec::new();
    let mut absent = Vec::new();
    for name in listed {
        match table.iter().find(|(known, _)| known == name) {
            Some((_, value)) => found.push(*value),
            None => absent.push(name.as_str()),
        }
    }
    let known = || table.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    if found.is_empty() {
        return Err(
            Fault::NothingLeft { listed: listed.join(", "), known: known() }.of(&options.setting, key)
        );
    }
    if !absent.is_empty() {
        notes.push(format!(
            "{}.{key}: {} {} not supported and not offered",
            options.setting,
            absent.join(", "),
            if absent.len() == 1 { "is" } else { "are" }
        ));
    }
    Ok(found)
}
