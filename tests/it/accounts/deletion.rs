//! Account deletion: the data download, two weeks to cancel, and what is erased.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::time::{Duration, Instant};

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;
use zip::ZipArchive;

use super::helpers::{
    NEW_PASSWORD, connect, dump, email_of, now, open_shop, trust_browser, turn_on_second_factor, user_id, wait_for_jobs,
};
use crate::schema::{
    addresses, jobs, order_events, orders, payments, pending_images, products, purchases, shop_orders, shops, users,
};
use crate::support::visitor::{PASSWORD, Visitor, location};
use crate::support::{Market, rows, run, texts};

/// Registers a user whose data contains this mark, so that it can be searched for.
async fn sign_up_with_mark(market: &Market, mark: &str) -> Visitor {
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
    market.set_email_verified(&login, true);
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

/// Adds a purchase of this user for $12.34. Returns its id.
fn buy(market: &Market, mark: &str) -> i64 {
    let (id, at) = (now().and_utc().timestamp_micros(), now());
    let buyer = user_id(market, &format!("{mark}user"));
    let mut conn = connect(market);
    diesel::insert_into(purchases::table)
        .values((
            purchases::id.eq(id),
            purchases::number.eq(format!("PS-{id}")),
            purchases::buyer_id.eq(buyer),
            purchases::email.eq(format!("{mark}mail@example.org")),
            purchases::name.eq(format!("{mark}first {mark}last")),
            purchases::street.eq(format!("{mark}street 1")),
            purchases::line2.eq(format!("{mark}floor")),
            purchases::postal_code.eq("1000"),
            purchases::town.eq(format!("{mark}town")),
            purchases::region.eq(format!("{mark}region")),
            purchases::country.eq("PT"),
            purchases::currency.eq("USD"),
            purchases::items_total.eq(1234),
            purchases::shipping_total.eq(0),
            purchases::total.eq(1234),
            purchases::created_at.eq(at),
            purchases::updated_at.eq(at),
        ))
        .execute(&mut conn)
        .unwrap();
    diesel::insert_into(payments::table)
        .values((
            payments::id.eq(id),
            payments::owner_id.eq(buyer),
            payments::purchase_id.eq(id),
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
    diesel::insert_into(shop_orders::table)
        .values((
            shop_orders::id.eq(id),
            shop_orders::purchase_id.eq(id),
            shop_orders::shop_name.eq("Barro"),
            shop_orders::price.eq(0),
            shop_orders::carrier.eq(""),
            shop_orders::tracking.eq(""),
            shop_orders::note.eq(format!("{mark}note")),
            shop_orders::created_at.eq(at),
            shop_orders::updated_at.eq(at),
        ))
        .execute(&mut conn)
        .unwrap();
    diesel::insert_into(orders::table)
        .values((
            orders::id.eq(id),
            orders::buyer_id.eq(buyer),
            orders::purchase_id.eq(id),
            orders::shop_order_id.eq(id),
            orders::payment_id.eq(id),
            orders::status.eq("paid"),
            orders::title.eq(format!("{mark}mug")),
            orders::options.eq(""),
            orders::personalization.eq(format!("{mark}initials")),
            orders::picture.eq(""),
            orders::unit_price.eq(1234),
            orders::quantity.eq(1),
            orders::subtotal.eq(1234),
            orders::created_at.eq(at),
            orders::updated_at.eq(at),
        ))
        .execute(&mut conn)
        .unwrap();
    diesel::insert_into(order_events::table)
        .values((
            order_events::id.eq(id),
            order_events::order_line_id.eq(id),
            order_events::to_status.eq("Pending"),
            order_events::actor.eq("buyer"),
            order_events::user_id.eq(buyer),
            order_events::created_at.eq(at),
        ))
        .execute(&mut conn)
        .unwrap();
    id
}

/// Adds a saved address and a pending image.
fn add_address_and_image(market: &Market, mark: &str) {
    let (id, at) = (now().and_utc().timestamp_micros(), now());
    let user = user_id(market, &format!("{mark}user"));
    let mut conn = connect(market);
    diesel::insert_into(addresses::table)
        .values((
            addresses::id.eq(id),
            addresses::user_id.eq(user),
            addresses::name.eq(format!("{mark}first")),
            addresses::street.eq(format!("{mark}lane 2")),
            addresses::line2.eq(""),
            addresses::postal_code.eq("1000"),
            addresses::town.eq("Lisbon"),
            addresses::region.eq(""),
            addresses::country.eq("PT"),
            addresses::created_at.eq(at),
            addresses::updated_at.eq(at),
        ))
        .execute(&mut conn)
        .unwrap();
    diesel::insert_into(pending_images::table)
        .values((
            pending_images::id.eq(id),
            pending_images::owner_id.eq(user),
            pending_images::public_id.eq(format!("{mark}pending")),
            pending_images::url.eq(format!("/media/{mark}pending.webp")),
            pending_images::width.eq(1),
            pending_images::height.eq(1),
            pending_images::tint.eq("#ffffff"),
            pending_images::created_at.eq(at),
        ))
        .execute(&mut conn)
        .unwrap();
}

/// Makes the purchase a guest's.
fn make_guest_purchase(market: &Market, purchase: i64) {
    let no_user = None::<i64>;
    let mut conn = connect(market);
    diesel::update(purchases::table.find(purchase))
        .set(purchases::buyer_id.eq(no_user))
        .execute(&mut conn)
        .unwrap();
    diesel::update(orders::table.find(purchase))
        .set(orders::buyer_id.eq(no_user))
        .execute(&mut conn)
        .unwrap();
}

/// Downloads a user's data. Returns the text of each file by name.
async fn download_data(visitor: &Visitor) -> BTreeMap<String, String> {
    let response = visitor.post("/account/data.zip", &[]).await;
    let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "application/zip");
    assert_eq!(header("cache-control"), "no-store");
    assert!(header("content-disposition").starts_with("attachment"));
    let mut zip = ZipArchive::new(Cursor::new(response.bytes().await.unwrap())).unwrap();
    let mut files = BTreeMap::new();
    for at in 0..zip.len() {
        let mut file = zip.by_index(at).unwrap();
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        files.insert(file.name().unwrap().into_owned(), text);
    }
    files
}

fn delete_at(market: &Market, name: &str) -> Option<NaiveDateTime> {
    users::table
        .filter(users::username.eq(name))
        .select(users::delete_at)
        .first(&mut connect(market))
        .unwrap()
}

/// Runs the job of the deletion now. The account itself is due only if `account_due` is set.
async fn run_deletion(market: &Market, name: &str, account_due: bool) {
    let mut conn = connect(market);
    if account_due {
        diesel::update(users::table.filter(users::username.eq(name)))
            .set(users::delete_at.eq(now() - TimeDelta::seconds(1)))
            .execute(&mut conn)
            .unwrap();
    }
    let updated = diesel::update(jobs::table.filter(jobs::kind.eq("erase")))
        .set(jobs::run_at.eq(now() - TimeDelta::seconds(1)))
        .execute(&mut conn)
        .unwrap();
    assert!(updated > 0, "there is no deletion job");
    wait_for_jobs(market).await;
}

fn user_exists(market: &Market, name: &str) -> bool {
    let found: i64 = users::table
        .filter(users::username.eq(name))
        .count()
        .get_result(&mut connect(market))
        .unwrap();
    found == 1
}

fn rows_containing<'a>(rows: &'a [String], word: &str) -> Vec<&'a String> {
    rows.iter().filter(|row| row.to_lowercase().contains(word)).collect()
}

