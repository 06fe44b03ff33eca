//! What `setup` and a connecting output load, against a stand-in.
// Tests stop at the first surprise.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    unreachable_pub,
    dead_code
)]

mod common;

use common::{Request, StandIn, elasticsearch, failure, opensearch, serverless};
use packetbeat_fields::Fields;
use packetbeat_provision::{Error, Kibana, Kind, Line, Setup, pipelines};
use serde_json::{Value, json};

fn setup() -> Setup {
    Setup::new("9.9.9", Fields::of(&[]).unwrap())
}

fn texts(lines: &[Line]) -> Vec<&str> {
    lines.iter().map(|line| line.text.as_str()).collect()
}

const TEMPLATE: &str = "/_index_template/packetbeat-9.9.9";
const STREAM: &str = "/_data_stream/packetbeat-9.9.9";
const POLICY: &str = "/_ilm/policy/packetbeat";
const ISM: &str = "/_plugins/_ism/policies/packetbeat";

#[test]
fn elasticsearch_gets_policy_template_and_stream() {
    let server = StandIn::new(elasticsearch());
    let lines = setup().load(&server.client()).unwrap();
    assert_eq!(
        texts(&lines),
        [
            "Overwriting lifecycle policy is disabled. Set `setup.ilm.overwrite: true` or `setup.dsl.overwrite: true` to \
             overwrite.",
            "Lifecycle policy packetbeat loaded.",
            "Index template packetbeat-9.9.9 loaded.",
            "Data stream packetbeat-9.9.9 made.",
            "Index setup finished.",
        ]
    );
    assert_eq!(
        server.lines_written(),
        [format!("PUT {POLICY}"), format!("PUT {TEMPLATE}"), format!("PUT {STREAM}")]
    );
    let template = server.kept(TEMPLATE).unwrap();
    assert_eq!(template.pointer("/template/settings/index/lifecycle/name"), Some(&json!("packetbeat")));
    assert_eq!(template["data_stream"], json!({}));
    let rollover = server.kept(POLICY).unwrap();
    assert!(rollover.pointer("/policy/phases/hot/actions/rollover/max_primary_shard_size").is_some());
}

#[test]
fn what_is_there_stays_and_setup_replaces_the_template_alone() {
    let server = StandIn::new(elasticsearch());
    let mut setup = setup();
    setup.ensure(&server.client()).unwrap();
    assert_eq!(server.lines_written().len(), 3);

    let lines = setup.ensure(&server.client()).unwrap();
    assert!(server.writes().is_empty() && lines.iter().all(|line| line.kind == Kind::Kept), "{lines:?}");

    setup.load(&server.client()).unwrap();
    assert_eq!(server.lines_written(), [format!("PUT {TEMPLATE}")]);

    setup.ilm.overwrite = true;
    setup.load(&server.client()).unwrap();
    assert_eq!(server.lines_written(), [format!("PUT {POLICY}"), format!("PUT {TEMPLATE}")]);

    setup.template.overwrite = true;
    setup.ensure(&server.client()).unwrap();
    assert_eq!(server.lines_written(), [format!("PUT {POLICY}"), format!("PUT {TEMPLATE}")]);
}

#[test]
fn what_is_off_is_not_loaded() {
    let server = StandIn::new(elasticsearch());
    let mut setup = setup();
    setup.ilm.enabled = false;
    setup.ensure(&server.client()).unwrap();
    assert_eq!(server.lines_written(), [format!("PUT {TEMPLATE}"), format!("PUT {STREAM}")]);
    assert_eq!(server.kept(TEMPLATE).unwrap().pointer("/template/settings/index/lifecycle"), None);

    let server = StandIn::new(elasticsearch());
    setup.template.enabled = false;
    setup.dsl.enabled = false;
    assert_eq!(setup.ensure(&server.client()).unwrap(), []);
    let asked = server.state.lock().unwrap().requests.len();
    assert_eq!(asked, 0);
    assert!(
        texts(&setup.load(&server.client()).unwrap())
            .contains(&"setup.template.enabled is false: no index template is loaded.")
    );
    assert!(server.writes().is_empty());
}

