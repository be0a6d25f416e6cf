//! People: how they sign up and in, and what keeps others out.

mod flood;
mod passwords;
mod records;
mod sign_in;
mod sign_up;
mod throttle;
mod timing;
mod verify;
