//! `${NAME}`, `${NAME:default}` and `${NAME:?message}` in values.
//!
//! NAME is looked up among the settings first (`${path.home}`), then in the environment, then in the keystore, as Beats
//! do. `$${` stands for a literal `${`. A value that is one reference and nothing else, or that is not quoted, is read again as
//! YAML after expansion: it may become a number, a boolean, or a list or map in brackets. What comes from the keystore stays
//! text, and [`Node::reference`] has what was written: that is what messages and exports show.

use crate::error::Error;
use crate::limits::{MAX_EXPANDED_BYTES, MAX_EXPANSION_DEPTH, MAX_EXPANSIONS};
use crate::mark::Mark;
use crate::node::{Node, Value};
use crate::{places, scalar, tree, yaml};

/// Looks a name up, in the environment or in the keystore.
pub type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Where names are looked up besides the settings.
#[derive(Clone, Copy)]
pub(crate) struct Sources<'a> {
    pub(crate) env: Lookup<'a>,
    pub(crate) keystore: Lookup<'a>,
    /// `path.home` where nobody wrote it.
    pub(crate) home: &'a str,
}

/// Expands all values below `root`.
pub(crate) fn expand(root: &mut Node, sources: Sources<'_>, errors: &mut Vec<Error>) {
    let settings = root.clone();
    let mut expander = Expander { settings: &settings, sources, left: MAX_EXPANSIONS, secret: false };
    expander.node(root, &mut Vec::new(), errors);
}

struct Expander<'a> {
    settings: &'a Node,
    sources: Sources<'a>,
    left: usize,
    /// The value at hand came from the keystore, at least in part.
    secret: bool,
}

/// What is wrong with a reference, and what to do about it.
struct Wrong {
    what: String,
    hint: Option<String>,
}

impl Wrong {
    fn new(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { what: what.into(), hint: Some(hint.into()) }
    }
}

impl From<String> for Wrong {
    fn from(what: String) -> Self {
        Self { what, hint: None }
    }
}

