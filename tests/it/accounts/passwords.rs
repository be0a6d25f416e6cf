//! Stored passwords: their hashes, and how old hashes are upgraded.

use std::path::Path;

use data_encoding::BASE64;
use futures_util::future::join_all;
use pbkdf2::pbkdf2_hmac_array;
use pocketshop::accounts::{Hasher, Password};
use pocketshop::app;
use pocketshop::config::PasswordCost;
use pocketshop::db::{in_transaction, migrate};
use pocketshop::money::Currency;
use pocketshop::ops::import::{Fixtures, Model, import};
use serde_json::json;
use sha2::Sha256;

use super::records::{set_stored, stored};
use crate::import::files::Files;
use crate::support::database::Database;
use crate::support::visitor::{PASSWORD, Visitor, location};
use crate::support::{Market, run};

/// A password hash as the original market stored it.
pub fn django(password: &str, rounds: u32) -> String {
    let digest = pbkdf2_hmac_array::<Sha256, 32>(password.as_bytes(), b"seasalt", rounds);
    format!("pbkdf2_sha256${rounds}$seasalt${}", BASE64.encode(&digest))
}

/// The original market, where every user has this password.
pub fn imported(password: &str, rounds: u32) -> Database {
    let files = Files::copy();
    let hash = django(password, rounds);
    for row in files.rows("jwt_auth.json") {
        let pk = row["pk"].as_i64().unwrap();
        files.set("jwt_auth.json", Model::User, pk, "password", json!(hash));
    }
    let database = Database::fresh();
    migrate(&database.location).unwrap();
    bring(&database, files.folder());
    database
}

fn bring(database: &Database, folder: &Path) {
    let fixtures = Fixtures::read(folder).unwrap();
    let now = chrono::DateTime::UNIX_EPOCH.naive_utc();
    let dollars = Currency::by_code("USD").unwrap();
    in_transaction(&mut database.connect(), &|conn| import(conn, &fixtures, dollars, now)).unwrap();
}

async fn try_sign_in(market: &Market, login: &str, password: &str) -> u16 {
    Visitor::new(market).sign_in(login, password).await.status().as_u16()
}

#[test]
fn a_password_is_kept_as_argon2id_of_the_cost_in_the_settings() {
    run(async {
        let market = Market::empty();
        market.sign_up("robin").await;
        market.sign_up("ann-b").await;
        let (one, other) = (stored(&market, "robin"), stored(&market, "ann-b"));
        assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{one}");
        assert_ne!(one, other, "each has a salt of its own");
        let cost = PasswordCost {
            memory: 20_480,
            passes: 3,
            lanes: 2,
        };
        let market = Market::open(false, |config| config.password_cost = cost);
        market.sign_up("robin").await;
        assert!(stored(&market, "robin").starts_with("$argon2id$v=19$m=20480,t=3,p=2$"));
    });
}

#[test]
fn one_sign_in_upgrades_a_weaker_hash() {
    run(async {
        let market = Market::empty();
        market.sign_up("robin").await;
        let weak = PasswordCost {
            memory: 64,
            passes: 1,
            lanes: 1,
        };
        let weak = Hasher::new(weak, 1).hash_now(&Password::from_input(PASSWORD)).unwrap();
        set_stored(&market, "robin", &weak);
        assert_eq!(try_sign_in(&market, "robin", "not my password").await, 422);
        assert_eq!(stored(&market, "robin"), weak);
        assert_eq!(try_sign_in(&market, "robin", PASSWORD).await, 303);
        let better = stored(&market, "robin");
        assert!(better.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{better}");
        assert_eq!(try_sign_in(&market, "robin", PASSWORD).await, 303);
        assert_eq!(stored(&market, "robin"), better, "a good one stays");
        assert_eq!(try_sign_in(&market, "robin", "not my password").await, 422);
    });
}

#[test]
fn a_higher_cost_upgrades_each_hash_at_the_next_sign_in() {
    run(async {
        let mut market = Market::empty();
        market.sign_up("robin").await;
        market.config.password_cost.passes = 3;
        let dearer = app::open(&market.config, app::listen(&market.config).unwrap()).unwrap();
        actix_web::rt::spawn(dearer.server);
        let form = [("login", "robin"), ("password", PASSWORD)];
        let request = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap()
            .post(format!("http://{}/login", dearer.address))
            .form(&form)
            .header("Sec-Fetch-Site", "same-origin");
        assert_eq!(request.send().await.unwrap().status(), 303);
        assert!(stored(&market, "robin").starts_with("$argon2id$v=19$m=19456,t=3,p=1$"));
    });
}

#[test]
fn an_imported_user_signs_in_with_the_old_password() {
    run(async {
        let old = "my old pässword 🦀";
        let market = Market::with_database(imported(old, 20_000), false, |_| {});
        let before = stored(&market, "LunaMakesThings");
        assert!(before.starts_with("pbkdf2_sha256$20000$"));
        assert_eq!(try_sign_in(&market, "luna@gmail.com", "my old password").await, 422);
        let visitor = Visitor::new(&market);
        let answer = visitor.sign_in("Luna@Gmail.com", old).await;
        assert_eq!((answer.status().as_u16(), location(&answer)), (303, "/account"));
        assert!(visitor.is_signed_in().await);
        let after = stored(&market, "LunaMakesThings");
        assert!(after.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{after}");
        assert_eq!(try_sign_in(&market, "lunamakesthings", old).await, 303);
        assert_eq!(try_sign_in(&market, "lunamakesthings", "my old password").await, 422);
        assert_eq!(stored(&market, "LunaMakesThings"), after);
        assert_eq!(stored(&market, "admin"), before, "others keep theirs until they come");
    });
}

#[test]
fn a_double_click_during_a_hash_upgrade_signs_in() {
    run(async {
        let old = "my old pässword 🦀";
        let market = Market::with_database(imported(old, 20_000), false, |_| {});
        let visitor = Visitor::new(&market);
        let answers = join_all((0..4).map(|_| visitor.sign_in("luna@gmail.com", old))).await;
        for answer in answers {
            assert_eq!((answer.status().as_u16(), location(&answer)), (303, "/account"));
        }
        assert!(stored(&market, "LunaMakesThings").starts_with("$argon2id$"));
    });
}
