//! A packet socket (`packet(7)`): the calls that the standard library has not.

use std::io;
use std::mem::{MaybeUninit, size_of};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

use libc::{c_int, c_uint};

use crate::bpf::Instruction;

/// A packet socket. It gives nothing before it is bound.
#[derive(Debug)]
pub(crate) struct Socket(OwnedFd);

/// How a group of rings parts its packets (`PACKET_FANOUT_…`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Program,
    Hash,
}

/// What the kernel counted since it was last asked.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Statistics {
    /// Those lost among them.
    pub(crate) packets: u32,
    pub(crate) drops: u32,
    pub(crate) freezes: u32,
}

impl Socket {
    /// Protocol 0: no packet comes before [`Socket::bind`] says what is wanted.
    pub(crate) fn new() -> io::Result<Self> {
        // SAFETY: no memory is passed.
        let fd = unsafe { libc::socket(libc::AF_PACKET, libc::SOCK_RAW | libc::SOCK_CLOEXEC, 0) };
        check(fd)?;
        // SAFETY: the call succeeded, so that this is a descriptor that nobody else has.
        Ok(Self(unsafe { OwnedFd::from_raw_fd(fd) }))
    }

    /// Asks for a ring of the third version with so many blocks of so many bytes. A block that is not full is handed
    /// over once it is `patience_ms` to twice that old. The kernel leaves `reserve` bytes free in front of each packet.
    pub(crate) fn make_ring(
        &self,
        block: usize,
        blocks: usize,
        patience_ms: u32,
        reserve: u32,
    ) -> io::Result<()> {
        // Frames have no fixed place in a ring of this version; the kernel checks these two all the same.
        const FRAME: usize = 2048;
        let too_large = |_| io::Error::from(io::ErrorKind::InvalidInput);
        let version = libc::tpacket_versions::TPACKET_V3 as c_int;
        let request = libc::tpacket_req3 {
            tp_block_size: c_uint::try_from(block).map_err(too_large)?,
            tp_block_nr: c_uint::try_from(blocks).map_err(too_large)?,
            tp_frame_size: FRAME as c_uint,
            tp_frame_nr: c_uint::try_from(block / FRAME * blocks).map_err(too_large)?,
            tp_retire_blk_tov: patience_ms,
            tp_sizeof_priv: 0,
            tp_feature_req_word: 0,
        };
        // SAFETY: these options take an int, an unsigned int and this structure.
        unsafe {
            self.set(libc::SOL_PACKET, libc::PACKET_VERSION, &version)?;
            self.set(libc::SOL_PACKET, libc::PACKET_RESERVE, &reserve)?;
            self.set(libc::SOL_PACKET, libc::PACKET_RX_RING, &request)
        }
    }

    /// Lets packets come from an interface; `None`: from all.
    pub(crate) fn bind(&self, index: Option<u32>) -> io::Result<()> {
        // SAFETY: all zeros are a valid address of this family.
        let mut address: libc::sockaddr_ll = unsafe { MaybeUninit::zeroed().assume_init() };
        address.sll_family = libc::AF_PACKET as u16;
        address.sll_protocol = (libc::ETH_P_ALL as u16).to_be();
        address.sll_ifindex = c_int::try_from(index.unwrap_or(0)).unwrap_or(c_int::MAX);
        // SAFETY: the pointer is to an address of this length.
        let result = unsafe {
            libc::bind(
                self.0.as_raw_fd(),
                (&raw const address).cast(),
                size_of::<libc::sockaddr_ll>() as libc::socklen_t,
            )
        };
        check(result)
    }

    /// Lets the interface pass on what is for others, until this socket is closed.
    pub(crate) fn be_promiscuous(&self, index: u32) -> io::Result<()> {
        let membership = libc::packet_mreq {
            mr_ifindex: c_int::try_from(index).unwrap_or(c_int::MAX),
            mr_type: libc::PACKET_MR_PROMISC as u16,
            mr_alen: 0,
            mr_address: [0; 8],
        };
        // SAFETY: this option takes this structure.
        unsafe { self.set(libc::SOL_PACKET, libc::PACKET_ADD_MEMBERSHIP, &membership) }
    }

    /// Runs a program on each packet: what it returns is the number of bytes that are captured, 0 refuses it. Takes the
    /// place of the one before in one step.
    pub(crate) fn attach(&self, program: &[Instruction]) -> io::Result<()> {
        self.set_program(libc::SOL_SOCKET, libc::SO_ATTACH_FILTER, program)
    }

