//! Classic BPF: programs that decide whether a packet is wanted, checked once and run in safe code.
//!
//! Source: McCanne and Jacobson, *The BSD Packet Filter* (1993); what userland adds (`mod`, `xor`) and what happens at
//! the edges (a load beyond the packet, a shift by 32 and more, a division by zero) as `bpf_filter` of libpcap has it.
//!
//! libpcap's own interpreter is not used: the binding passes it the captured length for the length on the wire, so that
//! `greater 1000` would be wrong for a packet that the capture cut.

/// Words of scratch memory that a program has.
const SCRATCH: usize = 16;

/// An instruction as libpcap writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Instruction {
    pub(crate) code: u16,
    pub(crate) jt: u8,
    pub(crate) jf: u8,
    pub(crate) k: u32,
}

/// Why a program is refused. It says nothing about packets: libpcap wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// No instruction, or one that nobody knows.
    Unknown,
    /// A jump out of the program, or no return at its end.
    Outside,
    /// A jump backwards: it might run for ever.
    Loop,
    /// A load from where the Linux kernel keeps what it knows of a packet beside its bytes: direction, interface.
    Kernel,
    /// Division by a constant zero, or scratch memory that does not exist.
    Operand,
}

/// A program that was checked: every jump leads forward and stays inside, so that a run ends after at most as many
/// steps as there are instructions.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    ops: Box<[Op]>,
}

/// Width of a load.
#[derive(Clone, Copy, Debug)]
enum Width {
    Word,
    Half,
    Byte,
}

#[derive(Clone, Copy, Debug)]
enum Calc {
    Add,
    Sub,
    Mul,
    Div,
    Mod,
    And,
    Or,
    Xor,
    Lsh,
    Rsh,
}

/// An instruction, ready to be run. `yes` and `no` are instructions to be passed over. The commonest comparisons and
/// loads have a variant of their own.
#[derive(Clone, Copy, Debug)]
enum Op {
    Word(u32),
    Half(u32),
    Byte(u32),
    Indirect(Width, u32),
    Len,
    Immediate(u32),
    Recall(u8),
    XImmediate(u32),
    XLen,
    XRecall(u8),
    XHeaderLen(u32),
    Store(u8),
    XStore(u8),
    Calc(Calc, u32),
    CalcX(Calc),
    Neg,
    ToX,
    ToA,
    Jump(u32),
    Equal { k: u32, yes: u8, no: u8 },
    Greater { k: u32, yes: u8, no: u8 },
    AtLeast { k: u32, yes: u8, no: u8 },
    AnyBit { k: u32, yes: u8, no: u8 },
    EqualX { yes: u8, no: u8 },
    GreaterX { yes: u8, no: u8 },
    AtLeastX { yes: u8, no: u8 },
    AnyBitX { yes: u8, no: u8 },
    Return(u32),
    ReturnA,
    // A load and the comparison behind it in one step. The comparison stays where it is, for those who jump to it.
    WordEqual { at: u8, k: u32, yes: u8, no: u8 },
    HalfEqual { at: u8, k: u32, yes: u8, no: u8 },
    ByteEqual { at: u8, k: u32, yes: u8, no: u8 },
    HalfAnyBit { at: u8, k: u32, yes: u8, no: u8 },
}

impl Program {
    /// Checks a program.
    ///
    /// # Errors
    ///
    /// What is wrong with it; see [`Fault`].
    pub(crate) fn new(instructions: &[Instruction]) -> Result<Self, Fault> {
        let ops = instructions.iter().map(Op::new).collect::<Result<Vec<Op>, Fault>>()?;
        if ops.is_empty() {
            return Err(Fault::Unknown);
        }
        for (at, op) in ops.iter().enumerate() {
            if at + op.reach() >= ops.len() {
                return Err(Fault::Outside);
            }
        }
        let behind = ops.iter().skip(1).map(Some).chain([None]);
        let ops = ops.iter().zip(behind).map(|(op, behind)| op.joined(behind).unwrap_or(*op)).collect();
        Ok(Self { ops })
    }

    /// Number of instructions.
    pub(crate) fn len(&self) -> usize {
        self.ops.len()
    }

    /// Whether a packet with these captured bytes and this length on the wire is wanted.
    pub(crate) fn run(&self, data: &[u8], wire_len: u32) -> bool {
        self.value(data, wire_len).is_some_and(|value| value != 0)
    }

