//! Conversations and the events that come of them.

use packetbeat_core::direction::Dir;
use packetbeat_core::flow::Transport;
use serde_json::json;

use crate::conn::Exchanges;
use crate::samples::{self, ANSWER, QUERY};
use crate::stage::Stage;

fn framed(message: &[u8]) -> Vec<u8> {
    [&(message.len() as u16).to_be_bytes(), message].concat()
}

fn with_id(message: &[u8], id: u8) -> Vec<u8> {
    let mut message = message.to_vec();
    message[1] = id;
    message
}

#[test]
fn a_query_and_its_answer() {
    let event = Stage::udp().query(QUERY).answer(ANSWER).event();
    assert_eq!(
        event["dns"],
        json!({
            "id": 0x1234, "op_code": "QUERY", "type": "answer", "response_code": "NOERROR",
            "flags": {
                "authoritative": false, "truncated_response": false, "recursion_desired": true,
                "recursion_available": true, "authentic_data": false, "checking_disabled": false,
            },
            "header_flags": ["RD", "RA"],
            "question": {
                "name": "www.example.org", "type": "A", "class": "IN", "registered_domain": "example.org",
                "etld_plus_one": "example.org", "top_level_domain": "org", "subdomain": "www",
            },
            "answers_count": 1, "authorities_count": 0, "additionals_count": 0,
            "answers": [{"name": "www.example.org", "type": "A", "class": "IN", "ttl": "60", "data": "192.0.2.1"}],
            "resolved_ip": ["192.0.2.1"],
        })
    );
    assert_eq!(event["status"], "OK");
    assert_eq!(event["method"], "QUERY");
    assert_eq!(event["query"], "class IN, type A, www.example.org");
    assert_eq!(event["resource"], "www.example.org");
    assert_eq!(event["source"]["bytes"], QUERY.len());
    assert_eq!(event["destination"]["bytes"], ANSWER.len());
    assert_eq!(event["related"]["ip"], json!(["198.51.100.7", "192.0.2.53", "192.0.2.1"]));
    assert_eq!(event["event"]["duration"], 1_000_000);
    assert_eq!(event["network"]["protocol"], "dns");
    assert_eq!(event.get("error"), None);
}

#[test]
fn a_name_that_does_not_exist() {
    let event = Stage::udp()
        .query(&samples::message(0x0100, &[("nothing.example.org", 1)], &[]))
        .answer(&samples::message(0x8183, &[("nothing.example.org", 1)], &[]))
        .event();
    assert_eq!(event["status"], "Error");
    assert_eq!(event["dns"]["response_code"], "NXDOMAIN");
    assert_eq!(event["dns"].get("answers"), None);
    assert_eq!(event["dns"].get("resolved_ip"), None);
}

#[test]
fn who_repeats_a_question_asks_once() {
    let mut stage = Stage::udp();
    let event = stage.query(QUERY).query(QUERY).answer(ANSWER).answer(ANSWER).event();
    assert_eq!(event["event"]["duration"], 2_000_000);
    assert_eq!((stage.tally.requests(), stage.tally.unmatched_responses()), (1, 0));
}

#[test]
fn one_id_for_two_questions() {
    let [a, aaaa] = [1, 28].map(|kind| samples::message(0x0100, &[("example.org", kind)], &[]));
    let [for_a, for_aaaa] = [1, 28].map(|kind| samples::message(0x8180, &[("eXample.org", kind)], &[]));
    let events = Stage::udp().query(&a).query(&aaaa).answer(&for_a).answer(&for_aaaa).events();
    let types: Vec<_> = events.iter().map(|event| &event["dns"]["question"]["type"]).collect();
    assert_eq!(types, ["A", "AAAA"]);
    assert!(events.iter().all(|event| event["status"] == "OK"));
}

