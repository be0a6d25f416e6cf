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

use super::records::{password_hash, set_password_hash};
use crate::import::files::Files;
use crate::support::database::Database;
use crate::support::visitor::{PASSWORD, Visitor, location};
use crate::support::{Market, run};

/// A password hash as the original market stored it.
pub fn django_hash(password: &str, rounds: u32) -> String {
    let digest = pbkdf2_hmac_array::<Sha256, 32>(password.as_bytes(), b"seasalt", rounds);
    format!("pbkdf2_sha256${rounds}$seasalt${}", BASE64.encode(&digest))
}

/// A database with the original's fixtures, where every user has this password.
pub fn original_market(password: &str, rounds: u32) -> Database {
    let files = Files::copy();
    let hash = django_hash(password, rounds);
    for row in files.rows("jwt_auth.json") {
        let pk = row["pk"].as_i64().unwrap();
        files.set("jwt_auth.json", Model::User, pk, "password", json!(hash));
    }
    let database = Database::fresh();
    migrate(&database.location).unwrap();
    import_files(&database, files.folder());
    database
}

fn import_files(database: &Database, folder: &Path) {
    let fixtures = Fixtures::read(folder).unwrap();
    let now = chrono::DateTime::UNIX_EPOCH.naive_utc();
    let dollars = Currency::by_code("USD").unwrap();
    in_transaction(&mut database.connect(), &|conn| import(conn, &fixtures, dollars, now)).unwrap();
}

async fn try_sign_in(market: &Market, login: &str, password: &str) -> u16 {
    Visitor::new(market).sign_in(login, password).await.status().as_u16()
}

#[test]
fn a_password_is_stored_as_argon2id_with_the_cost_of_the_settings() {
    run(async {
        let market = Market::empty();
        market.sign_up("robin").await;
        market.sign_up("ann-b").await;
        let (one, other) = (password_hash(&market, "robin"), password_hash(&market, "ann-b"));
        assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{one}");
        assert_ne!(one, other, "both hashes have the same salt");
        let cost = PasswordCost {
            memory: 20_480,
            passes: 3,
            lanes: 2,
        };
        let market = Market::open(false, |config| config.password_cost = cost);
        market.sign_up("robin").await;
        assert!(password_hash(&market, "robin").starts_with("$argon2id$v=19$m=20480,t=3,p=2$"));
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
        set_password_hash(&market, "robin", &weak);
        assert_eq!(try_sign_in(&market, "robin", "not my password").await, 422);
        assert_eq!(password_hash(&market, "robin"), weak);
        assert_eq!(try_sign_in(&market, "robin", PASSWORD).await, 303);
        let upgraded = password_hash(&market, "robin");
        assert!(upgraded.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{upgraded}");
        assert_eq!(try_sign_in(&market, "robin", PASSWORD).await, 303);
        assert_eq!(
            password_hash(&market, "robin"),
            upgraded,
            "a hash with the current cost changed"
        );
        assert_eq!(try_sign_in(&market, "robin", "not my password").await, 422);
    });
}

#[test]
fn a_higher_cost_upgrades_each_hash_at_the_next_sign_in() {
    run(async {
        let mut market = Market::empty();
        market.sign_up("robin").await;
        market.config.password_cost.passes = 3;
        let costlier = app::open(&market.config, app::listen(&market.config).unwrap()).unwrap();
        actix_web::rt::spawn(costlier.server);
        let form = [("login", "robin"), ("password", PASSWORD)];
        let request = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap()
            .post(format!("http://{}/login", costlier.address))
            .form(&form)
            .header("Sec-Fetch-Site", "same-origin");
        assert_eq!(request.send().await.unwrap().status(), 303);
        assert!(password_hash(&market, "robin").starts_with("$argon2id$v=19$m=19456,t=3,p=1$"));
    });
}

#[test]
fn an_imported_user_signs_in_with_the_old_password() {
    run(async {
        let old = "my old pässword 🦀";
        let market = Market::with_database(original_market(old, 20_000), false, |_| {});
        let before = password_hash(&market, "LunaMakesThings");
        assert!(before.starts_with("pbkdf2_sha256$20000$"));
        assert_eq!(try_sign_in(&market, "luna@gmail.com", "my old password").await, 422);
        let visitor = Visitor::new(&market);
        let response = visitor.sign_in("Luna@Gmail.com", old).await;
        assert_eq!((response.status().as_u16(), location(&response)), (303, "/account"));
        assert!(visitor.is_signed_in().await);
        let after = password_hash(&market, "LunaMakesThings");
        assert!(after.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{after}");
        assert_eq!(try_sign_in(&market, "lunamakesthings", old).await, 303);
        assert_eq!(try_sign_in(&market, "lunamakesthings", "my old password").await, 422);
        assert_eq!(password_hash(&market, "LunaMakesThings"), after);
        assert_eq!(
            password_hash(&market, "admin"),
            before,
            "the hash of another user changed"
        );
    });
}

#[test]
fn a_double_click_during_a_hash_upgrade_signs_in() {
    run(async {
        let old = "my old pässword 🦀";
        let market = Market::with_database(original_market(old, 20_000), false, |_| {});
        let visitor = Visitor::new(&market);
        let responses = join_all((0..4).map(|_| visitor.sign_in("luna@gmail.com", old))).await;
        for response in responses {
            assert_eq!((response.status().as_u16(), location(&response)), (303, "/account"));
        }
        assert!(password_hash(&market, "LunaMakesThings").starts_with("$argon2id$"));
    });
}
