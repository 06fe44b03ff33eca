//! Old names and what became of them, from Packetbeat 1.0 to 8.0.
//!
//! Sources: the reference configurations of 1.0 to 5.6, and the lists of breaking changes of 5.0, 6.0, 7.0 and 8.0.

use super::rewrite;
use super::step::{Old, Step};

/// In the order in which they are tried: parts of a section before the section. `*` is any one name.
pub(super) const OLD: &[Old] = &[
    to("interfaces", "packetbeat.interfaces", "5.0"),
    to("protocols", "packetbeat.protocols", "5.0"),
    to("procs", "packetbeat.procs", "5.0"),
    to("flows", "packetbeat.flows", "5.0"),
    to("ignore_outgoing", "packetbeat.ignore_outgoing", "5.0"),
    to("shipper.name", "name", "5.0"),
    to("shipper.tags", "tags", "5.0"),
    to("shipper.fields", "fields", "5.0"),
    to("shipper.fields_under_root", "fields_under_root", "5.0"),
    to("shipper.max_procs", "max_procs", "5.0"),
    to("shipper.ignore_outgoing", "packetbeat.ignore_outgoing", "5.0"),
    to("shipper.queue_size", "queue.mem.events", "6.0"),
    gone("shipper.bulk_queue_size", QUEUE, "6.0"),
    gone("shipper.refresh_topology_freq", TOPOLOGY, "6.0"),
    gone("shipper.topology_expire", TOPOLOGY, "6.0"),
    gone("refresh_topology_freq", TOPOLOGY, "6.0"),
    gone("topology_expire", TOPOLOGY, "6.0"),
    to("queue_size", "queue.mem.events", "6.0"),
    gone("bulk_queue_size", QUEUE, "6.0"),
    gone("runoptions", "the unit or the account that starts the program says which user it is", "6.0"),
    by("filters", rewrite::filters, "5.0"),
    // Behind `filters`, since it becomes one of the processors.
    by("shipper.geoip.paths", rewrite::geoip, "6.0"),
    by("geoip.paths", rewrite::geoip, "6.0"),
    gone("queue.spool", "queue.disk is what keeps events on disk", "8.0"),
    gone("dashboards.snapshot", "setup.dashboards.url names an archive", "6.0"),
    gone("dashboards.snapshot_url", "setup.dashboards.url names an archive", "6.0"),
    to("dashboards", "setup.dashboards", "6.0"),
    gone("setup.dashboards.snapshot", "setup.dashboards.url names an archive", "6.0"),
    gone("setup.dashboards.snapshot_url", "setup.dashboards.url names an archive", "6.0"),
    to("xpack.monitoring", "monitoring", "7.2"),
    // TLS.
    to("output.*.tls.certificate_key", "output.*.ssl.key", "5.0"),
    to("output.*.ssl.certificate_key", "output.*.ssl.key", "5.0"),
    by("output.*.tls.insecure", rewrite::insecure, "5.0"),
    by("output.*.ssl.insecure", rewrite::insecure, "5.0"),
    by("output.*.tls.disabled", rewrite::disabled, "5.0"),
    by("output.*.ssl.disabled", rewrite::disabled, "5.0"),
    by("output.*.tls.min_version", rewrite::versions, "5.0"),
    by("output.*.tls.max_version", rewrite::versions, "5.0"),
    by("output.*.ssl.min_version", rewrite::versions, "5.0"),
    by("output.*.ssl.max_version", rewrite::versions, "5.0"),
    to("output.*.tls", "output.*.ssl", "5.0"),
    // Outputs.
    by("output.elasticsearch.host", rewrite::host, "1.0"),
    by("output.redis.host", rewrite::host, "5.0"),
    by("output.logstash.host", rewrite::host, "1.0"),
    gone("output.elasticsearch.port", PORT, "1.0"),
    gone("output.redis.port", PORT, "5.0"),
    gone("output.logstash.port", PORT, "1.0"),
    gone("output.*.save_topology", TOPOLOGY, "6.0"),
    gone("output.*.topology_expire", TOPOLOGY, "6.0"),
    gone("output.redis.db_topology", TOPOLOGY, "6.0"),
    gone("output.redis.reconnect_interval", "backoff.init says how long to wait", "5.0"),
    to("output.*.flush_interval", "queue.mem.flush.timeout", "6.0"),
    gone("output.kafka.use_type", "topic: '%{[type]}' names topics by protocol", "5.0"),
    gone("output.elasticsearch.template.path", TEMPLATE, "6.0"),
    gone("output.elasticsearch.template.versions", TEMPLATE, "6.0"),
    gone("output.elasticsearch.template.output_to_file", EXPORT, "6.0"),
    to("output.elasticsearch.template", "setup.template", "6.0"),
    gone("setup.template.path", TEMPLATE, "6.0"),
    gone("setup.template.versions", TEMPLATE, "6.0"),
    gone("setup.template.output_to_file", EXPORT, "6.0"),
    by("setup.ilm.enabled", rewrite::automatic, "8.0"),
    // Capturing.
    by("packetbeat.interfaces.type", rewrite::capture, "6.0"),
];

/// Options of protocols: protocol, old name, new name, since when.
pub(super) const OF_PROTOCOLS: &[(&str, &str, &str, &str)] = &[
    ("http", "strip_authorization", "redact_authorization", "1.0"),
    // Never read by Packetbeat, and in its reference all the same.
    ("memcache", "ports.maxvalue", "maxvalues", "1.0"),
];

const TOPOLOGY: &str = "the map of servers was given up";
const PORT: &str = "a port stands behind its host, as in hosts: [\"localhost:9200\"]";
const QUEUE: &str = "queue.mem.events is the size of the queue";
const EXPORT: &str = "`packetbeat export template` prints it";
const TEMPLATE: &str = "the template follows from the fields; setup.template.json takes one of your own";

const fn to(name: &'static str, new: &'static str, since: &'static str) -> Old {
    Old { name, since, step: Step::To(new) }
}

const fn by(name: &'static str, rewrite: super::step::Rewrite, since: &'static str) -> Old {
    Old { name, since, step: Step::By(rewrite) }
}

const fn gone(name: &'static str, instead: &'static str, since: &'static str) -> Old {
    Old { name, since, step: Step::Gone(instead) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use packetbeat_core::setting::find;

    #[test]
    fn new_names_are_settings_and_old_ones_are_not() {
        for Old { name, step, .. } in OLD {
            let of_an_output = |name: &str| name.replace('*', "kafka");
            // Of these only a value is old.
            if !["packetbeat.interfaces.type", "setup.ilm.enabled"].contains(name) {
                assert!(find(packetbeat_settings::root(), &of_an_output(name)).is_none(), "{name}");
            }
            if let Step::To(new) = step {
                assert!(find(packetbeat_settings::root(), &of_an_output(new)).is_some(), "{new}");
            }
        }
    }
}
