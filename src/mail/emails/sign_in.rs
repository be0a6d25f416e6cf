//! Emails about signing in: the password, the second factor, and throttled attempts.

use crate::mail::Email;
use crate::mail::user_text::sanitize;

/// What to do if somebody else did it.
const NOT_YOU: &str = "If it was you, there is nothing to do. If it wasn't you, choose a new password with the link. It signs out every device.";

pub fn reset(name: &str, link: &str, hours: i64) -> Email {
    let hours = if hours == 1 {
        "one hour".to_owned()
    } else {
        format!("{hours} hours")
    };
    let once =
        format!("The link works once, for {hours}. It signs out every device. Two-factor authentication stays on.");
    Email::new(
        "Choose a new password",
        &[name],
        &["Someone, hopefully you, asked for a new password for your PocketShop account."],
    )
    .with_action("Choose a new password", link)
    .with_closing(&[
        &once,
        "If it wasn't you, ignore this email. Your password stays the same.",
    ])
}

/// `device` is the name of the browser and system.
pub fn password_changed(name: &str, reset_link: &str, device: &str) -> Email {
    let changed = match sanitize(device, 100) {
        Some(device) => {
            format!(
                "The password of your PocketShop account was changed, from {device}. Other devices were signed out."
            )
        }
        None => "The password of your PocketShop account was changed. Other devices were signed out.".to_owned(),
    };
    notice("Your password was changed", name, &changed, reset_link)
}

pub fn second_factor_on(name: &str, reset_link: &str) -> Email {
    notice(
        "Two-factor authentication is on",
        name,
        "Signing in to PocketShop now takes your password and a code from your phone. Keep your recovery codes where you can find them without the phone.",
        reset_link,
    )
}

pub fn second_factor_off(name: &str, reset_link: &str) -> Email {
    notice(
        "Two-factor authentication is off",
        name,
        "Your password alone now signs you in to PocketShop. You can turn two-factor authentication on again on your account page.",
        reset_link,
    )
}

pub fn recovery_codes_renewed(name: &str, reset_link: &str) -> Email {
    notice(
        "You have new recovery codes",
        name,
        "New recovery codes were created for your PocketShop account. The old ones no longer work.",
        reset_link,
    )
}

pub fn recovery_code_used(name: &str, left: i64, reset_link: &str) -> Email {
    let left = match left {
        ..=0 => "There are none left. Get new ones on your account page.".to_owned(),
        1 => "Only one code is left. Get new ones on your account page.".to_owned(),
        left => format!("{left} codes are left."),
    };
    let used = format!("Someone signed in to your PocketShop account with your password and a recovery code. {left}");
    notice("A recovery code was used", name, &used, reset_link)
}

/// There were several wrong passwords, so further attempts are throttled.
pub fn sign_in_slowed(name: &str, reset_link: &str) -> Email {
    Email::new(
        "Someone entered wrong passwords",
        &[name],
        &[
            "Someone entered several wrong passwords for your PocketShop account. For a while, there is a delay between attempts. Your account is not locked, and nobody signed in.",
            "If it was you and you forgot your password, choose a new one.",
        ],
    )
    .with_action("Choose a new password", reset_link)
    .with_closing(&["If it wasn't you, there is nothing to do, as long as you don't use this password anywhere else."])
}

fn notice(subject: &str, name: &str, text: &str, reset_link: &str) -> Email {
    Email::new(subject, &[name], &[text])
        .with_action("Choose a new password", reset_link)
        .with_closing(&[NOT_YOU])
}
