//! Rotation of SECRET_KEY: data encrypted with the old key still works and is encrypted again with the new one.

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use diesel::prelude::*;
use pocketshop::config::secret::Secret;
use pocketshop::config::{Config, SecretKeys};
use pocketshop::crypto::{Cipher, MAIL, OldKeys, TOTP, record_key, reencrypt_totp};
use pocketshop::db::{Conn, migrate};
use pocketshop::ops::check::rotation;
use proptest::prelude::*;
use reqwest::Response;

use crate::schema::{jobs, secret_keys, sessions, users};
use crate::support::database::Database;
use crate::support::{Market, config, run};

const OLD: &str = "0123456789abcdef";
const NEW: &str = "fedcba9876543210";
const OTHER: &str = "02468ace13579bdf";

fn keys(words: &[&str]) -> SecretKeys {
    SecretKeys::new(words.iter().map(|word| Secret::new(word.repeat(8))).collect())
}

fn market(words: &[&str]) -> Market {
    Market::open(false, |config| config.secret_keys = keys(words))
}

fn production(words: &[&str]) -> Market {
    Market::open(false, |config| {
        config.secret_keys = keys(words);
        config.public_url = "https://market.example".parse().unwrap();
    })
}

/// The session's `Set-Cookie` header, if there is one.
fn set_cookie(response: &Response) -> Option<String> {
    let lines: Vec<&str> = response
        .headers()
        .get_all("set-cookie")
        .iter()
        .map(|line| line.to_str().unwrap())
        .collect();
    assert!(lines.len() <= 1, "{lines:?}");
    lines.first().map(|line| (*line).to_owned())
}

/// The name and value, which a browser sends back.
fn pair(set_cookie: &str) -> String {
    set_cookie.split(';').next().unwrap().to_owned()
}

fn attributes(set_cookie: &str) -> Vec<&str> {
    let mut attributes: Vec<&str> = set_cookie.split("; ").skip(1).collect();
    attributes.sort_unstable();
    attributes
}

async fn choose_theme(market: &Market, theme: &str, cookie: &str) -> Response {
    let response = market
        .post("/theme")
        .header("Host", market.config.public_url.host_str().unwrap())
        .header("Cookie", cookie)
        .form(&[("theme", theme), ("next", "/")])
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 303);
    response
}

async fn get(market: &Market, path: &str, cookie: &str) -> Response {
    market
        .request("GET", path)
        .header("Host", market.config.public_url.host_str().unwrap())
        .header("Cookie", cookie)
        .send()
        .await
        .unwrap()
}

/// Whether the home page is dark, and the cookie that it sets.
async fn open_home(market: &Market, cookie: &str) -> (bool, Option<String>) {
    let response = get(market, "/", cookie).await;
    assert_eq!(response.status(), 200, "{cookie}");
    let set_cookie = set_cookie(&response);
    let dark = response.text().await.unwrap().contains("data-theme=\"dark\"");
    (dark, set_cookie)
}

#[test]
fn a_cookie_is_encrypted_again_with_the_new_key() {
    run(async {
        for open in [market, production] {
            let (before, during, after) = (open(&[OLD]), open(&[NEW, OLD]), open(&[NEW]));
            let made = set_cookie(&choose_theme(&before, "dark", "").await).unwrap();
            let old = pair(&made);

            let (dark, renewed) = open_home(&during, &format!("a=1; {old}; b=\"2\"")).await;
            let renewed = renewed.expect("the cookie was not encrypted again");
            assert!(dark && pair(&renewed) != old);
            assert_eq!(attributes(&renewed), attributes(&made));

            let new = pair(&renewed);
            assert_eq!(open_home(&during, &new).await, (true, None));
            assert_eq!(open_home(&after, &new).await, (true, None));
            // Without the old key, its cookie is ignored.
            assert_eq!(open_home(&after, &old).await, (false, None));
        }
    });
}

