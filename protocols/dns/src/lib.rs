//! DNS over UDP and TCP, with mDNS and LLMNR recognised.
#![forbid(unsafe_code)]