#[test]
fn an_answer_without_a_question_belongs_to_its_id() {
    let refusal = samples::message(0x8185, &[], &[]);
    let event = Stage::udp().query(QUERY).answer(&refusal).answer(&refusal).event();
    assert_eq!(event["dns"]["response_code"], "REFUSED");
    assert_eq!(event["resource"], "www.example.org");
    assert_eq!(event["dns"]["question"]["name"], "www.example.org");
}

#[test]
fn an_answer_to_nothing_is_told_once_however_often_it_comes() {
    let refusal = samples::message(0x8181, &[], &[]);
    for stage in [Stage::udp().answer(&refusal).answer(&refusal), Stage::udp().answer(ANSWER).answer(ANSWER)]
    {
        let event = stage.event();
        assert_eq!(event["error"]["message"], "Answer to a query that was not seen");
        assert_eq!(stage.tally.unmatched_responses(), 1);
    }
    // Of another id, of another name under one id, or much later, it is another one.
    let other = samples::message(0x8180, &[("other.example.org", 1)], &[]);
    let mut stage = Stage::udp();
    stage.answer(&refusal).answer(&with_id(&refusal, 1)).answer(ANSWER).answer(&other);
    assert_eq!(stage.wait(60_000).answer(&other).events().len(), 5);
}

#[test]
fn an_inverse_query_has_its_question_in_the_answer() {
    let mut query = samples::message(0x0800, &[], &[]);
    query[7] = 1;
    query.extend_from_slice(&[0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 4, 3, 2, 1]);
    let answer = samples::message(0x8880, &[("[4.3.2.1]", 1)], &[]);
    let event = Stage::udp().query(&query).answer(&answer).event();
    assert_eq!((&event["method"], &event["status"]), (&json!("IQUERY"), &json!("OK")));
    assert_eq!(event["resource"], "[4.3.2.1]");
}

#[test]
fn an_empty_message_is_one_but_zeros_are_none() {
    let event = Stage::udp().query(&[0; 12]).event();
    assert_eq!((&event["dns"]["type"], event.get("resource")), (&json!("query"), None));
    assert!(Stage::udp().query(&[0; 13]).events().is_empty());
}

#[test]
fn an_answer_to_another_question_is_not_taken() {
    let other = samples::message(0x8180, &[("other.example.org", 1)], &[]);
    let mut stage = Stage::udp();
    let events = stage.query(QUERY).answer(&other).events();
    assert_eq!(events.len(), 2);
    assert_eq!(events[0]["dns"]["type"], "answer");
    assert_eq!(events[0]["status"], "Error");
    assert_eq!(events[0]["event"].get("start"), None);
    assert!(events[0]["event"].get("end").is_some() && events[0].get("error").is_some());
    assert_eq!(events[1]["dns"]["type"], "query");
    assert_eq!(events[1]["packetbeat"]["unmatched"], "capture_end");
    assert_eq!(stage.tally.unmatched_responses(), 1);
}

#[test]
fn nobody_answers() {
    let mut stage = Stage::udp();
    stage.query(QUERY).wait(5000).query(&with_id(QUERY, 1)).wait(5000);
    let waiting = stage.datagrams.as_ref().map(Exchanges::held).unwrap();
    assert!(waiting > 0 && stage.sink.0.json().bytes().iter().filter(|byte| **byte == b'\n').count() == 1);
    let events = stage.wait(10_000).events();
    assert_eq!(events.len(), 2);
    for event in events {
        assert_eq!((&event["status"], &event["dns"]["type"]), (&json!("Error"), &json!("query")));
        assert_eq!(event["packetbeat"]["unmatched"], "timeout");
        assert_eq!(event["dns"]["answers_count"], 0);
        assert_eq!(event["event"].get("end"), None);
    }
}

#[test]
fn direction_is_told_by_the_message() {
    // The engine took the server for the client.
    let event = Stage::udp().answer(QUERY).query(ANSWER).event();
    assert_eq!(event["source"]["ip"], "192.0.2.53");
    assert_eq!(event["destination"]["ip"], "198.51.100.7");
    assert_eq!(event["dns"]["type"], "answer");
}

