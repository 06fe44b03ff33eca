//! `packetbeat keystore`: secrets that the configuration names as `${KEY}`.

use std::io::{BufRead as _, IsTerminal as _, Read as _, Write as _};
use std::path::Path;

use packetbeat_keystore::{Keystore, Permissions, Secret, limits};

use super::{Done, print};
use crate::cli::{self, Global};
use crate::sources;

/// Does what the command line says with the keystore that the configuration names.
pub(super) fn keystore(global: &Global, what: &cli::Keystore) -> Done {
    let path = sources::places(global).map_err(|errors| errors.to_string())?.keystore;
    match what {
        cli::Keystore::Create { force } => create(&path, *force),
        cli::Keystore::Add { key, stdin, force } => {
            add(found_or_made(&path, global, *force)?, key, *stdin, *force)
        }
        cli::Keystore::List => {
            let keystore = open(&path, global)?;
            // Whoever wrote the file chose the names: none may move the cursor.
            print(&keystore.names().map(|name| format!("{}\n", name.escape_debug())).collect::<String>())
        }
        cli::Keystore::Remove { key } => remove(open(&path, global)?, key),
    }
}

fn open(path: &Path, global: &Global) -> Result<Keystore, String> {
    find(path, global)?.ok_or_else(|| {
        format!("{}: there is no keystore; make one with `packetbeat keystore create`", path.display())
    })
}

fn find(path: &Path, global: &Global) -> Result<Option<Keystore>, String> {
    let permissions = if global.strict_perms { Permissions::Strict } else { Permissions::Any };
    Keystore::open(path, permissions).map_err(|error| error.to_string())
}

/// The keystore, or a new one where `--force` or an answer asks for it, as Packetbeat does.
fn found_or_made(path: &Path, global: &Global, force: bool) -> Result<Keystore, String> {
    match find(path, global)? {
        Some(keystore) => Ok(keystore),
        None if force || agreed(&format!("{} is not there. Make it?", path.display()))? => {
            Ok(Keystore::create(path))
        }
        None => open(path, global),
    }
}

fn create(path: &Path, force: bool) -> Done {
    if path.exists() && !force && !agreed(&format!("{} exists already. Replace it?", path.display()))? {
        return Err(format!("{}: exists already; --force replaces it", path.display()));
    }
    Keystore::create(path).save().map_err(|error| error.to_string())?;
    print(&format!("Created packetbeat keystore {}\n", path.display()))
}

fn add(mut keystore: Keystore, key: &str, stdin: bool, force: bool) -> Done {
    if keystore.get(key).is_some() && !force && !agreed(&format!("{key} is there already. Replace it?"))? {
        return Err(format!("{key} is in {} already; --force replaces it", keystore.path().display()));
    }
    let secret = if stdin { piped()? } else { typed(key)? };
    keystore.set(key, secret).map_err(|error| error.to_string())?;
    keystore.save().map_err(|error| error.to_string())?;
    print("Successfully updated the keystore\n")
}

fn remove(mut keystore: Keystore, keys: &[String]) -> Done {
    // All or none: a name that is mistyped must not cost the others.
    for key in keys {
        if keystore.remove(key).is_none() {
            return Err(format!(
                "{key} is not in {}; `packetbeat keystore list` shows what is",
                keystore.path().display()
            ));
        }
    }
    keystore.save().map_err(|error| error.to_string())?;
    print(&format!("Successfully removed {}\n", keys.join(", ")))
}

/// Everything that comes on standard input, without the line end that `echo` adds.
fn piped() -> Result<Secret, String> {
    let mut bytes = Vec::new();
    let most = limits::MAX_SECRET_BYTES as u64;
    let read = std::io::stdin().lock().take(most + 2).read_to_end(&mut bytes);
    read.map_err(|error| format!("standard input: {error}"))?;
    if bytes.last() == Some(&b'\n') {
        bytes.pop();
    }
    if bytes.last() == Some(&b'\r') {
        bytes.pop();
    }
    Ok(Secret::new(bytes))
}

/// What is typed, without showing it.
fn typed(key: &str) -> Result<Secret, String> {
    if !std::io::stdin().is_terminal() {
        return Err(format!(
            "standard input is no terminal; `packetbeat keystore add {key} --stdin` reads it"
        ));
    }
    let text = rpassword::prompt_password(format!("Enter value for {key}: "));
    text.map(|text| Secret::new(text.into_bytes())).map_err(|error| format!("terminal: {error}"))
}

/// Asks; no answer is no. Where nobody can answer nothing is asked.
fn agreed(question: &str) -> Result<bool, String> {
    if !std::io::stdin().is_terminal() {
        return Ok(false);
    }
    let mut answer = String::new();
    let asked = write!(std::io::stderr(), "{question} [y/N]: ");
    asked.and_then(|()| std::io::stdin().lock().read_line(&mut answer)).map_err(|error| error.to_string())?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
