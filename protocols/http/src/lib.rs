//! HTTP/1.x.
#![forbid(unsafe_code)]
