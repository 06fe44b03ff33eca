//! TCP reassembly: from segments in any order to bytes in order, holes named.
#![forbid(unsafe_code)]
