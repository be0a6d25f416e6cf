//! The parts of the layout that are the same on every page. Each is a template of its own, so that it is compiled once instead
//! of once for each page.

use askama::Template;
use askama::filters::HtmlSafe;

use super::Page;

#[derive(Template)]
#[template(path = "layout/flash_message.html")]
pub struct FlashMessage<'a> {
    page: &'a Page,
}

#[derive(Template)]
#[template(path = "layout/header.html")]
pub struct Header<'a> {
    page: &'a Page,
}

#[derive(Template)]
#[template(path = "layout/footer.html")]
pub struct Footer<'a> {
    page: &'a Page,
}

#[derive(Template)]
#[template(path = "dashboard/navigation.html")]
pub struct DashboardNavigation<'a> {
    page: &'a Page,
}

#[derive(Template)]
#[template(path = "accounts/navigation.html")]
pub struct AccountNavigation<'a> {
    page: &'a Page,
}

// Their values were escaped when they were rendered.
impl HtmlSafe for FlashMessage<'_> {}
impl HtmlSafe for Header<'_> {}
impl HtmlSafe for Footer<'_> {}
impl HtmlSafe for DashboardNavigation<'_> {}
impl HtmlSafe for AccountNavigation<'_> {}

impl Page {
    pub fn flash_message(&self) -> FlashMessage<'_> {
        FlashMessage { page: self }
    }

    pub fn header(&self) -> Header<'_> {
        Header { page: self }
    }

    pub fn footer(&self) -> Footer<'_> {
        Footer { page: self }
    }

    pub fn dashboard_navigation(&self) -> DashboardNavigation<'_> {
        DashboardNavigation { page: self }
    }

    pub fn account_navigation(&self) -> AccountNavigation<'_> {
        AccountNavigation { page: self }
    }
}
