//! `ssl` and `kerberos` of whatever connects to a server.

use std::time::Duration;

use packetbeat_core::setting::{Setting, Type};

/// `ssl` on the client's side.
pub(crate) const SSL: &[Setting] = &[
    Setting::unset("enabled", Type::Bool, "Use TLS. True where the section is written, unless told otherwise.")
        .example("true"),
    Setting::word(
        "verification_mode",
        &["full", "strict", "certificate", "none"],
        0,
        "What is checked of the server's certificate: all of it (`full`), with its name in the subject's alternative names \
         alone (`strict`), without its name (`certificate`), nothing (`none`).",
    ),
    Setting::list_of(
        "supported_protocols",
        &Type::Word(&["SSLv3", "SSLv3.0", "TLSv1", "TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3"]),
        &["TLSv1.2", "TLSv1.3"],
        "Versions of TLS that are spoken; there is none before TLSv1.2.",
    ),
    Setting::list_of(
        "certificate_authorities",
        &Type::Path,
        &[],
        "Files of the authorities that are trusted, or their PEM text; those of the system unless set.",
    )
    .example("[/etc/pki/root/ca.pem]"),
    Setting::unset("certificate", Type::Path, "The file of our own certificate, or its PEM text; goes with `key`.")
        .example("/etc/pki/client/cert.pem"),
    Setting::unset("key", Type::Secret, "The file of our own key, or its PEM text; goes with `certificate`.")
        .example("/etc/pki/client/cert.key"),
    Setting::unset("key_passphrase", Type::Secret, "What decrypts the key.").example("changeme"),
    Setting::unset("key_passphrase_path", Type::Path, "A file with what decrypts the key.")
        .example("/etc/pki/client/passphrase"),
    Setting::list_of(
        "cipher_suites",
        &Type::Word(CIPHER_SUITES),
        &[],
        "Cipher suites to offer; the usual ones unless set. There are those with ECDHE and AES-GCM or ChaCha20, and those of \
         TLS 1.3.",
    )
    .example("[ECDHE-ECDSA-AES-256-GCM-SHA384]"),
    Setting::list_of(
        "curve_types",
        &Type::Word(&["P-256", "P-384", "P-521", "X25519"]),
        &[],
        "Curves for the exchange of keys; the usual ones unless set.",
    )
    .example("[P-256]"),
    Setting::word("renegotiation", &["never", "once", "freely"], 0, "Whether the server may ask for a new handshake.")
        .later(),
    Setting::list(
        "ca_sha256",
        &[],
        "One certificate of the server's chain has one of these SHA-256 fingerprints (of its public key, base64).",
    )
    .example("[\"2mCJsOFfcy2QaoBPc6xDq4vc5IWn2q0rqYjR5sB8EQ0=\"]"),
    Setting::unset(
        "ca_trusted_fingerprint",
        Type::Text,
        "A certificate authority that the server sends is trusted if it has this SHA-256 fingerprint, in hexadecimal.",
    )
    .example("\"a3f5e1c09b7d24688f10c2d4e6b8a0927c5d3f1e0b9a8877665544332211ffee\""),
    Setting::section("restart_on_cert_change", RESTART, "What happens when a file of a certificate changes.").later(),
];

const RESTART: &[Setting] = &[
    Setting::bool("enabled", false, "Start again when a file of a certificate changes."),
    Setting::duration("period", Duration::from_secs(60), "How often the files are looked at."),
];

/// The names that Beats give to cipher suites, one of them with its misspelling.
const CIPHER_SUITES: &[&str] = &[
    "ECDHE-ECDSA-AES-128-CBC-SHA",
    "ECDHE-ECDSA-AES-128-CBC-SHA256",
    "ECDHE-ECDSA-AES-128-GCM-SHA256",
    "ECDHE-ECDSA-AES-256-CBC-SHA",
    "ECDHE-ECDSA-AES-256-GCM-SHA384",
    "ECDHE-ECDSA-CHACHA20-POLY1305",
    "ECDHE-ECDSA-RC4-128-SHA",
    "ECDHE-RSA-3DES-CBC3-SHA",
    "ECDHE-RSA-AES-128-CBC-SHA",
    "ECDHE-RSA-AES-128-CBC-SHA256",
    "ECDHE-RSA-AES-128-GCM-SHA256",
    "ECDHE-RSA-AES-256-CBC-SHA",
    "ECDHE-RSA-AES-256-GCM-SHA384",
    "ECDHE-RSA-CHACHA20-POLY1205",
    "ECDHE-RSA-CHACHA20-POLY1305",
    "ECDHE-RSA-RC4-128-SHA",
    "RSA-3DES-CBC3-SHA",
    "RSA-AES-128-CBC-SHA",
    "RSA-AES-128-CBC-SHA256",
    "RSA-AES-128-GCM-SHA256",
    "RSA-AES-256-CBC-SHA",
    "RSA-AES-256-GCM-SHA384",
    "RSA-RC4-128-SHA",
    "TLS-AES-128-GCM-SHA256",
    "TLS-AES-256-GCM-SHA384",
    "TLS-CHACHA20-POLY1305-SHA256",
];

/// `kerberos`.
pub(crate) const KERBEROS: &[Setting] = &[
    Setting::unset(
        "enabled",
        Type::Bool,
        "Log in by Kerberos. True where the section is written, unless told otherwise.",
    )
    .example("true"),
    Setting::unset("auth_type", Type::Word(&["password", "keytab"]), "What proves who we are.")
        .example("password"),
    Setting::unset("keytab", Type::Path, "The file of keys, for `keytab`.").example("/etc/elastic.keytab"),
    Setting::unset("config_path", Type::Path, "The configuration of Kerberos.").example("/etc/krb5.conf"),
    Setting::unset("service_name", Type::Text, "The service that is asked for; only with Kafka.")
        .example("kafka"),
    Setting::unset("username", Type::Text, "The user.").example("elastic"),
    Setting::unset("password", Type::Secret, "The password, for `password`.").example("changeme"),
    Setting::unset("realm", Type::Text, "The realm of the user.").example("ELASTIC"),
    Setting::bool("enable_krb5_fast", false, "Use FAST, which hides the password's proof (RFC 6113)."),
];
