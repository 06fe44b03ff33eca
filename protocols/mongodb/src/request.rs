//! A request, as it waits for its reply.

use packetbeat_core::pairing::Pending;
use packetbeat_core::record::Half;

use crate::bson::{Doc, Value};
use crate::command::{self, Command};
use crate::config::Config;
use crate::json::{self, Damage, Sequence, Style, Writer};
use crate::limits::{COMMAND_BYTES, NAMESPACE_BYTES, QUERY_BYTES, REQUEST_TEXT_BYTES, USER_BYTES};
use crate::sections::Sections;
use crate::span::{Span, Stop};
use crate::texts::{Part, Texts};
use crate::wire::{COMMANDS, Op, split};

/// A client's number that it gave to its session: it says nothing.
const SESSION: &[u8] = b"lsid";
/// The database of a command in OP_MSG.
const DATABASE: &[u8] = b"$db";

/// A request.
#[derive(Debug, Default)]
pub(crate) struct Request {
    pub(crate) half: Half,
    /// Its number.
    pub(crate) id: i32,
    pub(crate) op: Op,
    pub(crate) texts: Texts,
    /// `mongodb.numberToSkip`, of OP_QUERY.
    pub(crate) skip: i32,
    /// `mongodb.numberToReturn`, of OP_QUERY and OP_GET_MORE.
    pub(crate) number: i32,
    /// `mongodb.cursorId`, of OP_GET_MORE.
    pub(crate) cursor: i64,
    /// A reply is to come.
    pub(crate) awaits: bool,
    /// Its reply is about who somebody is.
    pub(crate) is_secret: bool,
    /// Not all of it was read.
    pub(crate) cut: bool,
    /// What in it contradicts the rest.
    pub(crate) lie: Option<&'static str>,
    /// Bytes of it that the capture does not have.
    pub(crate) lost: u64,
}

impl Pending for Request {
    fn clear(&mut self) {
        let mut texts = std::mem::take(&mut self.texts);
        texts.clear();
        *self = Self { texts, ..Self::default() };
    }

    fn heap_bytes(&self) -> usize {
        self.texts.heap_bytes()
    }
}

/// How the texts of one request are written.
struct Pen<'p> {
    config: &'p Config,
    writer: &'p mut Writer,
    damage: Damage,
}

impl Request {
    /// Reads the body of a message of the client.
    pub(crate) fn read(&mut self, op: Op, body: Span<'_>, config: &Config, writer: &mut Writer) {
        self.op = op;
        let mut pen = Pen { config, writer, damage: Damage::default() };
        let done = match op {
            Op::Query => self.query(body, &mut pen),
            Op::Msg => self.msg(body, &mut pen),
            _ => self.legacy(op, body, &mut pen),
        };
        if let Err(stop) = done {
            pen.damage.note(stop);
        }
        self.cut |= pen.damage.cut;
        self.lie = self.lie.or(pen.damage.lie);
    }

    /// Becomes the same as `other`.
    pub(crate) fn copy_from(&mut self, other: &Self) {
        let mut texts = std::mem::take(&mut self.texts);
        texts.copy_from(&other.texts);
        *self = Self { texts, ..*other };
    }

    /// A message that cannot be decompressed.
    pub(crate) fn unreadable(&mut self, op: Op, stop: Stop) {
        self.op = op;
        self.awaits = matches!(op, Op::Query | Op::GetMore | Op::Msg);
        let mut damage = Damage::default();
        damage.note(stop);
        (self.cut, self.lie) = (damage.cut, damage.lie);
    }

    /// OP_QUERY: flags, collection, how many to skip and to return, document, fields to return.
    fn query(&mut self, mut body: Span<'_>, pen: &mut Pen<'_>) -> Result<(), Stop> {
        self.awaits = true;
        body.i32("flags")?;
        let namespace = body.cstr("collection")?;
        self.texts.put(Part::Namespace, namespace, NAMESPACE_BYTES);
        let (skip, number) = (body.i32("numberToSkip"), body.i32("numberToReturn"));
        (self.skip, self.number) = (skip?, number?);
        let doc = Doc::read(&mut body);
        if let Some(database) = namespace.strip_suffix(COMMANDS) {
            match doc {
                Ok(doc) => self.command(database, doc, pen),
                Err(_) => self.named(&Command::default(), database),
            }
        } else {
            self.texts.put(Part::Method, b"find", COMMAND_BYTES);
            self.on(namespace);
            if let Ok(doc) = doc {
                self.statement(doc, &[SESSION], b"", &[], pen);
            }
        }
        doc?;
        if body.left() > 0 {
            let fields = Doc::read(&mut body)?;
            self.document(Part::FieldsSelector, fields, pen);
        }
        Ok(())
    }

    /// A command in OP_QUERY.
    fn command(&mut self, database: &[u8], doc: Doc<'_>, pen: &mut Pen<'_>) {
        let inner = Command::unwrapped(doc);
        let command = Command::of(inner);
        self.named(&command, database);
        self.is_secret = command.is_secret;
        self.user(&command, inner);
        self.statement(doc, &[command.name, SESSION], command.data(), &[], pen);
    }

