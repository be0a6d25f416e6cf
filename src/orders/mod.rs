//! Orders: what was sold, copied as it was; the shipments they travel in; and the moves that either may make.

mod carrier;
mod event;
mod gather;
pub mod notice;
pub mod number;
mod order;
pub mod pages;
mod place;
mod receipt;
mod sales;
mod shipment;
mod status;

pub use carrier::{Carrier, tracking_number};
pub use event::OrderEvent;
pub use gather::{claim, gather};
pub use order::{NewOrder, Order};
pub use place::Place;
pub use receipt::Receipt;
pub use sales::View;
pub use shipment::{NewShipment, Shipment};
pub use status::{Actor, OrderStatus, may};
