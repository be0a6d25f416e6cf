//! About signing in: the password, the second factor, and those who try.

use crate::mail::Email;
use crate::mail::email::letter;
use crate::mail::user_text::tame;

/// What to do about something that only the owner should do.
const NOT_YOU: &str = "If it was you, you need not do anything. If it was not you, choose a new password with the link: it signs out every device.";

pub fn reset(name: &str, link: &str, hours: i64) -> Email {
    let hours = if hours == 1 {
        "one hour".to_owned()
    } else {
        format!("{hours} hours")
    };
    let once = format!("The link works once, for {hours}. It signs out every device, and a second factor stays on.");
    letter(
        "Choose a new password",
        &[name],
        &["Someone, hopefully you, asked for a new password for your PocketShop account."],
    )
    .with("Choose a new password", link)
    .closing(&[
        &once,
        "If it was not you, you need not do anything: your password stays as it is.",
    ])
}

/// `where_from` is the device and address, as the account page shows them.
pub fn password_changed(name: &str, reset_link: &str, where_from: &str) -> Email {
    let changed = match tame(where_from, 100) {
        Some(place) => {
            format!("The password of your PocketShop account was changed, from {place}. Other devices were signed out.")
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

/// Someone typed wrong passwords, so that signing in has to wait.
pub fn sign_in_slowed(name: &str, reset_link: &str) -> Email {
    letter(
        "Someone typed wrong passwords",
        &[name],
        &[
            "Someone typed several wrong passwords for your PocketShop account. For a while, each further try has to wait; the account is not locked, and nobody got in.",
            "If it was you and you no longer know your password, choose a new one.",
        ],
    )
    .with("Choose a new password", reset_link)
    .closing(&["If it was not you, you need not do anything, as long as your password is one that you use nowhere else."])
}

fn notice(subject: &str, name: &str, what: &str, reset_link: &str) -> Email {
    letter(subject, &[name], &[what])
        .with("Choose a new password", reset_link)
        .closing(&[NOT_YOU])
}
