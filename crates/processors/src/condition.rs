//! Conditions: what `when` and `if` ask of an event.

use std::net::IpAddr;

use packetbeat_config::{Map, Network, Node, Value as Written};
use regex::Regex;

use crate::event::Event;
use crate::value::Value;

/// A condition, its values typed.
///
/// What compares several fields holds when all of them do. A field that is missing, or of another type, compares with
/// nothing.
#[derive(Clone, Debug)]
pub enum Condition {
    /// Numbers, texts and booleans that are the same.
    Equals(Vec<(String, Constant)>),
    /// Texts, or lists of them, that have one of some texts in them.
    Contains(Vec<(String, Vec<String>)>),
    /// Texts, or lists of them, that one of some expressions matches.
    Regexp(Vec<(String, Vec<Regex>)>),
    /// Numbers within bounds.
    Range(Vec<(String, Bound, f64)>),
    /// Fields that are there.
    HasFields(Vec<String>),
    /// Addresses, or lists of them, in one of some networks.
    Network(Vec<(String, Vec<Network>)>),
    /// All of them hold.
    And(Vec<Self>),
    /// One of them holds.
    Or(Vec<Self>),
    /// It does not hold.
    Not(Box<Self>),
}

/// What `equals` compares with.
#[derive(Clone, Debug, PartialEq)]
pub enum Constant {
    /// A number.
    Number(f64),
    /// A boolean.
    Bool(bool),
    /// A text.
    Text(String),
}

/// How `range` compares the field with the number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// Less than.
    Lt,
    /// At most.
    Lte,
    /// More than.
    Gt,
    /// At least.
    Gte,
}

impl Condition {
    /// A condition as the configuration has it; the check has been through it, and what is not sound is left out. `None` for
    /// what is no condition.
    #[must_use]
    pub fn read(node: &Node) -> Option<Self> {
        let mut all: Vec<Self> =
            node.as_map()?.entries().iter().filter_map(|one| read(&one.key, &one.node)).collect();
        if all.len() > 1 { Some(Self::And(all)) } else { all.pop() }
    }

    /// Does it hold for the event?
    #[must_use]
    pub fn holds(&self, event: &Event) -> bool {
        match self {
            Self::Equals(fields) => {
                fields.iter().all(|(name, value)| event.get(name).is_some_and(|found| value.equals(found)))
            }
            Self::Contains(fields) => fields.iter().all(|(name, texts)| {
                let has = |text: &str| texts.iter().any(|wanted| text.contains(wanted.as_str()));
                event.get(name).is_some_and(|found| any_text(found, has))
            }),
            Self::Regexp(fields) => fields.iter().all(|(name, expressions)| {
                let matches = |text: &str| expressions.iter().any(|one| one.is_match(text));
                event.get(name).is_some_and(|found| any_text(found, matches))
            }),
            Self::Range(fields) => fields.iter().all(|(name, bound, limit)| {
                event.get(name).and_then(Value::as_f64).is_some_and(|found| match bound {
                    Bound::Lt => found < *limit,
                    Bound::Lte => found <= *limit,
                    Bound::Gt => found > *limit,
                    Bound::Gte => found >= *limit,
                })
            }),
            Self::HasFields(names) => names.iter().all(|name| event.get(name).is_some()),
            Self::Network(fields) => fields.iter().all(|(name, networks)| {
                let inside = |text: &str| {
                    let ip = text.parse::<IpAddr>();
                    ip.is_ok_and(|ip| networks.iter().any(|network| network.contains(ip)))
                };
                event.get(name).is_some_and(|found| any_text(found, inside))
            }),
            Self::And(all) => all.iter().all(|one| one.holds(event)),
            Self::Or(all) => all.iter().any(|one| one.holds(event)),
            Self::Not(one) => !one.holds(event),
        }
    }

    /// The roots that it asks for.
    pub(crate) fn roots(&self) -> Vec<&str> {
        let roots = self.fields().into_iter().filter_map(|name| name.split('.').next());
        match self {
            Self::And(all) | Self::Or(all) => all.iter().flat_map(Self::roots).collect(),
            Self::Not(one) => one.roots(),
            _ => roots.collect(),
        }
    }

    /// A field without which it cannot hold.
    pub(crate) fn needs(&self) -> Option<&str> {
        match self {
            Self::And(all) => all.iter().find_map(Self::needs),
            Self::Or(_) | Self::Not(_) => None,
            _ => self.fields().first().copied(),
        }
    }

    /// The fields that it looks at itself.
    fn fields(&self) -> Vec<&str> {
        fn names<T>(fields: &[(String, T)]) -> Vec<&str> {
            fields.iter().map(|(name, _)| name.as_str()).collect()
        }
        match self {
            Self::Equals(fields) => names(fields),
            Self::Contains(fields) => names(fields),
            Self::Regexp(fields) => names(fields),
            Self::Range(fields) => fields.iter().map(|(name, ..)| name.as_str()).collect(),
            Self::HasFields(names) => names.iter().map(String::as_str).collect(),
            Self::Network(fields) => names(fields),
            Self::And(_) | Self::Or(_) | Self::Not(_) => Vec::new(),
        }
    }
}

/// A text, or one of a list, for which something holds.
fn any_text(value: &Value, holds: impl Fn(&str) -> bool) -> bool {
    match value {
        Value::Text(text) => holds(text),
        Value::List(items) => items.iter().filter_map(Value::as_text).any(holds),
        _ => false,
    }
}

