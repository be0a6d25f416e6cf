//! A price or a stock, changed in its place.

use super::{Desk, html};
use crate::support::visitor::location;
use crate::support::{attributes, run, texts};

#[test]
fn a_price_is_edited_in_the_list_without_script() {
    run(async {
        let desk = Desk::open().await;
        let id = desk.live("Mug", 2_400, 3);
        let path = format!("/dashboard/products/{id}/price");
        let answer = desk.hx_post(&path, &[("price", "26.5")]).await;
        assert_eq!(answer.status(), 200);
        let vary = answer.headers().get_all("vary");
        assert!(vary.iter().any(|name| name.as_bytes() == b"HX-Request"));
        let block = answer.text().await.unwrap();
        assert!(!block.contains("<html"), "{block}");
        let block = scraper::Html::parse_fragment(&block);
        assert_eq!(attributes(&block, &format!("#price-{id}"), "value"), ["26.50"]);
        assert_eq!(texts(&block, &format!("#price-{id}-saved")), ["Saved"]);
        assert_eq!(texts(&block, "#said"), ["Saved. Mug costs $26.50."]);
        assert_eq!(desk.numbers(id), (2_650, 3, 2_650, 3));

        let back = "/dashboard/products?view=live&q=mug&sort=price";
        let answer = desk.ines.post(&path, &[("price", "7"), ("back", back)]).await;
        assert_eq!((answer.status().as_u16(), location(&answer)), (303, back));
        assert!(
            texts(&desk.ines.page(back).await, "#flash")
                .join("")
                .contains("Saved: Mug.")
        );
        assert_eq!(desk.numbers(id).0, 700);
    });
}

#[test]
fn an_invalid_price_is_shown_again_as_entered() {
    run(async {
        let desk = Desk::open().await;
        let id = desk.live("Mug", 2_400, 3);
        let path = format!("/dashboard/products/{id}/price");
        let long = "9".repeat(10_000);
        for typed in [
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
            let answer = desk.hx_post(&path, &[("price", typed)]).await;
            assert_eq!(answer.status(), 422, "{typed}");
            let block = scraper::Html::parse_fragment(&answer.text().await.unwrap());
            assert_eq!(attributes(&block, &format!("#price-{id}"), "aria-invalid"), ["true"]);
            assert!(!texts(&block, &format!("#price-{id}-error")).join("").is_empty());
            let answer = desk.ines.post(&path, &[("price", typed)]).await;
            assert_eq!(answer.status(), 422, "{typed}");
            let page = html(answer).await;
            assert!(texts(&page, "title")[0].starts_with("Error: "));
            assert_eq!(attributes(&page, "#problems a", "href"), [format!("#price-{id}")]);
            if !typed.contains('\0') {
                assert_eq!(attributes(&page, &format!("#price-{id}"), "value"), [typed]);
            }
        }
        assert_eq!(desk.numbers(id), (2_400, 3, 2_400, 3));
    });
}

#[test]
fn a_draft_may_be_free_for_now() {
    run(async {
        let desk = Desk::open().await;
        let id = desk.draft("Mug", 2_400, 3);
        let path = format!("/dashboard/products/{id}/price");
        assert_eq!(desk.ines.post(&path, &[("price", "0")]).await.status(), 303);
        assert_eq!(desk.numbers(id).0, 0);
    });
}

