//! Sessions by hand: what their events say.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)] // a test

mod drive;

use drive::{Drive, ToClient, ToServer, redis};
use packetbeat_core::stream::{Close, Finish};
use serde_json::Value;

fn command(line: &str) -> Vec<u8> {
    let words: Vec<&str> = line.split(' ').collect();
    let mut bytes = format!("*{}\r\n", words.len()).into_bytes();
    for word in words {
        bytes.extend(format!("${}\r\n{word}\r\n", word.len()).bytes());
    }
    bytes
}

fn session(options: &[(&'static str, u64)]) -> Drive {
    Drive::new(redis(options))
}

/// `query status answer` of each event; for what is missing its reason, for what was not asked why it was sent.
fn digest(events: &[Value]) -> Vec<String> {
    let one = |event: &Value| {
        let text = |value: &Value| value.as_str().map(ToOwned::to_owned);
        let answer = text(&event["redis"]["return_value"]).or_else(|| text(&event["redis"]["error"]));
        let missing = text(&event["packetbeat"]["unmatched"]).map(|reason| format!("({reason})"));
        let pushed = text(&event["packetbeat.pushed"]).map(|why| format!("<{why}>"));
        let query = text(&event["query"]).or_else(|| text(&event["method"])).unwrap_or_default();
        let rest = [text(&event["status"]), pushed, answer.or(missing)];
        rest.into_iter().flatten().fold(query, |all, part| format!("{all} {part}"))
    };
    events.iter().map(one).collect()
}

#[test]
fn a_command_and_its_answer() {
    let mut drive = session(&[]);
    drive
        .client(command("llen key3"))
        .server("-ERR Operation against a key holding the wrong kind of value\r\n");
    let events = drive.events(Close::Fin);
    let event = &events[0];
    assert_eq!((event["status"].as_str(), event["method"].as_str()), (Some("Error"), Some("LLEN")));
    assert_eq!((event["query"].as_str(), event["resource"].as_str()), (Some("llen key3"), Some("key3")));
    assert_eq!(event["event"]["action"], "redis.llen");
    assert_eq!(event["event"]["outcome"], "failure");
    assert_eq!(event["redis"]["error"], "ERR Operation against a key holding the wrong kind of value");
    assert_eq!(event["error.code"], "ERR");
    assert_eq!((event["request"].as_str(), event["source"]["bytes"].as_u64()), (Some("llen key3"), Some(24)));
    assert_eq!(event["destination"]["bytes"], 62);
}

#[test]
fn answers_that_are_not_wanted_are_not_waited_for() {
    let mut drive = session(&[]);
    drive.client([command("client reply off"), command("SET a 1"), command("client reply skip")].concat());
    drive.client(command("CLIENT REPLY ON")).server("+OK\r\n");
    drive
        .client([command("client reply skip"), command("SET a 2"), command("GET a")].concat())
        .server("$1\r\n2\r\n");
    let events = drive.events(Close::Fin);
    assert_eq!(
        digest(&events),
        [
            "client reply off OK",
            "SET a 1 OK",
            "client reply skip OK",
            "CLIENT REPLY ON OK OK",
            "client reply skip OK",
            "SET a 2 OK",
            "GET a OK 2"
        ]
    );
    assert_eq!(drive.tally().unanswered_by_design(), 5);
}

#[test]
fn what_is_one_too_many_is_told_and_its_answer_is_no_others() {
    let mut drive = session(&[("queue_max_messages", 2)]);
    drive.client(["GET a", "GET b", "GET c", "GET d"].map(command).concat());
    drive.server("$1\r\na\r\n$1\r\nb\r\n$1\r\nc\r\n$1\r\nd\r\n");
    let events = drive.events(Close::Fin);
    assert_eq!(
        digest(&events),
        ["GET a Error (overflow)", "GET b Error (overflow)", "GET c OK c", "GET d OK d"]
    );
    assert_eq!(events[0]["error"]["message"], "Too many commands waited for their answers");
    assert_eq!(drive.tally().unmatched_responses(), 2);

    let mut drive = session(&[("queue_max_bytes", 12)]);
    drive.client(["GET a", "GET b", "GET c"].map(command).concat()).server(":1\r\n:2\r\n:3\r\n");
    assert_eq!(digest(&drive.events(Close::Fin)), ["GET a Error (overflow)", "GET b OK 2", "GET c OK 3"]);
}

#[test]
fn a_deep_pipeline_waits() {
    let mut drive = session(&[]);
    drive.client(command("PING").repeat(20_000)).server("+PONG\r\n".repeat(20_000));
    let events = drive.events(Close::Fin);
    assert_eq!(events.len(), 20_000);
    assert!(events.iter().all(|event| event["redis"]["return_value"] == "PONG"));
}

#[test]
fn a_late_answer_is_no_others() {
    let mut drive = session(&[("transaction_timeout", 2)]);
    drive.client(command("BLPOP q 0")).pass(3000).client(command("GET a")).pass(500);
    drive.server("*2\r\n$1\r\nq\r\n$4\r\nwork\r\n$1\r\n1\r\n");
    assert_eq!(digest(&drive.events(Close::Fin)), ["BLPOP q 0 Error (timeout)", "GET a OK 1"]);
    assert_eq!(drive.tally().unmatched_responses(), 1);
}

#[test]
fn half_a_gigabyte_is_skipped() {
    let mut drive = session(&[]);
    drive.client(command("GET huge")).server(format!("${}\r\n", 512 << 20));
    let part = vec![b'x'; 1 << 20];
    for _ in 0..512 {
        drive.server(&part);
    }
    drive.server("\r\n").client(command("PING")).server("+PONG\r\n");
    let events = drive.events(Close::Fin);
    assert_eq!(events.len(), 2);
    assert_eq!(events[0]["destination"]["bytes"], (512 << 20) + 14);
    assert_eq!(events[0]["redis"]["return_value"].as_str().unwrap().len(), 64 << 10);
    assert_eq!(events[0]["error"]["message"], "The answer was too long to be kept whole");
    assert_eq!(events[1]["redis"]["return_value"], "PONG");
}

#[test]
fn an_aggregate_that_lies_ends_with_the_connection() {
    let mut drive = session(&[]);
    drive.client(command("KEYS *")).server("*2147483647\r\n$1\r\na\r\n");
    assert_eq!(digest(&drive.events(Close::Fin)), ["KEYS * Error (connection_closed)"]);
    let mut drive = session(&[]);
    drive.client(command("KEYS *")).server("*99999999999\r\n");
    assert_eq!(digest(&drive.events(Close::Fin)), ["KEYS * Error (malformed)"]);
    assert!(matches!(drive.finished(), Some(Finish::Malformed(_))));
    let mut drive = session(&[]);
    drive.client(command("KEYS *")).server("*1\r\n".repeat(100));
    assert_eq!(digest(&drive.events(Close::Fin)), ["KEYS * Error (malformed)"]);
}

#[test]
fn holes_in_strings_are_told() {
    let mut drive = session(&[]);
    let value = [&b"*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$10\r\nabc"[..], b"j\r\n"];
    drive.client(value[0]).lost(ToServer, 6).client(value[1]).server("+OK\r\n");
    drive.client(command("GET key")).server("$10\r\nab").lost(ToClient, 7).server("j\r\n");
    drive.client(command("GET key")).server("$1\r\nx\r\n");
    let events = drive.events(Close::Fin);
    assert_eq!(digest(&events), ["SET key abcj OK OK", "GET key OK abj", "GET key OK x"]);
    assert_eq!(events[0]["packetbeat"]["bytes_lost"], 6);
    assert_eq!(events[0]["source"]["bytes"], 39);
    assert_eq!(events[0]["error"]["message"], "Packet loss while capturing the request");
    assert_eq!(events[1]["error"]["message"], "Packet loss while capturing the response");
    assert_eq!(events[1]["destination"]["bytes"], 17);
    assert!(events[2].get("error").is_none());
}

#[test]
fn a_lost_command_shifts_no_answer() {
    let mut drive = session(&[]);
    drive.client(command("GET a")).lost(ToServer, 24).client(command("GET c"));
    // The answers to the first one, to the lost one, and to the third.
    drive.server("$1\r\na\r\n").server("$1\r\nb\r\n").server("$1\r\nc\r\n");
    drive.client(command("GET d")).server("$1\r\nd\r\n");
    assert_eq!(digest(&drive.events(Close::Fin)), ["GET a OK a", "GET c Error (gap)", "GET d OK d"]);
}

#[test]
fn lost_answers_shift_no_answer() {
    let mut drive = session(&[]);
    drive.client(["GET a", "GET b", "GET c"].map(command).concat());
    drive.server("$1\r\na\r\n").lost(ToClient, 7).server("$1\r\nc\r\n");
    drive.client(command("GET d")).server("$1\r\nd\r\n");
    assert_eq!(
        digest(&drive.events(Close::Fin)),
        ["GET a OK a", "GET b Error (gap)", "GET c Error (gap)", "GET d OK d"]
    );
}

#[test]
fn sessions_joined_in_the_middle() {
    let mut drive = Drive::searching(redis(&[]));
    drive.client([&b"lue\r\n"[..], &command("GET a")].concat()).server("$1\r\na\r\n");
    assert_eq!(digest(&drive.events(Close::Fin)), ["GET a OK a"]);
    // Somebody who listens, and a replica.
    let mut drive = Drive::searching(redis(&[]));
    drive.server("llo\r\n*3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n$2\r\nhi\r\n");
    assert_eq!(digest(&drive.events(Close::Fin)), ["MESSAGE OK <message> hi"]);
    let mut drive = Drive::searching(redis(&[]));
    drive.client(command("REPLCONF ACK 100")).server(command("SET a 1"));
    assert_eq!(digest(&drive.events(Close::Fin)), ["REPLCONF ACK 100 OK", "SET a 1 OK <replication>"]);
}

#[test]
fn messages_between_answers() {
    let mut drive = session(&[]);
    let hello = ">3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n$2\r\nhi\r\n";
    drive.client(command("SUBSCRIBE news")).server(">3\r\n$9\r\nsubscribe\r\n$4\r\nnews\r\n:1\r\n");
    drive.client([command("GET a"), command("GET b")].concat());
    drive.server(format!("$1\r\n1\r\n{hello}$1\r\n2\r\n>2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\na\r\n"));
    assert_eq!(
        digest(&drive.events(Close::Fin)),
        [
            "SUBSCRIBE news OK [subscribe, news, 1]",
            "GET a OK 1",
            "MESSAGE OK <message> hi",
            "GET b OK 2",
            "INVALIDATE OK <message> [a]"
        ]
    );
}

#[test]
fn an_array_that_looks_like_a_message_is_an_answer_to_who_does_not_listen() {
    let mut drive = session(&[]);
    drive.client(command("LRANGE list 0 -1")).server("*3\r\n$7\r\nmessage\r\n$1\r\na\r\n$1\r\nb\r\n");
    assert_eq!(digest(&drive.events(Close::Fin)), ["LRANGE list 0 -1 OK [message, a, b]"]);
}

#[test]
fn data_for_a_replica_up_to_a_mark() {
    let mark = "0123456789".repeat(4);
    let mut drive = session(&[]);
    drive.client(command("PSYNC ? -1")).server("+FULLRESYNC abc 1\r\n").server("\n\n");
    let data =
        [format!("$EOF:{mark}\r\nREDIS0011*1\r\n$4\r\nPING\r\n").into_bytes(), mark.clone().into_bytes()]
            .concat();
    for byte in [data, command("DEL a")].concat() {
        drive.server([byte]);
    }
    assert_eq!(
        digest(&drive.events(Close::Fin)),
        ["PSYNC ? -1 OK FULLRESYNC abc 1", "DEL a OK <replication>"]
    );
}

#[test]
fn the_old_way_of_a_replica() {
    let mut drive = session(&[]);
    drive.client(command("SYNC")).server("\n").server("$9\r\nREDIS0011").server(command("DEL a"));
    assert_eq!(
        digest(&drive.events(Close::Fin)),
        ["SYNC OK all data, with their length", "DEL a OK <replication>"]
    );
}

#[test]
fn no_secret_of_anybody() {
    let mut drive = session(&[]);
    drive.client(command("MONITOR")).server("+OK\r\n");
    drive.server("+1339518083.107412 [0 127.0.0.1:60866] \"CONFIG\" \"SET\" \"requirepass\" \"hunter2\"\r\n");
    drive.client("AUTH hunter2");
    let events = drive.events(Close::Reset);
    assert!(!events.iter().any(|event| event.to_string().contains("hunter2")), "{events:?}");
    assert_eq!(digest(&events), ["MONITOR OK OK", "CONFIG SET requirepass (redacted) OK <monitor>"]);
    let mut drive = session(&[]);
    // The connection breaks within the password.
    drive.client(&command("AUTH ann hunter2hunter2")[..38]);
    assert_eq!(digest(&drive.events(Close::Reset)), ["AUTH ann (redacted) Error (connection_reset)"]);
}
