//! `packetbeat.user`: who the program becomes.

use crate::mark::Mark;
use crate::section::Section;

/// The user that the program becomes once the devices are open. Whether it exists is not looked at here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Name or number.
    pub name: String,
    /// Name or number of the group; the user's own where none is told.
    pub group: Option<String>,
    /// Where it was written.
    pub at: Mark,
}

pub(crate) fn read(packetbeat: &Section) -> Option<User> {
    let node = packetbeat.node("user")?;
    let (name, group) = parts(node.text()?)?;
    Some(User { name: name.to_owned(), group: group.map(str::to_owned), at: node.at })
}

/// `USER` or `USER:GROUP`.
pub(crate) fn parts(text: &str) -> Option<(&str, Option<&str>)> {
    let sound = |name: &str| !name.is_empty() && !name.contains([':', '\0', '/']) && name.trim() == name;
    match text.split_once(':') {
        Some((name, group)) => (sound(name) && sound(group)).then_some((name, Some(group))),
        None => sound(text).then_some((text, None)),
    }
}
