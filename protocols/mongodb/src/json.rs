//! Documents as JSON text, as Packetbeat writes them: members sorted by name, the last of equal names, and `<`, `>`, `&` and the line
//! separators of Unicode escaped (what Go's encoder does for HTML).
//!
//! | BSON | JSON |
//! |---|---|
//! | object id, symbol | its text |
//! | date | RFC 3339 in UTC; a number where the year has more than four digits |
//! | binary | base64; with a kind of its own `{"Kind":4,"Data":"…"}` |
//! | regular expression | `{"Pattern":"…","Options":"…"}` |
//! | code | `{"Code":"…","Scope":null}` |
//! | pointer | `{"Namespace":"…","Id":"…"}` |
//! | timestamp, lowest and highest key | a number |
//! | decimal | a text: JSON's readers lose digits |
//! | undefined | `{}` |
//! | no number, infinite | a text: JSON has none |

use packetbeat_core::calendar::civil;
use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::bson::{Doc, Value};
use crate::decimal;
use crate::limits::{DEPTH, MEMBERS};
use crate::span::{Span, Stop};

/// What stands for a value that is hidden.
const MASKED: &[u8] = b"\"?\"";
const SECRET: &[u8] = b"\"[redacted]\"";
/// What stands for what a limit keeps out.
const MORE: &[u8] = b"\"[...]\"";

/// What goes into a text.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Style<'s> {
    /// Bytes of the text; what is longer is cut there.
    pub(crate) limit: usize,
    /// Values are hidden, names are shown.
    pub(crate) mask: bool,
    /// Members whose values are shown all the same: outermost ones that are names.
    pub(crate) names: &'s [&'s [u8]],
    /// Members of secrets are hidden.
    pub(crate) secret: bool,
    /// Outermost members that are left out.
    pub(crate) omit: &'s [&'s [u8]],
    /// One more of these; empty if there is none.
    pub(crate) data: &'s [u8],
    /// Documents of a cursor's batch that are shown.
    pub(crate) batch: Option<usize>,
}

/// Documents that stand behind the body of a message as if they were members of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sequence<'b> {
    pub(crate) name: &'b [u8],
    pub(crate) documents: Span<'b>,
}

/// What came of writing a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Damage {
    /// Not all bytes were there, or a limit was met.
    pub(crate) cut: bool,
    /// Bytes contradicted each other.
    pub(crate) lie: Option<&'static str>,
}

impl Damage {
    /// Takes note of why reading stopped.
    pub(crate) fn note(&mut self, stop: Stop) {
        match stop {
            Stop::Cut => self.cut = true,
            Stop::Lie(what) => self.lie = self.lie.or(Some(what)),
        }
    }
}

/// Puts members in order; its memory is used again.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    members: Vec<Member>,
}

/// Where a member stands in its document, or which sequence it is.
#[derive(Clone, Copy, Debug)]
struct Member {
    key: u32,
    key_len: u32,
    value: u32,
    kind: u8,
    sequence: bool,
}

impl Writer {
    /// Writes a document, cut at the style's limit.
    pub(crate) fn document(&mut self, out: &mut Vec<u8>, doc: Doc<'_>, style: Style<'_>) -> Damage {
        self.message(out, doc, &[], style)
    }