#[test]
fn a_changed_cookie_is_set_once_and_with_the_new_key() {
    run(async {
        let (before, during, after) = (market(&[OLD]), market(&[NEW, OTHER, OLD]), market(&[NEW]));
        let old = pair(&set_cookie(&choose_theme(&before, "light", "").await).unwrap());
        let changed = set_cookie(&choose_theme(&during, "dark", &old).await).unwrap();
        assert_eq!(open_home(&after, &pair(&changed)).await, (true, None));
        // The old content does not undo the removal.
        let removed = set_cookie(&choose_theme(&during, "system", &old).await).unwrap();
        assert!(
            pair(&removed).ends_with('=') && removed.contains("Max-Age=0"),
            "{removed}"
        );
    });
}

#[test]
fn cacheable_responses_set_no_cookie() {
    run(async {
        let (before, during) = (market(&[OLD]), market(&[NEW, OLD]));
        let old = pair(&set_cookie(&choose_theme(&before, "dark", "").await).unwrap());
        let home = get(&during, "/", &old).await.text().await.unwrap();
        let sheet = home.split("href=\"/a/").nth(1).unwrap().split('"').next().unwrap();
        let file = get(&during, &format!("/a/{sheet}"), &old).await;
        assert_eq!(file.status(), 200);
        assert!(file.headers()["cache-control"].to_str().unwrap().contains("public"));
        assert_eq!(set_cookie(&file), None);
        let missing = get(&during, "/missing", &old).await;
        assert_eq!(missing.status(), 404);
        assert!(set_cookie(&missing).is_some());
    });
}

#[test]
fn with_a_single_key_no_cookie_is_set_again() {
    run(async {
        let market = market(&[OLD]);
        let cookie = pair(&set_cookie(&choose_theme(&market, "dark", "").await).unwrap());
        assert_eq!(open_home(&market, &cookie).await, (true, None));
    });
}

#[test]
fn invalid_tokens_are_rejected() {
    run(async {
        let (one, two, other) = (market(&[NEW]), market(&[NEW, OLD]), market(&[OTHER]));
        let foreign = pair(&set_cookie(&choose_theme(&other, "dark", "").await).unwrap());
        let old = pair(&set_cookie(&choose_theme(&market(&[OLD]), "dark", "").await).unwrap());
        let mut cookies = vec![
            foreign,
            old.replace("pocketshop=", "pocketshop=A"),
            format!("{old}AAAA"),
            "pocketshop".into(),
            "pocketshop=".into(),
            "pocketshop=%".into(),
            "pocketshop=%ff%00".into(),
            "pocketshop=\"\u{e9}\"".into(),
            ";;=;pocketshop=;".into(),
            format!("pocketshop=x; {old}"),
            format!("pocketshop={}", "A".repeat(6000)),
        ];
        cookies.extend((1..12).map(|part| old[..old.len() * part / 12].to_owned()));
        for cookie in &cookies {
            for market in [&one, &two] {
                assert_eq!(open_home(market, cookie).await, (false, None), "{cookie}");
            }
        }
        let bytes = reqwest::header::HeaderValue::from_bytes(b"pocketshop=\xff\xfe").unwrap();
        let response = two.request("GET", "/").header("Cookie", bytes).send().await.unwrap();
        assert_eq!(response.status(), 200);
    });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_in_the_cookie_are_tolerated(bytes in prop::collection::vec(prop::collection::vec(0x20_u8..=0xff, 0..200), 24)) {
        run(async {
            let market = market(&[NEW, OLD]);
            for mut value in bytes {
                value.retain(|byte| *byte != 0x7f);
                let header = [b"pocketshop=", &value[..]].concat();
                let header = reqwest::header::HeaderValue::from_bytes(&header).unwrap();
                let response = market.request("GET", "/").header("Cookie", header).send().await.unwrap();
                assert_eq!(response.status(), 200, "{value:?}");
            }
        });
    }
}

fn day(day: u32) -> NaiveDateTime {
    NaiveDate::from_ymd_opt(2026, 11, day)
        .unwrap()
        .and_hms_opt(12, 0, 0)
        .unwrap()
}

fn migrated_database() -> (Database, Conn) {
    let database = Database::fresh();
    migrate(&database.location).unwrap();
    let conn = database.connect();
    (database, conn)
}

