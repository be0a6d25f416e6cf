//! Password hashing: on threads of its own, a few at a time, and with the same cost for every failure.

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

/// Requests that may wait for each password that is being hashed.
const MAX_WAITING: usize = 32;

const BUSY: &str = "Many people are signing in right now. Try again in a few seconds.";

#[derive(Clone)]
pub struct Hasher {
    argon2: Argon2<'static>,
    threads: Threads,
    /// One permit for each password that may be hashed at the same time.
    permits: Arc<Semaphore>,
    /// One permit for each request that is served or waits.
    queue: Arc<Semaphore>,
    /// The highest number of PBKDF2 rounds of a Django hash that is still stored.
    max_rounds: Arc<AtomicU32>,
}

/// The result of checking a password.
#[derive(PartialEq, Eq)]
pub enum PasswordCheck {
    Wrong,
    Right,
    /// Right, and a better hash to store.
    Upgrade(String),
}

impl Hasher {
    /// Up to `permits` passwords are hashed at the same time. Each needs one core and the memory of `cost`.
    pub fn new(cost: PasswordCost, permits: usize) -> Self {
        let permits = permits.max(1);
        // The settings allow nothing below Argon2's default.
        let params = Params::new(cost.memory, cost.passes, cost.lanes, None).unwrap_or_default();
        Self {
            argon2: Argon2::from(params),
            threads: Threads::start(permits),
            permits: Arc::new(Semaphore::new(permits)),
            queue: Arc::new(Semaphore::new(permits * (1 + MAX_WAITING))),
            max_rounds: Arc::new(AtomicU32::new(0)),
        }
    }

    /// Sets the highest number of rounds of a stored Django hash. Checking a hash with more rounds raises it.
    pub fn expect_rounds(&self, rounds: u32) {
        self.max_rounds.store(rounds.min(django::MAX_ROUNDS), Ordering::Relaxed);
    }

    /// An argon2id hash in the PHC format, with a new salt.
    pub async fn hash(&self, password: Password) -> Result<String> {
        self.run_queued(move |hasher| hasher.hash_now(&password)).await?
    }

    /// Checks a password against a stored hash. Without a usable hash (None, `!`), it takes as long as for a wrong
    /// password.
    pub async fn verify(&self, password: Password, stored: Option<String>) -> Result<PasswordCheck> {
        self.run_queued(move |hasher| hasher.verify_now(&password, stored.as_deref()))
            .await?
    }

    /// As `hash`, but on the calling thread, for the command line.
    pub fn hash_now(&self, password: &Password) -> Result<String> {
        argon::hash(&self.argon2, password.expose())
    }

    fn verify_now(&self, password: &Password, stored: Option<&str>) -> Result<PasswordCheck> {
        let current = self.argon2.params();
        let stored = StoredHash::parse(stored);
        let rounds = stored.work().rounds;
        let max_rounds = self.max_rounds.fetch_max(rounds, Ordering::Relaxed).max(rounds);
        if !stored.matches(password)? {
            let failure = Work::for_failure(current, max_rounds);
            stored.remaining_work(failure).spend(password, current)?;
            return Ok(PasswordCheck::Wrong);
        }
        if stored.is_outdated(current) {
            return Ok(PasswordCheck::Upgrade(self.hash_now(password)?));
        }
        Ok(PasswordCheck::Right)
    }

