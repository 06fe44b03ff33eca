//! The endpoint, as the program holds it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::{Builder, JoinHandle};

use tokio::runtime;
use tokio::sync::watch;

use crate::bind::Bound;
use crate::error::Error;
use crate::guard::Hosts;
use crate::limits;
use crate::listen::Listen;
use crate::pages::Pages;
use crate::server;
use crate::source::Source;

/// How the endpoint is set up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Where: [`Listen::parse`] of `http.host` and `http.port`.
    pub listen: Listen,
    /// Whether there are profiles: `http.pprof.enabled`.
    pub pprof: bool,
}

/// An endpoint that listens. Dropping it closes it.
#[derive(Debug)]
pub struct Endpoint {
    addresses: Vec<SocketAddr>,
    listen: Listen,
    stop: watch::Sender<bool>,
    /// Says nothing, and is over when the thread is.
    ended: Receiver<()>,
    thread: Option<JoinHandle<()>>,
}

impl Endpoint {
    /// Listens, and answers from now on in a thread of its own.
    ///
    /// # Errors
    ///
    /// What stands in the way of listening: an address in use, a name without address, a file where the socket should
    /// be. Each [`Error`] says which.
    pub fn start(options: &Options, source: Arc<dyn Source>) -> Result<Self, Error> {
        let bound = Bound::new(&options.listen)?;
        let addresses = bound.addresses();
        let hosts = match &options.listen {
            Listen::Tcp { host, .. } => Hosts::new(host, &addresses),
            Listen::Unix(_) => Hosts::Any,
        };
        let runtime = runtime::Builder::new_current_thread()
            .enable_all()
            .max_blocking_threads(1)
            .build()
            .map_err(Error::Thread)?;
        let pages = Arc::new(Pages { source, hosts, pprof: options.pprof });
        let (stop, stopped) = watch::channel(false);
        let (alive, ended) = channel();
        let work = move || {
            if let Err(error) = runtime.block_on(server::run(bound, pages, stopped)) {
                tracing::error!("the HTTP endpoint has ended: {error}");
            }
            // A profile may be at work on its names; nobody waits for it.
            runtime.shutdown_background();
            drop(alive);
        };
        let thread = Builder::new().name("endpoint".to_owned()).spawn(work).map_err(Error::Thread)?;
        Ok(Self { addresses, listen: options.listen.clone(), stop, ended, thread: Some(thread) })
    }

    /// The addresses that are listened on, with their ports; none for a Unix socket.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Where it listens, as it was configured; with the port that was taken if none was named.
    pub fn listen(&self) -> Listen {
        match (&self.listen, self.addresses.first()) {
            (Listen::Tcp { host, .. }, Some(address)) => {
                Listen::Tcp { host: host.clone(), port: address.port() }
            }
            _ => self.listen.clone(),
        }
    }

    /// Closes it: at once for new connections, within half a second for answers on their way. A Unix socket's file is
    /// removed. Returns within a second, also if the [`Source`] does not.
    pub fn stop(self) {
        drop(self);
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        // An error: the thread has ended already.
        let _ = self.stop.send(true);
        match self.ended.recv_timeout(limits::STOP_ALL) {
            Err(RecvTimeoutError::Timeout) => tracing::warn!("the HTTP endpoint did not end in time"),
            Ok(()) | Err(RecvTimeoutError::Disconnected) => {
                if let Some(thread) = self.thread.take() {
                    // A panic was told where it happened.
                    let _ = thread.join();
                }
            }
        }
    }
}
