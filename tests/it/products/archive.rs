//! Archiving, restoring, duplicating and deleting one product.

use diesel::prelude::*;

use super::{Setup, html};
use crate::schema::{jobs, personalization_fields, product_images, product_variants, products, stock_movements};
use crate::support::visitor::location;
use crate::support::{attributes, run, texts};

#[test]
fn an_archived_product_is_hidden_until_it_is_restored() {
    run(async {
        let setup = Setup::new().await;
        let id = setup.add_live("Mug", 500, 2);
        let path = |what: &str| format!("/dashboard/products/{id}/{what}");
        let address: String = {
            let query = products::table.find(id).select(products::slug);
            format!(
                "/shops/barro-e-sal/{}",
                query.first::<String>(&mut setup.conn()).unwrap()
            )
        };
        assert_eq!(setup.market.get(&address).await.status(), 200);
        assert_eq!(setup.ines.post(&path("archive"), &[]).await.status(), 303);
        assert_eq!(setup.market.get(&address).await.status(), 404);
        assert_eq!(
            attributes(&setup.ines.page("/dashboard/products").await, "#undo", "id").len(),
            1
        );
        assert_eq!(setup.ines.post(&path("archive"), &[]).await.status(), 303);
        assert_eq!(
            attributes(&setup.ines.page("/dashboard/products").await, "#undo", "id").len(),
            0
        );
        assert_eq!(setup.ines.post(&path("restoration"), &[]).await.status(), 303);
        assert_eq!(setup.state(id), "active");
        assert_eq!(setup.market.get(&address).await.status(), 200);
    });
}

#[test]
fn a_copy_is_a_draft_without_stock() {
    run(async {
        let setup = Setup::new().await;
        let id = setup.add_live("Shirt", 2_000, 4);
        setup.add_variant(id, "Large", 2_500, 6);
        setup.sql(&format!(
            "UPDATE product_variants SET image_id = {0} WHERE product_id = {id} AND value1 = 'Large';
             INSERT INTO personalization_fields (id, product_id, position, kind, label, hint, choices, max_length, required, price,
                created_at, updated_at)
             VALUES ({0}, {id}, 1, 'text', 'Name to stitch', '', '', 20, TRUE, 300, '2026-11-01 00:00:00', '2026-11-01 00:00:00')",
            id + 1
        ));
        for copies in 1..=2 {
            let response = setup
                .ines
                .post(&format!("/dashboard/products/{id}/duplicate"), &[])
                .await;
            assert_eq!(response.status(), 303);
            let copy: i64 = location(&response)
                .trim_start_matches("/dashboard/products/")
                .trim_end_matches("/edit")
                .parse()
                .unwrap();
            let mut conn = setup.conn();
            let (title, slug, state, owner): (String, String, String, Option<i64>) = products::table
                .find(copy)
                .select((products::title, products::slug, products::state, products::owner_id))
                .first(&mut conn)
                .unwrap();
            assert_eq!(
                (title.as_str(), state.as_str(), owner),
                ("Copy of Shirt", "draft", Some(setup.user))
            );
            assert_eq!(
                slug,
                if copies == 1 {
                    "copy-of-shirt"
                } else {
                    "copy-of-shirt-2"
                }
            );
            assert_eq!(setup.price_and_stock(copy), (2_000, 0, 2_000, 0));
            let variants: Vec<(String, i64, Option<i64>)> = product_variants::table
                .filter(product_variants::product_id.eq(copy))
                .order(product_variants::position)
                .select((
                    product_variants::value1,
                    product_variants::price,
                    product_variants::image_id,
                ))
                .load(&mut conn)
                .unwrap();
            let image: (i64, String) = product_images::table
                .filter(product_images::product_id.eq(copy))
                .select((product_images::id, product_images::url))
                .first(&mut conn)
                .unwrap();
            assert_eq!(image.1, "/media/demo/dipped-speckle-mug-1.svg");
            assert_eq!(
                variants,
                [
                    ("Small".to_owned(), 2_000, None),
                    ("Large".to_owned(), 2_500, Some(image.0))
                ]
            );
            let fields = personalization_fields::table.filter(personalization_fields::product_id.eq(copy));
            assert_eq!(fields.count().get_result::<i64>(&mut conn).unwrap(), 1);
            let movements = stock_movements::table
                .inner_join(product_variants::table)
                .filter(product_variants::product_id.eq(copy));
            assert_eq!(movements.count().get_result::<i64>(&mut conn).unwrap(), 2);
        }
        assert_eq!(setup.state(id), "active");
    });
}

#[test]
fn a_product_without_orders_can_be_deleted() {
    run(async {
        let setup = Setup::new().await;
        let id = setup.add_live("Mug <b>", 500, 2);
        let url = "/media/pictures/0123456789abcdef0123456789abcdef-800x1000.webp";
        setup.sql(&format!(
            "UPDATE product_images SET url = '{url}' WHERE product_id = {id}"
        ));
        let path = format!("/dashboard/products/{id}/removal");
        let page = setup.ines.page(&path).await;
        assert_eq!(texts(&page, "h1"), ["Delete Mug <b>"]);
        assert_eq!(setup.state(id), "active", "opening the page changes nothing");
        let response = setup.ines.post(&path, &[]).await;
        assert_eq!(
            (response.status().as_u16(), location(&response)),
            (303, "/dashboard/products")
        );
        let mut conn = setup.conn();
        assert_eq!(
            products::table.find(id).count().get_result::<i64>(&mut conn).unwrap(),
            0
        );
        let removals = jobs::table.filter(jobs::kind.eq("picture-removal"));
        assert_eq!(removals.count().get_result::<i64>(&mut conn).unwrap(), 1);
        assert_eq!(setup.ines.post(&path, &[]).await.status(), 404);
    });
}

#[test]
fn a_product_with_orders_can_only_be_archived() {
    run(async {
        let setup = Setup::new().await;
        let id = setup.add_live("Mug", 500, 2);
        setup.add_order(id);
        let path = format!("/dashboard/products/{id}/removal");
        let page = setup.ines.page(&path).await;
        assert!(attributes(&page, "#remove", "id").is_empty());
        assert_eq!(
            attributes(&page, "main form", "action"),
            [format!("/dashboard/products/{id}/archive")]
        );
        let response = setup.ines.post(&path, &[]).await;
        assert_eq!(response.status(), 422);
        assert!(
            texts(&html(response).await, "#problems")
                .join("")
                .contains("Archive it instead")
        );
        assert_eq!(setup.state(id), "active");
        let list = setup.ines.page("/dashboard/products").await;
        assert!(attributes(&list, &format!("a[href='{path}']"), "href").is_empty());
    });
}
