//! What can be done to an event before it is written.

use packetbeat_core::setting::Setting;

/// A processor's name and options. `when`, and `if` with `then` and `else`, are not among them.
#[derive(Clone, Copy, Debug)]
pub struct ProcessorTable {
    /// Its name, the key of its section.
    pub name: &'static str,
    /// What it does, in one sentence.
    pub about: &'static str,
    /// What it can be told.
    pub options: &'static [Setting],
}

/// The processors of Packetbeat, sorted by name. None is acted on yet.
pub const PROCESSORS: &[ProcessorTable] = &[];
