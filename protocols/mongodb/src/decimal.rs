//! Decimal numbers of 128 bits (IEEE 754-2008, binary integer decimal) as text.
//!
//! ```text
//!  ┌────┬──────────────┬───────────────────────────┐
//!  │sign│ 14: exponent │ 113: digits, one number   │    two bits 11 in front of the exponent: infinite, none, or digits beyond
//!  └────┴──────────────┴───────────────────────────┘    what is valid, which are 0
//! ```

use std::io::Write as _;

/// The exponent that means 0.
const BIAS: i32 = 6176;
/// The most digits that a number has: 34.
const MOST: u128 = 10_000_000_000_000_000_000_000_000_000_000_000 - 1;

/// Writes the number in quotes, as MongoDB's shells do: with an exponent where it has one that is positive, or many zeros.
pub(crate) fn write(out: &mut Vec<u8>, bits: u128) {
    out.push(b'"');
    if bits >> 127 == 1 {
        out.push(b'-');
    }
    match (bits >> 122) & 31 {
        0b11110 => out.extend_from_slice(b"Infinity"),
        0b11111 => {
            // Its sign means nothing.
            if out.last() == Some(&b'-') {
                out.pop();
            }
            out.extend_from_slice(b"NaN");
        }
        special => {
            let (exponent, digits) = if special >> 3 == 0b11 {
                ((bits >> 111) & 0x3fff, 0)
            } else {
                ((bits >> 113) & 0x3fff, bits & ((1 << 113) - 1))
            };
            let digits = if digits > MOST { 0 } else { digits };
            number(out, digits, exponent as i32 - BIAS);
        }
    }
    out.push(b'"');
}

/// "Decimal Arithmetic", to-scientific-string.
fn number(out: &mut Vec<u8>, digits: u128, exponent: i32) {
    let start = out.len();
    // A vector takes everything.
    let _ = write!(out, "{digits}");
    let len = (out.len() - start) as i32;
    let scientific = exponent + len - 1;
    if exponent <= 0 && scientific >= -6 {
        let point = len + exponent;
        if exponent == 0 {
        } else if point > 0 {
            out.insert(start + point as usize, b'.');
        } else {
            let zeros = point.unsigned_abs() as usize;
            out.splice(start..start, b"0.".iter().copied().chain(std::iter::repeat_n(b'0', zeros)));
        }
    } else {
        if len > 1 {
            out.insert(start + 1, b'.');
        }
        let _ = write!(out, "E{scientific:+}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(high: u64, low: u64) -> String {
        let mut out = Vec::new();
        write(&mut out, u128::from(high) << 64 | u128::from(low));
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn decimals_are_written_as_the_specification_has_them() {
        // Values of the BSON corpus (decimal128).
        assert_eq!(text(0x3040_0000_0000_0000, 0), "\"0\"");
        assert_eq!(text(0x3040_0000_0000_0000, 1), "\"1\"");
        assert_eq!(text(0xb040_0000_0000_0000, 1), "\"-1\"");
        assert_eq!(text(0x303e_0000_0000_0000, 15), "\"1.5\"");
        assert_eq!(text(0x3034_0000_0000_0000, 1), "\"0.000001\"");
        assert_eq!(text(0x3032_0000_0000_0000, 1), "\"1E-7\"");
        assert_eq!(text(0x3042_0000_0000_0000, 12), "\"1.2E+2\"");
        assert_eq!(text(0x7800_0000_0000_0000, 0), "\"Infinity\"");
        assert_eq!(text(0xf800_0000_0000_0000, 0), "\"-Infinity\"");
        assert_eq!(text(0xfc00_0000_0000_0000, 0), "\"NaN\"");
        assert_eq!(
            text(0x5fff_ed09_bead_87c0, 0x378d_8e63_ffff_ffff),
            "\"9.999999999999999999999999999999999E+6144\""
        );
    }
}