    /// Writes a message's body with its sequences.
    pub(crate) fn message(
        &mut self,
        out: &mut Vec<u8>,
        body: Doc<'_>,
        sequences: &[Sequence<'_>],
        style: Style<'_>,
    ) -> Damage {
        self.cut_at_limit(out, style, |text| text.document(body, sequences, 0))
    }

    /// Writes an array.
    pub(crate) fn array(&mut self, out: &mut Vec<u8>, array: Doc<'_>, style: Style<'_>) -> Damage {
        self.cut_at_limit(out, style, |text| text.array(array, None, 1))
    }

    fn cut_at_limit(
        &mut self,
        out: &mut Vec<u8>,
        style: Style<'_>,
        write: impl FnOnce(&mut Text<'_, '_>),
    ) -> Damage {
        self.members.clear();
        let end = out.len().saturating_add(style.limit);
        let mut text = Text { out, members: &mut self.members, style, end, damage: Damage::default() };
        write(&mut text);
        let mut damage = text.damage;
        if out.len() > end {
            // Not within a character.
            let cut = (end.saturating_sub(3)..=end)
                .rev()
                .find(|at| out.get(*at).is_none_or(|byte| byte & 0xc0 != 0x80));
            out.truncate(cut.unwrap_or(end));
            damage.cut = true;
        }
        damage
    }

    /// Bytes of memory held.
    pub(crate) const fn heap_bytes(&self) -> usize {
        self.members.capacity() * size_of::<Member>()
    }
}

struct Text<'t, 's> {
    out: &'t mut Vec<u8>,
    members: &'t mut Vec<Member>,
    style: Style<'s>,
    end: usize,
    damage: Damage,
}

/// What a name says about its value.
#[derive(Clone, Copy, Default)]
struct Place {
    /// A batch of a cursor.
    is_batch: bool,
    /// A name, to be shown where values are hidden.
    is_name: bool,
    is_secret: bool,
}

impl Text<'_, '_> {
    const fn is_full(&self) -> bool {
        self.out.len() > self.end
    }

    fn document(&mut self, doc: Doc<'_>, sequences: &[Sequence<'_>], depth: usize) {
        if depth > DEPTH {
            self.out.extend_from_slice(MORE);
            self.damage.cut = true;
            return;
        }
        let first = self.members.len();
        self.collect(doc, sequences, depth);
        let bytes = doc.0.bytes();
        let name = |member: &Member| {
            if member.sequence {
                sequences.get(member.value as usize).map_or(&[][..], |sequence| sequence.name)
            } else {
                bytes.get(member.key as usize..(member.key + member.key_len) as usize).unwrap_or_default()
            }
        };
        if let Some(mine) = self.members.get_mut(first..) {
            mine.sort_unstable_by(|a, b| name(a).cmp(name(b)).then(a.value.cmp(&b.value)));
        }
        self.out.push(b'{');
        let mut at = first;
        while let Some(member) = self.members.get(at).copied() {
            at += 1;
            let key = name(&member);
            if self.members.get(at).is_some_and(|next| name(next) == key) {
                continue;
            }
            if self.out.last() != Some(&b'{') {
                self.out.push(b',');
            }
            self.string(key);
            self.out.push(b':');
            if member.sequence {
                if let Some(sequence) = sequences.get(member.value as usize) {
                    self.sequence(sequence.documents);
                }
            } else {
                let mut span = doc.0.moved_to(member.value as usize);
                match Value::read(member.kind, &mut span) {
                    Ok(value) => self.member(key, value, depth),
                    Err(stop) => self.stopped(stop),
                }
            }
            if self.is_full() {
                break;
            }
        }
        self.members.truncate(first);
        self.out.push(b'}');
    }

