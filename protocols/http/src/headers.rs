//! `http.*.headers`: the length as a number always, the type if there is one, and what else is to be captured.

use packetbeat_core::fields::Fields;
use packetbeat_core::key;
use packetbeat_core::text::Text;

use crate::config::Config;
use crate::message::{Field, Message};
use crate::redact;

/// Cookies of one header that are split; further ones are left out.
const COOKIES: usize = 256;
/// Longest name of a cookie that is split off.
const COOKIE_NAME: usize = 256;

/// Writes the object.
pub fn write<F: Fields>(to: &mut F, message: &Message, config: &Config) {
    to.open(key!("headers"));
    to.unsigned(key!("content-length"), message.content_length());
    to.text_unless_empty(key!("content-type"), message.text(message.content_type));
    let name = |field: &Field| field.name.of(&message.names);
    for (at, field) in message.fields.iter().enumerate() {
        let (before, from) = message.fields.split_at_checked(at).unwrap_or_default();
        let own = name(field);
        if before.iter().any(|other| name(other) == own) {
            continue;
        }
        let values = || from.iter().filter(|other| name(other) == own).map(|other| message.text(other.value));
        let cookie = if message.is_request() { &b"cookie"[..] } else { b"set-cookie" };
        let value = message.text(field.value);
        if config.split_cookie && own == cookie && redact::shown(config, own, value).bytes() == value {
            to.open_named(own.into());
            cookies(to, &values());
            to.close();
        } else if values().nth(1).is_none() && memchr::memchr(b'\n', value).is_none() {
            to.text_named(own.into(), redact::shown(config, own, value));
        } else {
            several(to, own, values(), config);
        }
    }
    to.close();
}

/// Values of one name, and the lines of a continued one.
fn several<'v, F: Fields>(to: &mut F, name: &[u8], values: impl Iterator<Item = &'v [u8]>, config: &Config) {
    let mut parts: Vec<Text<'_>> = Vec::new();
    for value in values {
        let shown = redact::shown(config, name, value);
        if shown.bytes() != value {
            parts = vec![shown];
            break;
        }
        if !parts.is_empty() {
            parts.push(", ".into());
        }
        for (at, line) in value.split(|byte| *byte == b'\n').enumerate() {
            if at > 0 {
                parts.push(" ".into());
            }
            parts.push(line.trim_ascii().into());
        }
    }
    to.parts_named(name.into(), &parts);
}

/// `name=value; name=value` as an object with lower-case names; of several with one name the last one holds.
fn cookies<'v, F: Fields>(to: &mut F, values: &(impl Iterator<Item = &'v [u8]> + Clone)) {
    let pairs = || values.clone().flat_map(pairs).take(COOKIES);
    for (at, (name, value)) in pairs().enumerate() {
        if pairs().skip(at + 1).any(|(other, _)| other.eq_ignore_ascii_case(name)) {
            continue;
        }
        let mut lower = [0; COOKIE_NAME];
        if let Some(room) = lower.get_mut(..name.len()) {
            room.copy_from_slice(name);
            room.make_ascii_lowercase();
            to.text_named(Text::from(&*room), value);
        }
    }
}

fn pairs(value: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> + Clone {
    value.split(|byte| *byte == b';').filter_map(|pair| {
        let equals = memchr::memchr(b'=', pair)?;
        let name = pair.get(..equals)?.trim_ascii();
        let value = pair.get(equals + 1..)?.trim_ascii();
        let bare = value.strip_prefix(b"\"").and_then(|value| value.strip_suffix(b"\"")).unwrap_or(value);
        let plain = name.len() <= COOKIE_NAME && name.iter().all(|byte| (b' '..0x7f).contains(byte));
        plain.then_some((name, bare))
    })
}
