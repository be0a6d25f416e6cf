//! Mail: letters, the outbox, how they are sent.
