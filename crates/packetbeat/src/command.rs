//! What the program does when it is told to: one file a command.

mod completion;
mod devices;
mod export;
mod keystore;
mod man;
mod run;
mod setup;
mod test;

use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;

use packetbeat_core::plugin::Kind;

use crate::cli::{Command, Global};
use crate::identity::VERSION;

/// How a command ended: its exit status, or what is wrong, a line each.
type Done = Result<ExitCode, String>;

/// Does what the command line says.
pub(crate) fn main(global: &Global, command: Command, kinds: &[Kind]) -> ExitCode {
    let done = match command {
        Command::Run(flags) => run::run(global, &flags, kinds),
        Command::Devices => devices::list(),
        Command::Test { what } => test::test(global, what, kinds),
        Command::Setup(what) => setup::setup(global, what, kinds),
        Command::Export { what } => export::export(global, &what, kinds),
        Command::Keystore { what } => keystore::keystore(global, &what),
        Command::Version => print(&format!("packetbeat version {VERSION} ({})\n", std::env::consts::ARCH)),
        Command::Completion { shell } => completion::completion(shell),
        Command::Man { dir } => man::man(dir.as_deref()),
    };
    match done {
        Ok(code) => code,
        Err(lines) => {
            complain(&lines);
            ExitCode::FAILURE
        }
    }
}

/// Says what is wrong on standard error, each line with the program's name.
pub(crate) fn complain(lines: &str) {
    let mut stderr = std::io::stderr().lock();
    for line in lines.lines() {
        // Nobody is left to be told if standard error is closed.
        let _ = writeln!(stderr, "packetbeat: {line}");
    }
}

/// Writes a command's answer to standard output.
fn print(text: &str) -> Done {
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Ok(()) => Ok(ExitCode::SUCCESS),
        // `packetbeat export fields | head` has what it wants.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(ExitCode::SUCCESS),
        Err(error) => Err(format!("standard output: {error}")),
    }
}

/// Whether somebody looks at standard output.
fn to_terminal() -> bool {
    std::io::stdout().is_terminal()
}
