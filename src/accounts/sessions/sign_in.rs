//! Signing in. An attempt is counted before the password is checked, and every failure looks the same.

use chrono::{NaiveDateTime, TimeDelta};

use super::origin::Origin;
use super::session::{CurrentSession, Factor, Session};
use super::throttle::{ACCOUNT_THROTTLE, Attempt, NETWORK_THROTTLE, SECOND_FACTOR_THROTTLE};
use super::trusted_browser::TrustedBrowser;
use super::visitor::Visitor;
use crate::accounts::action_context::ActionContext;
use crate::accounts::second_factor;
use crate::accounts::security_event::EventKind;
use crate::accounts::user::User;
use crate::crypto::Cipher;
use crate::db::Conn;
use crate::error::Result;
use crate::id::{SessionId, UserId};
use crate::mail::emails;

/// Whether the password of a sign-in may be checked.
pub enum SignInAttempt {
    /// There were too many attempts; how long to wait.
    Throttled(TimeDelta),
    Allowed(CredentialCheck),
}

/// The result of a sign-in with the right password.
pub enum SignInOutcome {
    /// The factor is `Factor::Pending` when the second factor is still due.
    SignedIn(SessionId, Factor),
    /// The stored hash changed in the meantime, perhaps by an upgrade. The password must be checked against this one.
    HashChanged(String),
    Rejected,
}

/// What a password is checked against. Both fields are None for an unknown or suspended user.
#[derive(Clone)]
pub struct CredentialCheck {
    pub user: Option<UserId>,
    pub stored_hash: Option<String>,
}

/// A sign-in whose second factor was accepted.
pub struct CompletedSignIn {
    pub session: SessionId,
    /// For the cookie of a browser that is to be trusted.
    pub browser_token: Option<String>,
}

/// Counts an attempt for the typed login, known or not, and for the network. The transaction must commit.
pub fn begin_attempt(conn: &mut Conn, action: &ActionContext, login: &str) -> Result<SignInAttempt> {
    let user = User::by_login(conn, login)?;
    count_attempt(conn, action, user, &User::login_key(login))
}

/// As `begin_attempt`, for someone who is signed in already.
pub fn begin_reauthentication(conn: &mut Conn, action: &ActionContext, user: UserId) -> Result<SignInAttempt> {
    let user = User::find(conn, user)?;
    let key = user.email.clone();
    count_attempt(conn, action, Some(user), &key)
}

fn count_attempt(conn: &mut Conn, action: &ActionContext, user: Option<User>, key: &str) -> Result<SignInAttempt> {
    let by_account = ACCOUNT_THROTTLE.count(conn, key, action.now)?;
    let by_network = NETWORK_THROTTLE.count(conn, &action.origin.network(), action.now)?;
    if by_account == Attempt::LastFree {
        let id = user.as_ref().map(|user| user.id);
        action.record(conn, id, EventKind::SignInSlowed)?;
        if let Some(user) = &user {
            let email = emails::sign_in_slowed(user.display_name(), &action.link("/forgot"));
            action.send(conn, &user.email, &email)?;
        }
    }
    match (by_account, by_network) {
        (Attempt::Throttled(account_wait), Attempt::Throttled(network_wait)) => {
            Ok(SignInAttempt::Throttled(account_wait.max(network_wait)))
        }
        (Attempt::Throttled(wait), _) | (_, Attempt::Throttled(wait)) => Ok(SignInAttempt::Throttled(wait)),
        _ => {
            let user = user.filter(|user| user.suspended_at.is_none());
            Ok(SignInAttempt::Allowed(CredentialCheck {
                user: user.as_ref().map(|user| user.id),
                stored_hash: user.map(|user| user.password),
            }))
        }
    }
}

/// Signs in after the password was found right, unless the account changed in the meantime. `upgrade` is a better hash
/// to store; `browser_token` is what the cookie of a trusted browser holds.
pub fn start_session(
    conn: &mut Conn,
    action: &ActionContext,
    check: &CredentialCheck,
    upgrade: Option<&str>,
    browser_token: Option<&str>,
) -> Result<SignInOutcome> {
    let (Some(id), Some(stored_hash)) = (check.user, &check.stored_hash) else {
        return Ok(SignInOutcome::Rejected);
    };
    let user = User::lock(conn, id)?;
    if user.suspended_at.is_some() {
        return Ok(SignInOutcome::Rejected);
    }
    if user.password != *stored_hash {
        return Ok(SignInOutcome::HashChanged(user.password));
    }
    if let Some(better) = upgrade {
        User::upgrade_password(conn, id, stored_hash, better)?;
    }
    reset_attempts(conn, &user, &action.origin)?;
    let factor = initial_factor(conn, &user, browser_token, action.now)?;
    let session = Session::start(conn, action, id, factor, Some(action.now))?;
    Ok(SignInOutcome::SignedIn(session, factor))
}

