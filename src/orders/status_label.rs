//! The status of a shop order, derived from its lines, and how pages show it.

use crate::orders::{OrderLine, OrderStatus};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatusLabel(pub OrderStatus);

impl StatusLabel {
    /// The earliest status among the lines that are not canceled; canceled if all are.
    pub fn from_lines<'a>(lines: impl IntoIterator<Item = &'a OrderLine>) -> Self {
        let statuses: Vec<OrderStatus> = lines.into_iter().map(|line| line.status).collect();
        let earliest = [OrderStatus::Pending, OrderStatus::Shipped, OrderStatus::Delivered]
            .into_iter()
            .find(|status| statuses.contains(status));
        Self(earliest.unwrap_or(OrderStatus::Canceled))
    }

    /// The text that buyers see.
    pub fn label(self) -> &'static str {
        self.0.label()
    }

    /// The text that sellers see.
    pub fn seller_label(self) -> &'static str {
        match self.0 {
            OrderStatus::Pending => "To ship",
            OrderStatus::Shipped => "Shipped",
            OrderStatus::Delivered => "Delivered",
            OrderStatus::Canceled => "Canceled",
        }
    }

    pub fn is_pending(self) -> bool {
        self.0 == OrderStatus::Pending
    }

    pub fn is_shipped(self) -> bool {
        self.0 == OrderStatus::Shipped
    }

    pub fn is_canceled(self) -> bool {
        self.0 == OrderStatus::Canceled
    }

    /// The kind of the badge, for the `badge` macro of the templates.
    pub fn badge(self) -> &'static str {
        match self.0 {
            OrderStatus::Pending => "warn",
            OrderStatus::Shipped => "info",
            OrderStatus::Delivered => "ok",
            OrderStatus::Canceled => "",
        }
    }
}
