//! The parameters of a list of products, and what its page shows of them: filters, sort order, breadcrumbs.

use serde::Deserialize;

use crate::catalog::{Category, ProductCounts, ProductFilter, ProductSort};
use crate::web::{Page, PageParams};

/// The parameters as the address has them.
#[derive(Deserialize)]
pub struct ListParams {
    #[serde(default)]
    category: Vec<String>,
    #[serde(default)]
    stock: Vec<String>,
    #[serde(default)]
    sort: Vec<String>,
    #[serde(default)]
    n: Vec<String>,
    #[serde(default)]
    after: Vec<String>,
}

impl ListParams {
    pub fn page(&self) -> PageParams {
        PageParams::parse(&self.n, &self.after)
    }
}

pub struct Crumb {
    pub label: String,
    pub url: Option<String>,
}

pub struct FilterForm {
    /// The address of the form, which is also the page's own.
    pub action: String,
    pub facets: Vec<Facet>,
    pub in_stock: bool,
    pub sorts: Vec<SortOption>,
    /// The page is a category's own, so there is no filter for categories.
    pub fixed_category: bool,
}

pub struct Facet {
    pub slug: String,
    pub label: String,
    pub count: i64,
    pub checked: bool,
}

pub struct SortOption {
    pub value: &'static str,
    pub label: &'static str,
    pub selected: bool,
}

pub struct AppliedFilter {
    pub label: String,
    /// The list without this filter.
    pub href: String,
}

/// A list of products: its category, filters and sort order, without unknown values.
pub struct ProductList {
    /// The category whose own page this is.
    fixed_category: Option<Category>,
    /// The categories chosen as a filter.
    categories: Vec<Category>,
    in_stock: bool,
    pub sort: ProductSort,
}

impl ProductList {
    pub fn new(params: &ListParams, page: &Page, fixed_category: Option<Category>) -> Self {
        let chosen = |category: &&Category| params.category.contains(&category.slug);
        let sort = params.sort.last().and_then(|sort| ProductSort::parse(sort));
        Self {
            categories: match fixed_category {
                Some(_) => Vec::new(),
                None => page.categories().iter().filter(chosen).cloned().collect(),
            },
            fixed_category,
            in_stock: params.stock.last().is_some_and(|stock| stock == "in"),
            sort: sort.unwrap_or(ProductSort::Newest),
        }
    }

    pub fn filter(&self) -> ProductFilter {
        let categories = self.fixed_category.iter().chain(&self.categories);
        ProductFilter {
            categories: categories.map(|category| category.code.clone()).collect(),
            in_stock: self.in_stock,
            ..ProductFilter::default()
        }
    }

    pub fn action(&self) -> String {
        self.fixed_category
            .as_ref()
            .map_or_else(|| "/products".to_owned(), Category::url)
    }

    /// The parameters in the address. The default sort order is left out.
    pub fn fields(&self) -> Vec<(&str, &str)> {
        let mut fields: Vec<(&str, &str)> = self
            .categories
            .iter()
            .map(|category| ("category", category.slug.as_str()))
            .collect();
        if self.in_stock {
            fields.push(("stock", "in"));
        }
        if self.sort != ProductSort::Newest {
            fields.push(("sort", self.sort.as_str()));
        }
        fields
    }

    pub fn heading(&self) -> String {
        match (&self.fixed_category, self.categories.as_slice()) {
            (Some(category), _) => category.label.clone(),
            (None, [only]) => only.label.clone(),
            (None, _) => "All products".to_owned(),
        }
    }

    pub fn crumbs(&self) -> Vec<Crumb> {
        let mut crumbs = vec![Crumb {
            label: "Home".to_owned(),
            url: Some("/".to_owned()),
        }];
        match &self.fixed_category {
            None => crumbs.push(Crumb {
                label: "All products".to_owned(),
                url: None,
            }),
            Some(category) => {
                crumbs.push(Crumb {
                    label: "All products".to_owned(),
                    url: Some("/products".to_owned()),
                });
                crumbs.push(Crumb {
                    label: category.label.clone(),
                    url: None,
                });
            }
        }
        crumbs
    }

    pub fn filter_form(&self, page: &Page, counts: &ProductCounts) -> FilterForm {
        let facets = match self.fixed_category {
            Some(_) => Vec::new(),
            None => self.facets(page, counts),
        };
        let sorts = ProductSort::ALL.map(|sort| SortOption {
            value: sort.as_str(),
            label: sort.label(),
            selected: sort == self.sort,
        });
        FilterForm {
            action: self.action(),
            facets,
            in_stock: self.in_stock,
            sorts: sorts.into(),
            fixed_category: self.fixed_category.is_some(),
        }
    }

    /// The categories as a filter, each with how many products match the other filters.
    fn facets(&self, page: &Page, counts: &ProductCounts) -> Vec<Facet> {
        let counts = counts.by_category(self.in_stock);
        let facet = |category: &Category| Facet {
            slug: category.slug.clone(),
            label: category.label.clone(),
            count: (counts.iter().find(|count| count.code == category.code)).map_or(0, |count| count.products),
            checked: self.categories.iter().any(|chosen| chosen.code == category.code),
        };
        page.categories().iter().map(facet).collect()
    }

    pub fn applied_filters(&self) -> Vec<AppliedFilter> {
        let without = |name: &str, value: &str| {
            let rest: Vec<(&str, &str)> = self
                .fields()
                .into_iter()
                .filter(|field| *field != (name, value))
                .collect();
            match rest.as_slice() {
                [] => self.action(),
                rest => format!(
                    "{}?{}",
                    self.action(),
                    serde_html_form::to_string(rest).unwrap_or_default()
                ),
            }
        };
        let mut applied: Vec<AppliedFilter> = self
            .categories
            .iter()
            .map(|category| AppliedFilter {
                label: category.label.clone(),
                href: without("category", &category.slug),
            })
            .collect();
        if self.in_stock {
            applied.push(AppliedFilter {
                label: "In stock".to_owned(),
                href: without("stock", "in"),
            });
        }
        applied
    }
}
