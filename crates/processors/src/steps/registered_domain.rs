//! `registered_domain`: the domain that somebody has registered, by the public suffix list that the program was built with.

use packetbeat_config::Section;

use crate::build::text;
use crate::event::Event;
use crate::fault::{Done, Fault, Processor, Verdict, put};

pub(crate) struct RegisteredDomain {
    field: String,
    target: String,
    subdomain: String,
    etld: String,
    ignore_missing: bool,
    ignore_failure: bool,
}

impl RegisteredDomain {
    pub(crate) fn read(options: &Section) -> Self {
        Self {
            field: text(options, "field"),
            target: text(options, "target_field"),
            subdomain: text(options, "target_subdomain_field"),
            etld: text(options, "target_etld_field"),
            ignore_missing: options.bool("ignore_missing"),
            ignore_failure: options.bool("ignore_failure"),
        }
    }

    fn work<'p>(&'p self, event: &mut Event) -> Result<(), Fault<'p>> {
        let field = self.field.as_str();
        let Some(value) = event.get(field) else {
            return if self.ignore_missing { Ok(()) } else { Err(Fault::missing(field)) };
        };
        let name = value.as_text().ok_or(Fault::new(field, "no text"))?.trim_end_matches('.').to_owned();
        let lower = name.to_ascii_lowercase();
        let domain = psl::domain_str(&lower).ok_or(Fault::new(field, "has no registered domain"))?;
        let suffix = psl::suffix_str(&lower).unwrap_or_default();
        let before = lower.strip_suffix(domain).map(|text| text.trim_end_matches('.')).unwrap_or_default();
        put(event, &self.target, domain.into())?;
        if !self.subdomain.is_empty() && !before.is_empty() {
            put(event, &self.subdomain, before.into())?;
        }
        if !self.etld.is_empty() && !suffix.is_empty() {
            put(event, &self.etld, suffix.into())?;
        }
        Ok(())
    }
}

impl Processor for RegisteredDomain {
    fn run<'p>(&'p self, event: &mut Event) -> Done<'p> {
        match self.work(event) {
            Err(fault) if !self.ignore_failure => Err(fault),
            _ => Ok(Verdict::Keep),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::run;

    #[test]
    fn names() {
        let yaml = "[{registered_domain: {field: d, target_field: r, target_subdomain_field: s, target_etld_field: e}}]";
        assert_eq!(
            run(yaml, r#"{"d":"a.www.Example.co.uk."}"#),
            r#"{"d":"a.www.Example.co.uk.","r":"example.co.uk","s":"a.www","e":"co.uk"}"#
        );
        assert_eq!(run(yaml, r#"{"d":"example.com"}"#), r#"{"d":"example.com","r":"example.com","e":"com"}"#);
        assert!(run(yaml, r#"{"d":"com"}"#).contains("has no registered domain"));
        assert!(run(yaml, "{}").contains("d: not there"));
    }
}
