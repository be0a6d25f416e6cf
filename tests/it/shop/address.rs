//! A shop's address: checks, changes, and redirects from old addresses.

use super::{NAME_STEP, post_form, profile_form, seller_with_shop};
use crate::support::visitor::location;
use crate::support::{Market, attributes, run, texts};

#[test]
fn an_old_address_redirects_forever_and_no_other_shop_gets_it() {
    run(async {
        let market = Market::empty();
        let ana = seller_with_shop(&market, "ana", "Clay", "clay").await;
        let ben = seller_with_shop(&market, "ben", "Wood", "wood").await;
        assert_eq!(
            ana.post("/dashboard/shop", &profile_form("Clay", "fine-clay"))
                .await
                .status(),
            303
        );
        assert_eq!(location(&market.get("/shops/clay").await), "/shops/fine-clay");
        for taken in ["clay", "fine-clay"] {
            let (status, page) = post_form(&ben, "/dashboard/shop", &profile_form("Wood", taken)).await;
            assert_eq!(status, 422, "{taken}");
            assert!(!attributes(&page, "[name=take]", "value").is_empty());
            assert_eq!(attributes(&page, "#slug", "value"), [taken]);
        }
        // The shop takes its first address back: now the second one redirects to it.
        assert_eq!(
            ana.post("/dashboard/shop", &profile_form("Clay", "clay"))
                .await
                .status(),
            303
        );
        assert_eq!(market.get("/shops/clay").await.status(), 200);
        assert_eq!(location(&market.get("/shops/fine-clay").await), "/shops/clay");
    });
}

#[test]
fn a_draft_leaves_no_old_address_behind() {
    run(async {
        let market = Market::empty();
        let ana = market.sign_up("ana").await;
        super::start_shop(&ana, "Clay", "clay").await;
        super::start_shop(&ana, "Clay", "fine-clay").await;
        let ben = market.sign_up("ben").await;
        super::start_shop(&ben, "Clay", "clay").await;
    });
}

#[test]
fn a_shop_can_change_its_address_twenty_times() {
    run(async {
        let market = Market::empty();
        let ana = seller_with_shop(&market, "ana", "Clay", "clay-0").await;
        for number in 1..=20 {
            let slug = format!("clay-{number}");
            assert_eq!(
                ana.post("/dashboard/shop", &profile_form("Clay", &slug)).await.status(),
                303,
                "{slug}"
            );
        }
        assert_eq!(
            ana.post("/dashboard/shop", &profile_form("Clay", "clay-21"))
                .await
                .status(),
            422
        );
        assert_eq!(
            ana.post("/dashboard/shop", &profile_form("Clay", "clay-3"))
                .await
                .status(),
            303
        );
    });
}

#[test]
fn an_address_is_checked_while_it_is_typed_and_by_a_button() {
    run(async {
        let market = Market::empty();
        seller_with_shop(&market, "ana", "Clay", "clay").await;
        let ben = market.sign_up("ben").await;
        let (status, page) = post_form(
            &ben,
            NAME_STEP,
            &[("name", "Clay"), ("slug", "clay"), ("bio", "Mine."), ("do", "check")],
        )
        .await;
        assert_eq!(status, 200);
        assert!(texts(&page, "#address").join(" ").contains("/shops/clay is taken."));
        assert_eq!(texts(&page, "#bio"), ["Mine."]);
        let suggestions = attributes(&page, "[name=take]", "value");
        assert_eq!(suggestions[0], "clay-shop");
        assert_eq!(ben.get("/dashboard/shop/address?slug=clay").await.status(), 303);
        // The button of the suggested address saves it with the rest of the form.
        let taken = ben
            .post(
                NAME_STEP,
                &[("name", "Clay"), ("slug", "clay"), ("take", &suggestions[0])],
            )
            .await;
        assert_eq!(location(&taken), "/dashboard/shop/new/look");
        assert_eq!(attributes(&ben.page(NAME_STEP).await, "#slug", "value"), ["clay-shop"]);
    });
}
