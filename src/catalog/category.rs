//! Categories: rows that an admin may change, read once at start because every page shows them.

use diesel::prelude::*;

use crate::db::Conn;
use crate::error::Result;
use crate::schema::categories;

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = categories)]
pub struct Category {
    /// The value in `products.category` and in forms: `HOME`.
    pub code: String,
    pub slug: String,
    pub label: String,
}

impl Category {
    pub fn url(&self) -> String {
        format!("/categories/{}", self.slug)
    }
}

/// All categories, in their order.
#[derive(Debug, Default)]
pub struct Categories(Vec<Category>);

impl Categories {
    pub fn load(conn: &mut Conn) -> Result<Self> {
        let all = categories::table
            .order((categories::position, categories::code))
            .select(Category::as_select())
            .load(conn)?;
        Ok(Self(all))
    }

    pub fn all(&self) -> &[Category] {
        &self.0
    }

    pub fn by_slug(&self, slug: &str) -> Option<&Category> {
        self.0.iter().find(|category| category.slug == slug)
    }

    pub fn by_code(&self, code: &str) -> Option<&Category> {
        self.0.iter().find(|category| category.code == code)
    }
}
