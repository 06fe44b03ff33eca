//! `dissect`: splits a text by what stands between its parts.
//!
//! ```text
//! %{name}     a part                     %{+name}    behind what the name has already, with the separator before it
//! %{}  %{?x}  a part nobody wants        %{+name/2}  the same, in the order of the numbers
//! %{name->}   repeated separators behind %{*k} %{&k} one part is the name, the other its value
//! %{name#3}   so many characters         %{name|integer}  a number
//! ```

use packetbeat_config::Section;

use crate::build::text;
use crate::event::Event;
use crate::fault::{Done, Fault, Processor, Verdict};
use crate::value::Value;

pub(crate) struct Dissect {
    tokens: Tokenizer,
    field: String,
    prefix: String,
    ignore_failure: bool,
    overwrite: bool,
    trim_left: bool,
    trim_right: bool,
    trim_chars: Vec<char>,
}

/// A pattern: what stands at the beginning, and parts with what stands behind each.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tokenizer {
    begin: String,
    parts: Vec<Part>,
}

#[derive(Debug, PartialEq, Eq)]
struct Part {
    kind: Kind,
    name: String,
    /// What stands before it: `+` joins with it.
    before: String,
    behind: String,
    /// More of what stands behind it is passed over.
    greedy: bool,
    length: Option<usize>,
    order: usize,
    number: Option<Number>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Plain,
    Skip,
    Append,
    /// Its value is the name of the part with the same name.
    Name,
    Value,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Number {
    Integer,
    Long,
    Float,
    Bool,
    Ip,
    Text,
}

impl Dissect {
    pub(crate) fn read(options: &mut Section) -> Self {
        let pattern = text(options, "tokenizer");
        let tokens = match Tokenizer::read(&pattern) {
            Ok(tokens) => tokens,
            Err(what) => {
                // One that is missing, the check has told.
                if options.has("tokenizer") {
                    options.reject("tokenizer", what);
                }
                Tokenizer::default()
            }
        };
        let trim = options.word("trim_values");
        Self {
            tokens,
            field: text(options, "field"),
            prefix: text(options, "target_prefix"),
            ignore_failure: options.bool("ignore_failure"),
            overwrite: options.bool("overwrite_keys"),
            trim_left: matches!(trim, "left" | "all"),
            trim_right: matches!(trim, "right" | "all"),
            trim_chars: text(options, "trim_chars").chars().collect(),
        }
    }

    fn trimmed<'t>(&self, mut text: &'t str) -> &'t str {
        let one = |char: char| self.trim_chars.contains(&char);
        if self.trim_left {
            text = text.trim_start_matches(one);
        }
        if self.trim_right {
            text = text.trim_end_matches(one);
        }
        text
    }

    fn work<'p>(&'p self, event: &mut Event) -> Result<(), Fault<'p>> {
        let Some(value) = event.get(&self.field) else { return Err(Fault::missing(&self.field)) };
        let text = value.as_text().ok_or(Fault::new(&self.field, "no text"))?;
        let found = self.tokens.split(text).ok_or(Fault::new(&self.field, "does not match the pattern"))?;
        let fields = self.fields(&found)?;
        if !self.overwrite && fields.iter().any(|(name, _)| event.get(name).is_some()) {
            return Err(Fault::new(&self.field, "a field that it would write is there already"));
        }
        for (name, value) in fields {
            // Which names there are may depend on the text: they have no place in a fault.
            event.put(&name, value).map_err(|refused| Fault::refused(&self.field, refused))?;
        }
        Ok(())
    }

    /// Full names and values, without those that nobody wants.
    fn fields<'p>(&'p self, found: &[&str]) -> Result<Vec<(String, Value)>, Fault<'p>> {
        let mut all: Vec<(&Part, &str)> = self.tokens.parts.iter().zip(found.iter().copied()).collect();
        let name_of = |wanted: &str| {
            all.iter().find(|(part, _)| part.kind == Kind::Name && part.name == wanted).map(|(_, text)| *text)
        };
        let full = |name: &str| {
            if self.prefix.is_empty() { name.to_owned() } else { format!("{}.{name}", self.prefix) }
        };
        let mut fields: Vec<(String, Value)> = Vec::new();
        for (part, text) in &all {
            let text = self.trimmed(text);
            match part.kind {
                Kind::Plain => fields.push((
                    full(&part.name),
                    part.typed(text).ok_or(Fault::new(&self.field, "a part has another type"))?,
                )),
                Kind::Value => {
                    let name = name_of(&part.name).filter(|name| !name.is_empty());
                    let name = name.ok_or(Fault::new(&self.field, "a name is empty"))?;
                    fields.push((full(name), text.into()));
                }
                Kind::Skip | Kind::Append | Kind::Name => {}
            }
        }
        all.retain(|(part, _)| part.kind == Kind::Append);
        all.sort_by_key(|(part, _)| part.order);
        for (part, text) in all {
            let (name, text) = (full(&part.name), self.trimmed(text));
            match fields.iter_mut().find(|(known, _)| *known == name) {
                Some((_, Value::Text(known))) => {
                    known.push_str(&part.before);
                    known.push_str(text);
                }
                Some(_) => {}
                None => fields.push((name, text.into())),
            }
        }
        Ok(fields)
    }
}

