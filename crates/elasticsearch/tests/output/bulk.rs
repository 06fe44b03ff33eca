//! Batches against a stand-in that fails in every way that is known.
use std::time::Duration;

use crate::drive::{Sum, deliver, events, options};
use crate::standin::{StandIn, Step};
use packetbeat_elasticsearch::{Idempotent, NonIndexable, Options, workers};

/// What becomes of 100 events while the server does this.
fn run(script: &[Step], change: impl FnOnce(&mut Options)) -> (StandIn, Sum) {
    let server = StandIn::start(script);
    let mut options = options(&[server.url()]);
    change(&mut options);
    let mut worker = workers(&options).unwrap().remove(0);
    let sum = deliver(worker.as_mut(), events(100), 10);
    (server, sum)
}

fn idempotent(options: &mut Options) {
    options.idempotent = Some(Idempotent::default());
}

#[test]
fn everything_arrives_compressed_or_not() {
    for level in [0, 1, 9] {
        let (server, sum) = run(&[], |options| options.connection.compression_level = level);
        assert_eq!((sum.acknowledged, server.documents()), (100, 100));
        let bulk = &server.bulks()[0];
        assert_eq!(bulk.headers.contains_key("content-encoding"), level > 0);
        assert_eq!(bulk.headers["content-type"], "application/x-ndjson");
        assert!(bulk.headers["user-agent"].starts_with("packetbeat/"));
        assert!(bulk.target.starts_with("/_bulk?filter_path="), "{}", bulk.target);
        assert!(server.state.lock().unwrap().documents.iter().all(|(index, id, document)| {
            index == "test" && id.is_none() && document.get("@metadata").is_none()
        }));
    }
}

#[test]
fn a_server_that_is_busy_or_away_gets_them_later() {
    for status in [429, 500, 502, 503, 504] {
        let (server, sum) = run(&[Step::Status(status), Step::Status(status)], |_| {});
        assert_eq!((sum.acknowledged, server.documents()), (100, 100));
        assert_eq!(sum.troubles.len(), 2);
        let trouble = &sum.troubles[0];
        assert_eq!(trouble.lasting, None);
        assert!(trouble.message.contains(&format!("status {status}, some_exception")), "{}", trouble.message);
    }
}

#[test]
fn a_full_disk_is_waited_for() {
    let (server, sum) = run(&[Step::Blocked, Step::Blocked], |_| {});
    assert_eq!((sum.acknowledged, server.documents()), (100, 100));
    assert_eq!(sum.troubles[0].lasting, None);
    assert!(sum.troubles[0].message.contains("writing is blocked"));
    let (server, sum) = run(&[Step::NoShard, Step::NoShard], |options| options.max_retries = Some(0));
    assert_eq!((sum.acknowledged, server.documents(), sum.troubles.len()), (100, 100, 2));
}

#[test]
fn a_cut_in_the_request_doubles_nothing() {
    let (server, sum) = run(&[Step::CutRequest, Step::CutRequest], |_| {});
    assert_eq!((sum.acknowledged, server.documents()), (100, 100));
    assert!(sum.troubles.iter().all(|trouble| trouble.lasting.is_none()));
}

#[test]
fn a_lost_answer_doubles_events_without_ids() {
    for step in [Step::CutAnswer, Step::Garbage, Step::Fewer] {
        let (server, sum) = run(&[step], |_| {});
        assert_eq!((sum.acknowledged, server.documents(), sum.troubles.len()), (100, 200, 1));
    }
}

#[test]
fn with_ids_a_lost_answer_doubles_nothing() {
    for step in [Step::CutAnswer, Step::Garbage, Step::Fewer, Step::Hang] {
        let (server, sum) = run(&[step], |options| {
            idempotent(options);
            options.connection.timeout = Duration::from_millis(500);
        });
        assert_eq!((sum.duplicates, sum.acknowledged, server.documents()), (100, 0, 100));
        assert_eq!(sum.troubles.len(), 1, "{sum:?}");
    }
}

#[test]
fn answers_are_explained() {
    let message = |step| run(&[step], |_| {}).1.troubles.remove(0).message;
    assert!(message(Step::Garbage).contains("is none"));
    assert!(message(Step::Fewer).contains("with 100 events speaks of 99"));
    assert!(
        message(Step::CutAnswer).contains("before the answer was complete"),
        "{}",
        message(Step::CutAnswer)
    );
}

#[test]
fn a_hang_ends_with_the_time_limit() {
    let (server, sum) = run(&[Step::Hang], |options| options.connection.timeout = Duration::from_millis(500));
    assert_eq!((sum.acknowledged, server.documents()), (100, 200));
    assert!(sum.troubles[0].message.contains("no answer within 0.5 s (output.elasticsearch.timeout)"));
}

