//! `cloud.id`: where a deployment of Elastic Cloud is.
//!
//! `NAME:BASE64`, of `DOMAIN[:PORT]$ELASTICSEARCH[:PORT]$KIBANA[:PORT]`; the servers are `https://ELASTICSEARCH.DOMAIN:PORT`
//! and so on, with port 443 unless one is written. The name says nothing and may be left out.

use crate::host::{Host, Scheme};
use crate::mark::Mark;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

const PORT: u16 = 443;

/// The servers of a deployment.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Deployment {
    pub(crate) elasticsearch: Host,
    /// Not every deployment has one.
    pub(crate) kibana: Option<Host>,
}

/// Takes a `cloud.id` apart; the error is in words.
pub(crate) fn read(id: &str, at: &Mark) -> Result<Deployment, &'static str> {
    let encoded = id.rsplit_once(':').map_or(id, |(_, encoded)| encoded);
    let decoded = STANDARD.decode(encoded).or_else(|_| STANDARD_NO_PAD.decode(encoded));
    let decoded = decoded.map_err(|_| "what stands behind its last colon is no base64")?;
    let text = String::from_utf8(decoded).map_err(|_| "what it encodes is no text")?;
    let mut parts = text.split('$');
    let (domain, port) = name_and_port(parts.next().unwrap_or_default(), PORT)?;
    let host = |part: &str| -> Result<Host, &'static str> {
        let (name, port) = name_and_port(part, port)?;
        let name = if domain.is_empty() { name.to_owned() } else { format!("{name}.{domain}") };
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        if name.starts_with('.') || !name.chars().all(plain) {
            return Err("what it encodes has no name of a server");
        }
        let (path, query) = (String::new(), String::new());
        Ok(Host { scheme: Scheme::Https, name, port, path, query, login: None, at: at.clone() })
    };
    let elasticsearch = host(parts.next().ok_or("what it encodes is not DOMAIN$ELASTICSEARCH$KIBANA")?)?;
    let kibana =
        parts.next().filter(|part| !part.is_empty() && *part != "undefined").map(host).transpose()?;
    Ok(Deployment { elasticsearch, kibana })
}

fn name_and_port(text: &str, usual: u16) -> Result<(&str, u16), &'static str> {
    match text.split_once(':') {
        Some((name, port)) => match port.parse() {
            Ok(port) if port != 0 => Ok((name, port)),
            _ => Err("what it encodes has a port that is none"),
        },
        None => Ok((text, usual)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn urls(plain: &str) -> Result<(String, Option<String>), &'static str> {
        let id = format!("staging:{}", STANDARD.encode(plain));
        let found = read(&id, &Mark::DEFAULT)?;
        Ok((found.elasticsearch.url(), found.kibana.map(|host| host.url())))
    }

    #[test]
    fn deployments() {
        let both = Ok(("https://es.a.example:443".to_owned(), Some("https://kb.a.example:9243".to_owned())));
        assert_eq!(urls("a.example$es$kb:9243"), both);
        assert_eq!(urls("a.example:9243$es$"), Ok(("https://es.a.example:9243".to_owned(), None)));
        let id = "us-east-1.aws.found.io$cec6";
        assert_eq!(urls(id).unwrap().0, "https://cec6.us-east-1.aws.found.io:443");
    }

    #[test]
    fn what_is_none() {
        for plain in ["a.example", "a$b c", "a:x$b", "a$b:0", "a$"] {
            assert!(urls(plain).is_err(), "{plain}");
        }
        assert!(read("name:!!", &Mark::DEFAULT).is_err());
        assert!(read("/////w==", &Mark::DEFAULT).is_err());
    }
}
