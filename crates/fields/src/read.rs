//! The text of a `fields.yml` to fields.

use std::sync::Arc;

use crate::error::{Error, Errors, Place};
use crate::field::{Attributes, Dynamic, Field, IgnoreAbove};
use crate::kind::{TYPES, Type};
use crate::limits::{MAX_IGNORE_ABOVE, MAX_NAME_PARTS};
use crate::section::{Section, Source};
use crate::yaml::{self, Node, Value};

/// What a field may have that nobody here acts on: words for people, and hints to programs of others.
const IGNORED: &[&str] = &[
    "aggregatable",
    "allowed_values",
    "analyzed",
    "anchor",
    "count",
    "deprecated",
    "dimension",
    "expected_values",
    "flat_name",
    "footnote",
    "ignore_malformed",
    "label_template",
    "level",
    "normalize",
    "null_value",
    "object_type_params",
    "open_link_in_current_tab",
    "prefix",
    "release",
    "required",
    "reusable",
    "script",
    "searchable",
    "short",
    "short_config",
    "skip_asciidoc",
    "title",
    "url_template",
    "version",
];

/// Sections in the order of the file. Fields that stand in no section are in one of their own, named by the source.
pub(crate) fn sections(source: &Source<'_>) -> Result<Vec<Section>, Errors> {
    let file = Place { file: source.file.into(), line: 0 };
    let root = yaml::parse(&file, source.text)?;
    let mut reader = Reader { file: file.file.clone(), errors: Vec::new() };
    let mut sections = Vec::new();
    let mut loose = Section::new(source.key, source.title);
    let items = match root.value {
        Value::List(items) => items,
        Value::Null => Vec::new(),
        _ => return Err(Error::new(at(&file.file, root.line), "", "expected a list of fields").into()),
    };
    for item in &items {
        let Some(entries) = reader.entries(item) else { continue };
        if entries.iter().any(|(name, _)| name == "key") {
            sections.push(reader.section(entries, source));
        } else {
            reader.field(item, entries, "", &mut loose.fields);
        }
    }
    if !loose.fields.is_empty() {
        sections.insert(0, loose);
    }
    Errors(reader.errors).or(sections)
}

fn at(file: &Arc<str>, line: u32) -> Place {
    Place { file: file.clone(), line }
}

struct Reader {
    file: Arc<str>,
    errors: Vec<Error>,
}

impl Reader {
    fn section(&mut self, entries: &[(String, Node)], source: &Source<'_>) -> Section {
        let mut section = Section::new(source.key, source.title);
        for (name, node) in entries {
            match name.as_str() {
                "key" => section.key = self.text(name, node),
                "title" => section.title = self.text(name, node),
                "description" => section.description = self.text(name, node),
                "fields" => self.list(node, "", &mut section.fields),
                "short_config" | "skipdocs" | "anchor" | "version" | "release" | "footnote"
                | "deprecated" => {}
                other => {
                    self.wrong(node.line, other, "no section has this", "key, title, description, fields");
                }
            }
        }
        section
    }

    fn list(&mut self, node: &Node, above: &str, into: &mut Vec<Field>) {
        match &node.value {
            Value::List(items) => {
                for item in items {
                    if let Some(entries) = self.entries(item) {
                        self.field(item, entries, above, into);
                    }
                }
            }
            Value::Null => {}
            _ => self.wrong(node.line, above, format!("fields are a list, not {}", node.kind()), ""),
        }
    }

