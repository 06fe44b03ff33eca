//! The command line. Commands and flags are Packetbeat's; those of our own say so.

use std::path::PathBuf;

use clap::{ArgAction, Args, CommandFactory as _, Parser, Subcommand, ValueEnum};

/// Reads packets, understands what is said in them, and writes each transaction as an event.
#[derive(Debug, Parser)]
#[command(name = "packetbeat", version, max_term_width = 100)]
#[command(override_usage = "packetbeat [OPTIONS] [COMMAND]\n       packetbeat -I FILE [OPTIONS]")]
#[command(after_help = "\
Examples:
  packetbeat -I capture.pcap -N -e      transactions of a file to standard output, log to standard error
  tcpdump -w - | packetbeat -I - -N     the same from a pipe
  packetbeat test config -c packetbeat.yml
  packetbeat -c packetbeat.yml -I a.pcapng.gz -I b.pcapng.gz --summary ledger.json

Exit status: 0 when all went well, 1 when something is wrong, which standard error or the log says.")]
pub(crate) struct Cli {
    #[command(flatten)]
    run: Run,

    #[command(flatten)]
    pub(crate) global: Global,

    #[command(subcommand)]
    command: Option<Command>,
}

/// What every command understands.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Options of all commands")]
pub(crate) struct Global {
    /// Read the configuration from this file. May be given several times: later files are laid upon earlier ones.
    #[arg(short = 'c', long = "c", value_name = "FILE", action = ArgAction::Append, global = true)]
    pub(crate) config: Vec<PathBuf>,

    /// Change one setting, such as packetbeat.workers=2
    #[arg(short = 'E', value_name = "KEY=VALUE", action = ArgAction::Append, global = true)]
    pub(crate) set: Vec<String>,

    /// Log to standard error, and print the ledger at the end
    #[arg(short = 'e', global = true)]
    pub(crate) log_to_stderr: bool,

    /// Log details of these parts, such as smtp,publish; * is all
    #[arg(short = 'd', value_name = "SELECTORS", value_delimiter = ',', global = true)]
    pub(crate) debug: Vec<String>,

    /// Log what is done, not only what is wrong
    #[arg(short = 'v', global = true)]
    pub(crate) verbose: bool,

    /// What the program runs in: default, systemd, container, macos_service or windows_service. In a container the log goes to
    /// standard error
    #[arg(long, value_name = "NAME", global = true, hide_short_help = true)]
    pub(crate) environment: Option<Environment>,

    /// Where configuration, data and logs are looked for
    #[arg(long = "path.home", value_name = "DIR", global = true)]
    pub(crate) path_home: Option<PathBuf>,

    /// Where configuration files are looked for
    #[arg(long = "path.config", value_name = "DIR", global = true)]
    pub(crate) path_config: Option<PathBuf>,

    /// Where data is kept
    #[arg(long = "path.data", value_name = "DIR", global = true)]
    pub(crate) path_data: Option<PathBuf>,

    /// Where logs are kept
    #[arg(long = "path.logs", value_name = "DIR", global = true)]
    pub(crate) path_logs: Option<PathBuf>,

    /// Refuse configuration files that others can write
    #[arg(long = "strict.perms", value_name = "BOOL", default_value_t = true, action = ArgAction::Set,
          num_args = 0..=1, require_equals = true, default_missing_value = "true", global = true)]
    pub(crate) strict_perms: bool,
}

/// What `--environment` names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum Environment {
    /// A terminal or a script.
    Default,
    /// A unit of systemd.
    Systemd,
    /// A container.
    Container,
    /// A service of macOS.
    MacosService,
    /// A service of Windows.
    WindowsService,
}

/// How packets are read and where their transactions go.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Options of run")]
pub(crate) struct Run {
    /// Read packets from this capture (pcap or pcapng; plain, gzip, zstd or lz4). `-` is standard input. May be given several times.
    #[arg(short = 'I', value_name = "FILE", action = ArgAction::Append)]
    pub(crate) input: Vec<PathBuf>,

    /// Capture from this interface (a name or number of `packetbeat devices`, `any`, `default_route`): packetbeat.interfaces.device (ours)
    #[arg(short = 'i', long, value_name = "DEVICE", conflicts_with = "input")]
    pub(crate) interface: Option<String>,

