//! `packetbeat completion SHELL`.

use clap_complete::Shell;

use super::{Done, print};
use crate::cli::Cli;

/// Prints what the shell reads to complete commands and flags.
pub(super) fn completion(shell: Shell) -> Done {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::description(), "packetbeat", &mut script);
    print(&String::from_utf8_lossy(&script))
}
