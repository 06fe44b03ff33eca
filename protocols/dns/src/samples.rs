//! Messages made by hand, for tests.

/// Asks for the address of www.example.org.
pub(crate) const QUERY: &[u8] =
    b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x03www\x07example\x03org\x00\x00\x01\x00\x01";

/// Its answer.
pub(crate) const ANSWER: &[u8] =
    b"\x12\x34\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00\x03www\x07example\x03org\x00\x00\x01\x00\x01\
    \xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\xc0\x00\x02\x01";

/// A name in wire form.
pub(crate) fn name(text: &str) -> Vec<u8> {
    let mut wire = Vec::new();
    for label in text.split('.').filter(|label| !label.is_empty()) {
        wire.push(label.len() as u8);
        wire.extend_from_slice(label.as_bytes());
    }
    wire.push(0);
    wire
}

/// A message with id 0x1234, class IN, and answers to its first question that live for a minute.
pub(crate) fn message(flags: u16, questions: &[(&str, u16)], answers: &[(u16, &[u8])]) -> Vec<u8> {
    let mut wire = vec![0x12, 0x34];
    wire.extend_from_slice(&flags.to_be_bytes());
    wire.extend_from_slice(&(questions.len() as u16).to_be_bytes());
    wire.extend_from_slice(&(answers.len() as u16).to_be_bytes());
    wire.extend_from_slice(&[0; 4]);
    for (text, kind) in questions {
        wire.extend_from_slice(&name(text));
        wire.extend_from_slice(&kind.to_be_bytes());
        wire.extend_from_slice(&[0, 1]);
    }
    for (kind, data) in answers {
        wire.extend_from_slice(&[0xc0, 0x0c]);
        wire.extend_from_slice(&kind.to_be_bytes());
        wire.extend_from_slice(&[0, 1, 0, 0, 0, 60]);
        wire.extend_from_slice(&(data.len() as u16).to_be_bytes());
        wire.extend_from_slice(data);
    }
    wire
}
