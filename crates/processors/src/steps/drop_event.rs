//! `drop_event`.

use crate::event::Event;
use crate::fault::{Done, Processor, Verdict};

pub(crate) struct DropEvent;

impl Processor for DropEvent {
    fn run<'p>(&'p self, _event: &mut Event) -> Done<'p> {
        Ok(Verdict::Drop("drop_event"))
    }
}
