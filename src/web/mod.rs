//! What all pages share: requests, responses, errors, layers and assets.

pub mod assets;
pub mod cart_cookie;
pub mod color_scheme;
pub mod email_link;
pub mod error_page;
mod flash;
mod forms;
pub mod health;
pub mod layers;
mod layout;
mod load_more;
pub mod media;
pub mod metrics;
mod page;
mod request;
mod request_metrics;
mod respond;
mod return_to;
mod site;
pub mod visitor;

pub use crate::db::Cursor;
pub use flash::{Flash, FlashKind, Undo};
pub use forms::errors::FormErrors;
pub use forms::form::{Form, Query, parse_nested};
pub use forms::upload::Upload;
pub use load_more::{LoadMore, PageParams};
pub use page::Page;
pub use request::{
    AdminRequest, AnyRequest, Anyone, BuyerRequest, PendingRequest, RecentRequest, Request, SellerRequest, Services,
    UserRequest,
};
pub(crate) use respond::view;
pub use respond::{View, get, html, invalid, moved, redirect, respond, show};
pub use return_to::{NextParams, form_page, local, with_next};
pub use site::Site;
pub use visitor::{Admin, Buyer, PendingSecondFactor, RecentlyAuthenticated, Seller, SignedIn};
