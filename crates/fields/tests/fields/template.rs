//! Index templates, and what they say to which server.

use packetbeat_fields::{
    Field, Fields, Lifecycle, Source, Target, Template, TemplateError, TemplateOptions, Type, Version,
    index_pattern, policy,
};
use serde_json::{Value, json};

fn options(change: impl FnOnce(&mut TemplateOptions)) -> TemplateOptions {
    let mut options = TemplateOptions::new("9.0.0");
    change(&mut options);
    options
}

fn made(fields: &Fields, change: impl FnOnce(&mut TemplateOptions)) -> Value {
    Template::new(fields, &options(change)).unwrap().body
}

fn read(text: &str) -> Fields {
    Fields::read(&[Source { file: "my.yml", key: "mine", title: "Mine", text }]).unwrap()
}

fn property(body: &Value, name: &str) -> Value {
    body.pointer(&format!("/template/mappings/properties/{}", name.replace('.', "/properties/")))
        .unwrap_or_else(|| panic!("no {name}"))
        .clone()
}

#[test]
fn the_usual_template_is_that_of_packetbeat() {
    let template = Template::new(&crate::common::all(), &TemplateOptions::new("9.0.0")).unwrap();
    assert_eq!(template.name, "packetbeat-9.0.0");
    let body = template.body;
    assert_eq!(body["index_patterns"], json!(["packetbeat-9.0.0"]));
    assert_eq!(body["priority"], 150);
    assert_eq!(body["data_stream"], json!({}));
    assert!(body.get("order").is_none());
    let index = &body["template"]["settings"]["index"];
    assert_eq!(index["lifecycle"], json!({ "name": "packetbeat" }));
    assert_eq!(index["mapping"]["total_fields"]["limit"], 12_500);
    assert_eq!(index["refresh_interval"], "5s");
    let searched = index["query"]["default_field"].as_array().unwrap();
    assert!(searched.contains(&json!("http.request.method")) && searched.contains(&json!("fields.*")));
    assert!(!searched.contains(&json!("source.ip")) && !searched.contains(&json!("event.original")));
    let mappings = &body["template"]["mappings"];
    assert_eq!(mappings["date_detection"], false);
    assert_eq!(mappings["_meta"], json!({ "beat": "packetbeat", "version": "9.0.0" }));
    assert!(mappings.get("dynamic").is_none());
    let last = mappings["dynamic_templates"].as_array().unwrap().last().unwrap();
    assert_eq!(last["strings_as_keyword"]["mapping"], json!({ "type": "keyword", "ignore_above": 1024 }));
    assert_eq!(property(&body, "@timestamp"), json!({ "type": "date" }));
    assert_eq!(property(&body, "source.ip"), json!({ "type": "ip" }));
    assert_eq!(property(&body, "status"), json!({ "type": "keyword", "ignore_above": 1024 }));
    assert_eq!(property(&body, "source.geo.location"), json!({ "type": "geo_point" }));
    assert_eq!(property(&body, "request"), json!({ "type": "text", "norms": false }));
    assert_eq!(property(&body, "dns.answers")["type"], "object");
    assert_eq!(property(&body, "dns.answers.ttl"), json!({ "type": "long" }));
    assert_eq!(property(&body, "agent.hostname"), json!({ "type": "alias", "path": "agent.name" }));
}

#[test]
fn every_type_is_mapped() {
    let fields = read(
        "- {name: k, type: keyword, multi_fields: [{name: t, type: text}, {name: i, type: ip}]}\n\
         - {name: l, type: long, unit: byte, metric_type: gauge, index: false}\n\
         - {name: i, type: integer}\n\
         - {name: s, type: scaled_float, scaling_factor: 100}\n\
         - {name: c, type: constant_keyword, value: x}\n\
         - {name: n, type: nested, dynamic: true, fields: [{name: a, type: ip}]}\n\
         - {name: f, type: flattened}\n\
         - {name: o, type: object, enabled: false}\n\
         - {name: a, type: array}\n\
         - {name: b, type: array, object_type: long}\n\
         - {name: old, type: alias, path: k, migration: true}\n\
         - {name: m, type: object, object_type: long}\n\
         - {name: w.*, type: object, object_type: keyword, object_type_mapping_type: '*'}\n\
         - {name: t, type: text, norms: true, analyzer: simple, copy_to: k}\n",
    );
    let body = made(&fields, |_| ());
    let wanted = json!({
        "k": { "type": "keyword", "ignore_above": 1024,
               "fields": { "t": { "type": "text", "norms": false }, "i": { "type": "ip" } } },
        "l": { "type": "long", "index": false, "meta": { "unit": "byte", "metric_type": "gauge" } },
        "i": { "type": "long" },
        "s": { "type": "scaled_float", "scaling_factor": 100 },
        "c": { "type": "constant_keyword", "value": "x" },
        "n": { "type": "nested", "dynamic": "true", "properties": { "a": { "type": "ip" } } },
        "f": { "type": "flattened" },
        "o": { "type": "object", "enabled": false },
        "b": { "type": "long" },
        "m": { "type": "object" },
        "w": { "type": "object" },
        "t": { "type": "text", "analyzer": "simple", "copy_to": "k" },
    });
    assert_eq!(body["template"]["mappings"]["properties"], wanted);
    let templates = body["template"]["mappings"]["dynamic_templates"].as_array().unwrap();
    assert_eq!(
        templates[0],
        json!({ "m": { "mapping": { "type": "long" }, "match_mapping_type": "long", "path_match": "m.*" } })
    );
    assert_eq!(templates[1]["w.*"]["path_match"], "w.*");
    assert_eq!(templates.len(), 3);
}

