//! One field, and what `fields.yml` may say of it.

use crate::error::Place;
use crate::kind::Type;

/// A declared field.
#[derive(Clone, Debug)]
pub struct Field {
    /// Full name, parts joined by dots. Of a multi-field the last part alone.
    pub name: String,
    /// Its type.
    pub kind: Type,
    /// What it means; may be empty.
    pub description: String,
    /// The rest.
    pub more: Attributes,
    /// Where it is declared.
    pub at: Place,
}

/// What a field may have besides name, type and description. What is absent has the default of the type.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Attributes {
    /// `index`: is it searched?
    pub index: Option<bool>,
    /// `doc_values`: is it sorted and counted by?
    pub doc_values: Option<bool>,
    /// `enabled` of an object: are its parts indexed?
    pub enabled: Option<bool>,
    /// `norms` of a text: does its length count in the score? Off unless asked for.
    pub norms: bool,
    /// `ignore_above` of a keyword, in characters: longer values are kept and not indexed.
    pub ignore_above: IgnoreAbove,
    /// `dynamic` of an object: may parts come that nobody declared?
    pub dynamic: Option<Dynamic>,
    /// `path` of an alias: the field that it stands for.
    pub path: Option<String>,
    /// `migration` of an alias: it belongs to versions long gone, and is left out of templates.
    pub migration: bool,
    /// `scaling_factor` of a scaled float; 1000 unless told otherwise.
    pub scaling_factor: Option<u32>,
    /// `object_type`: the type of what an object or an array holds.
    pub object_type: Option<Type>,
    /// `object_type_mapping_type`: the JSON type that `object_type` is for.
    pub object_type_mapping_type: Option<String>,
    /// `value` of a constant keyword.
    pub value: Option<String>,
    /// `copy_to`: the field that gets the value as well.
    pub copy_to: Option<String>,
    /// `analyzer` of a text.
    pub analyzer: Option<String>,
    /// `search_analyzer` of a text.
    pub search_analyzer: Option<String>,
    /// `default_field`: does a search without a field's name look here?
    pub default_field: Option<bool>,
    /// `multi_fields`: the same value indexed in further ways.
    pub multi_fields: Vec<Field>,
    /// `format`: how Kibana shows it (`bytes`, `duration`).
    pub format: Option<String>,
    /// `input_format` of the format `duration`.
    pub input_format: Option<String>,
    /// `output_format` of the format `duration`.
    pub output_format: Option<String>,
    /// `output_precision` of the format `duration`, in digits.
    pub output_precision: Option<u32>,
    /// `pattern` of a number's format.
    pub pattern: Option<String>,
    /// `unit`, of the field's metadata: `byte`, `percent`, `d`, `h`, `m`, `s`, `ms`, `micros`, `nanos`.
    pub unit: Option<String>,
    /// `metric_type`, of the field's metadata: `gauge` or `counter`.
    pub metric_type: Option<String>,
    /// `overwrite`: takes the place of a field of the same name declared before.
    pub overwrite: bool,
    /// `example`: a value.
    pub example: Option<String>,
}

/// `ignore_above` as Beats spells it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IgnoreAbove {
    /// 1024, written as 0 or not at all.
    #[default]
    Usual,
    /// No limit of ours, written as -1: the server's own.
    Server,
    /// So many characters.
    Characters(u32),
}

/// `dynamic` of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dynamic {
    /// What is new becomes a field.
    True,
    /// What is new is kept and not indexed.
    False,
    /// An event with anything new is refused.
    Strict,
}

impl Dynamic {
    /// As templates and `fields.yml` spell it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::True => "true",
            Self::False => "false",
            Self::Strict => "strict",
        }
    }
}

impl Field {
    /// A field that no file declares: one of `setup.template.append_fields`.
    #[must_use]
    pub fn new(name: impl Into<String>, kind: Type) -> Self {
        Self {
            name: name.into(),
            kind,
            description: String::new(),
            more: Attributes::default(),
            at: Place { file: "setup.template.append_fields".into(), line: 0 },
        }
    }

    /// Would a server do the same with both?
    #[must_use]
    pub(crate) fn maps_like(&self, other: &Self) -> bool {
        let plain = |more: &Attributes| Attributes {
            example: None,
            overwrite: false,
            format: None,
            input_format: None,
            output_format: None,
            output_precision: None,
            pattern: None,
            ..more.clone()
        };
        self.name == other.name && self.kind == other.kind && plain(&self.more) == plain(&other.more)
    }

    /// Does a search without a field's name look into it?
    #[must_use]
    pub(crate) fn is_default(&self) -> bool {
        self.kind.is_searched()
            && self.more.index != Some(false)
            && self.more.default_field != Some(false)
            && !self.name.contains('*')
    }
}

/// Fields declared in several places are equal when they say the same; where they stand does not matter.
impl PartialEq for Field {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
            && self.kind == other.kind
            && self.description == other.description
            && self.more == other.more
    }
}
