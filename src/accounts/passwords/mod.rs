//! Passwords: the rule for new ones, hashing, and changing them.

pub mod argon;
pub mod change;
pub mod django;
pub mod hasher;
pub mod password;
pub mod stored_hash;
