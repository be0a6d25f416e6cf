//! Moves a guest's order into an account: into a new account with the order's email address, or into the visitor's.
//!
//! The link opens one order, and only that order is moved. The link does not prove that the email address is the
//! visitor's, since links can be passed on. The verification email of the new account does; then all other orders with
//! this address are moved too.

use actix_web::HttpResponse;
use serde::Deserialize;

use super::access::PurchaseRequest;
use super::show::OrderPage;
use crate::accounts::{
    ActionContext, EventKind, Factor, MAX_NAME_LENGTH, Password, Session, SignUp, User, Username, send_verification,
};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::id::SessionId;
use crate::orders::{self, Purchase};
use crate::text::EmailAddress;
use crate::web::visitor::sign_in;
use crate::web::{Flash, Form, FormErrors, SignedIn, invalid};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct AccountForm {
    password: String,
}

/// `POST /orders/{number}/{token}/account`: makes an account, signs in, and moves the order into it.
pub async fn create_account(request: PurchaseRequest, Form(form): Form<AccountForm>) -> Result<HttpResponse> {
    let access = request.who.clone();
    let purchase = request.read(move |conn| access.open(conn)).await?;
    if request.page.visitor.is_some() || purchase.buyer_id.is_some() {
        return Ok(request.who.redirect(&request.who.base()));
    }
    let password = match Password::parse(&form.password, &[&purchase.email, &purchase.address.name]) {
        Ok(password) => password,
        Err(message) => {
            let access = request.who.clone();
            let errors = FormErrors::one("password", message);
            return invalid(&OrderPage::load(request, errors).await?).map(|response| access.protect(response));
        }
    };
    request.limit(|limits| &limits.sign_ups)?;
    let hash = request.services.hasher.hash(password).await?;
    let action = request.action()?;
    let session = request
        .write_uncached(move |conn| sign_up(conn, &purchase, &hash, &action))
        .await?;
    let Some(session) = session else {
        return request.who.redirect_with_warning(
            &request.session,
            "There is already an account for this address. Sign in to add the order to it.",
        );
    };
    sign_in(&request.session, session)?;
    Flash::ok(
        &request.session,
        "Your account is ready and has this order. Confirm your email address with the link we sent, and your earlier orders are added too.",
    )?;
    Ok(request.who.redirect("/dashboard/orders"))
}

/// `POST /orders/{number}/{token}/claim`: moves the order into the visitor's account, which has the same email address.
pub async fn create(request: PurchaseRequest, visitor: SignedIn) -> Result<HttpResponse> {
    let (access, user, now) = (request.who.clone(), visitor.user, request.now());
    request
        .write_uncached(move |conn| {
            let purchase = access.open(conn)?;
            let account = User::find(conn, user)?;
            if account.email != purchase.email || !orders::claim(conn, purchase.id, user, now)? {
                return Err(Error::Refused(
                    "This order was placed with a different email address than your account's, or it already belongs to an account."
                        .into(),
                ));
            }
            Ok(())
        })
        .await?;
    Flash::ok(&request.session, "The order was added to your account.")?;
    Ok(request.who.redirect("/dashboard/orders"))
}

/// Makes the account and its session, and moves the purchase into it. None if the email address has an account already.
fn sign_up(conn: &mut Conn, purchase: &Purchase, hash: &str, action: &ActionContext) -> Result<Option<SessionId>> {
    if User::by_email(conn, &purchase.email)?.is_some() {
        return Ok(None);
    }
    let now = action.now;
    let user = sign_up_draft(conn, purchase, hash)?.insert(conn, now)?;
    action.record(conn, user, EventKind::Registered)?;
    let account = User::find(conn, user)?;
    send_verification(conn, action, &account)?;
    orders::claim(conn, purchase.id, user, now)?;
    Session::start(conn, action, user, Factor::Password, Some(now)).map(Some)
}

/// A new account with the name of the recipient. The username is made from the email address and can be changed later.
fn sign_up_draft(conn: &mut Conn, purchase: &Purchase, hash: &str) -> Result<SignUp> {
    let email = EmailAddress::parse(&purchase.email).map_err(|message| Error::Refused(message.to_owned()))?;
    let name = &purchase.address.name;
    let (first, last) = name.split_once(' ').unwrap_or((name, ""));
    Ok(SignUp {
        username: free_username(conn, &purchase.email)?,
        email,
        first_name: first.trim().chars().take(MAX_NAME_LENGTH).collect(),
        last_name: last.trim().chars().take(MAX_NAME_LENGTH).collect(),
        password: hash.to_owned(),
    })
}

fn free_username(conn: &mut Conn, email: &str) -> Result<Username> {
    let local_part = email.split('@').next().unwrap_or_default();
    let stem: String = local_part
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