    /// Publish nothing over the network: transactions go to standard output unless a file or the console is configured
    #[arg(short = 'N')]
    pub(crate) no_publish: bool,

    /// Read files as fast as possible. Accepted for Packetbeat's sake: they are read so unless --replay asks otherwise
    #[arg(short = 't')]
    pub(crate) top_speed: bool,

    /// Read files at the pace at which they were captured, with the capture's own timestamps (ours)
    #[arg(long, conflicts_with_all = ["top_speed", "one_at_a_time"])]
    pub(crate) replay: bool,

    /// Read one packet at a time; the return key asks for the next
    #[arg(short = 'O')]
    pub(crate) one_at_a_time: bool,

    /// Read files this many times; 0 is until it is interrupted
    #[arg(short = 'l', value_name = "COUNT")]
    pub(crate) loops: Option<u64>,

    /// Write the packets that were analysed to PREFIX-YYYYMMDDhhmmss.pcap
    #[arg(long, value_name = "PREFIX")]
    pub(crate) dump: Option<PathBuf>,

    /// Analyse only packets that this filter matches, in libpcap's language: 'host 10.0.0.1 and tcp port 80' (ours)
    #[arg(long, value_name = "FILTER")]
    pub(crate) filter: Option<String>,

    /// Analyse only packets from this time on: 2026-11-21T10:00:00Z, '2026-11-21 10:00' in local time, seconds since 1970, or +10m
    /// from the capture's first packet (ours)
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) from: Option<String>,

    /// Analyse only packets before this time (ours)
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) to: Option<String>,

    /// Write the ledger of the run to this file, as JSON (ours)
    #[arg(long, value_name = "FILE")]
    pub(crate) summary: Option<PathBuf>,

    /// Number of workers: packetbeat.workers (ours)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) workers: Option<u16>,

    /// Serve the pages of http.enabled on this address, profiles included, such as localhost:6060
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) httpprof: Option<String>,

    /// Write a CPU profile of the run to this file, as pprof reads it
    #[arg(long, value_name = "FILE")]
    pub(crate) cpuprofile: Option<PathBuf>,

    /// Accepted for Packetbeat's sake, with a warning: there is no profile of memory
    #[arg(long, value_name = "FILE")]
    pub(crate) memprofile: Option<PathBuf>,
}

/// What to do.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum Command {
    /// Read packets and write their transactions; the same as no command
    Run(Box<Run>),
    /// List the devices that packets can be captured from
    Devices,
    /// Try the configuration or the output
    Test {
        /// What to try.
        #[command(subcommand)]
        what: Test,
    },
    /// Prepare what the output needs: index templates, policies, dashboards
    Setup(Setup),
    /// Print the configuration, an index template, the fields, a policy or a dashboard
    Export {
        /// What to print.
        #[command(subcommand)]
        what: Export,
    },
    /// Keep secrets that the configuration names as ${KEY}
    Keystore {
        /// What to do with it.
        #[command(subcommand)]
        what: Keystore,
    },
    /// Print the version
    Version,
    /// Print what a shell needs to complete commands and flags
    Completion {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Print the manual page, or write those of all commands to a folder (ours)
    Man {
        /// Write packetbeat.1 and a page for each command here
        #[arg(long, value_name = "DIR")]
        dir: Option<PathBuf>,
    },
}

/// What `test` tries.
#[derive(Clone, Copy, Debug, Subcommand)]
pub(crate) enum Test {
    /// Check the configuration: everything that is wrong, at once
    Config,
    /// Open the output, and say step by step what works
    Output,
}

/// What `setup` prepares; without a flag, everything that the output makes possible.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Setup {
    /// Index template, policy and data stream
    #[arg(long)]
    pub(crate) index_management: bool,
    /// Dashboards
    #[arg(long)]
    pub(crate) dashboards: bool,
    /// Ingest pipelines
    #[arg(long)]
    pub(crate) pipelines: bool,
    /// Accepted for the sake of other Beats; there are no modules here
    #[arg(long, hide = true)]
    pub(crate) enable_all_filesets: bool,
    /// Accepted for the sake of other Beats; there are no modules here
    #[arg(long, hide = true)]
    pub(crate) force_enable_module_filesets: bool,
}