#[test]
fn stock_edits_are_relative_to_sales_in_the_meantime() {
    run(async {
        let desk = Desk::open().await;
        let id = desk.live("Mug", 2_400, 10);
        let path = format!("/dashboard/products/{id}/stock");
        // Four were sold while the shop counted two more.
        desk.sql(&format!(
            "UPDATE product_variants SET quantity = 6 WHERE product_id = {id}; UPDATE products SET quantity = 6 WHERE id = {id}"
        ));
        let answer = desk.hx_post(&path, &[("quantity", "12"), ("seen", "10")]).await;
        assert_eq!(answer.status(), 200);
        let block = scraper::Html::parse_fragment(&answer.text().await.unwrap());
        assert_eq!(attributes(&block, &format!("#quantity-{id}"), "value"), ["8"]);
        assert_eq!(attributes(&block, "[name=seen]", "value"), ["8"]);
        assert_eq!(
            texts(&block, &format!("#quantity-{id}-saved")),
            ["Saved. 4 sold meanwhile"]
        );
        assert_eq!(desk.numbers(id), (2_400, 8, 2_400, 8));

        // Nine cannot be taken of eight.
        let answer = desk.hx_post(&path, &[("quantity", "1"), ("seen", "10")]).await;
        assert_eq!(answer.status(), 422);
        let block = scraper::Html::parse_fragment(&answer.text().await.unwrap());
        let said = texts(&block, &format!("#quantity-{id}-error")).join("");
        assert!(
            said.contains("There are 8 now, so stock can't be reduced by 9"),
            "{said}"
        );
        assert_eq!(attributes(&block, &format!("#quantity-{id}"), "value"), ["1"]);
        assert_eq!(attributes(&block, "[name=seen]", "value"), ["8"]);
        assert_eq!(desk.numbers(id).1, 8);

        // The buttons, without script.
        for (step, left) in [("1", 9), ("-1", 8)] {
            let seen = desk.numbers(id).1.to_string();
            let answer = desk
                .ines
                .post(&path, &[("quantity", &seen), ("seen", &seen), ("step", step)])
                .await;
            assert_eq!((answer.status().as_u16(), desk.numbers(id).1), (303, left));
        }
        let moves: Vec<i32> = {
            use crate::schema::{product_variants, stock_movements};
            use diesel::prelude::*;
            stock_movements::table
                .inner_join(product_variants::table)
                .filter(product_variants::product_id.eq(id))
                .filter(stock_movements::reason.eq("edit"))
                .filter(stock_movements::user_id.eq(desk.user))
                .order(stock_movements::id)
                .select(stock_movements::change)
                .load(&mut desk.conn())
                .unwrap()
        };
        assert_eq!(moves, [2, 1, -1]);
    });
}

#[test]
fn an_invalid_stock_is_refused() {
    run(async {
        let desk = Desk::open().await;
        let id = desk.live("Mug", 2_400, 3);
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
            for answer in [desk.hx_post(&path, &form).await, desk.ines.post(&path, &form).await] {
                assert_eq!(answer.status(), 422, "{quantity:?} {seen:?} {step:?}");
            }
        }
        assert_eq!(desk.numbers(id).1, 3);
    });
}

#[test]
fn a_seller_cannot_change_the_products_of_another_shop() {
    run(async {
        let desk = Desk::open().await;
        let id = desk.draft_in(desk.other_shop, "Not mine", 2_400, 3);
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
            assert_eq!(desk.ines.post(&path, &form).await.status(), 404, "{cell}");
            assert_eq!(desk.hx_post(&path, &form).await.status(), 404, "{cell}");
        }
        assert_eq!(
            desk.ines
                .get(&format!("/dashboard/products/{id}/removal"))
                .await
                .status(),
            404
        );
        assert_eq!(
            (desk.numbers(id), desk.state(id).as_str()),
            ((2_400, 3, 2_400, 3), "draft")
        );
    });
}

#[test]
fn editing_a_cell_changes_only_its_column() {
    run(async {
        use crate::schema::products;
        use diesel::prelude::*;
        let desk = Desk::open().await;
        let id = desk.live("Mug", 2_400, 3);
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
                .first::<(Option<i64>, i64, String, String, Option<i64>, String, Option<String>)>(&mut desk.conn())
                .unwrap()
        };
        let before = row();
        let other = desk.other_shop.to_string();
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
            let answer = desk.ines.post(&format!("/dashboard/products/{id}/{cell}"), &form).await;
            assert_eq!(answer.status(), 303, "{cell}");
        }
        assert_eq!(row(), before);
        assert_eq!(desk.numbers(id), (500, 4, 500, 4));
    });
}
