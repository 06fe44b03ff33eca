//! What bounds the work for a server: its answers, and what is kept of them.

/// Bytes of an answer, decompressed. A bulk answer has some 40 bytes for each event, and a few hundred for one that was refused.
pub const MAX_ANSWER_BYTES: usize = 32 << 20;
/// Bytes of a server's reason in a message or a line of the log.
pub const MAX_REASON_BYTES: usize = 400;
/// Bytes of an answer that is no JSON in a message.
pub const MAX_START_BYTES: usize = 120;
/// Bytes of a server's reason in a dead letter.
pub const MAX_DEAD_REASON_BYTES: usize = 4 << 10;
/// Action lines that are remembered: one for each text of `@metadata` that events bring.
pub const MAX_ACTIONS: usize = 16;
/// Kinds of refusals that are logged when they are seen for the first time.
pub const MAX_REASONS: usize = 32;
/// Bytes of an index or a pipeline as the servers take them; a longer name chooses nothing. What a server says of itself is cut there.
pub const MAX_NAME_BYTES: usize = 255;
/// Bytes of an id that an event brings, as the servers take them; a longer one is left out.
pub const MAX_ID_BYTES: usize = 512;