#[test]
fn older_and_other_servers_get_what_they_have() {
    let fields = read(
        "- {name: w, type: wildcard}\n- {name: m, type: match_only_text}\n- {name: f, type: flattened}\n- {name: h, type: histogram}\n",
    );
    let old = made(&fields, |options| options.target = Target::Elasticsearch(Version::new(7, 10)));
    assert_eq!(property(&old, "w")["type"], "wildcard");
    assert_eq!(property(&old, "m"), json!({ "type": "text", "norms": false }));
    let other = made(&fields, |options| options.target = Target::OpenSearch(Version::new(2, 11)));
    assert_eq!(property(&other, "w"), json!({ "type": "keyword", "ignore_above": 1024 }));
    assert_eq!(property(&other, "f"), json!({ "type": "flat_object" }));
    assert_eq!(property(&other, "h"), json!({ "type": "object", "enabled": false }));
    assert!(other["template"]["settings"]["index"].get("lifecycle").is_none());
}

#[test]
fn settings_are_laid_upon_ours() {
    let body = made(&crate::common::all(), |options| {
        options.settings = json!({
            "index.number_of_shards": 3, "index": { "codec": "best_compression", "mapping.total_fields.limit": 20_000 },
            "_source.enabled": false,
        })
        .as_object()
        .unwrap()
        .clone();
    });
    let index = &body["template"]["settings"]["index"];
    assert_eq!((&index["number_of_shards"], &index["codec"]), (&json!(3), &json!("best_compression")));
    assert_eq!(index["mapping"]["total_fields"]["limit"], 20_000);
    assert_eq!(index["refresh_interval"], "5s");
    assert_eq!(body["template"]["mappings"]["_source"], json!({ "enabled": false }));
}

#[test]
fn names_patterns_and_lifecycles_are_as_configured() {
    let template = Template::new(
        &crate::common::all(),
        &options(|options| {
            options.name = Some("mine-%{[agent.version]}".to_owned());
            options.pattern = Some("mine-*".to_owned());
            options.lifecycle = Lifecycle::DataStream(policy::data_stream());
            options.priority = 7;
        }),
    )
    .unwrap();
    assert_eq!(template.name, "mine-9.0.0");
    assert_eq!(template.body["index_patterns"], json!(["mine-*"]));
    assert_eq!(template.body["priority"], 7);
    assert_eq!(template.body["template"]["lifecycle"], json!({ "data_retention": "7d" }));
    assert!(template.body["template"]["settings"]["index"].get("lifecycle").is_none());
    let plain = made(&crate::common::all(), |options| options.lifecycle = Lifecycle::None);
    assert!(plain["template"]["settings"]["index"].get("lifecycle").is_none());
}

#[test]
fn a_strict_template_lets_open_objects_be_open() {
    let body = made(&crate::common::all(), |options| options.strict = true);
    assert_eq!(body["template"]["mappings"]["dynamic"], "strict");
    assert_eq!(property(&body, "http.request.headers")["dynamic"], "true");
    assert_eq!(property(&body, "labels")["dynamic"], "true");
    assert_eq!(property(&body, "kubernetes.labels")["dynamic"], "true");
    assert!(property(&body, "dns.answers").get("dynamic").is_none());
}

#[test]
fn what_cannot_be_is_an_error() {
    let error = |change: &dyn Fn(&mut TemplateOptions)| {
        Template::new(&crate::common::all(), &options(change)).unwrap_err()
    };
    let old = error(&|options| options.target = Target::Elasticsearch(Version::new(7, 7)));
    assert_eq!(
        old.to_string(),
        "Elasticsearch 7.7 has no composable index templates; 7.8 is the first version to write to"
    );
    assert!(matches!(
        error(&|options| options.target = Target::Elasticsearch(Version::new(7, 8))),
        TemplateError::TooOld { what: "data streams", .. }
    ));
    let few = error(&|options| {
        options.settings.insert("index.mapping.total_fields.limit".to_owned(), json!(10));
    });
    assert!(matches!(few, TemplateError::TooMany { limit: 10, .. }), "{few}");
    let none = error(&|options| {
        options.settings.insert("index".to_owned(), json!(10));
    });
    assert_eq!(none.to_string(), "setup.template.settings.index: expected settings, found 10");
    let file = Template::from_json("mine", "t.json", "{}", true).unwrap_err().to_string();
    assert!(file.starts_with("t.json: has no index_patterns; "), "{file}");
    assert_eq!(Template::from_json("m", "t", r#"{"index_patterns": ["x"]}"#, false).unwrap().name, "m");
}

#[test]
fn the_data_view_lists_what_can_be_searched() {
    let mut fields = crate::common::all();
    let mut size = Field::new("my.size", Type::Long);
    size.more.format = Some("bytes".to_owned());
    fields.append(size).unwrap();
    let view = index_pattern(&fields, "packetbeat-*");
    assert_eq!((&view["id"], &view["type"]), (&json!("packetbeat-*"), &json!("index-pattern")));
    assert_eq!(view["attributes"]["timeFieldName"], "@timestamp");
    let inner =
        |name: &str| -> Value { serde_json::from_str(view["attributes"][name].as_str().unwrap()).unwrap() };
    let list = inner("fields");
    let find = |name: &str| list.as_array().unwrap().iter().find(|entry| entry["name"] == name).cloned();
    assert_eq!(find("source.ip").unwrap()["type"], "ip");
    assert_eq!(find("agent.hostname").unwrap()["type"], "string");
    assert_eq!(find("request").unwrap()["aggregatable"], false);
    assert!(find("dns.answers").is_none() && find("_id").is_some());
    let formats = inner("fieldFormatMap");
    assert_eq!(formats["my.size"], json!({ "id": "bytes" }));
    assert_eq!(formats["event.duration"]["params"]["inputFormat"], "nanoseconds");
}
