//! Signing in: a try is counted before the password is looked at, and every failure looks alike.

use chrono::{NaiveDateTime, TimeDelta};

use super::origin::Origin;
use super::remembered_browser::Browser;
use super::session::{Device, Factor, Session};
use super::throttle::{BY_ACCOUNT, BY_FACTOR, BY_NETWORK, Try};
use crate::accounts::second_factor;
use crate::accounts::security_event::{Event, EventKind};
use crate::accounts::user::User;
use crate::crypto::Cipher;
use crate::db::Conn;
use crate::error::Result;
use crate::id::{SessionId, UserId};
use crate::mail::{Outbox, emails};

/// What came of knocking.
pub enum Knock {
    /// Too many tries; how long to wait.
    Rest(TimeDelta),
    /// The password may be looked at.
    Open(Claim),
}

/// What came of a right password.
pub enum Entered {
    /// Signed in, or half in where a second factor is asked for.
    In(SessionId, Factor),
    /// Another hash is stored by now, perhaps a better one of the same password: it is to be looked at again.
    Changed(String),
    Out,
}

/// Who someone says they are, known to us or not.
#[derive(Clone)]
pub struct Claim {
    pub user: Option<UserId>,
    /// The stored hash.
    pub stored: Option<String>,
}

/// What counts the tries of someone's codes.
fn subject(user: UserId) -> String {
    format!("user {user}")
}

/// Counts a try under what was typed, known or not, and under the network. Its transaction must commit.
pub fn knock(conn: &mut Conn, outbox: &Outbox, login: &str, origin: &Origin, now: NaiveDateTime) -> Result<Knock> {
    let user = User::by_login(conn, login)?;
    count(conn, outbox, user, &User::login_key(login), origin, now)
}

/// As `knock`, for someone who is signed in already.
pub fn knock_again(
    conn: &mut Conn,
    outbox: &Outbox,
    user: UserId,
    origin: &Origin,
    now: NaiveDateTime,
) -> Result<Knock> {
    let user = User::find(conn, user)?;
    let key = user.email.clone();
    count(conn, outbox, Some(user), &key, origin, now)
}

fn count(
    conn: &mut Conn,
    outbox: &Outbox,
    user: Option<User>,
    key: &str,
    origin: &Origin,
    now: NaiveDateTime,
) -> Result<Knock> {
    let account = BY_ACCOUNT.count(conn, key, now)?;
    let network = BY_NETWORK.count(conn, &origin.network(), now)?;
    if account == Try::AllowedThenRest {
        let id = user.as_ref().map(|user| user.id);
        Event::record(conn, id, EventKind::SignInSlowed, "", origin, now)?;
        if let Some(user) = &user {
            let letter = emails::sign_in_slowed(user.called(), &outbox.link("/forgot"));
            outbox.post(conn, &user.email, &letter, now)?;
        }
    }
    match (account, network) {
        (Try::Rest(one), Try::Rest(other)) => Ok(Knock::Rest(one.max(other))),
        (Try::Rest(wait), _) | (_, Try::Rest(wait)) => Ok(Knock::Rest(wait)),
        _ => {
            let user = user.filter(|user| user.suspended_at.is_none());
            Ok(Knock::Open(Claim {
                user: user.as_ref().map(|user| user.id),
                stored: user.map(|user| user.password),
            }))
        }
    }
}

/// Writes down that it was the wrong password, or nobody's name.
pub fn failed(conn: &mut Conn, claim: &Claim, kind: EventKind, origin: &Origin, now: NaiveDateTime) -> Result<()> {
    Event::record(conn, claim.user, kind, "", origin, now)
}

