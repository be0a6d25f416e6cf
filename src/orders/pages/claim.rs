//! A guest keeps an order: in a new account for its address, or in the one they have.
//!
//! The link opens one order, and only that one comes along. It does not prove the address, since links are passed on;
//! the letter of every new account does, and then the address's other orders follow.

use actix_session::Session;
use actix_web::HttpMessage;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use super::access::Key;
use super::show;
use crate::accounts::{self, ActionContext, EventKind, Factor, Hasher, Origin, Password, SignUp, User, Username};
use crate::db::{Conn, Db};
use crate::error::{Error, Result};
use crate::mail::Outbox;
use crate::orders::{self, Purchase};
use crate::text::Email;
use crate::web::layers::{ClientIp, Policy};
use crate::web::visitor::sign_in;
use crate::web::{Flash, Form, FormErrors, Page, SignedIn, redirect};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct KeepForm {
    password: String,
}

/// `POST /orders/{number}/{token}/account`: makes the account, signs in, and brings the order.
pub async fn create(
    db: Data<Db>,
    (hasher, policy, outbox): (Data<Hasher>, Data<Policy>, Data<Outbox>),
    (session, request): (Session, HttpRequest),
    page: Page,
    key: Key,
    origin: Origin,
    Form(form): Form<KeepForm>,
) -> Result<HttpResponse> {
    let asked = key.clone();
    let purchase = db.read(move |conn| asked.open(conn)).await?;
    if page.visitor.is_some() || purchase.buyer_id.is_some() {
        return Ok(key.seal(redirect(&key.base())));
    }
    let password = match Password::parse(&form.password, &[&purchase.email, &purchase.name]) {
        Ok(password) => password,
        Err(problem) => {
            let errors = FormErrors::one("password", problem);
            return show::answer(&db, StatusCode::UNPROCESSABLE_ENTITY, page, &key, errors).await;
        }
    };
    let address = request
        .extensions()
        .get::<ClientIp>()
        .copied()
        .ok_or(Error::Forbidden)?;
    policy.count(|limits| &limits.sign_ups, address)?;
    let hash = hasher.hash(password).await?;
    let now = page.now;
    let action = ActionContext {
        outbox: Outbox::clone(&outbox),
        origin,
        now,
    };
    let kept = db
        .write_uncached(move |conn| {
            if User::by_email(conn, &purchase.email)?.is_some() {
                return Ok(None);
            }
            let user = draft(conn, &purchase, &hash)?.insert(conn, now)?;
            action.record(conn, user, EventKind::Registered)?;
            let made = User::find(conn, user)?;
            accounts::send_verification(conn, &action, &made)?;
            orders::claim(conn, purchase.id, user, now)?;
            accounts::Session::start(conn, &action, user, Factor::Password, Some(now)).map(Some)
        })
        .await?;
    let Some(id) = kept else {
        Flash::warn(
            &session,
            "There is an account for this address by now. Sign in to keep the order.",
        )?;
        return Ok(key.seal(redirect(&key.base())));
    };
    sign_in(&session, id)?;
    Flash::ok(
        &session,
        "Your account is made, and the order is in it. Confirm the address by the letter that we sent, and earlier orders follow.",
    )?;
    Ok(key.seal(redirect("/dashboard/orders")))
}

/// `POST /orders/{number}/{token}/claim`: into the account of the same address.
pub async fn claim(db: Data<Db>, session: Session, page: Page, key: Key, visitor: SignedIn) -> Result<HttpResponse> {
    let (asked, user, now) = (key.clone(), visitor.user, page.now);
    db.write_uncached(move |conn| {
        let purchase = asked.open(conn)?;
        let cart_owner = User::find(conn, user)?;
        if cart_owner.email != purchase.email || !orders::claim(conn, purchase.id, user, now)? {
            return Err(Error::Refused(
                "This order was bought with another address than your account has, or is in an account already.".into(),
            ));
        }
        Ok(())
    })
    .await?;
    Flash::ok(&session, "The order is among yours.")?;
    Ok(key.seal(redirect("/dashboard/orders")))
}

/// An account by the receipt: its username is made of the address, and can be changed later.
fn draft(conn: &mut Conn, purchase: &Purchase, hash: &str) -> Result<SignUp> {
    let email = Email::parse(&purchase.email).map_err(|why| Error::Refused(why.to_owned()))?;
    let (first, last) = purchase.name.split_once(' ').unwrap_or((&purchase.name, ""));
    Ok(SignUp {
        username: free_username(conn, &purchase.email)?,
        email,
        first_name: first.trim().chars().take(60).collect(),
        last_name: last.trim().chars().take(60).collect(),
        password: hash.to_owned(),
    })
}

fn free_username(conn: &mut Conn, email: &str) -> Result<Username> {
    let local = email.split('@').next().unwrap_or_default();
    let stem: String = local
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' })
        .take(20)
        .collect();
    let stem = if Username::parse(&stem).is_ok() {
        stem
    } else {
        "buyer".to_owned()
    };
    for number in 0..10_000 {
        let name = if number == 0 {
            stem.clone()
        } else {
            format!("{stem}_{number}")
        };
        if let Ok(name) = Username::parse(&name)
            && User::by_username(conn, name.as_str())?.is_none()
        {
            return Ok(name);
        }
    }
    Err(Error::Internal(anyhow::anyhow!("no username is free")))
}
