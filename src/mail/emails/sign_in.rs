//! Emails about signing in: the password, the second factor, and throttled attempts.

use crate::mail::Email;
use crate::mail::user_text::sanitize;

/// What to do if somebody else did it.
const NOT_YOU: &str = "If it was you, you need not do anything. If it was not you, choose a new password with the link: it signs out every device.";

pub fn reset(name: &str, link: &str, hours: i64) -> Email {
    let hours = if hours == 1 {
        "one hour".to_owned()
    } else {
        format!("{hours} hours")
    };
    let once = format!("The link works once, for {hours}. It signs out every device, and a second factor stays on.");
    Email::new(
        "Choose a new password",
        &[name],
        &["Someone, hopefully you, asked for a new password for your PocketShop account."],
    )
    .with_action("Choose a new password", link)
    .with_closing(&[
        &once,
        "If it was not you, you need not do anything: your password stays as it is.",
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
        "The second factor is on",
        name,
        "From now on, signing in to PocketShop takes your password and a code from your phone. Keep your recovery codes where you find them without the phone.",
        reset_link,
    )
}

pub fn second_factor_off(name: &str, reset_link: &str) -> Email {
    notice(
        "The second factor is off",
        name,
        "From now on, your password alone opens your PocketShop account. You can switch the second factor on again on your account page.",
        reset_link,
    )
}

pub fn recovery_codes_renewed(name: &str, reset_link: &str) -> Email {
    notice(
        "You have new recovery codes",
        name,
        "New recovery codes were made for your PocketShop account. The old ones no longer work.",
        reset_link,
    )
}

pub fn recovery_code_used(name: &str, left: i64, reset_link: &str) -> Email {
    let left = match left {
        ..=0 => "There are none left: make new ones on your account page.".to_owned(),
        1 => "Only one code is left: make new ones on your account page.".to_owned(),
        left => format!("{left} codes are left."),
    };
    let used = format!("Someone signed in to your PocketShop account with your password and a recovery code. {left}");
    notice("A recovery code was used", name, &used, reset_link)
}

/// There were several wrong passwords, so further attempts are throttled.
pub fn sign_in_slowed(name: &str, reset_link: &str) -> Email {
    Email::new(
        "Someone typed wrong passwords",
        &[name],
        &[
            "Someone typed several wrong passwords for your PocketShop account. For a while, each further try has to wait; the account is not locked, and nobody got in.",
            "If it was you and you no longer know your password, choose a new one.",
        ],
    )
    .with_action("Choose a new password", reset_link)
    .with_closing(&["If it was not you, you need not do anything, as long as your password is one that you use nowhere else."])
}

fn notice(subject: &str, name: &str, text: &str, reset_link: &str) -> Email {
    Email::new(subject, &[name], &[text])
        .with_action("Choose a new password", reset_link)
        .with_closing(&[NOT_YOU])
}
