//! The life of one connection.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use crate::limits;
use crate::pages::Pages;

/// Becomes true when the program ends.
pub(crate) type Stop = watch::Receiver<bool>;

/// Answers what comes over a connection until it is over, too old, or the program ends.
pub(crate) async fn serve(io: impl AsyncRead + AsyncWrite + Unpin, pages: Arc<Pages>, mut stop: Stop) {
    let profiles = Arc::new(AtomicBool::new(false));
    let service = service_fn(|request| {
        let pages = Arc::clone(&pages);
        profiles.fetch_or(pages.takes_profile(&request), Ordering::Relaxed);
        async move { Ok::<_, Infallible>(pages.answer(request).await) }
    });
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(limits::HEAD_TIME)
        .max_buf_size(limits::HEAD_BYTES)
        .max_headers(limits::HEADERS);
    let mut connection = pin!(builder.serve_connection(TokioIo::new(io), service));

    // How it ends is the client's affair: a broken request is answered by hyper, a broken connection by nobody.
    let stopped = tokio::select! {
        _ = connection.as_mut() => return,
        () = sleep(limits::LIFE) => false,
        _ = stop.wait_for(|stop| *stop) => true,
    };
    connection.as_mut().graceful_shutdown();
    if !stopped {
        let longest = if profiles.load(Ordering::Relaxed) { limits::PROFILE_SECONDS } else { 0 };
        tokio::select! {
            _ = timeout(limits::LAST_ANSWER + Duration::from_secs(longest), connection.as_mut()) => return,
            _ = stop.wait_for(|stop| *stop) => {}
        }
    }
    let _ = timeout(limits::STOP, connection).await;
}
