//! A reply: its figures, its error, and its documents where they are wanted.

use packetbeat_core::excerpt::Excerpt;
use packetbeat_core::record::Half;

use crate::bson::{Doc, Value};
use crate::config::Config;
use crate::json::{Damage, Style, Writer};
use crate::limits::{ERROR_BYTES, NAMESPACE_BYTES, RESPONSE_TEXT_BYTES};
use crate::sections::Sections;
use crate::span::{Span, Stop};
use crate::walk::Walk;
use crate::wire::{Op, reply_flags};

/// What stands for documents that are left out, and behind one that was cut.
const MORE: &[u8] = b"[...]";
const CUT: &[u8] = b" ...";

/// A reply.
#[derive(Debug, Default)]
pub(crate) struct Reply {
    /// `None` before any of it came.
    pub(crate) half: Option<Half>,
    /// Its number.
    pub(crate) id: i32,
    /// The number of the request.
    pub(crate) to: i32,
    /// Another reply will follow without a further request.
    pub(crate) more: bool,
    /// A cursor's number.
    pub(crate) cursor: Option<i64>,
    /// Of OP_REPLY: where in the cursor it begins.
    pub(crate) starting_from: Option<i32>,
    /// Documents of OP_REPLY, or of a cursor's batch.
    pub(crate) returned: Option<u64>,
    /// The rest of a batch that is to be counted, from the start of the body.
    pub(crate) walk: Option<Walk>,
    /// The collection of a cursor, with its database.
    pub(crate) namespace: Excerpt,
    /// It says that the request failed, or a part of it.
    pub(crate) failed: bool,
    /// The error's number.
    pub(crate) code: Option<i64>,
    /// The error's name.
    pub(crate) name: Excerpt,
    /// The error's text.
    pub(crate) message: Excerpt,
    /// Errors of single writes, as JSON.
    pub(crate) errors: Vec<u8>,
    /// `response`.
    pub(crate) text: Vec<u8>,
    /// The user is who he said.
    pub(crate) is_login_done: bool,
    /// What in it contradicts the rest.
    pub(crate) lie: Option<&'static str>,
    /// Bytes of it that the capture does not have.
    pub(crate) lost: u64,
}

impl Reply {
    /// Forgets everything and keeps the memory.
    pub(crate) fn clear(&mut self) {
        let Self { mut namespace, mut name, mut message, mut errors, mut text, .. } = std::mem::take(self);
        namespace.clear();
        name.clear();
        message.clear();
        errors.clear();
        text.clear();
        *self = Self { namespace, name, message, errors, text, ..Self::default() };
    }

    /// Bytes of memory held.
    pub(crate) const fn heap_bytes(&self) -> usize {
        self.namespace.heap_bytes()
            + self.name.heap_bytes()
            + self.message.heap_bytes()
            + self.errors.capacity()
            + self.text.capacity()
    }

    /// Reads the body of a message of the server; `is_secret` if its request was about who somebody is.
    pub(crate) fn read(
        &mut self,
        op: Op,
        body: Span<'_>,
        is_secret: bool,
        config: &Config,
        writer: &mut Writer,
    ) {
        let mut damage = Damage::default();
        let style = Style { secret: is_secret, batch: config.max_docs, ..Style::default() };
        let done = match op {
            Op::Reply => self.documents(body, style, config, writer),
            _ => self.msg(body, style, config, writer, &mut damage),
        };
        if let Err(stop) = done {
            damage.note(stop);
        }
        self.lie = self.lie.or(damage.lie);
        self.failed |= self.lie.is_some();
    }

    /// A message that cannot be decompressed.
    pub(crate) fn unreadable(&mut self, stop: Stop) {
        if let Stop::Lie(what) = stop {
            self.lie = Some(what);
            self.failed = true;
        }
    }

    /// OP_REPLY: flags, cursor, where it begins, how many documents, documents.
    fn documents(
        &mut self,
        mut body: Span<'_>,
        style: Style<'_>,
        config: &Config,
        writer: &mut Writer,
    ) -> Result<(), Stop> {
        const NUMBER: Stop = Stop::Lie("number of documents");
        let flags = body.i32("flags")?.cast_unsigned();
        self.failed = flags & (reply_flags::CURSOR_NOT_FOUND | reply_flags::QUERY_FAILURE) != 0;
        self.cursor = Some(body.i64("cursor")?);
        self.starting_from = Some(body.i32("startingFrom")?);
        let number = body.i32("numberReturned")?;
        let count = u64::try_from(number).map_err(|_| NUMBER)?;
        self.returned = Some(count);
        // Each turn reads five bytes at least, whatever the number says.
        for at in 0..count {
            if body.left() == 0 {
                return Err(NUMBER);
            }
            let doc = match Doc::read(&mut body) {
                Ok(doc) => doc,
                Err(stop) => {
                    if stop == Stop::Cut && config.send_response {
                        self.left_out();
                    }
                    return Err(stop);
                }
            };
            if at == 0 {
                self.look(doc, style, config, writer);
            }
            match config.max_docs {
                Some(most) if at == most as u64 => self.left_out_if(config),
                Some(most) if at > most as u64 => {}
                _ => self.show(doc, style, config, writer),
            }
        }
        if body.left() > 0 { Err(NUMBER) } else { Ok(()) }
    }

