//! One interface, or one ring of it, whatever becomes of the interface.

use std::collections::VecDeque;
use std::os::fd::BorrowedFd;
use std::sync::Arc;
use std::time::{Duration, Instant};

use packetbeat_core::packet::Packet;

#[cfg(target_os = "linux")]
use super::af_packet::AfPacket;
use super::error::LiveError;
use super::libpcap::Libpcap;
use super::options::{LiveKind, LiveOptions};
use super::report::{Absence, LiveChange, LiveCounters, Polled, Spread};
use super::route::{self, RouteFamily};
use super::turn::{self, Turn};
use super::{address, drops::InterfaceDrops};

/// How often to look whether an interface is there.
const LOOK: Duration = Duration::from_millis(500);

/// Most kinds of link layers that are named when they are passed over.
const MAX_NAMED_LINKS: usize = 8;

/// Packets of one interface, or those that come to one of its rings. It may be moved to another thread.
///
/// An interface that goes down, disappears or comes back does not end it: it says so ([`Polled::change`]) and goes on.
#[derive(Debug)]
pub struct LiveSource {
    options: Arc<LiveOptions>,
    #[cfg(target_os = "linux")]
    group: Arc<super::group::Group>,
    /// Which of the interface's rings this is.
    ring: usize,
    family: Option<RouteFamily>,
    device: Arc<str>,
    /// None while it cannot be opened.
    handle: Option<Handle>,
    gone: Option<Absence>,
    /// When to look next.
    due: Option<Instant>,
    /// When to ask next where the default route leads.
    route_due: Option<Instant>,
    /// Whether packets came since the last look.
    busy: bool,
    changes: VecDeque<LiveChange>,
    named: Vec<u16>,
    counters: LiveCounters,
    drops: InterfaceDrops,
    turn: Turn,
}

/// What one call took from a handle.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Drained {
    pub(crate) packets: u32,
    /// A link layer whose packets were passed over.
    pub(crate) unknown_hatype: Option<u16>,
}

enum Handle {
    #[cfg(target_os = "linux")]
    AfPacket(AfPacket),
    Libpcap(Libpcap),
}

impl LiveSource {
    /// Opens an interface. With [`LiveKind::AfPacket`], as many sources as there are `rings`, each for a worker of its
    /// own: both directions of a flow come to the same one (see [`Spread`]). With [`LiveKind::Pcap`] always one.
    ///
    /// An interface that is down is waited for.
    ///
    /// # Errors
    ///
    /// What is wrong with the device, the filter or the rights of this process, before anything is captured.
    pub fn open(options: &LiveOptions, rings: usize) -> Result<Vec<Self>, LiveError> {
        let rings = if options.kind == LiveKind::Pcap { 1 } else { rings.max(1) };
        let family = RouteFamily::of_device(&options.device);
        let device: Arc<str> = route::resolve(&options.device)?.into();
        let options = Arc::new(options.clone());
        #[cfg(target_os = "linux")]
        let group = Arc::new(super::group::Group::new(rings, options.fanout_group));
        let mut sources = Vec::new();
        for ring in 0..rings {
            let mut source = Self {
                options: Arc::clone(&options),
                #[cfg(target_os = "linux")]
                group: Arc::clone(&group),
                ring,
                family,
                device: Arc::clone(&device),
                handle: None,
                gone: None,
                due: None,
                route_due: None,
                busy: false,
                changes: VecDeque::new(),
                named: Vec::new(),
                counters: LiveCounters::default(),
                drops: InterfaceDrops::new(&device),
                turn: Turn::default(),
            };
            match source.open_handle() {
                Ok(handle) => source.handle = Some(handle),
                Err(error) => match source.absence() {
                    Some(why) => source.lose(why),
                    None => return Err(error),
                },
            }
            sources.push(source);
        }
        // All are members of the group: none gets what is another's.
        for source in &sources {
            if let Some(handle) = &source.handle {
                handle.start(&source.device)?;
            }
        }
        Ok(sources)
    }

