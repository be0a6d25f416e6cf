//! Orders: purchases, their shop orders and order lines, status transitions, history, carriers and emails.

mod address;
mod carrier;
mod claim;
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

pub use address::Address;
pub use carrier::{Carrier, Tracking, parse_tracking_number};
pub use claim::{claim, claim_guest_orders};
pub use event::{OrderAction, OrderEvent};
pub use order_line::OrderLine;
pub use purchase::Purchase;
pub use shop_order::ShopOrder;
pub use shop_order_list::ShopOrderFilter;
pub use status::{Actor, OrderStatus, is_allowed};
pub use status_label::StatusLabel;
