//! The name that others see, and that one may sign in with.

/// Names that would make others believe that the market itself speaks, or that confuse.
const MISLEADING: &[&str] = &[
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
/// What no name may begin with.
const MISLEADING_STARTS: &[&str] = &["pocketshop", "admin", "support", "official"];
/// What names of people who left begin with.
const DELETED: [&str; 2] = ["deleted-", "deleted_"];

const LENGTH: &str = "Choose a username of 3 to 30 characters.";
const LETTERS: &str = "A username may hold the letters a to z, digits, - and _ only, and at least one letter or digit. Leave out the rest.";
const TAKEN_BY_US: &str = "This username could be taken for PocketShop itself. Choose another one.";

/// Three to thirty ASCII letters, digits, `-` and `_`, as typed; unique whatever the case.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Username(String);

impl Username {
    /// The message is for the person who typed it.
    pub fn parse(typed: &str) -> Result<Self, &'static str> {
        let name = Self::of_admin(typed)?;
        let looks = looks(&name.0);
        let lower = name.0.to_ascii_lowercase();
        if MISLEADING.iter().any(|name| self::looks(name) == looks)
            || MISLEADING_STARTS
                .iter()
                .any(|start| looks.starts_with(&self::looks(start)))
            || DELETED.iter().any(|start| lower.starts_with(start))
        {
            return Err(TAKEN_BY_US);
        }
        Ok(name)
    }

    /// For whoever runs the market, who may be called admin. The message is for the person who typed it.
    pub fn of_admin(typed: &str) -> Result<Self, &'static str> {
        let typed = typed.trim();
        if !typed
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        {
            return Err(LETTERS);
        }
        if !(3..=30).contains(&typed.len()) {
            return Err(LENGTH);
        }
        if looks(typed).is_empty() {
            return Err(LETTERS);
        }
        Ok(Self(typed.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a name looks like at a glance: no separators, no case, and one sign for those that look the same.
fn looks(name: &str) -> String {
    name.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| match letter.to_ascii_lowercase() {
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
    fn names_of_people_are_kept_as_typed() {
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
    fn names_of_the_wrong_shape_are_refused() {
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
    fn names_that_mislead_are_refused() {
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
            assert_eq!(Username::parse(name), Err(TAKEN_BY_US), "{name}");
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
