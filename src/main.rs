//! The command line: each command is a line that calls the library.
#![expect(clippy::print_stdout, reason = "a command answers on standard output")]

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use pocketshop::config::{Config, LogFormat, Missing, Problems, Settings};
use pocketshop::{app, db, ops};
use tracing::Level;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// A marketplace in one program: makers open a shop, buyers fill one cart from many shops and pay once.
///
/// Start with `pocketshop serve --demo` and look around at the address it prints.
/// Secrets come by environment: DATABASE_URL (or DATABASE_URL_FILE) for PostgreSQL, SECRET_KEY (or SECRET_KEY_FILE),
/// SMTP_URL (or SMTP_URL_FILE) for the mail server, CLOUDINARY_URL (or …_FILE) for pictures,
/// POCKETSHOP_METRICS_TOKEN (or …_FILE) for who may read /metrics.
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
    /// Run the market (the default)
    Serve {
        /// Fill an empty database with a demo market first
        #[arg(long)]
        demo: bool,
    },
    /// Bring the database up to date and exit
    Migrate,
    /// Bring in data from elsewhere
    Import {
        #[command(subcommand)]
        from: Source,
    },
    /// Look after accounts
    User {
        #[command(subcommand)]
        what: UserCommand,
    },
    /// Check that stock, money and orders agree, row by row; exit with 1 where they do not
    Audit,
    /// Do at once what the timers do: settle open payments, give back what is owed, tidy up
    Sweep {
        /// As if it were this time, like 2026-12-24T18:00:00 (UTC)
        #[arg(long, value_name = "TIME")]
        at: Option<chrono::NaiveDateTime>,
    },
    /// Print the settings, and what is wrong with them
    Check,
}

#[derive(Subcommand)]
enum UserCommand {
    /// Make someone an operator, by username or email address
    Admin {
        name: String,
        /// Make the account first, with this address and a password from standard input
        #[arg(long)]
        email: Option<String>,
    },
    /// List everyone
    List,
    /// Set a new password, read from standard input
    Password { name: String },
    /// Sign someone out everywhere, and let them in no more
    Suspend { name: String },
    /// Let someone in again
    Restore { name: String },
}

#[derive(Subcommand)]
enum Source {
    /// The original PocketShop's Django fixtures: a folder of JSON files
    Pocketshop { folder: PathBuf },
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let mut problems = Problems::default();
    let settings = cli.settings.with_environment(&mut problems);
    let command = cli.command.unwrap_or(Command::Serve { demo: false });
    if matches!(command, Command::Check) {
        let (report, fine) = ops::check::report(&settings, problems);
        print!("{report}");
        return if fine { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    let missing = match command {
        // It changes nothing.
        Command::Audit => Missing::Leave,
        _ => Missing::Make,
    };
    let done = settings
        .parse(problems, missing)
        .map_err(anyhow::Error::from)
        .and_then(|config| run(command, &config));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // A database's own words may come in lines.
            let said = format!("{error:#}");
            eprintln!("{}", said.split_whitespace().collect::<Vec<_>>().join(" "));
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command, config: &Config) -> anyhow::Result<()> {
    log(config);
    match command {
        Command::Serve { demo } => {
            let listener = app::listen(config)?;
            if demo && let Some(accounts) = ops::fill_demo(config, ops::Demo::Sold)? {
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
        Command::User { what } => {
            print!("{}", user(&what, config)?);
            Ok(())
        }
        Command::Audit => {
            let report = ops::audit::audit(config)?;
            print!("{report}");
            let broken = report.broken();
            anyhow::ensure!(broken == 0, "{broken} of these rules are broken");
            Ok(())
        }
        Command::Sweep { at } => {
            println!("{}", app::sweep_now(config, at)?);
            Ok(())
        }
        Command::Check => Ok(()),
    }
}

fn user(what: &UserCommand, config: &Config) -> anyhow::Result<String> {
    let said = match what {
        UserCommand::List => return ops::people::list(config),
        UserCommand::Admin { name, email } => {
            let typed = email.is_some().then(password).transpose()?;
            ops::people::make_operator(config, name, email.as_deref(), typed.as_deref())
        }
        UserCommand::Password { name } => ops::people::set_password(config, name, &password()?),
        UserCommand::Suspend { name } => ops::people::set_suspended(config, name, true),
        UserCommand::Restore { name } => ops::people::set_suspended(config, name, false),
    }?;
    Ok(said + "\n")
}

/// A line of standard input; never an argument, which others on the machine could see.
fn password() -> anyhow::Result<String> {
    if std::io::stdin().is_terminal() {
        eprintln!("Type the password, then Enter (it can be seen):");
    }
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

fn log(config: &Config) {
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