    /// Finds the members of a document.
    fn collect(&mut self, mut doc: Doc<'_>, sequences: &[Sequence<'_>], depth: usize) {
        loop {
            let at = doc.0.at();
            let (kind, key) = match doc.next_name() {
                Ok(Some(found)) => found,
                Ok(None) => break,
                Err(stop) => {
                    self.damage.note(stop);
                    break;
                }
            };
            let value = doc.0.at();
            if let Err(stop) = Value::read(kind, &mut doc.0) {
                self.damage.note(stop);
                break;
            }
            let is_data = key == self.style.data && !key.is_empty();
            if depth == 0 && (is_data || self.style.omit.contains(&key)) {
                continue;
            }
            if self.members.len() >= MEMBERS {
                self.damage.cut = true;
                break;
            }
            // Positions within a message, which is shorter than 4 GiB.
            self.members.push(Member {
                key: at as u32 + 1,
                key_len: key.len() as u32,
                value: value as u32,
                kind,
                sequence: false,
            });
        }
        for at in 0..sequences.len() {
            self.members.push(Member { key: 0, key_len: 0, value: at as u32, kind: 0, sequence: true });
        }
    }

    /// The value of a member.
    fn member(&mut self, key: &[u8], value: Value<'_>, depth: usize) {
        let place = Place {
            is_batch: depth == 1 && matches!(key, b"firstBatch" | b"nextBatch"),
            is_name: depth == 0 && self.style.names.contains(&key),
            is_secret: self.style.secret && is_secret(key),
        };
        if matches!(key, b"speculativeAuthenticate" | b"$clusterTime") {
            let outer = std::mem::replace(&mut self.style.secret, true);
            self.value(value, place, depth);
            self.style.secret = outer;
        } else {
            self.value(value, place, depth);
        }
    }

    fn array(&mut self, mut array: Doc<'_>, most: Option<usize>, depth: usize) {
        if depth > DEPTH {
            self.out.extend_from_slice(MORE);
            self.damage.cut = true;
            return;
        }
        self.out.push(b'[');
        let mut count = 0;
        while !self.is_full() {
            match array.next() {
                Ok(Some(element)) => {
                    self.comma();
                    if most.is_some_and(|most| count >= most) {
                        self.out.extend_from_slice(MORE);
                        break;
                    }
                    count += 1;
                    self.value(element.value, Place::default(), depth);
                }
                Ok(None) => break,
                Err(stop) => {
                    self.damage.note(stop);
                    break;
                }
            }
        }
        self.out.push(b']');
    }

    fn sequence(&mut self, mut documents: Span<'_>) {
        self.out.push(b'[');
        while documents.left() > 0 && !self.is_full() {
            match Doc::read(&mut documents) {
                Ok(doc) => {
                    self.comma();
                    self.document(doc, &[], 1);
                }
                Err(stop) => {
                    self.damage.note(stop);
                    break;
                }
            }
        }
        self.out.push(b']');
    }

    fn comma(&mut self) {
        if self.out.last() != Some(&b'[') {
            self.out.push(b',');
        }
    }

    fn stopped(&mut self, stop: Stop) {
        self.damage.note(stop);
        self.out.extend_from_slice(b"null");
    }

    fn value(&mut self, value: Value<'_>, place: Place, depth: usize) {
        if place.is_secret {
            self.out.extend_from_slice(SECRET);
            return;
        }
        match value {
            Value::Doc(doc) => return self.document(doc, &[], depth + 1),
            Value::Array(array) => {
                let most = if place.is_batch { self.style.batch } else { None };
                return self.array(array, most, depth + 1);
            }
            _ => {}
        }
        if self.style.mask && !place.is_name {
            self.out.extend_from_slice(MASKED);
            return;
        }
        self.scalar(value, depth);
    }

    fn scalar(&mut self, value: Value<'_>, depth: usize) {
        match value {
            Value::Double(number) => double(self.out, number),
            Value::Text(text) => self.string(text),
            // Written by their own functions.
            Value::Doc(_) | Value::Array(_) => {}
            Value::Binary { kind: 0 | 2, bytes } => self.base64(bytes),
            Value::Binary { kind, bytes } => {
                self.put(format_args!("{{\"Kind\":{kind},\"Data\":"));
                self.base64(bytes);
                self.out.push(b'}');
            }
            Value::Undefined => self.out.extend_from_slice(b"{}"),
            Value::ObjectId(id) => self.hex(id),
            Value::Bool(flag) => self.out.extend_from_slice(if flag { b"true" } else { b"false" }),
            Value::Date(millis) => date(self.out, millis),
            Value::Null => self.out.extend_from_slice(b"null"),
            Value::Regex { pattern, options } => {
                self.out.extend_from_slice(b"{\"Pattern\":");
                self.string(pattern);
                self.out.extend_from_slice(b",\"Options\":");
                self.string(options);
                self.out.push(b'}');
            }
            Value::Pointer { namespace, id } => {
                self.out.extend_from_slice(b"{\"Namespace\":");
                self.string(namespace);
                self.out.extend_from_slice(b",\"Id\":");
                self.hex(id);
                self.out.push(b'}');
            }
            Value::Code(code) => self.code(code, None, depth),
            Value::ScopedCode { code, scope } => self.code(code, Some(scope), depth),
            Value::Int32(number) => integer(self.out, i64::from(number)),
            Value::Timestamp(stamp) => integer(self.out, stamp.cast_signed()),
            Value::Int64(number) => integer(self.out, number),
            Value::Decimal(bits) => decimal::write(self.out, bits),
            Value::MinKey => integer(self.out, i64::MIN),
            Value::MaxKey => integer(self.out, i64::MAX),
        }
    }

    fn code(&mut self, code: &[u8], scope: Option<Doc<'_>>, depth: usize) {
        self.out.extend_from_slice(b"{\"Code\":");
        self.string(code);
        self.out.extend_from_slice(b",\"Scope\":");
        match scope {
            Some(scope) => self.document(scope, &[], depth + 1),
            None => self.out.extend_from_slice(b"null"),
        }
        self.out.push(b'}');
    }

    fn put(&mut self, what: std::fmt::Arguments<'_>) {
        // A vector takes everything.
        let _ = self.out.write_fmt(what);
    }

    fn hex(&mut self, bytes: &[u8]) {
        self.out.push(b'"');
        for byte in bytes {
            self.out.extend([hex_digit(byte >> 4), hex_digit(*byte)]);
        }
        self.out.push(b'"');
    }

    fn base64(&mut self, bytes: &[u8]) {
        // Four characters for three bytes; what is beyond the limit is not needed.
        let room = self.end.saturating_sub(self.out.len()) + 4;
        let bytes = bytes.get(..room / 4 * 3).unwrap_or(bytes);
        self.out.push(b'"');
        let start = self.out.len();
        self.out.resize(start + bytes.len().div_ceil(3) * 4, 0);
        if let Some(room) = self.out.get_mut(start..) {
            // It has exactly the room that it needs.
            let _ = STANDARD.encode_slice(bytes, room);
        }
        self.out.push(b'"');
    }

    /// A text with its quotes.
    fn string(&mut self, text: &[u8]) {
        let room = self.end.saturating_sub(self.out.len()).saturating_add(8);
        string(self.out, text.get(..room).unwrap_or(text));
    }
}

