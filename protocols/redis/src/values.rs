//! Values as they come: a reader that stops and goes on anywhere, and tells what it read.

use crate::limits::DEPTH;
use crate::wire::{self, Begins, Head, Kind};

/// Is told what was read.
pub(crate) trait Sink {
    /// A value begins within so many aggregates.
    fn begin(&mut self, depth: usize, kind: Kind);
    /// Bytes of the value that began last; a string comes in any number of parts.
    fn part(&mut self, bytes: &[u8]);
    /// How many bytes of the value are still of use: what is beyond may be skipped.
    fn room(&self) -> usize;
    /// The rest of the value will not be shown.
    fn skip(&mut self);
    /// The value that began last is an aggregate of so many values, if that was said.
    fn open(&mut self, depth: usize, count: Option<u64>);
    /// A value within so many aggregates is over; `aggregate`: it was one.
    fn end(&mut self, depth: usize, aggregate: bool);
    /// A whole string: all of the above at once.
    #[inline]
    fn string(&mut self, depth: usize, bytes: &[u8]) {
        self.begin(depth, Kind::Bulk);
        if !bytes.is_empty() {
            self.part(bytes);
        }
        self.end(depth, false);
    }
}

/// What came of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Read {
    /// A whole value, at top level.
    Done,
    /// At least so many bytes are missing.
    Needs(usize),
    /// So many bytes are of no use.
    Skip(u64),
    /// They are not RESP.
    Bad(&'static str),
}

/// Where the reader is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// In front of a value.
    #[default]
    Value,
    /// In a line.
    Line(Kind),
    /// In a string of which so many bytes are to come; `prefix` of these say its format.
    String { left: u64, prefix: u8, of_parts: bool },
    /// In front of the line end behind a string.
    StringEnd { of_parts: bool },
    /// In front of a part of a string.
    Parts,
}

/// An aggregate that is being read.
#[derive(Clone, Copy, Debug)]
struct Level {
    kind: Kind,
    /// Values to come; `None` until the end mark.
    left: Option<u64>,
}

/// Reads values one after the other.
#[derive(Debug, Default)]
pub(crate) struct Values {
    state: State,
    levels: Vec<Level>,
    /// How many of the levels are within attributes.
    silent: usize,
}

impl Values {
    /// In front of a value, whatever came before.
    pub(crate) fn clear(&mut self) {
        (self.state, self.silent) = (State::Value, 0);
        self.levels.clear();
    }

    /// Bytes were lost. Whether what follows is known all the same: they were of a string whose length is known.
    ///
    /// The line end behind a string is no part of it.
    pub(crate) fn lose(&mut self, lost: u64) -> bool {
        match &mut self.state {
            State::String { left, .. } if lost <= *left => {
                *left -= lost;
                true
            }
            _ => false,
        }
    }

    /// Reads until a value at top level is complete: how many bytes were taken, and what came of them.
    pub(crate) fn read(&mut self, bytes: &[u8], sink: &mut impl Sink) -> (usize, Read) {
        let mut at = 0;
        loop {
            let rest = bytes.get(at..).unwrap_or_default();
            // Most of what comes is strings in one piece.
            if self.state == State::Value
                && self.silent == 0
                && let Some((text, taken)) = wire::whole_string(rest)
            {
                sink.string(self.levels.len(), text);
                at += taken;
                if self.count(sink) {
                    return (at, Read::Done);
                }
                continue;
            }
            let (taken, step) = self.step(rest, sink);
            at += taken;
            match step {
                Step::Within => {}
                Step::Scalar => {
                    if self.silent == 0 {
                        sink.end(self.levels.len(), false);
                    }
                    if self.count(sink) {
                        return (at, Read::Done);
                    }
                }
                Step::Aggregate => {
                    if self.count(sink) {
                        return (at, Read::Done);
                    }
                }
                Step::Stop(read) => return (at, read),
            }
        }
    }

    fn step(&mut self, rest: &[u8], sink: &mut impl Sink) -> (usize, Step) {
        let bad = |why| (0, Step::Stop(Read::Bad(why)));
        let needs = |more| (0, Step::Stop(Read::Needs(more)));
        match self.state {
            State::Value | State::Parts => match wire::begins(rest) {
                Begins::Needs => needs(1),
                Begins::Bad(why) => bad(why),
                Begins::Line(_) if self.state == State::Parts => bad("no part of a string"),
                Begins::Line(kind) => {
                    self.begin(kind, sink);
                    self.state = State::Line(kind);
                    (1, Step::Within)
                }
                Begins::Head(head, len) => match self.head(head, sink) {
                    Ok(step) => (len, step),
                    Err(why) => bad(why),
                },
            },
            State::Line(kind) => self.line(rest, kind, sink),
            State::String { left, prefix, of_parts } => self.string(rest, left, prefix, of_parts, sink),
            State::StringEnd { of_parts } => match rest {
                [b'\r', b'\n', ..] => {
                    self.state = if of_parts { State::Parts } else { State::Value };
                    (2, if of_parts { Step::Within } else { Step::Scalar })
                }
                [] => needs(2),
                [b'\r'] => needs(1),
                _ => bad("a string without its line end"),
            },
        }
    }

