//! Flow keys, shards and the flow table.
#![forbid(unsafe_code)]
