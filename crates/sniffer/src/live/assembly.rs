//! Programs of classic BPF for the kernel, written with labels.

use crate::bpf::Instruction;

/// A place to jump to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Label(usize);

/// Offset of the first "byte" that is not of the packet, but what the kernel knows of it (`SKF_AD_OFF`).
const KERNEL: u32 = 0xffff_f000;

/// What the kernel knows of a packet.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Known {
    /// The Ethernet type.
    Protocol = 0,
    /// `PACKET_HOST` to `PACKET_OUTGOING`.
    Direction = 4,
    /// The link layer (`ARPHRD_…`).
    Hatype = 28,
}

/// A program that is being written.
#[derive(Debug, Default)]
pub(crate) struct Assembly {
    lines: Vec<Line>,
    /// Where each label stands, once it does.
    places: Vec<Option<usize>>,
}

#[derive(Debug)]
struct Line {
    instruction: Instruction,
    yes: Option<Label>,
}

impl Assembly {
    pub(crate) fn label(&mut self) -> Label {
        self.places.push(None);
        Label(self.places.len() - 1)
    }

    /// The label stands in front of what is written next.
    pub(crate) fn place(&mut self, Label(label): Label) {
        if let Some(place) = self.places.get_mut(label) {
            *place = Some(self.lines.len());
        }
    }

    pub(crate) fn op(&mut self, code: u16, k: u32) {
        self.line(code, k, None);
    }

    /// Instructions that lead nowhere but to each other.
    pub(crate) fn extend(&mut self, program: &[Instruction]) {
        self.lines.extend(program.iter().map(|instruction| Line { instruction: *instruction, yes: None }));
    }

    pub(crate) fn load_known(&mut self, known: Known) {
        self.op(0x20, KERNEL + known as u32);
    }

    /// On if A is `k`, else behind this instruction.
    pub(crate) fn if_equal(&mut self, k: u32, yes: Label) {
        self.line(0x15, k, Some(yes));
    }

    /// On if A has one of these bits.
    pub(crate) fn if_any_bit(&mut self, k: u32, yes: Label) {
        self.line(0x45, k, Some(yes));
    }

    pub(crate) fn jump(&mut self, to: Label) {
        self.line(0x05, 0, Some(to));
    }

    fn line(&mut self, code: u16, k: u32, yes: Option<Label>) {
        self.lines.push(Line { instruction: Instruction { code, jt: 0, jf: 0, k }, yes });
    }

    /// The program. None if a label stands nowhere, behind its jump, or too far from it.
    pub(crate) fn finish(self) -> Option<Vec<Instruction>> {
        let distance = |from: usize, Label(label): Label| {
            self.places.get(label).copied().flatten()?.checked_sub(from + 1)
        };
        let lines = self.lines.iter().enumerate();
        lines
            .map(|(at, line)| {
                let mut instruction = line.instruction;
                match (instruction.code, line.yes) {
                    (0x05, Some(to)) => instruction.k = u32::try_from(distance(at, to)?).ok()?,
                    (_, Some(to)) => instruction.jt = u8::try_from(distance(at, to)?).ok()?,
                    (_, None) => {}
                }
                Some(instruction)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_become_distances() {
        let mut program = Assembly::default();
        let (far, near) = (program.label(), program.label());
        program.if_equal(7, near);
        program.jump(far);
        program.place(near);
        program.op(0x06, 1);
        program.place(far);
        program.op(0x06, 2);
        let program = program.finish().unwrap();
        assert_eq!((program[0].jt, program[0].jf, program[1].k), (1, 0, 1));
    }

    #[test]
    fn a_label_must_stand_ahead() {
        let mut program = Assembly::default();
        let label = program.label();
        program.place(label);
        program.jump(label);
        assert_eq!(program.finish(), None);
        let mut program = Assembly::default();
        let label = program.label();
        program.jump(label);
        assert_eq!(program.finish(), None);
    }
}