    /// What the program returns; `None` where it gives up, which means 0: it asked for a byte that is not there, or
    /// divided by zero.
    pub(crate) fn value(&self, data: &[u8], wire_len: u32) -> Option<u32> {
        let (mut a, mut x) = (0u32, 0u32);
        let mut scratch = [0u32; SCRATCH];
        let mut rest = &*self.ops;
        loop {
            let (op, behind) = rest.split_first()?;
            rest = behind;
            match *op {
                Op::Word(k) => a = word(data, k)?,
                Op::Half(k) => a = half(data, k)?,
                Op::Byte(k) => a = byte(data, k)?,
                Op::Indirect(width, k) => {
                    let k = x.checked_add(k)?;
                    a = match width {
                        Width::Word => word(data, k)?,
                        Width::Half => half(data, k)?,
                        Width::Byte => byte(data, k)?,
                    };
                }
                Op::Len => a = wire_len,
                Op::Immediate(k) => a = k,
                Op::Recall(place) => a = *scratch.get(usize::from(place))?,
                Op::XImmediate(k) => x = k,
                Op::XLen => x = wire_len,
                Op::XRecall(place) => x = *scratch.get(usize::from(place))?,
                Op::XHeaderLen(k) => x = (byte(data, k)? & 0xf) << 2,
                Op::Store(place) => *scratch.get_mut(usize::from(place))? = a,
                Op::XStore(place) => *scratch.get_mut(usize::from(place))? = x,
                Op::Calc(calc, k) => a = calc.of(a, k)?,
                Op::CalcX(calc) => a = calc.of(a, x)?,
                Op::Neg => a = a.wrapping_neg(),
                Op::ToX => x = a,
                Op::ToA => a = x,
                Op::Jump(k) => rest = rest.get(k as usize..)?,
                Op::Equal { k, yes, no } => rest = pick(rest, a == k, yes, no)?,
                Op::Greater { k, yes, no } => rest = pick(rest, a > k, yes, no)?,
                Op::AtLeast { k, yes, no } => rest = pick(rest, a >= k, yes, no)?,
                Op::AnyBit { k, yes, no } => rest = pick(rest, a & k != 0, yes, no)?,
                Op::EqualX { yes, no } => rest = pick(rest, a == x, yes, no)?,
                Op::GreaterX { yes, no } => rest = pick(rest, a > x, yes, no)?,
                Op::AtLeastX { yes, no } => rest = pick(rest, a >= x, yes, no)?,
                Op::AnyBitX { yes, no } => rest = pick(rest, a & x != 0, yes, no)?,
                Op::WordEqual { at, k, yes, no } => {
                    a = word(data, u32::from(at))?;
                    rest = pick(rest, a == k, yes, no)?;
                }
                Op::HalfEqual { at, k, yes, no } => {
                    a = half(data, u32::from(at))?;
                    rest = pick(rest, a == k, yes, no)?;
                }
                Op::ByteEqual { at, k, yes, no } => {
                    a = byte(data, u32::from(at))?;
                    rest = pick(rest, a == k, yes, no)?;
                }
                Op::HalfAnyBit { at, k, yes, no } => {
                    a = half(data, u32::from(at))?;
                    rest = pick(rest, a & k != 0, yes, no)?;
                }
                Op::Return(k) => return Some(k),
                Op::ReturnA => return Some(a),
            }
        }
    }
}

#[inline]
fn pick(rest: &[Op], holds: bool, yes: u8, no: u8) -> Option<&[Op]> {
    rest.get(usize::from(if holds { yes } else { no })..)
}

#[inline]
fn word(data: &[u8], at: u32) -> Option<u32> {
    let at = at as usize;
    data.get(at..at + 4)?.first_chunk().map(|bytes| u32::from_be_bytes(*bytes))
}

#[inline]
fn half(data: &[u8], at: u32) -> Option<u32> {
    let at = at as usize;
    data.get(at..at + 2)?.first_chunk().map(|bytes| u32::from(u16::from_be_bytes(*bytes)))
}

#[inline]
fn byte(data: &[u8], at: u32) -> Option<u32> {
    data.get(at as usize).map(|byte| u32::from(*byte))
}

impl Calc {
    #[inline]
    fn of(self, a: u32, b: u32) -> Option<u32> {
        Some(match self {
            Self::Add => a.wrapping_add(b),
            Self::Sub => a.wrapping_sub(b),
            Self::Mul => a.wrapping_mul(b),
            Self::Div => a.checked_div(b)?,
            Self::Mod => a.checked_rem(b)?,
            Self::And => a & b,
            Self::Or => a | b,
            Self::Xor => a ^ b,
            Self::Lsh => a.checked_shl(b).unwrap_or(0),
            Self::Rsh => a.checked_shr(b).unwrap_or(0),
        })
    }
}

