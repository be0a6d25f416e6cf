//! The settings as text: flags and environment variables, not parsed yet.

use clap::{Arg, Args, Command};

use super::ConfigErrors;
use super::secret::Secret;
use super::{CapacitySettings, LimitSettings};

/// The settings as text. A flag wins over its variable. Secrets have no flag: see [`SECRETS`].
#[derive(Debug, Clone, Default, Args)]
#[command(mut_args(|argument| argument.global(true).hide_env_values(true)))]
pub struct Settings {
    /// Address and port to listen on [default: 127.0.0.1:8080]
    #[arg(long, env = "POCKETSHOP_BIND", value_name = "ADDRESS:PORT")]
    pub bind: Option<String>,
    /// Folder for the SQLite database, pictures and the generated key [default: ./data]
    #[arg(long, env = "POCKETSHOP_DATA", value_name = "FOLDER")]
    pub data: Option<String>,
    /// Address that people open in their browser; https switches on production mode [default: `http://localhost`, with the
    /// port of --bind]
    #[arg(long, env = "PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
    /// Currency of all prices, as three letters [default: USD]
    #[arg(long, env = "POCKETSHOP_CURRENCY", value_name = "CODE")]
    pub currency: Option<String>,
    /// Country that carts and the checkout start with, as two letters [default: US]
    #[arg(long, env = "POCKETSHOP_COUNTRY", value_name = "CODE")]
    pub country: Option<String>,
    /// Log level: error, warn, info, debug or trace [default: info]
    #[arg(long, env = "POCKETSHOP_LOG", value_name = "LEVEL")]
    pub log: Option<String>,
    /// Log format: text for people, json for programs [default: text]
    #[arg(long, env = "POCKETSHOP_LOG_FORMAT", value_name = "FORMAT")]
    pub log_format: Option<String>,
    /// Proxies whose X-Forwarded-For is trusted, as addresses or networks with commas between them [default: none]
    #[arg(long, env = "POCKETSHOP_TRUSTED_PROXIES", value_name = "LIST")]
    pub trusted_proxies: Option<String>,
    /// Threads that serve requests [default: one for each core]
    #[arg(long, env = "POCKETSHOP_WORKERS", value_name = "NUMBER")]
    pub workers: Option<String>,
    /// Rate limits, on or off; off is for benchmarks and tests and refused in production [default: on]
    #[arg(long, env = "POCKETSHOP_RATE_LIMIT", value_name = "ON|OFF")]
    pub rate_limit: Option<String>,
    /// Sender of emails, as a name and an address in angle brackets [default: PocketShop <no-reply@HOST>, with the host of
    /// PUBLIC_URL]
    #[arg(long, env = "POCKETSHOP_MAIL_FROM", value_name = "NAME <ADDRESS>")]
    pub mail_from: Option<String>,
    /// Cost of hashing a password with argon2id: memory in KiB, passes, lanes; less than the default is refused [default:
    /// m=19456,t=2,p=1]
    #[arg(long, env = "POCKETSHOP_PASSWORD_COST", value_name = "COST")]
    pub password_cost: Option<String>,
    /// Address of Cloudinary's API, for tests [default: `https://api.cloudinary.com`]
    #[arg(long, env = "POCKETSHOP_CLOUDINARY_API", value_name = "URL")]
    pub cloudinary_api: Option<String>,
    /// Payment provider; mock takes test cards and moves no money [default: mock]
    #[arg(long, env = "POCKETSHOP_PAYMENTS", value_name = "PROVIDER")]
    pub payments: Option<String>,
    /// Longest wait for the payment provider, in seconds [default: 10]
    #[arg(long, env = "POCKETSHOP_PAYMENT_TIMEOUT", value_name = "SECONDS")]
    pub payment_timeout: Option<String>,
    #[command(flatten)]
    pub capacity: CapacitySettings,
    #[command(flatten)]
    pub limits: LimitSettings,
    /// `sqlite:PATH` or `postgres://USER:PASSWORD@HOST/NAME` [default: SQLite in the data folder]
    #[arg(skip)]
    pub database_url: Option<Secret>,
    /// 64 bytes or more; several with commas between them, newest first [default with SQLite: generated once and stored in
    /// the data folder]
    #[arg(skip)]
    pub secret_key: Option<Secret>,
    /// `smtp://…` or `smtps://…` [default: emails are written to files in the data folder]
    #[arg(skip)]
    pub smtp_url: Option<Secret>,
    /// `cloudinary://KEY:SECRET@CLOUD` [default: pictures are stored in the data folder]
    #[arg(skip)]
    pub cloudinary_url: Option<Secret>,
    /// Token that opens `/metrics` [default: `/metrics` does not exist]
    #[arg(skip)]
    pub metrics_token: Option<Secret>,
}

