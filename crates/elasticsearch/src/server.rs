//! Which server is there.

use serde_json::Value;

use crate::answer::{Answer, one_line};
use crate::error::{Error, Kind};
use crate::limits::MAX_NAME_BYTES;

/// The two families.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavor {
    /// Elasticsearch.
    Elasticsearch,
    /// OpenSearch, Amazon's too.
    OpenSearch,
}

/// What `GET /` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// Which family.
    pub flavor: Flavor,
    /// As it says itself: `8.19.21`. Empty where we may not ask (403).
    pub version: String,
    /// The first number of the version; 0 where it is not known.
    pub major: u32,
    /// The second one.
    pub minor: u32,
    /// The cluster's id; `_na_` before it has one.
    pub cluster_uuid: String,
    /// Elastic Cloud Serverless: no lifecycle policies there.
    pub serverless: bool,
}

impl Server {
    /// The oldest versions that we know to work: bulk requests to data streams.
    const OLDEST: [(Flavor, u32, u32); 2] = [(Flavor::Elasticsearch, 7, 10), (Flavor::OpenSearch, 1, 0)];

    /// Reads the answer to `GET /`. `setting` is the section of the configuration, for messages.
    ///
    /// # Errors
    /// Other credentials are wanted, the server has trouble of its own, or it is something else.
    pub fn of(answer: &Answer, setting: &str) -> Result<Self, Error> {
        let error = |kind, what: String| Err(Error::new(kind, &answer.host, what));
        match answer.status {
            200..300 => {}
            401 => {
                let reason = answer.reason();
                let what = format!(
                    "the server wants other credentials ({reason}): check {setting}.username and password, or api_key"
                );
                return error(Kind::Unauthorized, what);
            }
            // Whoever may write may still not be allowed to ask for the version.
            403 => return Ok(Self::unknown(answer)),
            407 => {
                return error(Kind::Proxy, format!("the proxy wants credentials: check {setting}.proxy_url"));
            }
            408 | 429 | 500.. => {
                return error(Kind::Answer, format!("not ready: {}", answer.reason()));
            }
            _ => return error(Kind::NoElasticsearch, not_one(&answer.reason(), setting)),
        }
        let Ok(json) = serde_json::from_slice::<Value>(&answer.body) else {
            return error(Kind::NoElasticsearch, not_one("its answer to GET / is no JSON", setting));
        };
        let text = |value: Option<&Value>| {
            one_line(value.and_then(Value::as_str).unwrap_or_default(), MAX_NAME_BYTES)
        };
        let version = json.get("version");
        let number = text(version.and_then(|version| version.get("number")));
        let distribution = text(version.and_then(|version| version.get("distribution")));
        let known = answer.product.as_deref() == Some("Elasticsearch")
            || distribution == "opensearch"
            || text(json.get("tagline")) == "You Know, for Search";
        let mut parts = number.split(['.', '-']).map(str::parse::<u32>);
        let (Some(Ok(major)), Some(Ok(minor)), true) = (parts.next(), parts.next(), known) else {
            return error(
                Kind::NoElasticsearch,
                not_one("its answer to GET / has no version of one", setting),
            );
        };
        let flavor = if distribution == "opensearch" { Flavor::OpenSearch } else { Flavor::Elasticsearch };
        Ok(Self {
            flavor,
            version: number,
            major,
            minor,
            cluster_uuid: text(json.get("cluster_uuid")),
            serverless: text(version.and_then(|version| version.get("build_flavor"))) == "serverless",
        })
    }

    /// Is it older than what we know to work? Gives the oldest that does.
    #[must_use]
    pub fn too_old(&self) -> Option<String> {
        let (_, major, minor) = Self::OLDEST.into_iter().find(|(flavor, ..)| *flavor == self.flavor)?;
        let old = !self.version.is_empty() && (self.major, self.minor) < (major, minor);
        old.then(|| format!("{major}.{minor}"))
    }

    fn unknown(answer: &Answer) -> Self {
        let elastic = answer.product.is_some();
        Self {
            flavor: if elastic { Flavor::Elasticsearch } else { Flavor::OpenSearch },
            version: String::new(),
            major: 0,
            minor: 0,
            cluster_uuid: String::new(),
            serverless: false,
        }
    }
}

impl Flavor {
    /// The product's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Elasticsearch => "Elasticsearch",
            Self::OpenSearch => "OpenSearch",
        }
    }
}

fn not_one(why: &str, setting: &str) -> String {
    format!(
        "neither Elasticsearch nor OpenSearch answers there ({why}): check {setting}.hosts, with its port and path"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(status: u16, product: Option<&str>, body: &str) -> Result<Server, Error> {
        let answer = Answer {
            status,
            body: body.as_bytes().to_vec(),
            product: product.map(str::to_owned),
            media_type: None,
            host: "http://h:9200".to_owned(),
        };
        Server::of(&answer, "output.elasticsearch")
    }

    #[test]
    fn servers_are_told_apart() {
        let es =
            server(200, Some("Elasticsearch"), r#"{"cluster_uuid":"_na_","version":{"number":"8.19.21"}}"#);
        let es = es.unwrap();
        assert_eq!((es.flavor, es.major, es.minor), (Flavor::Elasticsearch, 8, 19));
        assert_eq!(es.cluster_uuid, "_na_");
        let os = server(200, None, r#"{"version":{"number":"2.19.6","distribution":"opensearch"}}"#).unwrap();
        assert_eq!((os.flavor, os.version.as_str()), (Flavor::OpenSearch, "2.19.6"));
        assert_eq!(os.too_old(), None);
        let old = r#"{"version":{"number":"6.8.0"},"tagline":"You Know, for Search"}"#;
        assert_eq!(server(200, None, old).unwrap().too_old().as_deref(), Some("7.10"));
    }

    #[test]
    fn others_are_refused() {
        let kind = |status, body: &str| server(status, None, body).unwrap_err().kind();
        assert_eq!(kind(200, "<html>"), Kind::NoElasticsearch);
        assert_eq!(kind(200, r#"{"version":{"number":"8.1.0"}}"#), Kind::NoElasticsearch);
        assert_eq!(kind(404, "nothing here"), Kind::NoElasticsearch);
        assert_eq!(kind(401, "{}"), Kind::Unauthorized);
        assert_eq!(kind(503, "<html>"), Kind::Answer);
        assert_eq!(server(403, None, "{}").unwrap().version, "");
    }
}
