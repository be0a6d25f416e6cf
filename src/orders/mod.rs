//! Orders: what was sold, copied as it was; the shop orders they travel in; and the moves that either may make.

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
pub use order_line::{NewOrderLine, OrderLine};
pub use purchase::Purchase;
pub use shop_order::{NewShopOrder, ShopOrder};
pub use shop_order_list::ShopOrderView;
pub use status::{Actor, OrderStatus, may};
pub use status_label::Stand;
