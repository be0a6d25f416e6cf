//! Leaving: one's data to take along, two weeks to think again, and then nothing is left of the person.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::time::{Duration, Instant};

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;
use zip::ZipArchive;

use super::moves::{ANOTHER, connect, dump, email_of, now, open_shop, quiet, remember_a_browser, switch_on, user_id};
use crate::schema::{checkouts, jobs, orders, payments, shipments, shops, users};
use crate::support::people::{PASSWORD, Visitor, location};
use crate::support::{Market, rows, run, texts};

/// Somebody whose names stand nowhere else.
async fn join_as(market: &Market, mark: &str) -> Visitor {
    let form = [
        ("email", &*format!("{mark}mail@example.org")),
        ("username", &format!("{mark}user")),
        ("first_name", &format!("{mark}first")),
        ("last_name", &format!("{mark}last")),
        ("password", PASSWORD),
    ];
    let visitor = Visitor::new(market);
    assert_eq!(location(&visitor.post("/register", &form).await), "/register/sent");
    let login = format!("{mark}user");
    market.prove(&login, true);
    assert_eq!(location(&visitor.sign_in(&login, PASSWORD).await), "/account");
    let profile = [
        ("username", &*login),
        ("first_name", &format!("{mark}first")),
        ("last_name", &format!("{mark}last")),
        ("address", &format!("{mark}street 1")),
    ];
    assert_eq!(location(&visitor.post("/account", &profile).await), "/account");
    visitor
}

/// They bought something for 12.34.
fn buy(market: &Market, mark: &str) -> i64 {
    let (id, at) = (now().and_utc().timestamp_micros(), now());
    let buyer = user_id(market, &format!("{mark}user"));
    let mut conn = connect(market);
    diesel::insert_into(checkouts::table)
        .values((
            checkouts::id.eq(id),
            checkouts::number.eq(format!("PS-{id}")),
            checkouts::buyer_id.eq(buyer),
            checkouts::email.eq(format!("{mark}mail@example.org")),
            checkouts::name.eq(format!("{mark}first {mark}last")),
            checkouts::street.eq(format!("{mark}street 1")),
            checkouts::line2.eq(format!("{mark}floor")),
            checkouts::postal_code.eq("1000"),
            checkouts::town.eq(format!("{mark}town")),
            checkouts::region.eq(format!("{mark}region")),
            checkouts::country.eq("PT"),
            checkouts::currency.eq("USD"),
            checkouts::items_total.eq(1234),
            checkouts::shipping_total.eq(0),
            checkouts::total.eq(1234),
            checkouts::created_at.eq(at),
            checkouts::updated_at.eq(at),
        ))
        .execute(&mut conn)
        .unwrap();
    diesel::insert_into(payments::table)
        .values((
            payments::id.eq(id),
            payments::owner_id.eq(buyer),
            payments::checkout_id.eq(id),
            payments::amount.eq(1234),
            payments::refunded.eq(0),
            payments::currency.eq("USD"),
            payments::status.eq("paid"),
            payments::provider.eq("none"),
            payments::payment_intent_id.eq(id.to_string()),
            payments::created_at.eq(at),
            payments::updated_at.eq(at),
        ))
        .execute(&mut conn)
        .unwrap();
    diesel::insert_into(shipments::table)
        .values((
            shipments::id.eq(id),
            shipments::checkout_id.eq(id),
            shipments::shop_name.eq("Barro"),
            shipments::price.eq(0),
            shipments::carrier.eq(""),
            shipments::tracking.eq(""),
            shipments::created_at.eq(at),
            shipments::updated_at.eq(at),
        ))
        .execute(&mut conn)
        .unwrap();
    diesel::insert_into(orders::table)
        .values((
            orders::id.eq(id),
            orders::buyer_id.eq(buyer),
            orders::checkout_id.eq(id),
            orders::shipment_id.eq(id),
            orders::payment_id.eq(id),
            orders::status.eq("paid"),
            orders::title.eq(format!("{mark}mug")),
            orders::options.eq(""),
            orders::personalisation.eq(format!("{mark}initials")),
            orders::picture.eq(""),
            orders::unit_price.eq(1234),
            orders::quantity.eq(1),
            orders::subtotal.eq(1234),
            orders::created_at.eq(at),
            orders::updated_at.eq(at),
        ))
        .execute(&mut conn)
        .unwrap();
    id
}

fn delete_at(market: &Market, name: &str) -> Option<NaiveDateTime> {
    users::table
        .filter(users::username.eq(name))
        .select(users::delete_at)
        .first(&mut connect(market))
        .unwrap()
}

/// The two weeks are over, or only the job thinks so.
async fn time_comes(market: &Market, name: &str, for_the_person: bool) {
    let mut conn = connect(market);
    if for_the_person {
        diesel::update(users::table.filter(users::username.eq(name)))
            .set(users::delete_at.eq(now() - TimeDelta::seconds(1)))
            .execute(&mut conn)
            .unwrap();
    }
    let moved = diesel::update(jobs::table.filter(jobs::kind.eq("erase")))
        .set(jobs::run_at.eq(now() - TimeDelta::seconds(1)))
        .execute(&mut conn)
        .unwrap();
    assert!(moved > 0, "no job is planned");
    quiet(market).await;
}

