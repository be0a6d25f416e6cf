//! The emails that we send, one function each. Text that users typed is sanitized.

mod account;
mod orders;
mod sign_in;

pub use account::{
    account_deleted, admin_made, already_registered, deletion_planned, deletion_undone, email_changed, email_confirm,
    email_undo, restored, suspended, verify,
};
pub use orders::{OrderEmail, Parcel};
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

    /// Every email, to one user.
    fn all(name: &str) -> Vec<Email> {
        let rows = order_rows();
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
            deletion_planned(name, "December 7, 2026", LINK),
            deletion_undone(name, LINK),
            account_deleted(name),
            order(name, &rows).placed(2, &["Ana Prado".to_owned(), name.to_owned()], false),
            order(name, &rows).placed(1, &[], true),
            order(name, &rows).received(name),
            order(name, &rows).shipped("Luna", &parcel("RR1")),
            without_link(name, &rows).shipped("Luna", &parcel("")),
            without_link(name, &rows).delivered("Luna"),
            without_link(name, &rows).canceled("$12.00"),
            order(name, &rows).canceled_by_buyer(),
        ]
    }

    fn order<'a>(name: &'a str, rows: &'a [(String, String)]) -> OrderEmail<'a> {
        OrderEmail {
            name,
            number: NUMBER,
            rows,
            link: Some(LINK.to_owned()),
        }
    }

    fn without_link<'a>(name: &'a str, rows: &'a [(String, String)]) -> OrderEmail<'a> {
        OrderEmail {
            link: None,
            ..order(name, rows)
        }
    }

    fn order_rows() -> Vec<(String, String)> {
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
    fn emails_consist_of_plain_ascii_sentences() {
        for email in all("Ana") {
            let text = email.text("https://market.example").unwrap();
            assert!(!text.contains('!'), "{text}");
            assert!(text.is_ascii(), "ASCII is readable without decoding: {text}");
            assert!(text.starts_with("Hello Ana,\n\n"), "{text}");
            assert!(!text.contains("  ") && !text.contains("\n\n\n"), "{text}");
            assert!(email.subject.len() < 60, "{}", email.subject);
            let sentences = email.paragraphs.iter().chain(&email.closing);
            for sentence in sentences {
                assert!(sentence.ends_with('.'), "{sentence}");
            }
        }
    }

    #[test]
    fn every_email_says_what_to_do_if_something_is_wrong() {
        for email in all("Ana") {
            let text = email.text("https://market.example").unwrap();
            let phrases = [
                "wasn't you",
                "didn't",
                "a mistake",
                "looks wrong",
                "hasn't arrived",
                "already shipped",
            ];
            assert!(phrases.iter().any(|phrase| text.contains(phrase)), "{text}");
        }
    }

    #[test]
    fn user_text_never_becomes_a_link() {
        for email in all("Win at https://evil.example") {
            let text = email.text("").unwrap();
            let html = email.html("").unwrap();
            assert!(!text.contains("evil") && !html.contains("evil"), "{text}");
        }
        let email = password_changed("Ana", LINK, "https://evil.example\r\nHello");
        assert!(!email.text("").unwrap().contains("evil"));
        assert_eq!(verify("www.evil", "ana_p", LINK).greeting, "Hello ana_p,");
    }

    #[test]
    fn numbers_have_the_right_plural() {
        let text = |email: Email| email.text("").unwrap();
        assert!(text(reset("Ana", LINK, 1)).contains("for one hour"));
        assert!(text(reset("Ana", LINK, 24)).contains("for 24 hours"));
        assert!(text(recovery_code_used("Ana", 0, LINK)).contains("none left"));
        assert!(text(recovery_code_used("Ana", 1, LINK)).contains("one code is left"));
        assert!(text(recovery_code_used("Ana", 9, LINK)).contains("9 codes are left"));
    }
}
