//! Timestamps of pcapng: any resolution, to nanoseconds.

/// Unit of an interface's timestamps (`if_tsresol`) and their base (`if_tsoffset`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Clock {
    unit: Unit,
    /// Nanoseconds to add.
    offset: i128,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    /// Nanoseconds per unit: resolutions of 1 s to 1 ns.
    Times(u64),
    /// Units per nanosecond: finer decimal resolutions.
    Per(u128),
    /// 2⁻ⁿ seconds.
    Binary(u8),
    /// So fine that 64 bits of it are less than a nanosecond.
    Nothing,
}

impl Clock {
    /// What holds where the interface does not say: microseconds since the epoch.
    pub(crate) const MICROSECONDS: Self = Self { unit: Unit::Times(1_000), offset: 0 };

    /// Sets the resolution: the high bit chooses powers of two, else of ten; the rest is the negative exponent.
    pub(crate) fn set_resolution(&mut self, if_tsresol: u8) {
        let exponent = if_tsresol & 0x7f;
        self.unit = if if_tsresol & 0x80 != 0 {
            Unit::Binary(exponent)
        } else if exponent <= 9 {
            Unit::Times(10u64.pow(u32::from(9 - exponent)))
        } else {
            10u128.checked_pow(u32::from(exponent - 9)).map_or(Unit::Nothing, Unit::Per)
        };
    }

    /// Sets the offset, in seconds.
    pub(crate) fn set_offset(&mut self, if_tsoffset: i64) {
        self.offset = i128::from(if_tsoffset) * 1_000_000_000;
    }

    /// Nanoseconds since the epoch, at the ends of `i64` where the time is beyond them.
    #[inline]
    pub(crate) fn nanos(&self, units: u64) -> i64 {
        if let Unit::Times(nanos) = self.unit
            && self.offset == 0
        {
            return units.checked_mul(nanos).and_then(|nanos| i64::try_from(nanos).ok()).unwrap_or(i64::MAX);
        }
        self.nanos_slowly(units)
    }

    fn nanos_slowly(&self, units: u64) -> i64 {
        let units = i128::from(units);
        let nanos = match self.unit {
            Unit::Times(nanos) => units * i128::from(nanos),
            Unit::Per(per) => i128::try_from(per).map_or(0, |per| units / per),
            Unit::Binary(exponent) => (units * 1_000_000_000) >> exponent,
            Unit::Nothing => 0,
        };
        // Neither product can reach 2^127: units < 2^64, factor and offset < 2^94.
        let nanos = nanos.saturating_add(self.offset);
        i64::try_from(nanos).unwrap_or(if nanos < 0 { i64::MIN } else { i64::MAX })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(resolution: u8, offset: i64) -> Clock {
        let mut clock = Clock::MICROSECONDS;
        clock.set_resolution(resolution);
        clock.set_offset(offset);
        clock
    }

    #[test]
    fn decimal_resolutions() {
        assert_eq!(Clock::MICROSECONDS.nanos(1_234_567), 1_234_567_000);
        assert_eq!(clock(0, 0).nanos(3), 3_000_000_000);
        assert_eq!(clock(3, 0).nanos(3), 3_000_000);
        assert_eq!(clock(9, 0).nanos(3), 3);
        assert_eq!(clock(12, 0).nanos(3_999), 3);
        assert_eq!(clock(127, 0).nanos(u64::MAX), 0);
    }

    #[test]
    fn binary_resolutions() {
        assert_eq!(clock(0x80, 0).nanos(2), 2_000_000_000);
        assert_eq!(clock(0x80 | 10, 0).nanos(512), 500_000_000);
        assert_eq!(clock(0x80 | 32, 0).nanos(1 << 31), 500_000_000);
        assert_eq!(clock(0xff, 0).nanos(u64::MAX), 0);
    }

    #[test]
    fn offset_and_saturation() {
        assert_eq!(clock(6, 10).nanos(5), 10_000_005_000);
        assert_eq!(clock(6, -10).nanos(5), -9_999_995_000);
        assert_eq!(clock(0, 0).nanos(u64::MAX), i64::MAX);
        assert_eq!(clock(0, i64::MIN).nanos(0), i64::MIN);
        assert_eq!(clock(0x80, i64::MAX).nanos(u64::MAX), i64::MAX);
    }
}
