//! One connection that takes batches of events and tells what became of them.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use packetbeat_publisher::{Deliver, Delivery, Event, Takes, Trouble};

use crate::answer::{Answer, one_line};
use crate::body::{Bodies, Refusal};
use crate::client::Client;
use crate::error::Error;
use crate::limits::MAX_REASON_BYTES;
use crate::options::{NonIndexable, OnConnect, Options};
use crate::outcome::{Item, Outcome, PATH};
use crate::refusals::Refusals;

/// Room for the action line of an event, in what a request may have.
const ACTION: usize = 128;

/// The ways to the servers, one for each connection.
///
/// # Errors
/// A setting cannot work: the error names it.
pub fn workers(options: &Options) -> Result<Vec<Box<dyn Deliver>>, Error> {
    let shared = Arc::new(Once { hook: options.on_connect.clone(), done: Mutex::new(false) });
    let mut all: Vec<Box<dyn Deliver>> = Vec::new();
    let hosts = &options.connection.hosts;
    for _ in 0..options.workers.max(1) {
        if options.load_balance && hosts.len() > 1 {
            for host in hosts {
                let mut options = options.clone();
                options.connection.hosts = vec![host.clone()];
                all.push(Box::new(Worker::new(options, Arc::clone(&shared))?));
            }
        } else {
            all.push(Box::new(Worker::new(options.clone(), Arc::clone(&shared))?));
        }
    }
    Ok(all)
}

/// What is done by whichever worker comes first.
struct Once {
    hook: Option<OnConnect>,
    done: Mutex<bool>,
}

impl Once {
    /// Others wait while one is at it; what failed is tried again.
    fn run(&self, client: &Client) -> Result<(), Trouble> {
        let Some(hook) = &self.hook else { return Ok(()) };
        let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        if !*done {
            hook(client)?;
            *done = true;
        }
        Ok(())
    }
}

struct Worker {
    client: Client,
    once: Arc<Once>,
    bodies: Bodies,
    options: Options,
    /// The host whose version has been seen.
    greeted: Option<usize>,
    /// Bytes that a request may have: less than configured once a server found one too large.
    bytes: usize,
    refusals: Refusals,
}

/// How to go on after a request.
enum Next {
    Done,
    /// The request was too large: its events again, in smaller ones.
    Split(Vec<Event>),
}

impl Deliver for Worker {
    fn takes(&self) -> Takes {
        Takes { events: self.events(), bytes: self.bytes }
    }

    fn deliver(&mut self, batch: Vec<Event>) -> Delivery {
        let mut delivery = Delivery::default();
        if batch.is_empty() {
            return delivery;
        }
        if let Err(trouble) = self.greet() {
            delivery.again = batch;
            delivery.trouble = Some(trouble);
            return delivery;
        }
        let mut waiting = VecDeque::from(batch);
        while !waiting.is_empty() && delivery.trouble.is_none() {
            let events = self.portion(&mut waiting);
            match self.send(events, &mut delivery) {
                Next::Done => {}
                Next::Split(events) => events.into_iter().rev().for_each(|event| waiting.push_front(event)),
            }
        }
        delivery.again.extend(waiting);
        delivery
    }
}

impl Worker {
    fn new(options: Options, once: Arc<Once>) -> Result<Self, Error> {
        Ok(Self {
            client: Client::new(&options.connection)?,
            once,
            bodies: Bodies::new(&options),
            greeted: None,
            bytes: options.bulk_max_bytes.max(1),
            refusals: Refusals::default(),
            options,
        })
    }

    fn events(&self) -> usize {
        self.options.bulk_max_size.unwrap_or(usize::MAX).max(1)
    }

    /// Looks who is there, unless that is known.
    fn greet(&mut self) -> Result<(), Trouble> {
        let number = self.client.host_number();
        if self.greeted == Some(number) {
            return Ok(());
        }
        let server = self.client.server().map_err(|error| trouble(&error))?;
        let (host, name) = (self.client.host(), server.flavor.name());
        if let Some(oldest) = server.too_old()
            && !self.options.allow_older_versions
        {
            let setting = self.client.setting();
            let message = format!(
                "{host}: {name} {} is older than {oldest}: to try all the same, set {setting}.allow_older_versions: true",
                server.version
            );
            return Err(Trouble { message, lasting: Some("old_server") });
        }
        tracing::info!("{host}: connected to {name} {}", server.version);
        self.once.run(&self.client)?;
        self.greeted = Some(number);
        Ok(())
    }

    /// As many events as one request takes.
    fn portion(&self, waiting: &mut VecDeque<Event>) -> Vec<Event> {
        let mut bytes = 0;
        let fits = waiting.iter().take(self.events()).take_while(|event| {
            bytes += event.len() + ACTION;
            bytes <= self.bytes
        });
        let events = fits.count().max(1);
        waiting.drain(..events.min(waiting.len())).collect()
    }

