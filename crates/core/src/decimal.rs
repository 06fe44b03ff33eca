//! Whole numbers as text: eight digits at a time, in one register.

/// The eight decimal digits of a number below 100,000,000, one a byte, the highest in the lowest byte; not yet characters.
#[inline]
const fn eight_digits(value: u32) -> u64 {
    // Two groups of four digits, then four of two, then eight of one: each step divides all groups at once by multiplying
    // with a rounded reciprocal that is exact for the group's range.
    let fours = (value / 10_000) as u64 | ((value % 10_000) as u64) << 32;
    let hundreds = ((fours * 10_486) >> 20) & 0x0000_007f_0000_007f;
    let twos = hundreds | (fours - hundreds * 100) << 16;
    let tens = ((twos * 103) >> 10) & 0x000f_000f_000f_000f;
    tens | (twos - tens * 10) << 8
}

/// What eight digits do not reach.
const STEP: u64 = 100_000_000;
const ZEROS: u64 = 0x3030_3030_3030_3030;

/// A number in decimal, at the start of the array, and how many characters it has.
#[inline]
#[must_use]
pub fn decimal(value: u64) -> ([u8; 24], usize) {
    let mut text = [0; 24];
    if let Some((characters, len)) = short(value) {
        text[..8].copy_from_slice(&characters);
        return (text, len);
    }
    // The high part has at most twelve digits: no deeper than two calls.
    let (high, len) = decimal(value / STEP);
    text[..16].copy_from_slice(&high[..16]);
    let low = (eight_digits((value % STEP) as u32) | ZEROS).to_le_bytes();
    if let Some(room) = text.get_mut(len..len + 8) {
        room.copy_from_slice(&low);
    }
    (text, len + 8)
}

/// A number below 100,000,000 in decimal, at the start of the array, and how many characters it has.
#[inline]
#[must_use]
pub fn short(value: u64) -> Option<([u8; 8], usize)> {
    if value >= STEP {
        return None;
    }
    let digits = eight_digits(value as u32);
    // A number has at least one digit, also 0.
    let unused = (digits.trailing_zeros() / 8).min(7);
    let characters = (digits | ZEROS) >> (unused * 8);
    Some((characters.to_le_bytes(), 8 - unused as usize))
}

/// Numbers below 1,000 with a comma behind them, and their lengths without it.
#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
static SMALL: [([u8; 4], u8); 1000] = {
    let mut table = [([b','; 4], 0); 1000];
    let mut value = 0;
    while value < 1000 {
        let (h, t, u) =
            (b'0' + (value / 100) as u8, b'0' + (value / 10 % 10) as u8, b'0' + (value % 10) as u8);
        table[value] = match value {
            0..10 => ([u, b',', 0, 0], 1),
            10..100 => ([t, u, b',', 0], 2),
            _ => ([h, t, u, b','], 3),
        };
        value += 1;
    }
    table
};

/// A number below 1,000 in decimal with a comma behind it, and its length without the comma; most counts and sizes are.
#[inline]
#[must_use]
pub fn small(value: u64) -> Option<([u8; 4], usize)> {
    let (text, len) = SMALL.get(usize::try_from(value).ok()?)?;
    Some((*text, usize::from(*len)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_standard_library() {
        let mut seed = 1u64;
        let random = (0..100_000).map(|shift| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            seed >> (shift % 64)
        });
        let edges = (0..20).flat_map(|power| [10u64.pow(power) - 1, 10u64.pow(power), 10u64.pow(power) + 1]);
        for value in random.chain(edges).chain(0..100_000).chain([u64::MAX]) {
            let (text, len) = decimal(value);
            assert_eq!(std::str::from_utf8(&text[..len]).unwrap(), value.to_string());
            let want = (value < 1000).then(|| format!("{value},"));
            assert_eq!(
                small(value).map(|(text, len)| String::from_utf8(text[..=len].to_vec()).unwrap()),
                want
            );
        }
    }
}