    /// Runs the work when a permit is free. Both permits are released when the work ends, even if the request was
    /// dropped before.
    async fn run_queued<T: Send + 'static>(&self, work: impl FnOnce(&Self) -> T + Send + 'static) -> Result<T> {
        let queue_permit = Arc::clone(&self.queue)
            .try_acquire_owned()
            .map_err(|_| Error::Unavailable(BUSY.into()))?;
        let permit = Arc::clone(&self.permits)
            .acquire_owned()
            .await
            .map_err(|error| Error::internal(error, "waiting to hash a password"))?;
        let hasher = self.clone();
        self.threads
            .run(move || {
                let _until_done = (permit, queue_permit);
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
        Password::from_input(password)
    }

    async fn check(hasher: &Hasher, password: &str, stored: &str) -> PasswordCheck {
        hasher.verify(typed(password), Some(stored.to_owned())).await.unwrap()
    }

    fn django(password: &str, rounds: u32) -> String {
        let digest = pbkdf2_hmac_array::<Sha256, 32>(password.as_bytes(), b"seasalt", rounds);
        format!("pbkdf2_sha256${rounds}$seasalt${}", BASE64.encode(&digest))
    }

    #[tokio::test]
    async fn a_hash_holds_its_parameters() {
        let cost = PasswordCost {
            memory: 19_456,
            passes: 2,
            lanes: 1,
        };
        let hasher = Hasher::new(cost, 1);
        let stored = hasher.hash(typed("violet kettle")).await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(check(&hasher, "violet kettle", &stored).await == PasswordCheck::Right);
        assert!(check(&hasher, "violet kettles", &stored).await == PasswordCheck::Wrong);
        assert_ne!(stored, hasher.hash_now(&typed("violet kettle")).unwrap());
    }

    #[tokio::test]
    async fn weaker_hashes_are_upgraded() {
        let weak = Hasher::new(CHEAP, 1).hash_now(&typed("violet kettle")).unwrap();
        let hasher = Hasher::new(PasswordCost { memory: 128, ..CHEAP }, 1);
        for stored in [weak, django("violet kettle", 1000)] {
            let PasswordCheck::Upgrade(better) = check(&hasher, "violet kettle", &stored).await else {
                panic!("{stored} is not upgraded");
            };
            assert!(better.starts_with("$argon2id$v=19$m=128,t=2,p=1$"));
            assert!(check(&hasher, "violet kettle", &better).await == PasswordCheck::Right);
            assert!(check(&hasher, "violet", &stored).await == PasswordCheck::Wrong);
        }
    }

    #[tokio::test]
    async fn every_character_counts() {
        let hasher = Hasher::new(CHEAP, 1);
        let long = "a".repeat(63);
        let stored = hasher.hash_now(&typed(&format!("{long}b"))).unwrap();
        assert!(check(&hasher, &format!("{long}b"), &stored).await == PasswordCheck::Right);
        assert!(check(&hasher, &format!("{long}c"), &stored).await == PasswordCheck::Wrong);
        let most = "é".repeat(128);
        let stored = hasher.hash_now(&typed(&most)).unwrap();
        assert!(check(&hasher, &most, &stored).await == PasswordCheck::Right);
        assert!(check(&hasher, &format!("{most}é"), &stored).await == PasswordCheck::Wrong);
        let stored = hasher.hash_now(&typed(" 🦀\0b ")).unwrap();
        assert!(check(&hasher, " 🦀\0b ", &stored).await == PasswordCheck::Right);
        for other in [" 🦀\0c ", " 🦀", "🦀\0b"] {
            assert!(check(&hasher, other, &stored).await == PasswordCheck::Wrong);
        }
    }

    #[tokio::test]
    async fn an_unusable_hash_accepts_no_password() {
        let hasher = Hasher::new(CHEAP, 1);
        assert!(hasher.verify(typed(""), None).await.unwrap() == PasswordCheck::Wrong);
        for stored in ["", "!", "!violet", "violet kettle", "$argon2id$", "pbkdf2_sha256$1$$"] {
            assert!(check(&hasher, "", stored).await == PasswordCheck::Wrong);
            assert!(check(&hasher, stored, stored).await == PasswordCheck::Wrong);
        }
    }

    #[tokio::test]
    async fn the_hash_with_the_most_rounds_sets_the_cost() {
        let hasher = Hasher::new(CHEAP, 1);
        hasher.expect_rounds(500);
        check(&hasher, "wrong", &django("violet", 200)).await;
        assert_eq!(hasher.max_rounds.load(Ordering::Relaxed), 500);
        check(&hasher, "wrong", &django("violet", 700)).await;
        assert_eq!(hasher.max_rounds.load(Ordering::Relaxed), 700);
        hasher.expect_rounds(u32::MAX);
        assert_eq!(hasher.max_rounds.load(Ordering::Relaxed), django::MAX_ROUNDS);
    }

    #[tokio::test]
    async fn too_many_requests_are_refused() {
        let hasher = Hasher::new(CHEAP, 1);
        let served = Arc::clone(&hasher.permits).acquire_owned().await.unwrap();
        let queue_permit = Arc::clone(&hasher.queue).acquire_owned().await.unwrap();
        let mut waiting = Vec::new();
        for _ in 0..32 {
            let hasher = hasher.clone();
            waiting.push(tokio::spawn(async move { hasher.hash(typed("violet kettle")).await }));
        }
        yield_now().await;
        let refused = hasher.hash(typed("violet kettle")).await;
        assert!(matches!(refused, Err(Error::Unavailable(why)) if why == BUSY));
        // A dropped request releases its permit.
        let gone = waiting.pop().unwrap();
        gone.abort();
        assert!(gone.await.unwrap_err().is_cancelled());
        assert_eq!(hasher.queue.available_permits(), 1);
        drop((served, queue_permit));
        for waiter in waiting {
            assert!(waiter.await.unwrap().is_ok());
        }
        assert_eq!(
            (hasher.permits.available_permits(), hasher.queue.available_permits()),
            (1, 33)
        );
    }

    #[tokio::test]
    async fn running_work_keeps_its_permit_when_the_request_is_dropped() {
        let hasher = Hasher::new(CHEAP, 1);
        let (finish, wait) = std::sync::mpsc::channel::<()>();
        let queued = hasher.clone();
        let request = tokio::spawn(async move { queued.run_queued(move |_| wait.recv()).await.map(drop) });
        yield_now().await;
        request.abort();
        assert!(request.await.unwrap_err().is_cancelled());
        assert_eq!(hasher.permits.available_permits(), 0);
        finish.send(()).unwrap();
        assert!(hasher.hash(typed("violet kettle")).await.is_ok());
        assert_eq!(hasher.permits.available_permits(), 1);
    }
}