impl Expander<'_> {
    fn node(&mut self, node: &mut Node, path: &mut Vec<String>, errors: &mut Vec<Error>) {
        match &mut node.value {
            Value::List(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    path.push(index.to_string());
                    self.node(item, path, errors);
                    path.pop();
                }
            }
            Value::Map(map) => {
                for entry in map.entries_mut() {
                    path.push(entry.key.clone());
                    self.node(&mut entry.node, path, errors);
                    path.pop();
                }
            }
            Value::Str(text) if text.contains("${") => {
                let (written, unquoted) = (text.clone(), node.spelling.is_some());
                self.secret = false;
                match self.text(&written, 0) {
                    // A password is a text, whatever it looks like.
                    Ok(expanded) if self.secret => {
                        *node = Node::new(Value::Str(expanded), node.at.clone());
                        node.reference = Some(written.into());
                    }
                    Ok(expanded) if unquoted || is_one_reference(&written) => {
                        *node = reread(&expanded, &node.at, path);
                    }
                    Ok(expanded) => *text = expanded,
                    Err(Wrong { what, hint }) => {
                        let error = Error::new(node.at.clone(), path.join("."), what);
                        errors.push(Error { hint, ..error });
                    }
                }
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str, depth: usize) -> Result<String, Wrong> {
        if depth > MAX_EXPANSION_DEPTH {
            let what = format!("references lead to each other more than {MAX_EXPANSION_DEPTH} levels deep");
            return Err(Wrong::new(what, "write the value itself"));
        }
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            if let Some(literal) = before.strip_suffix('$') {
                out.push_str(literal);
                out.push_str("${");
                rest = after;
                continue;
            }
            out.push_str(before);
            let unclosed = || Wrong::new("`${` without its `}`", "$${ is a ${ that stands for itself");
            let (inside, behind) = closing(after).ok_or_else(unclosed)?;
            out.push_str(&self.reference(inside, depth)?);
            if out.len() > MAX_EXPANDED_BYTES {
                return Err(format!("longer than {MAX_EXPANDED_BYTES} bytes after expansion").into());
            }
            rest = behind;
        }
        out.push_str(rest);
        Ok(out)
    }

    fn reference(&mut self, inside: &str, depth: usize) -> Result<String, Wrong> {
        self.left =
            self.left.checked_sub(1).ok_or_else(|| format!("more than {MAX_EXPANSIONS} references"))?;
        let (name, default) = match inside.split_once(':') {
            Some((name, default)) => (name, Some(default)),
            None => (inside, None),
        };
        let name = if name.contains("${") { self.text(name, depth + 1)? } else { name.to_owned() };
        if name.is_empty() {
            return Err(Wrong::new("`${}` names nothing", "${NAME} is the value of a setting or variable"));
        }
        if let Some(node) = self.settings.at_path(&name).filter(|node| !node.is_null()) {
            let collection = || {
                let what = format!("${{{name}}} is {}, not a single value", node.kind());
                Wrong::new(what, format!("name a value in it, such as ${{{name}.NAME}}"))
            };
            let text = node.text().ok_or_else(collection)?;
            return self.text(text, depth + 1);
        }
        if let Some(value) = (self.sources.env)(&name) {
            return Ok(value);
        }
        if let Some(value) = (self.sources.keystore)(&name) {
            self.secret = true;
            return Ok(value);
        }
        match default {
            Some(default) => match default.strip_prefix('?') {
                Some(message) => Err(format!("${{{name}}} is not set: {message}").into()),
                None => self.text(default, depth + 1),
            },
            None if name == "path.home" => Ok(self.sources.home.to_owned()),
            None => match places::DEFAULTS.iter().find(|(key, _)| *key == name) {
                Some((_, default)) => self.text(default, depth + 1),
                None => Err(Wrong {
                    what: format!(
                        "${{{name}}} is neither a setting nor in the environment nor in the keystore"
                    ),
                    hint: Some(format!(
                        "set it, run `packetbeat keystore add {name}`, or write ${{{name}:default}}"
                    )),
                }),
            },
        }
    }
}

/// What stands before the brace that closes, and what follows it.
fn closing(text: &str) -> Option<(&str, &str)> {
    let mut open = 0usize;
    let mut before = '\0';
    for (at, c) in text.char_indices() {
        match c {
            '{' if before == '$' => open += 1,
            '}' => match open.checked_sub(1) {
                Some(less) => open = less,
                None => return Some((text.get(..at)?, text.get(at + 1..)?)),
            },
            _ => {}
        }
        before = c;
    }
    None
}

fn is_one_reference(text: &str) -> bool {
    text.strip_prefix("${").and_then(closing).is_some_and(|(_, behind)| behind.is_empty())
}

/// Reads an expanded value as YAML; what is in brackets and yet not YAML, or too deep at its place, stays text.
fn reread(text: &str, at: &Mark, path: &mut tree::Path) -> Node {
    let (trimmed, mut errors) = (text.trim(), Vec::new());
    if trimmed.starts_with(['[', '{'])
        && let Ok(node) = yaml::parse(trimmed, &at.source, &mut errors)
    {
        let mut node = tree::split_names(node, path, &mut errors);
        if errors.is_empty() {
            place(&mut node, at);
            node.spelling = Some(text.into());
            return node;
        }
    }
    scalar::plain(text, at.clone())
}

/// What a variable holds stands where the variable is named.
fn place(node: &mut Node, at: &Mark) {
    node.at = at.clone();
    match &mut node.value {
        Value::List(items) => items.iter_mut().for_each(|item| place(item, at)),
        Value::Map(map) => {
            for entry in map.entries_mut() {
                entry.key_at = at.clone();
                place(&mut entry.node, at);
            }
        }
        _ => {}
    }
}
