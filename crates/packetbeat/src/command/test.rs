//! `packetbeat test`: the configuration, and the output.

use std::path::Path;
use std::process::ExitCode;

use packetbeat_config::Elasticsearch;
use packetbeat_core::plugin::Kind;
use packetbeat_provision::{Check, check};
use packetbeat_publisher::Target as Local;

use super::{Done, complain, print};
use crate::cli::{Global, Run, Test};
use crate::elasticsearch;
use crate::provision::indices;
use crate::settings;
use crate::target::Target;

/// Tries the configuration, or the output as well.
pub(super) fn test(global: &Global, what: Test, kinds: &[Kind]) -> Done {
    let plan = settings::plan(global, &Run::default(), kinds, false).map_err(|errors| errors.to_string())?;
    complain(&plan.warnings.join("\n"));
    match what {
        Test::Config => print("Config OK\n"),
        Test::Output => plan.has_output().and_then(|()| output(&plan.target)),
    }
}

/// Tries the output step by step, and says how each went.
fn output(target: &Target) -> Done {
    if !target.is_remote() {
        print(&format!("{}:\n", target.place()))?;
    }
    match target {
        Target::Local(Local::File(options)) => folder(&options.folder),
        Target::Local(Local::Console(_)) => print("  standard output... OK\n"),
        Target::Elasticsearch(options) => server(options),
        Target::Local(Local::Discard) => print("  nothing to open... OK\n"),
    }
}

/// Each server: its address, its certificate, its version, our rights.
fn server(options: &Elasticsearch) -> Done {
    let indices = indices(&options.index);
    let report = check(&elasticsearch::connection(options)?, &Check { indices });
    print(&report.to_string())?;
    Ok(if report.has_failed() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Is the folder there, or can it be made, and can a file be written to it? Leaves nothing behind.
fn folder(folder: &Path) -> Done {
    let existing = folder.ancestors().find(|path| path.is_dir()).unwrap_or(Path::new("."));
    let existing = if existing.as_os_str().is_empty() { Path::new(".") } else { existing };
    if existing == folder {
        print(&format!("  folder {}... OK\n", folder.display()))?;
    } else {
        print(&format!("  folder {}... is not there yet; a run makes it\n", folder.display()))?;
    }
    let probe = existing.join(format!(".packetbeat-test-{}", std::process::id()));
    let written = std::fs::write(&probe, b"test\n");
    // It is there only if the line above made it.
    let removed = written.as_ref().ok().map(|()| std::fs::remove_file(&probe));
    match written.err().or_else(|| removed.and_then(Result::err)) {
        None => print(&format!("  write to {}... OK\n", existing.display())),
        Some(error) => {
            print(&format!("  write to {}... ERROR {error}\n", existing.display()))?;
            Ok(ExitCode::FAILURE)
        }
    }
}
