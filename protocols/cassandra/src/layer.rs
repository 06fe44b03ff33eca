//! Messages out of the bytes of a direction: plain, or in the frames of version 5.

use std::num::NonZeroU64;

use packetbeat_core::cx::Cx;
use packetbeat_core::direction::{Both, Dir};
use packetbeat_core::inner::{Fed, Inner, InnerStream};
use packetbeat_core::record::Half;
use packetbeat_core::stream::{Finish, Progress, SkipLen, Skipped, Window};

use crate::config::Config;
use crate::conn::{Conn, Message};
use crate::frame::Frame;
use crate::header::Header;
use crate::inflate;
use crate::limits::BODY_BYTES;
use crate::search::{self, Begins, Mode};

/// The streams of messages within frames.
#[derive(Debug, Default)]
pub(crate) struct Layer {
    inner: Both<Inner>,
    inflated: Vec<u8>,
}

/// The reader of what is in frames.
struct Messages<'c>(&'c Config);

impl InnerStream<Conn> for Messages<'_> {
    fn data(&self, conn: &mut Conn, dir: Dir, window: Window<'_>, cx: &mut Cx<'_>) -> Progress {
        messages(conn, dir, window, self.0, cx)
    }
}

/// Reads the bytes of a direction.
pub(crate) fn data(
    conn: &mut Conn,
    layer: &mut Layer,
    dir: Dir,
    window: Window<'_>,
    config: &Config,
    cx: &mut Cx<'_>,
) -> Progress {
    if conn.sides[dir].lost {
        conn.found(dir);
    }
    let mut at = 0;
    loop {
        let rest = window.after(at);
        let progress = match conn.sides[dir].mode {
            Mode::Unknown => match search::mode(rest.bytes, dir) {
                Ok(mode) => {
                    conn.sides[dir].mode = mode;
                    continue;
                }
                Err(Begins::Perhaps) => Progress::all(0),
                Err(_) => {
                    // What cannot be checked is read as it comes.
                    conn.sides[dir].mode = Mode::Plain;
                    continue;
                }
            },
            Mode::Plain => messages(conn, dir, rest, config, cx),
            Mode::Framed { compressed } => layer.frames(conn, dir, rest, compressed, config, cx),
        };
        let taken = progress.consumed();
        at += taken;
        let stays = matches!(conn.sides[dir].mode, Mode::Plain);
        match progress {
            // The handshake is over within the window: what follows is read in another way.
            Progress::Await { .. } if taken > 0 && !stays && at < window.bytes.len() => {}
            Progress::Await { more, .. } => return Progress::Await { consumed: at, more },
            Progress::Skip { then, .. } => return Progress::Skip { consumed: at, then },
            Progress::Finish { how, .. } => return Progress::Finish { consumed: at, how },
        }
    }
}

/// Reads messages one behind the other, until the handshake says that frames follow.
fn messages(conn: &mut Conn, dir: Dir, window: Window<'_>, config: &Config, cx: &mut Cx<'_>) -> Progress {
    let framed = conn.frame.is_some();
    let mut at = 0;
    loop {
        let rest = window.after(at);
        let header = match Header::read(rest.bytes, dir) {
            Ok(Some(header)) => header,
            Ok(None) => return Progress::wait(at, Header::missing(rest.bytes.len())),
            Err(error) => return Progress::Finish { consumed: at, how: Finish::Malformed(error) },
        };
        let half = half(conn, dir, rest, header, cx);
        let kept = header.body.min(BODY_BYTES);
        let there = rest.bytes.len().saturating_sub(header.len);
        if there < kept {
            return Progress::wait(at, kept - there);
        }
        let body = rest.bytes.get(header.len..header.len + kept).unwrap_or_default();
        at += header.len + kept;
        let message = Message { header, half, body, lost: 0 };
        let Some(left) = NonZeroU64::new((header.body - kept) as u64) else {
            conn.message(dir, message, config, cx);
            if !framed && conn.sides[dir].mode != Mode::Plain {
                return Progress::all(at);
            }
            continue;
        };
        if framed {
            // Nobody says when a skip within frames is over.
            conn.message(dir, message, config, cx);
        } else {
            let side = &mut conn.sides[dir];
            side.kept.clear();
            side.kept.extend_from_slice(body);
            side.long = Some((header, half));
        }
        return Progress::Skip { consumed: at, then: SkipLen::Exactly(left) };
    }
}

