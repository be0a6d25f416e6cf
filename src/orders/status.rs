//! Where an order stands, and who may move it on: the one table of it.

use crate::string_enum::string_enum;

string_enum! {
    OrderStatus { Pending = "Pending", Shipped = "Shipped", Delivered = "Delivered", Cancelled = "Cancelled" }
}

string_enum! {
    /// Who moves an order: the one who bought it, the shop, or the market by itself.
    Actor { Buyer = "buyer", Shop = "shop", Market = "market" }
}

/// Every move there is.
const MOVES: &[(Actor, OrderStatus, OrderStatus)] = &[
    (Actor::Shop, OrderStatus::Pending, OrderStatus::Shipped),
    (Actor::Buyer, OrderStatus::Shipped, OrderStatus::Delivered),
    (Actor::Market, OrderStatus::Shipped, OrderStatus::Delivered),
    (Actor::Buyer, OrderStatus::Pending, OrderStatus::Cancelled),
];

/// Whether someone may move an order from one state to another.
pub fn may(actor: Actor, from: OrderStatus, to: OrderStatus) -> bool {
    MOVES.contains(&(actor, from, to))
}

impl OrderStatus {
    /// For people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Pending => "Being prepared",
            Self::Shipped => "On its way",
            Self::Delivered => "Delivered",
            Self::Cancelled => "Cancelled",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_moves_of_the_table_are_moves() {
        use OrderStatus::{Cancelled, Delivered, Pending, Shipped};
        let mut allowed = 0;
        for actor in [Actor::Buyer, Actor::Shop, Actor::Market] {
            for from in [Pending, Shipped, Delivered, Cancelled] {
                for to in [Pending, Shipped, Delivered, Cancelled] {
                    allowed += usize::from(may(actor, from, to));
                    assert!(!may(actor, Delivered, to) && !may(actor, Cancelled, to) && !may(actor, from, from));
                }
            }
        }
        assert_eq!(allowed, 4);
        assert!(!may(Actor::Buyer, Shipped, Cancelled));
    }
}
