//! Runs one scenario once, for a tool that counts instructions: `instructions SCENARIO COUNT`; `instructions --list` names all.
//!
//! What is to be counted happens within the function `measured`; making the input does not count.
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a tool for a terminal")]

use std::process::ExitCode;

use packetbeat_benches::scenarios;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--list"] => {
            for scenario in scenarios::ALL {
                println!("{} {}", scenario.name, scenario.unit);
            }
            return ExitCode::SUCCESS;
        }
        [name, count] => {
            if let (Some(scenario), Ok(count)) = (scenarios::named(name), count.parse()) {
                measured(&mut (scenario.prepare)(count));
                return ExitCode::SUCCESS;
            }
        }
        _ => {}
    }
    eprintln!("usage: instructions SCENARIO COUNT, or --list");
    ExitCode::FAILURE
}

#[inline(never)]
fn measured(work: &mut dyn FnMut()) {
    work();
}
