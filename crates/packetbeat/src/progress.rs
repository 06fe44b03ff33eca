//! How far the reading has come: a bar on a terminal, for files that take longer than a second.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// What the readers tell and whoever runs the program may ask.
#[derive(Clone, Default)]
pub(crate) struct Progress {
    position: Arc<AtomicU64>,
    stop: Arc<AtomicBool>,
}

impl Progress {
    /// `bytes` of the input were read.
    pub(crate) fn set(&self, bytes: u64) {
        self.position.store(bytes, Ordering::Relaxed);
    }

    /// Whether somebody asked to stop.
    pub(crate) fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Asks to stop.
    pub(crate) fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// What asking to stop sets.
    pub(crate) fn stop_flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.stop)
    }

    /// Shows the bar until what comes back is dropped; nothing where standard error is no terminal.
    pub(crate) fn show(&self, total: Option<u64>) -> Option<Shown> {
        let total = total?;
        if !std::io::IsTerminal::is_terminal(&std::io::stderr()) {
            return None;
        }
        let (done, wait) = crossbeam_channel::bounded::<()>(0);
        let position = Arc::clone(&self.position);
        let thread = std::thread::spawn(move || {
            let over = |wait: &crossbeam_channel::Receiver<()>, time| {
                !matches!(wait.recv_timeout(time), Err(crossbeam_channel::RecvTimeoutError::Timeout))
            };
            if over(&wait, Duration::from_secs(1)) {
                return;
            }
            let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
            if let Ok(style) =
                ProgressStyle::with_template("{bar:40} {bytes}/{total_bytes} {bytes_per_sec} {eta}")
            {
                bar.set_style(style);
            }
            while !over(&wait, Duration::from_millis(100)) {
                bar.set_position(position.load(Ordering::Relaxed));
            }
            bar.finish_and_clear();
        });
        Some(Shown { done: Some(done), thread: Some(thread) })
    }
}

/// A bar on the screen.
pub(crate) struct Shown {
    done: Option<crossbeam_channel::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Drop for Shown {
    fn drop(&mut self) {
        drop(self.done.take());
        if let Some(thread) = self.thread.take() {
            // The bar cannot fail the run.
            let _ = thread.join();
        }
    }
}
