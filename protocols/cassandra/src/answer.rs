//! The fields of an answer, as Packetbeat calls them.

use packetbeat_core::fields::Fields;
use packetbeat_core::key;
use packetbeat_core::text::Text;

use crate::event::{Answer, Exchange, header};
use crate::limits::LIST_ITEMS;
use crate::metadata::{Metadata, flag};
use crate::response::{Details, Event, Failure, Says, Schema};
use crate::wire::{Multimap, Strings, consistency};

/// `cassandra.response`.
pub(crate) fn fields<F: Fields>(exchange: &Exchange<'_>, answer: &Answer<'_>, to: &mut F) {
    let with_header = exchange.config.send_response_header;
    let warnings = answer.response.warnings;
    let warned = !warnings.is_empty() && !exchange.conceals;
    if !with_header && !warned && matches!(answer.response.says, Says::Nothing) {
        return;
    }
    to.open(key!("response"));
    if with_header {
        header(&answer.header, to);
    }
    if warned {
        to.list(key!("warnings"));
        items(warnings, to);
        to.close_list();
    }
    match &answer.response.says {
        Says::Nothing => {}
        Says::Error(failure) => error(exchange, failure, to),
        Says::Authenticate(class) => {
            to.open(key!("authentication"));
            to.text(key!("class"), *class);
            to.close();
        }
        Says::Supported(options) => supported(*options, to),
        Says::Event(what) => event(what, to),
        Says::Void | Says::Rows(_) | Says::Keyspace(_) | Says::Prepared(_) | Says::Schema(_) => {
            to.open(key!("result"));
            result(exchange, &answer.response.says, to);
            to.close();
        }
    }
    to.close();
}

fn result<F: Fields>(exchange: &Exchange<'_>, says: &Says<'_>, to: &mut F) {
    match says {
        Says::Rows(rows) => {
            to.constant("\"type\":\"rows\",");
            to.open(key!("rows"));
            to.unsigned(key!("num_rows"), u64::from(rows.count));
            to.open(key!("meta"));
            metadata(&rows.metadata, &exchange.scratch.paging, to);
            to.close();
            to.close();
        }
        Says::Keyspace(keyspace) => {
            to.constant("\"type\":\"set_keyspace\",");
            to.text(key!("keyspace"), *keyspace);
        }
        Says::Prepared(prepared) => {
            to.constant("\"type\":\"prepared\",");
            to.open(key!("prepared"));
            to.text(key!("prepared_id"), &exchange.scratch.id);
            to.open(key!("req_meta"));
            metadata(&prepared.request, &[], to);
            to.close();
            if let Some(result) = &prepared.result {
                to.open(key!("resp_meta"));
                metadata(result, &[], to);
                to.close();
            }
            to.close();
        }
        Says::Schema(change) => {
            to.constant("\"type\":\"schemaChanged\",");
            schema(change, to);
        }
        _ => to.constant("\"type\":\"void\","),
    }
}

fn metadata<F: Fields>(of: &Metadata<'_>, paging_state: &[u8], to: &mut F) {
    flags(of.flags, to);
    to.unsigned(key!("col_count"), of.columns as u64);
    to.text_unless_empty(key!("paging_state"), paging_state);
    to.text_unless_empty(key!("keyspace"), of.keyspace);
    to.text_unless_empty(key!("table"), of.table);
    let (key, _) = of.key.as_chunks::<2>();
    match key {
        [] => {}
        [one] => to.unsigned(key!("pkey_columns"), u64::from(u16::from_be_bytes(*one))),
        many => {
            // Lists of numbers hold their texts.
            to.list(key!("pkey_columns"));
            for place in many.iter().take(LIST_ITEMS) {
                let (text, len) = packetbeat_core::decimal::decimal(u64::from(u16::from_be_bytes(*place)));
                to.item(text.get(..len).unwrap_or_default());
            }
            to.close_list();
        }
    }
}

/// One flag is a text, several are a list.
fn flags<F: Fields>(flags: u32, to: &mut F) {
    const NAMES: [(u32, &str); 4] = [
        (flag::GLOBAL, "GlobalTableSpec"),
        (flag::MORE_PAGES, "HasMorePages"),
        (flag::NO_METADATA, "NoMetaData"),
        (flag::CHANGED, "MetadataChanged"),
    ];
    let known = flags & 0xf;
    let mut set = NAMES.iter().filter(|(bit, _)| known & bit != 0).map(|(_, name)| Text::word(name));
    match known.count_ones() {
        0 => to.constant("\"flags\":\"FLAG_0\","),
        1 => to.text(key!("flags"), set.next().unwrap_or_default()),
        _ => {
            to.list(key!("flags"));
            set.for_each(|name| to.item(name));
            to.close_list();
        }
    }
}

