//! All fields of a program, checked.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use packetbeat_core::plugin::Kind;

use crate::error::{Error, Errors};
use crate::field::Field;
use crate::kind::Type;
use crate::read;
use crate::section::{Section, Source};

/// The fields that events of all kinds share.
const COMMON: &str = include_str!("../common.yml");
/// The fields of flow reports.
const FLOWS: &str = include_str!("../flows.yml");
/// The fields that processors and ingest pipelines add.
const ENRICHMENT: &str = include_str!("../enrichment.yml");

/// All fields, section by section. No name has two meanings: a field of several sections is mapped in the same way by all.
#[derive(Clone, Debug, PartialEq)]
pub struct Fields {
    sections: Vec<Section>,
}

impl Fields {
    /// The fields of a program with these protocols: those that all events share, those of flows, those that are added on
    /// the way, and those of each protocol, the protocols by name.
    ///
    /// # Errors
    /// All that is wrong with the files, by file and line.
    pub fn of(kinds: &[Kind]) -> Result<Self, Errors> {
        let texts: Vec<_> = kinds.iter().map(|kind| (kind.name, kind.fields)).collect();
        Self::of_texts(&texts)
    }

    /// The same from the names of protocols and the texts of their `fields.yml`.
    ///
    /// # Errors
    /// All that is wrong with the files, by file and line; also a field without a description.
    pub fn of_texts(protocols: &[(&str, &str)]) -> Result<Self, Errors> {
        let mut protocols: Vec<_> = protocols
            .iter()
            .map(|(name, text)| (*name, format!("fields.yml of {name}"), name.to_uppercase(), *text))
            .collect();
        protocols.sort();
        let mut sources = Self::shared().to_vec();
        sources.extend(protocols.iter().map(|(key, file, title, text)| Source { file, key, title, text }));
        let all = Self::read(&sources)?;
        let silent = all
            .sections
            .iter()
            .flat_map(|section| &section.fields)
            .filter(|field| field.description.is_empty());
        let errors = silent
            .map(|field| {
                Error::new(field.at.clone(), &field.name, "has no description").hint("say what it means")
            })
            .collect();
        Errors(errors).or(all)
    }

    /// The files of this crate: what all programs have, whatever their protocols.
    #[must_use]
    pub const fn shared() -> [Source<'static>; 3] {
        [
            Source { file: "crates/fields/common.yml", key: "common", title: "All events", text: COMMON },
            Source { file: "crates/fields/flows.yml", key: "flows", title: "Flows", text: FLOWS },
            Source {
                file: "crates/fields/enrichment.yml",
                key: "enrichment",
                title: "Added on the way",
                text: ENRICHMENT,
            },
        ]
    }

    /// The fields of several files, in this order; also of one that was written by [`Fields::to_yaml`], or by Beats.
    ///
    /// # Errors
    /// All that is wrong with the files, by file and line.
    pub fn read(sources: &[Source<'_>]) -> Result<Self, Errors> {
        let (mut sections, mut errors): (Vec<Section>, Vec<Error>) = (Vec::new(), Vec::new());
        for source in sources {
            match read::sections(source) {
                Ok(more) => sections.extend(more),
                Err(more) => errors.extend(more.0),
            }
        }
        overwrite(&mut sections);
        for section in &mut sections {
            section.fields.sort_by(|left, right| left.name.cmp(&right.name));
        }
        let fields = Self { sections };
        fields.check(&mut errors);
        Errors(errors).or(fields)
    }

    /// With one field more (`setup.template.append_fields`).
    ///
    /// # Errors
    /// There is such a field already, and `overwrite` does not say that this one takes its place; or it is wrong in itself.
    pub fn append(&mut self, field: Field) -> Result<(), Errors> {
        if field.more.overwrite {
            for section in &mut self.sections {
                section.fields.retain(|other| other.name != field.name);
            }
        } else if let Some(first) = self.get(&field.name) {
            let what = format!("is declared already, at {}", first.at);
            return Err(Error::new(field.at.clone(), &field.name, what)
                .hint("remove it, or set overwrite: true")
                .into());
        }
        let mut section = Section::new("appended", "Appended");
        section.fields.push(field);
        let mut with = self.clone();
        match with.sections.iter_mut().find(|known| known.key == section.key) {
            Some(known) => {
                known.fields.append(&mut section.fields);
                known.fields.sort_by(|left, right| left.name.cmp(&right.name));
            }
            None => with.sections.push(section),
        }
        let mut errors = Vec::new();
        with.check(&mut errors);
        *self = Errors(errors).or(with)?;
        Ok(())
    }

    /// With the fields of a text more, as `setup.template.append_fields` has them: YAML or JSON.
    ///
    /// # Errors
    /// As [`Fields::append`]; what stands before the first field that is wrong has been taken.
    pub fn append_yaml(&mut self, file: &str, text: &str) -> Result<(), Errors> {
        let sections = read::sections(&Source { file, key: "appended", title: "Appended", text })?;
        sections.into_iter().flat_map(|section| section.fields).try_for_each(|field| self.append(field))
    }

    /// The sections in their order; the fields of each by name.
    #[must_use]
    pub fn sections(&self) -> &[Section] {
        &self.sections
    }

    /// The section of this key.
    #[must_use]
    pub fn section(&self, key: &str) -> Option<&Section> {
        self.sections.iter().find(|section| section.key == key)
    }

    /// The field of this full name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Field> {
        self.sections.iter().flat_map(|section| &section.fields).find(|field| field.name == name)
    }

