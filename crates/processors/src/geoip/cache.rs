//! What was written for addresses lately. A look-up costs a microsecond or two, and servers' addresses come with every event.

use std::hash::{BuildHasher as _, RandomState};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use super::databases::Damaged;
use crate::limits::{CACHED_ADDRESSES, MAX_CACHED_BYTES};

/// Each address has one place where it may be; the latest one of those that share it is there. Shared by all workers.
pub(crate) struct Cache {
    slots: Vec<Mutex<Slot>>,
    hasher: RandomState,
}

#[derive(Debug, Default)]
struct Slot {
    /// An address, and the version of the databases that was asked.
    key: Option<(IpAddr, u64)>,
    json: Vec<u8>,
}

impl Cache {
    pub(crate) fn new() -> Self {
        let slots = (0..CACHED_ADDRESSES).map(|_| Mutex::default()).collect();
        Self { slots, hasher: RandomState::new() }
    }

    /// Writes what is remembered of an address behind `to`, or else what `make` writes, which is remembered.
    pub(crate) fn write(
        &self,
        address: IpAddr,
        version: u64,
        to: &mut Vec<u8>,
        make: impl FnOnce(&mut Vec<u8>) -> Result<(), Damaged>,
    ) -> Result<(), Damaged> {
        let place = usize::try_from(self.hasher.hash_one(address)).unwrap_or(0) % self.slots.len().max(1);
        let Some(slot) = self.slots.get(place) else { return make(to) };
        let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
        if slot.key != Some((address, version)) {
            slot.key = None;
            slot.json.clear();
            make(&mut slot.json)?;
            slot.key = Some((address, version));
        }
        to.extend_from_slice(&slot.json);
        if slot.json.len() > MAX_CACHED_BYTES {
            *slot = Slot::default();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_asked_for_once_for_each_version() {
        let (cache, mut asked) = (Cache::new(), 0);
        let mut ask = |address: &str, version, answer: &str| {
            let mut to = b"<".to_vec();
            let done = cache.write(address.parse().unwrap(), version, &mut to, |to| {
                asked += 1;
                to.extend_from_slice(answer.as_bytes());
                if answer == "damaged" { Err(Damaged) } else { Ok(()) }
            });
            (done.map(|()| String::from_utf8(to).unwrap()), asked)
        };
        let is = |text: &str| Ok(text.to_owned());
        assert_eq!(ask("::1", 0, "a"), (is("<a"), 1));
        assert_eq!(ask("::1", 0, "b"), (is("<a"), 1));
        assert_eq!(ask("::1", 1, "b"), (is("<b"), 2));
        assert_eq!(ask("::1", 2, "damaged"), (Err(Damaged), 3));
        assert_eq!(ask("::1", 2, "c"), (is("<c"), 4));
        let long = "x".repeat(MAX_CACHED_BYTES + 1);
        assert_eq!(ask("::1", 3, &long).1, 5);
        assert_eq!(ask("::1", 3, "d"), (is("<d"), 6));
    }

    #[test]
    fn more_addresses_than_places_are_all_answered() {
        let cache = Cache::new();
        for round in 0..2 {
            for number in 0..3 * u32::try_from(CACHED_ADDRESSES).unwrap() {
                let (address, mut to) = (IpAddr::V4(number.into()), Vec::new());
                let written = |to: &mut Vec<u8>| {
                    to.extend_from_slice(&number.to_be_bytes());
                    Ok(())
                };
                cache.write(address, 0, &mut to, written).unwrap();
                assert_eq!(to, number.to_be_bytes(), "{round}");
            }
        }
    }
}
