//! Emails about the account: verification, change of address, role, suspension, deletion.

use crate::mail::Email;
use crate::mail::user_text::sanitize;

/// To a new address. The link verifies it.
pub fn verify(name: &str, username: &str, link: &str) -> Email {
    Email::new(
        "Confirm your email address",
        &[name, username],
        &["Welcome to PocketShop. Please confirm that this is your email address."],
    )
    .with_action("Confirm your address", link)
    .with_closing(&[
        "The link works once, for 24 hours. You can browse and buy before that; to open a shop, the address has to be confirmed.",
        "If you did not sign up, you need not do anything: without the link, the address is not confirmed.",
    ])
}

/// To an address that has an account, when someone tries to create another one with it.
pub fn already_registered(name: &str, sign_in_link: &str, reset_link: &str) -> Email {
    let reset = format!("If you no longer know your password, choose a new one here: {reset_link} .");
    Email::new(
        "You already have an account",
        &[name],
        &[
            "Someone wanted to use this email address for an account at PocketShop. It already has one, so nothing was changed.",
            "If it was you, just sign in.",
        ],
    )
    .with_action("Sign in", sign_in_link)
    .with_closing(&[
        &reset,
        "If it was not you, you need not do anything. Nobody learned that you have an account.",
    ])
}

/// To the new address, with the link that confirms it.
pub fn email_confirm(name: &str, new_address: &str, link: &str) -> Email {
    let asked = format!("You asked to use {new_address} for your PocketShop account. Please confirm that it is yours.");
    Email::new("Confirm your new email address", &[name], &[&asked])
        .with_action("Confirm the new address", link)
        .with_closing(&[
            "The link works once, for one hour. Until then, your old address stays.",
            "If you did not ask for this, you need not do anything: without the link, nothing changes.",
        ])
}

/// To the old address after a change. The link undoes it.
pub fn email_undo(name: &str, new_address_masked: &str, undo_link: &str) -> Email {
    let changed = format!(
        "Your PocketShop account now uses {new_address_masked}: letters go there, and you sign in with it. This address is no longer used."
    );
    Email::new("Your email address was changed", &[name], &[&changed, "If it was you, you need not do anything."])
        .with_action("It was not me: keep this address", undo_link)
        .with_closing(&[
            "If it was not you, use the link within seven days: it brings this address back and signs out every device. Then choose a new password.",
        ])
}

/// To the restored address, after a change was undone.
pub fn email_changed(name: &str, reset_link: &str) -> Email {
    Email::new(
        "Your email address has changed",
        &[name],
        &["Your PocketShop account now uses this email address. Sign in with it from now on."],
    )
    .with_action("Choose a new password", reset_link)
    .with_closing(&["If it was not you, choose a new password with the link. It signs out every device."])
}

pub fn admin_made(name: &str) -> Email {
    Email::new(
        "You are now an operator of PocketShop",
        &[name],
        &[
            "Your account may now run the market. You were signed out everywhere; when you sign in again, you will be asked to set up a second factor, which operators need.",
            "If you did not expect this, tell the people who run PocketShop before you sign in.",
        ],
    )
}

pub fn suspended(name: &str) -> Email {
    Email::new(
        "Your account is suspended",
        &[name],
        &[
            "The people who run PocketShop have suspended your account. You were signed out everywhere and cannot sign in for now. Nothing was deleted.",
            "If you think that this was a mistake, write to them.",
        ],
    )
}

pub fn restored(name: &str) -> Email {
    Email::new(
        "Your account is yours again",
        &[name],
        &[
            "The people who run PocketShop have lifted the suspension of your account. You can sign in again; everything is as you left it.",
            "If you did not know of a suspension, have a look at the sign-ins on your account page.",
        ],
    )
}

/// `date` is formatted, such as `7 December 2026`.
pub fn deletion_planned(name: &str, date: &str, sign_in_link: &str) -> Email {
    let date = sanitize(date, 40).unwrap_or_default();
    let planned = format!("You asked us to delete your PocketShop account. It will be deleted on {date}.");
    Email::new(
        "Your account will be deleted",
        &[name],
        &[
            &planned,
            "Until then you can change your mind: sign in, and choose to keep the account.",
        ],
    )
    .with_action("Sign in and keep the account", sign_in_link)
    .with_closing(&["If it was not you, sign in, keep the account and change your password."])
}

pub fn deletion_undone(name: &str, reset_link: &str) -> Email {
    Email::new(
        "Your account stays",
        &[name],
        &["Your PocketShop account will not be deleted. Everything is as it was. We are glad that you stay."],
    )
    .with_action("Choose a new password", reset_link)
    .with_closing(&[
        "If it was not you who decided this, choose a new password with the link. It signs out every device.",
    ])
}

pub fn account_deleted(name: &str) -> Email {
    Email::new(
        "Your account is deleted",
        &[name],
        &[
            "Your PocketShop account is deleted, with your names and addresses. Orders are kept as the law asks, without your account.",
            "This is our last letter. If you did not ask for it, write to the people who run PocketShop.",
            "Thank you for having been here.",
        ],
    )
}