/// The half of an exchange that begins where the window does.
fn half(conn: &mut Conn, dir: Dir, window: Window<'_>, header: Header, cx: &Cx<'_>) -> Half {
    let bytes = header.whole() as u64;
    let Some(frame) = conn.frame else { return cx.half(dir, window.start, bytes) };
    let first = &mut conn.sides[dir].first;
    let at = match *first {
        Some((start, at)) if start == window.start => at,
        _ => frame,
    };
    *first = Some((window.start, at));
    Half { at, bytes }
}

/// The rest of a message that was skipped has passed.
pub(crate) fn skipped(conn: &mut Conn, dir: Dir, done: Skipped, config: &Config, cx: &mut Cx<'_>) {
    let Some((header, mut half)) = conn.sides[dir].long.take() else { return };
    let kept = std::mem::take(&mut conn.sides[dir].kept);
    if !done.complete {
        half.bytes = (header.len + kept.len()) as u64 + done.bytes;
    }
    let missing = (header.whole() as u64).saturating_sub(half.bytes);
    conn.message(dir, Message { header, half, body: &kept, lost: done.lost + missing }, config, cx);
    conn.sides[dir].kept = kept;
}

impl Layer {
    /// Forgets what was under way.
    pub(crate) fn gap(&mut self, dir: Dir) {
        self.inner[dir] = Inner::default();
    }

    fn frames(
        &mut self,
        conn: &mut Conn,
        dir: Dir,
        window: Window<'_>,
        compressed: bool,
        config: &Config,
        cx: &mut Cx<'_>,
    ) -> Progress {
        let mut at = 0;
        loop {
            let rest = window.after(at);
            let frame = match Frame::read(rest.bytes, compressed) {
                Ok(Some(frame)) => frame,
                Ok(None) => {
                    let more = Frame::header_len(compressed).saturating_sub(rest.bytes.len());
                    return Progress::wait(at, more);
                }
                Err(error) => return Progress::Finish { consumed: at, how: Finish::Malformed(error) },
            };
            if rest.bytes.len() < frame.whole() {
                return Progress::wait(at, frame.whole() - rest.bytes.len());
            }
            at += frame.whole();
            let Some(payload) = self.payload(frame, rest.bytes) else {
                // A frame that is damaged is as good as lost.
                conn.gap(dir, config, cx);
                conn.found(dir);
                self.gap(dir);
                continue;
            };
            let side = &mut conn.sides[dir];
            if side.drops_parts && !frame.is_whole {
                continue;
            }
            side.drops_parts = false;
            conn.frame = Some(cx.stamp(dir, rest.start));
            let payload = if payload { self.inflated.as_slice() } else { stored(frame, rest.bytes) };
            let fed = self.inner[dir].feed(&Messages(config), conn, dir, payload, cx);
            conn.layer_bytes = self.inner.to_server.heap_bytes()
                + self.inner.to_client.heap_bytes()
                + self.inflated.capacity();
            match fed {
                Fed::Waiting => {}
                Fed::Finished(how) => return Progress::Finish { consumed: at, how },
                Fed::Exceeded => return Progress::Finish { consumed: at, how: Finish::Opaque },
            }
        }
    }

    /// Whether the payload was decompressed into the buffer, or is stored as it is; `None` if it is damaged.
    fn payload(&mut self, frame: Frame, bytes: &[u8]) -> Option<bool> {
        let payload = frame.payload(bytes)?;
        let Some(inflated) = frame.inflated else { return Some(false) };
        self.inflated.clear();
        inflate::block_of_lz4(payload, inflated, &mut self.inflated).ok()?;
        (self.inflated.len() == inflated).then_some(true)
    }
}

fn stored(frame: Frame, bytes: &[u8]) -> &[u8] {
    bytes.get(frame.header..frame.header + frame.payload).unwrap_or_default()
}
