//! What can go wrong, told apart by who can mend it.

use std::fmt;

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What may have to be done before a page opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    SignIn,
    /// The password again, since the last time was a while ago.
    Confirm,
    /// Set up a second factor: admins need one.
    SecondFactor,
    /// Open a shop: sellers' pages need one.
    OpenShop,
}

#[derive(Debug)]
pub enum Error {
    /// The visitor can mend it: the message is written for them.
    Refused(String),
    /// Something has to be done before; the visitor is led there, and back afterwards.
    StepRequired(Step),
    Forbidden,
    NotFound,
    /// Too often: how many seconds to rest.
    RateLimited {
        retry_after: u64,
    },
    /// Try again later: pool exhausted, provider down. Carries what to say.
    Unavailable(String),
    /// Only we can mend it: logged in full, never shown.
    Internal(anyhow::Error),
}

impl Error {
    /// Says what we were doing when something unexpected came back.
    pub fn internal(source: impl Into<anyhow::Error>, doing: &'static str) -> Self {
        Self::Internal(source.into().context(doing))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(why) | Self::Unavailable(why) => f.write_str(why),
            Self::StepRequired(step) => write!(f, "{step:?} comes first"),
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