#[test]
fn without_a_look_the_policy_is_left_alone_unless_it_is_to_be_replaced() {
    let server = StandIn::new(elasticsearch());
    let mut setup = setup();
    setup.ilm.check_exists = false;
    setup.ensure(&server.client()).unwrap();
    assert!(!server.lines_written().contains(&format!("PUT {POLICY}")));
    assert_eq!(
        server.kept(TEMPLATE).unwrap().pointer("/template/settings/index/lifecycle/name"),
        Some(&json!("packetbeat"))
    );
    setup.ilm.overwrite = true;
    setup.ensure(&server.client()).unwrap();
    assert!(server.lines_written().contains(&format!("PUT {POLICY}")));
}

#[test]
fn names_are_those_of_the_settings() {
    let server = StandIn::new(elasticsearch());
    let mut setup = setup();
    setup.ilm.name = "p-%{[agent.version]}".to_owned();
    setup.ilm.body = Some(serde_json::from_value(json!({ "policy": { "phases": {} } })).unwrap());
    setup.template.name = Some("net-%{[agent.version]}".to_owned());
    setup.template.pattern = Some("net-*".to_owned());
    setup.load(&server.client()).unwrap();
    assert_eq!(server.lines_written(), ["PUT /_ilm/policy/p-9.9.9", "PUT /_index_template/net-9.9.9"]);
    assert_eq!(server.kept("/_ilm/policy/p-9.9.9"), Some(json!({ "policy": { "phases": {} } })));
    let template = server.kept("/_index_template/net-9.9.9").unwrap();
    assert_eq!(template["index_patterns"], json!(["net-*"]));
    assert_eq!(template.pointer("/template/settings/index/lifecycle/name"), Some(&json!("p-9.9.9")));
}

#[test]
fn a_serverless_server_gets_a_lifecycle_in_the_template() {
    let server = StandIn::new(serverless()).with(|state| state.lacks = vec!["/_ilm"]);
    let mut setup = setup();
    setup.load(&server.client()).unwrap();
    assert_eq!(server.lines_written(), [format!("PUT {TEMPLATE}"), format!("PUT {STREAM}")]);
    let template = server.kept(TEMPLATE).unwrap();
    assert_eq!(template.pointer("/template/lifecycle/data_retention"), Some(&json!("7d")));
    assert_eq!(template.pointer("/template/settings/index/lifecycle"), None);
    // A stream that was made before the template.
    let told = |lifecycle: Value| json!({ "data_streams": [{ "name": "packetbeat-9.9.9", "lifecycle": lifecycle }] });
    for (lifecycle, check, overwrite, set) in [
        (Value::Null, true, false, true),
        (Value::Null, false, false, false),
        (json!({ "enabled": true }), true, false, false),
        (json!({ "enabled": true }), true, true, true),
    ] {
        let told = told(lifecycle);
        let server = server.clone().rule(move |request| {
            (request.line() == format!("GET {STREAM}/_lifecycle")).then(|| (200, told.clone()))
        });
        (setup.dsl.check_exists, setup.dsl.overwrite) = (check, overwrite);
        setup.ensure(&server.client()).unwrap();
        let wanted = if set { vec![format!("PUT {STREAM}/_lifecycle")] } else { Vec::new() };
        assert_eq!(server.lines_written(), wanted, "{check} {overwrite}");
    }
}

#[test]
fn the_lifecycle_of_a_stream_can_be_chosen() {
    let server = StandIn::new(elasticsearch());
    let mut setup = setup();
    setup.ilm.enabled = false;
    setup.dsl.chosen = true;
    setup.load(&server.client()).unwrap();
    assert_eq!(
        server.kept(TEMPLATE).unwrap().pointer("/template/lifecycle/data_retention"),
        Some(&json!("7d"))
    );
}

#[test]
fn opensearch_gets_its_own_policy_and_its_own_types() {
    let server = StandIn::new(opensearch());
    let mut setup = setup();
    setup.load(&server.client()).unwrap();
    assert_eq!(
        server.lines_written(),
        [format!("PUT {ISM}"), format!("PUT {TEMPLATE}"), format!("PUT {STREAM}")]
    );
    assert_eq!(
        server.kept(ISM).unwrap().pointer("/policy/ism_template/0/index_patterns"),
        Some(&json!(["packetbeat-9.9.9"]))
    );
    let template = server.kept(TEMPLATE).unwrap();
    assert_eq!(template.pointer("/template/settings/index/lifecycle"), None);
    assert!(!template.to_string().contains("\"flattened\""));

    setup.ilm.overwrite = true;
    setup.load(&server.client()).unwrap();
    let writes = server.writes();
    assert_eq!(writes[0].line(), format!("PUT {ISM}"));
    assert_eq!(writes[0].query, "if_seq_no=7&if_primary_term=2");
}

