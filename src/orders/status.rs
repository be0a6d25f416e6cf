//! The status of an order line, and who may change it.

use crate::string_enum::string_enum;

string_enum! {
    OrderStatus { Pending = "Pending", Shipped = "Shipped", Delivered = "Delivered", Canceled = "Cancelled" }
}

string_enum! {
    /// Who changes a status: the buyer, the shop, or the market (automatically).
    Actor { Buyer = "buyer", Shop = "shop", Market = "market" }
}

/// Every transition that is allowed: actor, old status, new status.
const TRANSITIONS: &[(Actor, OrderStatus, OrderStatus)] = &[
    (Actor::Shop, OrderStatus::Pending, OrderStatus::Shipped),
    (Actor::Buyer, OrderStatus::Shipped, OrderStatus::Delivered),
    (Actor::Market, OrderStatus::Shipped, OrderStatus::Delivered),
    (Actor::Buyer, OrderStatus::Pending, OrderStatus::Canceled),
];

/// Whether the actor may change a line from one status to another.
pub fn is_allowed(actor: Actor, from: OrderStatus, to: OrderStatus) -> bool {
    TRANSITIONS.contains(&(actor, from, to))
}

impl OrderStatus {
    /// The text that buyers see.
    pub fn label(self) -> &'static str {
        match self {
            Self::Pending => "Being prepared",
            Self::Shipped => "Shipped",
            Self::Delivered => "Delivered",
            Self::Canceled => "Canceled",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_listed_transitions_are_allowed() {
        use OrderStatus::{Canceled, Delivered, Pending, Shipped};
        let mut count = 0;
        for actor in [Actor::Buyer, Actor::Shop, Actor::Market] {
            for from in [Pending, Shipped, Delivered, Canceled] {
                for to in [Pending, Shipped, Delivered, Canceled] {
                    count += usize::from(is_allowed(actor, from, to));
                    assert!(
                        !is_allowed(actor, Delivered, to)
                            && !is_allowed(actor, Canceled, to)
                            && !is_allowed(actor, from, from)
                    );
                }
            }
        }
        assert_eq!(count, 4);
        assert!(!is_allowed(Actor::Buyer, Shipped, Canceled));
    }
}