/// Resets the account's attempts after the right password, and takes this one off the network's.
pub fn reset_attempts(conn: &mut Conn, user: &User, origin: &Origin) -> Result<()> {
    // The same order as when counting, so that two transactions cannot deadlock.
    reset_account_attempts(conn, user)?;
    NETWORK_THROTTLE.uncount(conn, &origin.network())
}

/// Resets the attempts that were counted under the user's address and under the username.
pub fn reset_account_attempts(conn: &mut Conn, user: &User) -> Result<()> {
    ACCOUNT_THROTTLE.reset(conn, &user.email)?;
    ACCOUNT_THROTTLE.reset(conn, &User::login_key(&user.username))
}

/// The factor of a new session before a code was asked for.
pub fn initial_factor(conn: &mut Conn, user: &User, browser_token: Option<&str>, now: NaiveDateTime) -> Result<Factor> {
    if !user.has_factor() {
        return Ok(Factor::Password);
    }
    let trusted = match browser_token {
        Some(token) => TrustedBrowser::is_trusted(conn, user.id, token, now)?,
        None => false,
    };
    Ok(if trusted { Factor::Browser } else { Factor::Pending })
}

/// Counts an attempt to enter a code. Returns how long to wait if there were too many. The transaction must commit.
pub fn count_code_attempt(conn: &mut Conn, user: UserId, now: NaiveDateTime) -> Result<Option<TimeDelta>> {
    Ok(match SECOND_FACTOR_THROTTLE.count(conn, &code_key(user), now)? {
        Attempt::Throttled(wait) => Some(wait),
        Attempt::Allowed | Attempt::LastFree => None,
    })
}

/// Accepts a code of the app or a recovery code. None: the code is wrong.
pub fn verify_code(
    conn: &mut Conn,
    action: &ActionContext,
    cipher: &Cipher,
    user: UserId,
    code: &str,
) -> Result<Option<Factor>> {
    let user = User::find(conn, user)?;
    let factor = second_factor::accept(conn, action, cipher, &user, code)?;
    match factor {
        None => action.record(conn, user.id, EventKind::FactorFailed)?,
        Some(factor) => {
            reset_code_attempts(conn, user.id)?;
            if factor == Factor::Recovery {
                let left = second_factor::recovery_codes_left(conn, user.id)?;
                let email = emails::recovery_code_used(user.display_name(), left, &action.link("/forgot"));
                action.send(conn, &user.email, &email)?;
            }
        }
    }
    Ok(factor)
}

/// Replaces a session whose second factor was due by a full one, with a new id. None: that session has ended.
pub fn complete(
    conn: &mut Conn,
    action: &ActionContext,
    pending: &Visitor,
    factor: Factor,
    trust_browser: bool,
) -> Result<Option<CompletedSignIn>> {
    User::lock(conn, pending.user)?;
    // If two requests come with the same pending session, only one of them gets a full session.
    let Ok(current) = CurrentSession::find(conn, pending.session) else {
        return Ok(None);
    };
    if !Session::end(conn, pending.user, pending.session)? {
        return Ok(None);
    }
    let browser_token = if trust_browser {
        Some(TrustedBrowser::trust(conn, action, pending.user)?)
    } else {
        None
    };
    let session = Session::start(conn, action, pending.user, factor, Some(current.authenticated_at()))?;
    Ok(Some(CompletedSignIn { session, browser_token }))
}

/// Resets the attempts to enter a code.
pub fn reset_code_attempts(conn: &mut Conn, user: UserId) -> Result<()> {
    SECOND_FACTOR_THROTTLE.reset(conn, &code_key(user))
}

/// The key under which attempts to enter a code are counted.
fn code_key(user: UserId) -> String {
    format!("user {user}")
}
