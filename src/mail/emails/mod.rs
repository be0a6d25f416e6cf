//! The letters we write, each in a function. What people typed is tamed before it stands in one.

mod account;
mod orders;
mod sign_in;

pub use account::{
    account_deleted, admin_made, already_registered, deletion_planned, deletion_undone, email_changed, email_confirm,
    email_undo, restored, suspended, verify,
};
pub use orders::{
    Parcel, order_cancelled, order_delivered, order_placed, order_received, order_shipped, order_taken_back,
};
pub use sign_in::{
    password_changed, recovery_code_used, recovery_codes_renewed, reset, second_factor_off, second_factor_on,
    sign_in_slowed,
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::Email;

    const LINK: &str = "https://market.example/link";
    const NUMBER: &str = "PS-7K3Q-9XVD";

    /// Every letter there is, to one person.
    fn all(name: &str) -> Vec<Email> {
        vec![
            verify(name, "ana_p", LINK),
            already_registered(name, LINK, LINK),
            reset(name, LINK, 1),
            password_changed(name, LINK, "Firefox on Linux, 192.0.2.1"),
            email_confirm(name, "ana@example.org", LINK),
            email_undo(name, "a...@example.org", LINK),
            email_changed(name, LINK),
            second_factor_on(name, LINK),
            second_factor_off(name, LINK),
            recovery_codes_renewed(name, LINK),
            recovery_code_used(name, 3, LINK),
            sign_in_slowed(name, LINK),
            admin_made(name),
            suspended(name),
            restored(name),
            deletion_planned(name, "7 December 2026", LINK),
            deletion_undone(name, LINK),
            account_deleted(name),
            order_placed(
                name,
                (NUMBER, 2),
                &bought(),
                &["Ana Prado".to_owned(), name.to_owned()],
                (LINK, true),
            ),
            order_placed(name, (NUMBER, 1), &bought(), &[], (LINK, false)),
            order_received(name, NUMBER, name, &bought(), LINK),
            order_shipped(name, (NUMBER, "Luna"), &bought(), &parcel("RR1"), Some(LINK.to_owned())),
            order_shipped(name, (NUMBER, "Luna"), &bought(), &parcel(""), None),
            order_delivered(name, NUMBER, "Luna", &bought(), None),
            order_cancelled(name, NUMBER, &bought(), "$12.00", None),
            order_taken_back(name, NUMBER, &bought(), LINK),
        ]
    }

    fn bought() -> Vec<(String, String)> {
        vec![
            ("Dipped mug".to_owned(), "$12.00".to_owned()),
            ("Win at https://evil.example".to_owned(), "$1.00".to_owned()),
        ]
    }

    fn parcel(tracking: &str) -> Parcel<'_> {
        Parcel {
            carrier: Some("CTT"),
            tracking,
            tracking_url: (!tracking.is_empty()).then(|| format!("https://carrier.example/{tracking}")),
            pickup: false,
        }
    }

    #[test]
    fn letters_are_calm_and_whole() {
        for letter in all("Ana") {
            let text = letter.text("https://market.example").unwrap();
            assert!(!text.contains('!'), "{text}");
            assert!(text.is_ascii(), "so that it is readable as it is sent: {text}");
            assert!(text.starts_with("Hello Ana,\n\n"), "{text}");
            assert!(!text.contains("  ") && !text.contains("\n\n\n"), "{text}");
            assert!(letter.subject.len() < 60, "{}", letter.subject);
            let sentences = letter.paragraphs.iter().chain(&letter.closing);
            for sentence in sentences {
                assert!(sentence.ends_with('.'), "{sentence}");
            }
        }
    }

    #[test]
    fn every_letter_says_what_to_do_if_it_was_not_you() {
        for letter in all("Ana") {
            let text = letter.text("https://market.example").unwrap();
            let told = ["not you", "did not", "a mistake"];
            assert!(told.iter().any(|words| text.contains(words)), "{text}");
        }
    }

    #[test]
    fn what_people_typed_makes_no_link() {
        for letter in all("Win at https://evil.example") {
            let text = letter.text("").unwrap();
            let html = letter.html("").unwrap();
            assert!(!text.contains("evil") && !html.contains("evil"), "{text}");
        }
        let letter = password_changed("Ana", LINK, "https://evil.example\r\nHello");
        assert!(!letter.text("").unwrap().contains("evil"));
        assert_eq!(verify("www.evil", "ana_p", LINK).greeting, "Hello ana_p,");
    }

    #[test]
    fn numbers_read_well() {
        let text = |letter: Email| letter.text("").unwrap();
        assert!(text(reset("Ana", LINK, 1)).contains("for one hour"));
        assert!(text(reset("Ana", LINK, 24)).contains("for 24 hours"));
        assert!(text(recovery_code_used("Ana", 0, LINK)).contains("none left"));
        assert!(text(recovery_code_used("Ana", 1, LINK)).contains("one code is left"));
        assert!(text(recovery_code_used("Ana", 9, LINK)).contains("9 codes are left"));
    }
}
