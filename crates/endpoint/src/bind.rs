//! Sockets that listen.

use std::fs::{self, Permissions};
use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::limits;
use crate::listen::Listen;

/// Mode of a Unix socket: connecting needs the right to write, which its owner alone has.
const MODE: u32 = 0o600;

/// Connections that a Unix socket may have before its mode was set: as many as its backlog.
const BACKLOG: usize = 4096;

/// Sockets that listen; nothing is accepted yet.
#[derive(Debug)]
pub(crate) enum Bound {
    Tcp(Vec<TcpListener>),
    Unix(UnixListener, SocketFile),
}

/// A socket's file, which is removed with this.
#[derive(Debug)]
pub(crate) struct SocketFile {
    path: PathBuf,
    /// Device and inode: somebody else's socket at this path stays.
    id: (u64, u64),
}

impl Bound {
    pub(crate) fn new(listen: &Listen) -> Result<Self, Error> {
        match listen {
            Listen::Tcp { host, port } => tcp(host, *port).map(Self::Tcp),
            Listen::Unix(path) => unix(path),
        }
    }

    pub(crate) fn addresses(&self) -> Vec<SocketAddr> {
        match self {
            Self::Tcp(listeners) => {
                listeners.iter().filter_map(|listener| listener.local_addr().ok()).collect()
            }
            Self::Unix(..) => Vec::new(),
        }
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        if id(&self.path).is_ok_and(|id| id == self.id) {
            // Nobody is left to be told.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Listens on every address of the name: "localhost" is ::1 for some clients and 127.0.0.1 for others.
fn tcp(host: &str, port: u16) -> Result<Vec<TcpListener>, Error> {
    let resolve = |source| Error::Resolve { host: host.to_owned(), source };
    let mut addresses: Vec<SocketAddr> = (host, port).to_socket_addrs().map_err(resolve)?.collect();
    addresses.sort();
    addresses.dedup();
    let mut listeners = Vec::new();
    let mut absent = None;
    let mut free = port;
    for mut address in addresses.into_iter().take(limits::ADDRESSES) {
        // Port 0: the one that the first address got, so that there is one to tell.
        address.set_port(free);
        match listen(address) {
            Ok(listener) => {
                free = listener.local_addr().map_or(free, |address| address.port());
                listeners.push(listener);
            }
            // "localhost" has an address of IPv6 also where there is no IPv6.
            Err(source) if source.kind() == ErrorKind::AddrNotAvailable || unsupported(&source) => {
                absent = Some(Error::Bind { address: address.to_string(), source });
            }
            Err(source) => return Err(Error::Bind { address: address.to_string(), source }),
        }
    }
    match absent {
        Some(error) if listeners.is_empty() => Err(error),
        None if listeners.is_empty() => Err(resolve(io::Error::from(ErrorKind::NotFound))),
        _ => Ok(listeners),
    }
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let listener = TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// EAFNOSUPPORT, which the standard library has no kind for.
fn unsupported(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::Unsupported) || error.raw_os_error() == Some(97)
}

fn unix(path: &Path) -> Result<Bound, Error> {
    let failed = |source| Error::Socket { path: path.to_owned(), source };
    make_room(path)?;
    let listener = UnixListener::bind(path).map_err(failed)?;
    let file = SocketFile { path: path.to_owned(), id: id(path).map_err(failed)? };
    fs::set_permissions(path, Permissions::from_mode(MODE)).map_err(failed)?;
    listener.set_nonblocking(true).map_err(failed)?;
    // Until its mode was set the socket had that of the umask: who came then goes.
    for _ in 0..BACKLOG {
        if listener.accept().is_err() {
            break;
        }
    }
    Ok(Bound::Unix(listener, file))
}

/// Removes the socket of a run that did not end well: one that nobody listens on.
fn make_room(path: &Path) -> Result<(), Error> {
    let failed = |source| Error::Socket { path: path.to_owned(), source };
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(error)),
        Ok(meta) if !meta.file_type().is_socket() => return Err(Error::NoSocket(path.to_owned())),
        Ok(_) => {}
    }
    match UnixStream::connect(path) {
        Ok(_) => Err(Error::InUse(path.to_owned())),
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => fs::remove_file(path).map_err(failed),
        // A full backlog: somebody listens and does not accept.
        Err(error) if error.kind() == ErrorKind::WouldBlock => Err(Error::InUse(path.to_owned())),
        Err(error) => Err(failed(error)),
    }
}

fn id(path: &Path) -> io::Result<(u64, u64)> {
    let meta = fs::symlink_metadata(path)?;
    Ok((meta.dev(), meta.ino()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_is_for_its_owner_and_vanishes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s");
        let bound = unix(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        drop(bound);
        assert!(!path.exists());
    }

    #[test]
    fn a_socket_that_nobody_listens_on_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s");
        drop(UnixListener::bind(&path).unwrap());
        assert!(path.exists(), "the standard library leaves it");
        unix(&path).unwrap();
    }

    #[test]
    fn a_socket_in_use_and_other_files_stay() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s");
        let _other = UnixListener::bind(&path).unwrap();
        assert!(matches!(unix(&path), Err(Error::InUse(_))));
        let file = folder.path().join("f");
        fs::write(&file, "x").unwrap();
        assert!(matches!(unix(&file), Err(Error::NoSocket(_))));
        assert_eq!(fs::read(&file).unwrap(), b"x");
    }

    #[test]
    fn the_socket_of_another_at_the_same_path_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s");
        let bound = unix(&path).unwrap();
        fs::remove_file(&path).unwrap();
        let _other = UnixListener::bind(&path).unwrap();
        drop(bound);
        assert!(path.exists());
    }

    #[test]
    fn a_port_in_use_is_told_with_its_address() {
        let first = tcp("127.0.0.1", 0).unwrap();
        let port = first[0].local_addr().unwrap().port();
        let message = tcp("127.0.0.1", port).unwrap_err().to_string();
        assert!(message.contains(&format!("127.0.0.1:{port}")), "{message}");
        assert!(message.contains("http.port"), "{message}");
    }
}
