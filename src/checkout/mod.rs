//! One purchase.
