//! Imported users keep their passwords and dates, but no admin rights.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use pocketshop::ops::import::Model;
use serde_json::json;

use super::files::Files;
use super::market::Market;
use super::{OptionalTime, time};
use crate::schema::users;

type UserRow = (String, String, String, bool, NaiveDateTime, OptionalTime, OptionalTime);

#[test]
fn imported_users_keep_password_and_dates_but_no_admin_rights() {
    let (mut market, report) = Market::imported();
    let rows = Files::copy().rows("jwt_auth.json");
    for row in rows {
        let fields = &row["fields"];
        let (username, email, password, admin, joined, verified, last_login): UserRow = users::table
            .find(row["pk"].as_i64().unwrap())
            .select((
                users::username,
                users::email,
                users::password,
                users::admin,
                users::created_at,
                users::email_verified_at,
                users::last_login_at,
            ))
            .first(&mut market.conn)
            .unwrap();
        assert_eq!(
            [&username, &email, &password].map(|text| json!(text)),
            [
                fields["username"].clone(),
                fields["email"].clone(),
                fields["password"].clone()
            ]
        );
        assert!(password.starts_with("pbkdf2_sha256$"));
        assert!(!admin);
        assert_eq!(verified, None);
        assert_eq!(joined, time(fields["date_joined"].as_str().unwrap()));
        assert_eq!(last_login, fields["last_login"].as_str().map(time));
    }
    assert!(report.to_string().contains(
        "\nadmin was a superuser and is now a plain user; `pocketshop user admin admin` makes them an admin."
    ));
}

#[test]
fn old_usernames_are_kept_and_email_addresses_are_normalized() {
    let mut market = Market::empty();
    market
        .import_changed(|files| {
            files.set("jwt_auth.json", Model::User, 4, "username", json!("Adèle @home+1"));
            files.set("jwt_auth.json", Model::User, 4, "email", json!(" Adele@Gmail.COM "));
            files.set(
                "jwt_auth.json",
                Model::User,
                4,
                "date_joined",
                json!("2025-10-27T23:49:03.9161239+02:00"),
            );
        })
        .unwrap();
    let adele: (String, String, NaiveDateTime) = users::table
        .find(4_i64)
        .select((users::username, users::email, users::created_at))
        .first(&mut market.conn)
        .unwrap();
    assert_eq!(
        adele,
        (
            "Adèle @home+1".into(),
            "adele@gmail.com".into(),
            time("2025-10-27T21:49:03.916123Z")
        )
    );
}
