//! A conversation as bytes that mutate well: text is said as it stands, and the rare byte `ff` begins another step.
//!
//! ```text
//!   input  = mode step*
//!   step   = ff operation byte*          (in front of the first ff: the client says it)
//!   operation = amount (high nibble), what (3 bits), who: 0 client, 1 server (lowest bit)
//!   byte   = any but ff | ff ff
//! ```

use packetbeat_core::direction::Dir;

/// How the bytes of a step travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// In one segment, as far as a segment goes.
    Whole,
    /// In many.
    Pieces,
    /// Not in the capture.
    Lost,
    /// The second half before the first.
    Swapped,
    /// And a second time.
    Twice,
    /// Followed by FIN.
    Fin,
    /// Followed by RST.
    Reset,
    /// After a while.
    Pause,
}

/// Bytes of one side.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) dir: Dir,
    pub(crate) what: What,
    /// 0 to 15.
    pub(crate) amount: u8,
    pub(crate) bytes: Vec<u8>,
}

impl Step {
    fn new(operation: u8) -> Self {
        const KINDS: [What; 8] = [
            What::Whole,
            What::Pieces,
            What::Lost,
            What::Swapped,
            What::Twice,
            What::Fin,
            What::Reset,
            What::Pause,
        ];
        Self {
            dir: if operation & 1 == 0 { Dir::ToServer } else { Dir::ToClient },
            what: KINDS[usize::from(operation >> 1 & 7)],
            amount: operation >> 4,
            bytes: Vec::new(),
        }
    }
}

/// The mode and the steps.
pub(crate) fn read(input: &[u8]) -> (u8, Vec<Step>) {
    let Some((mode, text)) = input.split_first() else { return (0, Vec::new()) };
    let mut steps = vec![Step::new(0)];
    let mut text = text.iter().copied();
    while let Some(byte) = text.next() {
        let last = steps.len() - 1;
        match byte {
            0xff => match text.next() {
                Some(0xff) => steps[last].bytes.push(0xff),
                Some(operation) => steps.push(Step::new(operation)),
                None => {}
            },
            byte => steps[last].bytes.push(byte),
        }
    }
    (*mode, steps)
}
