//! A stored password hash, read: what checking it costs, and what a failure must cost besides.

use std::hint::black_box;

use argon2::password_hash::phc::{Output, Salt};
use argon2::{Algorithm, Argon2, Params, PasswordHash, Version};
use subtle::ConstantTimeEq;

use crate::error::Result;

use super::argon::{self, SALT_LENGTH};
use super::django::{self, DjangoHash};
use super::password::Password;

/// A hash that asks for more was not made by us; we would run out of memory or time over it. KiB, and passes.
const MAX_MEMORY: u32 = 1 << 20;
const MAX_PASSES: u32 = 64;
const DUMMY_SALT: &[u8] = b"a hash of nobody";

pub enum StoredHash {
    /// No such person, a password switched off, or nonsense: no password opens it.
    Unusable,
    Argon2 {
        argon2: Box<Argon2<'static>>,
        algorithm: Algorithm,
        version: Version,
        salt: Salt,
        output: Output,
    },
    Django(DjangoHash),
}

/// Work, measured: Argon2's memory (KiB) times its passes, and PBKDF2's rounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Work {
    pub blocks: u64,
    pub rounds: u32,
}

impl Work {
    fn of(params: &Params) -> u64 {
        u64::from(params.m_cost()) * u64::from(params.t_cost())
    }

    /// What every failure costs: one Argon2 as we make it now, and the dearest PBKDF2 hash that there is.
    pub fn of_any_failure(now: &Params, dearest: u32) -> Self {
        Self {
            blocks: Self::of(now),
            rounds: dearest,
        }
    }

    /// Takes as long as this much work, with `now` for the rest of Argon2's parameters.
    pub fn spend(self, password: &Password, now: &Params) -> Result<()> {
        django::spend(password.expose(), self.rounds);
        let memory = u32::try_from(self.blocks / u64::from(now.t_cost())).unwrap_or(now.m_cost());
        // Below Argon2's least memory there is nothing to be measured either.
        if let Ok(params) = Params::new(memory, now.t_cost(), now.p_cost(), None) {
            let mut output = [0_u8; Params::DEFAULT_OUTPUT_LEN];
            argon::hash_into(&Argon2::from(params), password.expose(), DUMMY_SALT, &mut output)?;
            black_box(output);
        }
        Ok(())
    }
}

impl StoredHash {
    pub fn parse(stored: Option<&str>) -> Self {
        let Some(stored) = stored else {
            return Self::Unusable;
        };
        argon2_hash(stored)
            .or_else(|| DjangoHash::parse(stored).map(Self::Django))
            .unwrap_or(Self::Unusable)
    }

    /// What checking it takes.
    pub fn work(&self) -> Work {
        match self {
            Self::Unusable => Work { blocks: 0, rounds: 0 },
            Self::Argon2 { argon2, .. } => Work {
                blocks: Work::of(argon2.params()),
                rounds: 0,
            },
            Self::Django(hash) => Work {
                blocks: 0,
                rounds: hash.rounds(),
            },
        }
    }

    /// What is left to be done after checking it in vain, so that a failure tells nothing by its time.
    pub fn work_for_failure(&self, any: Work) -> Work {
        let done = self.work();
        Work {
            blocks: any.blocks.saturating_sub(done.blocks),
            rounds: any.rounds.saturating_sub(done.rounds),
        }
    }

    pub fn is_of(&self, password: &Password) -> Result<bool> {
        match self {
            Self::Unusable => Ok(false),
            Self::Django(hash) => Ok(hash.is_of(password.expose())),
            Self::Argon2 {
                argon2, salt, output, ..
            } => {
                let mut made = [0_u8; Output::MAX_LENGTH];
                let made = &mut made[..output.len()];
                argon::hash_into(argon2, password.expose(), salt, made)?;
                Ok(made.ct_eq(output.as_bytes()).into())
            }
        }
    }

    /// Of another cost or kind than what we would make now: a dearer one would tell known people from unknown ones.
    pub fn is_outdated(&self, now: &Params) -> bool {
        match self {
            Self::Unusable | Self::Django(_) => true,
            Self::Argon2 {
                argon2,
                algorithm,
                version,
                salt,
                output,
            } => {
                *algorithm != Algorithm::Argon2id
                    || *version != Version::V0x13
                    || argon2.params().m_cost() != now.m_cost()
                    || argon2.params().t_cost() != now.t_cost()
                    || salt.len() < SALT_LENGTH
                    || output.len() < Params::DEFAULT_OUTPUT_LEN
            }
        }
    }
}

