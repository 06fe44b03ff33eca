//! The conformance kit that every protocol passes.
#![forbid(unsafe_code)]