    /// Joins the group of rings with this number, or a new one; returns its number.
    pub(crate) fn join(&self, group: Option<u16>, mode: Mode) -> io::Result<u16> {
        let kind = match mode {
            Mode::Program => libc::PACKET_FANOUT_CBPF,
            Mode::Hash => libc::PACKET_FANOUT_HASH,
        };
        let new = if group.is_none() { libc::PACKET_FANOUT_FLAG_UNIQUEID } else { 0 };
        let flags = kind | libc::PACKET_FANOUT_FLAG_DEFRAG | new;
        let argument = u32::from(group.unwrap_or(0)) | flags << 16;
        // SAFETY: the option takes an int.
        unsafe { self.set(libc::SOL_PACKET, libc::PACKET_FANOUT, &argument)? };
        let mut joined: c_int = 0;
        // SAFETY: the option gives an int.
        unsafe { self.get(libc::SOL_PACKET, libc::PACKET_FANOUT, &mut joined)? };
        Ok((joined & 0xffff) as u16)
    }

    /// Sets the program of the group that this socket is in: what it returns, modulo the number of rings, is the ring.
    pub(crate) fn spread_by(&self, program: &[Instruction]) -> io::Result<()> {
        self.set_program(libc::SOL_PACKET, libc::PACKET_FANOUT_DATA, program)
    }

    /// What the kernel counted; it begins again at zero.
    pub(crate) fn statistics(&self) -> io::Result<Statistics> {
        let mut counted = libc::tpacket_stats_v3 { tp_packets: 0, tp_drops: 0, tp_freeze_q_cnt: 0 };
        // SAFETY: the option gives this structure to sockets with a ring of the third version, less of it to others.
        unsafe { self.get(libc::SOL_PACKET, libc::PACKET_STATISTICS, &mut counted)? };
        Ok(Statistics {
            packets: counted.tp_packets,
            drops: counted.tp_drops,
            freezes: counted.tp_freeze_q_cnt,
        })
    }

    /// What went wrong with the socket since this was last asked.
    pub(crate) fn take_error(&self) -> Option<io::Error> {
        let mut errno: c_int = 0;
        // SAFETY: the option gives an int.
        match unsafe { self.get(libc::SOL_SOCKET, libc::SO_ERROR, &mut errno) } {
            Ok(()) if errno == 0 => None,
            Ok(()) => Some(io::Error::from_raw_os_error(errno)),
            Err(error) => Some(error),
        }
    }

    fn set_program(&self, level: c_int, option: c_int, program: &[Instruction]) -> io::Result<()> {
        let mut filter: Vec<libc::sock_filter> = program
            .iter()
            .map(|&Instruction { code, jt, jf, k }| libc::sock_filter { code, jt, jf, k })
            .collect();
        let len = u16::try_from(filter.len()).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
        let program = libc::sock_fprog { len, filter: filter.as_mut_ptr() };
        // SAFETY: both options that come here take this structure; the kernel copies as many instructions as it says,
        // which `filter` holds until the call is over.
        unsafe { self.set(level, option, &program) }
    }

    /// # Safety
    ///
    /// The option must take a `T`, without bytes that are not initialised.
    unsafe fn set<T>(&self, level: c_int, option: c_int, value: &T) -> io::Result<()> {
        let len = size_of::<T>() as libc::socklen_t;
        // SAFETY: the pointer is to `len` bytes that the kernel reads.
        check(unsafe {
            libc::setsockopt(self.0.as_raw_fd(), level, option, std::ptr::from_ref(value).cast(), len)
        })
    }

    /// # Safety
    ///
    /// The option must give a `T` or its beginning, and any bytes must be a `T`.
    unsafe fn get<T>(&self, level: c_int, option: c_int, value: &mut T) -> io::Result<()> {
        let mut len = size_of::<T>() as libc::socklen_t;
        // SAFETY: the pointer is to `len` bytes that the kernel may write.
        check(unsafe {
            libc::getsockopt(
                self.0.as_raw_fd(),
                level,
                option,
                std::ptr::from_mut(value).cast(),
                &raw mut len,
            )
        })
    }
}

impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

fn check(result: c_int) -> io::Result<()> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}
