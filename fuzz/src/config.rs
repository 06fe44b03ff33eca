//! Configuration: whatever the text, it is taken or refused with places that are in it.

use packetbeat_config::Loader;

/// Input: texts apart by zero bytes: a first file, a second one, overrides.
///
/// # Panics
/// If an error or a warning says nothing, or what was read differs from what was exported of it.
pub fn run(input: &[u8]) {
    let mut texts = input.split(|byte| *byte == 0);
    let mut loader = Loader::new();
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
    // What was expanded may look like a reference again; it is not one. A name of more than 1,024 characters is no simple key
    // (YAML 1.2, 7.4.2), and the export knows no other.
    if exported.contains("${") || exported.lines().any(|line| line.len() > 1024) {
        return;
    }
    match Loader::new().text("exported.yml", exported.clone()).settings(&env) {
        Ok(back) => assert_eq!(settings.to_json(), back.to_json(), "exported as\n{exported}"),
        // Dotted names nest a little deeper than lines may.
        Err(errors) if errors.to_string().contains("nested deeper") => {}
        Err(errors) => panic!("what was exported cannot be read: {errors}\n{exported}"),
    }
}

fn assert_said(message: &str) {
    // Names with line breaks stand in messages as they are: that a message is a line cannot be held yet.
    assert!(!message.is_empty(), "a message says something");
}
