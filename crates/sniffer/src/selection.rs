//! Which packets of a capture are analysed.

use std::sync::Arc;

use packetbeat_core::packet::{LinkType, Packet};

use crate::filter::{Filter, FilterError, check};
use crate::moment::Moment;

/// A filter and a range of time, as they were asked for. Each reader of a run has its own [`Selector`].
///
/// ```
/// use packetbeat_sniffer::{LinkType, Moment, Packet, Selection};
///
/// let to = Moment::parse("+1m")?;
/// let mut selector = Selection::new(Some("greater 60"), None, Some(to))?.selector();
/// let packet = |number, seconds: i64, wire_len| Packet {
///     number,
///     nanos: seconds * 1_000_000_000,
///     link: LinkType::ETHERNET,
///     wire_len,
///     data: &[],
/// };
/// assert!(selector.wants(&packet(1, 1_700_000_000, 1_514)));
/// assert!(!selector.wants(&packet(2, 1_700_000_001, 40)));
/// assert!(!selector.wants(&packet(3, 1_700_000_060, 1_514)));
/// let left_out: Vec<_> = selector.left_out().by_name().collect();
/// assert_eq!(left_out, [("after", 1), ("filtered", 1)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Selection {
    filter: Option<Arc<str>>,
    from: Option<Moment>,
    to: Option<Moment>,
}

/// Why packets cannot be selected so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SelectionError {
    /// The filter is none.
    #[error(transparent)]
    Filter(#[from] FilterError),
    /// The range ends where it begins, or earlier.
    #[error("the range of time is empty: its end is not behind its start: exchange --from and --to")]
    NoTime,
}

impl Selection {
    /// What is wanted: packets that pass the filter, with a time of `from` or later and before `to`. `None` wants all;
    /// so does an empty filter.
    ///
    /// # Errors
    ///
    /// If the filter is none for any usual link type, or no time lies in the range.
    pub fn new(
        filter: Option<&str>,
        from: Option<Moment>,
        to: Option<Moment>,
    ) -> Result<Self, SelectionError> {
        let filter = filter.map(str::trim).filter(|text| !text.is_empty());
        if let Some(text) = filter {
            check(text)?;
        }
        match (from, to) {
            (Some(Moment::At(from)), Some(Moment::At(to)))
            | (Some(Moment::Into(from)), Some(Moment::Into(to)))
                if from >= to =>
            {
                return Err(SelectionError::NoTime);
            }
            _ => {}
        }
        Ok(Self { filter: filter.map(Arc::from), from, to })
    }

    /// Whether every packet is wanted.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.filter.is_none() && self.from.is_none() && self.to.is_none()
    }

    /// What decides for one reader, from the first packet of its capture on.
    #[must_use]
    pub fn selector(&self) -> Selector {
        Selector {
            selection: self.clone(),
            range: None,
            filters: Vec::new(),
            failures: Vec::new(),
            left_out: LeftOut::default(),
        }
    }
}

/// Decides for each packet of a capture in its order, and counts what it leaves out. Selectors of one [`Selection`] that
/// are shown the same packets decide the same.
#[derive(Debug)]
pub struct Selector {
    selection: Selection,
    /// First nanosecond that is wanted and first that is not, once a packet was seen.
    range: Option<(i64, i64)>,
    /// For each link type that came; nothing where there cannot be a filter. The one that was used last stands in front.
    filters: Vec<(LinkType, Option<Filter>)>,
    failures: Vec<FilterError>,
    left_out: LeftOut,
}

impl Selector {
    /// Whether a packet is wanted; if not, it is counted. The first packet that is shown is the start of the capture.
    #[inline]
    pub fn wants(&mut self, packet: &Packet<'_>) -> bool {
        match self.refusal(packet) {
            None => true,
            Some(reason) => {
                self.left_out.add(reason);
                false
            }
        }
    }

    /// What was left out so far.
    #[must_use]
    pub fn left_out(&self) -> LeftOut {
        self.left_out
    }

    /// Takes what has come up since the last call: link types for which the filter means nothing. Their packets are left
    /// out.
    pub fn failures(&mut self) -> Vec<FilterError> {
        std::mem::take(&mut self.failures)
    }

    fn refusal(&mut self, packet: &Packet<'_>) -> Option<Reason> {
        let (from, to) = *self.range.get_or_insert_with(|| {
            let nanos = |moment: Option<Moment>, none| moment.map_or(none, |it| it.nanos(packet.nanos));
            (nanos(self.selection.from, i64::MIN), nanos(self.selection.to, i64::MAX))
        });
        if packet.nanos < from {
            return Some(Reason::Before);
        }
        // Without an end, the last nanosecond of all is wanted too.
        if packet.nanos >= to && self.selection.to.is_some() {
            return Some(Reason::After);
        }
        let text = self.selection.filter.as_deref()?;
        let filter = match self.filters.first() {
            Some((link, filter)) if *link == packet.link => filter,
            _ => switch(&mut self.filters, &mut self.failures, text, packet.link),
        };
        match filter {
            Some(filter) if filter.wants(packet) => None,
            Some(_) => Some(Reason::Filtered),
            None => Some(Reason::FilterLinkType),
        }
    }
}

