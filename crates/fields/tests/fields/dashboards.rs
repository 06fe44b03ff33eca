//! Dashboards: that what Kibana is given is whole and speaks of fields that there are.

use std::collections::HashSet;

use packetbeat_fields::dashboards::{self, Listed};
use serde_json::{Value, json};

fn inner(value: &Value) -> Value {
    serde_json::from_str(value.as_str().unwrap()).unwrap()
}

#[test]
fn panels_use_fields_that_are_declared() {
    let all = crate::common::all();
    for dashboard in dashboards::all() {
        assert_eq!(dashboard.faults(&all), Vec::<String>::new());
    }
}

#[test]
fn every_reference_leads_to_an_object() {
    let all = crate::common::all();
    let mut ids = HashSet::new();
    for dashboard in dashboards::all() {
        let text = dashboard.ndjson("packetbeat-*", Some(&all));
        let objects: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let key = |value: &Value| {
            (value["type"].as_str().unwrap().to_owned(), value["id"].as_str().unwrap().to_owned())
        };
        let there: HashSet<_> = objects.iter().map(key).collect();
        assert_eq!(there.len(), objects.len(), "{}: an id is used twice", dashboard.id);
        for object in &objects {
            for reference in object["references"].as_array().unwrap() {
                assert!(there.contains(&key(reference)), "{reference}");
            }
            if object["type"] != "index-pattern" {
                assert!(ids.insert(key(object)), "{:?} is in two dashboards", key(object));
            }
        }
    }
}

#[test]
fn panels_stand_side_by_side_and_never_on_each_other() {
    for dashboard in dashboards::all() {
        let text = dashboard.ndjson("packetbeat-*", None);
        let object: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
        assert_eq!(object["type"], "dashboard");
        let names: HashSet<_> = object["references"]
            .as_array()
            .unwrap()
            .iter()
            .map(|reference| reference["name"].clone().to_string())
            .collect();
        let mut taken = HashSet::new();
        for place in inner(&object["attributes"]["panelsJSON"]).as_array().unwrap() {
            assert!(names.contains(&place["panelRefName"].to_string()));
            let number = |name: &str| place["gridData"][name].as_u64().unwrap();
            assert!(number("x") + number("w") <= 48);
            for x in number("x")..number("x") + number("w") {
                for y in number("y")..number("y") + number("h") {
                    assert!(taken.insert((x, y)), "{}: {place}", dashboard.id);
                }
            }
        }
    }
}

#[test]
fn a_visualization_says_what_is_counted_by_what() {
    let text = dashboards::by_id("packetbeat-http").unwrap().ndjson("my-*", None);
    let object = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let slow = object
        .into_iter()
        .find(|object| object["id"] == "packetbeat-http-slowest-sites--95-percent")
        .unwrap();
    assert_eq!(slow["references"][0]["id"], "my-*");
    let state = inner(&slow["attributes"]["visState"]);
    assert_eq!(state["type"], "table");
    assert_eq!(state["aggs"][0]["params"], json!({ "field": "event.duration", "percents": [95] }));
    assert_eq!(state["aggs"][1]["params"]["orderBy"], "1.95");
    let search = inner(&slow["attributes"]["kibanaSavedObjectMeta"]["searchSourceJSON"]);
    assert_eq!(search["query"]["query"], "type: http");
}

#[test]
fn a_list_of_dashboards_is_read() {
    let text = "dashboards:\n  - id: packetbeat-dns\n    file: dns.json\n";
    let wanted = Listed { id: "packetbeat-dns".to_owned(), file: "dns.json".to_owned() };
    assert_eq!(dashboards::list("my.yml", text), Ok(vec![wanted]));
    for text in ["- id: x\n", "dashboards:\n  - id: x\n", "boards: []\n", "dashboards: x\n"] {
        let error = dashboards::list("my.yml", text).unwrap_err().to_string();
        assert!(error.starts_with("my.yml:") && error.contains("expected a list of dashboards"), "{error}");
    }
    assert!(dashboards::by_id("nothing").is_none());
}