/// Names of members that prove who somebody is, in commands that do so and their replies.
fn is_secret(key: &[u8]) -> bool {
    matches!(key, b"payload" | b"key" | b"nonce" | b"pwd" | b"password" | b"credentials" | b"hash")
}

const fn hex_digit(value: u8) -> u8 {
    match value & 15 {
        digit @ 0..10 => b'0' + digit,
        letter => b'a' + letter - 10,
    }
}

/// A text with its quotes.
pub(crate) fn string(out: &mut Vec<u8>, text: &[u8]) {
    out.push(b'"');
    for chunk in text.utf8_chunks() {
        characters(out, chunk.valid().as_bytes());
        if !chunk.invalid().is_empty() {
            out.extend_from_slice("\u{fffd}".as_bytes());
        }
    }
    out.push(b'"');
}

fn characters(out: &mut Vec<u8>, mut text: &[u8]) {
    loop {
        let special = |byte: &u8| matches!(byte, 0..0x20 | b'"' | b'\\' | b'<' | b'>' | b'&' | 0xe2);
        let plain = text.iter().position(special).unwrap_or(text.len());
        let (head, tail) = text.split_at_checked(plain).unwrap_or((text, &[]));
        out.extend_from_slice(head);
        let Some((&first, mut rest)) = tail.split_first() else { return };
        match (first, rest) {
            (b'"' | b'\\', _) => out.extend([b'\\', first]),
            (b'\n', _) => out.extend_from_slice(b"\\n"),
            (b'\r', _) => out.extend_from_slice(b"\\r"),
            (b'\t', _) => out.extend_from_slice(b"\\t"),
            (0x08, _) => out.extend_from_slice(b"\\b"),
            (0x0c, _) => out.extend_from_slice(b"\\f"),
            (0xe2, [0x80, last @ (0xa8 | 0xa9), behind @ ..]) => {
                out.extend_from_slice(if *last == 0xa8 { b"\\u2028" } else { b"\\u2029" });
                rest = behind;
            }
            (0xe2, _) => out.push(first),
            _ => {
                out.extend_from_slice(b"\\u00");
                out.extend([hex_digit(first >> 4), hex_digit(first)]);
            }
        }
        text = rest;
    }
}

