//! Hashing passwords: off the async threads, a few at a time, and every failure at the same cost.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use argon2::{Argon2, Params};
use tokio::sync::Semaphore;

use crate::config::PasswordCost;
use crate::error::{Error, Result};
use crate::threads::Threads;

use super::argon;
use super::django;
use super::password::Password;
use super::stored_hash::{StoredHash, Work};

/// How many may wait for each one that is being served.
const WAITING: usize = 32;

const BUSY: &str = "Many people are signing in right now. Please try again in a few seconds.";

#[derive(Clone)]
pub struct Hasher {
    argon2: Argon2<'static>,
    threads: Threads,
    /// For those being served.
    permits: Arc<Semaphore>,
    /// For those being served and those waiting.
    places: Arc<Semaphore>,
    /// The most rounds of a Django hash that somebody may still have.
    dearest: Arc<AtomicU32>,
}

#[derive(PartialEq, Eq)]
pub enum Verdict {
    Wrong,
    Right,
    /// Right, and the hash to store instead.
    Upgrade(String),
}

impl Hasher {
    /// `permits` passwords are hashed at a time; each takes a core, and the cost's memory.
    pub fn new(cost: PasswordCost, permits: usize) -> Self {
        let permits = permits.max(1);
        // Argon2's own default is the least that the settings let through.
        let params = Params::new(cost.memory, cost.passes, cost.lanes, None).unwrap_or_default();
        Self {
            argon2: Argon2::from(params),
            threads: Threads::start(permits),
            permits: Arc::new(Semaphore::new(permits)),
            places: Arc::new(Semaphore::new(permits * (1 + WAITING))),
            dearest: Arc::new(AtomicU32::new(0)),
        }
    }

    /// Says how dear the dearest Django hash is that is still stored. It rises by itself when a dearer one is met.
    pub fn expect_rounds(&self, rounds: u32) {
        self.dearest.store(rounds.min(django::MAX_ROUNDS), Ordering::Relaxed);
    }

    /// An argon2id hash in the PHC format, with a salt of its own.
    pub async fn hash(&self, password: Password) -> Result<String> {
        self.in_turn(move |hasher| hasher.hash_now(&password)).await?
    }

    /// Whether the stored hash is of this password. Without one (None, `!`, nonsense) it takes as long as when it is not.
    pub async fn verify(&self, password: Password, stored: Option<String>) -> Result<Verdict> {
        self.in_turn(move |hasher| hasher.verify_now(&password, stored.as_deref()))
            .await?
    }

    /// Like `hash`, but on the thread that asks: for the command line.
    pub fn hash_now(&self, password: &Password) -> Result<String> {
        argon::hash(&self.argon2, password.expose())
    }

    fn verify_now(&self, password: &Password, stored: Option<&str>) -> Result<Verdict> {
        let now = self.argon2.params();
        let stored = StoredHash::parse(stored);
        let rounds = stored.work().rounds;
        let dearest = self.dearest.fetch_max(rounds, Ordering::Relaxed).max(rounds);
        if !stored.is_of(password)? {
            let any = Work::of_any_failure(now, dearest);
            stored.work_for_failure(any).spend(password, now)?;
            return Ok(Verdict::Wrong);
        }
        if stored.is_outdated(now) {
            return Ok(Verdict::Upgrade(self.hash_now(password)?));
        }
        Ok(Verdict::Right)
    }

    /// Does the work when its turn comes. Both places are given back when the work is over, though the request that
    /// asked may be gone long since.
    async fn in_turn<T: Send + 'static>(&self, work: impl FnOnce(&Self) -> T + Send + 'static) -> Result<T> {
        let place = Arc::clone(&self.places)
            .try_acquire_owned()
            .map_err(|_| Error::Unavailable(BUSY.into()))?;
        let permit = Arc::clone(&self.permits)
            .acquire_owned()
            .await
            .map_err(|error| Error::internal(error, "waiting to hash a password"))?;
        let hasher = self.clone();
        self.threads
            .run(move || {
                let _until_done = (permit, place);
                work(&hasher)
            })
            .await
    }
}

#[cfg(test)]
mod tests {
    use data_encoding::BASE64;
    use pbkdf2::pbkdf2_hmac_array;
    use sha2::Sha256;
    use tokio::task::yield_now;

    use super::*;

    const CHEAP: PasswordCost = PasswordCost {
        memory: 64,
        passes: 2,
        lanes: 1,
    };

    fn typed(password: &str) -> Password {
        Password::typed(password)
    }

    async fn verdict(hasher: &Hasher, password: &str, stored: &str) -> Verdict {
        hasher.verify(typed(password), Some(stored.to_owned())).await.unwrap()
    }

    fn django(password: &str, rounds: u32) -> String {
        let digest = pbkdf2_hmac_array::<Sha256, 32>(password.as_bytes(), b"seasalt", rounds);
        format!("pbkdf2_sha256${rounds}$seasalt${}", BASE64.encode(&digest))
    }

