//! The program: command line, wiring, the list of protocols.
#![forbid(unsafe_code)]
