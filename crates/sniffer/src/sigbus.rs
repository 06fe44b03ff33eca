//! Survival of a mapped file that becomes shorter.
//!
//! Touching a page beyond the end of the file raises SIGBUS, which kills. The handler here looks whether the address
//! lies in a mapping of ours; if so it puts a page of zeros in its place, lowers the mapping's limit and returns:
//! the interrupted read is done again and gets zeros. Readers compare the limit after they have read, so that zeros
//! are not taken for packets. Any other SIGBUS goes to the handler that was there before.
//!
//! The handler takes no lock and allocates nothing: it walks a list of nodes that are never freed, only used again,
//! and makes the system calls `fstat` and `mmap`.

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::RawFd;
use std::ptr;
use std::sync::atomic::{AtomicI32, AtomicPtr, AtomicUsize, Ordering, compiler_fence};
use std::sync::{Mutex, OnceLock, PoisonError};

/// Watches over one mapping for as long as it lives. Drop it before the pages are unmapped.
#[derive(Debug)]
pub(crate) struct Guard {
    node: &'static Node,
}

impl Guard {
    /// Watches over `pages`, a mapping of the file `fd` from its first byte, which must stay open.
    ///
    /// # Errors
    ///
    /// If the handler cannot be installed; the pages must not be read then.
    pub(crate) fn new(pages: &[u8], fd: RawFd) -> io::Result<Self> {
        install()?;
        let node = Node::take();
        node.limit.store(pages.len(), Ordering::Relaxed);
        node.fd.store(fd, Ordering::Relaxed);
        node.len.store(pages.len(), Ordering::Release);
        // Last: from here on the handler believes the rest.
        node.start.store(pages.as_ptr().addr(), Ordering::Release);
        Ok(Self { node })
    }

    /// Number of leading bytes that are known to come from the file.
    #[inline]
    pub(crate) fn limit(&self) -> usize {
        // The handler may run in this very thread, in the middle of a read that stands before this call in the
        // program: the compiler must leave it there.
        compiler_fence(Ordering::SeqCst);
        self.node.limit.load(Ordering::Relaxed)
    }

    /// The file has `len` bytes at most.
    pub(crate) fn lower(&self, len: usize) {
        self.node.limit.fetch_min(len, Ordering::Relaxed);
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.node.start.store(0, Ordering::Release);
        FREE.lock().unwrap_or_else(PoisonError::into_inner).push(self.node);
    }
}

/// One watched mapping. A start of zero: none.
#[derive(Debug)]
struct Node {
    start: AtomicUsize,
    len: AtomicUsize,
    limit: AtomicUsize,
    fd: AtomicI32,
    /// Set before the node is published, never changed.
    next: AtomicPtr<Node>,
}

/// All nodes that ever were.
static NODES: AtomicPtr<Node> = AtomicPtr::new(ptr::null_mut());
/// Those without a mapping. The handler does not touch it.
static FREE: Mutex<Vec<&'static Node>> = Mutex::new(Vec::new());
/// What was there before; set before our handler is.
static PREVIOUS: OnceLock<libc::sigaction> = OnceLock::new();
static PAGE: AtomicUsize = AtomicUsize::new(0);

impl Node {
    fn take() -> &'static Self {
        if let Some(node) = FREE.lock().unwrap_or_else(PoisonError::into_inner).pop() {
            return node;
        }
        let node: &'static Self = Box::leak(Box::new(Self {
            start: AtomicUsize::new(0),
            len: AtomicUsize::new(0),
            limit: AtomicUsize::new(0),
            fd: AtomicI32::new(-1),
            next: AtomicPtr::new(ptr::null_mut()),
        }));
        let mut first = NODES.load(Ordering::Acquire);
        loop {
            node.next.store(first, Ordering::Relaxed);
            let new = ptr::from_ref(node).cast_mut();
            match NODES.compare_exchange_weak(first, new, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => return node,
                Err(other) => first = other,
            }
        }
    }

    /// Puts zeros where `address` is, if that is in this mapping.
    fn repair(&self, address: usize) -> bool {
        let start = self.start.load(Ordering::Acquire);
        let len = self.len.load(Ordering::Acquire);
        // Another thread may be giving this node to another mapping: start and length must be of the same one.
        if start == 0
            || self.start.load(Ordering::Acquire) != start
            || !(start..start + len).contains(&address)
        {
            return false;
        }
        let page = PAGE.load(Ordering::Relaxed);
        let at = address & !(page - 1);
        // SAFETY: `at` is a page of a mapping that is alive: whoever faulted there holds it. Nobody writes to it, and
        // what its readers find in the page is already undefined: the file no longer has it.
        let zeros = unsafe {
            libc::mmap(
                ptr::without_provenance_mut(at),
                page,
                libc::PROT_READ,
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_FIXED,
                -1,
                0,
            )
        };
        if zeros == libc::MAP_FAILED {
            return false;
        }
        self.limit.fetch_min(at - start, Ordering::Relaxed);
        let mut stat = MaybeUninit::<libc::stat>::uninit();
        // SAFETY: the descriptor is at worst invalid, which is an error; `stat` has room for what is written.
        if unsafe { libc::fstat(self.fd.load(Ordering::Relaxed), stat.as_mut_ptr()) } == 0 {
            // SAFETY: the call succeeded, so it filled the structure.
            let size = unsafe { stat.assume_init() }.st_size;
            self.limit.fetch_min(usize::try_from(size).unwrap_or(usize::MAX), Ordering::Relaxed);
        }
        true
    }
}

