//! All settings of a table, whatever the depth.

use packetbeat_core::setting::{Setting, Type};

/// A setting with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its full name: `output.file.path`.
    pub name: String,
    /// The setting; sections and lists of sections stand before what is in them.
    pub setting: &'static Setting,
    /// It, or a section that it is in, is not acted on yet.
    pub later: bool,
    /// How many sections it is in.
    pub depth: usize,
}

/// All settings of `table`, in its order.
#[must_use]
pub fn walk(table: &'static [Setting]) -> Vec<Place> {
    let mut places = Vec::new();
    below(table, "", false, 0, &mut places);
    places
}

fn below(table: &'static [Setting], above: &str, later: bool, depth: usize, places: &mut Vec<Place>) {
    for setting in table {
        let name =
            if above.is_empty() { setting.name.to_owned() } else { format!("{above}.{}", setting.name) };
        let later = later || setting.later;
        places.push(Place { name: name.clone(), setting, later, depth });
        if let Some(inner) = section(setting) {
            below(inner, &name, later, depth + 1, places);
        }
    }
}

/// The settings in a section, or in each item of a list of sections.
#[must_use]
pub fn section(setting: &Setting) -> Option<&'static [Setting]> {
    match setting.kind {
        Type::Section(inner) | Type::List(&Type::Section(inner)) => Some(inner),
        _ => None,
    }
}
