//! Redis sessions made by code.

use packetbeat_core::direction::Dir;

use crate::traffic::Said;

fn command(words: &[&str]) -> Vec<u8> {
    let mut bytes = format!("*{}\r\n", words.len()).into_bytes();
    for word in words {
        bytes.extend(format!("${}\r\n{word}\r\n", word.len()).bytes());
    }
    bytes
}

/// A command and its answer; every other one writes.
#[must_use]
pub fn exchange(number: u32) -> [Said; 2] {
    let key = format!("key:{:012}", number % 10_000);
    let (asked, told) = if number.is_multiple_of(2) {
        (command(&["SET", &key, "a value of some 32 characters..."]), "+OK\r\n")
    } else {
        (command(&["GET", &key]), "$32\r\na value of some 32 characters...\r\n")
    };
    [(Dir::ToServer, asked), (Dir::ToClient, told.as_bytes().to_vec())]
}

/// Commands one behind the other, then their answers.
#[must_use]
pub fn pipeline(number: u32, commands: u32) -> [Said; 2] {
    let all = (0..commands).map(|at| exchange(number * commands + at));
    let (mut asked, mut told) = (Vec::new(), Vec::new());
    for [(_, one), (_, other)] in all {
        asked.extend(one);
        told.extend(other);
    }
    [(Dir::ToServer, asked), (Dir::ToClient, told)]
}

/// A command and its answer of so many elements.
#[must_use]
pub fn list(number: u32, elements: u32) -> [Said; 2] {
    let mut told = format!("*{elements}\r\n").into_bytes();
    for at in 0..elements {
        told.extend(format!("$15\r\nelement {at:07}\r\n").bytes());
    }
    [(Dir::ToServer, command(&["LRANGE", &format!("list:{number:06}"), "0", "-1"])), (Dir::ToClient, told)]
}