#[test]
fn single_events_are_refused() {
    let every_tenth = |number: usize| if number.is_multiple_of(10) { 400 } else { 201 };
    let (server, sum) = run(&[Step::Items(every_tenth)], |_| {});
    assert_eq!((sum.acknowledged, server.documents()), (90, 90));
    assert_eq!(sum.dropped, [("refused", 10)]);
    assert!(sum.troubles.is_empty());
}

#[test]
fn what_is_refused_can_go_to_the_dead() {
    let every_tenth = |number: usize| if number.is_multiple_of(10) { 400 } else { 201 };
    let dead = |options: &mut Options| options.non_indexable = NonIndexable::DeadLetter("dead".to_owned());
    let (server, sum) = run(&[Step::Items(every_tenth)], dead);
    assert_eq!((sum.acknowledged, sum.dead, server.documents()), (90, 10, 100));
    let state = server.state.lock().unwrap();
    let (_, _, letter) = state.documents.iter().find(|(index, ..)| index == "dead").unwrap();
    assert_eq!(letter["error"]["type"], "mapper_parsing_exception");
    assert_eq!(letter["error"]["message"], "said so (caused by: deep down)");
    assert!(letter["message"].as_str().unwrap().starts_with("{\"@timestamp\""));
}

#[test]
fn the_dead_may_be_refused_too() {
    let server = StandIn::start(&[Step::Items(|_| 400)]);
    server.state.lock().unwrap().refuse_dead = true;
    let mut options = options(&[server.url()]);
    options.non_indexable = NonIndexable::DeadLetter("dead".to_owned());
    let mut worker = workers(&options).unwrap().remove(0);
    let sum = deliver(worker.as_mut(), events(20), 3);
    assert_eq!(sum.dropped, [("dead_letter_refused", 20)]);
}

#[test]
fn the_dead_wait_for_a_server_that_is_busy() {
    let all = |_| 400;
    let script = [Step::Items(all), Step::Status(503), Step::Items(all)];
    let (server, sum) = run(&script, |options| {
        options.non_indexable = NonIndexable::DeadLetter("dead".to_owned());
    });
    assert_eq!((sum.dead, server.documents()), (100, 100));
    assert_eq!(sum.troubles.len(), 1);
}

#[test]
fn items_that_fail_are_given_up_after_some_times() {
    let failing = |number: usize| if number < 5 { 500 } else { 201 };
    let first = |number: usize| if number < 5 { 500 } else { panic!("only five are left") };
    let script = [Step::Items(failing), Step::Items(first), Step::Items(first), Step::Items(first)];
    let (server, sum) = run(&script, |options| options.max_retries = Some(3));
    assert_eq!((sum.acknowledged, server.documents()), (95, 95));
    assert_eq!(sum.dropped, [("max_retries", 5)]);
    let (_, sum) = run(&script, |options| options.max_retries = None);
    assert_eq!(sum.acknowledged, 100);
}

#[test]
fn too_many_requests_are_no_attempts() {
    let busy = |_| 429;
    let script = [Step::Items(busy), Step::Items(busy), Step::Items(busy), Step::Items(busy)];
    let (_, sum) = run(&script, |options| options.max_retries = Some(1));
    assert_eq!((sum.acknowledged, sum.too_many), (100, 400));
}

#[test]
fn requests_become_smaller_until_they_fit() {
    let server = StandIn::start(&[]);
    server.state.lock().unwrap().longest = Some(2000);
    let mut worker = workers(&options(&[server.url()])).unwrap().remove(0);
    let before = worker.takes();
    let sum = deliver(worker.as_mut(), events(100), 1);
    assert_eq!((sum.acknowledged, server.documents()), (100, 100));
    assert!(worker.takes().bytes < 10_000 && before.bytes == 10 << 20);
    server.state.lock().unwrap().longest = Some(10);
    assert_eq!(deliver(worker.as_mut(), events(3), 1).dropped.iter().map(|(_, count)| count).sum::<u64>(), 3);
}

#[test]
fn batches_are_split_by_count() {
    let (server, sum) = run(&[], |options| options.bulk_max_size = Some(30));
    assert_eq!((sum.acknowledged, server.bulks().len()), (100, 4));
}

#[test]
fn a_run_that_is_repeated_makes_the_same_ids() {
    let server = StandIn::start(&[]);
    let mut options = options(&[server.url()]);
    idempotent(&mut options);
    for attempt in 0..2 {
        let mut worker = workers(&options).unwrap().remove(0);
        let sum = deliver(worker.as_mut(), events(100), 1);
        assert_eq!((sum.acknowledged, sum.duplicates), if attempt == 0 { (100, 0) } else { (0, 100) });
    }
    assert_eq!(server.documents(), 100);
}
