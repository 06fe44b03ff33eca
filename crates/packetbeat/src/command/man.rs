//! `packetbeat man`: manual pages, made from the command line's own description.

use std::path::Path;
use std::process::ExitCode;

use clap_mangen::Man;

use super::{Done, print};
use crate::cli::Cli;
use crate::identity::VERSION;

/// Prints the page of the program, or writes it and those of all commands to `dir`.
pub(super) fn man(dir: Option<&Path>) -> Done {
    // Names and usages of commands within commands are filled in by building.
    let mut program = Cli::description();
    program.build();
    let Some(dir) = dir else {
        return page(program).and_then(|text| print(&text));
    };
    std::fs::create_dir_all(dir).map_err(|error| format!("{}: {error}", dir.display()))?;
    write(dir, &program)
}

/// Writes the page of a command and of those below it.
fn write(dir: &Path, command: &clap::Command) -> Done {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned();
    let path = dir.join(format!("{name}.1"));
    std::fs::write(&path, page(command.clone())?).map_err(|error| format!("{}: {error}", path.display()))?;
    for inner in command.get_subcommands().filter(|inner| inner.get_name() != "help") {
        write(dir, inner)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn page(command: clap::Command) -> Result<String, String> {
    let mut text = Vec::new();
    // A date would make each build's pages different.
    let man = Man::new(command).date("").source(format!("packetbeat {VERSION}")).manual("User Commands");
    man.render(&mut text).map_err(|error| format!("manual page: {error}"))?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}