    #[tokio::test]
    async fn a_hash_says_how_it_was_made() {
        let cost = PasswordCost {
            memory: 19_456,
            passes: 2,
            lanes: 1,
        };
        let hasher = Hasher::new(cost, 1);
        let stored = hasher.hash(typed("violet kettle")).await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(verdict(&hasher, "violet kettle", &stored).await == Verdict::Right);
        assert!(verdict(&hasher, "violet kettles", &stored).await == Verdict::Wrong);
        assert_ne!(stored, hasher.hash_now(&typed("violet kettle")).unwrap());
    }

    #[tokio::test]
    async fn weaker_hashes_are_made_anew() {
        let weak = Hasher::new(CHEAP, 1).hash_now(&typed("violet kettle")).unwrap();
        let hasher = Hasher::new(PasswordCost { memory: 128, ..CHEAP }, 1);
        for stored in [weak, django("violet kettle", 1000)] {
            let Verdict::Upgrade(better) = verdict(&hasher, "violet kettle", &stored).await else {
                panic!("{stored} stays");
            };
            assert!(better.starts_with("$argon2id$v=19$m=128,t=2,p=1$"));
            assert!(verdict(&hasher, "violet kettle", &better).await == Verdict::Right);
            assert!(verdict(&hasher, "violet", &stored).await == Verdict::Wrong);
        }
    }

    #[tokio::test]
    async fn every_character_counts() {
        let hasher = Hasher::new(CHEAP, 1);
        let long = "a".repeat(63);
        let stored = hasher.hash_now(&typed(&format!("{long}b"))).unwrap();
        assert!(verdict(&hasher, &format!("{long}b"), &stored).await == Verdict::Right);
        assert!(verdict(&hasher, &format!("{long}c"), &stored).await == Verdict::Wrong);
        let most = "é".repeat(128);
        let stored = hasher.hash_now(&typed(&most)).unwrap();
        assert!(verdict(&hasher, &most, &stored).await == Verdict::Right);
        assert!(verdict(&hasher, &format!("{most}é"), &stored).await == Verdict::Wrong);
        let stored = hasher.hash_now(&typed(" 🦀\0b ")).unwrap();
        assert!(verdict(&hasher, " 🦀\0b ", &stored).await == Verdict::Right);
        for other in [" 🦀\0c ", " 🦀", "🦀\0b"] {
            assert!(verdict(&hasher, other, &stored).await == Verdict::Wrong);
        }
    }

    #[tokio::test]
    async fn nobody_is_let_in_by_nonsense() {
        let hasher = Hasher::new(CHEAP, 1);
        assert!(hasher.verify(typed(""), None).await.unwrap() == Verdict::Wrong);
        for stored in ["", "!", "!violet", "violet kettle", "$argon2id$", "pbkdf2_sha256$1$$"] {
            assert!(verdict(&hasher, "", stored).await == Verdict::Wrong);
            assert!(verdict(&hasher, stored, stored).await == Verdict::Wrong);
        }
    }

    #[tokio::test]
    async fn the_dearest_hash_met_sets_the_cost() {
        let hasher = Hasher::new(CHEAP, 1);
        hasher.expect_rounds(500);
        verdict(&hasher, "wrong", &django("violet", 200)).await;
        assert_eq!(hasher.dearest.load(Ordering::Relaxed), 500);
        verdict(&hasher, "wrong", &django("violet", 700)).await;
        assert_eq!(hasher.dearest.load(Ordering::Relaxed), 700);
        hasher.expect_rounds(u32::MAX);
        assert_eq!(hasher.dearest.load(Ordering::Relaxed), django::MAX_ROUNDS);
    }

    #[tokio::test]
    async fn a_flood_is_told_to_come_back() {
        let hasher = Hasher::new(CHEAP, 1);
        let served = Arc::clone(&hasher.permits).acquire_owned().await.unwrap();
        let place = Arc::clone(&hasher.places).acquire_owned().await.unwrap();
        let mut waiting = Vec::new();
        for _ in 0..32 {
            let hasher = hasher.clone();
            waiting.push(tokio::spawn(async move { hasher.hash(typed("violet kettle")).await }));
        }
        yield_now().await;
        let refused = hasher.hash(typed("violet kettle")).await;
        assert!(matches!(refused, Err(Error::Unavailable(why)) if why == BUSY));
        // Someone who goes away leaves a place.
        let gone = waiting.pop().unwrap();
        gone.abort();
        assert!(gone.await.unwrap_err().is_cancelled());
        assert_eq!(hasher.places.available_permits(), 1);
        drop((served, place));
        for waiter in waiting {
            assert!(waiter.await.unwrap().is_ok());
        }
        assert_eq!(
            (hasher.permits.available_permits(), hasher.places.available_permits()),
            (1, 33)
        );
    }

    #[tokio::test]
    async fn work_begun_keeps_its_permit_when_the_request_is_gone() {
        let hasher = Hasher::new(CHEAP, 1);
        let (finish, wait) = std::sync::mpsc::channel::<()>();
        let asked = hasher.clone();
        let request = tokio::spawn(async move { asked.in_turn(move |_| wait.recv()).await.map(drop) });
        yield_now().await;
        request.abort();
        assert!(request.await.unwrap_err().is_cancelled());
        assert_eq!(hasher.permits.available_permits(), 0);
        finish.send(()).unwrap();
        assert!(hasher.hash(typed("violet kettle")).await.is_ok());
        assert_eq!(hasher.permits.available_permits(), 1);
    }
}
