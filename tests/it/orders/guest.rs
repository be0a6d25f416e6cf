//! A guest's order: opened by the link in the email, and claimed by an account.

use super::placed_order::{assert_redirects, buy, dispatch, market_with_shipping, seller};
use crate::support::visitor::{PASSWORD, Visitor, location};
use crate::support::{run, texts};

const GUEST: &str = "ada@example.org";

#[test]
fn only_the_link_in_the_email_opens_the_order() {
    run(async {
        let market = market_with_shipping().await;
        let order = buy(&market, &Visitor::new(&market), GUEST).await;
        let link = market.link(GUEST, 1).await;
        let reader = Visitor::new(&market);
        let response = reader.get(&link).await;
        assert_eq!(response.status(), 200);
        let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("referrer-policy"), "no-referrer");
        assert_eq!(header("cache-control"), "no-store");
        let body = response.text().await.unwrap();
        assert!(body.contains("noindex") && body.contains(&order.number));

        let token = link.rsplit('/').next().unwrap();
        assert_eq!(token.len(), 43);
        assert_eq!(
            market.count_rows(&format!("purchases WHERE token_hash = '{token}'")),
            0,
            "the token is stored as a hash"
        );
        let other = buy(&market, &Visitor::new(&market), "bob@example.org").await;
        for wrong in [
            format!("/orders/{}/{token}", other.number),
            format!("/orders/{}/{}", order.number, "A".repeat(43)),
            format!("/orders/{}/{token}x", order.number),
            format!("/orders/{}/%00", order.number),
            format!("/orders/{}/'--", order.number),
        ] {
            assert_eq!(reader.get(&wrong).await.status(), 404, "{wrong}");
            assert_eq!(
                reader.post(&format!("{wrong}/again"), &[]).await.status(),
                404,
                "{wrong}"
            );
        }
        assert_eq!(reader.post(&other.cancellation_path(&link), &[]).await.status(), 404);
        assert_redirects(&reader.post(&order.cancellation_path(&link), &[]).await, &link);
        assert_eq!(market.status(&order), "Cancelled");
        market.emails(GUEST, 2).await;
    });
}

#[test]
fn a_guest_confirms_the_delivery() {
    run(async {
        let market = market_with_shipping().await;
        let order = buy(&market, &Visitor::new(&market), GUEST).await;
        let link = market.link(GUEST, 1).await;
        let ines = seller(&market).await;
        dispatch(&ines, &order, "ctt", "RR1PT").await;
        let reader = Visitor::new(&market);
        assert_redirects(&reader.post(&order.delivery_path(&link), &[]).await, &link);
        assert_eq!(market.status(&order), "Delivered");
    });
}

#[test]
fn a_password_claims_the_order_and_verifying_the_address_claims_the_others() {
    run(async {
        let market = market_with_shipping().await;
        let first = buy(&market, &Visitor::new(&market), GUEST).await;
        let link = market.link(GUEST, 1).await;
        let second = buy(&market, &Visitor::new(&market), GUEST).await;
        let reader = Visitor::new(&market);
        let short = reader.post(&format!("{link}/account"), &[("password", "short")]).await;
        assert_eq!(short.status(), 422);
        let body = short.text().await.unwrap();
        assert!(body.contains("<title>Error: "), "{body}");
        let form = [("password", PASSWORD), ("admin", "true"), ("email", "eve@example.org")];
        assert_redirects(
            &reader.post(&format!("{link}/account"), &form).await,
            "/dashboard/orders",
        );
        assert_eq!(market.count_rows("users WHERE email = 'ada@example.org' AND admin"), 0);
        let numbers = texts(&reader.page("/dashboard/orders").await, ".purchase h2");
        assert_eq!(
            numbers,
            [first.number.as_str()],
            "the link gives access to one order, not to all orders of the address"
        );
        assert_eq!(reader.get(&second.buyer_page()).await.status(), 404);

        let verify_link = market.link(GUEST, 3).await;
        assert!(verify_link.starts_with("/verify?token="), "{verify_link}");
        reader.get(&verify_link).await;
        reader.post("/verify", &[]).await;
        let numbers = texts(&reader.page("/dashboard/orders").await, ".purchase h2");
        assert_eq!(numbers, [second.number.clone(), first.number.clone()]);
        assert_redirects(&reader.post("/logout", &[]).await, "/");
        assert_eq!(location(&reader.sign_in(GUEST, PASSWORD).await), "/account");
        assert_eq!(reader.get(&first.buyer_page()).await.status(), 200);
        // The link still opens the order, but makes no second account.
        let other_visitor = Visitor::new(&market);
        assert!(texts(&other_visitor.page(&link).await, "#claim-heading").is_empty());
        assert_redirects(
            &other_visitor
                .post(&format!("{link}/account"), &[("password", PASSWORD)])
                .await,
            &link,
        );
        assert!(!other_visitor.is_signed_in().await);
    });
}

#[test]
fn an_unverified_address_claims_no_orders() {
    run(async {
        let market = market_with_shipping().await;
        let attacker = market.sign_up_unverified("mallory").await;
        let email = "mallory@example.org";
        let order = buy(&market, &Visitor::new(&market), email).await;
        assert_eq!(attacker.sign_in("mallory", PASSWORD).await.status(), 303);
        assert!(texts(&attacker.page("/dashboard/orders").await, ".purchase").is_empty());
        assert_eq!(attacker.get(&order.buyer_page()).await.status(), 404);
        // After verification, signing in claims them.
        market.set_email_verified("mallory", true);
        attacker.sign_in("mallory", PASSWORD).await;
        assert_eq!(attacker.get(&order.buyer_page()).await.status(), 200);
    });
}

#[test]
fn only_the_account_with_its_address_claims_an_order() {
    run(async {
        let market = market_with_shipping().await;
        let (lea, other) = (market.sign_up("lea").await, market.sign_up("other").await);
        let order = buy(&market, &Visitor::new(&market), "lea@example.org").await;
        let link = market.link("lea@example.org", 2).await;
        let guest = Visitor::new(&market);
        assert!(texts(&guest.page(&link).await, "#claim-heading + p")[0].contains("You have an account"));
        assert_redirects(
            &guest.post(&format!("{link}/account"), &[("password", PASSWORD)]).await,
            &link,
        );
        assert!(!guest.is_signed_in().await);
        let claim = format!("{link}/claim");
        assert_eq!(other.post(&claim, &[]).await.status(), 422);
        assert_eq!(other.get(&order.buyer_page()).await.status(), 404);
        assert_redirects(&lea.post(&claim, &[]).await, "/dashboard/orders");
        assert_eq!(lea.get(&order.buyer_page()).await.status(), 200);
    });
}