    /// One request, and what becomes of its events.
    fn send(&mut self, mut events: Vec<Event>, delivery: &mut Delivery) -> Next {
        let body = self.bodies.of(&mut events, |cause| add(delivery, cause, 1));
        if events.is_empty() {
            return Next::Done;
        }
        let bytes = body.len();
        let answer = match self.client.bulk(PATH, body) {
            Ok((answer, sent)) => {
                delivery.sent_bytes += sent as u64;
                answer
            }
            Err(error) => {
                self.failed(trouble(&error), events, delivery);
                return Next::Done;
            }
        };
        if answer.status == 413 {
            return self.too_large(events, bytes, &answer, delivery);
        }
        if !answer.ok() {
            let trouble = self.refused_whole(&answer);
            self.failed(trouble, events, delivery);
            return Next::Done;
        }
        match Outcome::read(&answer.body, events.len()) {
            Ok(outcome) => self.sort(events, &outcome.items, delivery),
            Err(what) => {
                let message = format!("{}: {what}", answer.host);
                self.failed(Trouble { message, lasting: None }, events, delivery);
            }
        }
        Next::Done
    }

    /// Nothing is known of these events: they go again.
    fn failed(&mut self, trouble: Trouble, events: Vec<Event>, delivery: &mut Delivery) {
        self.greeted = None;
        delivery.again.extend(events);
        delivery.trouble = Some(trouble);
    }

    fn too_large(
        &mut self,
        events: Vec<Event>,
        bytes: usize,
        answer: &Answer,
        delivery: &mut Delivery,
    ) -> Next {
        if events.len() < 2 {
            tracing::warn!("{}: one event of {bytes} bytes is too large: {}", answer.host, answer.reason());
            add(delivery, "too_large", events.len() as u64);
            return Next::Done;
        }
        self.bytes = (bytes / 2).max(1);
        tracing::warn!(
            "{}: a request of {bytes} bytes is too large; from now on they have {} at most (see {}.bulk_max_bytes)",
            answer.host,
            self.bytes,
            self.client.setting()
        );
        Next::Split(events)
    }

    /// An answer that holds for the whole request, and is not 2xx.
    fn refused_whole(&self, answer: &Answer) -> Trouble {
        let (host, reason, setting) = (&answer.host, answer.reason(), self.client.setting());
        match answer.status {
            // As a disk that is full, or a cluster that has no master yet.
            _ if reason.contains(BLOCK) => {
                Trouble { message: format!("{host}: writing is blocked: {reason}"), lasting: None }
            }
            401 | 403 => {
                let message = format!(
                    "{host}: not allowed to write ({reason}): check {setting}.username and password, or api_key, and their \
                     privileges (create_doc and auto_configure on the index)"
                );
                Trouble { message, lasting: Some("unauthorized") }
            }
            407 => {
                let message =
                    format!("{host}: the proxy wants credentials ({reason}): check {setting}.proxy_url");
                Trouble { message, lasting: Some("unauthorized") }
            }
            408 | 429 => Trouble { message: format!("{host}: too busy: {reason}"), lasting: None },
            500.. => {
                self.client.fail_over();
                Trouble { message: format!("{host}: not available: {reason}"), lasting: None }
            }
            _ => {
                let message = format!(
                    "{host}: bulk requests are refused ({reason}): is {setting}.hosts with its path right?"
                );
                Trouble { message, lasting: Some("rejected") }
            }
        }
    }

