//! Sections: their order, and the links for buyers.

use diesel::prelude::*;

use super::{connect, post_form, seller_with_shop, shop_id};
use crate::schema::{products, sections};
use crate::support::visitor::Visitor;
use crate::support::{Market, attributes, run, texts};

const SECTIONS: &str = "/dashboard/shop/sections";

fn names(market: &Market, shop: i64) -> Vec<(i64, String)> {
    sections::table
        .filter(sections::shop_id.eq(shop))
        .order(sections::position)
        .select((sections::id, sections::name))
        .load(&mut connect(market))
        .unwrap()
}

#[test]
fn sections_are_added_renamed_moved_and_removed() {
    run(async {
        let market = Market::empty();
        let ana = seller_with_shop(&market, "ana", "Clay", "clay").await;
        let shop = shop_id(&market, "clay");
        for name in ["Mugs", "Plates", "<i>Bowls</i>"] {
            assert_eq!(ana.post(SECTIONS, &[("name", name)]).await.status(), 303);
        }
        for name in ["", "mugs", &"x".repeat(61), "a\u{0}"] {
            assert_eq!(post_form(&ana, SECTIONS, &[("name", name)]).await.0, 422, "{name:?}");
        }
        let ids: Vec<i64> = names(&market, shop).into_iter().map(|(id, _)| id).collect();
        let path = |id: i64, what: &str| format!("{SECTIONS}/{id}{what}");
        assert_eq!(ana.post(&path(ids[2], "/place"), &[("way", "up")]).await.status(), 303);
        assert_eq!(ana.post(&path(ids[0], "/place"), &[("way", "up")]).await.status(), 303);
        let order: Vec<i64> = names(&market, shop).into_iter().map(|(id, _)| id).collect();
        assert_eq!(order, [ids[0], ids[2], ids[1]]);
        let (status, page) = post_form(&ana, &path(ids[1], ""), &[("name", "Mugs")]).await;
        assert_eq!(status, 422);
        assert_eq!(attributes(&page, &format!("#name-{}", ids[1]), "value"), ["Mugs"]);
        assert_eq!(ana.post(&path(ids[1], ""), &[("name", "Dishes")]).await.status(), 303);
        assert_eq!(ana.post(&path(ids[2], "/removal"), &[]).await.status(), 303);
        let left: Vec<String> = names(&market, shop).into_iter().map(|(_, name)| name).collect();
        assert_eq!(left, ["Mugs", "Dishes"]);
    });
}

#[test]
fn buyers_choose_among_the_sections_with_products() {
    run(async {
        let market = Market::demo();
        let ines = Visitor::new(&market);
        ines.sign_in("ines", "twelve small pockets").await;
        for name in ["Mugs", "Empty"] {
            assert_eq!(ines.post(SECTIONS, &[("name", name)]).await.status(), 303);
        }
        let shop = shop_id(&market, "barro-e-sal");
        let section_id = |wanted: &str| names(&market, shop).iter().find(|(_, name)| name == wanted).unwrap().0;
        let mugs = section_id("Mugs");
        market
            .db
            .write(move |conn| {
                diesel::update(products::table.filter(products::slug.eq("dipped-speckle-mug")))
                    .set(products::section_id.eq(mugs))
                    .execute(conn)?;
                Ok(())
            })
            .await
            .unwrap();
        let page = market.page("/shops/barro-e-sal").await;
        let links = texts(&page, "nav[aria-label^='Sections'] a");
        assert!(
            links.contains(&"Mugs".to_owned()) && !links.contains(&"Empty".to_owned()),
            "{links:?}"
        );
        let page = market.page(&format!("/shops/barro-e-sal?section={mugs}")).await;
        assert_eq!(texts(&page, "#grid h3"), ["Dipped speckle mug"]);
        for wrong in ["1", "x", "-1", "99999999999999999999"] {
            let path = format!("/shops/barro-e-sal?section={wrong}");
            assert_eq!(market.get(&path).await.status(), 404, "{wrong}");
        }
        assert_eq!(
            market.get(&format!("/shops/fjordull?section={mugs}")).await.status(),
            404
        );
        assert_eq!(
            ines.post(&format!("{SECTIONS}/{mugs}/removal"), &[]).await.status(),
            303
        );
        assert_eq!(
            market.get("/shops/barro-e-sal/dipped-speckle-mug").await.status(),
            200,
            "the product stays"
        );
    });
}

#[test]
fn an_unknown_section_is_not_found_after_the_shop_was_visited() {
    run(async {
        let market = Market::demo();
        for _ in 0..2 {
            assert_eq!(market.get("/shops/barro-e-sal").await.status(), 200);
            assert_eq!(market.get("/shops/barro-e-sal?section=0").await.status(), 404);
        }
    });
}
