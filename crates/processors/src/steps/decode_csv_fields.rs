//! `decode_csv_fields`: one row of CSV (RFC 4180) as a list of texts. Quotes within a column are taken as they are.

use packetbeat_config::{Node, Section};

use crate::build::{lenience, text};
use crate::condition::leaves;
use crate::event::Event;
use crate::fault::{Done, Fault, Lenience, Processor, put};
use crate::limits::MAX_DECODED_VALUES;
use crate::value::Value;

pub(crate) struct DecodeCsvFields {
    fields: Vec<(String, String)>,
    separator: char,
    overwrite: bool,
    trim: bool,
    lenience: Lenience,
}

impl DecodeCsvFields {
    pub(crate) fn read(options: &mut Section) -> Self {
        let separator = text(options, "separator");
        let mut chars = separator.chars();
        let (first, more) = (chars.next(), chars.next());
        if more.is_some() || first.is_none_or(|one| one == '"' || one == '\n' || one == '\r') {
            options.reject("separator", format!("expected one character, found {separator:?}"));
        }
        let fields = options.node("fields");
        let to = |node: &Node| node.text().map(str::to_owned);
        Self {
            fields: fields.as_ref().and_then(Node::as_map).map(|map| leaves(map, &to)).unwrap_or_default(),
            separator: first.unwrap_or(','),
            overwrite: options.bool("overwrite_keys"),
            trim: options.bool("trim_leading_space"),
            lenience: lenience(options),
        }
    }
}

impl Processor for DecodeCsvFields {
    fn run<'p>(&'p self, event: &mut Event) -> Done<'p> {
        self.lenience.each(event, &self.fields, |event, (from, to)| {
            let Some(value) = event.get(from) else { return self.lenience.missing(from) };
            let text = value.as_text().ok_or(Fault::new(from, "no text"))?;
            let row = row(text, self.separator, self.trim).ok_or(Fault::new(from, "too many columns"))?;
            if from != to && !self.overwrite && event.get(to).is_some() {
                return Err(Fault::new(to, "there already"));
            }
            put(event, to, Value::List(row.into_iter().map(Value::Text).collect()))
        })
    }
}

fn row(text: &str, separator: char, trim: bool) -> Option<Vec<String>> {
    let mut columns = Vec::new();
    let mut rest = text;
    loop {
        if trim {
            rest = rest.trim_start_matches([' ', '\t']);
        }
        let (column, after) = match rest.strip_prefix('"') {
            Some(quoted) => self::quoted(quoted, separator),
            None => {
                let end = rest.find([separator, '\n', '\r']).unwrap_or(rest.len());
                let (column, after) = rest.split_at_checked(end)?;
                (column.to_owned(), after)
            }
        };
        if columns.len() == MAX_DECODED_VALUES {
            return None;
        }
        columns.push(column);
        match after.strip_prefix(separator) {
            Some(more) => rest = more,
            None => return Some(columns),
        }
    }
}

/// A column behind its opening quote, and what is behind the column.
fn quoted(mut rest: &str, separator: char) -> (String, &str) {
    let mut column = String::new();
    while let Some((text, after)) = rest.split_once('"') {
        column.push_str(text);
        rest = match after.chars().next() {
            None => return (column, after),
            Some(next) if next == separator || next == '\n' || next == '\r' => return (column, after),
            Some('"') => after.get(1..).unwrap_or_default(),
            // A quote that should be two.
            Some(_) => after,
        };
        column.push('"');
    }
    column.push_str(rest);
    (column, "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{errors, run};

    #[test]
    fn rows() {
        for (text, columns) in [
            ("a,b,,c", vec!["a", "b", "", "c"]),
            ("", vec![""]),
            (r#""a,b","c""d",e"f"#, vec!["a,b", "c\"d", "e\"f"]),
            (r#""a"b",c"#, vec!["a\"b", "c"]),
            (r#""open,"#, vec!["open,"]),
            ("a,b\r\nc,d", vec!["a", "b"]),
        ] {
            assert_eq!(row(text, ',', false).unwrap(), columns, "{text}");
        }
        assert_eq!(row("a;  b", ';', true).unwrap(), ["a", "b"]);
        assert!(row(&",".repeat(1 << 20), ',', false).is_none());
    }

    #[test]
    fn fields() {
        assert_eq!(
            run("[{decode_csv_fields: {fields: {m.x: c.d}}}]", r#"{"m":{"x":"1,2"}}"#),
            r#"{"m":{"x":"1,2"},"c":{"d":["1","2"]}}"#
        );
        assert!(
            run("[{decode_csv_fields: {fields: {m: c}}}]", r#"{"m":"1","c":1}"#).contains("c: there already")
        );
        assert!(
            errors("[{decode_csv_fields: {fields: {m: c}, separator: ab}}]")
                .contains("expected one character")
        );
    }
}
