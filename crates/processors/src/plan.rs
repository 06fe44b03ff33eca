//! What of a list is left to do for each event, once what is the same for all of them has been done.

use crate::event::Event;
use crate::fault::Verdict;
use crate::processors::{Outcome, Processors, Step};
use crate::value::Object;

/// What is left of a list for the events of one kind.
///
/// Events of a kind have members that are the same in all of them. Processors that look at these alone are run once, upon
/// the members; processors whose field cannot be there are left out. For the rest, [`Plan::concerns`] tells from the bytes of
/// an event whether any of it can have something to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Places in the list, ascending.
    left: Vec<usize>,
    /// For each of them, a name in quotes without which it does nothing; `None` if one of them may work on any event.
    names: Option<Vec<String>>,
}

impl Plan {
    /// Is nothing left to do?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.left.is_empty()
    }

    /// The place of the one that is left, if it is one.
    pub(crate) fn only(&self) -> Option<usize> {
        if let [at] = self.left.as_slice() { Some(*at) } else { None }
    }

    /// May any processor that is left have something to do with this event, a line of JSON?
    #[must_use]
    pub fn concerns(&self, line: &[u8]) -> bool {
        let Some(names) = &self.names else { return true };
        names.iter().any(|name| memchr::memmem::find(line, name.as_bytes()).is_some())
    }
}

impl Processors {
    /// Does what can be done once for all events of a kind. `constants`: the members that all of them have alike, which are
    /// changed; `varies`: may events differ in this root?
    #[must_use]
    pub fn plan(&self, constants: &mut Object, varies: &dyn Fn(&str) -> bool) -> Plan {
        let mut left: Vec<usize> = Vec::new();
        for (at, step) in self.steps.iter().enumerate() {
            // Behind what is left, nothing is known of what the event holds.
            if left.is_empty() && (step.is_done(constants, varies) || step.is_idle(constants, varies)) {
                continue;
            }
            left.push(at);
        }
        let steps = left.iter().filter_map(|at| self.steps.get(*at));
        let names = steps.map(|step| step.needs().map(quoted)?).collect();
        Plan { left, names }
    }

    /// Works on an event as [`Processors::run`] does, with what is left of the list.
    pub fn run_planned(&self, plan: &Plan, event: &mut Event) -> Outcome {
        for step in plan.left.iter().filter_map(|at| self.steps.get(*at)) {
            if let drop @ Outcome::Drop(_) = step.run(event) {
                return drop;
            }
        }
        Outcome::Keep
    }
}

impl Step {
    /// Runs upon the constants if it looks at nothing else and nothing goes wrong.
    fn is_done(&self, constants: &mut Object, varies: &dyn Fn(&str) -> bool) -> bool {
        if !self.is_fixed(varies) {
            return false;
        }
        let mut event = Event::new(constants.clone(), 0);
        let done = self.try_run(&mut event);
        if done {
            constants.clone_from(event.root());
        }
        done
    }

    /// Does it look at roots alone that do not vary?
    fn is_fixed(&self, varies: &dyn Fn(&str) -> bool) -> bool {
        let fixed =
            |roots: Option<Vec<&str>>| roots.is_some_and(|roots| !roots.iter().any(|root| varies(root)));
        match self {
            Self::One { when, processor, .. } => {
                when.as_ref().is_none_or(|when| fixed(Some(when.roots()))) && fixed(processor.roots())
            }
            Self::Branch { asks, then, otherwise } => {
                fixed(Some(asks.roots()))
                    && then.steps.iter().chain(&otherwise.steps).all(|step| step.is_fixed(varies))
            }
        }
    }

    /// Runs, unless it fails or drops: then the event is of no use.
    fn try_run(&self, event: &mut Event) -> bool {
        match self {
            Self::One { when, processor, .. } => {
                when.as_ref().is_some_and(|when| !when.holds(event))
                    || processor.run(event) == Ok(Verdict::Keep)
            }
            Self::Branch { asks, then, otherwise } => {
                let branch = if asks.holds(event) { then } else { otherwise };
                branch.steps.iter().all(|step| step.try_run(event))
            }
        }
    }