#[test]
fn what_a_server_does_not_offer_is_left_out_with_a_warning() {
    for (root, lacks) in [(elasticsearch(), "/_ilm"), (opensearch(), "/_plugins")] {
        let server = StandIn::new(root).with(|state| {
            state.lacks = vec![lacks, "/_data_stream"];
            state.lacks_types = vec!["wildcard", "match_only_text", "constant_keyword"];
        });
        let lines = setup().load(&server.client()).unwrap();
        let warnings: Vec<&str> =
            lines.iter().filter(|line| line.kind == Kind::Warning).map(|line| line.text.as_str()).collect();
        assert!(
            warnings[0].starts_with("The server offers no lifecycle policies (status 400, no handler found"),
            "{warnings:?}"
        );
        assert!(warnings.iter().any(|text| text.contains("lacks the field types")), "{warnings:?}");
        let template = server.kept(TEMPLATE).unwrap();
        assert_eq!(template.pointer("/template/settings/index/lifecycle"), None);
        assert!(!template.to_string().contains("\"type\":\"wildcard\""));
    }
}

#[test]
fn a_warning_is_told_at_the_first_connection_alone() {
    let server = StandIn::new(elasticsearch()).with(|state| state.lacks = vec!["/_ilm"]);
    let setup = setup();
    let warnings = || {
        let lines = setup.ensure(&server.client()).unwrap();
        lines.iter().filter(|line| line.kind == Kind::Warning).count()
    };
    assert_eq!((warnings(), warnings()), (1, 0));
}

#[test]
fn a_type_without_substitute_is_an_error() {
    let server = StandIn::new(elasticsearch()).with(|state| state.lacks_types = vec!["ip"]);
    let error = setup().load(&server.client()).unwrap_err();
    assert!(error.lasting());
    assert!(error.to_string().contains("No handler for type [ip]"), "{error}");
}

fn refuses(
    verb: &'static str,
    beginning: &'static str,
    status: u16,
) -> impl Fn(&Request) -> Option<(u16, Value)> {
    move |request| {
        (request.verb == verb && request.path.starts_with(beginning)).then(|| {
            (status, failure(status, "security_exception", "action [x] is unauthorized for user [beat]"))
        })
    }
}

#[test]
fn a_refusal_names_request_reason_and_privilege() {
    for (root, verb, beginning, privilege) in [
        (elasticsearch(), "GET", "/_ilm", "manage_ilm"),
        (elasticsearch(), "PUT", "/_ilm", "manage_ilm"),
        (elasticsearch(), "GET", "/_index_template", "manage_index_templates"),
        (elasticsearch(), "PUT", "/_index_template", "manage_index_templates"),
        (elasticsearch(), "PUT", "/_data_stream", "create_index"),
        (opensearch(), "PUT", "/_plugins", "ism/policy"),
        (opensearch(), "PUT", "/_index_template", "indices:admin/index_template"),
    ] {
        let server = StandIn::new(root).rule(refuses(verb, beginning, 403));
        let error = setup().ensure(&server.client()).unwrap_err();
        let text = error.to_string();
        assert!(text.starts_with(&format!("{verb} {}{beginning}", server.url)), "{text}");
        assert!(text.contains("is unauthorized for user [beat]") && text.contains(privilege), "{text}");
        assert!(error.lasting(), "{text}");
    }
    let server = StandIn::new(elasticsearch()).rule(refuses("PUT", "/_index_template", 503));
    let error = setup().ensure(&server.client()).unwrap_err();
    assert!(!error.lasting() && matches!(error, Error::Refused { status: 503, .. }));
}

#[test]
fn a_stream_that_somebody_else_made_meanwhile_is_no_error() {
    let server = StandIn::new(elasticsearch()).rule(|request| {
        (request.line() == format!("PUT {STREAM}")).then(|| {
            (400, failure(400, "resource_already_exists_exception", "data_stream [x] already exists"))
        })
    });
    setup().ensure(&server.client()).unwrap();
}

#[test]
fn workers_that_connect_at_once_load_once() {
    let server = StandIn::new(elasticsearch());
    let setup = setup();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| setup.ensure(&server.client()).unwrap());
        }
    });
    assert_eq!(server.lines_written().len(), 3);
}

