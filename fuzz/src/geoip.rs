//! Files of addresses: whatever stands in one, looking up ends and gives JSON.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::json;

/// Input: 16 bytes that are an address of IPv6 and four of IPv4, then the file.
///
/// # Panics
/// If what is found is no JSON, or differs by the way in which it is written.
pub fn run(input: &[u8]) {
    let Some((own, file)) = input.split_first_chunk::<16>() else { return };
    let mut addresses: Vec<IpAddr> = vec![Ipv6Addr::from(*own).into()];
    addresses.extend(own.as_chunks::<4>().0.iter().map(|part| IpAddr::from(Ipv4Addr::from(*part))));
    let language = if own[15] & 1 == 0 { "en" } else { "de" };
    let done = packetbeat_processors::fuzz::geoip(file.to_vec(), language, &addresses, |rest| {
        let line = [b"{\"ip\":\"\"", rest, b"}"].concat();
        json::check(&line).unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&line)));
    });
    done.expect("the text and the tree are the same");
}
