//! What becomes of indices with time: policies of Elasticsearch and of OpenSearch.

use serde_json::{Map, Value, json};

use crate::server::Version;

/// A rollover knows the size of a primary shard since then.
const SHARD_SIZE: Version = Version::new(7, 13);

/// The policy of `export ilm-policy`: a new index after 30 days or 50 GB. Nothing is ever deleted by it.
#[must_use]
pub fn ilm(version: Version) -> Value {
    let size = if version >= SHARD_SIZE { "max_primary_shard_size" } else { "max_size" };
    json!({ "policy": { "phases": { "hot": { "actions": { "rollover": { "max_age": "30d", size: "50gb" } } } } } })
}

/// The same for OpenSearch (Index State Management). There a policy names the data streams that it is for.
#[must_use]
pub fn ism(pattern: &str) -> Value {
    json!({
        "policy": {
            "description": "A new index after 30 days or 50 GB. Nothing is deleted.",
            "default_state": "hot",
            "states": [{
                "name": "hot",
                "actions": [{ "rollover": { "min_index_age": "30d", "min_primary_shard_size": "50gb" } }],
                "transitions": [],
            }],
            "ism_template": [{ "index_patterns": [pattern], "priority": 150 }],
        }
    })
}

/// The lifecycle of a data stream (`setup.dsl`): events are kept for 7 days, as Packetbeat has it.
#[must_use]
pub fn data_stream() -> Map<String, Value> {
    Map::from_iter([("data_retention".to_owned(), "7d".into())])
}

/// A file that holds no policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {what}; a policy is a JSON object")]
pub struct NoPolicy {
    file: String,
    what: String,
}

/// A policy from a file (`setup.ilm.policy_file`, `setup.dsl.policy_file`): taken as it is.
///
/// # Errors
/// The text is no JSON object.
pub fn read(file: &str, text: &str) -> Result<Map<String, Value>, NoPolicy> {
    let wrong = |what: String| NoPolicy { file: file.to_owned(), what };
    match serde_json::from_str(text).map_err(|err| wrong(err.to_string()))? {
        Value::Object(policy) => Ok(policy),
        other => Err(wrong(format!("found {other}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_are_those_of_packetbeat() {
        let rollover = |version| ilm(version).pointer("/policy/phases/hot/actions/rollover").cloned();
        assert_eq!(
            rollover(Version::new(9, 0)),
            Some(json!({ "max_age": "30d", "max_primary_shard_size": "50gb" }))
        );
        assert_eq!(rollover(Version::new(7, 12)), Some(json!({ "max_age": "30d", "max_size": "50gb" })));
        assert_eq!(
            ism("packetbeat-*").pointer("/policy/ism_template/0/index_patterns/0"),
            Some(&json!("packetbeat-*"))
        );
        assert_eq!(Value::Object(data_stream()), json!({ "data_retention": "7d" }));
    }

    #[test]
    fn a_policy_file_is_an_object() {
        assert_eq!(read("p.json", r#"{"policy": {}}"#).map(|map| map.len()), Ok(1));
        let text = read("p.json", "[1]").unwrap_err().to_string();
        assert_eq!(text, "p.json: found [1]; a policy is a JSON object");
        assert!(read("p.json", "{").unwrap_err().to_string().starts_with("p.json: EOF"));
    }
}
