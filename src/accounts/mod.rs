//! People: users, passwords, sessions, throttles, the second factor, security events.
