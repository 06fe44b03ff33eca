//! The command line. Flags are Packetbeat's; those of our own say so.

use std::path::PathBuf;

use clap::{ArgAction, Parser};

/// Reads packets, understands what is said in them, and writes each transaction as an event.
#[derive(Debug, Parser)]
#[command(name = "packetbeat", version, max_term_width = 100)]
#[command(override_usage = "packetbeat -I FILE [OPTIONS]")]
#[command(after_help = "\
Examples:
  packetbeat -I capture.pcap -N -e      transactions of a file to standard output, log to standard error
  tcpdump -w - | packetbeat -I - -N     the same from a pipe
  packetbeat -c packetbeat.yml -I a.pcapng.gz -I b.pcapng.gz --summary ledger.json")]
pub(crate) struct Cli {
    /// Read packets from this capture (pcap or pcapng; plain, gzip, zstd or lz4). `-` is standard input. May be given several times.
    #[arg(short = 'I', value_name = "FILE", action = ArgAction::Append)]
    pub(crate) input: Vec<PathBuf>,

    /// Read the configuration from this file. May be given several times: later files are laid upon earlier ones.
    #[arg(short = 'c', long = "c", value_name = "FILE", action = ArgAction::Append)]
    pub(crate) config: Vec<PathBuf>,

    /// Change one setting, such as packetbeat.workers=2
    #[arg(short = 'E', value_name = "KEY=VALUE", action = ArgAction::Append)]
    pub(crate) set: Vec<String>,

    /// Log to standard error, and print the ledger at the end
    #[arg(short = 'e')]
    pub(crate) log_to_stderr: bool,

    /// Log details of these parts, such as smtp,publish; * is all
    #[arg(short = 'd', value_name = "SELECTORS", value_delimiter = ',')]
    pub(crate) debug: Vec<String>,

    /// Log what is done, not only what is wrong
    #[arg(short = 'v')]
    pub(crate) verbose: bool,

    /// Publish nothing over the network: transactions go to standard output unless a file or the console is configured
    #[arg(short = 'N')]
    pub(crate) no_publish: bool,

    /// Read files as fast as possible. Accepted for Packetbeat's sake: files are always read that way
    #[arg(short = 't')]
    pub(crate) top_speed: bool,

    /// Write the ledger of the run to this file, as JSON (ours)
    #[arg(long, value_name = "FILE")]
    pub(crate) summary: Option<PathBuf>,

    /// Number of workers: packetbeat.workers (ours)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) workers: Option<u16>,

    /// Where configuration, data and logs are looked for
    #[arg(long = "path.home", value_name = "DIR")]
    pub(crate) path_home: Option<PathBuf>,

    /// Where configuration files are looked for
    #[arg(long = "path.config", value_name = "DIR")]
    pub(crate) path_config: Option<PathBuf>,

    /// Where data is kept
    #[arg(long = "path.data", value_name = "DIR")]
    pub(crate) path_data: Option<PathBuf>,

    /// Where logs are kept
    #[arg(long = "path.logs", value_name = "DIR")]
    pub(crate) path_logs: Option<PathBuf>,

    /// Refuse configuration files that others can write
    #[arg(long = "strict.perms", value_name = "BOOL", default_value_t = true, action = ArgAction::Set, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(crate) strict_perms: bool,
}
