//! What a processor may make of an event. What is beyond is an error of the processor, and the event goes on without it.

/// Parts of the name of a field that is written.
pub const MAX_NAME_PARTS: usize = 32;
/// How deep what is parsed from a field may be nested.
pub const MAX_DECODED_DEPTH: usize = 32;
/// Values, collections included, that may be parsed from a field.
pub const MAX_DECODED_VALUES: usize = 10_000;
/// Bytes of a text that a processor makes.
pub const MAX_MADE_BYTES: usize = 16 << 20;
/// Messages in `error.message`.
pub const MAX_MESSAGES: usize = 16;
/// Combinations of values that one `rate_limit` tells apart; beyond them those longest unused give way.
pub const MAX_RATES: usize = 10_000;
/// Processors of one list, those in branches included.
pub const MAX_PROCESSORS: usize = 10_000;
/// Bytes of one file of addresses (`geoip`), which is read into memory.
pub const MAX_DATABASE_BYTES: u64 = 2 << 30;
/// Languages of one name in such a file.
pub const MAX_LANGUAGES: usize = 64;
/// Addresses whose look-ups a `geoip` remembers.
pub const CACHED_ADDRESSES: usize = 4096;
/// Bytes of what is remembered of one of them.
pub const MAX_CACHED_BYTES: usize = 4 << 10;
