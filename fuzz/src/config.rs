//! Configuration: whatever the text, it is taken or refused with places that are in it.

use packetbeat_config::Loader;
use packetbeat_core::plugin::Kind;

/// Nobody writes this.
const SECRET: &str = "s3cr3t/0f/th3/k3yst0r3";

/// Input: texts apart by zero bytes: a first file, a second one, overrides.
///
/// # Panics
/// If an error or a warning says nothing or is not one line or shows what only the keystore knows, or what was read differs
/// from what was exported of it.
pub fn run(input: &[u8]) {
    // libFuzzer learns what is compared.
    if input.windows(4).any(|window| window == &SECRET.as_bytes()[..4]) {
        return;
    }
    let mut texts = input.split(|byte| *byte == 0);
    let kinds = [
        Kind::of::<packetbeat_dns::Dns>(),
        Kind::of::<packetbeat_http::Http>(),
        Kind::of::<packetbeat_smtp::Smtp>(),
    ];
    let empty = Loader::new().protocols(&kinds).keystore(|name| (name.len() == 3).then(|| SECRET.to_owned()));
    let mut loader = empty.clone();
    for name in ["first.yml", "second.yml"] {
        if let Some(text) = texts.next() {
            loader = loader.text(name, text);
        }
    }
    for setting in texts.take(16) {
        loader = loader.set(String::from_utf8_lossy(setting));
    }
    let env = |name: &str| (name.len() < 3).then(|| "${A} 1".to_owned());
    match loader.load(&env) {
        Ok(config) => {
            for warning in &config.warnings {
                assert_said(&warning.to_string());
            }
            let complete = config.to_yaml();
            assert!(!complete.contains(SECRET), "a secret is exported\n{complete}");
            // What was expanded may look like a reference again; it is not one.
            if !complete.contains("${") {
                match empty.text("complete.yml", complete.clone()).load(&env) {
                    Ok(again) => assert_eq!(complete, again.to_yaml()),
                    Err(errors) => panic!("the complete configuration cannot be read: {errors}\n{complete}"),
                }
            }
        }
        Err(errors) => {
            assert!(!errors.0.is_empty(), "refused without a reason");
            for error in &errors.0 {
                assert_said(&error.to_string());
            }
        }
    }
    let Ok(settings) = loader.settings(&env) else { return };
    let exported = settings.to_yaml();
    // What was expanded may look like a reference again; it is not one.
    if exported.contains("${") {
        return;
    }
    match Loader::new().text("exported.yml", exported.clone()).settings(&env) {
        Ok(back) => assert_eq!(settings.to_json(), back.to_json(), "exported as\n{exported}"),
        Err(errors) => panic!("what was exported cannot be read: {errors}\n{exported}"),
    }
}

fn assert_said(message: &str) {
    let acts = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    assert!(!message.chars().any(acts), "a message is one line of what can be seen: {message:?}");
    assert!(!message.is_empty(), "a message says something");
    assert!(!message.contains(SECRET), "a message shows a secret: {message}");
}
