//! The rate limits: how often one address may do something.

use std::fmt;
use std::time::Duration;

use clap::Args;

use super::ConfigErrors;

const MAX_COUNT: u32 = 1_000_000;
/// A day, in seconds.
const MAX_PERIOD: u64 = 24 * 60 * 60;
/// The units that a period is written in, and their seconds.
const UNITS: [(char, u64); 3] = [('h', 60 * 60), ('m', 60), ('s', 1)];

/// At most `count` in any `period`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    pub count: u32,
    pub period: Duration,
}

impl Limit {
    pub const fn per_minutes(count: u32, minutes: u64) -> Self {
        Self {
            count,
            period: Duration::from_secs(minutes * 60),
        }
    }

    /// Reads `COUNT/PERIOD`, as in `600/1m`.
    fn parse(input: &str) -> Option<Self> {
        let (count, period) = input.split_once('/')?;
        let count = count.parse().ok().filter(|count| (1..=MAX_COUNT).contains(count))?;
        let unit = period.chars().last()?;
        let (_, seconds) = UNITS.into_iter().find(|(letter, _)| *letter == unit)?;
        let number: u64 = period.strip_suffix(unit)?.parse().ok()?;
        let seconds = number.checked_mul(seconds)?;
        (1..=MAX_PERIOD).contains(&seconds).then_some(Self {
            count,
            period: Duration::from_secs(seconds),
        })
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.period.as_secs();
        let (unit, size) = UNITS
            .into_iter()
            .find(|(_, size)| seconds.is_multiple_of(*size))
            .unwrap_or(('s', 1));
        write!(f, "{}/{}{unit}", self.count, seconds / size)
    }
}

/// The limits for one address; an IPv6 address counts with its /64.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Pages and forms together. Pictures, styles and other files are not counted.
    pub requests: Limit,
    /// New accounts.
    pub sign_ups: Limit,
    /// Emails with a link: a new password, a new address, a confirmation.
    pub email_links: Limit,
    /// Downloads of everything that is stored about an account.
    pub downloads: Limit,
    /// Purchases submitted at the checkout.
    pub checkouts: Limit,
    /// Sign-ins tried.
    pub sign_ins: Limit,
    /// Pictures uploaded.
    pub uploads: Limit,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            requests: Limit::per_minutes(600, 1),
            sign_ups: Limit::per_minutes(5, 60),
            email_links: Limit::per_minutes(5, 60),
            downloads: Limit::per_minutes(5, 60),
            checkouts: Limit::per_minutes(10, 1),
            sign_ins: Limit::per_minutes(10, 3),
            uploads: Limit::per_minutes(60, 60),
        }
    }
}

/// The rate limits as they were given.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Rate limits, each for one address, as COUNT/PERIOD with a period in h, m or s")]
pub struct LimitSettings {
    /// Pages and forms requested [default: 600/1m]
    #[arg(long, env = "POCKETSHOP_LIMIT_REQUESTS", value_name = "LIMIT")]
    pub limit_requests: Option<String>,
    /// Accounts created [default: 5/1h]
    #[arg(long, env = "POCKETSHOP_LIMIT_SIGN_UPS", value_name = "LIMIT")]
    pub limit_sign_ups: Option<String>,
    /// Emails with a link requested, for example for a new password [default: 5/1h]
    #[arg(long, env = "POCKETSHOP_LIMIT_EMAIL_LINKS", value_name = "LIMIT")]
    pub limit_email_links: Option<String>,
    /// Downloads of the data stored about an account [default: 5/1h]
    #[arg(long, env = "POCKETSHOP_LIMIT_DOWNLOADS", value_name = "LIMIT")]
    pub limit_downloads: Option<String>,
    /// Purchases submitted at the checkout [default: 10/1m]
    #[arg(long, env = "POCKETSHOP_LIMIT_CHECKOUTS", value_name = "LIMIT")]
    pub limit_checkouts: Option<String>,
    /// Sign-ins tried [default: 10/3m]
    #[arg(long, env = "POCKETSHOP_LIMIT_SIGN_INS", value_name = "LIMIT")]
    pub limit_sign_ins: Option<String>,
    /// Pictures uploaded [default: 60/1h]
    #[arg(long, env = "POCKETSHOP_LIMIT_UPLOADS", value_name = "LIMIT")]
    pub limit_uploads: Option<String>,
}

impl LimitSettings {
    pub(super) fn parse(&self, errors: &mut ConfigErrors) -> Limits {
        let default = Limits::default();
        let mut limit = |name: &str, value: &Option<String>, default: Limit| {
            let Some(value) = value else { return default };
            Limit::parse(value).unwrap_or_else(|| {
                errors.0.push(format!(
                    "{name} \"{value}\" is not a limit like 600/1m: a count from 1 to {MAX_COUNT}, a slash, and a period of at most 24h in h, m or s"
                ));
                default
            })
        };
        Limits {
            requests: limit("POCKETSHOP_LIMIT_REQUESTS", &self.limit_requests, default.requests),
            sign_ups: limit("POCKETSHOP_LIMIT_SIGN_UPS", &self.limit_sign_ups, default.sign_ups),
            email_links: limit(
                "POCKETSHOP_LIMIT_EMAIL_LINKS",
                &self.limit_email_links,
                default.email_links,
            ),
            downloads: limit("POCKETSHOP_LIMIT_DOWNLOADS", &self.limit_downloads, default.downloads),
            checkouts: limit("POCKETSHOP_LIMIT_CHECKOUTS", &self.limit_checkouts, default.checkouts),
            sign_ins: limit("POCKETSHOP_LIMIT_SIGN_INS", &self.limit_sign_ins, default.sign_ins),
            uploads: limit("POCKETSHOP_LIMIT_UPLOADS", &self.limit_uploads, default.uploads),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_parses_from_its_text() {
        for (typed, count, seconds) in [
            ("600/1m", 600, 60),
            ("5/1h", 5, 3600),
            ("1/30s", 1, 30),
            ("10/90m", 10, 5400),
            ("1000000/24h", 1_000_000, 86_400),
        ] {
            let limit = Limit::parse(typed).unwrap();
            assert_eq!((limit.count, limit.period.as_secs()), (count, seconds));
            assert_eq!(limit.to_string(), typed);
        }
    }

    #[test]
    fn invalid_limits_are_refused() {
        for typed in [
            "",
            "600",
            "600/",
            "/1m",
            "0/1m",
            "5/0s",
            "5/m",
            "5/1d",
            "5/1",
            "-5/1m",
            "5/-1m",
            "1000001/1m",
            "5/25h",
            "5/1m/1m",
            "5 / 1m",
            "5/99999999999999999999h",
            "5/1é",
        ] {
            assert_eq!(Limit::parse(typed), None, "{typed}");
        }
    }
}
