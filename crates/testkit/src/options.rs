//! How much the kit does, and what it allows.

/// How much the kit does, and what it allows. The defaults are what a protocol should pass; what is allowed beyond them
/// belongs into its test with the reason.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Seed of everything random. A failure names the seed that it needs.
    pub seed: u64,
    /// Bytes shown to the parser by one check, all its runs together: what is short is tried at every byte, what is long
    /// in samples. All conversations share it.
    pub effort: usize,
    /// Rounds of mutated and of random bytes, shared by the conversations.
    pub rounds: usize,
    /// Bytes that may be shown again for each byte of the stream when it comes byte by byte: half the length of what has
    /// to be complete before it can be consumed, and whose length is not known before. Its parser looks at what is new
    /// (`Window::fresh`), which the kit cannot see.
    pub shown_again: u64,
    /// Bytes that the parser may hold, whatever comes: its own and the window's together.
    pub memory: usize,
    /// Bytes that the state of a datagram protocol may hold in one shard, whatever comes.
    pub shard_memory: usize,
    /// Allocations for each event in the steady state; `None` where the protocol cannot say (the reason belongs into the
    /// test).
    pub allocations: Option<u32>,
    /// Events that may be missing beyond those that a hole touches.
    pub lost_at_hole: usize,
    /// Whether events tell what earlier messages of the connection said (a login, a greeting): after a hole they are then
    /// known by the times of their halves alone.
    pub remembers: bool,
    /// Whether the parser may give a connection up after a hole.
    pub may_abandon: bool,
    /// Whether the probe has to recognise one of the conversations.
    pub recognised: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seed: 1,
            effort: 8 << 20,
            rounds: 3000,
            shown_again: 8192,
            memory: 8 << 20,
            shard_memory: 32 << 20,
            allocations: Some(0),
            lost_at_hole: 1,
            remembers: false,
            may_abandon: false,
            recognised: true,
        }
    }
}

impl Options {
    /// The same with the share of the effort that one of so many conversations has.
    pub(crate) fn shared_by(self, conversations: usize) -> Self {
        let share = |all: usize, least: usize| (all / conversations.max(1)).max(least.min(all));
        Self { effort: share(self.effort, 64 << 10), rounds: share(self.rounds, 50), ..self }
    }
}
