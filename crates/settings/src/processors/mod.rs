//! What can be done to an event before it is written.

mod containers;
mod decode;
mod enrich;
mod fields;
mod geoip;
mod lookup;
mod shared;

use packetbeat_core::setting::Setting;

/// A processor's name and options. `when`, and `if` with `then` and `else`, are not among them.
#[derive(Clone, Copy, Debug)]
pub struct ProcessorTable {
    /// Its name, the key of its section.
    pub name: &'static str,
    /// What it does, in one sentence.
    pub about: &'static str,
    /// What it can be told.
    pub options: &'static [Setting],
    /// Known from Packetbeat, checked, and not acted on yet.
    pub later: bool,
}

impl ProcessorTable {
    const fn later(mut self) -> Self {
        self.later = true;
        self
    }
}

const fn of(name: &'static str, options: &'static [Setting], about: &'static str) -> ProcessorTable {
    ProcessorTable { name, about, options, later: false }
}

/// The processors of Packetbeat, sorted by name.
pub const PROCESSORS: &[ProcessorTable] = &[
    of("add_agent_metadata", enrich::AGENT, "Adds `agent`: who made the event.").later(),
    of("add_cloud_metadata", enrich::CLOUD, "Adds what the provider of the machine says of it, as `cloud`.")
        .later(),
    of(
        "add_cloudfoundry_metadata",
        containers::CLOUDFOUNDRY,
        "Adds what Cloud Foundry says of the application.",
    )
    .later(),
    of("add_docker_metadata", containers::DOCKER, "Adds what Docker says of the container, as `container`.")
        .later(),
    of("add_fields", enrich::FIELDS, "Adds fields under `fields` or another name."),
    of("add_formatted_index", enrich::FORMATTED_INDEX, "Sets the index that the event asks for.").later(),
    of("add_host_metadata", enrich::HOST, "Adds what the host is: its system, addresses, place."),
    of("add_id", enrich::ADD_ID, "Gives the event an identifier of its own."),
    of(
        "add_kubernetes_metadata",
        containers::KUBERNETES,
        "Adds what Kubernetes says of the pod, as `kubernetes`.",
    )
    .later(),
    of("add_labels", enrich::LABELS, "Adds `labels`."),
    of("add_locale", enrich::LOCALE, "Adds the time zone of the host as `event.timezone`."),
    of(
        "add_network_direction",
        enrich::DIRECTION,
        "Says whether a connection is inbound, outbound, internal or external.",
    ),
    of("add_nomad_metadata", containers::NOMAD, "Adds what Nomad says of the allocation.").later(),
    of("add_observer_metadata", enrich::OBSERVER, "Adds what the observing host is, as `observer`."),
    of("add_process_metadata", enrich::PROCESS, "Adds what the system says of a process.").later(),
    of("add_tags", enrich::TAGS, "Adds tags."),
    of("append", fields::APPEND, "Appends values to a field."),
    of("cache", lookup::CACHE, "Keeps values of events for later events.").later(),
    of("community_id", lookup::COMMUNITY_ID, "Adds the Community ID of the flow."),
    of("convert", fields::CONVERT, "Changes the types of fields."),
    of("copy_fields", fields::COPY, "Copies fields."),
    of("decode_base64_field", decode::BASE64, "Decodes base64."),
    of("decode_csv_fields", decode::CSV, "Splits rows of CSV."),
    of("decode_duration", decode::DURATION, "Turns a length of time like `1m30s` into a number."),
    of("decode_json_fields", decode::JSON, "Parses JSON."),
    of("decode_xml", decode::XML, "Parses XML.").later(),
    of("decode_xml_wineventlog", decode::WINEVENTLOG, "Parses events of the Windows event log.").later(),
    of("decompress_gzip_field", decode::GZIP, "Decompresses gzip.").later(),
    of("detect_mime_type", decode::MIME, "Guesses the type of content from its beginning."),
    of("dissect", decode::DISSECT, "Splits a text by a pattern of delimiters."),
    of("dns", lookup::DNS, "Looks names or addresses up in the DNS.").later(),
    of("drop_event", &[], "Drops the event."),
    of("drop_fields", fields::DROP, "Removes fields. `@timestamp` and `type` stay."),
    of("extract_array", fields::EXTRACT_ARRAY, "Makes fields of the items of a list."),
    of("extract_field", fields::EXTRACT_FIELD, "Splits a text and keeps one part."),
    of("fingerprint", lookup::FINGERPRINT, "Hashes fields."),
    of(
        "geoip",
        geoip::GEOIP,
        "Adds the place and the autonomous system of addresses, from files of databases. (Ours.)",
    ),
    of("include_fields", fields::INCLUDE, "Removes all other fields. `@timestamp` and `type` stay."),
    of("lowercase", fields::CASE, "Turns names of fields into lower case."),
    of("move_fields", fields::MOVE, "Moves fields into another object."),
    of("now", fields::NOW, "Writes the present time.").later(),
    of("rate_limit", lookup::RATE_LIMIT, "Drops events beyond a rate."),
    of(
        "registered_domain",
        lookup::REGISTERED_DOMAIN,
        "Finds the registered domain of a name, by the public suffix list.",
    ),
    of("rename", fields::RENAME, "Renames fields."),
    of("replace", fields::REPLACE, "Replaces what a regular expression matches."),
    of("script", lookup::SCRIPT, "Runs JavaScript.").later(),
    of("syslog", decode::SYSLOG, "Parses a message of syslog (RFC 3164, RFC 5424).").later(),
    of("timestamp", decode::TIMESTAMP, "Parses a time."),
    of("translate_ldap_attribute", lookup::LDAP, "Looks an identifier up in LDAP.").later(),
    of("translate_sid", lookup::SID, "Names a security identifier of Windows.").later(),
    of("truncate_fields", fields::TRUNCATE, "Cuts long texts."),
    of("uppercase", fields::CASE, "Turns names of fields into upper case."),
    of("urldecode", decode::URL, "Decodes `%20` and the like."),
];