fn add_user(conn: &mut Conn, id: i64, secret: Option<&str>) {
    diesel::insert_into(users::table)
        .values((
            users::id.eq(id),
            users::username.eq(format!("user{id}")),
            users::email.eq(format!("user{id}@example.org")),
            users::password.eq("!"),
            users::first_name.eq(""),
            users::last_name.eq(""),
            users::profile_image.eq(""),
            users::admin.eq(false),
            users::created_at.eq(day(1)),
            users::updated_at.eq(day(1)),
            users::totp_secret.eq(secret),
        ))
        .execute(conn)
        .unwrap();
}

fn add_session(conn: &mut Conn, id: i64, user: i64, created: NaiveDateTime, seen: NaiveDateTime) {
    diesel::insert_into(sessions::table)
        .values((
            sessions::id.eq(id),
            sessions::user_id.eq(user),
            sessions::factor.eq(""),
            sessions::address.eq("127.0.0.1"),
            sessions::agent.eq(""),
            sessions::created_at.eq(created),
            sessions::seen_at.eq(seen),
            sessions::auth_at.eq(created),
        ))
        .execute(conn)
        .unwrap();
}

fn add_job(conn: &mut Conn, id: i64, kind: &str, payload: &str) {
    diesel::insert_into(jobs::table)
        .values((
            jobs::id.eq(id),
            jobs::kind.eq(kind),
            jobs::payload.eq(payload),
            jobs::run_at.eq(day(1)),
            jobs::attempts.eq(0),
            jobs::error.eq(""),
            jobs::created_at.eq(day(1)),
        ))
        .execute(conn)
        .unwrap();
}

fn secret_of(conn: &mut Conn, id: i64) -> Option<String> {
    users::table
        .filter(users::id.eq(id))
        .select(users::totp_secret)
        .first(conn)
        .unwrap()
}

#[test]
fn the_first_use_of_a_key_is_recorded() {
    let (_database, mut conn) = migrated_database();
    let recorded = |conn: &mut Conn| -> Vec<(String, NaiveDateTime)> {
        secret_keys::table
            .order(secret_keys::id)
            .select((secret_keys::fingerprint, secret_keys::first_used_at))
            .load(conn)
            .unwrap()
    };
    let (old, both, new) = (keys(&[OLD]), keys(&[NEW, OLD]), keys(&[NEW]));
    let fingerprint = |keys: &SecretKeys| SecretKeys::fingerprint(keys.newest());
    record_key(&mut conn, &old, day(1)).unwrap();
    record_key(&mut conn, &old, day(2)).unwrap();
    assert_eq!(recorded(&mut conn), [(fingerprint(&old), day(1))]);
    record_key(&mut conn, &both, day(3)).unwrap();
    record_key(&mut conn, &new, day(4)).unwrap();
    assert_eq!(
        recorded(&mut conn),
        [(fingerprint(&old), day(1)), (fingerprint(&new), day(3))]
    );
    // The old key is used again while cookies of the new one exist.
    record_key(&mut conn, &keys(&[OLD, NEW]), day(5)).unwrap();
    assert_eq!(
        recorded(&mut conn),
        [(fingerprint(&old), day(5)), (fingerprint(&new), day(3))]
    );
}

#[test]
fn second_factors_are_reencrypted_with_the_new_key() {
    let (_database, mut conn) = migrated_database();
    let (old, both, new) = (
        Cipher::new(&keys(&[OLD])),
        Cipher::new(&keys(&[NEW, OLD])),
        Cipher::new(&keys(&[NEW])),
    );
    // More than one batch.
    for id in 1..=450 {
        let encrypted = old.encrypt(TOTP, format!("secret {id}").as_bytes());
        add_user(&mut conn, id, (id % 9 != 0).then_some(&encrypted));
    }
    let current = new.encrypt(TOTP, b"current");
    add_user(&mut conn, 451, Some(&current));
    add_user(
        &mut conn,
        452,
        Some(&Cipher::new(&keys(&[OTHER])).encrypt(TOTP, b"lost")),
    );
    add_user(&mut conn, 453, Some("garbage"));

    assert_eq!(reencrypt_totp(&mut conn, &both).unwrap(), 400);
    for id in [1, 199, 200, 201, 400, 449] {
        let encrypted = secret_of(&mut conn, id).unwrap();
        assert_eq!(
            new.decrypt(TOTP, &encrypted).unwrap(),
            format!("secret {id}").as_bytes()
        );
    }
    assert_eq!(secret_of(&mut conn, 9), None);
    assert_eq!(secret_of(&mut conn, 451).unwrap(), current);
    assert_eq!(secret_of(&mut conn, 453).unwrap(), "garbage");
    assert_eq!(reencrypt_totp(&mut conn, &both).unwrap(), 0);
}

