//! A list of processors, in order.

use std::sync::atomic::{AtomicU64, Ordering};

use packetbeat_config::{Errors, Node};

use crate::build;
use crate::condition::Condition;
use crate::event::Event;
use crate::fault::{Processor, Verdict};

/// What is done to events, in the order of the configuration. Shared by all workers.
#[derive(Default)]
pub struct Processors {
    pub(crate) steps: Vec<Step>,
}

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It goes on.
    Keep,
    /// It was dropped, by the processor of this name.
    Drop(&'static str),
}

/// One item of the list.
pub(crate) enum Step {
    /// A processor, with its `when`.
    One { name: &'static str, when: Option<Condition>, processor: Box<dyn Processor>, failed: AtomicU64 },
    /// `if`, `then` and `else`.
    Branch { asks: Condition, then: Processors, otherwise: Processors },
}

impl Processors {
    /// A list as the configuration has it; it has been checked. `path` is its name there. Without a list there are none.
    /// Processors that are not there yet are left out: the check has told.
    ///
    /// # Errors
    /// What is wrong beyond the tables: a pattern of `dissect`, a time of `timestamp`, a limit of `rate_limit`.
    pub fn build(node: Option<&Node>, path: &str) -> Result<Self, Errors> {
        let mut errors = Vec::new();
        let built = node.map(|node| build::list(node, path, &mut errors)).unwrap_or_default();
        Errors(errors).or(built)
    }

    /// Is there nothing to do?
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Works on an event.
    pub fn run(&self, event: &mut Event) -> Outcome {
        for step in &self.steps {
            if let drop @ Outcome::Drop(_) = step.run(event) {
                return drop;
            }
        }
        Outcome::Keep
    }

    /// Does the order in which events come matter to what becomes of them?
    #[must_use]
    pub fn is_ordered(&self) -> bool {
        self.steps.iter().any(|step| match step {
            Step::One { processor, .. } => processor.is_ordered(),
            Step::Branch { then, otherwise, .. } => then.is_ordered() || otherwise.is_ordered(),
        })
    }

    /// How often processors have failed so far, by their names, in the order of the list; those that never did are left out.
    #[must_use]
    pub fn failures(&self) -> Vec<(&'static str, u64)> {
        let mut found: Vec<(&'static str, u64)> = Vec::new();
        for step in &self.steps {
            let more = match step {
                Step::One { name, failed, .. } => vec![(*name, failed.load(Ordering::Relaxed))],
                Step::Branch { then, otherwise, .. } => [then.failures(), otherwise.failures()].concat(),
            };
            for (name, count) in more.into_iter().filter(|(_, count)| *count > 0) {
                match found.iter_mut().find(|(known, _)| *known == name) {
                    Some((_, sum)) => *sum += count,
                    None => found.push((name, count)),
                }
            }
        }
        found
    }
}

impl Step {
    pub(crate) fn run(&self, event: &mut Event) -> Outcome {
        let (name, processor, failed) = match self {
            Self::One { when: Some(when), .. } if !when.holds(event) => return Outcome::Keep,
            Self::One { name, processor, failed, .. } => (name, processor, failed),
            Self::Branch { asks, then, otherwise } => {
                return if asks.holds(event) { then.run(event) } else { otherwise.run(event) };
            }
        };
        match processor.run(event) {
            Ok(Verdict::Keep) => {}
            Ok(Verdict::Drop(cause)) => return Outcome::Drop(cause),
            Err(fault) => {
                failed.fetch_add(1, Ordering::Relaxed);
                event.add_error(format!("{name}: {fault}"));
            }
        }
        Outcome::Keep
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{errors, event, processors, run};

    #[test]
    fn branches_and_conditions() {
        let yaml = "
- if.equals.type: dns
  then: {drop_event: ~}
  else:
    - add_tags: {tags: [a]}
    - if.has_fields: [x]
      then: [{add_tags: {tags: [x]}}]
      else: [{add_tags: {tags: [no-x]}}]
- add_tags: {tags: [never], when.equals.type: dns}
- drop_event.when.contains.tags: no-
";
        assert_eq!(run(yaml, r#"{"type":"http","x":1}"#), r#"{"type":"http","x":1,"tags":["a","x"]}"#);
        assert_eq!(processors(yaml).run(&mut event(r#"{"type":"dns"}"#)), Outcome::Drop("drop_event"));
        assert_eq!(processors(yaml).run(&mut event(r#"{"type":"http"}"#)), Outcome::Drop("drop_event"));
    }

    #[test]
    fn what_fails_is_told_and_counted_and_the_rest_goes_on() {
        let list = processors("[{rename: {fields: [{from: a, to: b}]}}, {add_tags: {tags: [t]}}]");
        let mut one = event("{}");
        assert_eq!(list.run(&mut one), Outcome::Keep);
        assert_eq!(one.text("error.message"), Some("rename: a: not there"));
        assert!(one.get("tags").is_some());
        assert_eq!(list.failures(), [("rename", 1)]);
    }

    #[test]
    fn mistakes_beyond_the_tables_have_a_place() {
        assert_eq!(
            errors("[{rate_limit: {limit: many}}]"),
            "test.yml:1:35: processors[0].rate_limit.limit: expected a number and a unit such as 10/s, 600/m or 10000/h, found \"many\""
        );
    }
}