type SecretField = fn(&mut Settings) -> &mut Option<Secret>;

/// The variables that have no flag, because other users of the machine can see flags. Each is also read from the file that
/// `NAME_FILE` names.
pub const SECRETS: [(&str, SecretField); 5] = [
    ("DATABASE_URL", |settings| &mut settings.database_url),
    ("SECRET_KEY", |settings| &mut settings.secret_key),
    ("SMTP_URL", |settings| &mut settings.smtp_url),
    ("CLOUDINARY_URL", |settings| &mut settings.cloudinary_url),
    ("POCKETSHOP_METRICS_TOKEN", |settings| &mut settings.metrics_token),
];

impl Settings {
    /// Adds the secrets, and reports variables that start with `POCKETSHOP_` and are not settings.
    pub fn with_environment(mut self, errors: &mut ConfigErrors) -> Self {
        let known = Self::variables();
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy();
            if name.starts_with("POCKETSHOP_") && !known.iter().any(|known| *known == name) {
                errors.0.push(format!(
                    "{name} is not a setting of PocketShop; `pocketshop --help` lists them"
                ));
            }
        }
        for (name, field) in SECRETS {
            *field(&mut self) = Secret::from_environment(name, errors);
        }
        self
    }

    /// The name of every variable: those of the flags, and the secrets with the files that may hold them.
    fn variables() -> Vec<String> {
        let flags = Self::flags();
        let flags = flags.iter().filter_map(Arg::get_env);
        let flags = flags.map(|name| name.to_string_lossy().into_owned());
        let secrets = SECRETS
            .iter()
            .flat_map(|(name, _)| [(*name).to_owned(), format!("{name}_FILE")]);
        flags.chain(secrets).collect()
    }

    /// Every setting that has a flag, in the order of the help.
    pub fn flags() -> Vec<Arg> {
        let command = Self::augment_args(Command::new("pocketshop"));
        command.get_arguments().cloned().collect()
    }
}

/// The default of a setting as its help text writes it: `[default: …]`.
pub fn default_text(flag: &Arg) -> String {
    let help = flag.get_help().map(ToString::to_string).unwrap_or_default();
    let (_, default) = help.split_once("[default: ").unwrap_or_default();
    default.trim_end_matches(']').replace('`', "")
}

#[cfg(test)]
mod tests {
    use clap::FromArgMatches;

    use super::*;
    use crate::config::{Limits, ThreadCounts};
    use crate::db::PoolSettings;

    #[test]
    fn every_setting_has_a_variable_and_a_default_in_its_help() {
        for flag in Settings::flags() {
            assert!(flag.get_env().is_some(), "{flag} has no variable");
            assert!(!default_text(&flag).is_empty(), "{flag} has no default in its help");
        }
        let variables = Settings::variables();
        for name in [
            "POCKETSHOP_BIND",
            "POCKETSHOP_LIMIT_UPLOADS",
            "POCKETSHOP_METRICS_TOKEN_FILE",
        ] {
            assert!(variables.iter().any(|known| known == name), "{name}");
        }
    }

    #[test]
    fn the_defaults_in_the_help_are_those_that_apply() {
        let command = LimitSettings::augment_args(CapacitySettings::augment_args(Command::new("pocketshop")));
        let mut line = vec!["pocketshop".to_owned()];
        for flag in command.get_arguments() {
            line.extend(flag.get_long().map(|long| format!("--{long}={}", default_text(flag))));
        }
        assert!(line.len() > 10, "{line:?}");
        let arguments = command.get_matches_from(line);
        let capacity = CapacitySettings::from_arg_matches(&arguments).unwrap();
        let mut errors = ConfigErrors::default();
        assert_eq!(capacity.pools(&mut errors), PoolSettings::default());
        assert_eq!(capacity.threads(&mut errors), ThreadCounts::default());
        let limits = LimitSettings::from_arg_matches(&arguments).unwrap();
        assert_eq!(limits.parse(&mut errors), Limits::default());
        assert!(errors.0.is_empty(), "{errors}");
    }
}

/// What to do when the data folder or the key in it is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    Create,
    Ignore,
}
