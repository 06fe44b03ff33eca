//! The body of OP_MSG.
//!
//! ```text
//!  ┌───────┬───┬──────────┬───┬──────┬─────────┬──────────┬── … ─┬──────────┐
//!  │ flags │ 0 │ document │ 1 │length│ name \0 │ documents│      │ checksum │
//!  └───────┴───┴──────────┴───┴──────┴─────────┴──────────┴── … ─┴──────────┘
//! ```
//!
//! A section of kind 0, the command or its reply, stands in each message once; those of kind 1 are what would be long
//! arrays in it.

use crate::bson::Doc;
use crate::json::{Damage, Sequence};
use crate::limits::SEQUENCES;
use crate::span::{Span, Stop};
use crate::wire::flags;

/// What a message consists of.
#[derive(Debug)]
pub(crate) struct Sections<'b> {
    pub(crate) flags: u32,
    /// `None` where it was not among the bytes that are there.
    pub(crate) body: Option<Doc<'b>>,
    sequences: [Sequence<'b>; SEQUENCES],
    count: usize,
}

impl<'b> Sections<'b> {
    /// Reads as far as the bytes go. What is wrong behind the flags goes into `damage`.
    pub(crate) fn read(mut span: Span<'b>, damage: &mut Damage) -> Result<Self, Stop> {
        let flags = span.i32("flags")?.cast_unsigned();
        if flags & flags::CHECKSUM != 0 {
            if span.left() < 4 {
                return Err(Stop::Lie("checksum"));
            }
            span.shorten(4);
        }
        let none = Sequence { name: &[], documents: Span::new(&[], 0) };
        let mut this = Self { flags, body: None, sequences: [none; SEQUENCES], count: 0 };
        while span.left() > 0 {
            if let Err(stop) = this.section(&mut span) {
                damage.note(stop);
                break;
            }
        }
        if this.body.is_none() {
            damage.note(if damage.cut { Stop::Cut } else { Stop::Lie("no body") });
        }
        Ok(this)
    }

    fn section(&mut self, span: &mut Span<'b>) -> Result<(), Stop> {
        match span.u8("kind of a section")? {
            0 => {
                let body = Doc::read(span)?;
                if self.body.replace(body).is_some() {
                    return Err(Stop::Lie("second body"));
                }
            }
            1 => {
                let mut documents = span.measured(5, "sequence of documents")?;
                let name = documents.cstr("sequence of documents")?;
                if let Some(place) = self.sequences.get_mut(self.count) {
                    *place = Sequence { name, documents };
                    self.count += 1;
                }
            }
            _ => return Err(Stop::Lie("kind of a section")),
        }
        Ok(())
    }

    /// The sections of kind 1.
    pub(crate) fn sequences(&self) -> &[Sequence<'b>] {
        self.sequences.get(..self.count).unwrap_or_default()
    }

    /// Whether no reply, or another one, is to be expected.
    pub(crate) const fn more_to_come(&self) -> bool {
        self.flags & flags::MORE_TO_COME != 0
    }
}
