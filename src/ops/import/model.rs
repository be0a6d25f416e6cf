//! The models of the original that are imported.

/// The model of a row, in the order of the import. Rows may point to rows of the same or an earlier model.
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

    /// The name of the model in the fixture files.
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

    /// The plural name for the report.
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

    pub fn parse(label: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|model| model.label() == label)
    }
}
