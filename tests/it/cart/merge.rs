//! A guest's cart is merged into the user's cart once when they sign in.

use futures_util::future::join_all;

use super::market::{SLUG, add, badge, plain};
use crate::support::roles::DEMO_PASSWORD;
use crate::support::run;
use crate::support::visitor::Visitor;

#[test]
fn a_guests_cart_is_merged_once_and_within_the_stock() {
    run(async {
        let market = plain().await;
        let (mug, vase) = (market.variant(SLUG), market.variant("salt-glaze-bud-vase"));
        market.stock(mug, 3).await;
        market.stock(vase, 9).await;
        let before = market.demo_person("bruno").await;
        add(&before, mug, "2").await;
        let guest = Visitor::new(&market);
        add(&guest, mug, "2").await;
        add(&guest, vase, "1").await;
        let as_guest = guest.cookie();
        guest.sign_in("bruno", DEMO_PASSWORD).await;
        let with_both = guest.cookie();
        assert_eq!(badge(&guest.page("/").await), "4");
        assert_eq!(market.held(), [(mug, 3, String::new()), (vase, 1, String::new())]);
        assert_eq!(market.carts(), 1);
        // The old cookie does not merge the cart a second time.
        for cookie in [with_both, as_guest.clone()] {
            let again = Visitor::with_cookie(&market, cookie);
            again.page("/cart").await;
        }
        let again = Visitor::with_cookie(&market, as_guest);
        again.sign_in("bruno", DEMO_PASSWORD).await;
        assert_eq!(badge(&again.page("/cart").await), "4");
        assert_eq!(market.quantities(), [3, 1]);
    });
}

#[test]
fn twenty_tabs_merge_a_cart_once() {
    run(async {
        let market = plain().await;
        let variant = market.variant(SLUG);
        market.stock(variant, 90).await;
        let guest = Visitor::new(&market);
        add(&guest, variant, "4").await;
        guest.sign_in("bruno", DEMO_PASSWORD).await;
        let tabs: Vec<Visitor> = (0..20).map(|_| Visitor::with_cookie(&market, guest.cookie())).collect();
        let answers = join_all(tabs.iter().map(|tab| tab.get("/cart"))).await;
        assert!(answers.iter().all(|answer| answer.status() == 200));
        assert_eq!((market.quantities(), market.carts()), (vec![4], 1));
    });
}

#[test]
fn a_cookie_with_another_cart_id_opens_no_cart() {
    run(async {
        let market = plain().await;
        let variant = market.variant(SLUG);
        market.stock(variant, 9).await;
        let user = market.demo_person("bruno").await;
        add(&user, variant, "2").await;
        user.post("/logout", &[]).await;
        assert_eq!(badge(&user.page("/cart").await), "");
        add(&user, variant, "1").await;
        assert_eq!(market.quantities(), [2, 1]);
    });
}