impl Constant {
    fn equals(&self, value: &Value) -> bool {
        match (self, value) {
            // Numbers of events are below 2^63; beyond 2^53 neighbours count as equal.
            (Self::Number(number), Value::Number(_)) => value.as_f64() == Some(*number),
            (Self::Bool(one), Value::Bool(other)) => one == other,
            (Self::Text(one), Value::Text(other)) => one == other,
            _ => false,
        }
    }

    fn read(node: &Node) -> Option<Self> {
        match &node.value {
            Written::Bool(value) => Some(Self::Bool(*value)),
            Written::Int(number) => Some(Self::Number(*number as f64)),
            Written::Float(number) => Some(Self::Number(*number)),
            Written::Str(text) => Some(Self::Text(text.clone())),
            Written::Null | Written::List(_) | Written::Map(_) => None,
        }
    }
}

fn read(name: &str, node: &Node) -> Option<Condition> {
    let several = || match &node.value {
        Written::List(items) => items.iter().filter_map(Condition::read).collect(),
        _ => Vec::new(),
    };
    match name {
        "and" => Some(Condition::And(several())),
        "or" => Some(Condition::Or(several())),
        "not" => Some(Condition::Not(Box::new(Condition::read(node)?))),
        "has_fields" => Some(Condition::HasFields(texts(node))),
        "equals" => Some(Condition::Equals(leaves(node.as_map()?, &Constant::read))),
        "contains" => Some(Condition::Contains(leaves(node.as_map()?, &|node| Some(texts(node))))),
        "regexp" => Some(Condition::Regexp(leaves(node.as_map()?, &|node| {
            Some(texts(node).iter().filter_map(|text| Regex::new(text).ok()).collect())
        }))),
        "network" => Some(Condition::Network(leaves(node.as_map()?, &|node| {
            Some(texts(node).iter().filter_map(|text| text.parse().ok()).collect())
        }))),
        "range" => {
            let number = |node: &Node| node.text().and_then(|text| text.parse::<f64>().ok());
            let bounds = leaves(node.as_map()?, &number);
            Some(Condition::Range(
                bounds.into_iter().filter_map(|(name, limit)| bound(&name, limit)).collect(),
            ))
        }
        _ => None,
    }
}

/// `http.response.code.gte` and its number.
fn bound(name: &str, limit: f64) -> Option<(String, Bound, f64)> {
    let (field, operator) = name.rsplit_once('.')?;
    let bound = match operator {
        "lt" => Bound::Lt,
        "lte" => Bound::Lte,
        "gt" => Bound::Gt,
        "gte" => Bound::Gte,
        _ => return None,
    };
    Some((field.to_owned(), bound, limit))
}

/// Fields and values: names were split at their dots when the file was read, and are joined again.
pub(crate) fn leaves<T>(map: &Map, value: &impl Fn(&Node) -> Option<T>) -> Vec<(String, T)> {
    fn below<T>(map: &Map, prefix: &str, value: &impl Fn(&Node) -> Option<T>, to: &mut Vec<(String, T)>) {
        for entry in map.entries() {
            let name = if prefix.is_empty() { entry.key.clone() } else { format!("{prefix}.{}", entry.key) };
            match entry.node.as_map() {
                Some(inner) => below(inner, &name, value, to),
                None => to.extend(value(&entry.node).map(|value| (name, value))),
            }
        }
    }
    let mut found = Vec::new();
    below(map, "", value, &mut found);
    found
}

/// The texts of a list, or one alone.
fn texts(node: &Node) -> Vec<String> {
    match &node.value {
        Written::List(items) => items.iter().filter_map(Node::text).map(str::to_owned).collect(),
        _ => node.text().map(str::to_owned).into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{condition, event};

    fn holds(yaml: &str) -> bool {
        condition(yaml).holds(&event(
            r#"{"type":"http","status":"OK","tags":["web","forwarded"],"event":{"duration":1500},"ok":true,"ip":"10.1.2.3",
                "related":{"ip":["10.0.0.1","8.8.8.8"]},"http":{"response":{"status_code":404},"version":"1.1"},"user.name":"a"}"#,
        ))
    }

    #[test]
    fn each_kind() {
        for yes in [
            "equals.http.response.status_code: 404",
            "equals: {type: http, ok: true}",
            "equals.user.name: a",
            "contains.status: K",
            "contains.tags: forward",
            "contains.tags: [nothing, web]",
            "regexp.http.version: '^1\\.'",
            "regexp.tags: ^fo",
            "range.http.response.status_code: {gte: 400, lt: 500}",
            "range: {http.response.status_code.gte: 400, event.duration.lte: 1500}",
            "range.event.duration.gt: 1.5",
            "has_fields: [http.response, tags]",
            "network.ip: private",
            "network.ip: [loopback, 10.0.0.0/8]",
            "network.related.ip: public",
            "not.equals.type: dns",
            "and: [{equals.type: http}, {has_fields: [ip]}]",
            "or: [{equals.type: dns}, {has_fields: [ip]}]",
        ] {
            assert!(holds(yes), "{yes}");
        }
        for no in [
            "equals.http.response.status_code: 40",
            "equals.http.response.status_code: '404'",
            "equals.http.version: 1.1",
            "equals.ok: 1",
            "equals: {type: http, status: Error}",
            "equals.http: http",
            "contains.missing: a",
            "contains.http.response.status_code: 4",
            "range.http.response.status_code: {gte: 400, lt: 404}",
            "range.status.gt: 0",
            "has_fields: [ip, nothing]",
            "network.ip: public",
            "network.type: private",
            "not.equals.type: http",
            "and: [{equals.type: http}, {has_fields: [x]}]",
            "or: [{equals.type: dns}, {has_fields: [x]}]",
        ] {
            assert!(!holds(no), "{no}");
        }
    }
}