    /// OP_MSG.
    fn msg(&mut self, body: Span<'_>, pen: &mut Pen<'_>) -> Result<(), Stop> {
        self.awaits = true;
        let sections = Sections::read(body, &mut pen.damage)?;
        self.awaits = !sections.more_to_come();
        if let Some(first) = sections.sequences().first() {
            self.texts.put(Part::Message, first.name, COMMAND_BYTES);
        }
        let Some(body) = sections.body else { return Ok(()) };
        let command = Command::of(body);
        let own = body.get(DATABASE).as_ref().and_then(Value::as_text).unwrap_or_default();
        let database = if command.database.is_empty() { own } else { command.database };
        self.is_secret = command.is_secret;
        self.user(&command, body);
        if !database.is_empty() && !command.collection.is_empty() {
            self.texts.write(Part::Namespace, |out| join(out, database, command.collection));
        }
        let data = command.data();
        if pen.config.name_commands {
            self.named(&command, database);
            self.statement(body, &[command.name, DATABASE, SESSION], data, sections.sequences(), pen);
        } else {
            self.texts.put(Part::Method, b"msg", COMMAND_BYTES);
            self.parts(&command, database);
            self.statement(body, &[SESSION], data, sections.sequences(), pen);
        }
        Ok(())
    }

    /// What was there before commands.
    fn legacy(&mut self, op: Op, mut body: Span<'_>, pen: &mut Pen<'_>) -> Result<(), Stop> {
        let method: &[u8] = match op {
            Op::Update => b"update",
            Op::Insert => b"insert",
            Op::GetMore => b"getMore",
            Op::Delete => b"delete",
            Op::KillCursors => b"killCursors",
            _ => b"msg",
        };
        self.awaits = op == Op::GetMore;
        self.texts.put(Part::Method, method, COMMAND_BYTES);
        if op == Op::Note {
            let text = body.cstr("text")?;
            if !pen.config.mask {
                self.texts.put(Part::Message, text, QUERY_BYTES);
            }
            return Ok(());
        }
        body.i32("flags")?;
        if op != Op::KillCursors {
            let namespace = body.cstr("collection")?;
            self.texts.put(Part::Namespace, namespace, NAMESPACE_BYTES);
            self.on(namespace);
        }
        let documents = match op {
            Op::GetMore => {
                self.number = body.i32("numberToReturn")?;
                self.cursor = body.i64("cursor")?;
                None
            }
            Op::Insert => Some(body),
            Op::Update | Op::Delete => {
                body.i32("flags")?;
                let selector = Doc::read(&mut body)?;
                self.document(Part::Selector, selector, pen);
                if op == Op::Update {
                    let update = Doc::read(&mut body)?;
                    self.document(Part::Update, update, pen);
                }
                None
            }
            _ => None,
        };
        self.bare_statement(documents, pen);
        Ok(())
    }

    /// Database and collection of a request to a collection; it is the resource as well.
    fn on(&mut self, namespace: &[u8]) {
        let (database, collection) = split(namespace);
        self.is_secret = collection == b"system.users";
        self.texts.put(Part::Database, database, NAMESPACE_BYTES);
        self.texts.put(Part::Collection, collection, NAMESPACE_BYTES);
        self.texts.put(Part::Resource, namespace, NAMESPACE_BYTES);
    }

    /// Method and resource of a command.
    fn named(&mut self, command: &Command<'_>, database: &[u8]) {
        let method: &[u8] = if command.name.is_empty() { b"otherCommand" } else { command.name };
        self.texts.put(Part::Method, method, COMMAND_BYTES);
        let database = if command.database.is_empty() { database } else { command.database };
        let object: &[u8] = if command.collection.is_empty() { b"$cmd" } else { command.collection };
        self.texts.write(Part::Resource, |out| join(out, database, object));
        self.parts(command, database);
    }

    fn parts(&mut self, command: &Command<'_>, database: &[u8]) {
        self.texts.put(Part::Command, command.name, COMMAND_BYTES);
        self.texts.put(Part::Database, database, NAMESPACE_BYTES);
        self.texts.put(Part::Collection, command.collection, NAMESPACE_BYTES);
    }

    fn user(&mut self, command: &Command<'_>, doc: Doc<'_>) {
        let user = command::user(command, doc);
        if !user.is_empty() {
            self.texts.put(Part::User, user, USER_BYTES);
        }
    }

    /// A document as a field of its own.
    fn document(&mut self, part: Part, doc: Doc<'_>, pen: &mut Pen<'_>) {
        let style = self.style(QUERY_BYTES, &[], pen.config);
        let damage = self.texts.write(part, |out| pen.writer.document(out, doc, style));
        pen.add(damage);
    }

