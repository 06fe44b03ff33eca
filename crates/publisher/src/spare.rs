//! Used blocks on their way back to the workers.

use std::sync::{Mutex, MutexGuard, PoisonError};

use packetbeat_core::lines::Lines;

use crate::writer::GATHER;

/// Used [`Lines`], cleared. The last that came goes first: its memory is still in the cache.
#[derive(Debug, Default)]
pub(crate) struct Spare(Mutex<Vec<Lines>>);

impl Spare {
    /// Takes lines in; those for which there is no place are freed.
    pub(crate) fn put(&self, used: impl Iterator<Item = Lines>) {
        let mut spare = self.lock();
        for lines in used {
            if spare.len() < GATHER {
                spare.push(lines);
            }
        }
    }

    /// Some lines, if there are any.
    pub(crate) fn take(&self) -> Option<Lines> {
        self.lock().pop()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Lines>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
