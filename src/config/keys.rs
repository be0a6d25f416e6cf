//! The keys that everything secret hangs on: the newest seals, the older ones still open.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use super::secret::Secret;
use super::{ConfigErrors, Missing};

/// The shortest key that may seal anything, in bytes.
const KEY_LENGTH: usize = 64;
/// A rotation needs two; each more is one more trial for every foreign cookie.
const MAX_KEYS: usize = 4;

/// `SECRET_KEY`: one key or several, newest first.
#[derive(Debug, Clone)]
pub struct SecretKeys(Vec<Secret>);

impl SecretKeys {
    /// Newest first; at least one.
    pub fn new(keys: Vec<Secret>) -> Self {
        assert!(!keys.is_empty(), "there is no key");
        Self(keys)
    }

    pub fn newest(&self) -> &[u8] {
        self.0[0].expose().as_bytes()
    }

    /// Newest first.
    pub fn all(&self) -> impl Iterator<Item = &[u8]> {
        self.0.iter().map(|key| key.expose().as_bytes())
    }

    /// Whether there are keys older than the newest.
    pub fn rotating(&self) -> bool {
        self.0.len() > 1
    }

    /// What a key is known by without giving it away.
    pub fn fingerprint(key: &[u8]) -> String {
        let hash = Sha256::new()
            .chain_update(b"pocketshop key fingerprint v1")
            .chain_update(key)
            .finalize();
        HEXLOWER.encode(&hash[..8])
    }

    /// The given keys; or, when there are none, those in the file `kept`, which the first start makes.
    pub(super) fn read(
        given: Option<&Secret>,
        kept: Option<(PathBuf, Missing)>,
        errors: &mut ConfigErrors,
    ) -> Option<Self> {
        let keys = match (given, kept) {
            (Some(keys), _) => keys.expose().to_owned(),
            (None, Some((path, missing))) => match keep(&path, missing) {
                Ok(keys) => keys,
                Err(error) => {
                    errors
                        .0
                        .push(format!("the key {} cannot be kept ({error})", path.display()));
                    return None;
                }
            },
            // With a key that SQLite would make, other problems come first.
            (None, None) if !errors.0.is_empty() => return None,
            (None, None) => {
                errors.0.push(
                    "SECRET_KEY is not set; with PostgreSQL it must be: make one with `openssl rand -hex 64`".into(),
                );
                return None;
            }
        };
        let keys = Self::parse(&keys);
        keys.map_err(|problem| errors.0.push(problem)).ok()
    }

    /// Comma-separated. What is wrong is told by position, never by what stands there.
    fn parse(typed: &str) -> Result<Self, String> {
        let keys: Vec<&str> = typed.split(',').map(str::trim).collect();
        if keys.len() > MAX_KEYS {
            return Err(format!(
                "SECRET_KEY holds {} keys, and {MAX_KEYS} is the most; let the oldest go",
                keys.len()
            ));
        }
        for (at, key) in keys.iter().enumerate() {
            let which = if keys.len() == 1 {
                "SECRET_KEY".to_owned()
            } else {
                format!("key {} of SECRET_KEY", at + 1)
            };
            if !strong(key) {
                return Err(format!(
                    "{which} is too short or an example; use {KEY_LENGTH} random bytes or more, like those of `openssl rand -hex 64`"
                ));
            }
            // The cookies take their key from the first bytes alone.
            if let Some(same) = keys[..at].iter().position(|other| start(other) == start(key)) {
                return Err(format!(
                    "{which} begins like key {}; each must be a new one, like those of `openssl rand -hex 64`",
                    same + 1
                ));
            }
        }
        Ok(Self(keys.into_iter().map(Secret::new).collect()))
    }
}

fn start(key: &str) -> &[u8] {
    &key.as_bytes()[..KEY_LENGTH]
}

/// Long enough, and not a handful of letters over and over.
fn strong(key: &str) -> bool {
    let mut bytes: Vec<u8> = key.bytes().collect();
    bytes.sort_unstable();
    bytes.dedup();
    let example = ["change", "example", "secret_key", "your-", "replace"];
    let lower = key.to_lowercase();
    key.len() >= KEY_LENGTH && bytes.len() >= 10 && !example.iter().any(|word| lower.contains(word))
}

/// Reads the key, or makes it: 64 random bytes in hex, in a file readable by us alone.
fn keep(path: &Path, missing: Missing) -> std::io::Result<String> {
    if let Ok(key) = std::fs::read_to_string(path) {
        return Ok(key.trim_end().to_owned());
    }
    let mut random = [0_u8; 64];
    getrandom::fill(&mut random).map_err(std::io::Error::other)?;
    let key = HEXLOWER.encode(&random);
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

#[cfg(test)]
mod tests {
    use super::*;

    fn key(seed: u8) -> String {
        HEXLOWER.encode(&Sha256::digest([seed])).repeat(2)
    }

    fn refused(keys: &[String]) -> String {
        SecretKeys::parse(&keys.join(",")).unwrap_err()
    }

    #[test]
    fn several_keys_are_read_newest_first() {
        let keys = SecretKeys::parse(&format!("{}, {}\n", key(1), key(2))).unwrap();
        assert_eq!(keys.newest(), key(1).as_bytes());
        assert!(keys.all().eq([key(1).as_bytes(), key(2).as_bytes()]));
        assert!(keys.rotating());
        assert!(!SecretKeys::parse(&key(1)).unwrap().rotating());
    }

    #[test]
    fn a_wrong_key_is_told_by_its_place() {
        let weak = refused(&[key(1), "hidden-word".into()]);
        assert!(weak.starts_with("key 2 of SECRET_KEY is too short") && !weak.contains("hidden"));
        assert!(refused(&[key(1), String::new()]).starts_with("key 2 of SECRET_KEY is too short"));
        assert!(refused(&["short".into()]).starts_with("SECRET_KEY is too short"));
        let twice = refused(&[key(1), key(2), key(1)]);
        assert!(twice.starts_with("key 3 of SECRET_KEY begins like key 1"), "{twice}");
        assert!(refused(&[key(1), key(2), key(3), key(4), key(5)]).contains("holds 5 keys"));
    }

    #[test]
    fn a_fingerprint_is_short_and_tells_keys_apart() {
        let fingerprint = SecretKeys::fingerprint(b"one");
        assert_eq!(fingerprint.len(), 16);
        assert_ne!(fingerprint, SecretKeys::fingerprint(b"two"));
        assert_eq!(fingerprint, SecretKeys::fingerprint(b"one"));
    }

    #[test]
    fn keys_are_not_printed() {
        let keys = SecretKeys::parse(&format!("{},{}", key(1), key(2))).unwrap();
        assert_eq!(format!("{keys:?}"), "SecretKeys([***, ***])");
    }

    #[test]
    fn the_kept_file_may_hold_several() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret.key");
        std::fs::write(&path, format!("{},{}\n", key(1), key(2))).unwrap();
        let mut errors = ConfigErrors::default();
        let keys = SecretKeys::read(None, Some((path, Missing::Leave)), &mut errors).unwrap();
        assert_eq!(keys.all().count(), 2);
    }
}
