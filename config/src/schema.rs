//! Everything that a configuration may say: the tables of settings, and the protocols of the program.

use packetbeat_core::plugin::Kind;
use packetbeat_core::setting::{Setting, Type};
use packetbeat_settings::{COMMON, LATER_PROTOCOLS, ProtocolTable, root};

/// A setting and its name relative to the section that is looked at.
pub(crate) type Row = (&'static str, &'static Setting);

/// The tables that a configuration is checked and read by.
#[derive(Clone, Debug)]
pub struct Schema {
    root: &'static [Setting],
    built: Vec<ProtocolTable>,
}

impl Schema {
    /// The settings of Packetbeat and of this program, with the protocols that the program was built with.
    #[must_use]
    pub fn new(kinds: &[Kind]) -> Self {
        Self { root: root(), built: kinds.iter().map(ProtocolTable::from).collect() }
    }

    /// All settings but the options of protocols.
    #[must_use]
    pub fn root(&self) -> &'static [Setting] {
        self.root
    }

    /// The protocols that the program was built with.
    #[must_use]
    pub fn built(&self) -> &[ProtocolTable] {
        &self.built
    }

    /// The protocol of this name, and whether the program was built with it.
    #[must_use]
    pub fn protocol(&self, name: &str) -> Option<(&ProtocolTable, bool)> {
        let built = self.built.iter().find(|table| table.name == name).map(|table| (table, true));
        built.or_else(|| LATER_PROTOCOLS.iter().find(|table| table.name == name).map(|table| (table, false)))
    }

    /// The names that `type` may have, sorted: the program's protocols, and those of Packetbeat that it lacks.
    #[must_use]
    pub fn protocol_names(&self) -> Vec<&'static str> {
        let mut names: Vec<_> = self.built.iter().chain(LATER_PROTOCOLS).map(|table| table.name).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

impl Default for Schema {
    fn default() -> Self {
        Self::new(&[])
    }
}

/// The rows of a table.
pub(crate) fn rows(table: &'static [Setting]) -> Vec<Row> {
    table.iter().map(|setting| (setting.name, setting)).collect()
}

/// `type`, which the older form of the list has as the section's name.
const TYPE: &Setting = &Setting::unset("type", Type::Text, "The protocol's name.");

/// The options of all protocols, then those that the protocol has of its own; it may have made a common one its own.
pub(crate) fn protocol_rows(table: &ProtocolTable) -> Vec<Row> {
    let own = rows(table.options);
    let common = COMMON.iter().filter(|setting| !own.iter().any(|(name, _)| *name == setting.name));
    let common = common.map(|setting| if setting.name == TYPE.name { TYPE } else { setting });
    common.map(|setting| (setting.name, setting)).chain(own.iter().copied()).collect()
}

/// What dotted names of `rows` say of the section `name`.
pub(crate) fn below(rows: &[Row], name: &str) -> Vec<Row> {
    let inner = |row: &Row| Some((row.0.strip_prefix(name)?.strip_prefix('.')?, row.1));
    rows.iter().filter_map(inner).collect()
}

/// The setting called `name`.
pub(crate) fn exact(rows: &[Row], name: &str) -> Option<&'static Setting> {
    rows.iter().find(|(own, _)| *own == name).map(|(_, setting)| *setting)
}

/// The setting at a dotted path below `rows`.
pub(crate) fn at_path(rows: &[Row], path: &str) -> Option<&'static Setting> {
    if let Some(setting) = exact(rows, path) {
        return Some(setting);
    }
    rows.iter().find_map(|(name, setting)| {
        let rest = path.strip_prefix(name)?.strip_prefix('.')?;
        at_path(&self::rows(table_of(setting.kind)?), rest)
    })
}

/// The table of a section, or of the sections in a list.
pub(crate) const fn table_of(kind: Type) -> Option<&'static [Setting]> {
    match kind {
        Type::Section(table) | Type::List(&Type::Section(table)) => Some(table),
        _ => None,
    }
}
