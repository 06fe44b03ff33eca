//! What runs in the endpoint's thread.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::bind::Bound;
use crate::connection::{self, Stop};
use crate::limits;
use crate::pages::Pages;

/// What a client gets when all places are taken. It is sent before the request is read.
const FULL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json; charset=utf-8\r\n\
    Content-Length: 52\r\nConnection: close\r\nRetry-After: 10\r\n\r\n\
    {\"error\":\"too many connections; ask again in 10 s\"}\n";

/// How long to wait when a connection cannot be taken, which is so when file handles have run out.
const PAUSE: Duration = Duration::from_millis(100);

/// Serves until it is told to stop, then until the answers on their way are read, or their time is over.
pub(crate) async fn run(bound: Bound, pages: Arc<Pages>, mut stop: Stop) -> io::Result<()> {
    let places = Arc::new(Semaphore::new(limits::CONNECTIONS));
    let mut listeners = JoinSet::new();
    let server = Server { pages, places: Arc::clone(&places), stop: stop.clone() };
    // The socket's file is removed as soon as nobody listens, not after the last answer.
    let file = match bound {
        Bound::Tcp(all) => {
            for listener in all {
                listeners.spawn(server.clone().listen(Tcp(TcpListener::from_std(listener)?)));
            }
            None
        }
        Bound::Unix(listener, file) => {
            listeners.spawn(server.clone().listen(Unix(UnixListener::from_std(listener)?)));
            Some(file)
        }
    };
    // An error is the end of the program, which was not able to say so.
    let _ = stop.wait_for(|stop| *stop).await;
    listeners.shutdown().await;
    drop(file);
    let all = u32::try_from(limits::CONNECTIONS).unwrap_or(u32::MAX);
    let _ = timeout(limits::STOP, places.acquire_many(all)).await;
    Ok(())
}

#[derive(Clone)]
struct Server {
    pages: Arc<Pages>,
    places: Arc<Semaphore>,
    stop: Stop,
}

impl Server {
    async fn listen(self, listener: impl Listener) {
        let mut failing = false;
        loop {
            let stream = match listener.accept().await {
                Ok(stream) => stream,
                Err(error) => {
                    if !std::mem::replace(&mut failing, true) {
                        tracing::warn!("the HTTP endpoint cannot take a connection: {error}");
                    }
                    sleep(PAUSE).await;
                    continue;
                }
            };
            failing = false;
            match Arc::clone(&self.places).try_acquire_owned() {
                Ok(place) => {
                    let serving = connection::serve(stream, Arc::clone(&self.pages), self.stop.clone());
                    tokio::spawn(async move {
                        serving.await;
                        drop(place);
                    });
                }
                // As much as fits into the socket's buffer, which is all of it unless the client is gone.
                Err(_) => listener.refuse(&stream),
            }
        }
    }
}

/// What TCP and Unix sockets have in common.
trait Listener: Send + 'static {
    type Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static;

    fn accept(&self) -> impl Future<Output = io::Result<Self::Stream>> + Send;

    fn refuse(&self, stream: &Self::Stream);
}

struct Tcp(TcpListener);

struct Unix(UnixListener);

impl Listener for Tcp {
    type Stream = TcpStream;

    async fn accept(&self) -> io::Result<TcpStream> {
        self.0.accept().await.map(|(stream, _)| stream)
    }

    fn refuse(&self, stream: &TcpStream) {
        let _ = stream.try_write(FULL);
    }
}

impl Listener for Unix {
    type Stream = UnixStream;

    async fn accept(&self) -> io::Result<UnixStream> {
        self.0.accept().await.map(|(stream, _)| stream)
    }

    fn refuse(&self, stream: &UnixStream) {
        let _ = stream.try_write(FULL);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_of_the_refusal_is_right() {
        let text = std::str::from_utf8(FULL).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(&format!("Content-Length: {}\r\n", body.len())), "{}", body.len());
    }
}