/// The password was right: signs in, if nothing changed in the meantime.
pub fn enter(
    conn: &mut Conn,
    claim: &Claim,
    upgrade: Option<&str>,
    browser: Option<&str>,
    origin: &Origin,
    now: NaiveDateTime,
) -> Result<Entered> {
    let (Some(id), Some(stored)) = (claim.user, &claim.stored) else {
        return Ok(Entered::Out);
    };
    let user = User::hold(conn, id)?;
    if user.suspended_at.is_some() {
        return Ok(Entered::Out);
    }
    if user.password != *stored {
        return Ok(Entered::Changed(user.password));
    }
    if let Some(better) = upgrade {
        User::upgrade_password(conn, id, stored, better)?;
    }
    forgive(conn, &user, origin)?;
    let factor = first_factor(conn, &user, browser, now)?;
    Ok(Entered::In(
        Session::start(conn, id, factor, Some(now), origin, now)?,
        factor,
    ))
}

/// It was the right password: the account's tries start afresh, the network's do not count this one.
pub fn forgive(conn: &mut Conn, user: &User, origin: &Origin) -> Result<()> {
    // The network last, as when knocking, or two could wait for each other.
    forgive_account(conn, user)?;
    BY_NETWORK.take_back(conn, &origin.network())
}

/// The account's tries start afresh, by whichever name they were.
pub fn forgive_account(conn: &mut Conn, user: &User) -> Result<()> {
    BY_ACCOUNT.forgive(conn, &user.email)?;
    BY_ACCOUNT.forgive(conn, &User::login_key(&user.username))
}

/// What a sign-in stands on before a code was asked for.
pub fn first_factor(conn: &mut Conn, user: &User, browser: Option<&str>, now: NaiveDateTime) -> Result<Factor> {
    if !user.has_factor() {
        return Ok(Factor::Password);
    }
    let trusted = match browser {
        Some(plain) => Browser::is_trusted(conn, user.id, plain, now)?,
        None => false,
    };
    Ok(if trusted { Factor::Browser } else { Factor::Pending })
}

/// Counts a try of a code. Its transaction must commit.
pub fn count_code(conn: &mut Conn, user: UserId, now: NaiveDateTime) -> Result<Option<TimeDelta>> {
    Ok(match BY_FACTOR.count(conn, &subject(user), now)? {
        Try::Rest(wait) => Some(wait),
        Try::Allowed | Try::AllowedThenRest => None,
    })
}

/// The code, where one is asked for. None: it was wrong.
pub fn take_code(
    conn: &mut Conn,
    (outbox, cipher): (&Outbox, &Cipher),
    user: UserId,
    typed: &str,
    origin: &Origin,
    now: NaiveDateTime,
) -> Result<Option<Factor>> {
    let user = User::find(conn, user)?;
    let factor = second_factor::accept(conn, cipher, &user, typed, origin, now)?;
    match factor {
        None => Event::record(conn, user.id, EventKind::FactorFailed, "", origin, now)?,
        Some(factor) => {
            BY_FACTOR.forgive(conn, &subject(user.id))?;
            if factor == Factor::Recovery {
                let left = second_factor::recovery_codes_left(conn, user.id)?;
                let letter = emails::recovery_code_used(user.called(), left, &outbox.link("/forgot"));
                outbox.post(conn, &user.email, &letter, now)?;
            }
        }
    }
    Ok(factor)
}

/// The second step: the half sign-in becomes a whole one, under a new id.
pub fn complete(
    conn: &mut Conn,
    half: SessionId,
    user: UserId,
    factor: Factor,
    remember: bool,
    origin: &Origin,
    now: NaiveDateTime,
) -> Result<Option<(SessionId, Option<String>)>> {
    User::hold(conn, user)?;
    // Of two that come with the same half, one goes on.
    let Ok(device) = Device::of(conn, half) else {
        return Ok(None);
    };
    if !Session::end(conn, user, half)? {
        return Ok(None);
    }
    let browser = if remember {
        Some(Browser::trust(conn, user, origin, now)?)
    } else {
        None
    };
    Ok(Some((
        Session::start(conn, user, factor, Some(device.shown_at()), origin, now)?,
        browser,
    )))
}

/// A right code was shown outside a sign-in.
pub fn forgive_codes(conn: &mut Conn, user: UserId) -> Result<()> {
    BY_FACTOR.forgive(conn, &subject(user))
}