#[test]
fn a_server_that_refuses_its_version_is_taken_for_a_usual_one() {
    let server = StandIn::new(opensearch()).rule(|request| {
        (request.path == "/")
            .then(|| (403, failure(403, "security_exception", "no permissions for [cluster:monitor/main]")))
    });
    let lines = setup().ensure(&server.client()).unwrap();
    assert!(
        lines.iter().any(|line| line.text.contains("Index template packetbeat-9.9.9 loaded")),
        "{lines:?}"
    );
}

#[test]
fn the_pipeline_is_loaded_once() {
    let server = StandIn::new(elasticsearch());
    let lines = pipelines(&server.client(), false).unwrap();
    assert_eq!(lines[0].text, "Ingest pipeline geoip-info loaded.");
    let fields: Vec<Value> = server.kept("/_ingest/pipeline/geoip-info").unwrap()["processors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|processor| processor["geoip"]["field"].clone())
        .collect();
    assert_eq!(fields, ["client.ip", "source.ip", "destination.ip", "server.ip"]);
    server.writes();
    assert_eq!(pipelines(&server.client(), false).unwrap()[0].kind, Kind::Kept);
    assert!(server.writes().is_empty());
    pipelines(&server.client(), true).unwrap();
    assert_eq!(server.writes().len(), 1);
    let server = StandIn::new(elasticsearch()).rule(|request| {
        (request.verb == "PUT")
            .then(|| (400, failure(400, "parse_exception", "No processor type exists with name [geoip]")))
    });
    let text = pipelines(&server.client(), false).unwrap_err().to_string();
    assert!(text.ends_with("use the processor geoip in packetbeat.yml"), "{text}");
}

#[test]
fn dashboards_go_to_kibana_as_a_form() {
    let server = StandIn::new(json!({})).rule(|request| {
        let told = json!({ "success": true, "successCount": 42 });
        request.path.ends_with("/api/saved_objects/_import").then_some((200, told))
    });
    let fields = Fields::of(&[]).unwrap();
    let token = packetbeat_keystore::Secret::from("t0ken");
    for (space, path) in
        [(None, "/api/saved_objects/_import"), (Some("net work"), "/s/net%20work/api/saved_objects/_import")]
    {
        let kibana = Kibana::new(server.connection(), space, Some(&token)).unwrap();
        let lines = kibana.load(&fields, "packetbeat-*").unwrap();
        assert!(
            lines[0].text.starts_with("Loaded dashboards: ") && lines[0].text.contains("42"),
            "{lines:?}"
        );
        let request = server.writes().remove(0);
        assert_eq!((request.line(), request.query.as_str()), (format!("POST {path}"), "overwrite=true"));
        let head = request.head.to_ascii_lowercase();
        for field in [
            "kbn-xsrf: packetbeat",
            "osd-xsrf: packetbeat",
            "authorization: bearer t0ken",
            "content-type: multipart/form-data; boundary=",
        ] {
            assert!(head.contains(field), "{field}: {head}");
        }
        let body = String::from_utf8(request.body).unwrap();
        let objects: Vec<Value> = body
            .lines()
            .filter(|line| line.starts_with('{'))
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let count = |kind: &str| objects.iter().filter(|object| object["type"] == kind).count();
        assert_eq!(
            (count("index-pattern"), count("dashboard")),
            (1, packetbeat_fields::dashboards::all().len())
        );
        assert!(count("visualization") > 4);
    }
}

#[test]
fn what_kibana_refuses_is_told() {
    let fields = Fields::of(&[]).unwrap();
    let load = |status: u16, told: Value| {
        let server = StandIn::new(json!({})).rule(move |_| Some((status, told.clone())));
        Kibana::new(server.connection(), None, None)
            .unwrap()
            .load(&fields, "packetbeat-*")
            .unwrap_err()
            .to_string()
    };
    let text =
        load(403, json!({ "statusCode": 403, "error": "Forbidden", "message": "Unable to bulk_create" }));
    assert!(text.contains("Forbidden") && text.contains("Saved Objects Management"), "{text}");
    let one =
        json!({ "type": "dashboard", "id": "packetbeat-dns", "error": { "type": "missing_references" } });
    let text = load(200, json!({ "success": false, "successCount": 3, "errors": [one] }));
    assert!(
        text.contains("not all saved objects were taken: dashboard packetbeat-dns: missing_references"),
        "{text}"
    );
}
