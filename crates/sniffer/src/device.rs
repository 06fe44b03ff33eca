//! The network interfaces of this machine, as libpcap lists them.

use std::fmt;
use std::net::IpAddr;

/// An interface that packets can be captured from. Displays as a line of `packetbeat devices` does:
/// `0: eth0 (No description available) (10.0.0.1 fe80::1)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Its place in the list, from 0. The list can change when interfaces come and go.
    pub index: usize,
    /// Its name; on Linux `any` is all of them.
    pub name: String,
    /// What the system says it is.
    pub description: Option<String>,
    /// Its addresses.
    pub addresses: Vec<IpAddr>,
}

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let description = self.description.as_deref().filter(|text| !text.is_empty());
        write!(f, "{}: {} ({})", self.index, self.name, description.unwrap_or("No description available"))?;
        if self.addresses.is_empty() {
            return f.write_str(" (Not assigned ip address)");
        }
        for (at, address) in self.addresses.iter().enumerate() {
            write!(f, "{}{address}", if at == 0 { " (" } else { " " })?;
        }
        f.write_str(")")
    }
}

/// Why an interface is not known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DeviceError {
    /// libpcap cannot list them.
    #[error("the network interfaces cannot be listed: {message}")]
    List {
        /// What libpcap says.
        message: String,
    },
    /// There is none of this name or number.
    #[error("no interface {wanted:?}{}: there are {}", hint(.nearest.as_deref()), none_or(.known))]
    Unknown {
        /// What was asked for.
        wanted: String,
        /// The name that is most like it.
        nearest: Option<String>,
        /// Numbers and names of those that there are, joined by commas.
        known: String,
    },
    /// No route leads out of this machine.
    #[error("{wanted}: this machine has no such route now: name the interface instead: there are {}", none_or(.known))]
    NoDefaultRoute {
        /// What was asked for.
        wanted: String,
        /// Numbers and names of the interfaces that there are, joined by commas.
        known: String,
    },
    /// The default route cannot be asked for.
    #[error("default_route is known on Linux only: name the interface (`packetbeat devices` lists them)")]
    RoutesUnknown,
}

fn hint(nearest: Option<&str>) -> String {
    nearest.map(|name| format!(", did you mean {name}?")).unwrap_or_default()
}

fn none_or(known: &str) -> &str {
    if known.is_empty() { "none that this user may see" } else { known }
}

/// Lists the interfaces. This takes no rights, but some systems hide interfaces from who may not capture.
///
/// # Errors
///
/// If libpcap cannot ask the system.
pub fn devices() -> Result<Vec<Device>, DeviceError> {
    let list = pcap::Device::list().map_err(|error| DeviceError::List { message: error.to_string() })?;
    Ok(list
        .into_iter()
        .enumerate()
        .map(|(index, device)| Device {
            index,
            name: device.name,
            description: device.desc,
            addresses: device.addresses.into_iter().map(|address| address.addr).collect(),
        })
        .collect())
}

/// Finds an interface by its name or, if none has that name, by its number in the list.
///
/// # Errors
///
/// If there is none; the error names those that there are.
pub fn find_device<'d>(devices: &'d [Device], wanted: &str) -> Result<&'d Device, DeviceError> {
    let wanted = wanted.trim();
    let by_name = devices.iter().find(|device| device.name == wanted);
    let by_number = || {
        let index = wanted.parse().ok()?;
        devices.iter().find(|device| device.index == index)
    };
    by_name.or_else(by_number).ok_or_else(|| {
        let nearest = devices
            .iter()
            .map(|device| (distance(&device.name, wanted), &device.name))
            .filter(|(distance, name)| *distance <= name.chars().count() / 2)
            .min();
        DeviceError::Unknown {
            wanted: wanted.to_owned(),
            nearest: nearest.map(|(_, name)| name.clone()),
            known: known(devices),
        }
    })
}

/// Numbers and names, joined by commas.
pub(crate) fn known(devices: &[Device]) -> String {
    let known: Vec<String> =
        devices.iter().map(|device| format!("{}: {}", device.index, device.name)).collect();
    known.join(", ")
}

/// Characters to be inserted, removed or replaced to turn one name into the other (Levenshtein), case aside.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.to_lowercase().chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (line, from) in left.to_lowercase().chars().enumerate() {
        let mut next = vec![line + 1];
        let (mut beside, mut before) = (line + 1, line);
        for (to, above) in right.iter().zip(row.iter().skip(1)) {
            beside = (before + usize::from(from != *to)).min(above + 1).min(beside + 1);
            before = *above;
            next.push(beside);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device(index: usize, name: &str, addresses: &[&str]) -> Device {
        let addresses = addresses.iter().map(|address| address.parse().unwrap()).collect();
        Device { index, name: name.to_owned(), description: None, addresses }
    }

    #[test]
    fn lines_are_packetbeats() {
        let mut eth0 = device(0, "eth0", &["10.0.0.1", "fe80::1"]);
        assert_eq!(eth0.to_string(), "0: eth0 (No description available) (10.0.0.1 fe80::1)");
        eth0.description = Some("Uplink".to_owned());
        eth0.addresses.clear();
        assert_eq!(eth0.to_string(), "0: eth0 (Uplink) (Not assigned ip address)");
    }

    #[test]
    fn names_go_before_numbers() {
        let devices = [device(0, "eth0", &[]), device(1, "0", &[]), device(2, "lo", &[])];
        let found = |wanted| find_device(&devices, wanted).map(|device| device.index);
        assert_eq!((found("eth0"), found("0"), found("2")), (Ok(0), Ok(1), Ok(2)));
        let error = |wanted| find_device(&devices, wanted).unwrap_err().to_string();
        let known = "there are 0: eth0, 1: 0, 2: lo";
        assert_eq!(error("eht0"), format!("no interface \"eht0\", did you mean eth0?: {known}"));
        assert_eq!(error("wlan0"), format!("no interface \"wlan0\": {known}"));
        assert_eq!(error("3"), format!("no interface \"3\": {known}"));
        assert!(find_device(&[], "eth0").unwrap_err().to_string().ends_with("none that this user may see"));
    }

    #[test]
    fn this_machine_lists_its_interfaces() {
        let devices = devices().unwrap();
        for device in &devices {
            assert_eq!(find_device(&devices, &device.name), Ok(device));
        }
        assert!(devices.iter().enumerate().all(|(place, device)| device.index == place));
    }

    #[test]
    fn distances() {
        assert_eq!((distance("eth0", "ETH1"), distance("", "lo"), distance("wlan0", "lan0")), (1, 2, 1));
    }
}
