//! Processors and conditions of the configuration, through the whole program.

use serde_json::{Value, json};

use crate::common::{CAPTURES, Outcome, Packetbeat, capture, json, without_id};

fn ledger(outcome: &Outcome) -> Value {
    json::strict(&outcome.read("ledger.json")).unwrap()
}

fn run(name: &str, config: &str) -> Outcome {
    Packetbeat::new().config(config).read(capture(name)).args("--summary ledger.json").run().quiet()
}

#[test]
fn what_changes_nothing_writes_the_same_bytes() {
    // An event that is read into a tree and written again: the order of its fields and the spelling of its numbers stay.
    let config = "processors: [{add_fields: {fields: {x: 1}, when.has_fields: [type]}}, {drop_fields: {fields: [fields]}}]\n";
    for name in CAPTURES {
        let plain = Packetbeat::new().read(capture(name)).run().quiet();
        let through = run(name, config);
        assert_eq!(without_id(&through.stdout), without_id(&plain.stdout), "{name}");
        assert_eq!(ledger(&through)["closed"], true);
    }
}

#[test]
fn what_is_dropped_is_counted_by_cause_and_the_ledger_closes() {
    let all = run("dns", "{}").events().len();
    let outcome = run("dns", "processors: [{drop_event.when.range.dns.answers_count.gte: 1}]\n");
    let kept = outcome.events();
    assert!(!kept.is_empty() && kept.len() < all);
    assert!(kept.iter().all(|event| event["dns"]["answers_count"].as_u64().is_none_or(|count| count == 0)));
    let ledger = ledger(&outcome);
    let dropped = json!(all - kept.len());
    assert_eq!((&ledger["events"]["filtered"], &ledger["closed"]), (&dropped, &json!(true)));
    assert_eq!(ledger["events"]["filtered_by"], json!({"drop_event": dropped}));
}

#[test]
fn a_protocols_own_processors_come_first_and_do_not_see_agent_and_host() {
    let config = "
tags: [a]
packetbeat.protocols:
- type: smtp
  tags: [b]
  processors:
  - if.has_fields: [agent]
    then: {add_tags: {tags: [agent]}}
    else: {add_tags: {tags: [c]}}
  - add_fields: {target: host, fields: {name: elsewhere, mine: 1}}
processors:
- add_tags: {tags: [d], when.and: [{has_fields: [agent.name, ecs.version]}, {contains.tags: c}]}
";
    let event = run("smtp", config).events().remove(0);
    assert_eq!(event["tags"], json!(["a", "b", "c", "d"]));
    assert_eq!(event["host"], json!({"name": "elsewhere", "mine": 1}));
    assert_eq!(event["agent"]["type"], "packetbeat");
}

#[test]
fn constants_are_the_same_with_and_without_a_tree() {
    let constants = "{add_tags: {tags: [x]}}, {add_labels: {labels: {a.b: 1}}}, {add_fields: {target: '', fields: {cloud.name: y, agent.name: z}}}";
    let by_tail = run("smtp", &format!("tags: [t]\nprocessors: [{constants}]\n")).events();
    let by_tree = run(
        "smtp",
        &format!("tags: [t]\nprocessors: [{constants}, {{drop_fields: {{fields: [nothing]}}}}]\n"),
    );
    let blank = |events: Vec<Value>| -> Vec<Value> {
        let mut events = events;
        events.iter_mut().for_each(|event| drop(event["agent"]["ephemeral_id"].take()));
        events
    };
    assert_eq!(by_tail[0]["labels"], json!({"a.b": 1}));
    assert_eq!((&by_tail[0]["agent"]["name"], &by_tail[0]["tags"]), (&json!("z"), &json!(["t", "x"])));
    assert_eq!(blank(by_tail), blank(by_tree.events()));
}

#[test]
fn a_constant_for_a_root_of_the_analysis_goes_into_it() {
    let config = "processors: [{add_fields: {target: event, fields: {module: mine}}}]\n";
    let event = run("smtp", config).events().remove(0);
    assert_eq!((&event["event"]["module"], &event["event"]["kind"]), (&json!("mine"), &json!("event")));
}

#[test]
fn failures_are_told_in_the_event_and_counted() {
    let config = "processors: [{rename: {fields: [{from: no.such, to: b}]}}]\n";
    let outcome = Packetbeat::new().config(config).read(capture("smtp")).run().ok();
    assert_eq!(outcome.events()[0]["error"]["message"], "rename: no.such: not there");
    assert!(outcome.stderr.contains("processor rename failed"), "{}", outcome.stderr);
}

#[test]
fn any_number_of_workers_gives_the_same_events() {
    let config = "processors: [{convert: {fields: [{from: source.port, type: string}]}}, {drop_event.when.equals.status: Error}]\n";
    let of = |workers: &str| {
        let run = Packetbeat::new().config(config).read(capture("dns")).args("--workers").arg(workers);
        without_id(&run.run().quiet().stdout)
    };
    assert_eq!(of("1"), of("4"));
}

#[test]
fn a_rate_is_counted_in_packet_time_by_one_worker() {
    let config = "processors: [{rate_limit: {limit: 1/h}}]\n";
    let run = Packetbeat::new().config(config).read(capture("dns")).args("--workers 3 --summary ledger.json");
    let outcome = run.run().ok();
    assert!(outcome.stderr.contains("one worker instead of several"), "{}", outcome.stderr);
    let ledger = ledger(&outcome);
    assert_eq!(ledger["events"]["filtered"], ledger["events"]["filtered_by"]["rate_limit"]);
    assert!(outcome.events().len() < 10 && ledger["closed"] == true);
}

#[test]
fn mistakes_beyond_the_tables_have_their_place() {
    let config = "\
processors:
- dissect: {tokenizer: '%{a}%{b}'}
- timestamp: {field: t, layouts: [UNIX], timezone: Nowhere}
packetbeat.protocols: [{type: dns, processors: [{rate_limit: {limit: 5}}]}]
";
    let outcome = Packetbeat::new().config(config).args("test config").run();
    for place in [
        "test.yml:2:24: processors[0].dissect.tokenizer: nothing stands between %{a} and the next name",
        "test.yml:3:52: processors[1].timestamp.timezone: expected UTC, Local",
        "test.yml:4:70: packetbeat.protocols[dns].processors[0].rate_limit.limit: expected a number and a unit",
    ] {
        assert!(outcome.stderr.contains(place), "{place}\n{}", outcome.stderr);
    }
}
