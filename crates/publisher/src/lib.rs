//! Outputs: file, console, discard, behind one bounded writer.
#![forbid(unsafe_code)]
