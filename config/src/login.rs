//! Who we are to a server.

use crate::node::Node;
use crate::secret::Secret;
use crate::section::Section;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// What proves who we are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Login {
    /// Nothing.
    #[default]
    None,
    /// User and password, as RFC 7617 sends them.
    Basic {
        /// The user.
        username: String,
        /// The password; may be empty.
        password: Secret,
    },
    /// A key, always `ID:KEY`: before it is encoded for the header.
    ApiKey(Secret),
}

/// `username`, `password` and `api_key` of a section.
pub(crate) fn read(section: &Section) -> Login {
    let secret = |key: &str| section.text(key).unwrap_or_default();
    let password = secret("password");
    if let Some(key) = section.node("api_key").as_ref().and_then(Node::text).and_then(api_key) {
        return Login::ApiKey(Secret::new(key));
    }
    match section.text("username").filter(|name| !name.is_empty()) {
        Some(username) => Login::Basic { username, password: Secret::new(password) },
        None => Login::None,
    }
}

/// `cloud.auth`: `user:password`.
pub(crate) fn of_cloud(text: &str) -> Option<Login> {
    let (username, password) = text.split_once(':').filter(|(user, _)| !user.is_empty())?;
    Some(Login::Basic { username: username.to_owned(), password: Secret::new(password) })
}

/// `ID:KEY`, or the same in base64, as Elasticsearch's answer has it under `encoded`.
pub(crate) fn api_key(text: &str) -> Option<String> {
    let is_key = |text: &str| {
        text.split_once(':').is_some_and(|(id, key)| !id.is_empty() && !key.is_empty())
            && !text.chars().any(char::is_control)
    };
    if is_key(text) {
        return Some(text.to_owned());
    }
    let decoded = String::from_utf8(STANDARD.decode(text).ok()?).ok()?;
    is_key(&decoded).then_some(decoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_plain_and_encoded() {
        assert_eq!(api_key("id:key").as_deref(), Some("id:key"));
        assert_eq!(api_key("aWQ6a2V5").as_deref(), Some("id:key"));
        for bad in ["", "id", ":key", "id:", "aWRrZXk=", "!"] {
            assert_eq!(api_key(bad), None, "{bad}");
        }
    }
}