    fn style<'s>(&self, limit: usize, omit: &'s [&'s [u8]], config: &Config) -> Style<'s> {
        Style { limit, mask: config.mask, secret: self.is_secret, omit, ..Style::default() }
    }

    /// `query` and `request`: members of `omit` are in neither, that of `data` is in `request` alone.
    fn statement(
        &mut self,
        doc: Doc<'_>,
        omit: &[&[u8]],
        data: &[u8],
        sequences: &[Sequence<'_>],
        pen: &mut Pen<'_>,
    ) {
        let mut name = [0; COMMAND_BYTES];
        let name = copied(&mut name, self.texts.get(Part::Command));
        // Where values are hidden, those that are names are not: of a command alone, as documents have members of any name.
        let own: &[u8] = if name == b"getMore" { b"collection" } else { name };
        let names = [DATABASE, own];
        let names = match (name.is_empty(), self.texts.get(Part::Collection).is_empty()) {
            (true, _) => &[][..],
            (false, true) => &names[..1],
            (false, false) => &names,
        };
        let style = Style { names, data, ..self.style(QUERY_BYTES, omit, pen.config) };
        self.call(Part::Query, Some((doc, &[])), style, pen);
        if pen.config.send_request {
            let style = Style { limit: REQUEST_TEXT_BYTES, data: &[], ..style };
            self.call(Part::Request, Some((doc, sequences)), style, pen);
        }
    }

    /// The same for a request whose documents are no parameters; `documents` go into `request`.
    fn bare_statement(&mut self, documents: Option<Span<'_>>, pen: &mut Pen<'_>) {
        let style = self.style(REQUEST_TEXT_BYTES, &[], pen.config);
        self.call(Part::Query, None, style, pen);
        if pen.config.send_request {
            self.call(Part::Request, None, style, pen);
            if let Some(documents) = documents {
                self.insertion(documents, style, pen);
            }
        }
    }

    /// `request` of OP_INSERT: its documents in parentheses.
    fn insertion(&mut self, mut documents: Span<'_>, style: Style<'_>, pen: &mut Pen<'_>) {
        let head = self.texts.range(Part::Request);
        let damage = self.texts.write(Part::Request, |out| {
            out.extend_from_within(head.start..head.end.saturating_sub(1));
            let (start, mut damage) = (out.len(), Damage::default());
            while documents.left() > 0 && out.len() - start < style.limit && !damage.cut {
                match Doc::read(&mut documents) {
                    Ok(doc) => {
                        if out.len() > start {
                            out.push(b',');
                        }
                        let limit = style.limit.saturating_sub(out.len() - start);
                        let came = pen.writer.document(out, doc, Style { limit, ..style });
                        damage = Damage { cut: came.cut, lie: damage.lie.or(came.lie) };
                    }
                    Err(stop) => {
                        damage.note(stop);
                        break;
                    }
                }
            }
            out.push(b')');
            damage
        });
        pen.add(damage);
    }

    /// Writes `resource.method(document).skip(n).limit(n)`.
    fn call(
        &mut self,
        part: Part,
        document: Option<(Doc<'_>, &[Sequence<'_>])>,
        style: Style<'_>,
        pen: &mut Pen<'_>,
    ) {
        let (resource, method) = (self.texts.range(Part::Resource), self.texts.range(Part::Method));
        let is_command = self.texts.get(Part::Namespace).ends_with(COMMANDS);
        let (skip, number) = if is_command { (0, 0) } else { (self.skip, self.number) };
        let damage = self.texts.write(part, |out| {
            out.extend_from_within(resource);
            out.push(b'.');
            out.extend_from_within(method);
            out.push(b'(');
            let damage = match document {
                Some((doc, sequences)) if has_parameters(doc, style.omit) || !sequences.is_empty() => {
                    pen.writer.message(out, doc, sequences, style)
                }
                _ => Damage::default(),
            };
            out.push(b')');
            called(out, b".skip(", i64::from(skip));
            // Below zero: so many and no more.
            let number = i64::from(number).abs();
            called(out, b".limit(", if number < i64::from(i32::MAX) { number } else { 0 });
            damage
        });
        pen.add(damage);
    }
}

impl Pen<'_> {
    fn add(&mut self, damage: Damage) {
        self.damage.cut |= damage.cut;
        self.damage.lie = self.damage.lie.or(damage.lie);
    }
}

/// Whether a document has more than what is left out of it.
fn has_parameters(doc: Doc<'_>, omit: &[&[u8]]) -> bool {
    doc.elements().any(|element| !omit.contains(&element.key))
}

fn called(out: &mut Vec<u8>, what: &[u8], number: i64) {
    if number > 0 {
        out.extend_from_slice(what);
        json::integer(out, number);
        out.push(b')');
    }
}

fn join(out: &mut Vec<u8>, database: &[u8], collection: &[u8]) {
    let start = out.len();
    out.extend_from_slice(database.get(..NAMESPACE_BYTES).unwrap_or(database));
    out.push(b'.');
    out.extend_from_slice(collection.get(..NAMESPACE_BYTES).unwrap_or(collection));
    out.truncate(start + NAMESPACE_BYTES);
}

/// A copy on the stack: the texts are written to while it is used.
fn copied<'r>(room: &'r mut [u8; COMMAND_BYTES], text: &[u8]) -> &'r [u8] {
    for (place, byte) in room.iter_mut().zip(text) {
        *place = *byte;
    }
    room.get(..text.len()).unwrap_or_default()
}
