//! What is encrypted at rest.
