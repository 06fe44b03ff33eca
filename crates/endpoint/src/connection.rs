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

#[cfg(test)]
mod tests {
    use packetbeat_metrics::Snapshot;
    use serde_json::{Value, json};
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
    use tokio::time::Instant;

    use super::*;
    use crate::guard::Hosts;
    use crate::source::Source;

    struct Program;

    impl Source for Program {
        fn info(&self) -> Value {
            json!({"padding": "x".repeat(100_000)})
        }

        fn stats(&self) -> Snapshot {
            Snapshot::new()
        }

        fn state(&self) -> Value {
            json!({})
        }
    }

    struct Client {
        stream: DuplexStream,
        _stop: watch::Sender<bool>,
        begin: Instant,
    }

    /// A connection in a time that passes only while everybody waits.
    fn connect() -> Client {
        let (stream, server) = duplex(1024);
        let (stop, stopped) = watch::channel(false);
        let pages = Arc::new(Pages { source: Arc::new(Program), hosts: Hosts::Any, pprof: false });
        tokio::spawn(serve(server, pages, stopped));
        Client { stream, _stop: stop, begin: Instant::now() }
    }

    impl Client {
        async fn send(&mut self, text: &str) {
            self.stream.write_all(text.as_bytes()).await.unwrap();
        }

        /// All until the connection is closed, and when that was.
        async fn rest(&mut self) -> (String, Duration) {
            let mut bytes = Vec::new();
            self.stream.read_to_end(&mut bytes).await.unwrap();
            (String::from_utf8(bytes).unwrap(), self.begin.elapsed())
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_says_nothing_is_closed() {
        let (answer, time) = connect().rest().await;
        assert_eq!((answer.as_str(), time.as_secs()), ("", limits::HEAD_TIME.as_secs()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_head_that_trickles_is_closed() {
        let mut client = connect();
        client.send("GET / HTTP/1.1\r\n").await;
        while client.stream.write_all(b"X: y\r\n").await.is_ok() {
            sleep(Duration::from_millis(900)).await;
        }
        assert_eq!(client.begin.elapsed().as_secs(), limits::HEAD_TIME.as_secs());
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_idle_between_requests_is_closed() {
        let mut client = connect();
        sleep(Duration::from_secs(5)).await;
        client.send("GET /state HTTP/1.1\r\nHost: x\r\n\r\n").await;
        let (answer, time) = client.rest().await;
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        assert_eq!(time.as_secs(), 5 + limits::HEAD_TIME.as_secs());
    }

    #[tokio::test(start_paused = true)]
    async fn no_connection_lives_for_ever() {
        let mut client = connect();
        let mut answers = 0;
        let mut buffer = [0; 1024];
        while client.stream.write_all(b"GET /state HTTP/1.1\r\nHost: x\r\n\r\n").await.is_ok() {
            if client.stream.read(&mut buffer).await.unwrap() == 0 {
                break;
            }
            answers += 1;
            sleep(Duration::from_secs(7)).await;
        }
        assert_eq!(answers, limits::LIFE.as_secs() / 7 + 1, "at 0, 7, 14 … 56 s");
    }

    #[tokio::test(start_paused = true)]
    async fn who_does_not_read_is_closed() {
        let mut client = connect();
        client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n").await;
        sleep(limits::LIFE + limits::LAST_ANSWER + Duration::from_secs(1)).await;
        let (answer, _) = client.rest().await;
        assert!(answer.len() < 100_000, "{} bytes were read after the end", answer.len());
    }
}
