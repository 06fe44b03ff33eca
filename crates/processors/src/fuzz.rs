//! What fuzz targets call: arbitrary bytes as a file of addresses.

use std::net::IpAddr;

use crate::event::Event;
use crate::geoip::{Databases, Properties, object, write};

/// Looks addresses up in a database, and gives `each` what it says as the rest of a line of JSON: nothing, or
/// `,"geo":{…},"as":{…}`. Addresses where it is damaged are left out.
///
/// # Errors
///
/// Says which promise of the crate was broken.
pub fn geoip(
    database: Vec<u8>,
    language: &str,
    addresses: &[IpAddr],
    mut each: impl FnMut(&[u8]),
) -> Result<(), &'static str> {
    let Ok((databases, _)) = Databases::of_bytes(database) else { return Ok(()) };
    let wanted = Properties::of(&[]);
    databases.ask(|open| {
        for address in addresses {
            let Ok(record) = open.record(*address, language) else { continue };
            let mut line = Vec::new();
            write("geo", record.geo(wanted), &mut line);
            write("as", record.autonomous_system(wanted), &mut line);
            // The same, by way of the tree.
            let mut event = Event::parse(b"{\"a\":1}", 0).ok_or("an object is an event")?;
            let objects =
                [("geo", object(record.geo(wanted))), ("as", object(record.autonomous_system(wanted)))];
            for (name, object) in objects {
                if let Some(object) = object {
                    event.put(name, object.into()).map_err(|_| "an object at the root was refused")?;
                }
            }
            let mut tree = Vec::new();
            event.write(&mut tree);
            if tree.strip_prefix(b"{\"a\":1").and_then(|rest| rest.strip_suffix(b"}\n")) != Some(&line[..]) {
                return Err("the text and the tree differ");
            }
            each(&line);
        }
        Ok(())
    })
}
