//! Orders: what was sold, copied as it was; the shipments they travel in; and the moves that either may make.

mod carrier;
mod claim;
mod cursor;
pub mod emails;
mod event;
pub mod number;
mod order_line;
pub mod pages;
mod purchase;
mod shop_order;
mod shop_order_list;
mod status;
mod status_label;

pub use carrier::{Carrier, tracking_number};
pub use claim::{claim, gather};
pub use cursor::Place;
pub use event::OrderEvent;
pub use order_line::{NewOrder, Order};
pub use purchase::Receipt;
pub use shop_order::{NewShipment, Shipment};
pub use shop_order_list::View;
pub use status::{Actor, OrderStatus, may};
pub use status_label::Stand;