#[test]
fn multicast_wants_no_answer() {
    let mut query = samples::message(0, &[("printer.local", 1)], &[]);
    let at = query.len() - 2;
    query[at] = 0x80; // a unicast answer is welcome
    let mut stage = Stage::new(Transport::Udp, "224.0.0.251:5353");
    let event = stage.query(&query).event();
    assert_eq!((&event["network"]["protocol"], &event["type"]), (&json!("mdns"), &json!("dns")));
    assert_eq!((&event["status"], &event["dns"]["type"]), (&json!("OK"), &json!("query")));
    assert_eq!(event["dns"]["question"]["class"], "IN");
    assert_eq!(stage.tally.unanswered_by_design(), 1);
    let mut stage = Stage::new(Transport::Udp, "192.0.2.9:5355");
    let event = stage.answer(ANSWER).event();
    assert_eq!(event["network"]["protocol"], "llmnr");
    assert_eq!(event.get("error"), None);
    assert_eq!(stage.tally.unmatched_responses(), 0);
}

#[test]
fn damage_is_told() {
    let whole =
        samples::message(0x8180, &[("www.example.org", 1)], &[(1, &[192, 0, 2, 1]), (1, &[192, 0, 2, 2])]);
    let event = Stage::udp().query(QUERY).answer(&whole[..whole.len() - 2]).event();
    assert_eq!(event["dns"]["answers_count"], 1);
    assert_eq!(event["dns"]["resolved_ip"], json!(["192.0.2.1"]));
    assert!(event["error"]["message"].as_str().unwrap().contains("cut short"));
}

#[test]
fn sections_are_listed_on_demand() {
    let mut answer =
        samples::message(0x8180, &[("example.org", 1)], &[(2, b"\x02ns\xc0\x0c"), (1, &[192, 0, 2, 7])]);
    answer[6..12].copy_from_slice(&[0, 0, 0, 1, 0, 1]);
    let query = samples::message(0x0100, &[("example.org", 1)], &[]);
    let event = Stage::udp().query(&query).answer(&answer).event();
    assert_eq!(
        (&event["dns"]["authorities_count"], &event["dns"]["additionals_count"]),
        (&json!(1), &json!(1))
    );
    assert!(event["dns"].get("authorities").is_none() && event["dns"].get("additionals").is_none());
    let mut stage = Stage::udp().with(|settings| {
        settings.include_authorities = true;
        settings.include_additionals = true;
        settings.send_request = true;
        settings.send_response = true;
    });
    let event = stage.query(&query).answer(&answer).event();
    assert_eq!(event["dns"]["authorities"][0]["data"], "ns.example.org");
    assert_eq!(event["dns"]["additionals"][0]["data"], "192.0.2.7");
    assert!(event["request"].as_str().unwrap().ends_with("QUESTION class IN, type A, example.org"));
    assert!(event["response"].as_str().unwrap().contains("AUTHORITY ns.example.org; ADDITIONAL 192.0.2.7"));
    assert_eq!(event["related"]["ip"].as_array().unwrap().len(), 2, "additional records answer nothing");
}

#[test]
fn edns_extends_the_response_code() {
    let opt = |ttl: [u8; 4]| [&[0, 0, 41, 0x10, 0][..], &ttl, &[0, 0]].concat();
    let mut query = QUERY.to_vec();
    query[11] = 1;
    query.extend(opt([0, 7, 0x80, 0]));
    let mut answer = samples::message(0x8180, &[("www.example.org", 1)], &[]);
    answer[11] = 1;
    answer.extend(opt([1, 0, 0x80, 0]));
    let event = Stage::udp().query(&query).answer(&answer).event();
    assert_eq!((&event["status"], &event["dns"]["response_code"]), (&json!("Error"), &json!("BADVERS")));
    assert_eq!(
        event["dns"]["opt"],
        json!({"do": true, "version": "0", "udp_size": 4096, "ext_rcode": "BADVERS"})
    );
    assert_eq!(event["dns"]["header_flags"], json!(["RD", "RA", "DO"]));
    assert_eq!(event["dns"]["additionals_count"], 0);
    assert_eq!(event.get("error"), None);
}

