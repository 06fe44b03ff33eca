//! One panel: what is counted, by what, and how it is drawn.

use serde_json::{Value, json};

/// A panel of a dashboard.
#[derive(Debug)]
pub(super) struct Panel {
    pub(super) title: &'static str,
    /// Which events, in Kibana's query language.
    pub(super) query: &'static str,
    pub(super) shape: Shape,
    pub(super) metric: Metric,
    pub(super) by: By,
    /// Of 48 columns.
    pub(super) width: u32,
    /// In rows of 20 pixels.
    pub(super) height: u32,
}

/// How it is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Number,
    Line,
    Bars,
    Ring,
    Table,
}

/// What is counted.
#[derive(Clone, Copy, Debug)]
pub(super) enum Metric {
    Count,
    Sum(&'static str),
    /// What 95 of 100 events stay below.
    Most(&'static str),
    /// How many different values there are.
    Different(&'static str),
}

/// By what it is counted.
#[derive(Clone, Copy, Debug)]
pub(super) enum By {
    Nothing,
    Time,
    TimeAnd(&'static str),
    Value(&'static str),
    Values(&'static str, &'static str),
}

/// Values shown of a field, the most frequent ones.
const SHOWN: u32 = 10;

impl Panel {
    pub(super) fn id(&self, dashboard: &str) -> String {
        let part: String = self
            .title
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' })
            .collect();
        format!("{dashboard}-{part}")
    }

    pub(super) fn fields(&self) -> Vec<&'static str> {
        let mut fields = match self.metric {
            Metric::Count => Vec::new(),
            Metric::Sum(field) | Metric::Most(field) | Metric::Different(field) => vec![field],
        };
        match self.by {
            By::Nothing | By::Time => {}
            By::TimeAnd(field) | By::Value(field) => fields.push(field),
            By::Values(first, second) => fields.extend([first, second]),
        }
        fields
    }

    pub(super) fn visualization(&self, dashboard: &str, pattern: &str) -> Value {
        let state = json!({
            "title": self.title, "type": self.shape.kind(), "params": self.params(), "aggs": self.aggregations(),
        });
        let search = json!({
            "query": { "query": self.query, "language": "kuery" },
            "filter": [],
            "indexRefName": "kibanaSavedObjectMeta.searchSourceJSON.index",
        });
        json!({
            "id": self.id(dashboard),
            "type": "visualization",
            "attributes": {
                "title": format!("{} [Packetbeat]", self.title),
                "description": "",
                "visState": state.to_string(),
                "uiStateJSON": "{}",
                "version": 1,
                "kibanaSavedObjectMeta": { "searchSourceJSON": search.to_string() },
            },
            "references": [{
                "name": "kibanaSavedObjectMeta.searchSourceJSON.index", "type": "index-pattern", "id": pattern,
            }],
            "migrationVersion": { "visualization": "7.10.0" },
        })
    }

    fn aggregations(&self) -> Vec<Value> {
        let metric = match self.metric {
            Metric::Count => json!({ "type": "count", "params": {} }),
            Metric::Sum(field) => json!({ "type": "sum", "params": { "field": field } }),
            Metric::Most(field) => {
                json!({ "type": "percentiles", "params": { "field": field, "percents": [95] } })
            }
            Metric::Different(field) => json!({ "type": "cardinality", "params": { "field": field } }),
        };
        let mut found = vec![numbered(metric, 1, "metric")];
        let order = if matches!(self.metric, Metric::Most(_)) { "1.95" } else { "1" };
        let terms = |field: &str| {
            json!({ "type": "terms", "params": {
                "field": field, "orderBy": order, "order": "desc", "size": SHOWN,
                "otherBucket": false, "otherBucketLabel": "Other",
                "missingBucket": false, "missingBucketLabel": "Missing",
            }})
        };
        let time = json!({ "type": "date_histogram", "params": {
            "field": "@timestamp", "useNormalizedEsInterval": true, "interval": "auto", "drop_partials": false,
            "min_doc_count": 1, "extended_bounds": {},
        }});
        let bucket = if self.shape == Shape::Table { "bucket" } else { "segment" };
        match self.by {
            By::Nothing => {}
            By::Time => found.push(numbered(time, 2, bucket)),
            By::TimeAnd(field) => {
                found.push(numbered(time, 2, bucket));
                found.push(numbered(terms(field), 3, "group"));
            }
            By::Value(field) => found.push(numbered(terms(field), 2, bucket)),
            By::Values(first, second) => {
                found.push(numbered(terms(first), 2, bucket));
                found.push(numbered(terms(second), 3, bucket));
            }
        }
        found
    }

    fn params(&self) -> Value {
        match self.shape {
            Shape::Number => json!({
                "type": "metric", "addTooltip": true, "addLegend": false,
                "metric": {
                    "percentageMode": false, "useRanges": false, "colorSchema": "Green to Red", "metricColorMode": "None",
                    "colorsRange": [{ "from": 0, "to": 10000 }], "labels": { "show": true }, "invertColors": false,
                    "style": { "bgFill": "#000", "bgColor": false, "labelColor": false, "subText": "", "fontSize": 36 },
                },
            }),
            Shape::Ring => json!({
                "type": "pie", "addTooltip": true, "addLegend": true, "legendPosition": "right", "isDonut": true,
                "labels": { "show": false, "values": true, "last_level": true, "truncate": 100 },
            }),
            Shape::Table => json!({
                "perPage": SHOWN, "showPartialRows": false, "showMetricsAtAllLevels": false, "showTotal": false,
                "totalFunc": "sum", "percentageCol": "",
            }),
            Shape::Line | Shape::Bars => self.axes(),
        }
    }

    fn axes(&self) -> Value {
        let (kind, mode) =
            if self.shape == Shape::Line { ("line", "normal") } else { ("histogram", "stacked") };
        json!({
            "type": kind,
            "grid": { "categoryLines": false },
            "categoryAxes": [{
                "id": "CategoryAxis-1", "type": "category", "position": "bottom", "show": true, "style": {},
                "scale": { "type": "linear" }, "labels": { "show": true, "filter": true, "truncate": 100 }, "title": {},
            }],
            "valueAxes": [{
                "id": "ValueAxis-1", "name": "LeftAxis-1", "type": "value", "position": "left", "show": true, "style": {},
                "scale": { "type": "linear", "mode": "normal" },
                "labels": { "show": true, "rotate": 0, "filter": false, "truncate": 100 },
                "title": { "text": self.title },
            }],
            "seriesParams": [{
                "show": true, "type": kind, "mode": mode, "data": { "label": self.title, "id": "1" },
                "valueAxis": "ValueAxis-1", "drawLinesBetweenPoints": true, "lineWidth": 2, "showCircles": true,
            }],
            "addTooltip": true, "addLegend": true, "legendPosition": "right", "times": [], "addTimeMarker": false,
            "labels": { "show": false },
            "thresholdLine": { "show": false, "value": 10, "width": 1, "style": "full", "color": "#E7664C" },
        })
    }
}

fn numbered(mut aggregation: Value, id: u32, schema: &str) -> Value {
    if let Value::Object(object) = &mut aggregation {
        object.insert("id".to_owned(), id.to_string().into());
        object.insert("enabled".to_owned(), true.into());
        object.insert("schema".to_owned(), schema.into());
    }
    aggregation
}

impl Shape {
    const fn kind(self) -> &'static str {
        match self {
            Self::Number => "metric",
            Self::Line => "line",
            Self::Bars => "histogram",
            Self::Ring => "pie",
            Self::Table => "table",
        }
    }
}
