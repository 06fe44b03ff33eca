//! Conversations and the events that come of them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    unreachable_pub
)] // tests stop at the first surprise

mod drive;

use drive::{Drive, ToClient, ToServer, digest, http};
use packetbeat_core::stream::{Close, Finish, Next};

const GET: &str = "GET /a/b.html?z=1&a=%20x HTTP/1.1\r\nHost: www.example.org\r\nUser-Agent: curl/8\r\nReferer: http://r/\r\n\r\n";
const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Type: text/plain\r\n\r\nhello";

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: h\r\n\r\n")
}

fn ok(code: u16) -> String {
    format!("HTTP/1.1 {code} Fine\r\nContent-Length: 2\r\n\r\nok")
}

/// Events of a script of `> ` and `< ` packets, with the default configuration.
fn talk(script: &[(char, &str)]) -> Vec<String> {
    let mut drive = Drive::new(http(|_| ()));
    for (who, text) in script {
        drive.says(if *who == '>' { ToServer } else { ToClient }, text.as_bytes());
    }
    digest(&drive.events(Close::Fin))
}

#[test]
fn an_exchange_has_all_its_fields() {
    let mut drive = Drive::new(http(|_| ()));
    drive.client(GET).server(OK);
    let events = drive.events(Close::Fin);
    assert_eq!(events.len(), 1);
    let event = &events[0];
    let want = serde_json::json!({
        "request": {"method": "GET", "bytes": GET.len(), "referrer": "http://r/", "headers": {"content-length": 0}},
        "response": {"status_code": 200, "status_phrase": "ok", "bytes": OK.len(), "body": {"bytes": 5},
            "headers": {"content-length": 5, "content-type": "text/plain"}},
        "version": "1.1",
    });
    assert_eq!(event["http"], want);
    let url = serde_json::json!({
        "scheme": "http", "domain": "www.example.org", "path": "/a/b.html", "query": "a=+x&z=1",
        "full": "http://www.example.org/a/b.html?a=+x&z=1", "extension": "html",
    });
    assert_eq!(event["url"], url);
    assert_eq!(event["user_agent"]["original"], "curl/8");
    assert_eq!((event["method"].as_str(), event["query"].as_str()), (Some("GET"), Some("GET /a/b.html")));
    assert_eq!(event["status"], "OK");
    assert_eq!(event["related"]["hosts"], serde_json::json!(["www.example.org", "http://r/"]));
    assert_eq!(event["destination"]["domain"], "www.example.org");
    assert_eq!(event["event"]["duration"], 1_000_000);
    assert_eq!((event["request"].is_null(), event["error"].is_null()), (true, true));
}

#[test]
fn bodies_that_are_none() {
    let head = "HEAD /h HTTP/1.1\r\nHost: h\r\n\r\n";
    let not_modified = "HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n";
    let declared = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n";
    let script =
        [('>', head), ('<', declared), ('>', GET), ('<', not_modified), ('>', &get("/x")), ('<', OK)];
    assert_eq!(talk(&script), ["HEAD /h 200", "GET /a/b.html 304", "GET /x 200"]);
}

