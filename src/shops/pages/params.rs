//! The parameters of the lists of shops.

use serde::Deserialize;

use crate::web::Reach;

/// How far a list has been opened, and which part of it.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ReachQuery {
    pub n: Vec<String>,
    pub after: Vec<String>,
    pub section: Vec<String>,
}

impl ReachQuery {
    pub fn reach(&self) -> Reach {
        Reach::parse(&self.n, &self.after)
    }
}