    /// Can the field without which it does nothing not be there?
    fn is_idle(&self, constants: &Object, varies: &dyn Fn(&str) -> bool) -> bool {
        let Some(root) = self.needs().and_then(|field| field.split('.').next()) else { return false };
        let is_there = |name: &str| name.split('.').next() == Some(root);
        !varies(root) && !constants.iter().any(|(name, _)| is_there(name))
    }

    /// A field without which it does nothing.
    fn needs(&self) -> Option<&str> {
        match self {
            Self::One { when, processor, .. } => {
                when.as_ref().and_then(|when| when.needs()).or_else(|| processor.needs())
            }
            Self::Branch { .. } => None,
        }
    }
}

/// The last part of a field's name as JSON has it, whether the field is nested or has dots in its name: without the quote
/// in front. `None` for names that JSON might write in other ways.
fn quoted(field: &str) -> Option<String> {
    let last = field.rsplit('.').next()?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'@');
    (!last.is_empty() && last.bytes().all(plain)).then(|| format!("{last}\":"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::processors;

    fn plan(yaml: &str, constants: &str) -> (Plan, String) {
        let mut constants: Object = serde_json::from_str(constants).unwrap();
        let plan = processors(yaml).plan(&mut constants, &|root| matches!(root, "http" | "event" | "type"));
        (plan, serde_json::to_string(&constants).unwrap())
    }

    #[test]
    fn what_looks_at_constants_alone_is_done_once() {
        let usual = "
- if.contains.tags: forwarded
  then: [{drop_fields: {fields: [host]}}]
  else: [{add_fields: {target: host, fields: {a: 1}}}]
- add_tags: {tags: [x], when.has_fields: [host]}
- detect_mime_type: {field: other.content, target: mime}
";
        assert_eq!(
            plan(usual, r#"{"tags":["forwarded"],"host":{}}"#),
            (Plan { left: vec![], names: Some(vec![]) }, r#"{"tags":["forwarded"]}"#.to_owned())
        );
        assert_eq!(plan(usual, r#"{"host":{}}"#).1, r#"{"host":{"a":1},"tags":["x"]}"#);
    }

    #[test]
    fn what_depends_on_the_event_is_left_and_all_that_is_behind_it() {
        for yaml in [
            "[{add_tags: {tags: [a], when.equals.type: dns}}, {add_tags: {tags: [b]}}]",
            "[{add_fields: {target: event, fields: {a: 1}}}, {add_tags: {tags: [b]}}]",
            "[{drop_event: {when.has_fields: [agent]}}, {add_tags: {tags: [b]}}]",
            "[{add_tags: {tags: [a], target: agent}}, {add_tags: {tags: [b]}}]",
            "[{drop_fields: {fields: ['/x/']}}, {add_tags: {tags: [b]}}]",
        ] {
            let (plan, constants) = plan(yaml, r#"{"agent":{}}"#);
            assert_eq!(
                (plan.left.as_slice(), constants.as_str()),
                ([0, 1].as_slice(), r#"{"agent":{}}"#),
                "{yaml}"
            );
        }
    }

    #[test]
    fn events_that_cannot_be_meant_are_known_by_their_bytes() {
        let yaml = "[{detect_mime_type: {field: http.request.body.content, target: http.t}}, {drop_event.when.range.event.duration.gt: 5}]";
        let (left, _) = plan(yaml, "{}");
        assert_eq!(left.left, [0, 1]);
        assert!(left.concerns(br#"{"http":{"request":{"body":{"content":"x"}}}}"#));
        assert!(left.concerns(br#"{"event.duration":7}"#));
        assert!(!left.concerns(br#"{"type":"dns","event":{"kind":"duration"}}"#));
        let any = |yaml: &str| plan(yaml, "{}").0.concerns(b"{}");
        assert!(any("[{drop_event.when.not.equals.type: dns}]"));
        assert!(any("[{drop_event.when.or: [{equals.type: dns}, {equals.type: http}]}]"));
        assert!(!any("[{drop_event.when.and: [{not.equals.type: dns}, {equals.type: http}]}]"));
    }
}
