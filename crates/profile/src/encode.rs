//! `profile.proto`, the format of pprof.
//!
//! <https://github.com/google/pprof/blob/main/proto/profile.proto>. Field numbers stand beside their names below.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::Duration;

use crate::wire::Message;

/// A profile before it is written: stacks as they were counted.
#[derive(Debug, Default)]
pub(crate) struct Profile {
    strings: Table<String>,
    functions: Table<Function>,
    locations: Table<Vec<Line>>,
    samples: Vec<Message>,
}

/// A function of the program.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Function {
    pub(crate) name: u64,
    pub(crate) mangled: u64,
    pub(crate) file: u64,
}

/// A line in a function; several make a location if functions were inlined, the innermost first.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Line {
    pub(crate) function: u64,
    pub(crate) line: u64,
}

/// When and how often it was looked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timing {
    /// Begin, since 1970.
    pub(crate) begin: Duration,
    pub(crate) duration: Duration,
    /// Processor time between two samples.
    pub(crate) period: Duration,
}

impl Profile {
    /// The index of a text.
    pub(crate) fn string(&mut self, text: &str) -> u64 {
        if text.is_empty() { 0 } else { self.strings.id(text.to_owned()) }
    }

    pub(crate) fn function(&mut self, function: Function) -> u64 {
        self.functions.id(function)
    }

    pub(crate) fn location(&mut self, lines: Vec<Line>) -> u64 {
        self.locations.id(lines)
    }

    /// Adds a stack, innermost first, that was seen `count` times.
    pub(crate) fn sample(&mut self, stack: &[u64], count: u64, thread: &str, period: Duration) {
        let mut label = Message::default();
        label.number(1, self.string("thread")); // key
        label.number(2, self.string(thread)); // str
        let mut sample = Message::default();
        sample.numbers(1, stack); // location_id
        sample.numbers(2, &[count, count.saturating_mul(nanos(period))]); // value
        sample.message(3, &label);
        self.samples.push(sample);
    }

    /// The whole profile.
    pub(crate) fn into_bytes(mut self, timing: Timing) -> Vec<u8> {
        let samples = self.value_type("samples", "count");
        let cpu = self.value_type("cpu", "nanoseconds");
        let mut out = Message::default();
        out.message(1, &samples); // sample_type
        out.message(1, &cpu);
        for sample in &self.samples {
            out.message(2, sample);
        }
        for (id, lines) in self.locations.in_order() {
            let mut location = Message::default();
            location.number(1, id);
            for Line { function, line } in lines {
                let mut message = Message::default();
                message.number(1, *function); // function_id
                message.number(2, *line);
                location.message(4, &message);
            }
            out.message(4, &location);
        }
        for (id, Function { name, mangled, file }) in self.functions.in_order() {
            let mut function = Message::default();
            function.number(1, id);
            function.number(2, *name);
            function.number(3, *mangled); // system_name
            function.number(4, *file);
            out.message(5, &function);
        }
        out.bytes(6, b""); // string_table, whose first entry is empty
        for (_, text) in self.strings.in_order() {
            out.bytes(6, text.as_bytes());
        }
        out.number(9, nanos(timing.begin)); // time_nanos
        out.number(10, nanos(timing.duration));
        out.message(11, &cpu); // period_type
        out.number(12, nanos(timing.period));
        out.into_bytes()
    }

    fn value_type(&mut self, kind: &str, unit: &str) -> Message {
        let mut message = Message::default();
        message.number(1, self.string(kind));
        message.number(2, self.string(unit));
        message
    }
}

/// What has numbers from 1 on.
#[derive(Debug)]
struct Table<T> {
    ids: HashMap<T, u64>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { ids: HashMap::new() }
    }
}

impl<T: Eq + Hash> Table<T> {
    fn id(&mut self, item: T) -> u64 {
        let next = u64::try_from(self.ids.len()).unwrap_or(u64::MAX).saturating_add(1);
        *self.ids.entry(item).or_insert(next)
    }

    fn in_order(&self) -> Vec<(u64, &T)> {
        let mut items: Vec<(u64, &T)> = self.ids.iter().map(|(item, id)| (*id, item)).collect();
        items.sort_by_key(|(id, _)| *id);
        items
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_of_one_sample_byte_by_byte() {
        let mut profile = Profile::default();
        let name = profile.string("f");
        let function = profile.function(Function { name, mangled: name, file: 0 });
        let location = profile.location(vec![Line { function, line: 7 }]);
        assert_eq!(location, profile.location(vec![Line { function, line: 7 }]), "known already");
        profile.sample(&[location], 2, "main", Duration::from_nanos(10));
        let timing = Timing {
            begin: Duration::from_nanos(1),
            duration: Duration::from_nanos(2),
            period: Duration::from_nanos(10),
        };
        let expected: Vec<u8> = [
            &b"\x0a\x04\x08\x04\x10\x05"[..], // samples, count
            b"\x0a\x04\x08\x06\x10\x07",      // cpu, nanoseconds
            b"\x12\x0d\x0a\x01\x01\x12\x02\x02\x14\x1a\x04\x08\x02\x10\x03", // sample
            b"\x22\x08\x08\x01\x22\x04\x08\x01\x10\x07", // location
            b"\x2a\x06\x08\x01\x10\x01\x18\x01", // function
            b"\x32\x00\x32\x01f\x32\x06thread\x32\x04main\x32\x07samples\x32\x05count",
            b"\x32\x03cpu\x32\x0bnanoseconds",
            b"\x48\x01\x50\x02\x5a\x04\x08\x06\x10\x07\x60\x0a",
        ]
        .concat();
        assert_eq!(profile.into_bytes(timing), expected);
    }
}
