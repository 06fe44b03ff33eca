//! Why a processor could not do what it is for.

use std::fmt;

use crate::event::{Event, Refused};
use crate::value::Value;

/// A field, and what is wrong with it. Shown as `FIELD: what`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fault<'p> {
    /// The name of the field as the configuration has it.
    pub(crate) field: &'p str,
    pub(crate) what: &'static str,
}

impl<'p> Fault<'p> {
    pub(crate) const fn new(field: &'p str, what: &'static str) -> Self {
        Self { field, what }
    }

    pub(crate) const fn missing(field: &'p str) -> Self {
        Self::new(field, "not there")
    }

    pub(crate) const fn refused(field: &'p str, refused: Refused) -> Self {
        Self::new(field, refused.name())
    }
}

impl fmt::Display for Fault<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.what)
    }
}

/// What a processor says of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It goes on.
    Keep,
    /// It ends here, under this name.
    Drop(&'static str),
}

/// What became of the line of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spliced {
    /// It takes a tree to say; nothing was written.
    TakesATree,
    /// It stays as it is.
    Same,
    /// It was written anew.
    Written,
}

pub(crate) type Done<'p> = Result<Verdict, Fault<'p>>;

/// One kind of processor with its options.
///
/// Not `Debug`: nobody prints one.
pub(crate) trait Processor: Send + Sync {
    /// Works on an event. With a fault, the event is as it was, or as the options say.
    fn run<'p>(&'p self, event: &mut Event) -> Done<'p>;

    /// Works on the line of an event without making a tree of it, if it can; the new line goes behind `to`.
    fn splice(&self, _line: &[u8], _to: &mut Vec<u8>) -> Spliced {
        Spliced::TakesATree
    }

    /// The roots that it reads and writes, if what it does depends on nothing else.
    fn roots(&self) -> Option<Vec<&str>> {
        None
    }

    /// A field without which it does nothing.
    fn needs(&self) -> Option<&str> {
        None
    }

    /// Does it matter in which order events come?
    fn is_ordered(&self) -> bool {
        false
    }
}

/// Writes a field.
pub(crate) fn put<'p>(event: &mut Event, field: &'p str, value: Value) -> Result<(), Fault<'p>> {
    event.put(field, value).map_err(|refused| Fault::refused(field, refused))
}

/// What several processors have alike: `ignore_missing` and `fail_on_error`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lenience {
    pub(crate) ignore_missing: bool,
    pub(crate) fail_on_error: bool,
}

impl Lenience {
    /// Does something for each item. An error undoes all of it if `fail_on_error`, and is passed over otherwise. What is done
    /// for one item changes nothing when it fails.
    pub(crate) fn each<'p, T>(
        self,
        event: &mut Event,
        items: &'p [T],
        mut one: impl FnMut(&mut Event, &'p T) -> Result<(), Fault<'p>>,
    ) -> Done<'p> {
        let before = (self.fail_on_error && items.len() > 1).then(|| event.clone());
        for item in items {
            if let Err(fault) = one(event, item)
                && self.fail_on_error
            {
                if let Some(before) = before {
                    *event = before;
                }
                return Err(fault);
            }
        }
        Ok(Verdict::Keep)
    }

    /// What a missing field is.
    pub(crate) const fn missing(self, field: &str) -> Result<(), Fault<'_>> {
        if self.ignore_missing { Ok(()) } else { Err(Fault::missing(field)) }
    }
}
