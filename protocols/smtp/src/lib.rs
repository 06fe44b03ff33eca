//! SMTP: who wrote to whom.
#![forbid(unsafe_code)]