    /// A value begins.
    fn begin(&self, kind: Kind, sink: &mut impl Sink) {
        if self.silent == 0 && kind != Kind::Attribute {
            sink.begin(self.levels.len(), kind);
        }
    }

    fn part(&self, bytes: &[u8], sink: &mut impl Sink) {
        if self.silent == 0 && !bytes.is_empty() {
            sink.part(bytes);
        }
    }

    /// More of a line. It is taken as it comes, but for a CR at the end of the bytes: it may be the line's.
    fn line(&mut self, rest: &[u8], kind: Kind, sink: &mut impl Sink) -> (usize, Step) {
        let end = memchr::memchr(b'\n', rest);
        let text = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        if !kind.allows(text) {
            return (0, Step::Stop(Read::Bad("a number with other characters")));
        }
        self.part(text, sink);
        match end {
            Some(end) => {
                self.state = State::Value;
                (end + 1, Step::Scalar)
            }
            None => (text.len(), Step::Stop(Read::Needs(1))),
        }
    }

    /// More of a string.
    fn string(
        &mut self,
        rest: &[u8],
        left: u64,
        prefix: u8,
        of_parts: bool,
        sink: &mut impl Sink,
    ) -> (usize, Step) {
        let here = usize::try_from(left).map_or(rest.len(), |left| rest.len().min(left));
        let unshown = usize::from(prefix).min(here);
        self.part(rest.get(unshown..here).unwrap_or_default(), sink);
        let left = left - here as u64;
        // At most the prefix itself, a few bytes.
        self.state = State::String { left, prefix: prefix - unshown as u8, of_parts };
        if left == 0 {
            self.state = State::StringEnd { of_parts };
            (here, Step::Within)
        } else if self.silent > 0 || sink.room() == 0 {
            self.state = State::StringEnd { of_parts };
            if self.silent == 0 {
                sink.skip();
            }
            (here, Step::Stop(Read::Skip(left)))
        } else {
            (here, Step::Stop(Read::Needs(1)))
        }
    }

    /// A head was read.
    fn head(&mut self, head: Head, sink: &mut impl Sink) -> Result<Step, &'static str> {
        if self.state == State::Parts {
            let Head::Part(len) = head else { return Err("no part of a string") };
            self.state =
                if len == 0 { State::Value } else { State::String { left: len, prefix: 0, of_parts: true } };
            return Ok(if len == 0 { Step::Scalar } else { Step::Within });
        }
        match head {
            Head::Null => {
                self.begin(Kind::Null, sink);
                self.part(b"nil", sink);
                Ok(Step::Scalar)
            }
            Head::Boolean(value) => {
                self.begin(Kind::Boolean, sink);
                self.part(if value { b"true" } else { b"false" }, sink);
                Ok(Step::Scalar)
            }
            Head::String { kind, len, prefix } => {
                self.begin(kind, sink);
                self.state = State::String { left: len, prefix, of_parts: false };
                Ok(Step::Within)
            }
            Head::Parts => {
                self.begin(Kind::Bulk, sink);
                self.state = State::Parts;
                Ok(Step::Within)
            }
            Head::Part(_) => Err("a part without its string"),
            Head::Values { kind, count } => {
                self.open(kind, count, sink)?;
                Ok(if count == Some(0) { self.close(sink) } else { Step::Within })
            }
            Head::End => match self.levels.last() {
                Some(Level { left: None, .. }) => Ok(self.close(sink)),
                _ => Err("an end without its values"),
            },
        }
    }

    /// An aggregate begins.
    fn open(&mut self, kind: Kind, count: Option<u64>, sink: &mut impl Sink) -> Result<(), &'static str> {
        if self.levels.len() >= DEPTH {
            return Err("too many values within each other");
        }
        self.begin(kind, sink);
        if kind == Kind::Attribute || self.silent > 0 {
            self.silent += 1;
        } else {
            sink.open(self.levels.len(), count);
        }
        self.levels.push(Level { kind, left: count });
        Ok(())
    }

    /// The innermost aggregate is over.
    fn close(&mut self, sink: &mut impl Sink) -> Step {
        let Some(level) = self.levels.pop() else { return Step::Within };
        if self.silent > 0 {
            self.silent -= 1;
        } else {
            sink.end(self.levels.len(), true);
        }
        // Attributes are no value of what is around them.
        if level.kind == Kind::Attribute { Step::Within } else { Step::Aggregate }
    }

    /// A value is over: whether nothing is around it any more.
    fn count(&mut self, sink: &mut impl Sink) -> bool {
        loop {
            let Some(level) = self.levels.last_mut() else { return true };
            let Some(left) = &mut level.left else { return false };
            *left = left.saturating_sub(1);
            if *left > 0 || self.close(sink) == Step::Within {
                return false;
            }
        }
    }
}