impl Processor for Dissect {
    fn run<'p>(&'p self, event: &mut Event) -> Done<'p> {
        match self.work(event) {
            Err(fault) if !self.ignore_failure => {
                flag(event, "dissect_parsing_error");
                Err(fault)
            }
            _ => Ok(Verdict::Keep),
        }
    }
}

/// Adds to `log.flags`.
pub(super) fn flag(event: &mut Event, flag: &str) {
    let mut flags = match event.get("log.flags") {
        Some(Value::List(items)) => items.clone(),
        _ => Vec::new(),
    };
    flags.push(flag.into());
    // A `log` that is no object is not ours.
    let _ = event.put("log.flags", Value::List(flags));
}

impl Tokenizer {
    fn read(pattern: &str) -> Result<Self, String> {
        let Some((begin, mut rest)) = pattern.split_once("%{") else {
            return Err(format!("expected names in %{{}}, found {pattern:?}"));
        };
        let mut parts: Vec<Part> = Vec::new();
        let mut before = begin;
        loop {
            let Some((inside, after)) = rest.split_once('}') else {
                return Err(format!("%{{{rest}: no }} behind it"));
            };
            let (behind, next) = match after.split_once("%{") {
                Some((behind, next)) => (behind, Some(next)),
                None => (after, None),
            };
            let part = Part::read(inside, before, behind)?;
            if behind.is_empty() && next.is_some() && part.length.is_none() {
                return Err(format!("nothing stands between %{{{inside}}} and the next name"));
            }
            parts.push(part);
            match next {
                Some(next) => (before, rest) = (behind, next),
                None => break,
            }
        }
        let pair = |part: &&Part| {
            part.kind == Kind::Value
                && !parts.iter().any(|other| other.kind == Kind::Name && other.name == part.name)
        };
        if let Some(alone) = parts.iter().find(pair) {
            return Err(format!("%{{&{}}} needs %{{*{}}} for its name", alone.name, alone.name));
        }
        Ok(Self { begin: begin.to_owned(), parts })
    }

    /// The parts of a text; `None` if it does not match.
    fn split<'t>(&self, text: &'t str) -> Option<Vec<&'t str>> {
        let mut rest = text.strip_prefix(self.begin.as_str())?;
        let mut found = Vec::with_capacity(self.parts.len());
        for part in &self.parts {
            let end = match part.length {
                Some(length) => rest.char_indices().nth(length).map_or(rest.len(), |(at, _)| at),
                None if part.behind.is_empty() => rest.len(),
                None => rest.find(part.behind.as_str())?,
            };
            let (value, after) = rest.split_at_checked(end)?;
            if part.length.is_some_and(|length| value.chars().count() < length) {
                return None;
            }
            found.push(value);
            rest = after.strip_prefix(part.behind.as_str())?;
            while part.greedy && !part.behind.is_empty() {
                let Some(more) = rest.strip_prefix(part.behind.as_str()) else { break };
                rest = more;
            }
        }
        Some(found)
    }
}

impl Part {
    fn read(inside: &str, before: &str, behind: &str) -> Result<Self, String> {
        let wrong = |what: &str| format!("%{{{inside}}}: {what}");
        let (rest, number) = match inside.split_once('|') {
            Some((rest, word)) => (
                rest,
                Some(Number::read(word).ok_or_else(|| {
                    wrong("expected integer, long, float, double, boolean, ip or string behind |")
                })?),
            ),
            None => (inside, None),
        };
        let (rest, greedy) = rest.strip_suffix("->").map_or((rest, false), |rest| (rest, true));
        let (rest, length) = match rest.split_once('#') {
            Some((rest, digits)) => {
                (rest, Some(digits.parse().map_err(|_| wrong("expected a number behind #"))?))
            }
            None => (rest, None),
        };
        let (kind, name) = match rest.split_at_checked(1) {
            None => (Kind::Skip, ""),
            Some(("?", name)) => (Kind::Skip, name),
            Some(("+", name)) => (Kind::Append, name),
            Some(("*", name)) => (Kind::Name, name),
            Some(("&", name)) => (Kind::Value, name),
            Some(_) => (Kind::Plain, rest),
        };
        let (name, order) = match name.split_once('/') {
            Some((name, digits)) if kind == Kind::Append => {
                (name, digits.parse().map_err(|_| wrong("expected a number behind /"))?)
            }
            _ => (name, 0),
        };
        if name.is_empty() && kind != Kind::Skip {
            return Err(wrong("the name is missing"));
        }
        let before = if before.is_empty() { " " } else { before };
        Ok(Self {
            kind,
            name: name.to_owned(),
            before: before.to_owned(),
            behind: behind.to_owned(),
            greedy,
            length,
            order,
            number,
        })
    }

