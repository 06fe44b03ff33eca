//! What tests of this crate have in common.

use packetbeat_config::{Config, Errors, Loader};

use crate::condition::Condition;
use crate::event::Event;
use crate::processors::{Outcome, Processors};

fn load(yaml: &str) -> Result<Config, Errors> {
    let yaml =
        if yaml.starts_with('[') { format!("processors: {yaml}") } else { format!("processors:{yaml}") };
    Loader::new().text("test.yml", yaml).load(&|_| None)
}

pub(crate) fn build(yaml: &str) -> Result<Processors, Errors> {
    Processors::build(load(yaml)?.processors.as_ref(), "processors")
}

/// A list of processors: in brackets, or items that begin on a line of their own.
pub(crate) fn processors(yaml: &str) -> Processors {
    build(yaml).unwrap_or_else(|errors| panic!("{yaml}\n{errors}"))
}

pub(crate) fn errors(yaml: &str) -> String {
    build(yaml).err().unwrap().to_string()
}

pub(crate) fn event(json: &str) -> Event {
    Event::parse(json.as_bytes(), 0).unwrap()
}

/// The event that a list of processors makes of one, as JSON.
pub(crate) fn run(yaml: &str, json: &str) -> String {
    let mut event = event(json);
    assert_eq!(processors(yaml).run(&mut event), Outcome::Keep);
    let mut line = Vec::new();
    event.write(&mut line);
    String::from_utf8(line).unwrap().trim_end().to_owned()
}

/// The condition of a `when`, in the block style or the flow style.
pub(crate) fn condition(yaml: &str) -> Condition {
    let config = load(&format!("\n- drop_event:\n    when:\n      {yaml}\n"));
    let config = config.unwrap_or_else(|errors| panic!("{yaml}\n{errors}"));
    let when = config.processors.as_ref().and_then(|node| node.at_path("0.drop_event.when")).cloned();
    Condition::read(&when.unwrap()).unwrap()
}
