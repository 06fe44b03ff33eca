//! Files and command-line overrides, in order, to one configuration.

use crate::config::Config;
use crate::error::{Error, Errors};
use crate::expand::{self, Lookup};
use crate::limits::MAX_FILE_BYTES;
use crate::mark::{Mark, Source};
use crate::node::{Map, Node, Value};
use crate::{scalar, tree, yaml};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// What a configuration is made of. Later parts are laid upon earlier ones, overrides upon files.
#[derive(Clone, Debug, Default)]
pub struct Loader {
    parts: Vec<Part>,
    overrides: Vec<Part>,
}

#[derive(Clone, Debug)]
enum Part {
    File(PathBuf),
    Text { name: String, text: Vec<u8> },
    Override(String),
}

impl Loader {
    /// Nothing but defaults, so far.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file (`-c`).
    #[must_use]
    pub fn file(mut self, path: impl Into<PathBuf>) -> Self {
        self.parts.push(Part::File(path.into()));
        self
    }

    /// Adds what a file called `name` would hold.
    #[must_use]
    pub fn text(mut self, name: impl Into<String>, text: impl Into<Vec<u8>>) -> Self {
        self.parts.push(Part::Text { name: name.into(), text: text.into() });
        self
    }

    /// Adds an override (`-E key=value`); the value is read as a YAML scalar, or as a list or map in brackets.
    #[must_use]
    pub fn set(mut self, key_value: impl Into<String>) -> Self {
        self.overrides.push(Part::Override(key_value.into()));
        self
    }

    /// Reads, merges, expands and checks everything. `env` looks environment variables up.
    ///
    /// # Errors
    /// All that is wrong. Only a source that cannot be read or is not YAML hides what a check of the whole would find.
    pub fn load(&self, env: Lookup<'_>) -> Result<Config, Errors> {
        self.load_with(env, |_| ((), Errors::default())).map(|(config, ())| config)
    }

    /// As [`Loader::load`], with what only the caller can check: the options of protocols and their ports. `rest` is given
    /// the configuration with defaults in place of what is wrong, and its errors join the others in one list.
    ///
    /// # Errors
    /// All that is wrong, what `rest` found included. A source that cannot be read or is not YAML hides what a check of the
    /// whole would find.
    pub fn load_with<T>(
        &self,
        env: Lookup<'_>,
        rest: impl FnOnce(&Config) -> (T, Errors),
    ) -> Result<(Config, T), Errors> {
        let (settings, Errors(mut errors)) = self.gather(env)?;
        let (config, Errors(mut more)) = Config::as_far_as_sound(settings);
        let (value, Errors(others)) = rest(&config);
        more.extend(others);
        // A reference that leads nowhere is the reason why the value at its place has the wrong type.
        let known = errors.len();
        for error in more {
            if !errors.iter().take(known).any(|earlier| earlier.at == error.at) {
                errors.push(error);
            }
        }
        // A file is read from top to bottom: so are its errors.
        errors.sort_by(|left, right| left.at.cmp(&right.at));
        Errors(errors).or((config, value))
    }

    /// Reads, merges and expands everything, and checks no names.
    ///
    /// # Errors
    /// Sources that cannot be read, broken YAML, settings given twice, references that lead nowhere.
    pub fn settings(&self, env: Lookup<'_>) -> Result<Node, Errors> {
        let (settings, errors) = self.gather(env)?;
        errors.or(settings)
    }

    /// The settings as far as they are sound, and what is not; an error when a whole source is missing.
    fn gather(&self, env: Lookup<'_>) -> Result<(Node, Errors), Errors> {
        let (mut broken, mut errors) = (Vec::new(), Vec::new());
        let mut root = Node::new(Value::Map(Map::default()), Mark::DEFAULT);
        for part in self.parts.iter().chain(&self.overrides) {
            match part.parse(&mut errors) {
                Ok(node) => tree::merge(&mut root, tree::split_names(node, &mut Vec::new(), &mut errors)),
                Err(error) => broken.push(error),
            }
        }
        if !broken.is_empty() {
            broken.extend(errors);
            return Err(Errors(broken));
        }
        expand::expand(&mut root, env, &mut errors);
        Ok((root, Errors(errors)))
    }
}

impl Part {
    fn parse(&self, errors: &mut Vec<Error>) -> Result<Node, Error> {
        let (source, bytes) = match self {
            Self::File(path) => {
                let source = Source::File(path.display().to_string().into());
                let bytes = read(path).map_err(|cause| {
                    Error::new(Mark::whole(source.clone()), "", format!("cannot be read: {cause}"))
                        .caused_by(cause)
                })?;
                (source, bytes)
            }
            Self::Override(text) => return parse_override(text, errors),
            Self::Text { name, text } => (Source::File(name.as_str().into()), text.clone()),
        };
        let text = str::from_utf8(&bytes).map_err(|err| {
            let before = bytes.get(..err.valid_up_to()).unwrap_or_default();
            Error::new(position(&source, before), "", "not UTF-8")
        })?;
        let node = yaml::parse(text, &source, errors)?;
        match node.value {
            Value::Map(_) => Ok(node),
            Value::Null => Ok(Node::new(Value::Map(Map::default()), node.at)),
            _ => Err(Error::new(node.at.clone(), "", format!("expected settings, found {}", node.kind()))),
        }
    }
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(io::Error::other(format!("larger than {MAX_FILE_BYTES} bytes")));
    }
    Ok(bytes)
}

fn position(source: &Source, before: &[u8]) -> Mark {
    let text = String::from_utf8_lossy(before);
    let line = text.matches('\n').count() + 1;
    let column = text.rsplit('\n').next().map_or(0, |last| last.chars().count()) + 1;
    let number = |value| u32::try_from(value).unwrap_or(u32::MAX);
    Mark { source: source.clone(), line: number(line), column: number(column) }
}

fn parse_override(text: &str, errors: &mut Vec<Error>) -> Result<Node, Error> {
    let source = Source::Override(text.into());
    let at = Mark::whole(source.clone());
    let Some((key, value)) = text.split_once('=').filter(|(key, _)| !key.trim().is_empty()) else {
        return Err(Error::new(at, "", "expected key=value"));
    };
    let value = value.trim();
    let node = if value.starts_with(['[', '{', '"', '\'']) {
        yaml::parse(value, &source, errors)?
    } else {
        scalar::plain(value, at.clone())
    };
    let mut map = Map::default();
    map.push(crate::node::Entry { key: key.trim().to_owned(), key_at: at.clone(), node });
    Ok(Node::new(Value::Map(map), at))
}
