//! Settings that must never be printed.

use std::fmt::{self, Write as _};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::{Missing, Problems};

/// The shortest key that may sign the cookies, in bytes.
const KEY_LENGTH: usize = 64;

/// A value that prints as `***`.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    pub fn expose(&self) -> &str {
        &self.0
    }

    /// From the variable, or from the file that `NAME_FILE` names.
    pub fn from_environment(name: &str, problems: &mut Problems) -> Option<Self> {
        if let Ok(value) = std::env::var(name)
            && !value.is_empty()
        {
            return Some(Self(value));
        }
        let path = std::env::var(format!("{name}_FILE"))
            .ok()
            .filter(|path| !path.is_empty())?;
        match std::fs::read_to_string(&path) {
            Ok(value) => Some(Self(value.trim_end().to_owned())),
            Err(error) => {
                problems
                    .0
                    .push(format!("{name}_FILE names {path}, which cannot be read ({error})"));
                None
            }
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// The key that the cookies are encrypted with.
#[derive(Debug, Clone)]
pub struct SecretKey(Secret);

impl SecretKey {
    pub fn new(key: Secret) -> Self {
        Self(key)
    }

    pub fn bytes(&self) -> &[u8] {
        self.0.expose().as_bytes()
    }

    /// The given key; or, when there is none, the one in the file `kept`, which the first start makes.
    pub(super) fn read(
        given: Option<&Secret>,
        kept: Option<(PathBuf, Missing)>,
        problems: &mut Problems,
    ) -> Option<Self> {
        let key = match (given, kept) {
            (Some(key), _) => Some(key.clone()),
            (None, Some((path, missing))) => match keep(&path, missing) {
                Ok(key) => Some(Secret(key)),
                Err(error) => {
                    problems
                        .0
                        .push(format!("the key {} cannot be kept ({error})", path.display()));
                    None
                }
            },
            (None, None) => None,
        };
        match key {
            Some(key) if strong(&key.0) => Some(Self(key)),
            Some(_) => {
                problems.0.push(format!(
                    "SECRET_KEY is too short or an example; use {KEY_LENGTH} random bytes or more, like those of `openssl rand -hex 64`"
                ));
                None
            }
            // With a key that SQLite would make, other problems come first.
            None if !problems.0.is_empty() => None,
            None => {
                problems.0.push(
                    "SECRET_KEY is not set; with PostgreSQL it must be: make one with `openssl rand -hex 64`".into(),
                );
                None
            }
        }
    }
}

/// Long enough, and not a handful of letters over and over.
fn strong(key: &str) -> bool {
    let mut letters: Vec<u8> = key.bytes().collect();
    letters.sort_unstable();
    letters.dedup();
    let example = ["change", "example", "secret_key", "your-", "replace"];
    let lower = key.to_lowercase();
    key.len() >= KEY_LENGTH && letters.len() >= 10 && !example.iter().any(|word| lower.contains(word))
}

/// Reads the key, or makes it: 64 random bytes in hex, in a file readable by us alone.
fn keep(path: &Path, missing: Missing) -> std::io::Result<String> {
    if let Ok(key) = std::fs::read_to_string(path) {
        return Ok(key.trim_end().to_owned());
    }
    let mut random = [0_u8; 64];
    getrandom::fill(&mut random).map_err(std::io::Error::other)?;
    let mut key = String::with_capacity(random.len() * 2);
    for byte in random {
        let _ = write!(key, "{byte:02x}");
    }
    if missing == Missing::Leave {
        return Ok(key);
    }
    // Written whole under another name first, so that a process that starts at the same time never reads half a key.
    let draft = path.with_extension(format!("{}", std::process::id()));
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&draft)?;
    file.write_all(key.as_bytes())?;
    let linked = std::fs::hard_link(&draft, path);
    std::fs::remove_file(&draft)?;
    match linked {
        Ok(()) => Ok(key),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            Ok(std::fs::read_to_string(path)?.trim_end().to_owned())
        }
        Err(error) => Err(error),
    }
}