/// What `export` prints.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum Export {
    /// The complete configuration that a run would use
    Config,
    /// The index template
    Template(IndexTemplate),
    /// Every field that an event may have, as fields.yml (ours)
    Fields,
    /// The index lifecycle policy
    IlmPolicy(Index),
    /// The index pattern, as a saved object of Kibana
    IndexPattern(Index),
    /// A dashboard, as saved objects of Kibana
    Dashboard(Dashboard),
}

/// For which server, and where to.
#[derive(Clone, Debug, Args)]
pub(crate) struct Index {
    /// The server's version
    #[arg(long = "es.version", value_name = "VERSION", default_value = "9.0.0")]
    pub(crate) es_version: String,
    /// Without a lifecycle policy
    #[arg(long)]
    pub(crate) noilm: bool,
    /// Write it to a file in this folder instead of standard output
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
}

/// Which template.
#[derive(Clone, Debug, Args)]
pub(crate) struct IndexTemplate {
    #[command(flatten)]
    pub(crate) index: Index,
    /// For OpenSearch of this version instead of Elasticsearch (ours)
    #[arg(long = "opensearch.version", value_name = "VERSION", conflicts_with = "es_version")]
    pub(crate) opensearch_version: Option<String>,
    /// For a server that lacks these field types, as some builds do: nearby types take their place (ours)
    #[arg(long, value_name = "TYPE", value_delimiter = ',')]
    pub(crate) without: Vec<String>,
    /// For tests: refuse events with fields that nobody declared (ours)
    #[arg(long)]
    pub(crate) strict: bool,
}

/// Which dashboard.
#[derive(Clone, Debug, Args)]
pub(crate) struct Dashboard {
    /// The dashboard's id; without it, all
    #[arg(long, value_name = "ID")]
    pub(crate) id: Option<String>,
    /// A list of dashboards: a YAML file with `dashboards: [{id: …, file: …}]`
    #[arg(long, value_name = "FILE", conflicts_with = "id")]
    pub(crate) yml: Option<PathBuf>,
    /// Write each to a file in this folder instead of standard output
    #[arg(long, value_name = "DIR")]
    pub(crate) folder: Option<PathBuf>,
}

/// What is done with the keystore.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum Keystore {
    /// Make an empty keystore
    Create {
        /// Replace the one that is there
        #[arg(long)]
        force: bool,
    },
    /// Add a secret; it is asked for, or read from standard input
    Add {
        /// The name that the configuration uses.
        key: String,
        /// Read the secret from standard input, to its end
        #[arg(long)]
        stdin: bool,
        /// Replace the one that is there
        #[arg(long)]
        force: bool,
    },
    /// List the names of the secrets
    List,
    /// Remove secrets
    Remove {
        /// Their names.
        #[arg(required = true)]
        key: Vec<String>,
    },
}

impl Cli {
    /// The command with its flags; those of a run may stand before it.
    pub(crate) fn into_parts(self) -> (Global, Command) {
        let Self { run, global, command } = self;
        let command = match command {
            None => Command::Run(Box::new(run)),
            Some(Command::Run(own)) => Command::Run(Box::new(own.or(run))),
            Some(other) => other,
        };
        (global, command)
    }

    /// The command line as clap describes it, for completions and manual pages.
    pub(crate) fn description() -> clap::Command {
        Self::command()
    }
}

impl Run {
    /// These flags, and those of `other` where these say nothing.
    fn or(mut self, other: Self) -> Self {
        self.input.splice(0..0, other.input);
        self.interface = self.interface.or(other.interface);
        self.no_publish |= other.no_publish;
        self.top_speed |= other.top_speed;
        self.replay |= other.replay;
        self.one_at_a_time |= other.one_at_a_time;
        self.loops = self.loops.or(other.loops);
        self.dump = self.dump.or(other.dump);
        self.filter = self.filter.or(other.filter);
        self.from = self.from.or(other.from);
        self.to = self.to.or(other.to);
        self.summary = self.summary.or(other.summary);
        self.workers = self.workers.or(other.workers);
        self.httpprof = self.httpprof.or(other.httpprof);
        self.cpuprofile = self.cpuprofile.or(other.cpuprofile);
        self.memprofile = self.memprofile.or(other.memprofile);
        self
    }
}
