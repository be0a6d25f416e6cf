//! Where a shop order stands, read from its orders, and how that looks.

use crate::orders::{OrderLine, OrderStatus};

/// A shop order's state: that of the least far of its orders that are not canceled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stand(pub OrderStatus);

impl Stand {
    pub fn of<'a>(orders: impl IntoIterator<Item = &'a OrderLine>) -> Self {
        let states: Vec<OrderStatus> = orders.into_iter().map(|order| order.status).collect();
        let first = [OrderStatus::Pending, OrderStatus::Shipped, OrderStatus::Delivered];
        let found = first.into_iter().find(|state| states.contains(state));
        Self(found.unwrap_or(OrderStatus::Cancelled))
    }

    /// For the buyer.
    pub fn label(self) -> &'static str {
        self.0.label()
    }

    /// For the shop.
    pub fn to_do(self) -> &'static str {
        match self.0 {
            OrderStatus::Pending => "To send",
            OrderStatus::Shipped => "Sent",
            OrderStatus::Delivered => "Delivered",
            OrderStatus::Cancelled => "Cancelled",
        }
    }

    /// The kind of badge that it wears.
    pub fn badge(self) -> &'static str {
        match self.0 {
            OrderStatus::Pending => "warn",
            OrderStatus::Shipped => "info",
            OrderStatus::Delivered => "ok",
            OrderStatus::Cancelled => "",
        }
    }
}
