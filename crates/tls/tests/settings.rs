//! What is wrong with a section is told at once, with the setting and the file.
// Tests stop at the first surprise.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::path::PathBuf;

use packetbeat_keystore::Secret;
use packetbeat_tls::{Error, Fault, Options, PemSource, Verification, client_config};

fn key(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/keys").join(name)
}

fn options() -> Options {
    Options { verification: Verification::None, ..Options::new("output.x.ssl") }
}

fn pair(certificate: &str, private: &str, passphrase: Option<&str>) -> Result<(), Error> {
    let options = Options {
        certificate: Some(PemSource::Path(key(certificate))),
        key: Some(PemSource::Path(key(private))),
        key_passphrase: passphrase.map(Secret::from),
        ..options()
    };
    client_config(&options).map(|client| assert_eq!(client.notes, [] as [String; 0]))
}

#[test]
fn keys_of_all_kinds_are_read() {
    for (certificate, private) in [
        ("rsa.crt", "rsa-pkcs1.pem"),
        ("rsa.crt", "rsa-pkcs8.pem"),
        ("p256.crt", "p256-sec1.pem"),
        ("ed25519.crt", "ed25519.pem"),
    ] {
        pair(certificate, private, None).unwrap_or_else(|error| panic!("{private}: {error}"));
    }
}

#[test]
fn encrypted_keys_are_decrypted() {
    for private in ["rsa-pbkdf2-aes256.pem", "rsa-scrypt.pem"] {
        pair("rsa.crt", private, Some("secret")).unwrap_or_else(|error| panic!("{private}: {error}"));
        let error = pair("rsa.crt", private, Some("wrong")).unwrap_err();
        assert!(matches!(error.fault, Fault::Passphrase(_)), "{private}: {error}");
        let error = pair("rsa.crt", private, None).unwrap_err().to_string();
        assert!(error.ends_with("the key is encrypted: set output.x.ssl.key_passphrase"), "{error}");
        assert!(error.starts_with(&format!("output.x.ssl.key: {}: ", key(private).display())), "{error}");
    }
}

#[test]
fn the_passphrase_may_stand_in_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("passphrase");
    std::fs::write(&path, "secret\r\n").unwrap();
    let options = Options {
        certificate: Some(PemSource::Path(key("rsa.crt"))),
        key: Some(PemSource::Path(key("rsa-pbkdf2-aes256.pem"))),
        key_passphrase_path: Some(path.clone()),
        ..options()
    };
    client_config(&options).unwrap();
    std::fs::remove_file(&path).unwrap();
    let error = client_config(&options).unwrap_err();
    assert_eq!(error.setting, "output.x.ssl.key_passphrase_path");
    assert_eq!(error.place, Some(path.display().to_string()));
}

#[test]
fn old_encryptions_are_told_with_what_converts_them() {
    for private in ["rsa-traditional.pem", "rsa-des3.pem", "rsa-pbes1.pem"] {
        let error = pair("rsa.crt", private, Some("secret")).unwrap_err();
        assert!(matches!(error.fault, Fault::OldEncryption(_)), "{private}: {error}");
        assert!(error.to_string().contains("openssl pkcs8 -topk8"), "{error}");
    }
}

#[test]
fn a_key_of_another_certificate_is_told() {
    let error = pair("rsa.crt", "p256-sec1.pem", None).unwrap_err();
    assert!(matches!(error.fault, Fault::Mismatch(_)), "{error}");
    assert!(error.to_string().contains("rsa.crt"), "{error}");
}

#[test]
fn files_that_are_something_else_are_told() {
    let fault = |certificate, private| pair(certificate, private, None).unwrap_err();
    let error = fault("rsa-pkcs8.pem", "rsa-pkcs8.pem");
    assert!(error.to_string().ends_with("-----BEGIN CERTIFICATE-----; this is a key"), "{error}");
    let error = fault("rsa.crt", "rsa.crt");
    assert!(error.to_string().ends_with("-----BEGIN PRIVATE KEY-----; this is a certificate"), "{error}");
    let error = fault("absent.crt", "rsa.crt");
    assert!(
        error.to_string().contains("output.x.ssl.certificate: ") && matches!(error.fault, Fault::Read(_)),
        "{error}"
    );
    let error = fault("p521.crt", "p521.pem");
    assert!(matches!(error.fault, Fault::BadKey(_)), "{error}");
}

