//! Dashboards of our own, as saved objects of Kibana: visualizations by aggregation, which OpenSearch Dashboards takes too.
//!
//! They are written in the format that Kibana 7.10 exports and that later versions migrate when they are loaded. They are
//! checked for form (references, ids, that each field is declared with a type that can be counted by), and have not been
//! looked at in a Kibana.

mod panel;
mod panels;

use serde_json::{Value, json};

use crate::error::{Error, Errors, Place};
use crate::fields::Fields;
use crate::index_pattern::index_pattern;
use crate::kind::Type;
use crate::yaml;
use panel::Panel;

/// Columns of a dashboard's grid.
const COLUMNS: u32 = 48;

/// A dashboard.
#[derive(Debug)]
pub struct Dashboard {
    /// Its id: `packetbeat-overview`.
    pub id: &'static str,
    /// Its title.
    pub title: &'static str,
    /// What it shows.
    pub description: &'static str,
    panels: &'static [Panel],
}

/// All dashboards.
#[must_use]
pub fn all() -> &'static [Dashboard] {
    panels::ALL
}

/// The dashboard of this id.
#[must_use]
pub fn by_id(id: &str) -> Option<&'static Dashboard> {
    all().iter().find(|dashboard| dashboard.id == id)
}

impl Dashboard {
    /// The name of its file in a folder of dashboards.
    #[must_use]
    pub fn file_name(&self) -> String {
        format!("{}.ndjson", self.id)
    }

    /// The saved objects, a line each: the data view of `pattern` if `fields` are given, the visualizations, the dashboard.
    /// What `POST /api/saved_objects/_import` takes.
    #[must_use]
    pub fn ndjson(&self, pattern: &str, fields: Option<&Fields>) -> String {
        let mut objects: Vec<Value> =
            fields.map(|fields| index_pattern(fields, pattern)).into_iter().collect();
        objects.extend(self.panels.iter().map(|panel| panel.visualization(self.id, pattern)));
        objects.push(self.object());
        objects.iter().map(|object| format!("{object}\n")).collect()
    }

    /// Fields that its panels use and that are not declared, or that cannot be counted by: empty if all is well.
    #[must_use]
    pub fn faults(&self, fields: &Fields) -> Vec<String> {
        let mut faults = Vec::new();
        for panel in self.panels {
            for name in panel.fields() {
                match fields.get(name).map(|field| field.kind) {
                    None => faults.push(format!("{}: {}: {name} is not declared", self.id, panel.title)),
                    Some(
                        Type::Text | Type::MatchOnlyText | Type::Object | Type::Nested | Type::Flattened,
                    ) => {
                        faults.push(format!("{}: {}: {name} cannot be counted by", self.id, panel.title));
                    }
                    Some(_) => {}
                }
            }
        }
        faults
    }

    fn object(&self) -> Value {
        let (mut x, mut y, mut row) = (0, 0, 0);
        let (mut places, mut references) = (Vec::new(), Vec::new());
        for (number, panel) in self.panels.iter().enumerate() {
            if x + panel.width > COLUMNS {
                (x, y, row) = (0, y + row, 0);
            }
            let name = format!("panel_{number}");
            let index = (number + 1).to_string();
            places.push(json!({
                "version": "7.10.0", "panelIndex": index, "panelRefName": name, "embeddableConfig": {},
                "gridData": { "x": x, "y": y, "w": panel.width, "h": panel.height, "i": index },
            }));
            references.push(json!({ "name": name, "type": "visualization", "id": panel.id(self.id) }));
            x += panel.width;
            row = row.max(panel.height);
        }
        json!({
            "id": self.id,
            "type": "dashboard",
            "attributes": {
                "title": self.title,
                "description": self.description,
                "hits": 0,
                "panelsJSON": Value::Array(places).to_string(),
                "optionsJSON": json!({ "useMargins": true, "hidePanelTitles": false }).to_string(),
                "version": 1,
                "timeRestore": false,
                "kibanaSavedObjectMeta": {
                    "searchSourceJSON":
                        json!({ "query": { "query": "", "language": "kuery" }, "filter": [] }).to_string(),
                },
            },
            "references": references,
            "migrationVersion": { "dashboard": "7.9.3" },
        })
    }
}

/// A line of a list of dashboards (`--yml`): which one, and the file that it is written to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Id of the dashboard.
    pub id: String,
    /// File to write.
    pub file: String,
}

/// Reads a list: `dashboards: [{id: …, file: …}]`.
///
/// # Errors
/// Broken YAML, or something else than such a list.
pub fn list(file: &str, text: &str) -> Result<Vec<Listed>, Errors> {
    let whole = Place { file: file.into(), line: 0 };
    let root = yaml::parse(&whole, text)?;
    let wrong = |line: u32| {
        let place = Place { file: file.into(), line };
        Errors::from(
            Error::new(place, "", "expected a list of dashboards").hint("dashboards: [{id: …, file: …}]"),
        )
    };
    let yaml::Value::Map(roots) = &root.value else { return Err(wrong(root.line)) };
    let mut found = Vec::new();
    for (name, node) in roots {
        let yaml::Value::List(items) = &node.value else { return Err(wrong(node.line)) };
        if name != "dashboards" {
            return Err(wrong(node.line));
        }
        for item in items {
            let yaml::Value::Map(entries) = &item.value else { return Err(wrong(item.line)) };
            let text = |wanted: &str| match entries.iter().find(|(name, _)| name == wanted) {
                Some((_, yaml::Node { value: yaml::Value::Scalar(text), .. })) => Some(text.clone()),
                _ => None,
            };
            let (Some(id), Some(file)) = (text("id"), text("file")) else { return Err(wrong(item.line)) };
            found.push(Listed { id, file });
        }
    }
    Ok(found)
}