#[test]
fn the_data_download_is_complete_and_contains_no_data_of_others() {
    run(async {
        let market = Market::demo();
        let (mine, _) = (
            sign_up_with_mark(&market, "quillo").await,
            sign_up_with_mark(&market, "vexmar").await,
        );
        for mark in ["quillo", "vexmar"] {
            open_shop(
                &market,
                &format!("{mark}user"),
                &format!("{mark}shop"),
                &format!("{mark}-shop"),
            );
            buy(&market, mark);
            add_address_and_image(&market, mark);
            trust_browser(&market, &format!("{mark}user"));
        }
        let (secret, recovery_codes) = turn_on_second_factor(&mine).await;
        trust_browser(&market, "quillouser");
        let files = download_data(&mine).await;
        let tables = [
            ("profile", "quillomail@example.org"),
            ("addresses", "quillolane"),
            ("pending-pictures", "quillopending"),
            ("sign-ins", "Firefox"),
            ("remembered-browsers", ""),
            ("activity", "factor-on"),
            ("cart", ""),
            ("orders", "quillomug"),
            ("order-history", "Pending"),
            ("purchases", "quillostreet"),
            ("shop-orders", "quillonote"),
            ("payments", "12.34"),
            ("refunds", ""),
            ("shop", "quilloshop"),
            ("sections", ""),
            ("shipping-rates", ""),
            ("sales", ""),
            ("products", ""),
            ("variants", ""),
            ("product-fields", ""),
            ("product-pictures", ""),
            ("stock-movements", ""),
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
            assert!(!all.contains(word), "the download contains {word}");
        }
        assert!(!all.contains(&secret.base32().to_lowercase()));
        assert!(recovery_codes.iter().all(|code| !all.contains(code)));
    });
}

