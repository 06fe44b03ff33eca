//! Rights that are given up once the interfaces are open.

use nix::unistd::{Gid, Group, Uid, User, geteuid, initgroups, setgid, setgroups, setuid};
use packetbeat_config::User as Wanted;
use rustix::thread::{CapabilitySet, CapabilitySets, set_capabilities, set_keep_capabilities};

/// Becomes another user for good. What comes back says who that is and what was kept.
///
/// It is called before the threads are started that capture: rights are a thread's, and they have those of the thread that
/// starts them. CAP_NET_RAW is kept, so that an interface that disappears can be opened when it comes back.
///
/// # Errors
/// No such user or group; no right to change.
pub(crate) fn become_user(wanted: &Wanted) -> Result<String, String> {
    let wrong = |what: String| format!("{}: packetbeat.user: {what}", wanted.at);
    let user = user(&wanted.name).map_err(&wrong)?;
    let group = wanted.group.as_deref().map(group).transpose().map_err(&wrong)?.unwrap_or(user.gid);
    if !geteuid().is_root() {
        if geteuid() == user.uid {
            return Ok(format!("running as {} (nothing to give up)", wanted.name));
        }
        return Err(wrong(format!(
            "only root can become {}: start the program as root, or remove it",
            wanted.name
        )));
    }
    let failed = |what: &str, error: nix::Error| wrong(format!("cannot {what}: {error}"));
    set_keep_capabilities(true).map_err(|error| wrong(format!("cannot keep CAP_NET_RAW: {error}")))?;
    match std::ffi::CString::new(user.name.as_bytes()) {
        Ok(name) if !user.name.is_empty() => initgroups(&name, group),
        _ => setgroups(&[group]),
    }
    .map_err(|error| failed("set the groups", error))?;
    setgid(group).map_err(|error| failed("set the group", error))?;
    setuid(user.uid).map_err(|error| failed("set the user", error))?;
    let kept = CapabilitySet::NET_RAW;
    let sets = CapabilitySets { effective: kept, permitted: kept, inheritable: CapabilitySet::empty() };
    set_capabilities(None, sets).map_err(|error| wrong(format!("cannot keep CAP_NET_RAW: {error}")))?;
    Ok(format!(
        "running as {} (uid {}, gid {group}); kept CAP_NET_RAW, for interfaces that come back",
        wanted.name, user.uid
    ))
}

/// A user by name or number.
struct Found {
    name: String,
    uid: Uid,
    gid: Gid,
}

fn user(text: &str) -> Result<Found, String> {
    let by_name =
        User::from_name(text).map_err(|error| format!("the user {text} cannot be looked up: {error}"))?;
    let number = text.parse().ok().map(Uid::from_raw);
    let by_number = || number.and_then(|uid| User::from_uid(uid).ok().flatten());
    match (by_name.or_else(by_number), number) {
        (Some(User { name, uid, gid, .. }), _) => Ok(Found { name, uid, gid }),
        // Containers have users that no file names; the group has the same number unless one is told.
        (None, Some(uid)) => Ok(Found { name: String::new(), uid, gid: Gid::from_raw(uid.as_raw()) }),
        (None, None) => Err(format!("there is no user {text} here")),
    }
}

fn group(text: &str) -> Result<Gid, String> {
    let by_name =
        Group::from_name(text).map_err(|error| format!("the group {text} cannot be looked up: {error}"))?;
    match (by_name, text.parse()) {
        (Some(group), _) => Ok(group.gid),
        (None, Ok(number)) => Ok(Gid::from_raw(number)),
        (None, Err(_)) => Err(format!("there is no group {text} here")),
    }
}