    fn typed(&self, text: &str) -> Option<Value> {
        let Some(number) = self.number else { return Some(text.into()) };
        Some(match number {
            Number::Integer => i64::from(text.parse::<i32>().ok()?).into(),
            Number::Long => text.parse::<i64>().ok()?.into(),
            Number::Float => text.parse::<f64>().ok().filter(|number| number.is_finite())?.into(),
            Number::Bool => text.to_ascii_lowercase().parse::<bool>().ok()?.into(),
            Number::Ip => {
                text.parse::<std::net::IpAddr>().ok()?;
                text.into()
            }
            Number::Text => text.into(),
        })
    }
}

impl Number {
    fn read(word: &str) -> Option<Self> {
        Some(match word {
            "integer" => Self::Integer,
            "long" => Self::Long,
            "float" | "double" => Self::Float,
            "boolean" => Self::Bool,
            "ip" => Self::Ip,
            "string" => Self::Text,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{errors, run};

    fn dissect(tokenizer: &str, text: &str) -> String {
        let yaml = format!(
            "\n- dissect: {{field: m, target_prefix: '', tokenizer: '{tokenizer}'}}\n- drop_fields: {{fields: [m]}}\n"
        );
        run(&yaml, &format!(r#"{{"m":"{text}"}}"#))
    }

    #[test]
    fn patterns() {
        for (tokenizer, text, made) in [
            ("%{a} - %{b}", "1 - 2 - 3", r#"{"a":"1","b":"2 - 3"}"#),
            ("[%{a}] %{?x} %{} %{b.c};", "[1] x y z;", r#"{"a":"1","b":{"c":"z"}}"#),
            ("%{a->} %{b}", "1    2", r#"{"a":"1","b":"2"}"#),
            ("%{+d} %{+d},%{e}", "Jan 2,x", r#"{"e":"x","d":"Jan 2"}"#),
            ("%{+d/2} %{+d/1}", "a b", r#"{"d":"b a"}"#),
            ("%{*k}=%{&k}", "name=value", r#"{"name":"value"}"#),
            ("%{a#2}%{b}", "12345", r#"{"a":"12","b":"345"}"#),
            ("%{a|integer} %{b|float} %{c|boolean}", "1 2.5 true", r#"{"a":1,"b":2.5,"c":true}"#),
        ] {
            assert_eq!(dissect(tokenizer, text), made, "{tokenizer}");
        }
    }

    #[test]
    fn what_does_not_match_is_flagged() {
        assert_eq!(
            dissect("%{a} - %{b}", "1, 2"),
            r#"{"log":{"flags":["dissect_parsing_error"]},"error":{"message":"dissect: m: does not match the pattern"}}"#
        );
        assert_eq!(
            run("[{dissect: {tokenizer: 'x%{a}', ignore_failure: true}}]", r#"{"message":"1"}"#),
            r#"{"message":"1"}"#
        );
        let there = r#"{"message":"1","dissect":{"a":2}}"#;
        assert!(run("[{dissect: {tokenizer: '%{a}'}}]", there).contains("there already"));
        assert!(run("[{dissect: {tokenizer: '%{a}', overwrite_keys: true}}]", there).contains(r#""a":"1""#));
        assert!(
            run("[{dissect: {tokenizer: '%{a}', trim_values: all}}]", r#"{"message":"  1 "}"#)
                .contains(r#""a":"1""#)
        );
    }

    #[test]
    fn patterns_that_are_none() {
        for (pattern, what) in [
            ("x", "expected names in %{}"),
            ("%{a", "no } behind it"),
            ("%{a}%{b}", "nothing stands between"),
            ("%{&a}", "needs %{*a}"),
            ("%{a|x}", "expected integer"),
            ("%{+}", "the name is missing"),
        ] {
            let said = errors(&format!("[{{dissect: {{tokenizer: '{pattern}'}}}}]"));
            assert!(said.contains(what) && said.starts_with("test.yml:1:"), "{said}");
        }
    }
}