    /// A field and those below it, which follow it.
    fn field(&mut self, item: &Node, entries: &[(String, Node)], above: &str, into: &mut Vec<Field>) {
        let get = |wanted: &str| entries.iter().find(|(name, _)| name == wanted).map(|(_, node)| node);
        let Some(name) = get("name").map(|node| self.text("name", node)).filter(|name| !name.is_empty())
        else {
            return self.wrong(item.line, above, "a field without a name", "begin it with `- name: `");
        };
        let full = if above.is_empty() { name } else { format!("{above}.{name}") };
        self.check_name(item.line, &full);
        let below = get("fields");
        let kind = match get("type") {
            Some(node) => {
                let text = self.text("type", node);
                if text == "group" { None } else { Some(self.kind(node.line, &full, &text)) }
            }
            None if below.is_some() => None,
            // As Beats reads it.
            None => Some(Type::Keyword),
        };
        let group = kind.is_none();
        let mut field = Field {
            kind: kind.unwrap_or(Type::Object),
            at: at(&self.file, item.line),
            ..Field::new(full, Type::Object)
        };
        for (name, node) in entries {
            self.attribute(name, node, &mut field, group);
        }
        let full = field.name.clone();
        let (line, kind) = (field.at.line, field.kind);
        // A group with a policy for what is new is an object; without, it is a way to write.
        if !group || field.more.dynamic.is_some() {
            into.push(field);
        }
        if let Some(below) = below {
            if !kind.has_fields() {
                let what = format!("type {} has no fields below it", kind.name());
                self.wrong(line, &full, what, "use group, object or nested");
            }
            self.list(below, &full, into);
        }
    }

    fn attribute(&mut self, name: &str, node: &Node, field: &mut Field, group: bool) {
        let full = field.name.clone();
        let more = &mut field.more;
        match name {
            "name" | "type" | "fields" => {}
            "description" => field.description = self.text(name, node),
            "index" => more.index = self.flag(&full, name, node),
            "doc_values" => more.doc_values = self.flag(&full, name, node),
            "enabled" => more.enabled = self.flag(&full, name, node),
            "norms" => more.norms = self.flag(&full, name, node).unwrap_or(false),
            "migration" => more.migration = self.flag(&full, name, node).unwrap_or(false),
            "overwrite" => more.overwrite = self.flag(&full, name, node).unwrap_or(false),
            // Of a group it would speak of all below; no file of ours says it of one.
            "default_field" if group => {}
            "default_field" => more.default_field = self.flag(&full, name, node),
            "ignore_above" => more.ignore_above = self.ignore_above(&full, node),
            "dynamic" => more.dynamic = self.dynamic(&full, node),
            "scaling_factor" => more.scaling_factor = self.number(&full, name, node),
            "output_precision" => more.output_precision = self.number(&full, name, node),
            "object_type" => {
                let text = self.text(name, node);
                more.object_type = Some(self.kind(node.line, &full, &text));
            }
            "object_type_mapping_type" => more.object_type_mapping_type = Some(self.text(name, node)),
            "path" => more.path = Some(self.text(name, node)),
            "value" => more.value = Some(self.text(name, node)),
            "copy_to" => more.copy_to = Some(self.text(name, node)),
            "analyzer" => more.analyzer = Some(self.text(name, node)),
            "search_analyzer" => more.search_analyzer = Some(self.text(name, node)),
            "format" => more.format = Some(self.text(name, node)),
            "input_format" => more.input_format = Some(self.text(name, node)),
            "output_format" => more.output_format = Some(self.text(name, node)),
            "pattern" => more.pattern = Some(self.text(name, node)),
            "unit" => more.unit = Some(self.text(name, node)),
            "metric_type" => more.metric_type = Some(self.text(name, node)),
            // Examples may be lists and objects, which nobody prints again.
            "example" => {
                if let Value::Scalar(text) = &node.value {
                    more.example = Some(text.clone());
                }
            }
            "multi_fields" => more.multi_fields = self.multi_fields(&full, node),
            other if IGNORED.contains(&other) => {}
            other => self.wrong(
                node.line,
                &full,
                format!("no field has {other}"),
                "see the format in docs/fields.md",
            ),
        }
    }

    fn multi_fields(&mut self, full: &str, node: &Node) -> Vec<Field> {
        let mut found = Vec::new();
        self.list(node, "", &mut found);
        for field in &found {
            if field.name.contains('.') || field.kind.has_fields() {
                self.wrong(
                    field.at.line,
                    full,
                    "a multi-field is one more way to index a value, not an object",
                    "",
                );
            }
        }
        found
    }

