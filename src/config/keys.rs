//! The keys of cookies and encryption. The newest encrypts, and the older ones still decrypt.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use super::secret::Secret;
use super::{ConfigErrors, Missing};

/// The shortest key, in bytes.
const MIN_KEY_LENGTH: usize = 64;
/// A rotation needs two keys. Each further key costs one more attempt to decrypt every unknown cookie.
const MAX_KEYS: usize = 4;

/// `SECRET_KEY`: one key or several, newest first.
#[derive(Debug, Clone)]
pub struct SecretKeys(Vec<Secret>);

impl SecretKeys {
    /// Newest first; at least one.
    pub fn new(keys: Vec<Secret>) -> Self {
        assert!(!keys.is_empty(), "at least one key is needed");
        Self(keys)
    }

    pub fn newest(&self) -> &[u8] {
        self.0[0].expose().as_bytes()
    }

    /// Newest first.
    pub fn all(&self) -> impl Iterator<Item = &[u8]> {
        self.0.iter().map(|key| key.expose().as_bytes())
    }

    /// Whether there is more than one key.
    pub fn is_rotating(&self) -> bool {
        self.0.len() > 1
    }

    /// A name for a key that does not reveal it.
    pub fn fingerprint(key: &[u8]) -> String {
        let hash = Sha256::new()
            .chain_update(b"pocketshop key fingerprint v1")
            .chain_update(key)
            .finalize();
        HEXLOWER.encode(&hash[..8])
    }

    /// The keys of the setting, or those of the key file, which the first start creates.
    pub(super) fn read(
        setting: Option<&Secret>,
        file: Option<(PathBuf, Missing)>,
        errors: &mut ConfigErrors,
    ) -> Option<Self> {
        let keys = match (setting, file) {
            (Some(keys), _) => keys.expose().to_owned(),
            (None, Some((path, missing))) => match read_or_create(&path, missing) {
                Ok(keys) => keys,
                Err(error) => {
                    errors.0.push(format!(
                        "the key file {} cannot be read or written ({error})",
                        path.display()
                    ));
                    return None;
                }
            },
            // Without other errors, a missing key means PostgreSQL: with SQLite, the first start creates one.
            (None, None) if !errors.0.is_empty() => return None,
            (None, None) => {
                errors.0.push(
                    "SECRET_KEY is not set, and PostgreSQL needs it; create one with `openssl rand -hex 64`".into(),
                );
                return None;
            }
        };
        let keys = Self::parse(&keys);
        keys.map_err(|problem| errors.0.push(problem)).ok()
    }

    /// Reads keys with commas between them. An error names a key by its position, never by its value.
    fn parse(input: &str) -> Result<Self, String> {
        let keys: Vec<&str> = input.split(',').map(str::trim).collect();
        if keys.len() > MAX_KEYS {
            return Err(format!(
                "SECRET_KEY has {} keys, but the maximum is {MAX_KEYS}; remove the oldest",
                keys.len()
            ));
        }
        for (at, key) in keys.iter().enumerate() {
            let name = if keys.len() == 1 {
                "SECRET_KEY".to_owned()
            } else {
                format!("key {} of SECRET_KEY", at + 1)
            };
            if !is_strong(key) {
                return Err(format!(
                    "{name} is too short or an example; use {MIN_KEY_LENGTH} random bytes or more, like those of `openssl rand -hex 64`"
                ));
            }
            // The key of the cookies is made from the first bytes only.
            if let Some(same) = keys[..at].iter().position(|other| start(other) == start(key)) {
                return Err(format!(
                    "{name} begins like key {}; each must be a new one, like those of `openssl rand -hex 64`",
                    same + 1
                ));
            }
        }
        Ok(Self(keys.into_iter().map(Secret::new).collect()))
    }
}

fn start(key: &str) -> &[u8] {
    &key.as_bytes()[..MIN_KEY_LENGTH]
}

/// Whether a key is long enough, is not an example, and does not repeat a few characters.
fn is_strong(key: &str) -> bool {
    let mut bytes: Vec<u8> = key.bytes().collect();
    bytes.sort_unstable();
    bytes.dedup();
    let example = ["change", "example", "secret_key", "your-", "replace"];
    let lower = key.to_lowercase();
    key.len() >= MIN_KEY_LENGTH && bytes.len() >= 10 && !example.iter().any(|word| lower.contains(word))
}

/// Reads the key file, or creates it with 64 random bytes in hex, readable by this user only.
fn read_or_create(path: &Path, missing: Missing) -> std::io::Result<String> {
    if let Ok(key) = std::fs::read_to_string(path) {
        return Ok(key.trim_end().to_owned());
    }
    let mut random = [0_u8; 64];
    getrandom::fill(&mut random).map_err(std::io::Error::other)?;
    let key = HEXLOWER.encode(&random);
    if missing == Missing::Ignore {
        return Ok(key);
    }
    // Written under another name first, so that a process that starts at the same time never reads half a key.
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

    fn error_of(keys: &[String]) -> String {
        SecretKeys::parse(&keys.join(",")).unwrap_err()
    }

    #[test]
    fn several_keys_are_read_newest_first() {
        let keys = SecretKeys::parse(&format!("{}, {}\n", key(1), key(2))).unwrap();
        assert_eq!(keys.newest(), key(1).as_bytes());
        assert!(keys.all().eq([key(1).as_bytes(), key(2).as_bytes()]));
        assert!(keys.is_rotating());
        assert!(!SecretKeys::parse(&key(1)).unwrap().is_rotating());
    }

    #[test]
    fn an_error_names_a_key_by_its_position() {
        let weak = error_of(&[key(1), "hidden-word".into()]);
        assert!(weak.starts_with("key 2 of SECRET_KEY is too short") && !weak.contains("hidden"));
        assert!(error_of(&[key(1), String::new()]).starts_with("key 2 of SECRET_KEY is too short"));
        assert!(error_of(&["short".into()]).starts_with("SECRET_KEY is too short"));
        let twice = error_of(&[key(1), key(2), key(1)]);
        assert!(twice.starts_with("key 3 of SECRET_KEY begins like key 1"), "{twice}");
        assert!(error_of(&[key(1), key(2), key(3), key(4), key(5)]).contains("has 5 keys"));
    }

    #[test]
    fn a_fingerprint_is_short_and_differs_between_keys() {
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
    fn the_key_file_may_have_several_keys() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret.key");
        std::fs::write(&path, format!("{},{}\n", key(1), key(2))).unwrap();
        let mut errors = ConfigErrors::default();
        let keys = SecretKeys::read(None, Some((path, Missing::Ignore)), &mut errors).unwrap();
        assert_eq!(keys.all().count(), 2);
    }
}
