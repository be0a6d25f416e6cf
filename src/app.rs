//! The server: all routes, all layers, and the services that handlers use.

mod timers;

use std::net::TcpListener;
use std::time::{Duration, Instant};

use actix_web::dev::Server;
use actix_web::middleware::from_fn;
use actix_web::web::{self, Data};
use actix_web::{App, HttpServer};
use anyhow::Context;

use crate::accounts::passwords::change;
use crate::accounts::{Hasher, User, deletion, pages as accounts};
use crate::carts::pages as carts;
use crate::catalog::{Categories, pages as catalog};
use crate::checkout::pages as checkout;
use crate::clock::now;
use crate::config::{Config, ThreadCounts};
use crate::crypto::{Cipher, record_key, reencrypt_totp};
use crate::db::{Conn, Db, in_transaction};
use crate::error::Result;
use crate::images::{self, Pictures, Removal};
use crate::jobs::{Job, Lane, PermanentFailure, Worker};
use crate::mail::{Outbox, Sender};
use crate::orders::pages as orders;
use crate::shops::{Shop, pages as shops};
use crate::web::health::DataDir;
use crate::web::layers::{self, Policy, SessionCookie};
use crate::web::media::{self, Media};
use crate::web::metrics::{self, Metrics};
use crate::web::{Services, Site, assets, color_scheme, health, visitor};
use crate::{admin, dashboard};

pub use timers::{processor, sweep_now};
use timers::{purge_every_hour, purge_expired, settle_every_minute};

/// How long running requests may take to finish at shutdown, in seconds. The whole shutdown takes less than ten.
const SHUTDOWN_TIMEOUT: u64 = 8;

/// All routes of the program.
pub fn routes(cfg: &mut web::ServiceConfig) {
    health::routes(cfg);
    metrics::routes(cfg);
    assets::routes(cfg);
    media::routes(cfg);
    color_scheme::routes(cfg);
    accounts::routes(cfg);
    dashboard::routes(cfg);
    admin::routes(cfg);
    shops::routes(cfg);
    catalog::routes(cfg);
    carts::routes(cfg);
    checkout::routes(cfg);
    orders::routes(cfg);
}

/// A server that listens on its port but does not serve requests yet.
pub struct Market {
    pub server: Server,
    pub address: std::net::SocketAddr,
    pub db: Db,
    /// Runs the background jobs.
    pub worker: Worker,
}

/// Binds the port. Done first, so that a port in use is reported before anything is written.
pub fn listen(config: &Config) -> anyhow::Result<TcpListener> {
    TcpListener::bind(config.bind).with_context(|| {
        format!(
            "cannot listen on {}; another program may be using it. Choose another address with --bind",
            config.bind
        )
    })
}

/// Runs the server until SIGTERM or Ctrl-C.
#[expect(clippy::print_stdout, reason = "shown at every log level")]
pub fn serve(config: &Config, listener: TcpListener) -> anyhow::Result<()> {
    actix_web::rt::System::new().block_on(async move {
        let market = open(config, listener)?;
        println!(
            "PocketShop is open at {}",
            config.public_url.as_str().trim_end_matches('/')
        );
        let handle = market.server.handle();
        actix_web::rt::spawn(async move {
            stop_signal().await;
            tracing::info!("shutting down when the running requests are done");
            let stopping = handle.stop(true);
            // A second signal exits at once.
            actix_web::rt::spawn(async {
                stop_signal().await;
                std::process::exit(1);
            });
            stopping.await;
        });
        market.server.await?;
        market.worker.stop();
        market.db.close();
        Ok(())
    })
}

