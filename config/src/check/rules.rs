//! Rules between settings: what goes together, what does not, and what one setting asks of another.

use super::{Checker, is_off, join};
use crate::elasticsearch;
use crate::mark::Mark;
use crate::node::{Entry, Map, Node, Value};
use crate::{read, units, user};
use packetbeat_core::setting::Type;
use std::collections::HashMap;
use std::time::Duration;

/// `queue.disk` needs room for so many segments.
const LEAST_SEGMENTS: u64 = 2;

impl Checker<'_> {
    pub(super) fn rules(&mut self, settings: &Node) {
        self.interfaces(settings);
        self.outputs(settings);
        self.queue(settings.at_path("queue"), "queue");
        self.template(settings);
        self.kibana(settings);
        self.cloud(settings);
        self.user(settings);
        if let Value::Map(map) = &settings.value {
            self.everywhere(map, "");
        }
    }

    /// What an interface's options ask of each other, and devices that are named twice.
    fn interfaces(&mut self, settings: &Node) {
        const KEY: &str = "packetbeat.interfaces";
        let Some(node) = settings.at_path(KEY) else { return };
        let sections = match &node.value {
            Value::List(items) => items.as_slice(),
            _ => std::slice::from_ref(node),
        };
        let mut devices: HashMap<Option<&str>, &Mark> = HashMap::new();
        for section in sections.iter().filter(|section| section.as_map().is_some()) {
            let device = text(section, "device");
            let first = *devices.entry(device).or_insert(&section.at);
            if first != &section.at {
                let device = device.unwrap_or("the default device");
                let what = format!("{device} is captured from twice, first at {first}");
                self.error(&section.at, KEY, what, "name each device once");
            }
            let ring = text(section, "type").is_some_and(|kind| kind.eq_ignore_ascii_case("af_packet"));
            if let Some(group) = get(section, "fanout_group").filter(|_| !ring) {
                self.error(
                    &group.at,
                    format!("{KEY}.fanout_group"),
                    "works with `type: af_packet` alone",
                    "add type: af_packet",
                );
            }
            let polls = get(section, "poll_default_route").and_then(read::duration).flatten();
            if let Some(node) = get(section, "poll_default_route")
                && polls.is_some_and(|every| !every.is_zero())
                && !device.is_some_and(|device| device.starts_with("default_route"))
            {
                let what = "has no effect: the device is none of default_route, default_route_ipv4, default_route_ipv6";
                self.warn(&node.at, format!("{KEY}.poll_default_route"), what);
            }
        }
    }

    /// One output alone, and what each asks for.
    fn outputs(&mut self, settings: &Node) {
        let Some(map) = settings.at_path("output").and_then(Node::as_map) else { return };
        let mut first: Option<&Entry> = None;
        for entry in map.entries() {
            let path = format!("output.{}", entry.key);
            if entry.node.is_null() {
                self.warn(&entry.key_at, path, "is null, as if it were not there");
                continue;
            }
            let Some(section) = entry.node.as_map().filter(|_| !is_off(&entry.node)) else { continue };
            match first {
                Some(other) => {
                    let what = format!("a second output; output.{} is at {}", other.key, other.key_at);
                    self.error(&entry.key_at, path.as_str(), what, "only one may be enabled");
                }
                None => first = Some(entry),
            }
            self.codec(section, &path);
            self.queue(section.get("queue"), &format!("{path}.queue"));
            match entry.key.as_str() {
                "kafka" => self.kafka(entry, section),
                name if elasticsearch::NAMES.contains(&name) => self.elasticsearch(settings, entry, section),
                _ => {}
            }
            if let (Some(own), Some(general)) = (set(section, "queue"), settings.at_path("queue"))
                && !general.is_null()
            {
                let what = format!("a second queue; the one at the top is at {}", general.at);
                self.error(&own.at, format!("{path}.queue"), what, "take one of them out");
            }
        }
        if let Some(section) = settings.at_path("monitoring.elasticsearch").and_then(Node::as_map) {
            self.login(section, "monitoring.elasticsearch");
        }
    }

    fn codec(&mut self, section: &Map, path: &str) {
        let Some(codec) = section.get("codec").and_then(Node::as_map) else { return };
        if let (Some(_), Some(second)) = (set(codec, "json"), set(codec, "format")) {
            let what = "both json and format; an output has one codec";
            self.error(&second.at, format!("{path}.codec"), what, "take one of them out");
        }
    }

    fn kafka(&mut self, entry: &Entry, section: &Map) {
        if set(section, "topic").is_none() && set(section, "topics").is_none() {
            let hint = "the topic that events go to; or topics";
            self.error(&entry.key_at, "output.kafka.topic", "missing", hint);
        }
        if let Some(user) = set(section, "username")
            && set(section, "password").is_none()
        {
            self.error(&user.at, "output.kafka.password", "missing", "it goes with output.kafka.username");
        }
    }

    fn queue(&mut self, node: Option<&Node>, path: &str) {
        let Some(queue) = node.and_then(Node::as_map) else { return };
        if let (Some(_), Some(second)) = (set(queue, "mem"), set(queue, "disk")) {
            self.error(&second.at, path, "both mem and disk; there is one queue", "take one of them out");
        }
        let whole = |name: &str| queue.get("mem").and_then(|mem| mem.at_path(name)).and_then(read::whole);
        if let Some(least) = queue.get("mem").and_then(|mem| mem.at_path("flush.min_events"))
            && let (Some(number), Some(events)) = (read::whole(least), whole("events").or(Some(3200)))
            && number > events
        {
            let what = format!("{number} events never wait in a queue of {events}");
            self.error(&least.at, format!("{path}.mem.flush.min_events"), what, format!("at most {events}"));
        }
        self.disk(queue, path);
    }

    fn disk(&mut self, queue: &Map, path: &str) {
        let Some(disk) = queue.get("disk").filter(|disk| !is_off(disk)) else { return };
        let size = |name| get(disk, name).and_then(|node| Some((node, read::bytes(node)?)));
        if let (Some((node, most)), Some((_, segment))) = (size("max_size"), size("segment_size"))
            && most != 0
            && most < segment.saturating_mul(LEAST_SEGMENTS)
        {
            let least = units::show_size(segment.saturating_mul(LEAST_SEGMENTS));
            let what = format!("less than {LEAST_SEGMENTS} segments of {}", units::show_size(segment));
            self.error(&node.at, format!("{path}.disk.max_size"), what, format!("at least {least}"));
        }
    }

    /// An index of one's own needs a template for it.
    fn template(&mut self, settings: &Node) {
        let template = settings.at_path("setup.template");
        if template.is_some_and(is_off) {
            return;
        }
        for output in elasticsearch::NAMES.map(|name| format!("output.{name}")) {
            let section = settings.at_path(&output).filter(|section| !is_off(section));
            let Some(index) = section.and_then(|section| get(section, "index")) else { continue };
            for name in ["name", "pattern"] {
                if template.is_none_or(|template| get(template, name).is_none()) {
                    let hint =
                        format!("needed since {output}.index is set; or setup.template.enabled: false");
                    self.error(&index.at, format!("setup.template.{name}"), "missing", hint);
                }
            }
        }
    }

    /// Who the program becomes.
    fn user(&mut self, settings: &Node) {
        const KEY: &str = "packetbeat.user";
        let Some(node) = settings.at_path(KEY).filter(|node| !node.is_null()) else { return };
        if node.text().is_some_and(|text| user::parts(text).is_none()) {
            let what = read::no(Type::Text, node, "USER or USER:GROUP").what;
            self.error(&node.at, KEY, what, "by name or number, such as packetbeat");
        }
    }

    /// What holds of sections wherever they stand: `ssl`, `kerberos`, `backoff`.
    fn everywhere(&mut self, map: &Map, path: &str) {
        for entry in map.entries() {
            let full = join(path, &entry.key);
            let Some(inner) = entry.node.as_map().filter(|_| !is_off(&entry.node)) else { continue };
            match entry.key.as_str() {
                // Names of the user's own begin here.
                "fields" | "processors" | "append_fields" => continue,
                "ssl" => self.tls(inner, &full),
                "kerberos" => self.kerberos(inner, &full),
                "backoff" => self.backoff(inner, &full),
                _ => {}
            }
            self.everywhere(inner, &full);
        }
    }

    fn kerberos(&mut self, section: &Map, path: &str) {
        let needed: &[&str] = match section.get("auth_type").and_then(Node::text) {
            Some("keytab") => &["keytab", "username"],
            Some("password") => &["username", "password"],
            _ => return,
        };
        for name in needed.iter().filter(|name| set(section, name).is_none()) {
            let at = section.get("auth_type").map_or(Mark::DEFAULT, |node| node.at.clone());
            self.error(&at, format!("{path}.{name}"), "missing", "this auth_type needs it");
        }
    }

    fn backoff(&mut self, section: &Map, path: &str) {
        let length = |name| section.get(name).and_then(read::duration).flatten();
        if let (Some(first), Some(most)) = (length("init"), length("max"))
            && first > most
            && let Some(node) = section.get("init")
        {
            let shown = |length: Duration| units::show_duration(length);
            let what = format!("{} is longer than max, {}", shown(first), shown(most));
            self.error(&node.at, format!("{path}.init"), what, format!("at most {}", shown(most)));
        }
    }
}

pub(super) fn get<'n>(section: &'n Node, name: &str) -> Option<&'n Node> {
    set(section.as_map()?, name)
}

/// The value of a name, where it is there and not null.
pub(super) fn set<'n>(section: &'n Map, name: &str) -> Option<&'n Node> {
    section.get(name).filter(|node| !node.is_null() && node.text() != Some(""))
}

fn text<'n>(section: &'n Node, name: &str) -> Option<&'n str> {
    get(section, name).and_then(Node::text)
}
