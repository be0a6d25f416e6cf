//! A guest's cart is merged into the user's cart once when they sign in.

use futures_util::future::join_all;

use super::market::{RING_DISH, add, badge, simple_market};
use crate::support::roles::DEMO_PASSWORD;
use crate::support::run;
use crate::support::visitor::Visitor;

#[test]
fn a_guests_cart_is_merged_once_and_within_the_stock() {
    run(async {
        let market = simple_market().await;
        let (dish, vase) = (market.variant(RING_DISH), market.variant("salt-glaze-bud-vase"));
        market.set_variant_quantity(dish, 3).await;
        market.set_variant_quantity(vase, 9).await;
        let user = market.sign_in_demo_user("bruno").await;
        add(&user, dish, "2").await;
        let guest = Visitor::new(&market);
        add(&guest, dish, "2").await;
        add(&guest, vase, "1").await;
        let guest_cookie = guest.cookie();
        guest.sign_in("bruno", DEMO_PASSWORD).await;
        let merged_cookie = guest.cookie();
        assert_eq!(badge(&guest.page("/").await), "4");
        assert_eq!(
            market.cart_lines(),
            [(dish, 3, String::new()), (vase, 1, String::new())]
        );
        assert_eq!(market.carts(), 1);
        // The old cookie does not merge the cart a second time.
        for cookie in [merged_cookie, guest_cookie.clone()] {
            let other_browser = Visitor::with_cookie(&market, cookie);
            other_browser.page("/cart").await;
        }
        let other_browser = Visitor::with_cookie(&market, guest_cookie);
        other_browser.sign_in("bruno", DEMO_PASSWORD).await;
        assert_eq!(badge(&other_browser.page("/cart").await), "4");
        assert_eq!(market.quantities(), [3, 1]);
    });
}

#[test]
fn twenty_tabs_merge_a_cart_once() {
    run(async {
        let market = simple_market().await;
        let variant = market.variant(RING_DISH);
        market.set_variant_quantity(variant, 90).await;
        let guest = Visitor::new(&market);
        add(&guest, variant, "4").await;
        guest.sign_in("bruno", DEMO_PASSWORD).await;
        let tabs: Vec<Visitor> = (0..20).map(|_| Visitor::with_cookie(&market, guest.cookie())).collect();
        let responses = join_all(tabs.iter().map(|tab| tab.get("/cart"))).await;
        assert!(responses.iter().all(|response| response.status() == 200));
        assert_eq!((market.quantities(), market.carts()), (vec![4], 1));
    });
}

#[test]
fn a_cookie_with_another_cart_id_opens_no_cart() {
    run(async {
        let market = simple_market().await;
        let variant = market.variant(RING_DISH);
        market.set_variant_quantity(variant, 9).await;
        let user = market.sign_in_demo_user("bruno").await;
        add(&user, variant, "2").await;
        user.post("/logout", &[]).await;
        assert_eq!(badge(&user.page("/cart").await), "");
        add(&user, variant, "1").await;
        assert_eq!(market.quantities(), [2, 1]);
    });
}
