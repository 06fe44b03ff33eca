//! What this machine says of its interfaces.

use std::io;
use std::net::IpAddr;

use nix::ifaddrs::getifaddrs;

/// The addresses of this machine, of all its interfaces, loopback among them. Each once, sorted.
///
/// # Errors
///
/// If the system cannot be asked.
pub fn local_addresses() -> io::Result<Vec<IpAddr>> {
    let mut addresses: Vec<IpAddr> = getifaddrs()?
        .filter_map(|interface| {
            let address = interface.address?;
            let v4 = address.as_sockaddr_in().map(|address| IpAddr::V4(address.ip()));
            v4.or_else(|| address.as_sockaddr_in6().map(|address| IpAddr::V6(address.ip())))
        })
        .collect();
    addresses.sort_unstable();
    addresses.dedup();
    Ok(addresses)
}

/// Whether an interface is switched on; `None` if there is none of this name.
pub(crate) fn is_up(name: &str) -> Option<bool> {
    use nix::net::if_::InterfaceFlags;
    let mut all = getifaddrs().ok()?;
    let interface = all.find(|interface| interface.interface_name == name)?;
    Some(interface.flags.contains(InterfaceFlags::IFF_UP))
}

/// The number that the system gave to an interface; none if there is no such interface.
pub(crate) fn index_of(name: &str) -> Option<u32> {
    nix::net::if_::if_nametoindex(name).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_has_a_loopback_address() {
        let addresses = local_addresses().unwrap();
        assert!(addresses.iter().any(IpAddr::is_loopback), "{addresses:?}");
        assert!(addresses.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn interfaces_by_name() {
        assert_eq!((is_up("no-such-name"), index_of("no-such-name")), (None, None));
        assert!(index_of("lo").is_some() && is_up("lo").is_some());
    }
}
