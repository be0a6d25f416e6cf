//! The models of the original that are imported.

/// What a row is, in the order in which rows may point at each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Model {
    User,
    Shop,
    Product,
    Image,
    Cart,
    CartLine,
    Payment,
    Order,
}

impl Model {
    pub const ALL: [Self; 8] = [
        Self::User,
        Self::Shop,
        Self::Product,
        Self::Image,
        Self::Cart,
        Self::CartLine,
        Self::Payment,
        Self::Order,
    ];

    /// As Django writes it.
    pub fn label(self) -> &'static str {
        match self {
            Self::User => "jwt_auth.user",
            Self::Shop => "shops.shop",
            Self::Product => "products.product",
            Self::Image => "products.productimage",
            Self::Cart => "carts.cart",
            Self::CartLine => "carts.cartitem",
            Self::Payment => "payments.payment",
            Self::Order => "orders.order",
        }
    }

    /// As people call several of them.
    pub fn plural(self) -> &'static str {
        match self {
            Self::User => "users",
            Self::Shop => "shops",
            Self::Product => "products",
            Self::Image => "images",
            Self::Cart => "carts",
            Self::CartLine => "cart lines",
            Self::Payment => "payments",
            Self::Order => "orders",
        }
    }

    pub fn of(label: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|model| model.label() == label)
    }
}