/// Where the Linux kernel's own "bytes" of a packet begin: -4096 (`SKF_AD_OFF`). No packet has a byte there.
const KERNEL: u32 = 0xffff_f000;

// Fields of an instruction's code: class in the low three bits, then width and mode, or operator and operand.
const X_OPERAND: u16 = 0x08;

impl Op {
    fn new(instruction: &Instruction) -> Result<Self, Fault> {
        let Instruction { code, jt: yes, jf: no, k } = *instruction;
        let place =
            || u8::try_from(k).ok().filter(|place| usize::from(*place) < SCRATCH).ok_or(Fault::Operand);
        Ok(match code {
            0x20 | 0x28 | 0x30 if k >= KERNEL => return Err(Fault::Kernel),
            0x20 => Self::Word(k),
            0x28 => Self::Half(k),
            0x30 => Self::Byte(k),
            0x40 => Self::Indirect(Width::Word, k),
            0x48 => Self::Indirect(Width::Half, k),
            0x50 => Self::Indirect(Width::Byte, k),
            0x80 => Self::Len,
            0x00 => Self::Immediate(k),
            0x60 => Self::Recall(place()?),
            0x01 => Self::XImmediate(k),
            0x81 => Self::XLen,
            0x61 => Self::XRecall(place()?),
            0xb1 => Self::XHeaderLen(k),
            0x02 => Self::Store(place()?),
            0x03 => Self::XStore(place()?),
            0x84 => Self::Neg,
            0x07 => Self::ToX,
            0x87 => Self::ToA,
            0x06 => Self::Return(k),
            0x16 => Self::ReturnA,
            // libpcap takes the distance as signed, for the loop of `protochain`.
            0x05 if k > i32::MAX as u32 => return Err(Fault::Loop),
            0x05 => Self::Jump(k),
            0x15 => Self::Equal { k, yes, no },
            0x25 => Self::Greater { k, yes, no },
            0x35 => Self::AtLeast { k, yes, no },
            0x45 => Self::AnyBit { k, yes, no },
            0x1d => Self::EqualX { yes, no },
            0x2d => Self::GreaterX { yes, no },
            0x3d => Self::AtLeastX { yes, no },
            0x4d => Self::AnyBitX { yes, no },
            _ if code & 0xff07 == 0x04 => {
                let calc = match code & 0xf0 {
                    0x00 => Calc::Add,
                    0x10 => Calc::Sub,
                    0x20 => Calc::Mul,
                    0x30 => Calc::Div,
                    0x40 => Calc::Or,
                    0x50 => Calc::And,
                    0x60 => Calc::Lsh,
                    0x70 => Calc::Rsh,
                    0x90 => Calc::Mod,
                    0xa0 => Calc::Xor,
                    _ => return Err(Fault::Unknown),
                };
                match calc {
                    _ if code & X_OPERAND != 0 => Self::CalcX(calc),
                    Calc::Div | Calc::Mod if k == 0 => return Err(Fault::Operand),
                    _ => Self::Calc(calc, k),
                }
            }
            _ => return Err(Fault::Unknown),
        })
    }

    /// This and the next instruction in one, where there is such a one. It passes over the next.
    fn joined(&self, behind: Option<&Self>) -> Option<Self> {
        let place = |k| u8::try_from(k).ok();
        Some(match (*self, *behind?) {
            (Self::Word(at), Self::Equal { k, yes, no }) => {
                Self::WordEqual { at: place(at)?, k, yes: yes.checked_add(1)?, no: no.checked_add(1)? }
            }
            (Self::Half(at), Self::Equal { k, yes, no }) => {
                Self::HalfEqual { at: place(at)?, k, yes: yes.checked_add(1)?, no: no.checked_add(1)? }
            }
            (Self::Byte(at), Self::Equal { k, yes, no }) => {
                Self::ByteEqual { at: place(at)?, k, yes: yes.checked_add(1)?, no: no.checked_add(1)? }
            }
            (Self::Half(at), Self::AnyBit { k, yes, no }) => {
                Self::HalfAnyBit { at: place(at)?, k, yes: yes.checked_add(1)?, no: no.checked_add(1)? }
            }
            _ => return None,
        })
    }

