//! `pocketshop user …`: what only whoever runs the machine may do with accounts.

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
use crate::text::Email;

/// People listed at a time.
const PAGE: i64 = 500;

/// A line for everyone, oldest first.
pub fn list(config: &Config) -> anyhow::Result<String> {
    let mut conn = open(config)?;
    let mut out = String::new();
    let mut after = UserId(i64::MIN);
    loop {
        let page = User::page(&mut conn, after, PAGE)?;
        let Some(last) = page.last() else { break };
        after = last.id;
        for user in &page {
            let _ = writeln!(out, "{:<30} {:<40} {}", user.username, user.email, marks(user));
        }
    }
    if out.is_empty() {
        out.push_str("There are no people yet. Register at /register, or make an operator with `pocketshop user admin NAME --email ADDRESS`.\n");
    }
    Ok(out)
}

fn marks(user: &User) -> String {
    let all = [
        (user.admin, "operator"),
        (user.email_verified_at.is_some(), "confirmed"),
        (user.has_factor(), "second factor"),
        (user.suspended_at.is_some(), "suspended"),
        (user.delete_at.is_some(), "to be deleted"),
        (user.password == NO_PASSWORD, "no password"),
    ];
    let marks: Vec<&str> = all.iter().filter(|(is, _)| *is).map(|(_, mark)| *mark).collect();
    marks.join(", ")
}

/// Makes someone an admin. With an address, someone who is not there yet is made first, with the typed password.
pub fn make_admin(config: &Config, name: &str, email: Option<&str>, typed: Option<&str>) -> anyhow::Result<String> {
    let mut conn = open(config)?;
    let action = action(config);
    let fresh = match (User::by_login(&mut conn, name)?, email) {
        (Some(user), given) => {
            let given = given.map(Email::parse).transpose().map_err(anyhow::Error::msg)?;
            let same = given.is_some_and(|email| email.as_str() == user.email);
            // Whoever took the name first may not be who is meant.
            if !same && (email.is_some() || user.email_verified_at.is_none()) {
                bail!(
                    "{} has the address {}, {}; if that is the right person, say so with --email {}",
                    user.username,
                    user.email,
                    if user.email_verified_at.is_some() {
                        "not the given one"
                    } else {
                        "not confirmed so far"
                    },
                    user.email
                );
            }
            None
        }
        (None, None) => bail!(
            "there is no user {name}; register at /register first, or add --email ADDRESS to make one, with the password on standard input"
        ),
        (None, Some(email)) => Some(sign_up(config, name, email, typed)?),
    };
    let username = in_transaction(&mut conn, &|conn| {
        if let Some(sign_up) = &fresh {
            let id = sign_up.insert(conn, action.now)?;
            mark_email_verified(conn, id, action.now)?;
        }
        let user = User::by_login(conn, name)?.ok_or(crate::error::Error::NotFound)?;
        admin_actions::make_admin(conn, &action, &user)?;
        Ok(user.username)
    })?;
    Ok(format!(
        "{username} is an operator. At the next sign-in, a second factor is to be set up at /account/second-factor."
    ))
}

/// Sets the typed password; all sign-ins of that person end.
pub fn set_password(config: &Config, name: &str, typed: &str) -> anyhow::Result<String> {
    let mut conn = open(config)?;
    let user = find(&mut conn, name)?;
    let hash = hash(config, typed, &user.personal_words())?;
    let action = action(config);
    in_transaction(&mut conn, &|conn| {
        change::set_password(conn, &action, user.id, &hash, EventKind::PasswordChanged)
    })?;
    Ok(format!(
        "{} has a new password and is signed out everywhere.",
        user.username
    ))
}

/// Lets someone in no more, and hides their shop; or the other way round.
pub fn set_suspended(config: &Config, name: &str, suspended: bool) -> anyhow::Result<String> {
    let mut conn = open(config)?;
    let user = find(&mut conn, name)?;
    if user.suspended_at.is_some() == suspended {
        bail!(
            "{} is {} already",
            user.username,
            if suspended { "suspended" } else { "not suspended" }
        );
    }
    let action = action(config);
    in_transaction(&mut conn, &|conn| {
        Shop::set_hidden(conn, user.id, suspended, action.now)?;
        if suspended {
            admin_actions::suspend(conn, &action, &user)
        } else {
            admin_actions::restore(conn, &action, &user)
        }
    })?;
    Ok(if suspended {
        format!(
            "{} is suspended: signed out everywhere, the shop hidden.",
            user.username
        )
    } else {
        format!("{} may sign in again, and the shop is shown.", user.username)
    })
}

fn open(config: &Config) -> anyhow::Result<Conn> {
    migrate(&config.database)?;
    Ok(config.database.connect()?)
}

fn action(config: &Config) -> ActionContext {
    ActionContext {
        outbox: Outbox::new(config, Cipher::new(&config.secret_keys)),
        origin: Origin::command_line(),
        now: super::now(),
    }
}

fn find(conn: &mut Conn, name: &str) -> anyhow::Result<User> {
    User::by_login(conn, name)?.with_context(|| format!("there is no user {name}; `pocketshop user list` names them"))
}

fn sign_up(config: &Config, name: &str, email: &str, typed: Option<&str>) -> anyhow::Result<SignUp> {
    let email = Email::parse(email).map_err(anyhow::Error::msg)?;
    let own = [email.as_str(), name];
    let password = hash(config, typed.unwrap_or_default(), &own)?;
    Ok(SignUp {
        username: Username::parse_admin(name).map_err(anyhow::Error::msg)?,
        first_name: String::new(),
        last_name: String::new(),
        email,
        password,
    })
}

fn hash(config: &Config, typed: &str, own: &[&str]) -> anyhow::Result<String> {
    let password = Password::parse(typed, own).map_err(anyhow::Error::msg)?;
    Ok(Hasher::new(config.password_cost, 1).hash_now(&password)?)
}
