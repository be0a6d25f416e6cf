//! Email addresses in a normal form, so that two can be compared.

use std::fmt;

/// The longest address that mail servers must accept, in bytes.
const MAX_ADDRESS_LENGTH: usize = 254;
const MAX_LOCAL_LENGTH: usize = 64;
/// Longer input is not parsed. A domain can become shorter when it is converted to ASCII, but not by that much.
const MAX_INPUT_LENGTH: usize = 1024;

const SHAPE: &str = "Enter an email address like name@example.org.";
const PLAIN: &str = "We can't send email to this address. The part before the @ can only contain plain letters, digits and signs like . _ + -. Enter another address.";
const DOMAIN: &str = "Check the part after the @. It must be a domain like example.org.";
const LONG: &str = "This email address is too long. Enter one of at most 254 characters.";

/// An email address: trimmed, in lower case, the domain in ASCII (punycode). `Debug` prints it masked.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct EmailAddress(String);

impl EmailAddress {
    /// Parses an address. The error is a message for the visitor.
    pub fn parse(input: &str) -> Result<Self, &'static str> {
        let input = input.trim();
        if input.len() > MAX_INPUT_LENGTH {
            return Err(LONG);
        }
        let (local, domain) = input.split_once('@').ok_or(SHAPE)?;
        if domain.contains('@') || local.is_empty() || domain.is_empty() || input.chars().any(char::is_control) {
            return Err(SHAPE);
        }
        let local = local_part(local)?;
        let domain = domain_part(domain)?;
        let address = format!("{local}@{domain}");
        if address.len() > MAX_ADDRESS_LENGTH {
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

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

/// A dot-atom of RFC 5322, in lower case.
fn local_part(input: &str) -> Result<String, &'static str> {
    let atom = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte);
    if input.len() > MAX_LOCAL_LENGTH {
        return Err("The part before the @ is too long. Enter an address with at most 64 characters there.");
    }
    if !input.bytes().all(|byte| byte == b'.' || atom(byte)) {
        return Err(PLAIN);
    }
    if input.split('.').any(str::is_empty) {
        return Err("Check the dots before the @. There can be none at either end, and no two in a row.");
    }
    Ok(input.to_ascii_lowercase())
}

/// A domain name in lower-case ASCII. An IP address is not one.
fn domain_part(input: &str) -> Result<String, &'static str> {
    let domain = idna::domain_to_ascii_strict(input).map_err(|_| DOMAIN)?;
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
    fn addresses_are_normalized() {
        let same = [
            ("  Jane.Doe+shop@Example.ORG \n", "jane.doe+shop@example.org"),
            ("o'neil@sub.example.co.uk", "o'neil@sub.example.co.uk"),
            ("info@Bücher.example", "info@xn--bcher-kva.example"),
            ("a@example。org", "a@example.org"),
            // A domain with a Cyrillic letter that looks Latin becomes Punycode.
            ("jane@ex\u{430}mple.org", "jane@xn--exmple-4nf.org"),
            ("1@2.de", "1@2.de"),
        ];
        for (input, kept) in same {
            assert_eq!(EmailAddress::parse(input).unwrap().as_str(), kept, "{input}");
        }
    }

    #[test]
    fn an_invalid_address_is_refused() {
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
        for input in refused {
            assert!(
                EmailAddress::parse(input).is_err(),
                "{}",
                input.chars().take(80).collect::<String>()
            );
        }
    }

    #[test]
    fn printed_addresses_are_masked() {
        let email = EmailAddress::parse("jane.doe@example.org").unwrap();
        assert_eq!(email.masked(), "j…@example.org");
        assert_eq!(format!("{email:?}"), "j…@example.org");
    }

    proptest! {
        #[test]
        fn parsing_anything_never_panics_and_is_idempotent(input in any::<String>()) {
            if let Ok(email) = EmailAddress::parse(&input) {
                prop_assert_eq!(EmailAddress::parse(email.as_str()).unwrap(), email);
            }
        }

        #[test]
        fn parsing_plausible_addresses_is_idempotent(local in "[!-~]{1,12}", domain in "\\PC{1,12}", top in "\\PC{1,4}") {
            if let Ok(email) = EmailAddress::parse(&format!("{local}@{domain}.{top}")) {
                prop_assert!(email.as_str().is_ascii());
                prop_assert_eq!(email.as_str().to_lowercase(), email.as_str());
                prop_assert_eq!(EmailAddress::parse(email.as_str()).unwrap(), email);
            }
        }
    }
}