fn is_there(market: &Market, name: &str) -> bool {
    let found: i64 = users::table
        .filter(users::username.eq(name))
        .count()
        .get_result(&mut connect(market))
        .unwrap();
    found == 1
}

fn holding<'a>(rows: &'a [String], word: &str) -> Vec<&'a String> {
    rows.iter().filter(|row| row.to_lowercase().contains(word)).collect()
}

#[test]
fn ones_data_is_all_there_and_nobody_elses() {
    run(async {
        let market = Market::demo();
        let (mine, _) = (join_as(&market, "quillo").await, join_as(&market, "vexmar").await);
        for mark in ["quillo", "vexmar"] {
            open_shop(
                &market,
                &format!("{mark}user"),
                &format!("{mark}shop"),
                &format!("{mark}-shop"),
            );
            buy(&market, mark);
            remember_a_browser(&market, &format!("{mark}user"));
        }
        let (secret, recovery) = switch_on(&mine).await;
        remember_a_browser(&market, "quillouser");
        let answer = mine.post("/account/data.zip", &[]).await;
        let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("content-type"), "application/zip");
        assert_eq!(header("cache-control"), "no-store");
        assert!(header("content-disposition").starts_with("attachment"));
        let mut zip = ZipArchive::new(Cursor::new(answer.bytes().await.unwrap())).unwrap();
        let mut files = BTreeMap::new();
        for at in 0..zip.len() {
            let mut file = zip.by_index(at).unwrap();
            let mut text = String::new();
            file.read_to_string(&mut text).unwrap();
            files.insert(file.name().unwrap().into_owned(), text);
        }
        let tables = [
            ("profile", "quillomail@example.org"),
            ("shop", "quilloshop"),
            ("products", ""),
            ("cart", ""),
            ("orders", "quillomug"),
            ("deliveries", "quillostreet"),
            ("sign-ins", "Firefox"),
            ("remembered-browsers", ""),
            ("activity", "factor-on"),
        ];
        assert_eq!(files.len(), 2 * tables.len(), "{:?}", files.keys());
        for (table, word) in tables {
            let (json, csv) = (&files[&format!("{table}.json")], &files[&format!("{table}.csv")]);
            let list: Vec<serde_json::Value> = serde_json::from_str(json).unwrap();
            let mut reader = csv::Reader::from_reader(csv.as_bytes());
            assert_eq!(reader.records().map(Result::unwrap).count(), list.len(), "{table}");
            assert!(json.contains(word) && csv.contains(word), "{table}: {json}");
        }
        assert!(files["orders.json"].contains("12.34"));
        let all = files.into_values().collect::<Vec<_>>().join("\n").to_lowercase();
        let hidden = [
            "vexmar",
            "argon2",
            "$m=",
            "of quillouser",
            "\"hash",
            "secret\"",
            "\"password\":",
            "token",
        ];
        for word in hidden {
            assert!(!all.contains(word), "it holds {word}");
        }
        assert!(!all.contains(&secret.base32().to_lowercase()));
        assert!(recovery.iter().all(|code| !all.contains(code)));
    });
}

#[test]
fn it_takes_the_typed_address_and_two_weeks() {
    run(async {
        let market = Market::empty();
        let ana = market.join("ana").await;
        let before = dump(&market).await;
        for typed in ["", "ana", "bea@example.org", "ana@example.org.evil.test"] {
            assert_eq!(
                ana.post("/account/deletion", &[("email", typed)]).await.status(),
                422,
                "{typed}"
            );
        }
        assert_eq!(dump(&market).await, before);
        let answer = ana.post("/account/deletion", &[("email", " Ana@example.org ")]).await;
        assert_eq!(
            (answer.status().as_u16(), location(&answer)),
            (303, "/account/deletion")
        );
        let at = delete_at(&market, "ana").unwrap();
        let day = TimeDelta::days(1);
        assert!(at > now() + day * 14 - TimeDelta::minutes(1) && at < now() + day * 14);
        let said = at.format("%-d %B %Y").to_string();
        let letters = market.letters(&email_of("ana"), 2).await;
        assert_eq!(letters[1].subject, "Your account will be deleted");
        assert!(letters[1].text.contains(&said), "{}", letters[1].text);
        for path in ["/account", "/account/deletion", "/account/devices"] {
            let note = texts(&ana.page(path).await, ".note").join(" ");
            assert!(
                note.contains(&format!("This account will be deleted on {said}.")),
                "{path}: {note}"
            );
        }
        // Until then they sign in as always.
        assert_eq!(Visitor::new(&market).sign_in("ana", PASSWORD).await.status(), 303);
    });
}