    /// How far beyond itself it can lead, in instructions; 0 if it ends the run.
    fn reach(&self) -> usize {
        match *self {
            Self::Return(_) | Self::ReturnA => 0,
            Self::Jump(k) => (k as usize).saturating_add(1),
            Self::Equal { yes, no, .. }
            | Self::Greater { yes, no, .. }
            | Self::AtLeast { yes, no, .. }
            | Self::AnyBit { yes, no, .. }
            | Self::EqualX { yes, no }
            | Self::GreaterX { yes, no }
            | Self::AtLeastX { yes, no }
            | Self::AnyBitX { yes, no } => usize::from(yes.max(no)) + 1,
            _ => 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn op(code: u16, k: u32) -> Instruction {
        Instruction { code, jt: 0, jf: 0, k }
    }

    fn value(instructions: &[Instruction], data: &[u8]) -> Option<u32> {
        Program::new(instructions).unwrap().value(data, 1_000)
    }

    #[test]
    fn a_program_must_end_and_stay_inside() {
        let fault = |instructions: &[Instruction]| Program::new(instructions).unwrap_err();
        assert_eq!(fault(&[]), Fault::Unknown);
        assert_eq!(fault(&[op(0x00, 1)]), Fault::Outside);
        assert_eq!(fault(&[Instruction { code: 0x15, jt: 1, jf: 0, k: 0 }, op(0x06, 1)]), Fault::Outside);
        assert_eq!(fault(&[op(0x05, 1), op(0x06, 1)]), Fault::Outside);
        assert_eq!(fault(&[op(0x05, i32::MAX as u32), op(0x06, 1)]), Fault::Outside);
        assert_eq!(fault(&[op(0x05, u32::MAX), op(0x06, 1)]), Fault::Loop);
        assert_eq!(fault(&[op(0x28, KERNEL + 4), op(0x06, 1)]), Fault::Kernel);
        assert_eq!(fault(&[op(0x34, 0), op(0x06, 1)]), Fault::Operand);
        assert_eq!(fault(&[op(0x60, 16), op(0x06, 1)]), Fault::Operand);
        assert_eq!(fault(&[op(0xb4, 1), op(0x06, 1)]), Fault::Unknown);
        assert_eq!(fault(&[op(0xffff, 1), op(0x06, 1)]), Fault::Unknown);
    }

    #[test]
    fn what_is_not_there_ends_the_run() {
        let load = |code, k| value(&[op(code, k), op(0x16, 0)], &[1, 2, 3, 4, 5]);
        assert_eq!((load(0x20, 1), load(0x20, 2)), (Some(0x0203_0405), None));
        assert_eq!((load(0x28, 3), load(0x28, 4)), (Some(0x0405), None));
        assert_eq!((load(0x30, 4), load(0x30, 5), load(0x30, KERNEL - 1)), (Some(5), None, None));
        // X is 12: the header length of the byte 3 at place 2, in words.
        let indirect = |code, k: u32| value(&[op(0xb1, 2), op(code, k), op(0x16, 0)], &[0, 0, 3, 9, 9]);
        assert_eq!((indirect(0x50, u32::MAX - 5), indirect(0x50, 0)), (None, None));
        assert_eq!(value(&[op(0x81, 0), op(0x87, 0), op(0x16, 0)], &[]), Some(1_000));
    }

    #[test]
    fn arithmetic_at_its_edges() {
        let calc =
            |code: u16, a, x| value(&[op(0x01, x), op(0x00, a), op(code | X_OPERAND, 0), op(0x16, 0)], &[]);
        assert_eq!((calc(0x34, 7, 0), calc(0x94, 7, 0), calc(0x94, 7, 4)), (None, None, Some(3)));
        assert_eq!(
            (calc(0x64, 1, 31), calc(0x64, 1, 32), calc(0x74, 9, 33)),
            (Some(1 << 31), Some(0), Some(0))
        );
        assert_eq!((calc(0x04, u32::MAX, 2), calc(0x14, 1, 2)), (Some(1), Some(u32::MAX)));
        assert_eq!(value(&[op(0x00, 5), op(0x02, 15), op(0x61, 15), op(0x87, 0), op(0x16, 0)], &[]), Some(5));
        assert_eq!(value(&[op(0x00, 1), op(0x84, 0), op(0x16, 0)], &[]), Some(u32::MAX));
    }

    #[test]
    fn an_instruction_takes_eight_bytes() {
        assert_eq!(size_of::<Op>(), 8);
    }
}
