//! The errors of the program, by who can fix them.

use std::fmt;

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What a visitor may have to do before a page opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    SignIn,
    /// Enter the password again, because the last time is too long ago.
    Confirm,
    /// Set up a second factor: admins need one.
    SecondFactor,
    /// Open a shop: sellers' pages need one.
    OpenShop,
}

#[derive(Debug)]
pub enum Error {
    /// The visitor can fix it. The message is shown to them.
    Refused(String),
    /// The visitor must do something first. They are redirected there, and back afterwards.
    StepRequired(Step),
    Forbidden,
    NotFound,
    /// Too many requests. `retry_after` is in seconds.
    RateLimited {
        retry_after: u64,
    },
    /// A retry may succeed: a pool is exhausted, or a provider is down. The message is shown to the visitor.
    Unavailable(String),
    /// Only an admin can fix it. Logged, but never shown.
    Internal(anyhow::Error),
}

impl Error {
    /// An unexpected error, with a description of what failed.
    pub fn internal(source: impl Into<anyhow::Error>, context: &'static str) -> Self {
        Self::Internal(source.into().context(context))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(why) | Self::Unavailable(why) => f.write_str(why),
            Self::StepRequired(step) => write!(f, "{step:?} is required first"),
            Self::Forbidden => f.write_str("not allowed"),
            Self::RateLimited { retry_after } => write!(f, "too many requests, retry after {retry_after} s"),
            Self::NotFound => f.write_str("not found"),
            Self::Internal(source) => write!(f, "{source:#}"),
        }
    }
}

impl std::error::Error for Error {}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        match error {
            diesel::result::Error::NotFound => Self::NotFound,
            other => Self::Internal(other.into()),
        }
    }
}
