//! Email addresses, in the one form in which two can be compared.

use std::fmt;

/// The longest address that mail servers must take, in bytes.
const ADDRESS_LENGTH: usize = 254;
const LOCAL_LENGTH: usize = 64;
/// More than this is not looked at: a domain shrinks a little when it is put into ASCII, but not that much.
const TYPED_LENGTH: usize = 1024;

const SHAPE: &str = "Enter an email address like name@example.org.";
const PLAIN: &str = "We cannot send to this address: the part before the @ may hold plain letters, digits and signs like . _ + - only. Enter another address.";
const DOMAIN: &str = "Check the part after the @: it must be a domain like example.org.";
const LONG: &str = "This email address is too long. Enter one of at most 254 characters.";

/// An address that letters can go to: trimmed, lower case, the domain in ASCII (punycode). Prints masked.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Email(String);

impl Email {
    /// The message is for the person who typed it.
    pub fn parse(typed: &str) -> Result<Self, &'static str> {
        let typed = typed.trim();
        if typed.len() > TYPED_LENGTH {
            return Err(LONG);
        }
        let (local, domain) = typed.split_once('@').ok_or(SHAPE)?;
        if domain.contains('@') || local.is_empty() || domain.is_empty() || typed.chars().any(char::is_control) {
            return Err(SHAPE);
        }
        let local = local_part(local)?;
        let domain = domain_part(domain)?;
        let address = format!("{local}@{domain}");
        if address.len() > ADDRESS_LENGTH {
            return Err(LONG);
        }
        Ok(Self(address))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// For logs and for pages that others may see: `j…@example.org`.
    pub fn masked(&self) -> String {
        let (local, domain) = self.0.split_once('@').unwrap_or_default();
        let first: String = local.chars().take(1).collect();
        format!("{first}…@{domain}")
    }
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

/// RFC 5322's dot-atom, in lower case.
fn local_part(typed: &str) -> Result<String, &'static str> {
    let atom = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte);
    if typed.len() > LOCAL_LENGTH {
        return Err("The part before the @ is too long. Enter an address with at most 64 characters there.");
    }
    if !typed.bytes().all(|byte| byte == b'.' || atom(byte)) {
        return Err(PLAIN);
    }
    if typed.split('.').any(str::is_empty) {
        return Err("Check the dots before the @: none at the ends, and no two side by side.");
    }
    Ok(typed.to_ascii_lowercase())
}

/// A name in the DNS, in lower-case ASCII; numbers alone are no domain.
fn domain_part(typed: &str) -> Result<String, &'static str> {
    let domain = idna::domain_to_ascii_strict(typed).map_err(|_| DOMAIN)?;
    let (_, top) = domain.rsplit_once('.').ok_or(DOMAIN)?;
    if top.len() < 2 || !top.starts_with(|first: char| first.is_ascii_alphabetic()) {
        return Err(DOMAIN);
    }
    Ok(domain)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn addresses_are_brought_into_one_form() {
        let same = [
            ("  Jane.Doe+shop@Example.ORG \n", "jane.doe+shop@example.org"),
            ("o'neil@sub.example.co.uk", "o'neil@sub.example.co.uk"),
            ("info@Bücher.example", "info@xn--bcher-kva.example"),
            ("a@example。org", "a@example.org"),
            // A Cyrillic letter that looks like ours ends as what it is.
            ("jane@ex\u{430}mple.org", "jane@xn--exmple-4nf.org"),
            ("1@2.de", "1@2.de"),
        ];
        for (typed, kept) in same {
            assert_eq!(Email::parse(typed).unwrap().as_str(), kept, "{typed}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let long_local = format!("{}@example.org", "a".repeat(65));
        let long = format!("a@{}.org", ["a".repeat(60).as_str(); 5].join("."));
        let long_label = format!("a@{}.org", "a".repeat(64));
        let endless = format!("a@{}", "é.".repeat(100_000));
        let refused = [
            "",
            "@",
            "jane",
            "jane@",
            "@example.org",
            "jane@localhost",
            "jane@@example.org",
            "jane@example.org@evil.example",
            "\"jane doe\"@example.org",
            "\"a@b\"@example.org",
            ".jane@example.org",
            "jane.@example.org",
            "ja..ne@example.org",
            "jane doe@example.org",
            "jané@example.org",
            "jane@[127.0.0.1]",
            "jane@127.0.0.1",
            "jane@１２７.0.0.1",
            "jane@[::1]",
            "jane@-example.org",
            "jane@example-.org",
            "jane@exa_mple.org",
            "jane@example..org",
            "jane@example.org.",
            "jane@.org",
            "jane@example.o",
            "jane@exam ple.org",
            "jane@example.org\r\nBcc: all@example.org",
            "ja\0ne@example.org",
            "jane@exa\u{7}mple.org",
            "jane＠example.org",
            "Jane <jane@example.org>",
            "jane@example.org,joe@example.org",
            "jane@xn--a.org",
            &long_local,
            &long_label,
            &long,
            &endless,
        ];
        for typed in refused {
            assert!(
                Email::parse(typed).is_err(),
                "{}",
                typed.chars().take(80).collect::<String>()
            );
        }
    }

    #[test]
    fn addresses_print_masked() {
        let email = Email::parse("jane.doe@example.org").unwrap();
        assert_eq!(email.masked(), "j…@example.org");
        assert_eq!(format!("{email:?}"), "j…@example.org");
    }

    proptest! {
        #[test]
        fn parsing_anything_never_panics_and_is_idempotent(typed in any::<String>()) {
            if let Ok(email) = Email::parse(&typed) {
                prop_assert_eq!(Email::parse(email.as_str()).unwrap(), email);
            }
        }

        #[test]
        fn parsing_what_looks_right_is_idempotent(local in "[!-~]{1,12}", domain in "\\PC{1,12}", top in "\\PC{1,4}") {
            if let Ok(email) = Email::parse(&format!("{local}@{domain}.{top}")) {
                prop_assert!(email.as_str().is_ascii());
                prop_assert_eq!(email.as_str().to_lowercase(), email.as_str());
                prop_assert_eq!(Email::parse(email.as_str()).unwrap(), email);
            }
        }
    }
}
