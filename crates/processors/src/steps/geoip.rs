//! `geoip`: where an address is, and whose network it is in. What no database knows, such as a private address, is left out.

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;

use packetbeat_config::Section;

use crate::build::{self, Shared};
use crate::event::Event;
use crate::fault::{Done, Fault, Processor, Spliced, Verdict, put};
use crate::geoip::{Cache, Databases, Open, Place, Properties, Record, Wanted, find, object, write};

/// The addresses that are looked up unless told.
const USUAL: [&str; 4] = ["source.ip", "destination.ip", "client.ip", "server.ip"];

pub(crate) struct GeoIp {
    databases: Arc<Databases>,
    fields: Vec<Field>,
    /// The same fields, if they can be found in a line.
    wanted: Option<Vec<Wanted>>,
    cache: Cache,
    properties: Properties,
    language: String,
    ignore_missing: bool,
}

/// An address and where to what is known of it goes.
#[derive(Debug)]
struct Field {
    from: String,
    geo: String,
    autonomous_system: String,
}

impl Field {
    fn new(from: String, to: Option<String>) -> Self {
        let to = to.unwrap_or_else(|| {
            from.rsplit_once('.').map(|(object, _)| object.to_owned()).unwrap_or_default()
        });
        let within = |name: &str| if to.is_empty() { name.to_owned() } else { format!("{to}.{name}") };
        Self { geo: within("geo"), autonomous_system: within("as"), from }
    }
}

impl GeoIp {
    /// `None` if a database cannot be opened, which the section knows.
    pub(crate) fn read(options: &mut Section, shared: &mut Shared) -> Option<Self> {
        let files: Vec<PathBuf> = options.list("databases").into_iter().map(PathBuf::from).collect();
        let databases = match shared.databases(files) {
            Ok(databases) => databases,
            Err(errors) => {
                for error in errors {
                    options.reject("databases", error);
                }
                return None;
            }
        };
        let reload = options.duration("reload");
        if !reload.is_zero() {
            databases.watch(reload);
        }
        let mut fields: Vec<Field> = build::sections(options, "fields")
            .iter()
            .filter_map(|node| {
                let text = |key| node.at_path(key).and_then(packetbeat_config::Node::text).map(str::to_owned);
                Some(Field::new(text("from")?, text("to")))
            })
            .collect();
        if fields.is_empty() {
            fields = USUAL.iter().map(|name| Field::new((*name).to_owned(), None)).collect();
        }
        Some(Self {
            databases,
            wanted: wanted(&fields),
            cache: Cache::new(),
            fields,
            properties: Properties::of(&options.list("properties")),
            language: build::text(options, "language"),
            ignore_missing: options.bool("ignore_missing"),
        })
    }

    fn address(&self, event: &Event, field: &str) -> Result<Option<IpAddr>, &'static str> {
        match event.get(field) {
            None if self.ignore_missing => Ok(None),
            None => Err("not there"),
            Some(value) => value.as_text().and_then(|text| text.parse().ok()).map(Some).ok_or("no address"),
        }
    }

    /// Everything is looked up before anything is written.
    fn look_up<'p>(&'p self, event: &mut Event, databases: &Open<'_>) -> Result<(), Fault<'p>> {
        // Client and server are source and destination, mostly.
        let mut known: Vec<(IpAddr, Record<'_>)> = Vec::with_capacity(2);
        let mut found = Vec::with_capacity(self.fields.len());
        for field in &self.fields {
            let Some(address) =
                self.address(event, &field.from).map_err(|what| Fault::new(&field.from, what))?
            else {
                continue;
            };
            let record = match known.iter().find(|(own, _)| *own == address) {
                Some((_, record)) => *record,
                None => {
                    let record = databases
                        .record(address, &self.language)
                        .map_err(|_| Fault::new(&field.from, "a database is damaged here"))?;
                    known.push((address, record));
                    record
                }
            };
            found.push((field, record));
        }
        // An object that an address was found in takes more members; another one may be none.
        let before = self.wanted.is_none().then(|| event.clone());
        for (field, record) in found {
            let geo = object(record.geo(self.properties)).map(|geo| (&field.geo, geo));
            let system = object(record.autonomous_system(self.properties))
                .map(|system| (&field.autonomous_system, system));
            for (name, object) in geo.into_iter().chain(system) {
                if let Err(fault) = put(event, name, object.into()) {
                    if let Some(before) = before {
                        *event = before;
                    }
                    return Err(fault);
                }
            }
        }
        Ok(())
    }

    /// Writes what is known of these addresses into the line. `None` if a database is damaged.
    fn write(
        &self,
        line: &[u8],
        places: &[Place],
        databases: &Open<'_>,
        to: &mut Vec<u8>,
    ) -> Option<Spliced> {
        let (start, mut written, mut added) = (to.len(), 0, false);
        for place in places {
            to.extend_from_slice(line.get(written..place.end)?);
            written = place.end;
            let before = to.len();
            let make = |to: &mut Vec<u8>| {
                let record = databases.record(place.address, &self.language)?;
                write("geo", record.geo(self.properties), to);
                write("as", record.autonomous_system(self.properties), to);
                Ok(())
            };
            self.cache.write(place.address, databases.version(), to, make).ok()?;
            added |= to.len() > before;
        }
        if !added {
            to.truncate(start);
            return Some(Spliced::Same);
        }
        to.extend_from_slice(line.get(written..)?);
        Some(Spliced::Written)
    }
}

/// Addresses in objects at the root that get what is known, one in each.
fn wanted(fields: &[Field]) -> Option<Vec<Wanted>> {
    let mut all: Vec<Wanted> = Vec::new();
    for field in fields {
        let one = Wanted::new(&field.from).filter(|one| all.iter().all(|other| other.is_apart(one)))?;
        // Another object may be anywhere, or nowhere.
        let (root, _) = field.from.split_once('.')?;
        if field.geo != format!("{root}.geo") {
            return None;
        }
        all.push(one);
    }
    Some(all)
}

impl Processor for GeoIp {
    fn splice(&self, line: &[u8], to: &mut Vec<u8>) -> Spliced {
        let places = self.wanted.as_ref().and_then(|wanted| find(line, wanted));
        let complete = |places: &Vec<Place>| self.ignore_missing || places.len() == self.fields.len();
        let Some(places) = places.filter(complete) else { return Spliced::TakesATree };
        let before = to.len();
        self.databases.ask(|open| self.write(line, &places, open, to)).unwrap_or_else(|| {
            // The tree says in the event what is wrong.
            to.truncate(before);
            Spliced::TakesATree
        })
    }

    fn run<'p>(&'p self, event: &mut Event) -> Done<'p> {
        self.databases.ask(|open| self.look_up(event, open)).map(|()| Verdict::Keep)
    }
}
