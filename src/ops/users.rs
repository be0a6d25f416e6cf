//! `pocketshop user …`: manages accounts on the command line of the server.

use std::fmt::Write;

use anyhow::{Context, bail};

use crate::accounts::passwords::change;
use crate::accounts::{
    ActionContext, EventKind, Hasher, NO_PASSWORD, Origin, Password, SignUp, User, Username, admin_actions,
    mark_email_verified,
};
use crate::config::Config;
use crate::crypto::Cipher;
use crate::db::{Conn, in_transaction, migrate};
use crate::id::UserId;
use crate::mail::Outbox;
use crate::shops::Shop;
use crate::text::EmailAddress;

/// How many users are read at a time.
const BATCH_SIZE: i64 = 500;

/// `pocketshop user list`: one line for each user, oldest first.
pub fn list(config: &Config) -> anyhow::Result<String> {
    let mut conn = open(config)?;
    let mut out = String::new();
    let mut after = UserId(i64::MIN);
    loop {
        let page = User::page(&mut conn, after, BATCH_SIZE)?;
        let Some(last) = page.last() else { break };
        after = last.id;
        for user in &page {
            let _ = writeln!(out, "{:<30} {:<40} {}", user.username, user.email, marks(user));
        }
    }
    if out.is_empty() {
        out.push_str("There are no users yet. Register at /register, or create an admin with `pocketshop user admin NAME --email ADDRESS`.\n");
    }
    Ok(out)
}

fn marks(user: &User) -> String {
    let all = [
        (user.admin, "admin"),
        (user.email_verified_at.is_some(), "confirmed"),
        (user.has_factor(), "second factor"),
        (user.suspended_at.is_some(), "suspended"),
        (user.delete_at.is_some(), "to be deleted"),
        (user.password == NO_PASSWORD, "no password"),
    ];
    let marks: Vec<&str> = all.iter().filter(|(is, _)| *is).map(|(_, mark)| *mark).collect();
    marks.join(", ")
}

/// Makes a user an admin. If there is no such user and an email address is given, the user is created first, with this
/// password.
///
/// # Errors
/// The user exists, but has another email address than the given one, or an unconfirmed one and none is given.
pub fn make_admin(config: &Config, name: &str, email: Option<&str>, password: Option<&str>) -> anyhow::Result<String> {
    let mut conn = open(config)?;
    let action = action(config);
    let new_user = match (User::by_login(&mut conn, name)?, email) {
        (Some(user), email) => {
            let given_email = email.map(EmailAddress::parse).transpose().map_err(anyhow::Error::msg)?;
            let same = given_email.is_some_and(|email| email.as_str() == user.email);
            // Somebody else may have registered this username.
            if !same && (email.is_some() || user.email_verified_at.is_none()) {
                bail!(
                    "{} has the address {}, {}; if this is the right user, repeat the command with --email {}",
                    user.username,
                    user.email,
                    if user.email_verified_at.is_some() {
                        "which is not the given one"
                    } else {
                        "which is not confirmed"
                    },
                    user.email
                );
            }
            None
        }
        (None, None) => bail!(
            "there is no user {name}; register at /register first, or add --email ADDRESS to create one, with the password on standard input"
        ),
        (None, Some(email)) => Some(sign_up(config, name, email, password)?),
    };
    let username = in_transaction(&mut conn, &|conn| {
        if let Some(sign_up) = &new_user {
            let id = sign_up.insert(conn, action.now)?;
            mark_email_verified(conn, id, action.now)?;
        }
        let user = User::by_login(conn, name)?.ok_or(crate::error::Error::NotFound)?;
        admin_actions::make_admin(conn, &action, &user)?;
        Ok(user.username)
    })?;
    Ok(format!(
        "{username} is an admin. At the next sign-in, they must set up a second factor at /account/second-factor."
    ))
}

/// Sets the password of a user, and ends all of the user's sessions.
pub fn set_password(config: &Config, name: &str, password: &str) -> anyhow::Result<String> {
    let mut conn = open(config)?;
    let user = find(&mut conn, name)?;
    let hash = hash(config, password, &user.personal_words())?;
    let action = action(config);
    in_transaction(&mut conn, &|conn| {
        change::set_password(conn, &action, user.id, &hash, EventKind::PasswordChanged)
    })?;
    Ok(format!(
        "{} has a new password and is signed out everywhere.",
        user.username
    ))
}

/// Suspends a user and hides their shop, or restores both.
pub fn set_suspended(config: &Config, name: &str, suspended: bool) -> anyhow::Result<String> {
    let mut conn = open(config)?;
    let user = find(&mut conn, name)?;
    if user.suspended_at.is_some() == suspended {
        bail!(
            "{} is {}",
            user.username,
            if suspended {
                "already suspended"
            } else {
                "not suspended"
            }
        );
    }
    let action = action(config);
    let shop_changed = in_transaction(&mut conn, &|conn| {
        let shop_changed = Shop::set_hidden(conn, user.id, suspended, action.now)?;
        if suspended {
            admin_actions::suspend(conn, &action, &user)?;
        } else {
            admin_actions::restore(conn, &action, &user)?;
        }
        Ok(shop_changed)
    })?;
    let effect = match (suspended, shop_changed) {
        (true, true) => "is suspended and signed out everywhere. Their shop is hidden.",
        (true, false) => "is suspended and signed out everywhere. They have no open shop to hide.",
        (false, true) => "can sign in again. Their shop is visible again.",
        (false, false) => "can sign in again. They have no hidden shop to show.",
    };
    Ok(format!("{} {effect}", user.username))
}

fn open(config: &Config) -> anyhow::Result<Conn> {
    migrate(&config.database)?;
    Ok(config.database.connect()?)
}

fn action(config: &Config) -> ActionContext {
    ActionContext {
        outbox: Outbox::new(config, Cipher::new(&config.secret_keys)),
        origin: Origin::command_line(),
        now: crate::clock::now(),
    }
}

fn find(conn: &mut Conn, name: &str) -> anyhow::Result<User> {
    User::by_login(conn, name)?.with_context(|| format!("there is no user {name}; `pocketshop user list` lists all"))
}

fn sign_up(config: &Config, name: &str, email: &str, password: Option<&str>) -> anyhow::Result<SignUp> {
    let email = EmailAddress::parse(email).map_err(anyhow::Error::msg)?;
    let personal_words = [email.as_str(), name];
    let password = hash(config, password.unwrap_or_default(), &personal_words)?;
    Ok(SignUp {
        username: Username::parse_admin(name).map_err(anyhow::Error::msg)?,
        first_name: String::new(),
        last_name: String::new(),
        email,
        password,
    })
}

/// Hashes a password. One that is too weak, or too close to these words, is refused.
fn hash(config: &Config, password: &str, personal_words: &[&str]) -> anyhow::Result<String> {
    let password = Password::parse(password, personal_words).map_err(anyhow::Error::msg)?;
    Ok(Hasher::new(config.password_cost, 1).hash_now(&password)?)
}
