//! How large a configuration may be. Far above what people write, far below what hurts.

/// Bytes of one file.
pub const MAX_FILE_BYTES: u64 = 4 << 20;
/// Maps and lists inside each other, names between dots counted.
pub const MAX_DEPTH: usize = 64;
/// Values in one file, those that aliases repeat counted each time (the "billion laughs").
pub const MAX_NODES: usize = 200_000;
/// Names in one map; looking for a name is linear.
pub const MAX_MAP_ENTRIES: usize = 10_000;
/// `${…}` inside each other, whether nested in the text or through settings that refer to settings.
pub const MAX_EXPANSION_DEPTH: usize = 16;
/// `${…}` looked up in one configuration.
pub const MAX_EXPANSIONS: usize = 20_000;
/// Bytes of one value after expansion.
pub const MAX_EXPANDED_BYTES: usize = 1 << 20;
/// Regular expressions in one configuration: each is compiled.
pub const MAX_REGEXPS: usize = 1000;
/// Bytes of a regular expression when it is compiled.
pub const MAX_REGEXP_BYTES: usize = 1 << 20;
