//! Stock changes in the editor: changes by two at once, and the stock movements.

use diesel::prelude::*;

use super::{EditorState, NEW, assert_stock_adds_up, conn, html, product_id, saved_path, seller, variants};
use crate::schema::{product_variants, products, stock_movements, users};
use crate::support::{Market, run, texts};

#[test]
fn a_stock_change_is_relative_to_the_stock_seen_and_names_its_author() {
    run(async {
        let market = Market::demo();
        let seller = seller(&market).await;
        let mut editor = EditorState::from_page(&seller.page(NEW).await);
        let edit = saved_path(&editor.fill_required("Moon jar").submit(&seller, NEW, "save").await);
        let mut editor = EditorState::from_page(&seller.page(&edit).await);
        // One item is sold while the seller edits.
        sell(&market, product_id(&edit));
        saved_path(
            &editor
                .set("variants[0][quantity]", "10")
                .submit(&seller, &edit, "save")
                .await,
        );
        let variant = variants(&market, product_id(&edit))[0].clone();
        assert_eq!(variant.2, 9, "4 shown, 10 entered, 1 sold");
        assert_stock_adds_up(&market);
        let last: (String, i32, Option<i64>) = stock_movements::table
            .filter(stock_movements::variant_id.eq(variant.0))
            .order(stock_movements::id.desc())
            .select((
                stock_movements::reason,
                stock_movements::change,
                stock_movements::user_id,
            ))
            .first(&mut conn(&market))
            .unwrap();
        let ines: i64 = users::table
            .filter(users::username.eq("ines"))
            .select(users::id)
            .first(&mut conn(&market))
            .unwrap();
        assert_eq!(last, ("edit".to_owned(), 6, Some(ines)));
        let page = seller.page(&edit.replace("/edit", "/stock")).await;
        assert_eq!(texts(&page, ".stock-movements td:nth-child(4)"), ["+6", "−1", "+4"]);
        // Saving without a change records no movement.
        saved_path(
            &EditorState::from_page(&seller.page(&edit).await)
                .submit(&seller, &edit, "save")
                .await,
        );
        assert_eq!(
            texts(
                &seller.page(&edit.replace("/edit", "/stock")).await,
                ".stock-movements tbody tr"
            )
            .len(),
            3
        );
    });
}

#[test]
fn stock_cannot_be_reduced_below_zero() {
    run(async {
        let market = Market::demo();
        let seller = seller(&market).await;
        let mut editor = EditorState::from_page(&seller.page(NEW).await);
        let edit = saved_path(&editor.fill_required("Moon jar").submit(&seller, NEW, "save").await);
        let mut editor = EditorState::from_page(&seller.page(&edit).await);
        sell(&market, product_id(&edit));
        let page = html(
            editor
                .set("variants[0][quantity]", "0")
                .submit(&seller, &edit, "save")
                .await,
            422,
        )
        .await;
        assert!(
            texts(&page, "#problems")
                .join(" ")
                .contains("The stock changed in the meantime")
        );
        assert_eq!(variants(&market, product_id(&edit))[0].2, 3);
        // The form in the response starts from the current stock.
        saved_path(&EditorState::from_page(&page).submit(&seller, &edit, "save").await);
        assert_eq!(variants(&market, product_id(&edit))[0].2, 0);
        assert_stock_adds_up(&market);
    });
}

#[test]
fn the_second_of_two_tabs_is_warned_and_loses_nothing() {
    run(async {
        let market = Market::demo();
        let seller = seller(&market).await;
        let mut editor = EditorState::from_page(&seller.page(NEW).await);
        let edit = saved_path(&editor.fill_required("Moon jar").submit(&seller, NEW, "save").await);
        let mut first = EditorState::from_page(&seller.page(&edit).await);
        let mut second = first.clone();
        saved_path(
            &first
                .set("title", "Sun jar")
                .set("variants[0][quantity]", "6")
                .submit(&seller, &edit, "save")
                .await,
        );
        second
            .set("description", "Written in the second tab")
            .set("variants[0][quantity]", "3");
        let page = html(second.submit(&seller, &edit, "save").await, 422).await;
        assert!(texts(&page, "#changed").join(" ").contains("changed elsewhere"));
        let again = EditorState::from_page(&page);
        assert_eq!(again.get("description"), ["Written in the second tab"]);
        assert_eq!(
            (again.get("variants[][quantity]"), again.get("variants[][seen]")),
            (vec!["5"], vec!["6"])
        );
        saved_path(&again.submit(&seller, &edit, "save").await);
        assert_eq!(variants(&market, product_id(&edit))[0].2, 5, "4 + 2 - 1");
        assert_stock_adds_up(&market);
    });
}

/// Sells one item of a product's first variant.
fn sell(market: &Market, product: i64) {
    let mut conn = conn(market);
    let id = variants(market, product)[0].0;
    let left: i32 = product_variants::table
        .find(id)
        .select(product_variants::quantity)
        .first(&mut conn)
        .unwrap();
    diesel::update(product_variants::table.find(id))
        .set(product_variants::quantity.eq(left - 1))
        .execute(&mut conn)
        .unwrap();
    diesel::update(products::table.find(product))
        .set(products::quantity.eq(products::quantity - 1))
        .execute(&mut conn)
        .unwrap();
    diesel::insert_into(stock_movements::table)
        .values((
            stock_movements::id.eq(pocketshop::id::MovementId::new().0),
            stock_movements::variant_id.eq(id),
            stock_movements::reason.eq("sale"),
            stock_movements::change.eq(-1),
            stock_movements::quantity.eq(left - 1),
            stock_movements::created_at.eq(crate::support::roles::now()),
        ))
        .execute(&mut conn)
        .unwrap();
}
