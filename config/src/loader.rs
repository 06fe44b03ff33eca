//! Files and command-line overrides, in order, to one configuration.

use crate::config::Config;
use crate::error::{Error, Errors, Warning};
use crate::expand::{self, Lookup, Sources};
use crate::limits::MAX_FILE_BYTES;
use crate::mark::{Mark, Source};
use crate::node::{Map, Node, Value};
use crate::places::Places;
use crate::schema::Schema;
use crate::{check, old, scalar, tree, twice, yaml};
use packetbeat_core::plugin::Kind;
use std::collections::HashSet;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Looks secrets up.
type Keystore = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// What a configuration is made of. Later parts are laid upon earlier ones, overrides upon files.
#[derive(Clone)]
pub struct Loader {
    parts: Vec<Part>,
    overrides: Vec<Part>,
    schema: Schema,
    keystore: Keystore,
    home: PathBuf,
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
        Self {
            parts: Vec::new(),
            overrides: Vec::new(),
            schema: Schema::default(),
            keystore: Arc::new(|_| None),
            home: PathBuf::from("."),
        }
    }

    /// Names the protocols that the program was built with; without them, it is none.
    #[must_use]
    pub fn protocols(mut self, kinds: &[Kind]) -> Self {
        self.schema = Schema::new(kinds);
        self
    }

    /// Names the folder that is `path.home` where nothing else is said; without it, the working folder.
    #[must_use]
    pub fn home(mut self, folder: impl Into<PathBuf>) -> Self {
        self.home = folder.into();
        self
    }

    /// Looks secrets up that are neither settings nor in the environment. [`Loader::places`] says where the keystore is.
    #[must_use]
    pub fn keystore(mut self, lookup: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        self.keystore = Arc::new(lookup);
        self
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
        let Gathered { settings, mut errors, warnings } = self.gather(env)?;
        let found = check::check(&settings, &self.schema);
        let paths = Places::read(&settings, &self.home);
        let warnings = in_order(warnings.into_iter().chain(found.warnings).collect());
        let config = Config::read(settings, self.schema.clone(), paths, warnings);
        let (value, Errors(others)) = rest(&config);
        // A reference that leads nowhere is the reason why the value at its place has the wrong type.
        let known: HashSet<Mark> = errors.iter().map(|error| error.at.clone()).collect();
        errors.extend(found.errors.into_iter().chain(others).filter(|error| !known.contains(&error.at)));
        // A file is read from top to bottom: so are its errors.
        errors.sort_by(|left, right| left.at.cmp(&right.at));
        Errors(errors).or((config, value))
    }

    /// Reads, merges and expands everything, replaces old spellings, and checks no names.
    ///
    /// # Errors
    /// Sources that cannot be read, broken YAML, settings given twice, references that lead nowhere.
    pub fn settings(&self, env: Lookup<'_>) -> Result<Node, Errors> {
        let gathered = self.gather(env)?;
        Errors(gathered.errors).or(gathered.settings)
    }

    /// Where things are: what has to be known before the keystore is open. Only `path.*` and `keystore.path` are expanded,
    /// without the keystore; what is wrong with them is told by [`Loader::load`].
    ///
    /// # Errors
    /// Sources that cannot be read, and broken YAML.
    pub fn places(&self, env: Lookup<'_>) -> Result<Places, Errors> {
        let (mut settings, _) = self.merged()?;
        let home = self.home.display().to_string();
        let sources = Sources { env, keystore: &|_| None, home: &home };
        expand::expand(&mut settings, sources, &mut Vec::new());
        Ok(Places::read(&settings, &self.home))
    }

    /// The settings as far as they are sound, and what is not; an error when a whole source is missing.
    fn gather(&self, env: Lookup<'_>) -> Result<Gathered, Errors> {
        let (mut settings, mut errors) = self.merged()?;
        let home = self.home.display().to_string();
        let sources = Sources { env, keystore: &|name| (self.keystore)(name), home: &home };
        expand::expand(&mut settings, sources, &mut errors);
        let mut warnings = Vec::new();
        old::migrate(&mut settings, &mut warnings, &mut errors);
        Ok(Gathered { settings, errors, warnings })
    }

    /// All sources, merged, and what is wrong with them.
    fn merged(&self) -> Result<(Node, Vec<Error>), Errors> {
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
        twice::explain(&root, &mut errors);
        Ok((root, errors))
    }
}

impl Default for Loader {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Loader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { parts, overrides, home, .. } = self;
        f.debug_struct("Loader")
            .field("parts", parts)
            .field("overrides", overrides)
            .field("home", home)
            .finish_non_exhaustive()
    }
}

/// What the sources say.
struct Gathered {
    settings: Node,
    errors: Vec<Error>,
    warnings: Vec<Warning>,
}

/// A file is read from top to bottom: so are its warnings.
fn in_order(mut warnings: Vec<Warning>) -> Vec<Warning> {
    warnings.sort_by(|left, right| left.at.cmp(&right.at));
    warnings
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