#[test]
fn thought_again_it_never_happens() {
    run(async {
        let market = Market::empty();
        let ana = market.join("ana").await;
        let plan = async || ana.post("/account/deletion", &[("email", "ana@example.org")]).await;
        plan().await;
        // The job alone decides nothing.
        time_comes(&market, "ana", false).await;
        assert!(is_there(&market, "ana"));
        plan().await;
        assert_eq!(ana.post("/account/deletion/undo", &[]).await.status(), 303);
        assert_eq!(delete_at(&market, "ana"), None);
        assert!(
            !texts(&ana.page("/account").await, ".note")
                .join(" ")
                .contains("deleted")
        );
        let letters = market.letters(&email_of("ana"), 4).await;
        assert_eq!(letters[3].subject, "Your account stays");
        time_comes(&market, "ana", false).await;
        assert!(is_there(&market, "ana") && ana.is_signed_in().await);
        ana.post("/account/deletion/undo", &[]).await;
        market.letters(&email_of("ana"), 4).await;
    });
}

#[test]
fn when_the_time_comes_nothing_is_left_of_a_buyer() {
    run(async {
        let market = Market::empty();
        let ana = join_as(&market, "quillo").await;
        let bea = market.join("bea").await;
        let order = buy(&market, "quillo");
        switch_on(&ana).await;
        // Traces in other places.
        bea.post("/account/email", &[("email", "quillomail@example.org")]).await;
        ana.post("/account/email", &[("email", "quillonew@example.org")]).await;
        ana.post("/forgot", &[("login", "quillomail@example.org")]).await;
        Visitor::new(&market).sign_in("quillomail@example.org", ANOTHER).await;
        assert!(holding(&dump(&market).await, "quillo").len() > 3);
        ana.post("/account/deletion", &[("email", "quillomail@example.org")])
            .await;
        let id = user_id(&market, "quillouser");
        time_comes(&market, "quillouser", true).await;

        let rows = dump(&market).await;
        let left = holding(&rows, "quillo");
        let title = |row: &&&String| {
            row.starts_with("orders:") && !row.contains("quillouser") && !row.contains("quilloinitials")
        };
        assert_eq!(left.len(), left.iter().filter(title).count(), "{left:?}");
        assert_eq!(left.len(), 1, "the order stays in the books");
        let (buyer, subtotal): (Option<i64>, i64) = orders::table
            .find(order)
            .select((orders::buyer_id, orders::subtotal))
            .first(&mut connect(&market))
            .unwrap();
        assert_eq!((buyer, subtotal), (None, 1234));
        for table in ["users", "sessions", "tokens", "recovery_codes", "trusted_browsers"] {
            let theirs: Vec<_> = rows
                .iter()
                .filter(|row| row.starts_with(&format!("{table}:")) && row.contains(&id.to_string()))
                .collect();
            assert!(theirs.is_empty(), "{theirs:?}");
        }
        assert!(!ana.is_signed_in().await && bea.is_signed_in().await);
        assert_eq!(
            Visitor::new(&market).sign_in("quillouser", PASSWORD).await.status(),
            422
        );
        let told: Vec<String> = {
            let letters = crate::support::mail::letters_to(&market.config.data, "quillomail@example.org");
            letters.into_iter().map(|letter| letter.subject).collect()
        };
        assert_eq!(told.last().unwrap(), "Your account is deleted");
        // The name is free again.
        join_as(&market, "quillo").await;
    });
}

#[test]
fn when_the_time_comes_a_sellers_shop_is_closed() {
    run(async {
        let market = Market::demo();
        let (owner, email): (String, String) = shops::table
            .inner_join(users::table)
            .filter(shops::slug.eq("barro-e-sal"))
            .select((users::username, users::email))
            .first(&mut connect(&market))
            .unwrap();
        let written: (String, String, String) = shops::table
            .filter(shops::slug.eq("barro-e-sal"))
            .select((shops::tagline, shops::bio, shops::announcement))
            .first(&mut connect(&market))
            .unwrap();
        let seller = Visitor::new(&market);
        assert_eq!(seller.sign_in(&owner, "twelve small pockets").await.status(), 303);
        let page = seller.page("/account/deletion").await;
        assert!(texts(&page, "main").join(" ").contains("Your shop closes"));
        seller.post("/account/deletion", &[("email", &email)]).await;
        assert_eq!(seller.get("/shops/barro-e-sal/dipped-speckle-mug").await.status(), 200);
        time_comes(&market, &owner, true).await;
        assert!(!is_there(&market, &owner));

        let rows = rows::dump(&mut connect(&market));
        for text in [written.0, written.1, written.2].iter().filter(|text| text.len() > 20) {
            let words = text.split(['\'', '\n']).max_by_key(|part| part.len()).unwrap();
            assert!(!rows.iter().any(|row| row.contains(words)), "{words} is left");
        }
        assert!(!rows.iter().any(|row| row.contains(&email)));
        let guest = Visitor::new(&market);
        let begun = Instant::now();
        for path in ["/shops/barro-e-sal", "/shops/barro-e-sal/dipped-speckle-mug"] {
            // Pages are kept for a second.
            while guest.get(path).await.status() != 404 {
                assert!(begun.elapsed() < Duration::from_secs(5), "{path} is still shown");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        for path in ["/", "/products?q=speckle", "/products?q=barro"] {
            let page = guest.get(path).await.text().await.unwrap();
            assert!(!page.contains("/shops/barro-e-sal"), "{path} still leads there");
        }
    });
}