/// A whole number.
pub(crate) fn integer(out: &mut Vec<u8>, number: i64) {
    if number < 0 {
        out.push(b'-');
    }
    let (text, len) = packetbeat_core::decimal::decimal(number.unsigned_abs());
    out.extend_from_slice(text.get(..len).unwrap_or_default());
}

/// The shortest text that is read back as the same number; very large and very small ones with an exponent.
fn double(out: &mut Vec<u8>, number: f64) {
    let size = number.abs();
    let _ = if !number.is_finite() {
        write!(out, "\"{number}\"")
    } else if size != 0.0 && size < 1e-6 {
        write!(out, "{number:e}")
    } else if size >= 1e21 {
        let start = out.len();
        let written = write!(out, "{number:e}");
        if let Some(at) = out.iter().skip(start).position(|byte| *byte == b'e') {
            out.insert(start + at + 1, b'+');
        }
        written
    } else {
        write!(out, "{number}")
    };
}

/// A time in UTC with as many digits of a second as it has.
fn date(out: &mut Vec<u8>, millis: i64) {
    const DAY: i64 = 86_400_000;
    // The years 0 to 9999.
    if !(-62_167_219_200_000..253_402_300_800_000).contains(&millis) {
        return integer(out, millis);
    }
    let (year, month, day) = civil(millis.div_euclid(DAY));
    let of_day = millis.rem_euclid(DAY);
    let (hour, minute, second, millis) =
        (of_day / 3_600_000, of_day / 60_000 % 60, of_day / 1000 % 60, of_day % 1000);
    let _ = write!(out, "\"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}");
    if millis > 0 {
        let _ = write!(out, ".{millis:03}");
        while out.last() == Some(&b'0') {
            out.pop();
        }
    }
    out.extend_from_slice(b"Z\"");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{array, binary, doc, int, raw, sub, text, with_doc};

    fn written(bytes: &[u8], style: Style<'_>) -> (String, Damage) {
        let mut out = b"before".to_vec();
        let damage = with_doc(bytes, |doc| Writer::default().document(&mut out, doc, style));
        (String::from_utf8(out.split_off(6)).unwrap(), damage)
    }

    fn json(elements: &[Vec<u8>]) -> String {
        let (text, damage) = written(&doc(elements), Style { limit: 9999, ..Style::default() });
        assert_eq!(damage, Damage::default());
        text
    }

    #[test]
    fn members_are_in_order_and_the_last_of_equal_names_stays() {
        assert_eq!(json(&[]), "{}");
        let twice = [int("b", 1), int("a", 2), int("b", 3), int("", 4), int("ab", 5)];
        assert_eq!(json(&twice), r#"{"":4,"a":2,"ab":5,"b":3}"#);
        let nested = [sub("z", &[int("y", 1), int("x", 2)]), array("l", &[int("0", 1), sub("1", &[])])];
        assert_eq!(json(&nested), r#"{"l":[1,{}],"z":{"x":2,"y":1}}"#);
    }

    #[test]
    fn every_type_has_its_text() {
        let id = [0x55, 0x47, 0x69, 0xb1, 0x93, 0x70, 0xaf, 0x25, 0x2b, 0x76, 0x1f, 0xe4];
        let one = |kind: u8, value: &[u8]| {
            let text = json(&[raw(kind, "v", value)]);
            text.strip_prefix("{\"v\":").unwrap().strip_suffix('}').unwrap().to_owned()
        };
        for (number, want) in [
            (1.0, "1"),
            (-0.5, "-0.5"),
            (0.0, "0"),
            (1e20, "100000000000000000000"),
            (1e21, "1e+21"),
            (1.5e300, "1.5e+300"),
            (1e-6, "0.000001"),
            (1.5e-7, "1.5e-7"),
            (f64::NAN, "\"NaN\""),
            (f64::NEG_INFINITY, "\"-inf\""),
        ] {
            assert_eq!(one(1, &f64::to_le_bytes(number)), want);
        }
        assert_eq!(one(2, b"\x03\0\0\0a\"\0"), r#""a\"""#);
        assert_eq!(one(5, b"\x03\0\0\0\x00abc"), "\"YWJj\"");
        assert_eq!(one(5, b"\x07\0\0\0\x02\x03\0\0\0abc"), "\"YWJj\"");
        assert_eq!(one(5, b"\x02\0\0\0\x04ab"), r#"{"Kind":4,"Data":"YWI="}"#);
        assert_eq!(one(6, b""), "{}");
        assert_eq!(one(7, &id), "\"554769b19370af252b761fe4\"");
        assert_eq!((one(8, b"\x01"), one(8, b"\0")), ("true".to_owned(), "false".to_owned()));
        for (millis, want) in [
            (0i64, "\"1970-01-01T00:00:00Z\""),
            (1_430_743_592_091, "\"2015-05-04T12:46:32.091Z\""),
            (-1, "\"1969-12-31T23:59:59.999Z\""),
            (951_782_400_500, "\"2000-02-29T00:00:00.5Z\""),
            (-62_135_596_800_000, "\"0001-01-01T00:00:00Z\""),
            (253_402_300_799_000, "\"9999-12-31T23:59:59Z\""),
            (253_402_300_800_000, "253402300800000"),
            (i64::MIN, "-9223372036854775808"),
        ] {
            assert_eq!(one(9, &millis.to_le_bytes()), want);
        }
        assert_eq!(one(10, b""), "null");
        assert_eq!(one(11, b"^a\0i\0"), r#"{"Pattern":"^a","Options":"i"}"#);
        let pointer = [&b"\x04\0\0\0a.b\0"[..], &id].concat();
        assert_eq!(one(12, &pointer), r#"{"Namespace":"a.b","Id":"554769b19370af252b761fe4"}"#);
        assert_eq!(one(13, b"\x02\0\0\0x\0"), r#"{"Code":"x","Scope":null}"#);
        assert_eq!(one(14, b"\x02\0\0\0s\0"), "\"s\"");
        let scope = doc(&[int("n", 1)]);
        let code = [&((scope.len() + 10) as u32).to_le_bytes()[..], b"\x02\0\0\0x\0", &scope].concat();
        assert_eq!(one(15, &code), r#"{"Code":"x","Scope":{"n":1}}"#);
        assert_eq!(one(16, &i32::to_le_bytes(-7)), "-7");
        assert_eq!(one(17, &5u64.to_le_bytes()), "5");
        assert_eq!(one(18, &i64::MIN.to_le_bytes()), "-9223372036854775808");
        assert_eq!(one(0xff, b""), "-9223372036854775808");
        assert_eq!(one(0x7f, b""), "9223372036854775807");
    }

    #[test]
    fn texts_are_escaped_as_go_does() {
        let of =
            |text: &str| json(&[crate::samples::text("v", text)]).replace("{\"v\":", "").replace('}', "");
        assert_eq!(of("<a>&\"\\"), r#""\u003ca\u003e\u0026\"\\""#);
        assert_eq!(of("\n\r\t\u{8}\u{c}\u{1}\u{7f}"), "\"\\n\\r\\t\\b\\f\\u0001\u{7f}\"");
        assert_eq!(of("ü€\u{2028}\u{2029}漢"), "\"ü€\\u2028\\u2029漢\"");
        assert_eq!(json(&[raw(2, "v", b"\x04\0\0\0a\xffb\0")]), "{\"v\":\"a\u{fffd}b\"}");
    }

    #[test]
    fn limits_cut() {
        let long = doc(&[text("a", "ääääää"), int("b", 1)]);
        let (text, damage) = written(&long, Style { limit: 9, ..Style::default() });
        assert_eq!((text.as_str(), damage.cut), ("{\"a\":\"ä", true));
        let (text, damage) = written(&long, Style { limit: 26, ..Style::default() });
        assert_eq!((text.as_str(), damage.cut), ("{\"a\":\"ääääää\",\"b\":1}", false));
        let mut deep = int("v", 1);
        for _ in 0..200 {
            deep = sub("v", &[deep]);
        }
        let (text, damage) = written(&doc(&[deep]), Style { limit: 9999, ..Style::default() });
        assert!(damage.cut && text.contains("[...]") && text.ends_with("}}}"));
        let many: Vec<_> = (0..20_000).map(|at| int(&format!("k{at:05}"), 1)).collect();
        let (_, damage) = written(&doc(&many), Style { limit: 999_999, ..Style::default() });
        assert!(damage.cut);
    }

    #[test]
    fn what_lies_is_told_and_what_is_missing_is_left_out() {
        let style = Style { limit: 999, ..Style::default() };
        let mut lying = doc(&[int("a", 1), text("b", "x")]);
        let at = lying.len() - 7;
        lying[at] = 99;
        let (text_, damage) = written(&lying, style);
        assert_eq!((text_.as_str(), damage.lie), (r#"{"a":1}"#, Some("text")));
        let whole = doc(&[int("a", 1), sub("b", &[int("c", 2), text("d", "long")])]);
        let mut out = Vec::new();
        let mut span = Span::new(&whole[..whole.len() - 5], whole.len());
        let damage = Writer::default().document(&mut out, Doc::read(&mut span).unwrap(), style);
        assert_eq!(
            (out.as_slice(), damage),
            (&br#"{"a":1,"b":{"c":2}}"#[..], Damage { cut: true, lie: None })
        );
    }

    #[test]
    fn values_are_hidden_and_names_are_not() {
        let bytes = doc(&[
            text("find", "orders"),
            text("$db", "shop"),
            sub("filter", &[text("name", "Ann"), text("find", "x"), binary("b", 4, b"ab")]),
            array("pipeline", &[int("0", 17)]),
        ]);
        let names: [&[u8]; 2] = [b"find", b"$db"];
        let (text, _) = written(&bytes, Style { limit: 999, mask: true, names: &names, ..Style::default() });
        assert_eq!(
            text,
            r#"{"$db":"shop","filter":{"b":"?","find":"?","name":"?"},"find":"orders","pipeline":["?"]}"#
        );
    }

    #[test]
    fn secrets_are_hidden() {
        let login = [int("saslStart", 1), binary("payload", 0, b"n,,n=ann"), text("mechanism", "PLAIN")];
        let secret = Style { limit: 999, secret: true, ..Style::default() };
        assert_eq!(
            written(&doc(&login), secret).0,
            r#"{"mechanism":"PLAIN","payload":"[redacted]","saslStart":1}"#
        );
        let style = Style { limit: 999, ..Style::default() };
        let hello = doc(&[int("hello", 1), sub("speculativeAuthenticate", &login), text("payload", "data")]);
        assert_eq!(
            written(&hello, style).0,
            r#"{"hello":1,"payload":"data","speculativeAuthenticate":{"mechanism":"PLAIN","payload":"[redacted]","saslStart":1}}"#
        );
    }
}
