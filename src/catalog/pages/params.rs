//! What the address of a list asks for, and what the page shows of that: filters, order, the way back.

use serde::Deserialize;

use crate::catalog::{Category, Filter, Sort};
use crate::id::ProductId;
use crate::web::{Page, Reach};

#[derive(Deserialize)]
pub struct ListQuery {
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

impl ListQuery {
    pub fn reach(&self) -> Reach {
        Reach::parse(&self.n, &self.after)
    }
}

pub struct Crumb {
    pub label: String,
    pub url: Option<String>,
}

pub struct Filters {
    /// Where the form goes, and the page's own address.
    pub action: String,
    pub facets: Vec<Facet>,
    pub in_stock: bool,
    pub sorts: Vec<SortOption>,
    /// On a category's page the category is no filter.
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

pub struct Applied {
    pub label: String,
    /// The list without this filter.
    pub href: String,
}

/// What the address asks for, with what is unknown left out.
pub struct Asked {
    pub fixed: Option<Category>,
    chosen: Vec<Category>,
    in_stock: bool,
    pub sort: Sort,
}

impl Asked {
    pub fn parse(query: &ListQuery, page: &Page, fixed: Option<Category>) -> Self {
        let chosen = |category: &&Category| query.category.contains(&category.slug);
        Self {
            chosen: match fixed {
                Some(_) => Vec::new(),
                None => page.categories().iter().filter(chosen).cloned().collect(),
            },
            fixed,
            in_stock: query.stock.last().is_some_and(|stock| stock == "in"),
            sort: query
                .sort
                .last()
                .and_then(|sort| Sort::parse(sort))
                .unwrap_or(Sort::Newest),
        }
    }

    pub fn filter(&self) -> Filter {
        let codes = self
            .fixed
            .iter()
            .chain(&self.chosen)
            .map(|category| category.code.clone());
        Filter {
            categories: codes.collect(),
            in_stock: self.in_stock,
            ..Filter::default()
        }
    }

    pub fn action(&self) -> String {
        self.fixed
            .as_ref()
            .map_or_else(|| "/products".to_owned(), Category::url)
    }

    /// The filters as an address has them; the newest-first order goes without saying.
    pub fn fields(&self) -> Vec<(&str, &str)> {
        let mut fields: Vec<(&str, &str)> = self
            .chosen
            .iter()
            .map(|category| ("category", category.slug.as_str()))
            .collect();
        if self.in_stock {
            fields.push(("stock", "in"));
        }
        if self.sort != Sort::Newest {
            fields.push(("sort", self.sort.as_str()));
        }
        fields
    }

    pub fn heading(&self) -> String {
        match (&self.fixed, self.chosen.as_slice()) {
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
        match &self.fixed {
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

    pub fn filters(&self, page: &Page, counts: &[(String, i64, Option<ProductId>)]) -> Filters {
        let facet = |category: &Category| Facet {
            slug: category.slug.clone(),
            label: category.label.clone(),
            count: counts
                .iter()
                .find(|(code, ..)| *code == category.code)
                .map_or(0, |(_, count, _)| *count),
            checked: self.chosen.iter().any(|chosen| chosen.code == category.code),
        };
        let sorts = Sort::ALL.map(|sort| SortOption {
            value: sort.as_str(),
            label: sort.label(),
            selected: sort == self.sort,
        });
        Filters {
            action: self.action(),
            facets: match self.fixed {
                Some(_) => Vec::new(),
                None => page.categories().iter().map(facet).collect(),
            },
            in_stock: self.in_stock,
            sorts: sorts.into(),
            fixed_category: self.fixed.is_some(),
        }
    }

    pub fn applied(&self) -> Vec<Applied> {
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
        let mut applied: Vec<Applied> = self
            .chosen
            .iter()
            .map(|category| Applied {
                label: category.label.clone(),
                href: without("category", &category.slug),
            })
            .collect();
        if self.in_stock {
            applied.push(Applied {
                label: "In stock".to_owned(),
                href: without("stock", "in"),
            });
        }
        applied
    }
}
