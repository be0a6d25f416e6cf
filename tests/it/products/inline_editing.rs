//! Editing prices and stock in the product list.

use super::{Setup, html};
use crate::support::visitor::location;
use crate::support::{attributes, run, texts};

#[test]
fn a_price_is_edited_in_the_list_without_script() {
    run(async {
        let setup = Setup::new().await;
        let id = setup.add_live("Mug", 2_400, 3);
        let path = format!("/dashboard/products/{id}/price");
        let response = setup.hx_post(&path, &[("price", "26.5")]).await;
        assert_eq!(response.status(), 200);
        let vary = response.headers().get_all("vary");
        assert!(vary.iter().any(|name| name.as_bytes() == b"HX-Request"));
        let block = response.text().await.unwrap();
        assert!(!block.contains("<html"), "{block}");
        let block = scraper::Html::parse_fragment(&block);
        assert_eq!(attributes(&block, &format!("#price-{id}"), "value"), ["26.50"]);
        assert_eq!(texts(&block, &format!("#price-{id}-saved")), ["Saved"]);
        assert_eq!(texts(&block, "#status-message"), ["Saved. Mug costs $26.50."]);
        assert_eq!(setup.price_and_stock(id), (2_650, 3, 2_650, 3));

        let back = "/dashboard/products?view=live&q=mug&sort=price";
        let response = setup.ines.post(&path, &[("price", "7"), ("back", back)]).await;
        assert_eq!((response.status().as_u16(), location(&response)), (303, back));
        assert!(
            texts(&setup.ines.page(back).await, "#flash")
                .join("")
                .contains("Saved: Mug.")
        );
        assert_eq!(setup.price_and_stock(id).0, 700);
    });
}

#[test]
fn an_invalid_price_is_shown_again_as_entered() {
    run(async {
        let setup = Setup::new().await;
        let id = setup.add_live("Mug", 2_400, 3);
        let path = format!("/dashboard/products/{id}/price");
        let long = "9".repeat(10_000);
        for input in [
            "",
            "-1",
            "abc",
            "1.005",
            "0",
            "12,50",
            "<b hx-get=/x>",
            "1\u{0}",
            "10000001",
            &long,
        ] {
            let response = setup.hx_post(&path, &[("price", input)]).await;
            assert_eq!(response.status(), 422, "{input}");
            let block = scraper::Html::parse_fragment(&response.text().await.unwrap());
            assert_eq!(attributes(&block, &format!("#price-{id}"), "aria-invalid"), ["true"]);
            assert!(!texts(&block, &format!("#price-{id}-error")).join("").is_empty());
            let response = setup.ines.post(&path, &[("price", input)]).await;
            assert_eq!(response.status(), 422, "{input}");
            let page = html(response).await;
            assert!(texts(&page, "title")[0].starts_with("Error: "));
            assert_eq!(attributes(&page, "#problems a", "href"), [format!("#price-{id}")]);
            if !input.contains('\0') {
                assert_eq!(attributes(&page, &format!("#price-{id}"), "value"), [input]);
            }
        }
        assert_eq!(setup.price_and_stock(id), (2_400, 3, 2_400, 3));
    });
}

#[test]
fn a_draft_may_be_free_for_now() {
    run(async {
        let setup = Setup::new().await;
        let id = setup.add_draft("Mug", 2_400, 3);
        let path = format!("/dashboard/products/{id}/price");
        assert_eq!(setup.ines.post(&path, &[("price", "0")]).await.status(), 303);
        assert_eq!(setup.price_and_stock(id).0, 0);
    });
}

#[test]
fn stock_edits_are_relative_to_sales_in_the_meantime() {
    run(async {
        let setup = Setup::new().await;
        let id = setup.add_live("Mug", 2_400, 10);
        let path = format!("/dashboard/products/{id}/stock");
        // Four items are sold while the seller adds two.
        setup.sql(&format!(
            "UPDATE product_variants SET quantity = 6 WHERE product_id = {id}; UPDATE products SET quantity = 6 WHERE id = {id}"
        ));
        let response = setup.hx_post(&path, &[("quantity", "12"), ("seen", "10")]).await;
        assert_eq!(response.status(), 200);
        let block = scraper::Html::parse_fragment(&response.text().await.unwrap());
        assert_eq!(attributes(&block, &format!("#quantity-{id}"), "value"), ["8"]);
        assert_eq!(attributes(&block, "[name=seen]", "value"), ["8"]);
        assert_eq!(
            texts(&block, &format!("#quantity-{id}-saved")),
            ["Saved. 4 sold in the meantime"]
        );
        assert_eq!(setup.price_and_stock(id), (2_400, 8, 2_400, 8));

        // A stock of eight cannot be reduced by nine.
        let response = setup.hx_post(&path, &[("quantity", "1"), ("seen", "10")]).await;
        assert_eq!(response.status(), 422);
        let block = scraper::Html::parse_fragment(&response.text().await.unwrap());
        let message = texts(&block, &format!("#quantity-{id}-error")).join("");
        assert!(
            message.contains("There are 8 now, so stock can't be reduced by 9"),
            "{message}"
        );
        assert_eq!(attributes(&block, &format!("#quantity-{id}"), "value"), ["1"]);
        assert_eq!(attributes(&block, "[name=seen]", "value"), ["8"]);
        assert_eq!(setup.price_and_stock(id).1, 8);

        // The plus and minus buttons work without script.
        for (step, left) in [("1", 9), ("-1", 8)] {
            let seen = setup.price_and_stock(id).1.to_string();
            let response = setup
                .ines
                .post(&path, &[("quantity", &seen), ("seen", &seen), ("step", step)])
                .await;
            assert_eq!((response.status().as_u16(), setup.price_and_stock(id).1), (303, left));
        }
        let changes: Vec<i32> = {
            use crate::schema::{product_variants, stock_movements};
            use diesel::prelude::*;
            stock_movements::table
                .inner_join(product_variants::table)
                .filter(product_variants::product_id.eq(id))
                .filter(stock_movements::reason.eq("edit"))
                .filter(stock_movements::user_id.eq(setup.user))
                .order(stock_movements::id)
                .select(stock_movements::change)
                .load(&mut setup.conn())
                .unwrap()
        };
        assert_eq!(changes, [2, 1, -1]);
    });
}

