//! A guest's order: opened by the link in the email, and moved into an account.

use super::bought::{buy, led_to, market, seller, send};
use crate::support::visitor::{PASSWORD, Visitor, location};
use crate::support::{run, texts};

const GUEST: &str = "ada@example.org";

#[test]
fn only_the_link_in_the_email_opens_the_order() {
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
fn a_guest_confirms_the_delivery() {
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
fn a_password_claims_the_order_and_verifying_the_address_claims_the_others() {
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
        let form = [("password", PASSWORD), ("admin", "true"), ("email", "eve@example.org")];
        led_to(
            &reader.post(&format!("{link}/account"), &form).await,
            "/dashboard/orders",
        );
        assert_eq!(market.count_of("users WHERE email = 'ada@example.org' AND admin"), 0);
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
        // The link still opens the order, but makes no second account.
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
fn an_unverified_address_claims_no_orders() {
    run(async {
        let market = market().await;
        let thief = market.sign_up_unverified("mallory").await;
        let email = "mallory@example.org";
        let bought = buy(&market, &Visitor::new(&market), email).await;
        assert_eq!(thief.sign_in("mallory", PASSWORD).await.status(), 303);
        assert!(texts(&thief.page("/dashboard/orders").await, ".purchase").is_empty());
        assert_eq!(thief.get(&bought.page()).await.status(), 404);
        // After verification, signing in claims them.
        market.set_email_verified("mallory", true);
        thief.sign_in("mallory", PASSWORD).await;
        assert_eq!(thief.get(&bought.page()).await.status(), 200);
    });
}

#[test]
fn only_the_account_with_its_address_claims_an_order() {
    run(async {
        let market = market().await;
        let (lea, other) = (market.sign_up("lea").await, market.sign_up("other").await);
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
