//! Limits of what is read from `fields.yml` files, which are trusted and bounded all the same.

/// Bytes of one `fields.yml`.
pub const MAX_TEXT_BYTES: usize = 16 << 20;
/// Values of one `fields.yml`; an alias counts what it repeats.
pub const MAX_NODES: usize = 500_000;
/// Levels of nesting of one `fields.yml`.
pub const MAX_DEPTH: usize = 64;
/// Parts of a field's name, as many as `index.mapping.depth.limit` of Elasticsearch allows.
pub const MAX_NAME_PARTS: usize = 20;
/// Characters of a keyword that are indexed at most: four bytes each, they stay below Lucene's 32766 bytes for a term.
pub const MAX_IGNORE_ABOVE: u32 = 8191;
/// Fields in `index.query.default_field`; a query over more would pass the server's limit of clauses.
pub const MAX_DEFAULT_FIELDS: usize = 1000;
