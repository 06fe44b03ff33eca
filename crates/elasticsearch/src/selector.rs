//! Which index, or which pipeline, an event goes to.

use packetbeat_processors::{Condition, Event};

use crate::limits::MAX_NAME_BYTES;
use crate::template::{Needs, Template};

/// `index` and `indices`, or `pipeline` and `pipelines`: the first rule that fits chooses.
#[derive(Clone, Debug, Default)]
pub struct Selector {
    /// In the order of the configuration.
    pub rules: Vec<Rule>,
    /// Where no rule fits.
    pub otherwise: Option<Template>,
}

/// One of `indices` or `pipelines`.
#[derive(Clone, Debug)]
pub struct Rule {
    /// `when`.
    pub when: Option<Condition>,
    /// The name, or what is looked up in `mappings`.
    pub name: Template,
    /// `mappings`: what stands for which name. Empty: the name itself is chosen.
    pub mappings: Vec<(String, String)>,
    /// `default`: what stands for names that are not among them; without, the next rule is asked.
    pub otherwise: Option<String>,
}

impl Selector {
    /// Always this one.
    #[must_use]
    pub fn constant(name: &str) -> Self {
        Self { rules: Vec::new(), otherwise: Some(Template::text(name)) }
    }

    /// How much of an event is needed to choose.
    pub(crate) fn needs(&self) -> Needs {
        let rules =
            self.rules.iter().map(|rule| if rule.when.is_some() { Needs::Fields } else { rule.name.needs() });
        rules.chain(self.otherwise.as_ref().map(Template::needs)).max().unwrap_or(Needs::Nothing)
    }

    /// The name that is chosen, in lower case, as the servers want names.
    pub(crate) fn choose(&self, time: &str, event: Option<&Event>) -> Option<String> {
        let chosen = self
            .rules
            .iter()
            .find_map(|rule| rule.choose(time, event))
            .or_else(|| self.otherwise.as_ref()?.fill(time, event))?;
        let chosen = chosen.to_lowercase();
        (!chosen.is_empty() && chosen.len() <= MAX_NAME_BYTES).then_some(chosen)
    }
}

impl Rule {
    fn choose(&self, time: &str, event: Option<&Event>) -> Option<String> {
        if let Some(condition) = &self.when
            && !event.is_some_and(|event| condition.holds(event))
        {
            return None;
        }
        let name = self.name.fill(time, event).filter(|name| !name.is_empty())?;
        if self.mappings.is_empty() {
            return Some(name);
        }
        let lower = name.to_lowercase();
        let mapped = self.mappings.iter().find(|(from, _)| from.to_lowercase() == lower);
        mapped.map(|(_, to)| to.clone()).or_else(|| self.otherwise.clone())
    }
}

#[cfg(test)]
mod tests {
    use packetbeat_processors::Constant;

    use super::*;
    use crate::template::Part;

    #[test]
    fn the_first_rule_that_fits_chooses() {
        let by_type = |mappings: &[(&str, &str)], otherwise: Option<&str>| Rule {
            when: None,
            name: Template::new(vec![Part::Field { name: "type".to_owned(), default: None }]),
            mappings: mappings.iter().map(|(from, to)| ((*from).to_owned(), (*to).to_owned())).collect(),
            otherwise: otherwise.map(str::to_owned),
        };
        let failed = Condition::Equals(vec![("status".to_owned(), Constant::Text("Error".to_owned()))]);
        let errors = Rule {
            when: Some(failed),
            name: Template::text("Errors"),
            mappings: Vec::new(),
            otherwise: None,
        };
        let selector = Selector {
            rules: vec![errors, by_type(&[("DNS", "names")], None)],
            otherwise: Some(Template::text("rest")),
        };
        let choose = |event: &str| selector.choose("", Event::parse(event.as_bytes(), 0).as_ref());
        assert_eq!(choose(r#"{"type":"dns","status":"Error"}"#).as_deref(), Some("errors"));
        assert_eq!(choose(r#"{"type":"dns"}"#).as_deref(), Some("names"));
        assert_eq!(choose(r#"{"type":"http"}"#).as_deref(), Some("rest"));
        let none = Selector { rules: vec![by_type(&[("a", "b")], Some("c"))], otherwise: None };
        assert_eq!(none.choose("", Event::parse(b"{}", 0).as_ref()), None);
        assert_eq!(none.choose("", Event::parse(br#"{"type":"x"}"#, 0).as_ref()).as_deref(), Some("c"));
        assert_eq!(none.needs(), Needs::Fields);
        assert_eq!(Selector::constant("x").needs(), Needs::Nothing);
    }
}
