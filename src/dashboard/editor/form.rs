//! Reads the lists of the editor's form. Their keys are nested and have an index: `variants[0][price]`.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};

use crate::catalog::Values;

/// Reads at most `MAX` entries in the order of their indices. Indices may be missing.
pub fn list<'de, const MAX: usize, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let entries = BTreeMap::<u32, T>::deserialize(deserializer)?;
    Ok(entries.into_values().take(MAX).collect())
}

/// Reads a value for each option. Missing values are empty.
pub fn values<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Values, D::Error> {
    let mut entries = BTreeMap::<usize, String>::deserialize(deserializer)?;
    let mut value = |index: usize| entries.remove(&index).unwrap_or_default();
    Ok([value(0), value(1), value(2)])
}
