//! What a program is made of.

use std::process::ExitCode;

use clap::Parser as _;
use packetbeat_core::plugin::{Kind, Protocol};

use crate::cli::Cli;
use crate::{command, old_flags};

/// A program under construction: the protocols that it offers.
pub struct Builder {
    kinds: Vec<Kind>,
}

impl Default for Builder {
    fn default() -> Self {
        Self::new()
    }
}

impl Builder {
    /// With all protocols that come with packetbeat.
    #[must_use]
    pub fn new() -> Self {
        Self { kinds: Vec::new() }
            .protocol::<packetbeat_http::Http>()
            .protocol::<packetbeat_dns::Dns>()
            .protocol::<packetbeat_smtp::Smtp>()
            .protocol::<packetbeat_mysql::Mysql>()
            .protocol::<packetbeat_cassandra::Cassandra>()
            .protocol::<packetbeat_memcache::Memcache>()
            .protocol::<packetbeat_mongodb::Mongodb>()
            .protocol::<packetbeat_redis::Redis>()
            .protocol::<packetbeat_tns::Tns>()
            .protocol::<packetbeat_pgsql::Pgsql>()
    }

    /// With one protocol more. One of the same name is replaced.
    #[must_use]
    pub fn protocol<P: Protocol>(mut self) -> Self {
        self.kinds.retain(|kind| kind.name != P::NAME);
        self.kinds.push(Kind::of::<P>());
        self
    }

    /// The protocols that it offers so far.
    #[must_use]
    pub fn kinds(&self) -> &[Kind] {
        &self.kinds
    }

    /// Reads the command line and does what it says. 0: all went well; 1: something is wrong, and was said on standard
    /// error.
    #[must_use]
    pub fn main(self) -> ExitCode {
        let (args, notes) = old_flags::modernise(std::env::args_os());
        command::complain(&notes.join("\n"));
        match Cli::try_parse_from(args) {
            Ok(cli) => {
                let (global, command) = cli.into_parts();
                command::main(&global, command, &self.kinds)
            }
            Err(error) => {
                // Help and version are no errors; nothing is left to say if even this cannot be written.
                let _ = error.print();
                if error.use_stderr() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
            }
        }
    }
}