    fn entries<'n>(&mut self, node: &'n Node) -> Option<&'n [(String, Node)]> {
        if let Value::Map(entries) = &node.value {
            return Some(entries);
        }
        self.wrong(node.line, "", format!("expected a field, found {}", node.kind()), "");
        None
    }

    fn text(&mut self, name: &str, node: &Node) -> String {
        match &node.value {
            Value::Scalar(text) => text.trim().to_owned(),
            Value::Null => String::new(),
            _ => {
                self.wrong(node.line, "", format!("{name} is text, not {}", node.kind()), "");
                String::new()
            }
        }
    }

    fn flag(&mut self, full: &str, name: &str, node: &Node) -> Option<bool> {
        match self.text(name, node).as_str() {
            "true" => Some(true),
            "false" => Some(false),
            _ => {
                self.wrong(node.line, full, format!("{name} is true or false"), "");
                None
            }
        }
    }

    fn number(&mut self, full: &str, name: &str, node: &Node) -> Option<u32> {
        let number = self.text(name, node).parse().ok();
        if number.is_none() {
            self.wrong(node.line, full, format!("{name} is a whole number"), "");
        }
        number
    }

    fn ignore_above(&mut self, full: &str, node: &Node) -> IgnoreAbove {
        match self.text("ignore_above", node).parse::<i64>() {
            Ok(0) => IgnoreAbove::Usual,
            Ok(-1) => IgnoreAbove::Server,
            Ok(number) => match u32::try_from(number) {
                Ok(number) if number <= MAX_IGNORE_ABOVE => IgnoreAbove::Characters(number),
                _ => {
                    let what = format!("ignore_above {number} is beyond {MAX_IGNORE_ABOVE} characters");
                    self.wrong(node.line, full, what, "a longer keyword cannot be indexed; see wildcard");
                    IgnoreAbove::Usual
                }
            },
            Err(_) => {
                self.wrong(node.line, full, "ignore_above is a number of characters, 0 or -1", "");
                IgnoreAbove::Usual
            }
        }
    }

    fn dynamic(&mut self, full: &str, node: &Node) -> Option<Dynamic> {
        match self.text("dynamic", node).as_str() {
            "true" => Some(Dynamic::True),
            "false" => Some(Dynamic::False),
            "strict" => Some(Dynamic::Strict),
            _ => {
                self.wrong(node.line, full, "dynamic is true, false or strict", "");
                None
            }
        }
    }

    fn kind(&mut self, line: u32, full: &str, text: &str) -> Type {
        Type::of(text).unwrap_or_else(|| {
            let known: Vec<_> = TYPES.iter().map(|(name, _)| *name).collect();
            self.wrong(line, full, format!("unknown type {text}"), format!("group, {}", known.join(", ")));
            Type::Keyword
        })
    }

    fn check_name(&mut self, line: u32, full: &str) {
        let parts = full.split('.').count();
        if parts > MAX_NAME_PARTS {
            self.wrong(line, full, format!("{parts} parts in a name; {MAX_NAME_PARTS} are possible"), "");
        }
        let bad = |part: &str| part.is_empty() || part.chars().any(|c| c.is_whitespace() || c.is_control());
        if full.split('.').any(bad) {
            self.wrong(line, full, "a name is parts joined by dots, none of them empty, without spaces", "");
        }
    }

    fn wrong(&mut self, line: u32, field: &str, what: impl Into<String>, hint: impl Into<String>) {
        self.errors.push(Error::new(at(&self.file, line), field, what).hint(hint));
    }
}

/// The attributes of a field that only some types have.
pub(crate) fn misplaced(field: &Field) -> Option<&'static str> {
    let Attributes { path, value, scaling_factor, dynamic, enabled, object_type, .. } = &field.more;
    match field.kind {
        Type::Alias if path.is_none() => Some("an alias needs a path: the field that it stands for"),
        kind if kind != Type::Alias && path.is_some() => Some("only an alias has a path"),
        kind if kind != Type::ConstantKeyword && value.is_some() => {
            Some("only a constant_keyword has a value")
        }
        Type::ScaledFloat | Type::Object | Type::Array => None,
        _ if scaling_factor.is_some() => Some("only a scaled_float has a scaling_factor"),
        Type::Nested if enabled.is_none() && object_type.is_none() => None,
        _ if dynamic.is_some() || enabled.is_some() || object_type.is_some() => {
            Some("only an object has dynamic, enabled or object_type")
        }
        _ => None,
    }
}