    /// Waits for packets, `patience` at most, and hands them out: one block of a ring, or 512 of libpcap. They are
    /// numbered from 1 on, and are gone when `each` returns. Returns early, and empty, when there is a change to tell or
    /// a signal came.
    pub fn poll(&mut self, patience: Duration, each: impl FnMut(&Packet<'_>)) -> Polled {
        let mut turn = self.turn;
        let polled = turn::poll(std::slice::from_mut(self), &mut turn, patience, each);
        self.turn = turn;
        polled
    }

    /// What was counted since the source was opened.
    pub fn counters(&mut self) -> LiveCounters {
        self.count();
        self.counters
    }

    /// The name of the interface. It changes if the source follows the default route.
    #[must_use]
    pub fn device(&self) -> &str {
        &self.device
    }

    /// How packets come to the rings of the interface.
    #[must_use]
    pub fn spread(&self) -> Spread {
        match &self.handle {
            #[cfg(target_os = "linux")]
            Some(Handle::AfPacket(handle)) => handle.spread(),
            Some(Handle::Libpcap(_)) | None => Spread::Alone,
        }
    }

    /// Hands out what is there; `None` if that is nothing.
    pub(crate) fn drain(&mut self, number: &mut u64, each: impl FnMut(&Packet<'_>)) -> Option<u32> {
        let drained = match self.handle.as_mut()? {
            #[cfg(target_os = "linux")]
            Handle::AfPacket(handle) => handle.drain(number, &mut self.counters, each)?,
            Handle::Libpcap(handle) => handle.drain(number, each)?,
        };
        self.busy = true;
        if let Some(hatype) = drained.unknown_hatype {
            self.name_link(hatype);
        }
        Some(drained.packets)
    }

    /// To be called often: looks after the interface when it is time to, and tells what became of it.
    pub(crate) fn tend(&mut self, now: Instant) -> Option<LiveChange> {
        if self.due.is_none_or(|due| due <= now) {
            self.due = Some(now + LOOK);
            self.follow_route(now);
            self.look();
        }
        self.changes.pop_front()
    }

    /// When to call [`LiveSource::tend`] again at the latest.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.due
    }

    /// The system says that something is wrong with the handle.
    pub(crate) fn fault(&mut self, now: Instant) {
        match &self.handle {
            #[cfg(target_os = "linux")]
            Some(Handle::AfPacket(handle)) => handle.clear_fault(),
            Some(Handle::Libpcap(_)) | None => {}
        }
        if let Some(why) = self.absence() {
            self.lose(why);
        }
        // What the ring still holds is handed out first: a block may be under way.
        self.due = Some(now + LOOK);
    }

    /// What to wait for.
    pub(crate) fn fd(&self) -> Option<BorrowedFd<'_>> {
        match self.handle.as_ref()? {
            #[cfg(target_os = "linux")]
            Handle::AfPacket(handle) => Some(handle.fd()),
            // A handle that gave up says so for ever.
            Handle::Libpcap(handle) => handle.broken().is_none().then(|| handle.fd()),
        }
    }

    fn open_handle(&self) -> Result<Handle, LiveError> {
        match self.options.kind {
            LiveKind::Pcap => Libpcap::open(&self.options, &self.device).map(Handle::Libpcap),
            #[cfg(target_os = "linux")]
            LiveKind::AfPacket => {
                AfPacket::open(&self.options, &self.device, &self.group).map(Handle::AfPacket)
            }
            #[cfg(not(target_os = "linux"))]
            LiveKind::AfPacket => Err(LiveError::NoAfPacket { device: self.device.to_string() }),
        }
    }

    /// Compares what there is with what was opened.
    fn look(&mut self) {
        let Some(handle) = &self.handle else { return self.reopen() };
        let broken = handle.broken().map(|message| Absence::Refused(message.to_owned()));
        // Neither `any` nor what is no network interface (usbmon) has an index.
        let replaced = handle.index().is_some() && address::index_of(&self.device) != handle.index();
        if replaced || broken.is_some() {
            // Told first and closed the next time, so that what waits in the ring is not lost.
            if self.gone.is_some() {
                self.close();
                self.reopen();
            } else {
                self.lose(self.absence().or(broken).unwrap_or(Absence::Removed));
            }
        } else if self.gone.is_some() {
            if self.absence().is_none() {
                self.come_back();
            }
        } else if !std::mem::take(&mut self.busy)
            && let Some(why) = self.absence()
        {
            self.lose(why);
        }
    }

