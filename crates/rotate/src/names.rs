//! Names of files: `NAME-YYYYMMDD.ndjson`, then `NAME-YYYYMMDD-1.ndjson` and so on.

use std::fs;
use std::io;
use std::path::Path;

use jiff::civil::Date;

const EXTENSION: &str = ".ndjson";
/// More digits are no number of ours, and cannot overflow one either.
const MAX_DIGITS: usize = 9;

/// Which file: ordered as the files were written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Slot {
    pub(crate) date: Date,
    /// 0 has no suffix.
    pub(crate) number: u32,
}

impl Slot {
    /// The file's name.
    pub(crate) fn name(self, filename: &str) -> String {
        let (year, month, day) = (self.date.year(), self.date.month(), self.date.day());
        match self.number {
            0 => format!("{filename}-{year:04}{month:02}{day:02}{EXTENSION}"),
            number => format!("{filename}-{year:04}{month:02}{day:02}-{number}{EXTENSION}"),
        }
    }

    /// The slot of a file's name. Only a name that [`Slot::name`] would give is ours.
    pub(crate) fn parse(filename: &str, name: &str) -> Option<Self> {
        let rest = name.strip_prefix(filename)?.strip_prefix('-')?.strip_suffix(EXTENSION)?;
        let (date, number) = match rest.split_once('-') {
            Some((date, number)) if number.len() <= MAX_DIGITS => (date, number.parse().ok()?),
            Some(_) => return None,
            None => (rest, 0),
        };
        if date.len() != 8 {
            return None;
        }
        let year = date.get(..4)?.parse().ok()?;
        let month = date.get(4..6)?.parse().ok()?;
        let day = date.get(6..)?.parse().ok()?;
        let slot = Self { date: Date::new(year, month, day).ok()?, number };
        (slot.name(filename) == name).then_some(slot)
    }
}

/// The slots that are taken in a folder, oldest first.
pub(crate) fn taken(folder: &Path, filename: &str) -> io::Result<Vec<Slot>> {
    let mut slots = Vec::new();
    for entry in fs::read_dir(folder)? {
        if let Some(slot) = entry?.file_name().to_str().and_then(|name| Slot::parse(filename, name)) {
            slots.push(slot);
        }
    }
    slots.sort_unstable();
    Ok(slots)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::Slot;

    #[test]
    fn names_go_there_and_back() {
        for (number, name) in
            [(0, "p-20260301.ndjson"), (1, "p-20260301-1.ndjson"), (12, "p-20260301-12.ndjson")]
        {
            let slot = Slot { date: date(2026, 3, 1), number };
            assert_eq!(slot.name("p"), name);
            assert_eq!(Slot::parse("p", name), Some(slot));
        }
    }

    #[test]
    fn other_names_are_not_ours() {
        for name in [
            "p-20260301-0.ndjson",
            "p-20260301-01.ndjson",
            "p-20260301-.ndjson",
            "p-20260301-+1.ndjson",
            "p-20260301-9999999999.ndjson",
            "p-20261301.ndjson",
            "p-2026030.ndjson",
            "p-20260301.ndjson.gz",
            "p-20260301",
            "pp-20260301.ndjson",
            "p20260301.ndjson",
            "p-+2260301.ndjson",
            "p-2026é1.ndjson",
            "",
        ] {
            assert_eq!(Slot::parse("p", name), None, "{name}");
        }
    }

    #[test]
    fn numbers_sort_as_numbers() {
        let slot = |number| Slot { date: date(2026, 3, 1), number };
        assert!(slot(2) < slot(10));
        assert!(slot(10) < Slot { date: date(2026, 3, 2), number: 0 });
    }
}