#[test]
fn interim_answers_are_no_events() {
    let post = "POST /p HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n";
    let script = [
        ('>', post),
        ('<', "HTTP/1.1 100 Continue\r\n\r\n"),
        ('>', "body"),
        ('<', "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
    ];
    assert_eq!(talk(&script), ["POST /p 200"]);
    // Refused: the body never comes, another request does.
    let refused =
        [('>', post), ('<', "HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n"), ('>', &get("/n")), ('<', OK)];
    assert_eq!(talk(&refused), ["POST /p 417", "GET /n 200"]);
    assert_eq!(talk(&[('<', "HTTP/1.1 100 Continue\r\n\r\n"), ('>', GET), ('<', OK)]), ["GET /a/b.html 200"]);
}

#[test]
fn early_answers_wait_for_the_request() {
    let post = "POST /p HTTP/1.1\r\nContent-Length: 100\r\n\r\n0123456789";
    let refusal = "HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n";
    for rest in ["", "tail"] {
        let mut drive = Drive::new(http(|_| ()));
        drive.client(post).server(refusal).client(rest).fin(ToServer);
        let events = drive.events(Close::Fin);
        assert_eq!(digest(&events), ["POST /p 413"]);
        assert_eq!(events[0]["http"]["request"]["body"]["bytes"], 10 + rest.len());
        assert_eq!(events[0]["error"]["message"], "Message ended before its end was reached");
    }
    let mut drive = Drive::new(http(|_| ()));
    drive.client(post).server(refusal);
    let events = drive.events(Close::Reset);
    assert_eq!(digest(&events), ["POST /p 413"]);
    assert_eq!(events[0]["error"]["message"], "Message ended before its end was reached");
    // The answer to another request does not wait.
    let whole = [post, &"x".repeat(90), &get("/n")].concat();
    let (first, second) = whole.split_at(post.len() + 20);
    let script = [('>', first), ('<', refusal), ('>', second), ('<', OK)];
    assert_eq!(talk(&script), ["POST /p 413", "GET /n 200"]);
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let all = [get("/1"), get("/2"), "HEAD /3 HTTP/1.1\r\n\r\n".to_owned(), get("/4")].concat();
    let answers =
        [ok(200), ok(404), "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n".to_owned(), ok(500)].concat();
    assert_eq!(
        talk(&[('>', &all), ('<', &answers)]),
        ["GET /1 200", "GET /2 404", "HEAD /3 200", "GET /4 500"]
    );
}

#[test]
fn bodies_to_the_end() {
    let mut drive = Drive::new(http(|_| ()));
    drive.client(GET).server("HTTP/1.0 200 OK\r\n\r\nabc").server("defg").fin(ToClient);
    let events = drive.events(Close::Fin);
    assert_eq!(digest(&events), ["GET /a/b.html 200"]);
    assert_eq!(events[0]["http"]["response"]["body"]["bytes"], 7);
    assert_eq!(events[0]["http"]["response"]["headers"]["content-length"], 7);
    assert!(events[0]["error"].is_null());
    // A server that says nothing of an empty body and goes on.
    let script = [('>', GET), ('<', "HTTP/1.1 302 Found\r\n\r\n"), ('>', &get("/x")), ('<', OK)];
    assert_eq!(talk(&script), ["GET /a/b.html 302", "GET /x 200"]);
}

#[test]
fn of_an_answer_without_request_and_end_nothing_is_told() {
    for (text, close, want) in [
        ("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc", Close::CaptureEnd, &[][..]),
        ("HTTP/1.1 200 OK\r\n\r\nabc", Close::CaptureEnd, &[]),
        ("HTTP/1.1 200 OK\r\n\r\nabc", Close::Reset, &["- 200"]),
        ("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", Close::CaptureEnd, &["- 200"]),
    ] {
        let mut drive = Drive::new(http(|_| ()));
        drive.server(text);
        assert_eq!(digest(&drive.events(close)), want, "{text} {close:?}");
        assert_eq!(drive.tally().unmatched_responses(), 1);
    }
    let mut drive = Drive::new(http(|_| ()));
    drive.client(GET).server("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc");
    assert_eq!(digest(&drive.events(Close::CaptureEnd)), ["GET /a/b.html 200"]);
}

#[test]
fn halves() {
    let mut drive = Drive::new(http(|_| ()));
    drive.server(ok(404)).client(get("/1")).server(ok(200)).client(get("/2"));
    let events = drive.events(Close::Reset);
    assert_eq!(digest(&events), ["- 404", "GET /1 200", "GET /2 -"]);
    assert_eq!(events[0]["error"]["message"], "Unmatched response");
    assert!(events[0]["event"]["start"].is_null() && events[0]["event"]["end"].is_string());
    assert!(events[0]["source"]["bytes"].is_null() && events[0]["url"].is_null());
    assert_eq!(events[2]["error"]["message"], "Unmatched request");
    assert_eq!(events[2]["packetbeat"]["unmatched"], "connection_reset");
    assert_eq!((&events[0]["status"], &events[2]["status"]), (&"Error".into(), &"Error".into()));
}

#[test]
fn a_timeout_does_not_shift_the_answers() {
    let mut drive = Drive::new(http(|config| config.timeout = Some(std::time::Duration::from_secs(10))));
    drive
        .client(get("/1"))
        .pass(5_000)
        .client(get("/2"))
        .pass(6_000)
        .server(ok(200))
        .server(ok(404))
        .pass(20_000);
    let events = drive.events(Close::Fin);
    assert_eq!(digest(&events), ["GET /1 -", "- 200", "GET /2 404"]);
    assert_eq!(events[0]["packetbeat"]["unmatched"], "timeout");
}

#[test]
fn a_hole_in_a_body_is_a_note() {
    for keep in [false, true] {
        let mut drive = Drive::new(http(|config| {
            if keep {
                config.response_body_for = vec!["text".to_owned()];
            }
        }));
        drive
            .client(GET)
            .server("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 1000\r\n\r\nabc");
        drive.lost(ToClient, 900).server([b'x'; 97]).client(get("/2")).server(OK);
        let events = drive.events(Close::Fin);
        assert_eq!(digest(&events), ["GET /a/b.html 200", "GET /2 200"]);
        assert_eq!(events[0]["packetbeat"]["bytes_lost"], 900);
        assert_eq!(events[0]["http"]["response"]["body"]["bytes"], 1000);
    }
}

#[test]
fn holes_do_not_shift_the_pairs() {
    // An answer is lost.
    let mut drive = Drive::new(http(|_| ()));
    drive.client(get("/1")).server(&ok(200)[..10]).lost(ToClient, 400).client(get("/2")).server(ok(404));
    let events = drive.events(Close::Fin);
    assert_eq!(digest(&events), ["GET /1 -", "GET /2 404"]);
    assert_eq!(events[0]["packetbeat"]["unmatched"], "gap");
    // A request is lost.
    let mut drive = Drive::new(http(|_| ()));
    drive
        .client(get("/1"))
        .server(ok(200))
        .lost(ToServer, 50)
        .server(ok(201))
        .client(get("/3"))
        .server(ok(202));
    assert_eq!(digest(&drive.events(Close::Fin)), ["GET /1 200", "- 201", "GET /3 202"]);
    // A hole from within a body into the next answer.
    let mut drive = Drive::new(http(|_| ()));
    drive
        .client([get("/1"), get("/2"), get("/3")].concat())
        .server("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nabc");
    drive.lost(ToClient, 100).server("rest of /2").client(get("/4")).server(ok(203));
    let events = drive.events(Close::Fin);
    assert_eq!(digest(&events), ["GET /1 200", "GET /2 -", "GET /3 -", "GET /4 203"]);
}

#[test]
fn heads_cut_by_a_hole_are_told() {
    // What a short snap length leaves of an exchange.
    let mut drive = Drive::new(http(|_| ()));
    drive.client("GET /images/box.gif HTT").lost(ToServer, 400);
    drive.server("HTTP/1.1 200 OK\r\nDate: Tue").lost(ToClient, 1400).client(get("/2")).server(ok(404));
    let events = drive.events(Close::Fin);
    assert_eq!(digest(&events), ["GET /images/box.gif 200", "GET /2 404"]);
    assert_eq!(events[0]["packetbeat"]["bytes_lost"], 1800);
    assert!(events[0]["url"]["domain"].is_null());
    assert_eq!(events[0]["event"]["duration"], 2_000_000);
}

#[test]
fn joined_in_the_middle() {
    let mut drive = Drive::searching(http(|_| ()));
    drive
        .server("the rest of a page\r\n")
        .server("and more")
        .client("x=1&y=2")
        .client(get("/1"))
        .server(ok(200));
    assert_eq!(digest(&drive.events(Close::CaptureEnd)), ["GET /1 200"]);
}

#[test]
fn handed_over() {
    let upgrade = "GET /chat HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
    for (request, answer, code) in [
        (upgrade, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\x01\x05hello", 101),
        (
            "CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n",
            "HTTP/1.1 200 Connection established\r\n\r\n\x16\x03\x01",
            200,
        ),
    ] {
        let mut drive = Drive::new(http(|_| ()));
        drive.client(request).server(answer).client("\x16\x03");
        assert_eq!(drive.finished(), Some(Finish::Upgrade(Next::Detect)));
        let events = drive.events(Close::Fin);
        assert_eq!(events.len(), 1);
        assert_eq!(events[0]["http"]["response"]["status_code"], code);
    }
    let mut drive = Drive::new(http(|_| ()));
    drive.client("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    assert_eq!(drive.finished(), Some(Finish::Upgrade(Next::Detect)));
    let refused = "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n";
    assert_eq!(
        talk(&[('>', "CONNECT h:1 HTTP/1.1\r\n\r\n"), ('<', refused), ('>', GET), ('<', OK)]),
        ["CONNECT h:1 403", "GET /a/b.html 200"]
    );
}

#[test]
fn what_is_no_http() {
    let mut drive = Drive::new(http(|_| ()));
    drive.client("EHLO there\r\n").server("250 hello\r\n");
    assert_eq!(drive.finished(), None);
    for _ in 0..200 {
        drive.client("MAIL FROM:<someone@example.org>\r\n");
    }
    assert!(matches!(drive.finished(), Some(Finish::Malformed(_))));
    assert!(drive.events(Close::Fin).is_empty());
    // Later on it is passed over.
    let script = [('>', GET), ('<', OK), ('<', "left over\r\n"), ('>', &get("/2")), ('<', OK)];
    assert_eq!(talk(&script), ["GET /a/b.html 200", "GET /2 200"]);
}

#[test]
fn smuggled_lengths_are_noted() {
    let both = "POST /p HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    let differ = "POST /q HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc";
    let mut drive = Drive::new(http(|_| ()));
    drive.client(both).server(OK).client(differ).server(OK);
    let events = drive.events(Close::Fin);
    assert_eq!(digest(&events), ["POST /p 200", "POST /q 200"]);
    assert_eq!(events[0]["error"]["message"], "Content-Length besides Transfer-Encoding");
    assert_eq!(events[1]["error"]["message"], "Invalid or conflicting Content-Length");
}

#[test]
fn messages_cut_by_the_end() {
    let mut drive = Drive::new(http(|_| ()));
    drive.client(GET).server("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc").fin(ToClient);
    let events = drive.events(Close::Fin);
    assert_eq!(digest(&events), ["GET /a/b.html 200"]);
    assert_eq!(events[0]["error"]["message"], "Message ended before its end was reached");
    let mut drive = Drive::new(http(|_| ()));
    drive.client(GET).server("HTTP/1.1 200 OK\r\nServer: x\r\n").fin(ToClient);
    assert_eq!(digest(&drive.events(Close::Fin)), ["GET /a/b.html 200"]);
}

#[test]
fn headers_as_configured() {
    let request = "GET / HTTP/1.1\r\nHost: h\r\nX-A: 1\r\nx-a: 2\r\nCookie: A=1; b=\"2\"; a=3\r\nX-Fold: a\r\n  b\r\nContent-Type: t\r\nContent-Length: 0\r\n\r\n";
    let answer = "HTTP/1.1 200 OK\r\nSet-Cookie: s=1; Path=/\r\nContent-Length: 0\r\n\r\n";
    let run = |with: fn(&mut packetbeat_http::config::Config)| {
        let mut drive = Drive::new(http(with));
        drive.client(request).server(answer);
        let event = drive.events(Close::Fin).remove(0);
        (event["http"]["request"]["headers"].clone(), event["http"]["response"]["headers"].clone())
    };
    let (asked, answered) = run(|config| {
        config.send_all_headers = true;
        config.split_cookie = true;
    });
    let want = serde_json::json!({"content-length": 0, "content-type": "t", "host": "h", "x-a": "1, 2",
        "cookie": {"a": "3", "b": "2"}, "x-fold": "a b"});
    assert_eq!(asked, want);
    assert_eq!(answered, serde_json::json!({"content-length": 0, "set-cookie": {"s": "1", "path": "/"}}));
    let (asked, _) = run(|config| config.send_headers = vec!["x-a".to_owned()]);
    assert_eq!(asked, serde_json::json!({"content-length": 0, "content-type": "t", "x-a": "1, 2"}));
    let (asked, _) = run(|config| {
        config.send_headers = vec!["x-a".to_owned(), "cookie".to_owned()];
        config.redact_headers = vec!["x-a".to_owned()];
    });
    assert_eq!((&asked["x-a"], &asked["cookie"]), (&"REDACTED".into(), &"A=1; b=\"2\"; a=3".into()));
}

#[test]
fn secrets_are_hidden() {
    let request = "GET /?user=me&pass=geheim HTTP/1.1\r\nAuthorization: Basic c2ltcGxlc2ltb246YWJj\r\nProxy-authorization:x\r\n\r\n";
    let run = |with: fn(&mut packetbeat_http::config::Config)| {
        let mut drive = Drive::new(http(with));
        drive.client(request).server(ok(200));
        drive.events(Close::Fin).remove(0)
    };
    let open = run(|config| config.send_all_headers = true);
    assert_eq!(
        (&open["user.name"], &open["related"]["user"][0]),
        (&"simplesimon".into(), &"simplesimon".into())
    );
    let hidden = run(|config| {
        config.send_all_headers = true;
        config.send_request = true;
        config.redact_authorization = true;
        config.hide_keywords = vec!["pass".to_owned()];
    });
    assert!(hidden["user.name"].is_null() && hidden["related"]["user"].is_null());
    assert_eq!(hidden["http"]["request"]["headers"]["authorization"], "*");
    assert_eq!(hidden["http"]["request"]["headers"]["proxy-authorization"], "*");
    assert_eq!(hidden["url"]["query"], "pass=xxxxx&user=me");
    let raw = hidden["request"].as_str().unwrap();
    let line = "Basic c2ltcGxlc2ltb246YWJj".len() + 1;
    assert!(
        raw.contains(&format!("\r\nAuthorization:{}\r\nProxy-authorization:*\r\n", "*".repeat(line))),
        "{raw}"
    );
    assert!(run(|_| ())["user.name"].is_null());
}

#[test]
fn hidden_parameters_are_in_no_place() {
    let form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 31";
    let head = "POST /form?PASS=geheim&a=1 HTTP/1.1\r\nHost: h\r\nReferer: http://r/?p%61ss=geheim#x";
    let request = format!("{head}\r\n{form}\r\n\r\nuser=me&pass=geheim&p%61ss=gehe");
    let answer = "HTTP/1.1 302 Found\r\nLocation: /?pass=geheim\r\nContent-Length: 0\r\n\r\n";
    let run = |hole: bool, words: &[&str]| {
        let mut drive = Drive::new(http(|config| {
            config.send_all_headers = true;
            (config.send_request, config.send_response) = (true, true);
            config.request_body_for = vec!["urlencoded".to_owned()];
            config.hide_keywords = words.iter().map(|word| (*word).to_owned()).collect();
        }));
        if hole {
            let (one, other) = request.split_at(request.len() - 20);
            drive.client(one).lost(ToServer, 5).client(&other[5..]);
        } else {
            drive.client(&request);
        }
        drive.server(answer).events(Close::Fin).remove(0)
    };
    let event = run(false, &["pass"]);
    assert!(!event.to_string().contains("gehe"), "{event}");
    assert_eq!(event["http"]["request"]["body"]["content"], "user=me&pass=xxxxx&p%61ss=xxxxx");
    assert_eq!(event["url"]["query"], "PASS=xxxxx&a=1&pass=xxxxx&pass=xxxxx&user=me");
    assert_eq!(event["http"]["request"]["referrer"], "http://r/?p%61ss=xxxxxx#x");
    let hidden =
        request.replace("geheim", "xxxxxx").replace("pass=xxxxxx&p%61ss=gehe", "pass=xxxxx&p%61ss=xxxxx");
    assert_eq!(event["request"], hidden);
    assert!(event["response"].as_str().unwrap().contains("Location: /?pass=xxxxxx\r\n"));
    // The name is in the hole.
    let event = run(true, &["pass"]);
    assert!(!event.to_string().contains("gehe"), "{event}");
    assert_eq!(
        (&event["http"]["request"]["body"]["bytes"], &event["url"]["query"]),
        (&31.into(), &"PASS=xxxxx&a=1".into())
    );
    assert_eq!(run(false, &[])["request"], request);
}

#[test]
fn bodies_as_configured() {
    let mut drive = Drive::new(http(|config| {
        config.response_body_for = vec!["text/".to_owned()];
        config.send_response = true;
        config.max_message_size = 66;
    }));
    drive
        .client(GET)
        .server(OK)
        .client(GET)
        .server("HTTP/1.1 200 OK\r\nContent-Type: Text/x\r\nContent-Length: 200\r\n\r\n");
    drive
        .server([b'x'; 200])
        .client(GET)
        .server("HTTP/1.1 200 OK\r\nContent-Type: image/x\r\nContent-Length: 1\r\n\r\nx");
    let events = drive.events(Close::Fin);
    assert_eq!(events[0]["http"]["response"]["body"]["content"], "hello");
    assert_eq!(events[0]["response"].as_str().unwrap().len(), 66);
    assert_eq!(events[1]["http"]["response"]["body"]["content"].as_str().unwrap().len(), 66);
    assert_eq!(events[1]["http"]["response"]["body"]["bytes"], 200);
    assert!(events[2]["http"]["response"]["body"]["content"].is_null());
    assert_eq!(
        events[2]["response"],
        "HTTP/1.1 200 OK\r\nContent-Type: image/x\r\nContent-Length: 1\r\n\r\n"
    );
}

#[test]
fn compressed_bodies_are_decoded() {
    use std::io::Read as _;
    let mut packed = Vec::new();
    let text = "one two three ".repeat(20);
    flate2::bufread::GzEncoder::new(text.as_bytes(), flate2::Compression::best())
        .read_to_end(&mut packed)
        .unwrap();
    let head = "Content-Type: text/plain\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n";
    let chunk = |part: &[u8]| [format!("{:x}\r\n", part.len()).as_bytes(), part, b"\r\n"].concat();
    let (one, other) = packed.split_at(20);
    let run = |body: &[Vec<u8>], with: fn(&mut packetbeat_http::config::Config)| {
        let mut drive = Drive::new(http(|config| {
            config.response_body_for = vec!["text".to_owned()];
            with(config);
        }));
        drive.client(GET).server(format!("HTTP/1.1 200 OK\r\n{head}"));
        for part in body {
            drive.server(part);
        }
        drive.events(Close::Fin).remove(0)
    };
    let whole = [chunk(one), chunk(other), b"0\r\n\r\n".to_vec()];
    let event = run(&whole, |_| ());
    assert_eq!(event["http"]["response"]["body"]["content"], text);
    assert_eq!(event["http"]["response"]["body"]["bytes"], packed.len());
    assert!(event["error"].is_null());
    let event = run(&whole, |config| config.decode_body = false);
    assert_ne!(event["http"]["response"]["body"]["content"], text);
    let event = run(&whole, |config| config.max_message_size = 50);
    assert_eq!(event["http"]["response"]["body"]["content"], text[..50]);
    let event = run(&[chunk(one), b"0\r\n\r\n".to_vec()], |_| ());
    assert_eq!(event["error"]["message"], "Body could not be decoded");
}

#[test]
fn hosts_and_ports() {
    let run = |port, target: &str, host: &str| {
        let mut drive =
            Drive::new(http(|config| config.real_ip_header = "x-forwarded-for".to_owned()).at_port(port));
        let host = if host.is_empty() { String::new() } else { format!("Host: {host}\r\n") };
        drive.client(format!(
            "GET {target} HTTP/1.1\r\n{host}X-Forwarded-For: 198.51.100.7, 192.0.2.1\r\n\r\n"
        ));
        drive.events(Close::Fin).remove(0)
    };
    let event = run(8080, "/", "h:50000");
    assert_eq!((&event["url"]["domain"], &event["url"]["port"]), (&"h".into(), &50_000.into()));
    assert_eq!(event["url"]["full"], "http://h:50000/");
    assert_eq!(
        event["error"]["message"],
        serde_json::json!(["Unmatched request", "Host header port number mismatch"])
    );
    assert_eq!(event["network"]["forwarded_ip"], "198.51.100.7");
    let event = run(8080, "/ü%20?x", "[2001:db8::1]:8080");
    assert_eq!(event["url"]["full"], "http://[2001:db8::1]:8080/%C3%BC%20?x=");
    assert!(event["destination"]["domain"].is_null() && event["related"]["hosts"].is_null());
    assert_eq!(
        event["related"]["ip"],
        serde_json::json!(["192.0.2.10", "192.0.2.25", "2001:db8::1", "198.51.100.7"])
    );
    let event = run(80, "http://other.example/p", "");
    assert_eq!((&event["url"]["domain"], &event["query"]), (&"other.example".into(), &"GET /p".into()));
    let event = run(8000, "*", "h");
    assert_eq!((&event["url"]["port"], &event["url"]["full"]), (&8000.into(), &"http://h:8000/*".into()));
    assert!(run(80, "/", "")["url"]["full"].is_null());
}
