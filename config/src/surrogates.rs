//! JSON's escapes of characters beyond U+FFFF (RFC 8259, section 7): two `\u` that YAML takes for broken ones.

/// The text with every pair as one escape of YAML, `\UXXXXXXXX`; `None` when there is no pair.
pub(crate) fn join(text: &str) -> Option<String> {
    let mut out = String::new();
    let mut rest = text;
    let mut copied = text;
    while let Some(at) = rest.find('\\') {
        let (_, escape) = rest.split_at_checked(at)?;
        let pair = unit(escape).and_then(|(high, behind)| Some((high, unit(behind)?)));
        match pair.and_then(|(high, (low, behind))| Some((combine(high, low)?, behind))) {
            Some((c, behind)) => {
                out.push_str(copied.get(..copied.len() - escape.len())?);
                out.push_str(&format!("\\U{:08x}", u32::from(c)));
                (rest, copied) = (behind, behind);
            }
            // Past the backslash and what it escapes, another backslash perhaps.
            None => {
                let mut chars = escape.chars();
                chars.next();
                chars.next();
                rest = chars.as_str();
            }
        }
    }
    (!out.is_empty()).then(|| out + copied)
}

/// The number of a leading `\uXXXX`, and what follows it.
fn unit(text: &str) -> Option<(u16, &str)> {
    let (digits, behind) = text.strip_prefix("\\u")?.split_at_checked(4)?;
    Some((u16::from_str_radix(digits, 16).ok()?, behind))
}

fn combine(high: u16, low: u16) -> Option<char> {
    char::decode_utf16([high, low]).next()?.ok().filter(|c| u32::from(*c) > 0xffff)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_joined() {
        assert_eq!(join(r#""\ud83d\ude00""#).as_deref(), Some(r#""\U0001f600""#));
        assert_eq!(join(r"a\n\ud83d\ude00b\ud83d\ude01").as_deref(), Some(r"a\n\U0001f600b\U0001f601"));
        assert_eq!(join(r"\\\ud83d\ude00").as_deref(), Some(r"\\\U0001f600"));
        for none in [
            "",
            "abc",
            r"\\ud83d\ude00",
            r"\ud83d",
            r"\ud83d\u0041",
            r"\u0041\u0042",
            r"\ude00\ud83d",
            "\\",
            "\\u12é4",
        ] {
            assert_eq!(join(none), None, "{none}");
        }
    }
}
