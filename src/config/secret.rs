//! Settings that are never printed.

use std::fmt;

use super::ConfigErrors;

/// A value that prints as `***`.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Reads the variable, or the file that `NAME_FILE` names.
    pub fn from_environment(name: &str, errors: &mut ConfigErrors) -> Option<Self> {
        if let Ok(value) = std::env::var(name)
            && !value.is_empty()
        {
            return Some(Self(value));
        }
        let path = std::env::var(format!("{name}_FILE"))
            .ok()
            .filter(|path| !path.is_empty())?;
        match std::fs::read_to_string(&path) {
            Ok(value) => Some(Self(value.trim_end().to_owned())),
            Err(error) => {
                errors
                    .0
                    .push(format!("{name}_FILE names {path}, which cannot be read ({error})"));
                None
            }
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_printed() {
        assert_eq!(format!("{:?}", Some(Secret::new("hidden"))), "Some(***)");
    }
}