/// Opens the database and starts the worker, the timers and the server.
pub fn open(config: &Config, listener: TcpListener) -> anyhow::Result<Market> {
    let address = listener.local_addr()?;
    for warning in config.warnings() {
        tracing::warn!("{warning}");
    }
    let db = Db::open(&config.database, config.pools)?;
    let mut conn = config.database.connect()?;
    rotate_keys(&mut conn, config)?;
    let categories = Categories::load(&mut conn)?;
    in_transaction(&mut conn, &|conn| purge_expired(conn, now()))?;
    let hasher = Hasher::new(config.password_cost, cores());
    hasher.expect_rounds(User::max_django_rounds(&mut conn)?);
    drop(conn);
    let site = Data::new(Site {
        name: "PocketShop",
        public_url: config.public_url.clone(),
        currency: config.currency,
        categories,
        country: config.country,
    });
    let policy = Data::new(Policy::new(
        &config.public_url,
        config.trusted_proxies.clone(),
        config.rate_limit.then_some(&config.limits),
    ));
    let folder = Data::new(DataDir(config.data.clone()));
    let media = Data::new(Media(config.media()));
    let database = Data::new(db.clone());
    let cookie = SessionCookie::new(&config.secret_keys, config.production());
    let shared_cookie = Data::new(cookie.clone());
    let cipher = Cipher::new(&config.secret_keys);
    let outbox = Outbox::new(config, cipher.clone());
    let sender = Sender::new(config, outbox.clone())?;
    let pictures = Pictures::new(config);
    let handler = job_handler(outbox.clone(), cipher.clone(), sender, pictures.clone());
    let processor = processor(config, db.clone())?;
    actix_web::rt::spawn(settle_every_minute(processor.clone()));
    let worker = Worker::start(&config.database, &lanes(config.threads), handler);
    let metrics = Data::new(Metrics {
        token: config.metrics_token.clone(),
        job_metrics: worker.job_metrics(),
        started: Instant::now(),
    });
    actix_web::rt::spawn(purge_every_hour(db.clone(), hasher.clone(), pictures.clone()));
    let services = Data::new(Services {
        db: db.clone(),
        hasher,
        outbox,
        cipher,
        pictures: pictures.clone(),
        processor,
        policy: policy.clone(),
    });
    let pictures = Data::new(pictures);
    let mut server = HttpServer::new(move || {
        App::new()
            .app_data(site.clone())
            .app_data(services.clone())
            .app_data(policy.clone())
            .app_data(metrics.clone())
            .app_data(folder.clone())
            .app_data(media.clone())
            .app_data(database.clone())
            .app_data(shared_cookie.clone())
            .app_data(pictures.clone())
            .wrap(from_fn(visitor::load_visitor))
            .wrap(from_fn(layers::error_pages))
            .wrap(from_fn(layers::remove_empty_cookie))
            .wrap(cookie.layer())
            .wrap(from_fn(layers::key_rotation))
            .wrap(from_fn(layers::outermost))
            .configure(routes)
    })
    .worker_max_blocking_threads(config.threads.blocking)
    .client_request_timeout(Duration::from_secs(5))
    .client_disconnect_timeout(Duration::from_secs(2))
    .keep_alive(Duration::from_secs(30))
    .shutdown_timeout(SHUTDOWN_TIMEOUT)
    .disable_signals();
    if let Some(workers) = config.workers {
        server = server.workers(workers);
    }
    Ok(Market {
        server: server.listen(listener)?.run(),
        address,
        db,
        worker,
    })
}

/// The lanes of the worker. Pictures have their own, because a picture takes seconds and would delay emails.
fn lanes(threads: ThreadCounts) -> [Lane; 2] {
    let email = Lane {
        name: "email",
        threads: threads.email,
        ..Lane::EVERYTHING
    };
    let pictures = Lane {
        name: "pictures",
        kinds: &[Pictures::KIND, Removal::KIND],
        threads: threads.picture,
        lease_minutes: 10,
    };
    [email, pictures]
}

/// The function that runs a job of any kind.
fn job_handler(
    outbox: Outbox,
    cipher: Cipher,
    sender: Sender,
    pictures: Pictures,
) -> impl Fn(&mut Conn, &Job) -> anyhow::Result<()> + Send + Sync + 'static {
    move |conn, job| match job.kind.as_str() {
        Outbox::KIND => sender.deliver(job),
        change::JOB => {
            let request = change::ResetRequest::decrypt(&cipher, &job.payload);
            let request = request.ok_or_else(|| PermanentFailure("no SECRET_KEY decrypts the payload".to_owned()))?;
            Ok(in_transaction(conn, &|conn| request.run(conn, &outbox, now()))?)
        }
        deletion::JOB => Ok(in_transaction(conn, &|conn| {
            let now = now();
            let Some(user) = deletion::due_user(conn, &job.payload, now)? else {
                return Ok(());
            };
            images::enqueue_removals_of_user(conn, user.id, now)?;
            Shop::close_and_erase(conn, user.id, now)?;
            deletion::erase(conn, &outbox, &user, now)
        })?),
        Pictures::KIND => pictures.finish(conn, &job.payload, now()),
        Removal::KIND => Removal::run(conn, &pictures, &job.payload, now()),
        other => Err(PermanentFailure(format!("unknown kind of job: {other}")).into()),
    }
}

/// The number of passwords that are hashed at the same time.
fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Records the newest `SECRET_KEY` and encrypts the TOTP secrets of older keys with it.
fn rotate_keys(conn: &mut Conn, config: &Config) -> Result<()> {
    let (keys, now) = (&config.secret_keys, now());
    let cipher = Cipher::new(keys);
    let reencrypted = in_transaction(conn, &|conn| {
        record_key(conn, keys, now)?;
        reencrypt_totp(conn, &cipher)
    })?;
    if reencrypted > 0 {
        tracing::info!(
            reencrypted,
            "second factors are now encrypted with the newest SECRET_KEY"
        );
    }
    Ok(())
}

async fn stop_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
        }
        Err(error) => {
            tracing::error!(%error, "cannot listen for SIGTERM");
            let _ = tokio::signal::ctrl_c().await;
        }
    }
}
