//! What is done later: a queue in the database, and its worker.