fn argon2_hash(stored: &str) -> Option<StoredHash> {
    let hash = PasswordHash::new(stored).ok()?;
    let algorithm = Algorithm::try_from(hash.algorithm.as_str()).ok()?;
    let version = Version::try_from(hash.version?).ok()?;
    let params = Params::try_from(&hash)
        .ok()
        .filter(|params| params.m_cost() <= MAX_MEMORY && params.t_cost() <= MAX_PASSES)?;
    Some(StoredHash::Argon2 {
        argon2: Box::new(Argon2::new(algorithm, version, params)),
        algorithm,
        version,
        salt: hash.salt?,
        output: hash.hash?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    fn now() -> Params {
        Params::new(19_456, 2, 1, None).unwrap()
    }

    fn argon2(kind: &str, cost: &str) -> String {
        format!("${kind}$v=19${cost}$c2FsdHNhbHRzYWx0c2FsdA${DIGEST}")
    }

    fn django(rounds: u32) -> String {
        format!("pbkdf2_sha256${rounds}$salt${DIGEST}=")
    }

    #[test]
    fn every_failure_costs_the_same() {
        let any = Work::of_any_failure(&now(), 720_000);
        assert_eq!((any.blocks, any.rounds), (38_912, 720_000));
        let stored = [
            None,
            Some("!".into()),
            Some("nonsense".into()),
            Some(argon2("argon2id", "m=19456,t=2,p=1")),
            Some(argon2("argon2id", "m=19456,t=1,p=1")),
            Some(argon2("argon2i", "m=4096,t=3,p=2")),
            Some(django(1)),
            Some(django(260_000)),
            Some(django(720_000)),
        ];
        for stored in stored {
            let hash = StoredHash::parse(stored.as_deref());
            let (done, left) = (hash.work(), hash.work_for_failure(any));
            assert_eq!(done.blocks + left.blocks, any.blocks, "{stored:?}");
            assert_eq!(done.rounds + left.rounds, any.rounds, "{stored:?}");
        }
        assert!(matches!(StoredHash::parse(Some(&django(1))), StoredHash::Django(_)));
        let ours = StoredHash::parse(Some(&argon2("argon2id", "m=19456,t=2,p=1")));
        assert_eq!(
            ours.work_for_failure(any),
            Work {
                blocks: 0,
                rounds: 720_000
            }
        );
    }

    #[test]
    fn what_costs_other_than_now_is_outdated() {
        let outdated = |stored: &str| StoredHash::parse(Some(stored)).is_outdated(&now());
        assert!(!outdated(&argon2("argon2id", "m=19456,t=2,p=1")));
        assert!(outdated(&argon2("argon2id", "m=65536,t=3,p=4")));
        assert!(outdated(&argon2("argon2id", "m=19455,t=2,p=1")));
        assert!(outdated(&argon2("argon2id", "m=47104,t=1,p=1")));
        assert!(outdated(&argon2("argon2i", "m=19456,t=2,p=1")));
        assert!(outdated(&argon2("argon2id", "m=19456,t=2,p=1").replace("v=19", "v=16")));
        assert!(outdated(
            &argon2("argon2id", "m=19456,t=2,p=1").replace("c2FsdHNhbHRzYWx0c2FsdA", "c2FsdHNhbHQ")
        ));
        assert!(outdated(&django(720_000)));
    }

    #[test]
    fn what_would_wear_us_out_is_unusable() {
        let unusable = |stored: &str| matches!(StoredHash::parse(Some(stored)), StoredHash::Unusable);
        assert!(unusable(&argon2("argon2id", "m=4194304,t=1,p=1")));
        assert!(unusable(&argon2("argon2id", "m=19456,t=4000000000,p=1")));
        assert!(unusable(&argon2("argon2id", "m=19456,t=2,p=1").replace("v=19$", "")));
        assert!(unusable(&argon2("scrypt", "ln=16,r=8,p=1")));
        assert!(unusable("$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA"));
        assert!(unusable(&django(10_000_001)));
    }
}