/// What came of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// Within a value.
    Within,
    /// A value that is no aggregate is over.
    Scalar,
    /// An aggregate is over.
    Aggregate,
    /// This is as far as the bytes go.
    Stop(Read),
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes what it is told.
    #[derive(Default)]
    struct Told(String, usize);

    impl Sink for Told {
        fn begin(&mut self, depth: usize, kind: Kind) {
            self.0 += &format!("<{depth} {kind:?}:");
        }
        fn part(&mut self, bytes: &[u8]) {
            self.0 += std::str::from_utf8(bytes).unwrap();
            self.1 += bytes.len();
        }
        fn room(&self) -> usize {
            200_usize.saturating_sub(self.1)
        }
        fn skip(&mut self) {
            self.0 += "…";
        }
        fn open(&mut self, _: usize, count: Option<u64>) {
            self.0 += &format!("{count:?}");
        }
        fn end(&mut self, depth: usize, aggregate: bool) {
            self.0 += if aggregate { "]" } else { "" };
            self.0 += &format!("{depth}>");
        }
    }

    fn told(bytes: &[u8], step: usize) -> (String, usize) {
        let (mut values, mut sink, mut at, mut dones) = (Values::default(), Told::default(), 0, 0);
        let mut end = 0;
        while end < bytes.len() {
            end = (end + step).min(bytes.len());
            loop {
                let (taken, read) = values.read(&bytes[at..end], &mut sink);
                at += taken;
                match read {
                    Read::Done => dones += 1,
                    Read::Needs(_) => break,
                    other => panic!("{other:?}"),
                }
            }
        }
        assert_eq!(at, bytes.len());
        (sink.0, dones)
    }

    #[test]
    fn values_do_not_depend_on_how_they_are_cut() {
        let bytes = b"*3\r\n$3\r\nSET\r\n$0\r\n\r\n*0\r\n+OK\r\n|1\r\n+ttl\r\n:3600\r\n%1\r\n=8\r\ntxt:\n\r\nx\r\n#t\r\n\
            $?\r\n;4\r\nHell\r\n;1\r\no\r\n;0\r\n~?\r\n,1.5e3\r\n(-123\r\n*-1\r\n.\r\n-ERR no\r\n!3\r\nERR\r\n_\r\n";
        let (text, dones) = told(bytes, bytes.len());
        assert_eq!(dones, 8);
        assert_eq!(
            text,
            "<0 Array:Some(3)<1 Bulk:SET1><1 Bulk:1><1 Array:Some(0)]1>]0><0 Simple:OK0>\
             <0 Map:Some(2)<1 Bulk:\n\r\nx1><1 Boolean:true1>]0><0 Bulk:Hello0>\
             <0 Set:None<1 Double:1.5e31><1 BigNumber:-1231><1 Null:nil1>]0><0 Error:ERR no0><0 Error:ERR0><0 Null:nil0>"
        );
        for step in 1..9 {
            assert_eq!(told(bytes, step), (text.clone(), dones), "in steps of {step}");
        }
    }

    #[test]
    fn what_is_of_no_use_is_skipped() {
        let mut values = Values::default();
        let mut head = b"$1000\r\n".to_vec();
        head.extend([b'a'; 150]);
        assert_eq!(values.read(&head, &mut Told::default()), (head.len(), Read::Needs(1)));
        let mut full = Told(String::new(), 200);
        assert_eq!(values.read(b"a", &mut full), (1, Read::Skip(849)));
        assert_eq!(values.read(b"\r\n", &mut full), (2, Read::Done));
    }

    #[test]
    fn depth_is_bounded() {
        let deep = b"*1\r\n".repeat(DEPTH + 1);
        assert!(matches!(Values::default().read(&deep, &mut Told::default()), (_, Read::Bad(_))));
        let deep = b"|1\r\n".repeat(DEPTH + 1);
        assert!(matches!(Values::default().read(&deep, &mut Told::default()), (_, Read::Bad(_))));
    }

    #[test]
    fn a_hole_in_a_string_leaves_its_end_known() {
        let (mut values, mut sink) = (Values::default(), Told::default());
        values.read(b"$10\r\nab", &mut sink);
        assert!(!values.lose(9) && values.lose(7));
        assert_eq!(values.read(b"j\r\n", &mut sink), (3, Read::Done));
    }
}