#[test]
fn a_start_records_the_key_and_reencrypts_second_factors() {
    run(async {
        let (database, mut conn) = migrated_database();
        let old = Cipher::new(&keys(&[OLD])).encrypt(TOTP, b"secret");
        add_user(&mut conn, 1, Some(&old));
        drop(conn);
        let market = Market::with_database(database, false, |config| config.secret_keys = keys(&[NEW, OLD]));
        let (encrypted, recorded): (Option<String>, String) = market
            .db
            .read(|conn| {
                let recorded = secret_keys::table.select(secret_keys::fingerprint).first(conn)?;
                Ok((secret_of(conn, 1), recorded))
            })
            .await
            .unwrap();
        assert!(Cipher::new(&keys(&[NEW])).is_current(TOTP, &encrypted.unwrap()));
        assert_eq!(recorded, SecretKeys::fingerprint(keys(&[NEW]).newest()));
    });
}

#[test]
fn check_reports_when_the_old_key_can_be_removed() {
    let (database, mut conn) = migrated_database();
    let settings = Config {
        secret_keys: keys(&[NEW, OLD]),
        ..config(database.folder.path(), &database)
    };
    let report = |conn: &mut Conn, now| rotation(conn, &settings, now).unwrap();
    assert!(report(&mut conn, day(10)).contains("PocketShop has not started with the new one yet"));
    record_key(&mut conn, &settings.secret_keys, day(10)).unwrap();
    assert_eq!(report(&mut conn, day(10)), "The old SECRET_KEY can be removed.");

    let (old, new) = (Cipher::new(&keys(&[OLD])), Cipher::new(&keys(&[NEW])));
    add_user(&mut conn, 1, Some(&old.encrypt(TOTP, b"a")));
    add_user(&mut conn, 2, Some(&new.encrypt(TOTP, b"b")));
    add_user(&mut conn, 3, None);
    add_user(&mut conn, 4, Some("encrypted with another key"));
    add_session(&mut conn, 1, 1, day(8), day(9));
    add_session(&mut conn, 2, 1, day(9), day(9));
    add_session(&mut conn, 3, 1, day(9), day(11));
    add_session(&mut conn, 4, 1, day(9) - TimeDelta::days(30), day(9));
    add_job(&mut conn, 1, "mail", &old.encrypt(MAIL, b"a"));
    add_job(&mut conn, 2, "mail", &new.encrypt(MAIL, b"b"));
    add_job(&mut conn, 3, "other", "c");
    let needed = OldKeys::count(&mut conn, &settings.secret_keys, day(12))
        .unwrap()
        .unwrap();
    assert_eq!((needed.sessions, needed.second_factors, needed.emails), (2, 1, 1));
    assert_eq!(
        report(&mut conn, day(12)),
        "Keep the old SECRET_KEY: 2 sign-ins, 1 second factor, 1 email still need it; \
         the last of these sign-ins ends by 2026-12-10."
    );
    reencrypt_totp(&mut conn, &Cipher::new(&settings.secret_keys)).unwrap();
    let later = day(10) + TimeDelta::days(30);
    assert_eq!(
        report(&mut conn, later),
        "Keep the old SECRET_KEY: 0 sign-ins, 0 second factors, 1 email still need it."
    );
    diesel::delete(jobs::table.filter(jobs::id.eq(1)))
        .execute(&mut conn)
        .unwrap();
    assert_eq!(report(&mut conn, later), "The old SECRET_KEY can be removed.");
}
