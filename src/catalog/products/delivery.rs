//! How a product reaches its buyer, and how soon.

use crate::string_enum::string_enum;

string_enum! {
    /// How a product is handed over.
    Delivery { Parcel = "parcel", Digital = "digital", ByHand = "by_hand" }
}

#[expect(clippy::derivable_impls, reason = "the macro of the enum derives the same for all")]
impl Default for Delivery {
    fn default() -> Self {
        Self::Parcel
    }
}

impl Delivery {
    /// For buyers. Empty for a parcel, which needs no explanation.
    pub fn note(self) -> &'static str {
        match self {
            Self::Parcel => "",
            Self::Digital => "Digital, no shipping needed",
            Self::ByHand => "Handed over in person, no shipping needed",
        }
    }
}

/// The longest time to make a product, in days.
pub const MAX_LEAD_DAYS: i32 = 365;

/// When a product is ready to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Readiness {
    #[default]
    Ready,
    /// Made to order, within this range of days.
    Made { from: i32, within: i32 },
}

impl Readiness {
    /// From the columns `ready_from` and `ready_within`.
    pub fn from_days(from: Option<i32>, within: Option<i32>) -> Self {
        match (from, within) {
            (Some(from), Some(within)) => Self::Made { from, within },
            _ => Self::Ready,
        }
    }

    pub fn from(self) -> Option<i32> {
        match self {
            Self::Ready => None,
            Self::Made { from, .. } => Some(from),
        }
    }

    pub fn within(self) -> Option<i32> {
        match self {
            Self::Ready => None,
            Self::Made { within, .. } => Some(within),
        }
    }

    /// For buyers.
    pub fn words(self) -> String {
        match self {
            Self::Ready => "Ready to ship".to_owned(),
            Self::Made { within: 1, from } if from <= 1 => "Made to order in 1 day".to_owned(),
            Self::Made { from, within } if from == within => format!("Made to order in {within} days"),
            Self::Made { from, within } => format!("Made to order in {from} to {within} days"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readiness_is_shown_in_days() {
        let made = |from, within| Readiness::from_days(Some(from), Some(within)).words();
        assert_eq!(Readiness::from_days(None, None).words(), "Ready to ship");
        assert_eq!(made(3, 5), "Made to order in 3 to 5 days");
        assert_eq!(made(7, 7), "Made to order in 7 days");
        assert_eq!(made(1, 1), "Made to order in 1 day");
    }
}
