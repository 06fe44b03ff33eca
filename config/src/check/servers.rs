//! Rules of what is spoken to by HTTP: `output.elasticsearch`, `output.opensearch`, `setup.kibana`, `cloud`.

use super::rules::{get, set};
use super::{Checker, is_off};
use crate::elasticsearch::{self, NAMES};
use crate::host::{Host, Scheme, Usual};
use crate::node::{Entry, Map, Node, Value};
use crate::preset::{self, Preset};
use crate::{cloud, kibana, login, read};
use packetbeat_core::setting::Type;

impl Checker<'_> {
    /// The section of an output of bulk requests that is on.
    pub(super) fn elasticsearch(&mut self, settings: &Node, entry: &Entry, section: &Map) {
        let path = format!("output.{}", entry.key);
        self.login(section, &path);
        self.hosts(settings, entry, section, &path);
        self.preset(settings, section, &path);
        if let (Some(worker), Some(_)) = (set(section, "worker"), set(section, "workers")) {
            self.warn(&worker.at, format!("{path}.worker"), format!("has no effect: {path}.workers counts"));
        }
        if let Some(policy) = section.get("non_indexable_policy").and_then(Node::as_map)
            && let (Some(_), Some(second)) = (policy.entry("drop"), set(policy, "dead_letter_index"))
        {
            let what = "both drop and dead_letter_index; an event that is refused goes one way";
            self.error(&second.at, format!("{path}.non_indexable_policy"), what, "take one of them out");
        }
    }

    /// `username`, `password` and `api_key` of a section.
    pub(super) fn login(&mut self, section: &Map, path: &str) {
        if let Some(key) = set(section, "api_key") {
            let full = format!("{path}.api_key");
            if let Some(other) =
                ["username", "password"].into_iter().find(|name| set(section, name).is_some())
            {
                let what = format!("goes not together with {path}.{other}");
                self.error(&key.at, full, what, "take one of them out");
            } else if key.text().is_some_and(|text| login::api_key(text).is_none()) {
                let hint = "as the server's answer has them: `id` and `api_key`, or `encoded`";
                self.error(&key.at, full, "expected ID:KEY, or the same in base64, found a secret", hint);
            }
        } else if let Some(password) = set(section, "password")
            && set(section, "username").is_none()
        {
            let what = format!("has no effect: there is no {path}.username");
            self.warn(&password.at, format!("{path}.password"), what);
        }
    }

    /// Hosts there are, `cloud.id` may stand for them, and they are spoken to by HTTP.
    fn hosts(&mut self, settings: &Node, entry: &Entry, section: &Map, path: &str) {
        let full = format!("{path}.hosts");
        let cloud = cloud_id(settings);
        let Some(hosts) = set(section, "hosts") else {
            if cloud.is_none() {
                let hint = "the servers, such as [\"https://localhost:9200\"]; or cloud.id";
                self.error(&entry.key_at, full, "missing", hint);
            }
            return;
        };
        let items = super::items(hosts, Type::Host).unwrap_or_default();
        if let Some(cloud) = cloud {
            let what = format!("has no effect: cloud.id at {} names the servers", cloud.at);
            return self.warn(&hosts.at, full, what);
        }
        if matches!(hosts.value, Value::List(_)) && items.is_empty() {
            self.error(&hosts.at, full, "no servers", "such as [\"https://localhost:9200\"]; or cloud.id");
            return;
        }
        let scheme = section.get("protocol").and_then(Node::text).and_then(Scheme::read);
        let usual = Usual { scheme: scheme.unwrap_or(Scheme::Http), port: elasticsearch::PORT, path: "" };
        let mut plain = !items.is_empty();
        for item in &items {
            let host = self.host(item, &full, usual);
            plain &= host.is_some_and(|host| host.scheme == Scheme::Http);
        }
        if let Some(ssl) = section.entry("ssl").filter(|ssl| plain && asks(&ssl.node)) {
            let what = format!("has no effect: all of {full} are http://; write https:// or protocol: https");
            self.warn(&ssl.key_at, format!("{path}.ssl"), what);
        }
    }

    fn host(&mut self, node: &Node, path: &str, usual: Usual<'_>) -> Option<Host> {
        if read::wrong(Type::Host, node).is_some() {
            return None;
        }
        let host = Host::read(node.text()?, &node.at, usual);
        if host.is_none() {
            let what = read::no(Type::Host, node, "an address of http or https").what;
            self.error(&node.at, path, what, "such as https://localhost:9200");
        }
        host
    }

    /// What a preset replaces.
    fn preset(&mut self, settings: &Node, section: &Map, path: &str) {
        let Some(preset) = set(section, "preset").and_then(Node::text).and_then(Preset::named) else {
            return;
        };
        let queue = match set(section, "queue") {
            Some(own) => Some((own, format!("{path}.queue"))),
            None => settings.at_path("queue").map(|general| (general, "queue".to_owned())),
        };
        let of_output = preset::OF_OUTPUT
            .iter()
            .filter_map(|name| set(section, name).map(|node| (*name, node, format!("{path}.{name}"))));
        let of_queue = preset::OF_QUEUE.iter().filter_map(|name| {
            let (queue, path) = queue.as_ref()?;
            let node = queue.at_path(name).filter(|node| !node.is_null())?;
            Some((*name, node, format!("{path}.{name}")))
        });
        for (name, node, full) in of_output.chain(of_queue) {
            if let Some(value) = preset.instead(name, node) {
                let what = format!(
                    "has no effect: preset {} sets it to {value}; with preset: custom it counts",
                    preset.name
                );
                self.warn(&node.at, full, what);
            }
        }
    }

    /// `setup.kibana`.
    pub(super) fn kibana(&mut self, settings: &Node) {
        let Some(section) = settings.at_path("setup.kibana").and_then(Node::as_map) else { return };
        self.login(section, "setup.kibana");
        if let Some(host) = set(section, "host") {
            let usual = Usual { scheme: Scheme::Http, port: kibana::PORT, path: "" };
            self.host(host, "setup.kibana.host", usual);
        }
    }

    /// `cloud`: it is a way to write `output.elasticsearch`.
    pub(super) fn cloud(&mut self, settings: &Node) {
        let auth = settings.at_path("cloud.auth").filter(|node| !is_empty(node));
        let Some(id) = cloud_id(settings) else {
            if let Some(auth) = auth {
                self.error(&auth.at, "cloud.id", "missing", "it goes with cloud.auth");
            }
            return;
        };
        if let Some(Err(why)) = id.text().map(|text| cloud::read(text, &id.at)) {
            let hint = "copy it from the page of the deployment; it is NAME:BASE64";
            self.error(&id.at, "cloud.id", format!("not the id of a deployment: {why}"), hint);
        }
        if let Some(auth) = auth
            && auth.text().is_some_and(|text| login::of_cloud(text).is_none())
        {
            self.error(
                &auth.at,
                "cloud.auth",
                "expected USER:PASSWORD, found a secret",
                "such as elastic:PASSWORD",
            );
        }
        let outputs = settings.at_path("output").and_then(Node::as_map).map(Map::entries).unwrap_or_default();
        if outputs.iter().any(|entry| entry.key == NAMES[0] && is_off(&entry.node)) {
            return;
        }
        let other =
            |entry: &&Entry| entry.key != NAMES[0] && entry.node.as_map().is_some() && !is_off(&entry.node);
        if let Some(other) = outputs.iter().find(other) {
            let what = format!("is output.elasticsearch, and output.{} is at {}", other.key, other.key_at);
            self.error(&id.at, "cloud.id", what, "take one of them out");
        }
    }
}

/// `cloud.id`, where it says something.
fn cloud_id(settings: &Node) -> Option<&Node> {
    settings.at_path("cloud.id").filter(|node| !is_empty(node))
}

fn is_empty(node: &Node) -> bool {
    node.is_null() || node.text() == Some("")
}

/// Does a section `ssl` ask for something?
fn asks(ssl: &Node) -> bool {
    !is_off(ssl)
        && ssl.as_map().is_some_and(|map| {
            map.entries().iter().any(|entry| entry.key != "enabled" && get(ssl, &entry.key).is_some())
        })
}
