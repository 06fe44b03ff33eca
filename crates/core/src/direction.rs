//! The two directions of a conversation. One code path serves both.

use std::ops::{Index, IndexMut};

/// Which way bytes travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dir {
    /// From the client to the server: requests.
    ToServer,
    /// From the server to the client: responses.
    ToClient,
}

impl Dir {
    /// Both directions, the client's first.
    pub const BOTH: [Self; 2] = [Self::ToServer, Self::ToClient];

    /// The opposite direction.
    #[must_use]
    pub const fn peer(self) -> Self {
        match self {
            Self::ToServer => Self::ToClient,
            Self::ToClient => Self::ToServer,
        }
    }
}

/// One value for each direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Both<T> {
    /// The value for bytes to the server.
    pub to_server: T,
    /// The value for bytes to the client.
    pub to_client: T,
}

impl<T> Both<T> {
    /// The values in swapped places.
    #[must_use]
    pub fn swapped(self) -> Self {
        Self { to_server: self.to_client, to_client: self.to_server }
    }

    /// The value of `dir` and that of its peer, both mutable.
    pub fn pair_mut(&mut self, dir: Dir) -> (&mut T, &mut T) {
        match dir {
            Dir::ToServer => (&mut self.to_server, &mut self.to_client),
            Dir::ToClient => (&mut self.to_client, &mut self.to_server),
        }
    }
}

impl<T> Index<Dir> for Both<T> {
    type Output = T;
    #[inline]
    fn index(&self, dir: Dir) -> &T {
        match dir {
            Dir::ToServer => &self.to_server,
            Dir::ToClient => &self.to_client,
        }
    }
}

impl<T> IndexMut<Dir> for Both<T> {
    #[inline]
    fn index_mut(&mut self, dir: Dir) -> &mut T {
        match dir {
            Dir::ToServer => &mut self.to_server,
            Dir::ToClient => &mut self.to_client,
        }
    }
}
