//! People: how they sign up and in, what their letters do, what keeps others out, how they leave.

mod addresses;
mod audit;
mod confirmation;
mod cookie;
mod email;
mod flood;
mod leaving;
mod letters;
mod limits;
mod matrix;
mod moves;
mod passwords;
mod records;
mod second_factor;
mod second_step;
mod secrets;
mod sessions;
mod sign_in;
mod sign_up;
mod strangers;
mod throttle;
mod timing;
mod tokens;
mod verify;
