//! Usernames: the name that others see, and that a user can sign in with.

/// Names that look official, or that confuse.
const RESERVED: &[&str] = &[
    "about",
    "abuse",
    "account",
    "accounts",
    "administration",
    "administrator",
    "all",
    "anonymous",
    "api",
    "billing",
    "cart",
    "checkout",
    "contact",
    "dashboard",
    "deleted",
    "everybody",
    "everyone",
    "guest",
    "help",
    "helpdesk",
    "hostmaster",
    "info",
    "legal",
    "login",
    "logout",
    "mail",
    "mailerdaemon",
    "me",
    "mod",
    "moderator",
    "moderators",
    "nobody",
    "noreply",
    "null",
    "operator",
    "operators",
    "orders",
    "owner",
    "payment",
    "payments",
    "payout",
    "payouts",
    "pocket",
    "postmaster",
    "press",
    "privacy",
    "refund",
    "refunds",
    "register",
    "root",
    "safety",
    "sales",
    "security",
    "seller",
    "service",
    "settings",
    "shop",
    "signin",
    "signout",
    "signup",
    "staff",
    "status",
    "sysadmin",
    "system",
    "team",
    "trust",
    "undefined",
    "unknown",
    "user",
    "verification",
    "verified",
    "webmaster",
    "www",
    "you",
];
/// No username may begin with these.
const RESERVED_PREFIXES: &[&str] = &["pocketshop", "admin", "support", "official"];
/// Prefixes of the names of deleted accounts.
const DELETED_PREFIXES: [&str; 2] = ["deleted-", "deleted_"];

const WRONG_LENGTH: &str = "Choose a username of 3 to 30 characters.";
const WRONG_CHARACTERS: &str =
    "A username can only contain the letters a to z, digits, - and _, and needs at least one letter or digit.";
const IS_RESERVED: &str = "This username looks like it belongs to PocketShop. Choose another one.";

/// Three to thirty ASCII letters, digits, `-` and `_`, as typed; unique whatever the case.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Username(String);

impl Username {
    /// # Errors
    /// A message for the visitor.
    pub fn parse(input: &str) -> Result<Self, &'static str> {
        let name = Self::parse_admin(input)?;
        let normalized = normalized(&name.0);
        let lower = name.0.to_ascii_lowercase();
        if RESERVED.iter().any(|name| self::normalized(name) == normalized)
            || RESERVED_PREFIXES
                .iter()
                .any(|prefix| normalized.starts_with(&self::normalized(prefix)))
            || DELETED_PREFIXES.iter().any(|prefix| lower.starts_with(prefix))
        {
            return Err(IS_RESERVED);
        }
        Ok(name)
    }

    /// As `parse`, but reserved names are allowed: an admin may be called admin.
    ///
    /// # Errors
    /// A message for the admin.
    pub fn parse_admin(input: &str) -> Result<Self, &'static str> {
        let input = input.trim();
        if !input
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        {
            return Err(WRONG_CHARACTERS);
        }
        if !(3..=30).contains(&input.len()) {
            return Err(WRONG_LENGTH);
        }
        if normalized(input).is_empty() {
            return Err(WRONG_CHARACTERS);
        }
        Ok(Self(input.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The name without separators and case, with characters that look alike replaced by one of them.
fn normalized(name: &str) -> String {
    name.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|character| match character.to_ascii_lowercase() {
            'l' | '1' => 'i',
            '0' => 'o',
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn valid_usernames_keep_their_case() {
        for name in [
            "Jane",
            "jane-doe",
            "j_d",
            "  ann  ",
            "007",
            "Badminton",
            "deletedscenes",
            "ill-will",
            "a".repeat(30).as_str(),
        ] {
            assert_eq!(Username::parse(name).unwrap().as_str(), name.trim());
        }
    }

    #[test]
    fn invalid_usernames_are_refused() {
        for name in [
            "",
            "ab",
            "---",
            "a b c",
            "jané",
            "jane@example.org",
            "ja.ne",
            "a\0bc",
            "јane",
            "a".repeat(31).as_str(),
        ] {
            assert!(Username::parse(name).is_err(), "{name}");
        }
    }

    #[test]
    fn reserved_names_are_refused() {
        let names = [
            "admin",
            "ADMIN",
            "a-d_m-i-n",
            "adm1n",
            "Administrator",
            "admin-jane",
            "root",
            "Support",
            "support-team",
            "SUPP0RT",
            "officiaI",
            "pocketshop",
            "Pocket-Shop",
            "pocket_shop_help",
            "no-reply",
            "noreply",
            "deleted-123",
            "Deleted_9",
            "deleted",
            "he1p",
            "maiI",
            "null",
            "www",
            "every-one",
            "pay-ments",
            "sign-in",
            "staff-",
        ];
        for name in names {
            assert_eq!(Username::parse(name), Err(IS_RESERVED), "{name}");
        }
    }

    proptest! {
        #[test]
        fn parsing_never_panics_and_is_idempotent(typed in "\\PC*|[a-zA-Z0-9_-]{0,32}") {
            if let Ok(name) = Username::parse(&typed) {
                prop_assert_eq!(Username::parse(name.as_str()).unwrap(), name);
            }
        }
    }
}
