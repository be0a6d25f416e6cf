//! Changes all selected products at once.

use actix_web::HttpResponse;
use actix_web::web;
use serde::Deserialize;

use super::archive::{count_products, undo};
use super::index::{ListPage, ListProblems};
use super::params::ListFilter;
use crate::catalog::{BulkSelection, SellerContext, Unready};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::id::{ProductId, SectionId};
use crate::web::{Flash, Form, SellerRequest, invalid, redirect};

pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/dashboard/products/bulk").route(web::post().to(update)));
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct BulkForm {
    id: Vec<String>,
    #[serde(rename = "act")]
    action: String,
    section: String,
    back: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum BulkAction {
    Publish,
    Archive,
    Restore,
    Move(Option<SectionId>),
}

/// What an action did.
struct BulkResult {
    action: BulkAction,
    /// Products that changed.
    count: usize,
    /// Products that could not be published.
    unready: Vec<Unready>,
}

impl BulkForm {
    fn action(&self) -> Result<BulkAction> {
        match self.action.as_str() {
            "publish" => Ok(BulkAction::Publish),
            "archive" => Ok(BulkAction::Archive),
            "restore" => Ok(BulkAction::Restore),
            "move" => match self.section.as_str() {
                "" => Err(Error::Refused("Choose the section to move them to.".to_owned())),
                "none" => Ok(BulkAction::Move(None)),
                id => id
                    .parse()
                    .map(|id| BulkAction::Move(Some(SectionId(id))))
                    .map_err(|_| Error::NotFound),
            },
            _ => Err(Error::Refused(
                "Choose what to do with the selected products.".to_owned(),
            )),
        }
    }
}

/// Reads the ids of the selected products.
pub fn parse_ids(ids: &[String]) -> Result<Vec<ProductId>> {
    let parse = |id: &String| id.parse().map(ProductId).map_err(|_| Error::NotFound);
    ids.iter().map(parse).collect()
}

impl BulkAction {
    fn run(self, conn: &mut Conn, seller: SellerContext, ids: &[ProductId]) -> Result<BulkResult> {
        let selection = BulkSelection::of_shop(conn, seller.shop, ids)?;
        let (count, unready) = match self {
            Self::Publish => selection.publish(conn, seller.now)?,
            Self::Archive => (selection.archive(conn, seller.now)?, Vec::new()),
            Self::Restore => (selection.restore(conn, seller.now)?, Vec::new()),
            Self::Move(section) => (selection.move_to(conn, section, seller.now)?, Vec::new()),
        };
        Ok(BulkResult {
            action: self,
            count,
            unready,
        })
    }
}

impl BulkResult {
    fn message(&self) -> String {
        let products = count_products(self.count);
        match (self.action, self.count) {
            (BulkAction::Publish, 0) => "They were already live.".to_owned(),
            (BulkAction::Publish, 1) => "1 product is live now.".to_owned(),
            (BulkAction::Publish, _) => format!("{products} are live now."),
            (BulkAction::Archive, 0) => "They were already archived.".to_owned(),
            (BulkAction::Archive, _) => format!("{products} archived. Buyers no longer see them."),
            (BulkAction::Restore, 0) => "None of them was archived.".to_owned(),
            (BulkAction::Restore, _) => format!("{products} restored."),
            (BulkAction::Move(_), _) => format!("{products} moved."),
        }
    }

    fn problems(&self) -> ListProblems {
        let problem = |unready: &Unready| {
            let missing = unready.missing.join(" and ");
            (
                format!("/dashboard/products/{}/edit", unready.id),
                format!("{} is not live: it needs {missing}.", unready.title),
            )
        };
        ListProblems {
            lead: if self.count > 0 { self.message() } else { String::new() },
            errors: self.unready.iter().map(problem).collect(),
        }
    }
}

/// `POST /dashboard/products/bulk`
async fn update(request: SellerRequest, Form(form): Form<BulkForm>) -> Result<HttpResponse> {
    let (filter, seller) = (ListFilter::from_url(&form.back), request.context());
    let ids = parse_ids(&form.id)?;
    let selected = ids.clone();
    let done = match form.action() {
        Ok(action) => request.write(move |conn| action.run(conn, seller, &selected)).await,
        Err(error) => Err(error),
    };
    if let Ok(result) = &done
        && !result.unready.is_empty()
    {
        let mut page = ListPage::load(request, filter).await?;
        page.select(&ids);
        page.problems = result.problems();
        return invalid(&page);
    }
    let back = filter.clone();
    request
        .respond_to_form(
            done,
            |request, result| {
                if result.action == BulkAction::Archive && result.count > 0 {
                    Flash::with_undo(&request.session, result.message(), undo(seller.now, &back))?;
                } else {
                    Flash::ok(&request.session, result.message())?;
                }
                Ok(redirect(&back.url()))
            },
            async |request, errors| {
                let mut page = ListPage::load(request, filter).await?;
                page.select(&ids);
                page.problems = ListProblems::one("#bulk-bar".to_owned(), errors.get("").to_owned());
                Ok(page)
            },
        )
        .await
}
