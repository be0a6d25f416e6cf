//! The command line. Each command calls the library.
#![expect(clippy::print_stdout, reason = "commands print to standard output")]

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use pocketshop::config::{Config, ConfigErrors, LogFormat, Missing, Settings};
use pocketshop::{app, db, ops};
use tracing::Level;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// A marketplace in one program: sellers open a shop, buyers fill one cart from many shops and pay once.
///
/// To try it, run `pocketshop serve --demo` and open the address that it prints.
///
/// Secrets are environment variables without a flag: DATABASE_URL (the database, to use PostgreSQL), SECRET_KEY (the keys of
/// cookies and encryption), SMTP_URL (the mail server), CLOUDINARY_URL (an account that stores the pictures) and
/// POCKETSHOP_METRICS_TOKEN (the token that opens /metrics). To read one from a file, add `_FILE` to its
/// name: `DATABASE_URL_FILE=/run/secrets/database`
#[derive(Parser)]
#[command(version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    settings: Settings,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server; the default without a command
    Serve {
        /// Fill an empty database with the demo market first
        #[arg(long)]
        demo: bool,
    },
    /// Run the database migrations that are missing
    Migrate,
    /// Import data from another program
    Import {
        #[command(subcommand)]
        from: Source,
    },
    /// Manage accounts
    User {
        #[command(subcommand)]
        command: UserCommand,
    },
    /// Check that stock, payments and orders match, row by row; the exit code is 1 if they do not
    Audit,
    /// Run the timers once, now: settle open payments, send due refunds, delete what is expired
    Sweep {
        /// Time to run them for, in UTC, like 2026-12-24T18:00:00 [default: now]
        #[arg(long, value_name = "TIME")]
        at: Option<chrono::NaiveDateTime>,
    },
    /// Print every setting, what is wrong with it, and the state of the database
    Check,
}

#[derive(Subcommand)]
enum UserCommand {
    /// Make someone an admin, by username or email address
    Admin {
        /// Username or email
        name: String,
        /// Email of a new account to create first; its password is read from standard input
        #[arg(long)]
        email: Option<String>,
    },
    /// List all users
    List,
    /// Set a user's password, read from standard input
    Password {
        /// Username or email
        name: String,
    },
    /// Sign a user out everywhere and refuse new sign-ins
    Suspend {
        /// Username or email
        name: String,
    },
    /// Let a suspended user sign in again
    Restore {
        /// Username or email
        name: String,
    },
}

#[derive(Subcommand)]
enum Source {
    /// Import the Django fixtures of the original PocketShop
    Pocketshop {
        /// Folder with the JSON files
        folder: PathBuf,
    },
}

fn main() -> ExitCode {
    let arguments = Cli::command().get_matches();
    let cli = Cli::from_arg_matches(&arguments).unwrap_or_else(|error| error.exit());
    let mut errors = ConfigErrors::default();
    let settings = cli.settings.with_environment(&mut errors);
    let command = cli.command.unwrap_or(Command::Serve { demo: false });
    if matches!(command, Command::Check) {
        let (report, is_fine) = ops::check::report(&settings, &arguments, errors);
        print!("{report}");
        return if is_fine { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    let missing = match command {
        // The audit changes nothing.
        Command::Audit => Missing::Ignore,
        _ => Missing::Create,
    };
    let result = settings
        .parse(errors, missing)
        .map_err(anyhow::Error::from)
        .and_then(|config| run(command, &config));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Errors of the database can have several lines.
            let message = format!("{error:#}");
            eprintln!("{}", message.split_whitespace().collect::<Vec<_>>().join(" "));
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command, config: &Config) -> anyhow::Result<()> {
    start_log(config);
    match command {
        Command::Serve { demo } => {
            let listener = app::listen(config)?;
            if demo && let Some(accounts) = ops::fill_demo(config, ops::Demo::WithPurchases)? {
                println!("{accounts}");
            }
            app::serve(config, listener)
        }
        Command::Migrate => {
            let run = db::migrate(&config.database)?;
            println!(
                "{}",
                if run.is_empty() {
                    "The database is up to date.".to_owned()
                } else {
                    format!("Ran {}.", run.join(", "))
                }
            );
            Ok(())
        }
        Command::Import {
            from: Source::Pocketshop { folder },
        } => {
            println!("{}", ops::import_pocketshop(config, &folder)?);
            Ok(())
        }
        Command::User { command } => {
            print!("{}", user(&command, config)?);
            Ok(())
        }
        Command::Audit => {
            let report = ops::audit::audit(config)?;
            print!("{report}");
            let broken = report.broken();
            anyhow::ensure!(broken == 0, "rules that are broken: {broken}");
            Ok(())
        }
        Command::Sweep { at } => {
            println!("{}", app::sweep_now(config, at)?);
            Ok(())
        }
        Command::Check => Ok(()),
    }
}

fn user(command: &UserCommand, config: &Config) -> anyhow::Result<String> {
    let message = match command {
        UserCommand::List => return ops::users::list(config),
        UserCommand::Admin { name, email } => {
            let password = email.is_some().then(read_password).transpose()?;
            ops::users::make_admin(config, name, email.as_deref(), password.as_deref())
        }
        UserCommand::Password { name } => ops::users::set_password(config, name, &read_password()?),
        UserCommand::Suspend { name } => ops::users::set_suspended(config, name, true),
        UserCommand::Restore { name } => ops::users::set_suspended(config, name, false),
    }?;
    Ok(message + "\n")
}

/// Reads a line from standard input. An argument would be visible to other users of the machine.
fn read_password() -> anyhow::Result<String> {
    if std::io::stdin().is_terminal() {
        eprintln!("Enter the password (it will be visible):");
    }
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

fn start_log(config: &Config) {
    let levels = Targets::new()
        .with_default(config.log)
        .with_target("actix_server", Level::WARN)
        .with_target("html5ever", Level::ERROR)
        .with_target("selectors", Level::ERROR);
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    let log = tracing_subscriber::registry().with(levels);
    match config.log_format {
        LogFormat::Text => log.with(lines.with_target(false)).init(),
        LogFormat::Json => log.with(lines.json().flatten_event(true)).init(),
    }
}
