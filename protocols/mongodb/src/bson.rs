//! BSON, read in place (bsonspec.org, version 1.1).
//!
//! ```text
//!  0      4                                    length - 1
//!  ┌──────┬──────┬─────────┬───────────┬── … ──┬───┐
//!  │length│ type │ name \0 │ value     │       │ 0 │     a document; an array is one whose names are "0", "1" …
//!  └──────┴──────┴─────────┴───────────┴── … ──┴───┘
//! ```

use crate::span::{Span, Stop};

/// A document's or an array's members with the zero behind them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Doc<'b>(pub(crate) Span<'b>);

/// One member.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Element<'b> {
    /// Its name, in UTF-8.
    pub(crate) key: &'b [u8],
    /// What it holds.
    pub(crate) value: Value<'b>,
}

/// A value.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Value<'b> {
    Double(f64),
    Text(&'b [u8]),
    Doc(Doc<'b>),
    Array(Doc<'b>),
    Binary {
        kind: u8,
        bytes: &'b [u8],
    },
    Undefined,
    ObjectId(&'b [u8]),
    Bool(bool),
    /// Milliseconds since the Unix epoch.
    Date(i64),
    Null,
    Regex {
        pattern: &'b [u8],
        options: &'b [u8],
    },
    Pointer {
        namespace: &'b [u8],
        id: &'b [u8],
    },
    Code(&'b [u8]),
    ScopedCode {
        code: &'b [u8],
        scope: Doc<'b>,
    },
    Int32(i32),
    /// Seconds in the upper half, a counter in the lower.
    Timestamp(u64),
    Int64(i64),
    Decimal(u128),
    MinKey,
    MaxKey,
}

impl<'b> Doc<'b> {
    /// The document at the cursor.
    pub(crate) fn read(span: &mut Span<'b>) -> Result<Self, Stop> {
        span.measured(5, "document").map(Self)
    }

    /// The next member of those that the cursor of `self` stands before; `None` at the end.
    pub(crate) fn next(&mut self) -> Result<Option<Element<'b>>, Stop> {
        let Some((kind, key)) = self.next_name()? else { return Ok(None) };
        let value = Value::read(kind, &mut self.0)?;
        Ok(Some(Element { key, value }))
    }

    /// Type and name of the next member; its value is at the cursor then.
    pub(crate) fn next_name(&mut self) -> Result<Option<(u8, &'b [u8])>, Stop> {
        match self.0.u8("end of a document")? {
            0 => Ok(None),
            kind => Ok(Some((kind, self.0.cstr("name")?))),
        }
    }

    /// Passes over the next member; false at the end.
    pub(crate) fn skip(&mut self) -> Result<bool, Stop> {
        let Some((kind, _)) = self.next_name()? else { return Ok(false) };
        if kind == 3 {
            Doc::read(&mut self.0)?;
        } else {
            Value::read(kind, &mut self.0)?;
        }
        Ok(true)
    }

    /// All members up to the end, or to the first that cannot be read.
    pub(crate) fn elements(mut self) -> impl Iterator<Item = Element<'b>> {
        std::iter::from_fn(move || self.next().ok().flatten())
    }

    /// The first member of this name.
    pub(crate) fn get(mut self, key: &[u8]) -> Option<Value<'b>> {
        loop {
            let (kind, name) = self.next_name().ok()??;
            let value = Value::read(kind, &mut self.0).ok()?;
            if name == key {
                return Some(value);
            }
        }
    }
}

impl<'b> Value<'b> {
    /// The value of type `kind` at the cursor.
    pub(crate) fn read(kind: u8, span: &mut Span<'b>) -> Result<Self, Stop> {
        Ok(match kind {
            0x01 => Self::Double(f64::from_bits(span.i64("double")?.cast_unsigned())),
            0x02 | 0x0e => Self::Text(text(span)?),
            0x03 => Self::Doc(Doc::read(span)?),
            0x04 => Self::Array(Doc::read(span)?),
            0x05 => binary(span)?,
            0x06 => Self::Undefined,
            0x07 => Self::ObjectId(span.take(12, "object id")?),
            0x08 => Self::Bool(span.u8("boolean")? != 0),
            0x09 => Self::Date(span.i64("date")?),
            0x0a => Self::Null,
            0x0b => Self::Regex {
                pattern: span.cstr("regular expression")?,
                options: span.cstr("regular expression")?,
            },
            0x0c => Self::Pointer { namespace: text(span)?, id: span.take(12, "object id")? },
            0x0d => Self::Code(text(span)?),
            0x0f => {
                let mut inside = span.measured(14, "code with scope")?;
                Self::ScopedCode { code: text(&mut inside)?, scope: Doc::read(&mut inside)? }
            }
            0x10 => Self::Int32(span.i32("number")?),
            0x11 => Self::Timestamp(span.i64("timestamp")?.cast_unsigned()),
            0x12 => Self::Int64(span.i64("number")?),
            0x13 => Self::Decimal(u128::from_le_bytes(span.array("decimal")?)),
            0xff => Self::MinKey,
            0x7f => Self::MaxKey,
            _ => return Err(Stop::Lie("type of a value")),
        })
    }

    /// A text's bytes.
    pub(crate) const fn as_text(&self) -> Option<&'b [u8]> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// A document.
    pub(crate) const fn as_doc(&self) -> Option<Doc<'b>> {
        if let Self::Doc(doc) = self { Some(*doc) } else { None }
    }

    /// A whole number, whatever its type; fractions are cut.
    pub(crate) const fn as_number(&self) -> Option<i64> {
        match *self {
            Self::Int32(number) => Some(number as i64),
            Self::Int64(number) => Some(number),
            Self::Double(number) => Some(number as i64),
            Self::Bool(flag) => Some(flag as i64),
            _ => None,
        }
    }
}

/// A text behind its length, which counts the zero at its end.
fn text<'b>(span: &mut Span<'b>) -> Result<&'b [u8], Stop> {
    let len = usize::try_from(span.i32("text")?).ok().filter(|len| *len > 0).ok_or(Stop::Lie("text"))?;
    let bytes = span.take(len, "text")?;
    Ok(bytes.split_last().map_or(bytes, |(_, text)| text))
}

fn binary<'b>(span: &mut Span<'b>) -> Result<Value<'b>, Stop> {
    let len = usize::try_from(span.i32("binary")?).map_err(|_| Stop::Lie("binary"))?;
    let kind = span.u8("binary")?;
    let mut bytes = span.take(len, "binary")?;
    if kind == 2 {
        // The old kind has its length a second time.
        bytes = bytes.get(4..).ok_or(Stop::Lie("binary"))?;
    }
    Ok(Value::Binary { kind, bytes })
}

/// Whether a value can be of this type.
pub(crate) const fn is_type(kind: u8) -> bool {
    matches!(kind, 0x01..=0x13 | 0x7f | 0xff)
}
