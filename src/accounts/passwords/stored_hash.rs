//! Parsed password hashes: what checking one costs, and how much more work a failure needs.

use std::hint::black_box;

use argon2::password_hash::phc::{Output, Salt};
use argon2::{Algorithm, Argon2, Params, PasswordHash, Version};
use subtle::ConstantTimeEq;

use crate::error::Result;

use super::argon::{self, SALT_LENGTH};
use super::django::{self, DjangoHash};
use super::password::Password;

/// KiB. A hash with higher parameters is not one of ours, and would use up our memory or time.
const MAX_MEMORY: u32 = 1 << 20;
const MAX_PASSES: u32 = 64;
const DUMMY_SALT: &[u8] = b"a hash of nobody";

pub enum StoredHash {
    /// An unknown user, a user without a password, or an invalid hash. No password matches.
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

/// A measure of work: Argon2's memory (KiB) times its passes, and PBKDF2's rounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Work {
    pub blocks: u64,
    pub rounds: u32,
}

impl Work {
    fn blocks(params: &Params) -> u64 {
        u64::from(params.m_cost()) * u64::from(params.t_cost())
    }

    /// The cost of every failure: Argon2 with the current parameters, and the highest PBKDF2 rounds of a stored hash.
    pub fn for_failure(current: &Params, max_rounds: u32) -> Self {
        Self {
            blocks: Self::blocks(current),
            rounds: max_rounds,
        }
    }

    /// Does this much work. `current` gives the rest of Argon2's parameters.
    pub fn spend(self, password: &Password, current: &Params) -> Result<()> {
        django::spend(password.expose(), self.rounds);
        let memory = u32::try_from(self.blocks / u64::from(current.t_cost())).unwrap_or(current.m_cost());
        // Less memory than Argon2's minimum takes no measurable time.
        if let Ok(params) = Params::new(memory, current.t_cost(), current.p_cost(), None) {
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
        parse_argon2(stored)
            .or_else(|| DjangoHash::parse(stored).map(Self::Django))
            .unwrap_or(Self::Unusable)
    }

    /// The work of checking a password against it.
    pub fn work(&self) -> Work {
        match self {
            Self::Unusable => Work { blocks: 0, rounds: 0 },
            Self::Argon2 { argon2, .. } => Work {
                blocks: Work::blocks(argon2.params()),
                rounds: 0,
            },
            Self::Django(hash) => Work {
                blocks: 0,
                rounds: hash.rounds(),
            },
        }
    }

    /// The work that is left after a failed check, so that every failure takes the same time.
    pub fn remaining_work(&self, failure: Work) -> Work {
        let done = self.work();
        Work {
            blocks: failure.blocks.saturating_sub(done.blocks),
            rounds: failure.rounds.saturating_sub(done.rounds),
        }
    }

    pub fn matches(&self, password: &Password) -> Result<bool> {
        match self {
            Self::Unusable => Ok(false),
            Self::Django(hash) => Ok(hash.matches(password.expose())),
            Self::Argon2 {
                argon2, salt, output, ..
            } => {
                let mut computed = [0_u8; Output::MAX_LENGTH];
                let computed = &mut computed[..output.len()];
                argon::hash_into(argon2, password.expose(), salt, computed)?;
                Ok(computed.ct_eq(output.as_bytes()).into())
            }
        }
    }

    /// Whether its kind or cost differs from that of new hashes. A more expensive one would also tell known users from
    /// unknown ones by the time it takes.
    pub fn is_outdated(&self, current: &Params) -> bool {
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
                    || argon2.params().m_cost() != current.m_cost()
                    || argon2.params().t_cost() != current.t_cost()
                    || salt.len() < SALT_LENGTH
                    || output.len() < Params::DEFAULT_OUTPUT_LEN
            }
        }
    }
}

fn parse_argon2(stored: &str) -> Option<StoredHash> {
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

    fn current() -> Params {
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
        let any = Work::for_failure(&current(), 720_000);
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
            let (done, left) = (hash.work(), hash.remaining_work(any));
            assert_eq!(done.blocks + left.blocks, any.blocks, "{stored:?}");
            assert_eq!(done.rounds + left.rounds, any.rounds, "{stored:?}");
        }
        assert!(matches!(StoredHash::parse(Some(&django(1))), StoredHash::Django(_)));
        let ours = StoredHash::parse(Some(&argon2("argon2id", "m=19456,t=2,p=1")));
        assert_eq!(
            ours.remaining_work(any),
            Work {
                blocks: 0,
                rounds: 720_000
            }
        );
    }

    #[test]
    fn a_hash_with_another_cost_is_outdated() {
        let outdated = |stored: &str| StoredHash::parse(Some(stored)).is_outdated(&current());
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
    fn a_hash_that_costs_too_much_is_unusable() {
        let unusable = |stored: &str| matches!(StoredHash::parse(Some(stored)), StoredHash::Unusable);
        assert!(unusable(&argon2("argon2id", "m=4194304,t=1,p=1")));
        assert!(unusable(&argon2("argon2id", "m=19456,t=4000000000,p=1")));
        assert!(unusable(&argon2("argon2id", "m=19456,t=2,p=1").replace("v=19$", "")));
        assert!(unusable(&argon2("scrypt", "ln=16,r=8,p=1")));
        assert!(unusable("$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA"));
        assert!(unusable(&django(10_000_001)));
    }
}