    /// OP_MSG.
    fn msg(
        &mut self,
        body: Span<'_>,
        style: Style<'_>,
        config: &Config,
        writer: &mut Writer,
        damage: &mut Damage,
    ) -> Result<(), Stop> {
        let sections = Sections::read(body, damage)?;
        self.more = sections.more_to_come();
        if let Some(doc) = sections.body {
            self.look(doc, style, config, writer);
            self.show(doc, style, config, writer);
        }
        Ok(())
    }

    /// What the first document says about the request.
    fn look(&mut self, mut doc: Doc<'_>, style: Style<'_>, config: &Config, writer: &mut Writer) {
        loop {
            let element = match doc.next() {
                Ok(Some(element)) => element,
                Err(Stop::Lie(what)) => {
                    self.lie = self.lie.or(Some(what));
                    return;
                }
                Ok(None) | Err(Stop::Cut) => return,
            };
            match (element.key, element.value) {
                (b"ok", value) => self.failed |= value.as_number() == Some(0),
                (b"$err" | b"errmsg" | b"err", Value::Text(text)) => {
                    self.failed = true;
                    self.told(text);
                }
                (b"code", value) => self.code = self.code.or(value.as_number()),
                (b"codeName", Value::Text(text)) => self.named(text),
                (b"writeErrors", Value::Array(errors)) => self.write_errors(errors, style, config, writer),
                (b"writeConcernError", Value::Doc(error)) => self.error(error),
                (b"cursor", Value::Doc(cursor)) => self.cursor(cursor),
                (b"done", value) => self.is_login_done |= value.as_number() == Some(1),
                (b"speculativeAuthenticate", Value::Doc(inner)) => {
                    let done = inner.get(b"done").and_then(|value| value.as_number());
                    self.is_login_done |= done == Some(1);
                }
                _ => {}
            }
        }
    }

    fn write_errors(&mut self, errors: Doc<'_>, style: Style<'_>, config: &Config, writer: &mut Writer) {
        let Some(first) = errors.elements().next() else { return };
        if let Some(error) = first.value.as_doc() {
            self.error(error);
        }
        self.failed = true;
        self.errors.clear();
        if !config.mask {
            writer.array(&mut self.errors, errors, Style { limit: ERROR_BYTES, ..style });
        }
    }

    /// An error with its number, name and text.
    fn error(&mut self, error: Doc<'_>) {
        self.failed = true;
        for element in error.elements() {
            match (element.key, element.value) {
                (b"code", value) => self.code = self.code.or(value.as_number()),
                (b"codeName", Value::Text(text)) => self.named(text),
                (b"errmsg", Value::Text(text)) => self.told(text),
                _ => {}
            }
        }
    }

    fn named(&mut self, text: &[u8]) {
        self.name.clear();
        self.name.push(text, NAMESPACE_BYTES);
    }

    fn told(&mut self, text: &[u8]) {
        self.message.clear();
        self.message.push(text, ERROR_BYTES);
    }

    fn cursor(&mut self, mut cursor: Doc<'_>) {
        while let Ok(Some(element)) = cursor.next() {
            match (element.key, element.value) {
                (b"id", value) => self.cursor = value.as_number(),
                (b"ns", Value::Text(text)) => {
                    self.namespace.clear();
                    self.namespace.push(text, NAMESPACE_BYTES);
                }
                (b"firstBatch" | b"nextBatch", Value::Array(batch)) => self.count(batch),
                _ => {}
            }
        }
    }

    /// Counts the documents of a batch, as far as they are there.
    fn count(&mut self, mut batch: Doc<'_>) {
        let mut count = 0;
        loop {
            let (next, end) = (batch.0.place(), batch.0.left());
            match batch.skip() {
                Ok(true) => count += 1,
                Ok(false) => return self.returned = Some(count),
                Err(Stop::Cut) => {
                    let next = next as u64;
                    self.walk = Some(Walk { next, end: next + end as u64, message: 0, count });
                    return;
                }
                Err(Stop::Lie(_)) => return,
            }
        }
    }

    /// Adds a document to `response`.
    fn show(&mut self, doc: Doc<'_>, style: Style<'_>, config: &Config, writer: &mut Writer) {
        // Masked, nothing would be left of it but names.
        if !config.send_response || config.mask {
            return;
        }
        let room = RESPONSE_TEXT_BYTES.saturating_sub(self.text.len());
        if room == 0 {
            return;
        }
        if !self.text.is_empty() {
            self.text.push(b'\n');
        }
        let limit = config.max_doc_length.unwrap_or(room).min(room);
        let damage = writer.document(&mut self.text, doc, Style { limit, ..style });
        if damage.cut {
            self.text.extend_from_slice(CUT);
        }
    }

    fn left_out_if(&mut self, config: &Config) {
        if config.send_response && !config.mask {
            self.left_out();
        }
    }

    /// Documents follow that are not in `response`.
    fn left_out(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with(MORE) {
            self.text.push(b'\n');
            self.text.extend_from_slice(MORE);
        }
    }
}