fn items<F: Fields>(list: Strings<'_>, to: &mut F) {
    list.iter().take(LIST_ITEMS).for_each(|text| to.item(text));
}

fn schema<F: Fields>(change: &Schema<'_>, to: &mut F) {
    to.open(key!("schema_change"));
    to.text(key!("change"), change.change);
    to.text_unless_empty(key!("target"), change.target);
    to.text_unless_empty(key!("keyspace"), change.keyspace);
    to.text_unless_empty(key!("table"), change.table);
    to.text_unless_empty(key!("object"), change.object);
    to.text_unless_empty(key!("name"), change.name);
    if !change.arguments.is_empty() {
        to.list(key!("args"));
        items(change.arguments, to);
        to.close_list();
    }
    to.close();
}

fn event<F: Fields>(event: &Event<'_>, to: &mut F) {
    to.open(key!("event"));
    match event {
        Event::Node { kind, change, host, port } => {
            to.text(key!("type"), *kind);
            to.text(key!("change"), *change);
            to.ip(key!("host"), *host);
            to.unsigned(key!("port"), u64::from(*port));
        }
        Event::Schema(change) => {
            to.constant("\"type\":\"SCHEMA_CHANGE\",");
            schema(change, to);
        }
        Event::Other(kind) => to.text(key!("type"), *kind),
    }
    to.close();
}

/// What a server supports. The names that the specification has are lists; others are texts, the first of what they stand for.
fn supported<F: Fields>(options: Multimap<'_>, to: &mut F) {
    to.open(key!("supported"));
    for (at, (name, values)) in options.iter().take(LIST_ITEMS).enumerate() {
        // A name is written once.
        if name.is_empty() || options.iter().take(at).any(|(other, _)| other == name) {
            continue;
        }
        match name {
            b"COMPRESSION" => to.list(key!("COMPRESSION")),
            b"CQL_VERSION" => to.list(key!("CQL_VERSION")),
            b"PROTOCOL_VERSIONS" => to.list(key!("PROTOCOL_VERSIONS")),
            other => {
                to.text_named(other.into(), values.iter().next().unwrap_or_default());
                continue;
            }
        }
        items(values, to);
        to.close_list();
    }
    to.close();
}

fn error<F: Fields>(exchange: &Exchange<'_>, failure: &Failure<'_>, to: &mut F) {
    to.open(key!("error"));
    to.unsigned(key!("code"), u64::from(failure.code));
    if !exchange.conceals {
        to.text(key!("msg"), failure.message);
    }
    to.text(key!("type"), Text::word(failure.name()));
    if !matches!(failure.details, Details::None) {
        to.open(key!("details"));
        details(exchange, &failure.details, to);
        to.close();
    }
    to.close();
}

fn details<F: Fields>(exchange: &Exchange<'_>, details: &Details<'_>, to: &mut F) {
    match *details {
        Details::None => {}
        Details::Unavailable { consistency: level, required, alive } => {
            to.text(key!("read_consistency"), Text::word(consistency(level)));
            to.unsigned(key!("required"), u64::from(required));
            to.unsigned(key!("alive"), u64::from(alive));
        }
        Details::Replicas { consistency: level, received, block_for, failures, write_type, data_present } => {
            to.text(key!("read_consistency"), Text::word(consistency(level)));
            to.unsigned(key!("received"), u64::from(received));
            to.unsigned(key!("blockfor"), u64::from(block_for));
            if let Some(count) = failures {
                to.unsigned(key!("num_failures"), u64::from(count));
            }
            to.text_unless_empty(key!("write_type"), write_type);
            if let Some(present) = data_present {
                to.boolean(key!("data_present"), present);
            }
        }
        Details::Exists { keyspace, table } => {
            to.text(key!("keyspace"), keyspace);
            to.text_unless_empty(key!("table"), table);
        }
        Details::Unprepared(_) => to.text(key!("stmt_id"), &exchange.scratch.id),
        Details::Function { keyspace, function, arguments } => {
            to.text(key!("keyspace"), keyspace);
            to.text(key!("function"), function);
            to.list(key!("arg_types"));
            items(arguments, to);
            to.close_list();
        }
    }
}