    /// Each field once, by name. Of one that several sections declare, the first.
    #[must_use]
    pub fn by_name(&self) -> BTreeMap<&str, &Field> {
        let mut all = BTreeMap::new();
        for field in self.sections.iter().flat_map(|section| &section.fields) {
            all.entry(field.name.as_str()).or_insert(field);
        }
        all
    }

    fn check(&self, errors: &mut Vec<Error>) {
        let mut all: BTreeMap<&str, (&Field, &str)> = BTreeMap::new();
        for section in &self.sections {
            for field in &section.fields {
                if let Some(what) = read::misplaced(field) {
                    errors.push(Error::new(field.at.clone(), &field.name, what));
                }
                match all.entry(&field.name) {
                    Entry::Vacant(free) => {
                        free.insert((field, &section.key));
                    }
                    Entry::Occupied(taken) => {
                        let (first, of) = *taken.get();
                        errors.extend(conflict(first, field, of == section.key));
                    }
                }
            }
        }
        for (name, (field, _)) in &all {
            let above = name.match_indices('.').filter_map(|(dot, _)| name.get(..dot));
            for (above, _) in
                above.filter_map(|above| all.get(above)).filter(|(above, _)| !above.kind.has_fields())
            {
                let (kind, at) = (above.kind.name(), &above.at);
                let what = format!("stands below {}, which is of type {kind} at {at}", above.name);
                errors.push(Error::new(field.at.clone(), *name, what));
            }
            let path =
                field.more.path.as_deref().filter(|_| field.kind == Type::Alias && !field.more.migration);
            match path.map(|path| (path, all.get(path))) {
                Some((path, None)) => {
                    errors.push(Error::new(
                        field.at.clone(),
                        *name,
                        format!("stands for {path}, which is no field"),
                    ));
                }
                Some((path, Some((to, _)))) if to.kind.has_fields() || to.kind == Type::Alias => {
                    let what = format!("stands for {path}, which is of type {}", to.kind.name());
                    errors.push(Error::new(field.at.clone(), *name, what));
                }
                _ => {}
            }
        }
    }
}

/// A field that says `overwrite` takes the place of those of its name before it.
fn overwrite(sections: &mut [Section]) {
    let mut last: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for (number, section) in sections.iter().enumerate() {
        for (at, field) in section.fields.iter().enumerate().filter(|(_, field)| field.more.overwrite) {
            last.insert(field.name.clone(), (number, at));
        }
    }
    for (number, section) in sections.iter_mut().enumerate() {
        let mut at = 0;
        section.fields.retain(|field| {
            let here = (number, at);
            at += 1;
            last.get(&field.name).is_none_or(|last| here >= *last)
        });
    }
}

fn conflict(first: &Field, second: &Field, same_section: bool) -> Option<Error> {
    let error = |what: String| Some(Error::new(second.at.clone(), &second.name, what));
    if first.kind != second.kind {
        let (here, there) = (second.kind.name(), first.kind.name());
        return error(format!("is of type {here} here and of type {there} at {}", first.at));
    }
    if !first.maps_like(second) {
        return error(format!("is mapped in another way at {}", first.at));
    }
    if same_section { error(format!("is declared twice, first at {}", first.at)) } else { None }
}
