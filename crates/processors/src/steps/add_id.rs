//! `add_id`: an identifier of its own for every event, so that an event that is sent twice is stored once.
//!
//! It is random: two events may be alike in everything, and must both be kept.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use packetbeat_config::Section;

use crate::build::text;
use crate::event::Event;
use crate::fault::{Done, Fault, Processor, Verdict, put};

pub(crate) struct AddId {
    target: String,
}

impl AddId {
    pub(crate) fn read(options: &Section) -> Self {
        // There is one kind.
        let _ = options.choice("type");
        Self { target: text(options, "target_field") }
    }
}

impl Processor for AddId {
    fn run<'p>(&'p self, event: &mut Event) -> Done<'p> {
        // 120 bits, 20 characters: the length of those that Elasticsearch makes.
        let mut bits = [0; 15];
        getrandom::fill(&mut bits)
            .map_err(|_| Fault::new(&self.target, "the system gives no random bits"))?;
        put(event, &self.target, URL_SAFE_NO_PAD.encode(bits).into())?;
        Ok(Verdict::Keep)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{event, processors};

    #[test]
    fn no_two_are_the_same() {
        let list = processors("[{add_id: ~}]");
        let (mut one, mut other) = (event("{}"), event("{}"));
        list.run(&mut one);
        list.run(&mut other);
        assert_eq!(one.text("@metadata._id").unwrap().len(), 20);
        assert_ne!(one, other);
    }
}