    /// Why the interface gives nothing, if it does not; asks the system.
    fn absence(&self) -> Option<Absence> {
        if &*self.device == "any" {
            return None;
        }
        match address::is_up(&self.device) {
            Some(true) => None,
            Some(false) => Some(Absence::Down),
            // What never was a network interface cannot be missed.
            None if self.handle.as_ref().is_some_and(|handle| handle.index().is_none()) => None,
            None => Some(Absence::Removed),
        }
    }

    fn lose(&mut self, why: Absence) {
        self.counters.gone += u64::from(self.gone.is_none());
        // An interface that is back and refuses itself is news: it takes somebody to do something.
        let is_refusal = |why: &Absence| matches!(why, Absence::Refused(_));
        if self.gone.as_ref().is_none_or(|before| is_refusal(&why) && !is_refusal(before)) {
            self.changes.push_back(LiveChange::Gone { device: Arc::clone(&self.device), why: why.clone() });
        }
        self.gone = Some(why);
    }

    fn come_back(&mut self) {
        if self.gone.take().is_some() {
            self.changes.push_back(LiveChange::Back { device: Arc::clone(&self.device) });
        }
        self.busy = true;
    }

    fn close(&mut self) {
        self.count();
        self.handle = None;
    }

    fn reopen(&mut self) {
        let opened = self.open_handle().and_then(|handle| handle.start(&self.device).map(|()| handle));
        match opened {
            Ok(handle) => {
                self.handle = Some(handle);
                match self.absence() {
                    None => self.come_back(),
                    Some(why) => self.lose(why),
                }
            }
            Err(error) => self.lose(self.absence().unwrap_or_else(|| Absence::Refused(error.to_string()))),
        }
    }

    /// Goes where the default route leads, if that is what is captured, and it is time to ask or the interface is gone.
    fn follow_route(&mut self, now: Instant) {
        let Some(family) = self.family else { return };
        let polled = self.options.poll_default_route.map(|every| every.max(Duration::from_secs(1)));
        let is_due = match (polled, self.route_due) {
            (Some(every), due) if due.is_none_or(|due| due <= now) => {
                self.route_due = Some(now + every);
                due.is_some()
            }
            _ => false,
        };
        if !is_due && self.gone.is_none() {
            return;
        }
        // No route at all: stay.
        let Ok(Some(to)) = route::default_route(family) else { return };
        if *to == *self.device {
            return;
        }
        self.close();
        self.drops = InterfaceDrops::new(&to);
        let from = std::mem::replace(&mut self.device, to.into());
        self.changes.push_back(LiveChange::Moved { from, to: Arc::clone(&self.device) });
        // The line above says that packets come, if they do.
        self.gone = None;
        self.reopen();
    }

    fn count(&mut self) {
        match &mut self.handle {
            #[cfg(target_os = "linux")]
            Some(Handle::AfPacket(handle)) => {
                handle.count(&mut self.counters);
                if self.ring == 0 {
                    self.counters.dropped_by_interface += self.drops.since();
                }
            }
            Some(Handle::Libpcap(handle)) => handle.count(&mut self.counters),
            None => {}
        }
    }

    fn name_link(&mut self, hatype: u16) {
        if self.named.len() < MAX_NAMED_LINKS && !self.named.contains(&hatype) {
            self.named.push(hatype);
            self.changes.push_back(LiveChange::Skipping { device: Arc::clone(&self.device), hatype });
        }
    }
}

impl Handle {
    fn start(&self, device: &str) -> Result<(), LiveError> {
        match self {
            #[cfg(target_os = "linux")]
            Self::AfPacket(handle) => handle.start(device),
            Self::Libpcap(_) => Ok(()),
        }
    }

    fn index(&self) -> Option<u32> {
        match self {
            #[cfg(target_os = "linux")]
            Self::AfPacket(handle) => handle.index(),
            Self::Libpcap(handle) => handle.index(),
        }
    }

    fn broken(&self) -> Option<&str> {
        match self {
            #[cfg(target_os = "linux")]
            Self::AfPacket(_) => None,
            Self::Libpcap(handle) => handle.broken(),
        }
    }
}

impl std::fmt::Debug for Handle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            #[cfg(target_os = "linux")]
            Self::AfPacket(_) => "AfPacket",
            Self::Libpcap(_) => "Libpcap",
        })
    }
}