#[test]
fn streams_are_cut_anywhere_and_answered_in_any_order() {
    let queries =
        [with_id(QUERY, 1), with_id(QUERY, 2), with_id(QUERY, 3)].map(|query| framed(&query)).concat();
    let answers = [with_id(ANSWER, 3), with_id(ANSWER, 1)].map(|answer| framed(&answer)).concat();
    for step in [1, 2, 3, 7, 50, 1000] {
        let mut stage = Stage::tcp();
        let events = stage.bytes(Dir::ToServer, &queries, step).bytes(Dir::ToClient, &answers, step).events();
        let ids: Vec<_> = events.iter().map(|event| event["dns"]["id"].as_u64().unwrap() & 0xff).collect();
        assert_eq!(ids, [3, 1, 2], "{step}");
        assert_eq!(events[0]["source"]["bytes"], QUERY.len());
        assert_eq!(events[2]["packetbeat"]["unmatched"], "connection_closed");
    }
}

#[test]
fn a_zone_is_one_event() {
    let query = framed(&samples::message(0, &[("example.org", 252)], &[]));
    let first = framed(&samples::message(0x8400, &[("example.org", 252)], &[(1, &[192, 0, 2, 1])]));
    let mut later = samples::message(0x8400, &[], &[]);
    later[7] = 1;
    later.extend_from_slice(b"\x01a\x00\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\xc0\x00\x02\x02");
    let mut stage = Stage::tcp();
    let zone = [first, framed(&later), framed(&later)].concat();
    let event = stage.bytes(Dir::ToServer, &query, 9).bytes(Dir::ToClient, &zone, 40).event();
    assert_eq!(event["dns"]["question"]["type"], "AXFR");
    assert_eq!(stage.tally.unmatched_responses(), 0);
}

#[test]
fn what_is_no_message_ends_the_stream() {
    let mut stage = Stage::tcp();
    assert!(stage.bytes(Dir::ToServer, b"GET / HTTP/1.1\r\n\r\n", 4).events().is_empty());
    assert!(stage.bytes(Dir::ToServer, b"\x00\x04abcd", 4).events().is_empty());
}

#[test]
fn an_update_asks_for_a_zone() {
    let mut update = samples::message(0x2800, &[("dyn.example.org", 6)], &[]);
    update[9] = 1;
    update.extend_from_slice(b"\x03new\xc0\x0c\x00\x01\x00\x01\x00\x00\x01\x2c\x00\x04\xc0\x00\x02\x5b");
    let mut stage = Stage::udp().with(|settings| settings.include_authorities = true);
    let event = stage.query(&update).event();
    assert_eq!((&event["method"], &event["dns"]["op_code"]), (&json!("UPDATE"), &json!("UPDATE")));
    assert_eq!(event["dns"]["authorities"][0]["name"], "new.dyn.example.org");
    assert_eq!(event.get("related").unwrap()["ip"].as_array().unwrap().len(), 2);
}

#[test]
fn pointers_cannot_multiply_a_message() {
    // 4,000 records whose owner is the longest name there is.
    let label = [&[63u8][..], &[0xff; 63]].concat();
    let mut bomb = samples::message(0x8180, &[], &[]);
    let count = 4000u16;
    bomb[6..8].copy_from_slice(&count.to_be_bytes());
    bomb.extend_from_slice(&label.repeat(3));
    bomb.extend_from_slice(&[0, 0, 16, 0, 1, 0, 0, 0, 60, 0, 1, 0]);
    for _ in 1..count {
        bomb.extend_from_slice(&[0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 60, 0, 1, 0]);
    }
    let mut stage = Stage::udp();
    let event = stage.answer(&bomb).event();
    assert_eq!(event["dns"]["answers_count"], count);
    assert!(event.to_string().len() < 1 << 20);
}
