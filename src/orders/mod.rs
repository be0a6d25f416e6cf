//! Orders: what was sold, copied as it was; the shipments they travel in; and the moves that either may make.

mod event;
pub mod number;
mod order;
mod shipment;
mod status;

pub use event::OrderEvent;
pub use order::{NewOrder, Order};
pub use shipment::{NewShipment, Shipment};
pub use status::{Actor, OrderStatus, may};