#[test]
fn a_certificate_goes_with_a_key() {
    let alone = Options { certificate: Some(PemSource::Path(key("rsa.crt"))), ..options() };
    assert_eq!(
        client_config(&alone).unwrap_err().to_string(),
        "output.x.ssl.key: is missing: it goes with output.x.ssl.certificate"
    );
    let alone = Options { key: Some(PemSource::Path(key("rsa-pkcs8.pem"))), ..options() };
    assert_eq!(client_config(&alone).unwrap_err().setting, "output.x.ssl.certificate");
}

#[test]
fn authorities_are_read_from_files_and_texts() {
    let pem = std::fs::read_to_string(key("rsa.crt")).unwrap();
    let with =
        |authorities: Vec<PemSource>| client_config(&Options { authorities, ..Options::new("output.x.ssl") });
    with(vec![PemSource::Path(key("rsa.crt")), PemSource::of(&pem)]).unwrap();
    let cut = pem.replace("-----END", "-----ENDE");
    let broken = pem.replacen("MII", "!!!", 1);
    let no_certificate = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for (text, wanted) in
        [(cut.as_str(), "last line"), (&broken, "base64"), (no_certificate, "cannot be decoded")]
    {
        let error = with(vec![PemSource::of(&format!("{pem}{text}"))]).unwrap_err();
        let Fault::BadCertificate { number: 2, reason } = &error.fault else { panic!("{error:?}") };
        assert!(error.to_string().contains(wanted), "{reason}");
        assert_eq!(error.setting, "output.x.ssl.certificate_authorities");
    }
    let folder = tempfile::tempdir().unwrap();
    let error = with(vec![PemSource::Path(folder.path().to_owned())]).unwrap_err();
    assert!(matches!(error.fault, Fault::Read(_)), "{error}");
}

#[test]
fn lists_of_words_leave_out_what_is_not_there_and_say_so() {
    let listed = Options {
        versions: ["TLSv1.0", "TLSv1.1", "TLSv1.2"].map(str::to_owned).to_vec(),
        cipher_suites: ["RSA-AES-128-CBC-SHA", "ECDHE-RSA-AES-256-GCM-SHA384"].map(str::to_owned).to_vec(),
        curves: ["P-256", "P-521"].map(str::to_owned).to_vec(),
        ..options()
    };
    let client = client_config(&listed).unwrap();
    assert_eq!(
        client.notes,
        [
            "output.x.ssl.curve_types: P-521 is not supported and not offered",
            "output.x.ssl.cipher_suites: RSA-AES-128-CBC-SHA is not supported and not offered",
            "output.x.ssl.supported_protocols: TLSv1.0, TLSv1.1 are not supported and not offered",
        ]
    );
    let provider = client.config.crypto_provider();
    assert_eq!(provider.kx_groups.len(), 1);
    assert_eq!(provider.cipher_suites.iter().filter(|suite| suite.tls13().is_none()).count(), 1);

    let nothing = Options { versions: vec!["TLSv1.1".to_owned()], ..options() };
    assert_eq!(
        client_config(&nothing).unwrap_err().to_string(),
        "output.x.ssl.supported_protocols: nothing of TLSv1.1 can be offered; there are TLSv1.2, TLSv1.3"
    );
}

#[test]
fn fingerprints_are_checked_when_they_are_read() {
    let with = |value: &str| Options { ca_trusted_fingerprint: Some(value.to_owned()), ..options() };
    let colons = vec!["AB"; 32].join(":");
    client_config(&with(&colons)).unwrap();
    for wrong in ["abc", &"g".repeat(64), &"a".repeat(66), "é"] {
        let error = client_config(&with(wrong)).unwrap_err();
        assert_eq!(error.setting, "output.x.ssl.ca_trusted_fingerprint");
    }
    let error = client_config(&Options { ca_sha256: vec!["abcd".to_owned()], ..options() }).unwrap_err();
    assert!(error.to_string().contains("\"abcd\" is not the SHA-256 of a public key"), "{error}");
    let error = client_config(&Options { server_name: Some("a b".to_owned()), ..options() }).unwrap_err();
    assert_eq!(error.setting, "output.x.ssl.server_name");
}

#[test]
fn debug_shows_no_key() {
    let text = std::fs::read_to_string(key("rsa-pkcs8.pem")).unwrap();
    let options = Options { key: Some(PemSource::of(&text)), ..options() };
    assert!(!format!("{options:?}").contains("BEGIN"));
}
