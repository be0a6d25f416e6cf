//! What is done to all the ticked products at once.

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::web::{self, Data};
use chrono::NaiveDateTime;
use serde::Deserialize;

use super::archive::{counted, undo};
use super::index;
use super::index::Trouble;
use super::params::Asked;
use crate::catalog::{BulkSelection, Unready};
use crate::db::{Conn, Db};
use crate::error::{Error, Result};
use crate::id::{ProductId, SectionId, ShopId};
use crate::web::{Flash, Form, Page, Seller, redirect};

pub fn routes(to: &mut web::ServiceConfig) {
    to.service(web::resource("/dashboard/products/bulk").route(web::post().to(update)));
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct BulkForm {
    id: Vec<String>,
    act: String,
    section: String,
    back: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    Publish,
    Archive,
    Restore,
    Move(Option<SectionId>),
}

impl BulkForm {
    fn act(&self) -> Result<Act> {
        match self.act.as_str() {
            "publish" => Ok(Act::Publish),
            "archive" => Ok(Act::Archive),
            "restore" => Ok(Act::Restore),
            "move" => match self.section.as_str() {
                "" => Err(Error::Refused("Choose the section to move them to.".to_owned())),
                "none" => Ok(Act::Move(None)),
                id => id
                    .parse()
                    .map(|id| Act::Move(Some(SectionId(id))))
                    .map_err(|_| Error::NotFound),
            },
            _ => Err(Error::Refused("Choose what to do with the ticked products.".to_owned())),
        }
    }
}

/// The ids of products that a form names.
pub fn ids(typed: &[String]) -> Result<Vec<ProductId>> {
    let id = |typed: &String| typed.parse().map(ProductId).map_err(|_| Error::NotFound);
    typed.iter().map(id).collect()
}

impl Act {
    fn run(
        self,
        conn: &mut Conn,
        shop: ShopId,
        ids: &[ProductId],
        now: NaiveDateTime,
    ) -> Result<(usize, Vec<Unready>)> {
        let several = BulkSelection::of_shop(conn, shop, ids)?;
        match self {
            Self::Publish => several.publish(conn, now),
            Self::Archive => Ok((several.archive(conn, now)?, Vec::new())),
            Self::Restore => Ok((several.restore(conn, now)?, Vec::new())),
            Self::Move(section) => Ok((several.move_to(conn, section, now)?, Vec::new())),
        }
    }

    fn told(self, count: usize) -> String {
        let products = counted(count);
        match (self, count) {
            (Self::Publish, 0) => "They were live already.".to_owned(),
            (Self::Publish, 1) => "1 product is live now.".to_owned(),
            (Self::Publish, _) => format!("{products} are live now."),
            (Self::Archive, 0) => "They were archived already.".to_owned(),
            (Self::Archive, _) => format!("{products} archived. Nobody else sees them now."),
            (Self::Restore, 0) => "None of them was archived.".to_owned(),
            (Self::Restore, _) => format!("{products} brought back."),
            (Self::Move(_), _) => format!("{products} moved."),
        }
    }
}

/// `POST /dashboard/products/bulk`
async fn update(
    db: Data<Db>,
    session: Session,
    page: Page,
    seller: Seller,
    Form(form): Form<BulkForm>,
) -> Result<HttpResponse> {
    let asked = Asked::back(&form.back);
    let (shop, now) = (seller.shop.id, page.now);
    let ids = ids(&form.id)?;
    let done = match form.act() {
        Ok(act) => {
            let done = db.write(move |conn| act.run(conn, shop, &ids, now)).await;
            done.map(|(count, unready)| (act, count, unready))
        }
        Err(error) => Err(error),
    };
    let trouble = match done {
        Ok((act, count, unready)) if unready.is_empty() => {
            let told = act.told(count);
            if act == Act::Archive && count > 0 {
                Flash::with_undo(&session, told, undo(now, &asked))?;
            } else {
                Flash::ok(&session, told)?;
            }
            return Ok(redirect(&asked.here()));
        }
        Ok((act, count, unready)) => Trouble {
            lead: if count > 0 { act.told(count) } else { String::new() },
            errors: unready.iter().map(problem).collect(),
        },
        Err(Error::Refused(why)) => Trouble {
            lead: String::new(),
            errors: vec![("#bulk-bar".to_owned(), why)],
        },
        Err(error) => return Err(error),
    };
    let ticked = form.id;
    let touch = |rows: &mut Vec<super::row::Row>| {
        for row in rows {
            row.ticked = ticked.contains(&row.id.to_string());
        }
    };
    index::answer(&db, page, &seller, asked, trouble, touch).await
}

fn problem(unready: &Unready) -> (String, String) {
    let missing = unready.missing.join(" and ");
    (
        format!("/dashboard/products/{}/edit", unready.id),
        format!("{} is not live: it needs {missing}.", unready.title),
    )
}