/// Puts the filter for a link type in front. There are at most as many as link types, 65,536.
#[cold]
fn switch<'f>(
    filters: &'f mut Vec<(LinkType, Option<Filter>)>,
    failures: &mut Vec<FilterError>,
    text: &str,
    link: LinkType,
) -> &'f Option<Filter> {
    let place = filters.iter().position(|(known, _)| *known == link).unwrap_or_else(|| {
        let filter = match Filter::compile(text, link) {
            Ok(filter) => Some(filter),
            Err(error) => {
                if failures.len() < NAMED_LINK_TYPES {
                    failures.push(error);
                }
                None
            }
        };
        filters.push((link, filter));
        filters.len() - 1
    });
    filters.swap(0, place);
    filters.first().map_or(&None, |(_, filter)| filter)
}

/// Link types that are named in messages; a file of nothing but strange interfaces would have thousands.
const NAMED_LINK_TYPES: usize = 8;

/// Why a packet was left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Reason {
    /// Its time is before `from`.
    Before,
    /// Its time is `to` or later.
    After,
    /// The filter does not want it.
    Filtered,
    /// The filter means nothing for its link type.
    FilterLinkType,
}

impl Reason {
    /// All reasons, in the order of the ledger.
    pub const ALL: [Self; 4] = [Self::Before, Self::After, Self::Filtered, Self::FilterLinkType];

    /// Its name in the ledger.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::After => "after",
            Self::Filtered => "filtered",
            Self::FilterLinkType => "filter_link_type",
        }
    }
}

/// Packets that were left out, by reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    packets: [u64; Reason::ALL.len()],
}

impl LeftOut {
    fn add(&mut self, reason: Reason) {
        if let Some(count) = self.packets.get_mut(reason as usize) {
            *count += 1;
        }
    }

    /// Packets of one reason.
    #[must_use]
    pub fn of(&self, reason: Reason) -> u64 {
        self.packets.get(reason as usize).copied().unwrap_or_default()
    }

    /// Packets by name, those that occurred.
    pub fn by_name(&self) -> impl Iterator<Item = (&'static str, u64)> + '_ {
        Reason::ALL.into_iter().map(Reason::name).zip(self.packets).filter(|(_, count)| *count > 0)
    }

    /// All of them.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.packets.iter().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(nanos: i64, link: LinkType) -> Packet<'static> {
        Packet { number: 1, nanos, link, wire_len: 60, data: &[0; 60] }
    }

    fn selector(filter: Option<&str>, from: Option<Moment>, to: Option<Moment>) -> Selector {
        Selection::new(filter, from, to).unwrap().selector()
    }

    #[test]
    fn from_is_in_and_to_is_out() {
        let mut selector = selector(None, Some(Moment::At(100)), Some(Moment::Into(150)));
        // The start of the capture is its first packet, also if later ones are earlier.
        let wanted: Vec<bool> = [50, 199, 99, 100, 200, 0, i64::MAX]
            .into_iter()
            .map(|nanos| selector.wants(&packet(nanos, LinkType::ETHERNET)))
            .collect();
        assert_eq!(wanted, [false, true, false, true, false, false, false]);
        let left_out: Vec<_> = selector.left_out().by_name().collect();
        assert_eq!((left_out, selector.left_out().total()), (vec![("before", 3), ("after", 2)], 5));
    }

    #[test]
    fn nothing_asked_for_wants_everything() {
        let selection = Selection::new(Some(" "), None, None).unwrap();
        assert!(selection.is_all());
        let mut selector = selection.selector();
        assert!(
            [i64::MIN, 0, i64::MAX].into_iter().all(|nanos| selector.wants(&packet(nanos, LinkType(9999))))
        );
    }

    #[test]
    fn ranges_that_cannot_be_are_refused() {
        let new = |from, to| Selection::new(None, Some(from), Some(to)).map(|_| ());
        assert_eq!(new(Moment::At(5), Moment::At(5)), Err(SelectionError::NoTime));
        assert_eq!(new(Moment::Into(6), Moment::Into(5)), Err(SelectionError::NoTime));
        assert_eq!(new(Moment::At(6), Moment::Into(5)), Ok(()));
        assert!(matches!(Selection::new(Some("prot"), None, None), Err(SelectionError::Filter(_))));
    }

    #[test]
    fn each_link_type_has_its_filter() {
        let mut selector = selector(Some("len = 60 and not ether host 1:2:3:4:5:6"), None, None);
        let mut wants = |link| selector.wants(&packet(0, link));
        assert!(wants(LinkType::ETHERNET));
        assert!(!wants(LinkType(147)), "libpcap knows no such link type");
        assert!(!wants(LinkType::RAW), "no Ethernet addresses there");
        assert!(!wants(LinkType(147)));
        assert!(wants(LinkType::ETHERNET));
        assert_eq!(selector.left_out().by_name().collect::<Vec<_>>(), [("filter_link_type", 3)]);
        let failures: Vec<String> = selector.failures().iter().map(ToString::to_string).collect();
        assert_eq!(failures.len(), 2, "{failures:?}");
        assert!(failures[1].contains("link type 101"), "{failures:?}");
        assert!(selector.failures().is_empty());
    }
}