#[test]
fn an_invalid_stock_is_refused() {
    run(async {
        let setup = Setup::new().await;
        let id = setup.add_live("Mug", 2_400, 3);
        let path = format!("/dashboard/products/{id}/stock");
        for (quantity, seen, step) in [
            ("", "3", ""),
            ("-1", "3", ""),
            ("1000000", "3", ""),
            ("3.5", "3", ""),
            ("99999999999999999999", "3", ""),
            ("3\u{0}", "3", ""),
            ("3", "", ""),
            ("3", "-2147483648", ""),
            ("3", "3", "2147483647"),
            ("999999", "0", ""),
        ] {
            let form = [("quantity", quantity), ("seen", seen), ("step", step)];
            for response in [setup.hx_post(&path, &form).await, setup.ines.post(&path, &form).await] {
                assert_eq!(response.status(), 422, "{quantity:?} {seen:?} {step:?}");
            }
        }
        assert_eq!(setup.price_and_stock(id).1, 3);
    });
}

#[test]
fn a_seller_cannot_change_the_products_of_another_shop() {
    run(async {
        let setup = Setup::new().await;
        let id = setup.add_draft_to(setup.other_shop, "Not mine", 2_400, 3);
        for (cell, form) in [
            ("price", vec![("price", "1")]),
            ("price", vec![("price", "nonsense")]),
            ("stock", vec![("quantity", "1"), ("seen", "3")]),
            ("stock", vec![]),
            ("archive", vec![]),
            ("restoration", vec![]),
            ("duplicate", vec![]),
            ("removal", vec![]),
        ] {
            let path = format!("/dashboard/products/{id}/{cell}");
            assert_eq!(setup.ines.post(&path, &form).await.status(), 404, "{cell}");
            assert_eq!(setup.hx_post(&path, &form).await.status(), 404, "{cell}");
        }
        assert_eq!(
            setup
                .ines
                .get(&format!("/dashboard/products/{id}/removal"))
                .await
                .status(),
            404
        );
        assert_eq!(
            (setup.price_and_stock(id), setup.state(id).as_str()),
            ((2_400, 3, 2_400, 3), "draft")
        );
    });
}

#[test]
fn editing_a_cell_changes_only_its_column() {
    run(async {
        use crate::schema::products;
        use diesel::prelude::*;
        let setup = Setup::new().await;
        let id = setup.add_live("Mug", 2_400, 3);
        let row = || {
            products::table
                .find(id)
                .select((
                    products::owner_id,
                    products::shop_id,
                    products::title,
                    products::state,
                    products::section_id,
                    products::category,
                    products::archived_from,
                ))
                .first::<(Option<i64>, i64, String, String, Option<i64>, String, Option<String>)>(&mut setup.conn())
                .unwrap()
        };
        let before = row();
        let other = setup.other_shop.to_string();
        let extra = [
            ("owner_id", "1"),
            ("shop_id", other.as_str()),
            ("title", "Taken"),
            ("state", "archived"),
            ("section_id", "1"),
            ("category", "ART"),
            ("archived_from", "active"),
            ("id", "1"),
        ];
        for (cell, own) in [
            ("price", vec![("price", "5"), ("quantity", "77")]),
            ("stock", vec![("quantity", "4"), ("seen", "3"), ("price", "1")]),
        ] {
            let form: Vec<(&str, &str)> = own.into_iter().chain(extra).collect();
            let response = setup
                .ines
                .post(&format!("/dashboard/products/{id}/{cell}"), &form)
                .await;
            assert_eq!(response.status(), 303, "{cell}");
        }
        assert_eq!(row(), before);
        assert_eq!(setup.price_and_stock(id), (500, 4, 500, 4));
    });
}
