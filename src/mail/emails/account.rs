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
        "The link works once, for 24 hours. You can browse and buy before you confirm. To open a shop, you need a confirmed address.",
        "If you didn't sign up, ignore this email. Without the link, the address is not confirmed.",
    ])
}

/// To an address that has an account, when someone tries to create another one with it.
pub fn already_registered(name: &str, sign_in_link: &str, reset_link: &str) -> Email {
    let reset = format!("If you forgot your password, choose a new one here: {reset_link} .");
    Email::new(
        "You already have an account",
        &[name],
        &[
            "Someone tried to create a PocketShop account with this email address. It already has one, so nothing was changed.",
            "If it was you, just sign in.",
        ],
    )
    .with_action("Sign in", sign_in_link)
    .with_closing(&[
        &reset,
        "If it wasn't you, ignore this email. Nobody learned that you have an account.",
    ])
}

/// To the new address, with the link that confirms it.
pub fn email_confirm(name: &str, new_address: &str, link: &str) -> Email {
    let asked = format!(
        "You asked to use {new_address} for your PocketShop account. Please confirm that this address is yours."
    );
    Email::new("Confirm your new email address", &[name], &[&asked])
        .with_action("Confirm the new address", link)
        .with_closing(&[
            "The link works once, for one hour. Until you use it, your old address stays.",
            "If you didn't ask for this, ignore this email. Without the link, nothing changes.",
        ])
}

/// To the old address after a change. The link undoes it.
pub fn email_undo(name: &str, new_address_masked: &str, undo_link: &str) -> Email {
    let changed = format!(
        "Your PocketShop account now uses {new_address_masked} for signing in and for emails. This address is no longer used."
    );
    Email::new("Your email address was changed", &[name], &[&changed, "If it was you, there is nothing to do."])
        .with_action("It wasn't me: restore this address", undo_link)
        .with_closing(&[
            "If it wasn't you, use the link within seven days. It restores this address and signs out every device. Then choose a new password.",
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
    .with_closing(&["If it wasn't you, choose a new password with the link. It signs out every device."])
}

pub fn admin_made(name: &str) -> Email {
    Email::new(
        "You are now an admin of PocketShop",
        &[name],
        &[
            "Your account can now open the admin pages. You were signed out everywhere. When you sign in again, you will be asked to set up two-factor authentication, which admins need.",
            "If you didn't expect this, contact the admin of PocketShop before you sign in.",
        ],
    )
}

pub fn suspended(name: &str) -> Email {
    Email::new(
        "Your account is suspended",
        &[name],
        &[
            "An admin of PocketShop has suspended your account. You were signed out everywhere and can't sign in for now. Nothing was deleted.",
            "If you think this is a mistake, contact them.",
        ],
    )
}

pub fn restored(name: &str) -> Email {
    Email::new(
        "Your account is restored",
        &[name],
        &[
            "An admin of PocketShop has lifted the suspension of your account. You can sign in again, and everything is as you left it.",
            "If you didn't know about a suspension, check the activity on your account page.",
        ],
    )
}

/// `date` is formatted, such as `December 7, 2026`.
pub fn deletion_planned(name: &str, date: &str, sign_in_link: &str) -> Email {
    let date = sanitize(date, 40).unwrap_or_default();
    let planned = format!("You asked us to delete your PocketShop account. It will be deleted on {date}.");
    Email::new(
        "Your account will be deleted",
        &[name],
        &[
            &planned,
            "Until then you can change your mind: sign in and choose to keep the account.",
        ],
    )
    .with_action("Sign in and keep the account", sign_in_link)
    .with_closing(&["If it wasn't you, sign in, keep the account and change your password."])
}

pub fn deletion_undone(name: &str, reset_link: &str) -> Email {
    Email::new(
        "Your account won't be deleted",
        &[name],
        &["Your PocketShop account won't be deleted, and nothing has changed. We're glad you're staying."],
    )
    .with_action("Choose a new password", reset_link)
    .with_closing(&["If this wasn't you, choose a new password with the link. It signs out every device."])
}

pub fn account_deleted(name: &str) -> Email {
    Email::new(
        "Your account is deleted",
        &[name],
        &[
            "Your PocketShop account is deleted, with your names and addresses. Shops keep their orders as the law requires, without your account.",
            "This is our last email. If you didn't ask for this, contact the admin of PocketShop.",
            "Thank you for using PocketShop.",
        ],
    )
}