/// Installs the handler once for the life of the process.
fn install() -> io::Result<()> {
    static DONE: Mutex<bool> = Mutex::new(false);
    let mut done = DONE.lock().unwrap_or_else(PoisonError::into_inner);
    if *done {
        return Ok(());
    }
    // SAFETY: a question without arguments in memory.
    let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    let page = usize::try_from(page).map_err(|_| io::Error::last_os_error())?;
    PAGE.store(page, Ordering::Relaxed);

    let mut previous = MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: asks for the present action only; the structure has room for it.
    if unsafe { libc::sigaction(libc::SIGBUS, ptr::null(), previous.as_mut_ptr()) } != 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the call succeeded, so it filled the structure.
    PREVIOUS.get_or_init(|| unsafe { previous.assume_init() });

    // SAFETY: all zeros are a valid `sigaction`: default action, empty mask, no flags.
    let mut action: libc::sigaction = unsafe { MaybeUninit::zeroed().assume_init() };
    let handler: WithInfo = on_sigbus;
    action.sa_sigaction = (handler as *const ()).expose_provenance();
    action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
    // SAFETY: the structure is complete, and the handler does only what may be done in one (see the module).
    if unsafe { libc::sigaction(libc::SIGBUS, &raw const action, ptr::null_mut()) } != 0 {
        return Err(io::Error::last_os_error());
    }
    *done = true;
    Ok(())
}

type WithInfo = unsafe extern "C" fn(libc::c_int, *mut libc::siginfo_t, *mut libc::c_void);
type Plain = unsafe extern "C" fn(libc::c_int);

/// The handler.
///
/// # Safety
///
/// For the system to call, with the pointers that it gives to a handler with `SA_SIGINFO`.
unsafe extern "C" fn on_sigbus(signal: libc::c_int, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    // SAFETY: the system gives a valid siginfo to a handler with SA_SIGINFO; SIGBUS has an address.
    let (sent_by_kernel, address) = unsafe { ((*info).si_code > 0, (*info).si_addr().addr()) };
    // The interrupted code may be between a call and its look at errno.
    let errno = errno();
    // SAFETY: errno of the own thread is always readable.
    let before = unsafe { *errno };
    let repaired = sent_by_kernel && nodes().any(|node| node.repair(address));
    // SAFETY: as above, writable.
    unsafe { *errno = before };
    if !repaired {
        pass_on(signal, info, context, sent_by_kernel);
    }
}

fn nodes() -> impl Iterator<Item = &'static Node> {
    let mut next = NODES.load(Ordering::Acquire);
    std::iter::from_fn(move || {
        // SAFETY: null or a node that was leaked, filled before it was published.
        let node: &'static Node = unsafe { next.as_ref() }?;
        next = node.next.load(Ordering::Relaxed);
        Some(node)
    })
}

/// Does with a SIGBUS that is not ours what would have been done without us.
fn pass_on(
    signal: libc::c_int,
    info: *mut libc::siginfo_t,
    context: *mut libc::c_void,
    sent_by_kernel: bool,
) {
    let previous = PREVIOUS.get();
    let action = previous.map_or(libc::SIG_DFL, |previous| previous.sa_sigaction);
    if action == libc::SIG_IGN && !sent_by_kernel {
        return;
    }
    if action == libc::SIG_DFL || action == libc::SIG_IGN {
        // SAFETY: both calls are allowed in a handler. The default action kills: at the fault, which happens again
        // when the handler returns, or through the signal raised here, which waits until then.
        unsafe {
            libc::signal(signal, libc::SIG_DFL);
            if !sent_by_kernel {
                libc::raise(signal);
            }
        }
        return;
    }
    let function = ptr::with_exposed_provenance::<()>(action);
    // SAFETY: neither default nor ignore, so it is a function; SA_SIGINFO says of which type. It gets what the
    // system gave us.
    unsafe {
        if previous.is_some_and(|previous| previous.sa_flags & libc::SA_SIGINFO != 0) {
            std::mem::transmute::<*const (), WithInfo>(function)(signal, info, context);
        } else {
            std::mem::transmute::<*const (), Plain>(function)(signal);
        }
    }
}

#[cfg(any(target_os = "linux", target_os = "emscripten", target_os = "redox", target_os = "hurd"))]
fn errno() -> *mut libc::c_int {
    // SAFETY: gives the address of the own thread's errno.
    unsafe { libc::__errno_location() }
}

#[cfg(any(target_vendor = "apple", target_os = "freebsd"))]
fn errno() -> *mut libc::c_int {
    // SAFETY: gives the address of the own thread's errno.
    unsafe { libc::__error() }
}

#[cfg(any(target_os = "android", target_os = "openbsd", target_os = "netbsd"))]
fn errno() -> *mut libc::c_int {
    // SAFETY: gives the address of the own thread's errno.
    unsafe { libc::__errno() }
}
