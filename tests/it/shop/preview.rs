//! Drafts are visible only to their owner.

use super::{post_form, seller_with_shop, start_shop};
use crate::support::visitor::Visitor;
use crate::support::{Market, run, texts};

#[test]
fn a_draft_is_visible_only_to_its_owner_even_after_they_viewed_it() {
    run(async {
        let market = Market::empty();
        let ana = market.sign_up("ana").await;
        let ben = seller_with_shop(&market, "ben", "Wood", "wood").await;
        start_shop(&ana, "Clay", "clay").await;
        let sheet = "/shops/clay/theme.0.css";
        for _ in 0..2 {
            let page = ana.page("/shops/clay").await;
            assert!(
                texts(&page, ".only-you")
                    .join(" ")
                    .contains("Only you can see this page.")
            );
            assert_eq!(ana.get(sheet).await.status(), 200);
            for other_visitor in [&ben, &Visitor::new(&market)] {
                assert_eq!(other_visitor.get("/shops/clay").await.status(), 404);
                assert_eq!(other_visitor.get(sheet).await.status(), 404);
            }
        }
        assert_eq!(ana.post("/dashboard/shop/opening", &[]).await.status(), 303);
        let page = ana.page("/shops/clay").await;
        assert!(texts(&page, ".only-you").is_empty());
        assert_eq!(market.get("/shops/clay").await.status(), 200);
    });
}

#[test]
fn a_draft_product_is_visible_only_to_its_seller() {
    run(async {
        let market = Market::demo();
        let ines = Visitor::new(&market);
        ines.sign_in("ines", "twelve small pockets").await;
        let mug = "/shops/barro-e-sal/dipped-speckle-mug";
        market
            .db
            .write(|conn| {
                use diesel::connection::SimpleConnection;
                Ok(conn.batch_execute("UPDATE products SET state = 'draft' WHERE slug = 'dipped-speckle-mug'")?)
            })
            .await
            .unwrap();
        for _ in 0..2 {
            assert!(texts(&ines.page(mug).await, ".only-you").join(" ").contains("draft"));
            assert_eq!(market.get(mug).await.status(), 404);
        }
        let listed = |page| {
            texts(&page, "#grid h3")
                .iter()
                .any(|title| title.contains("Dipped speckle mug"))
        };
        assert!(
            !listed(ines.page("/shops/barro-e-sal").await),
            "the seller sees an open shop as visitors do"
        );
    });
}

#[test]
fn a_story_has_a_preview() {
    run(async {
        let market = Market::empty();
        let ana = market.sign_up("ana").await;
        let form = [
            ("name", "Clay"),
            ("bio", "**Clay** <script>x</script>"),
            ("do", "preview"),
        ];
        let (status, page) = post_form(&ana, super::NAME_STEP, &form).await;
        assert_eq!(status, 200);
        assert_eq!(texts(&page, "#story-preview strong"), ["Clay"]);
        assert_eq!(market.get("/shops/clay").await.status(), 404);
    });
}

#[test]
fn a_draft_product_links_to_its_shop_with_the_number_of_products() {
    run(async {
        let market = Market::demo();
        let ines = Visitor::new(&market);
        ines.sign_in("ines", "twelve small pockets").await;
        market
            .sql("UPDATE shops SET state = 'draft' WHERE slug = 'barro-e-sal'")
            .await;
        let page = ines.page("/shops/barro-e-sal/dipped-speckle-mug").await;
        let count = market.select_number(
            "SELECT COUNT(*) FROM products WHERE state <> 'archived'
             AND shop_id = (SELECT id FROM shops WHERE slug = 'barro-e-sal')",
        );
        assert!(texts(&page, "main").join(" ").contains(&format!("{count} products")));
    });
}
