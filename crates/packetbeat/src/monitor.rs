//! The log's metrics line: now and then what changed, at the end all of it.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{RecvTimeoutError, Sender, bounded};
use packetbeat_metrics::{Delta, Snapshot};
use serde_json::Value;

use crate::counters::Counters;

/// Writes the line until it is told to stop.
pub(crate) struct Monitor {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
    counters: Arc<Counters>,
}

impl Monitor {
    /// Starts; the first line comes after `period`.
    pub(crate) fn start(counters: Arc<Counters>, period: Duration) -> Self {
        let (stop, stopped) = bounded::<()>(0);
        let its = Arc::clone(&counters);
        let thread = std::thread::spawn(move || {
            let mut before = Snapshot::new();
            while stopped.recv_timeout(period) == Err(RecvTimeoutError::Timeout) {
                let now = its.snapshot();
                let changed = Delta::between(&before, &now);
                packetbeat_logging::metrics_line(&figures(&changed), period);
                before = now;
            }
        });
        Self { stop: Some(stop), thread: Some(thread), counters }
    }

    /// Stops, and writes the totals.
    pub(crate) fn finish(mut self) {
        self.stop();
        let total = Delta::total(&self.counters.snapshot());
        packetbeat_logging::total_metrics(&figures(&total), self.counters.uptime());
    }

    fn stop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // It only writes to the log.
            let _ = thread.join();
        }
    }
}

impl Drop for Monitor {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The figures without the names that the line's own layout puts around them.
fn figures(delta: &Delta) -> Value {
    delta.to_json().pointer_mut("/monitoring/metrics").map(Value::take).unwrap_or_default()
}