#[test]
fn a_sellers_data_download_contains_the_shop_but_no_buyers() {
    run(async {
        let market = Market::demo_with_purchases();
        let seller = Visitor::new(&market);
        assert_eq!(seller.sign_in("ines", "twelve small pockets").await.status(), 303);
        let files = download_data(&seller).await;
        for (table, word) in [
            ("shop", "Barro"),
            ("sections", "position"),
            ("shipping-rates", "Pickup in Porto"),
            ("sales", "Name mug"),
            ("sales", "RT482913756PT"),
            ("products", "\"section\""),
            ("variants", "350 ml"),
            ("product-fields", "Glaze"),
            ("product-pictures", "/media/demo/"),
            ("stock-movements", "\"sale\""),
        ] {
            let json = &files[&format!("{table}.json")];
            assert!(json.contains(word), "{word} is not in {table}: {json}");
        }
        let all = files.into_values().collect::<Vec<_>>().join("\n");
        for buyer_data in [
            "Fournier",
            "lea.fournier",
            "Tanneurs",
            "Hugo",
            "bruno",
            "a present",
            "look alike",
        ] {
            assert!(!all.contains(buyer_data), "the download contains {buyer_data}");
        }
    });
}

#[test]
fn deletion_needs_the_email_address_and_takes_two_weeks() {
    run(async {
        let market = Market::empty();
        let ana = market.sign_up("ana").await;
        let before = dump(&market).await;
        for input in ["", "ana", "bea@example.org", "ana@example.org.evil.test"] {
            assert_eq!(
                ana.post("/account/deletion", &[("email", input)]).await.status(),
                422,
                "{input}"
            );
        }
        assert_eq!(dump(&market).await, before);
        let response = ana.post("/account/deletion", &[("email", " Ana@example.org ")]).await;
        assert_eq!(
            (response.status().as_u16(), location(&response)),
            (303, "/account/deletion")
        );
        let at = delete_at(&market, "ana").unwrap();
        let day = TimeDelta::days(1);
        assert!(at > now() + day * 14 - TimeDelta::minutes(1) && at < now() + day * 14);
        let date = at.format("%B %-d, %Y").to_string();
        let emails = market.emails(&email_of("ana"), 2).await;
        assert_eq!(emails[1].subject, "Your account will be deleted");
        assert!(emails[1].text.contains(&date), "{}", emails[1].text);
        for path in ["/account", "/account/deletion", "/account/devices"] {
            let note = texts(&ana.page(path).await, ".note").join(" ");
            assert!(
                note.contains(&format!("This account will be deleted on {date}.")),
                "{path}: {note}"
            );
        }
        // Until then, the user can sign in.
        assert_eq!(Visitor::new(&market).sign_in("ana", PASSWORD).await.status(), 303);
    });
}

#[test]
fn a_canceled_deletion_is_not_carried_out() {
    run(async {
        let market = Market::empty();
        let ana = market.sign_up("ana").await;
        let request_deletion = async || ana.post("/account/deletion", &[("email", "ana@example.org")]).await;
        request_deletion().await;
        // The job alone deletes nothing.
        run_deletion(&market, "ana", false).await;
        assert!(user_exists(&market, "ana"));
        request_deletion().await;
        assert_eq!(ana.post("/account/deletion/undo", &[]).await.status(), 303);
        assert_eq!(delete_at(&market, "ana"), None);
        assert!(
            !texts(&ana.page("/account").await, ".note")
                .join(" ")
                .contains("will be deleted")
        );
        let emails = market.emails(&email_of("ana"), 4).await;
        assert_eq!(emails[3].subject, "Your account won't be deleted");
        run_deletion(&market, "ana", false).await;
        assert!(user_exists(&market, "ana") && ana.is_signed_in().await);
        ana.post("/account/deletion/undo", &[]).await;
        market.emails(&email_of("ana"), 4).await;
    });
}

