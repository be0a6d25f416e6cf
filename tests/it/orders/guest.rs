//! A guest's order: opened by the link of the letter, and kept in an account.

use super::bought::{buy, led_to, market, seller, send};
use crate::support::visitor::{PASSWORD, Visitor, location};
use crate::support::{run, texts};

const GUEST: &str = "ada@example.org";

#[test]
fn the_link_of_the_letter_opens_the_order_and_no_other_does() {
    run(async {
        let market = market().await;
        let bought = buy(&market, &Visitor::new(&market), GUEST).await;
        let link = market.link(GUEST, 1).await;
        let reader = Visitor::new(&market);
        let answer = reader.get(&link).await;
        assert_eq!(answer.status(), 200);
        let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("referrer-policy"), "no-referrer");
        assert_eq!(header("cache-control"), "no-store");
        let body = answer.text().await.unwrap();
        assert!(body.contains("noindex") && body.contains(&bought.number));

        let token = link.rsplit('/').next().unwrap();
        assert_eq!(token.len(), 43);
        assert_eq!(
            market.count_of(&format!("purchases WHERE token_hash = '{token}'")),
            0,
            "kept hashed"
        );
        let other = buy(&market, &Visitor::new(&market), "bob@example.org").await;
        for wrong in [
            format!("/orders/{}/{token}", other.number),
            format!("/orders/{}/{}", bought.number, "A".repeat(43)),
            format!("/orders/{}/{token}x", bought.number),
            format!("/orders/{}/%00", bought.number),
            format!("/orders/{}/'--", bought.number),
        ] {
            assert_eq!(reader.get(&wrong).await.status(), 404, "{wrong}");
            assert_eq!(
                reader.post(&format!("{wrong}/again"), &[]).await.status(),
                404,
                "{wrong}"
            );
        }
        assert_eq!(reader.post(&other.cancellation(&link), &[]).await.status(), 404);
        led_to(&reader.post(&bought.cancellation(&link), &[]).await, &link);
        assert_eq!(market.status(&bought), "Cancelled");
        market.emails(GUEST, 2).await;
    });
}

#[test]
fn a_guest_says_that_it_is_there() {
    run(async {
        let market = market().await;
        let bought = buy(&market, &Visitor::new(&market), GUEST).await;
        let link = market.link(GUEST, 1).await;
        let ines = seller(&market).await;
        send(&ines, &bought, "ctt", "RR1PT").await;
        let reader = Visitor::new(&market);
        led_to(&reader.post(&bought.delivery(&link), &[]).await, &link);
        assert_eq!(market.status(&bought), "Delivered");
    });
}

#[test]
fn a_password_keeps_the_order_and_only_the_proved_address_brings_the_others() {
    run(async {
        let market = market().await;
        let first = buy(&market, &Visitor::new(&market), GUEST).await;
        let link = market.link(GUEST, 1).await;
        let second = buy(&market, &Visitor::new(&market), GUEST).await;
        let reader = Visitor::new(&market);
        let short = reader.post(&format!("{link}/account"), &[("password", "short")]).await;
        assert_eq!(short.status(), 422);
        let body = short.text().await.unwrap();
        assert!(body.contains("<title>Error: "), "{body}");
        let form = [
            ("password", PASSWORD),
            ("operator", "true"),
            ("email", "eve@example.org"),
        ];
        led_to(
            &reader.post(&format!("{link}/account"), &form).await,
            "/dashboard/orders",
        );
        assert_eq!(market.count_of("users WHERE email = 'ada@example.org' AND operator"), 0);
        let listed = texts(&reader.page("/dashboard/orders").await, ".purchase h2");
        assert_eq!(
            listed,
            [first.number.as_str()],
            "a link proves one order, not the address"
        );
        assert_eq!(reader.get(&second.page()).await.status(), 404);

        let prove = market.link(GUEST, 3).await;
        assert!(prove.starts_with("/verify?token="), "{prove}");
        reader.get(&prove).await;
        reader.post("/verify", &[]).await;
        let listed = texts(&reader.page("/dashboard/orders").await, ".purchase h2");
        assert_eq!(listed, [second.number.clone(), first.number.clone()]);
        led_to(&reader.post("/logout", &[]).await, "/");
        assert_eq!(location(&reader.sign_in(GUEST, PASSWORD).await), "/account");
        assert_eq!(reader.get(&first.page()).await.status(), 200);
        // The link goes on opening the one order, and makes no second account.
        let stranger = Visitor::new(&market);
        assert!(texts(&stranger.page(&link).await, "#keep").is_empty());
        led_to(
            &stranger
                .post(&format!("{link}/account"), &[("password", PASSWORD)])
                .await,
            &link,
        );
        assert!(!stranger.is_signed_in().await);
    });
}

#[test]
fn who_only_claims_an_address_never_gets_its_orders() {
    run(async {
        let market = market().await;
        let thief = market.join_unproved("mallory").await;
        let email = "mallory@example.org";
        let bought = buy(&market, &Visitor::new(&market), email).await;
        assert_eq!(thief.sign_in("mallory", PASSWORD).await.status(), 303);
        assert!(texts(&thief.page("/dashboard/orders").await, ".purchase").is_empty());
        assert_eq!(thief.get(&bought.page()).await.status(), 404);
        // Once it is proved, they come along when one signs in.
        market.prove("mallory", true);
        thief.sign_in("mallory", PASSWORD).await;
        assert_eq!(thief.get(&bought.page()).await.status(), 200);
    });
}

#[test]
fn an_order_is_claimed_by_the_account_of_its_address_alone() {
    run(async {
        let market = market().await;
        let (lea, other) = (market.join("lea").await, market.join("other").await);
        let bought = buy(&market, &Visitor::new(&market), "lea@example.org").await;
        let link = market.link("lea@example.org", 2).await;
        let guest = Visitor::new(&market);
        assert!(texts(&guest.page(&link).await, "#keep + p")[0].contains("You have an account"));
        led_to(
            &guest.post(&format!("{link}/account"), &[("password", PASSWORD)]).await,
            &link,
        );
        assert!(!guest.is_signed_in().await);
        let claim = format!("{link}/claim");
        assert_eq!(other.post(&claim, &[]).await.status(), 422);
        assert_eq!(other.get(&bought.page()).await.status(), 404);
        led_to(&lea.post(&claim, &[]).await, "/dashboard/orders");
        assert_eq!(lea.get(&bought.page()).await.status(), 200);
    });
}
