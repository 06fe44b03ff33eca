//! What can be seen of a run from outside while it goes on: the endpoint, the log's metrics line, profiles.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use packetbeat_config::Config;
use packetbeat_endpoint::{Endpoint, Listen, Options};
use packetbeat_profile::CpuProfiler;
use tracing::{info, warn};

use crate::cli::Run;
use crate::counters::Counters;
use crate::identity::Identity;
use crate::monitor::Monitor;
use crate::serving::Serving;

/// Everything that watches; it ends when this is finished or dropped.
pub(crate) struct Watching {
    monitor: Option<Monitor>,
    endpoints: Vec<Endpoint>,
    profile: Option<(CpuProfiler, File, PathBuf)>,
}

impl Watching {
    /// Starts what the configuration and the command line ask for.
    ///
    /// # Errors
    /// Addresses that cannot be listened on, profiles that cannot be written.
    pub(crate) fn start(
        config: &Config,
        run: &Run,
        counters: &Arc<Counters>,
        identity: &Arc<Identity>,
        inputs: &[String],
    ) -> Result<Self, String> {
        let source = Arc::new(Serving {
            counters: Arc::clone(counters),
            identity: Arc::clone(identity),
            inputs: inputs.to_vec(),
        });
        let mut endpoints = Vec::new();
        for options in wanted(config, run)? {
            let endpoint = Endpoint::start(&options, Arc::<Serving>::clone(&source));
            let endpoint = endpoint.map_err(|error| error.to_string())?;
            info!("metrics are served on {}", endpoint.listen());
            endpoints.push(endpoint);
        }
        if run.memprofile.is_some() {
            warn!(
                "--memprofile: no profile is written: the allocator keeps no record of who holds memory; \
                 beat.memstats on the endpoint's page /stats says how much it is"
            );
        }
        let profile = run.cpuprofile.as_deref().map(start_profile).transpose()?;
        let period = config.logging.metrics_period;
        let monitor = config.logging.metrics_enabled.then(|| Monitor::start(Arc::clone(counters), period));
        Ok(Self { monitor, endpoints, profile })
    }

    /// Writes the totals where they are wanted, and the profile, and closes the endpoints. A line for what went wrong.
    pub(crate) fn finish(self, totals: bool) -> Option<String> {
        let Self { monitor, endpoints, profile } = self;
        drop(endpoints);
        if let Some(monitor) = monitor.filter(|_| totals) {
            monitor.finish();
        }
        let (profiler, file, path) = profile?;
        let written = profiler.finish(file);
        written.err().map(|error| format!("{}: the CPU profile cannot be written: {error}", path.display()))
    }
}

fn wanted(config: &Config, run: &Run) -> Result<Vec<Options>, String> {
    let mut wanted = Vec::new();
    let http = &config.http;
    if http.enabled {
        let listen = Listen::parse(&http.host, http.port).map_err(|error| error.to_string())?;
        wanted.push(Options { listen, pprof: http.pprof });
    }
    if let Some(address) = &run.httpprof {
        let listen = address_of(address).map_err(|error| format!("--httpprof {address}: {error}"))?;
        wanted.push(Options { listen, pprof: true });
    }
    Ok(wanted)
}

/// `host:port`; `:port` is localhost, since nothing is bound to all addresses unless they are named.
fn address_of(address: &str) -> Result<Listen, String> {
    let port = |text: &str| text.parse().map_err(|_| format!("{text:?} is no port; localhost:6060 would do"));
    let (host, port) = match address.rsplit_once(':') {
        Some(("", text)) => ("localhost", port(text)?),
        Some((host, text)) => (host, port(text)?),
        None => return Err("the port is missing; localhost:6060 would do".to_owned()),
    };
    Listen::parse(host, port).map_err(|error| error.to_string())
}

fn start_profile(path: &Path) -> Result<(CpuProfiler, File, PathBuf), String> {
    // Before hours of reading, not behind them.
    let file = File::create(path)
        .map_err(|error| format!("{}: the CPU profile cannot be written: {error}", path.display()))?;
    let profiler = CpuProfiler::start().map_err(|error| format!("--cpuprofile: {error}"))?;
    Ok((profiler, file, path.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_for_profiles() {
        let tcp = |host: &str, port| Listen::Tcp { host: host.to_owned(), port };
        assert_eq!(address_of(":6060").unwrap(), tcp("localhost", 6060));
        assert_eq!(address_of("10.0.0.1:6060").unwrap(), tcp("10.0.0.1", 6060));
        assert_eq!(address_of("[::1]:6060").unwrap(), tcp("::1", 6060));
        for wrong in ["6060", "localhost", "localhost:", "localhost:http"] {
            assert!(address_of(wrong).unwrap_err().contains("localhost:6060"), "{wrong}");
        }
    }
}
