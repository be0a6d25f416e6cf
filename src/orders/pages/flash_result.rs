//! The flash message after an action: that it succeeded, or why it was refused.

use actix_session::Session;

use crate::error::{Error, Result};
use crate::web::Flash;

/// Sets a flash message: the message of a success, or the message of `Refused` as a warning. Other errors are returned.
pub fn flash_result(session: &Session, result: Result<String>) -> Result<()> {
    match result {
        Ok(message) => Flash::ok(session, message),
        Err(Error::Refused(message)) => Flash::warn(session, message),
        Err(error) => Err(error),
    }
}