    /// What became of each event of a request.
    fn sort(&mut self, events: Vec<Event>, items: &[Item<'_>], delivery: &mut Delivery) {
        let host = self.client.host().to_owned();
        let mut later = Later::default();
        let mut dead = Vec::new();
        for (event, item) in events.into_iter().zip(items) {
            match verdict(item) {
                Verdict::Taken => delivery.acknowledged += 1,
                Verdict::Known => delivery.duplicates += 1,
                Verdict::Refused => dead.push((event, item.refusal())),
                verdict => later.add(event, item, verdict, self.options.max_retries, delivery),
            }
        }
        match self.options.non_indexable.clone() {
            NonIndexable::Drop => {
                add(delivery, "refused", dead.len() as u64);
                dead.iter().for_each(|(event, refusal)| self.refusals.note(&host, refusal, event.json()));
            }
            NonIndexable::DeadLetter(index) => self.bury(&index, dead, &mut later, delivery),
        }
        later.tell(&host, items.len(), self.client.setting(), delivery);
    }

    /// Sends events as dead letters.
    fn bury(
        &mut self,
        index: &str,
        mut dead: Vec<(Event, Refusal)>,
        later: &mut Later,
        delivery: &mut Delivery,
    ) {
        let host = self.client.host().to_owned();
        while !dead.is_empty() {
            let mut bytes = 0;
            // A text within a text may be twice as long.
            let fits = dead.iter().take_while(|(event, refusal)| {
                bytes += 2 * (event.len() + refusal.reason.len()) + ACTION;
                bytes <= self.bytes
            });
            let count = fits.count().clamp(1, dead.len());
            let rest = dead.split_off(count);
            let letters = std::mem::replace(&mut dead, rest);
            for (event, refusal) in &letters {
                self.refusals.note(&host, refusal, event.json());
            }
            let body = self.bodies.of_dead(index, &letters);
            let answer = match self.client.bulk(PATH, body) {
                Ok((answer, sent)) => {
                    delivery.sent_bytes += sent as u64;
                    answer
                }
                Err(error) => {
                    let events = letters.into_iter().chain(dead).map(|(event, _)| event).collect();
                    return self.failed(trouble(&error), events, delivery);
                }
            };
            if answer.status == 413 {
                if letters.len() > 1 {
                    self.bytes = (self.bytes / 2).max(1);
                    dead.splice(..0, letters);
                } else {
                    add(delivery, DEAD_REFUSED, 1);
                }
                continue;
            }
            let outcome = if answer.ok() {
                Outcome::read(&answer.body, letters.len())
                    .map_err(|what| Trouble { message: format!("{host}: {what}"), lasting: None })
            } else {
                Err(self.refused_whole(&answer))
            };
            let outcome = match outcome {
                Ok(outcome) => outcome,
                Err(trouble) => {
                    let events = letters.into_iter().chain(dead).map(|(event, _)| event).collect();
                    return self.failed(trouble, events, delivery);
                }
            };
            for ((event, _), item) in letters.into_iter().zip(&outcome.items) {
                match verdict(item) {
                    Verdict::Taken | Verdict::Known => delivery.dead += 1,
                    Verdict::Refused => {
                        self.refusals.note(&host, &item.refusal(), event.json());
                        add(delivery, DEAD_REFUSED, 1);
                    }
                    verdict => later.add(event, item, verdict, self.options.max_retries, delivery),
                }
            }
        }
    }
}

const DEAD_REFUSED: &str = "dead_letter_refused";
/// The servers' name for a block on writing: a full disk, a cluster that is starting.
const BLOCK: &str = "cluster_block_exception";
/// In the servers' names for a shard that is gone for now, as after a write that the disk had no room for:
/// `shard_not_found_exception`, `illegal_index_shard_state_exception`. Their status is 404, and it is no fault of the event.
const SHARD: &str = "shard_";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Taken,
    Known,
    Busy,
    Blocked,
    Forbidden,
    Failed,
    Refused,
}

fn verdict(item: &Item<'_>) -> Verdict {
    match item.status {
        200..300 => Verdict::Taken,
        409 => Verdict::Known,
        _ if item.kind() == BLOCK => Verdict::Blocked,
        404 if item.kind().contains(SHARD) => Verdict::Blocked,
        429 => Verdict::Busy,
        401 | 403 if item.kind() == "security_exception" => Verdict::Forbidden,
        500.. => Verdict::Failed,
        _ => Verdict::Refused,
    }
}

/// Events that are to be tried again, and why.
#[derive(Default)]
struct Later {
    count: u64,
    forbidden: bool,
    first: Option<Refusal>,
}

impl Later {
    fn add(
        &mut self,
        mut event: Event,
        item: &Item<'_>,
        verdict: Verdict,
        max_retries: Option<u32>,
        delivery: &mut Delivery,
    ) {
        self.count += 1;
        self.first.get_or_insert_with(|| item.refusal());
        match verdict {
            Verdict::Busy => delivery.too_many += 1,
            Verdict::Forbidden => self.forbidden = true,
            Verdict::Failed => {
                event.attempts += 1;
                if max_retries.is_some_and(|most| event.attempts > most) {
                    return add(delivery, "max_retries", 1);
                }
            }
            _ => {}
        }
        delivery.again.push(event);
    }

    fn tell(self, host: &str, of: usize, setting: &str, delivery: &mut Delivery) {
        let Some(Refusal { status, kind, reason }) = self.first else { return };
        if delivery.trouble.is_some() {
            return;
        }
        let why = format!("status {status}, {}", one_line(&format!("{kind}: {reason}"), MAX_REASON_BYTES));
        delivery.trouble = Some(if self.forbidden {
            let message = format!(
                "{host}: not allowed to write ({why}): check the privileges of {setting}.username or api_key"
            );
            Trouble { message, lasting: Some("unauthorized") }
        } else {
            let message =
                format!("{host}: {} of {of} events not taken for the time being ({why})", self.count);
            Trouble { message, lasting: None }
        });
    }
}

fn add(delivery: &mut Delivery, cause: &'static str, count: u64) {
    if count == 0 {
        return;
    }
    match delivery.dropped.iter_mut().find(|(name, _)| *name == cause) {
        Some((_, dropped)) => *dropped += count,
        None => delivery.dropped.push((cause, count)),
    }
}

fn trouble(error: &Error) -> Trouble {
    Trouble { message: error.to_string(), lasting: error.kind().lasting() }
}