#[test]
fn a_due_deletion_leaves_nothing_of_a_buyer() {
    run(async {
        let market = Market::empty();
        let ana = sign_up_with_mark(&market, "quillo").await;
        let bea = market.sign_up("bea").await;
        let order = buy(&market, "quillo");
        let guest_order = buy(&market, "quillo");
        make_guest_purchase(&market, guest_order);
        add_address_and_image(&market, "quillo");
        turn_on_second_factor(&ana).await;
        // The email address and username are now in other tables too.
        bea.post("/account/email", &[("email", "quillomail@example.org")]).await;
        ana.post("/account/email", &[("email", "quillonew@example.org")]).await;
        ana.post("/forgot", &[("login", "quillomail@example.org")]).await;
        Visitor::new(&market)
            .sign_in("quillomail@example.org", NEW_PASSWORD)
            .await;
        assert!(rows_containing(&dump(&market).await, "quillo").len() > 3);
        ana.post("/account/deletion", &[("email", "quillomail@example.org")])
            .await;
        let id = user_id(&market, "quillouser");
        run_deletion(&market, "quillouser", true).await;

        let rows = dump(&market).await;
        let remaining = rows_containing(&rows, "quillo");
        let is_anonymized_order = |row: &&&String| {
            row.starts_with("orders:") && !row.contains("quillouser") && !row.contains("quilloinitials")
        };
        for table in ["addresses", "pending_images"] {
            let remaining = rows.iter().filter(|row| row.starts_with(&format!("{table}:"))).count();
            assert_eq!(remaining, 0, "{table}");
        }
        assert_eq!(
            remaining.len(),
            remaining.iter().filter(is_anonymized_order).count(),
            "{remaining:?}"
        );
        assert_eq!(remaining.len(), 2, "the orders are kept");
        let (buyer, subtotal): (Option<i64>, i64) = orders::table
            .find(order)
            .select((orders::buyer_id, orders::subtotal))
            .first(&mut connect(&market))
            .unwrap();
        assert_eq!((buyer, subtotal), (None, 1234));
        for table in ["users", "sessions", "tokens", "recovery_codes", "trusted_browsers"] {
            let user_rows: Vec<_> = rows
                .iter()
                .filter(|row| row.starts_with(&format!("{table}:")) && row.contains(&id.to_string()))
                .collect();
            assert!(user_rows.is_empty(), "{user_rows:?}");
        }
        assert!(!ana.is_signed_in().await && bea.is_signed_in().await);
        assert_eq!(
            Visitor::new(&market).sign_in("quillouser", PASSWORD).await.status(),
            422
        );
        let subjects: Vec<String> = {
            let emails = crate::support::mail::emails_to(&market.config.data, "quillomail@example.org");
            emails.into_iter().map(|email| email.subject).collect()
        };
        assert_eq!(subjects.last().unwrap(), "Your account is deleted");
        // The username can be registered again.
        sign_up_with_mark(&market, "quillo").await;
    });
}

#[test]
fn a_due_deletion_closes_the_sellers_shop() {
    run(async {
        let market = Market::demo();
        let (owner, email): (String, String) = shops::table
            .inner_join(users::table)
            .filter(shops::slug.eq("barro-e-sal"))
            .select((users::username, users::email))
            .first(&mut connect(&market))
            .unwrap();
        let shop_texts: Vec<String> = {
            let shop = shops::table.filter(shops::slug.eq("barro-e-sal"));
            let texts: (String, String, String, String, String, String) = shop
                .select((
                    shops::tagline,
                    shops::bio,
                    shops::announcement,
                    shops::contact,
                    shops::returns,
                    shops::care,
                ))
                .first(&mut connect(&market))
                .unwrap();
            let descriptions: Vec<String> = products::table
                .inner_join(shops::table)
                .filter(shops::slug.eq("barro-e-sal"))
                .select(products::description)
                .load(&mut connect(&market))
                .unwrap();
            let shop_fields = [texts.0, texts.1, texts.2, texts.3, texts.4, texts.5];
            shop_fields.into_iter().chain(descriptions).collect()
        };
        assert!(shop_texts.len() > 10);
        let order_count = rows_containing(&rows::dump(&mut connect(&market)), "orders: ").len();
        let seller = Visitor::new(&market);
        assert_eq!(seller.sign_in(&owner, "twelve small pockets").await.status(), 303);
        let page = seller.page("/account/deletion").await;
        assert!(texts(&page, "main").join(" ").contains("Your shop closes"));
        seller.post("/account/deletion", &[("email", &email)]).await;
        assert_eq!(seller.get("/shops/barro-e-sal/dipped-speckle-mug").await.status(), 200);
        run_deletion(&market, &owner, true).await;
        assert!(!user_exists(&market, &owner));

        let rows = rows::dump(&mut connect(&market));
        assert_eq!(
            rows_containing(&rows, "orders: ").len(),
            order_count,
            "the orders are kept"
        );
        for text in shop_texts.iter().filter(|text| text.len() > 20) {
            let words = text.split(['\'', '\n']).max_by_key(|part| part.len()).unwrap();
            assert!(!rows.iter().any(|row| row.contains(words)), "{words} is left");
        }
        assert!(!rows.iter().any(|row| row.contains(&email)));
        let guest = Visitor::new(&market);
        let start = Instant::now();
        for path in ["/shops/barro-e-sal", "/shops/barro-e-sal/dipped-speckle-mug"] {
            // Pages are cached for a second.
            while guest.get(path).await.status() != 404 {
                assert!(start.elapsed() < Duration::from_secs(5), "{path} is still shown");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        for path in ["/", "/products?q=speckle", "/products?q=barro"] {
            let page = guest.get(path).await.text().await.unwrap();
            assert!(!page.contains("/shops/barro-e-sal"), "{path} still links to the shop");
        }
    });
}
