//! Who sees a product.

use diesel::prelude::*;

use crate::schema::{products, shops};
use crate::shops::ShopState;
use crate::string_enum::string_enum;

string_enum! {
    /// Who sees a product: its seller (draft), everyone (active), or nobody (archived).
    ProductState { Draft = "draft", Active = "active", Archived = "archived" }
}

/// Products that everyone sees: active and in an open shop.
#[diesel::dsl::auto_type(no_type_alias)]
pub fn visible() -> _ {
    let active: diesel::dsl::Eq<products::state, ProductState> = products::state.eq(ProductState::Active);
    let open: diesel::dsl::Eq<shops::state, ShopState> = shops::state.eq(ShopState::Open);
    products::table.inner_join(shops::table).filter(active).filter(open)
}
