//! Saving and publishing products: required fields, limits, addresses, pictures and personalization.

use diesel::prelude::*;

use super::{EditorState, NEW, assert_stock_adds_up, conn, html, png, product_id, saved_path, seller};
use crate::schema::{pending_images, product_images, products};
use crate::support::{Market, attributes, run, texts};

#[test]
fn a_product_is_created_shown_and_bought() {
    run(async {
        let market = Market::demo();
        let seller = seller(&market).await;
        let mut editor = EditorState::from_page(&seller.page(NEW).await);
        editor
            .fill_required("Moon jar")
            .set("description", "Round, *white*.")
            .set("tags", "#Jar, white, jar");
        editor
            .set("compare_at_price", "20")
            .set("material", "White stoneware")
            .set("new_section", "Jars");
        editor
            .set("readiness", "made")
            .set("ready_from", "3")
            .set("ready_within", "5");
        editor
            .add_file("one.png", png(300, 400))
            .add_file("two.png", png(400, 300));
        let edit = saved_path(&editor.submit(&seller, NEW, "publish").await);
        let page = seller.page(&edit).await;
        assert!(texts(&page, "#flash").join(" ").contains("“Moon jar” is live"));
        assert_eq!(attributes(&page, "#picture-list .picture-card", "id").len(), 2);
        let shown = market.page("/shops/barro-e-sal/moon-jar").await;
        let page_text = texts(&shown, "main").join(" ");
        for text in [
            "$12.50",
            "$20.00",
            "Made to order in 3 to 5 days",
            "Jars",
            "Material: White stoneware",
            "jar, white",
            "Round, white.",
        ] {
            assert!(page_text.contains(text), "{text} is not in {page_text}");
        }
        assert_eq!(attributes(&shown, "#gallery .gallery-picture img", "src").len(), 2);
        assert_stock_adds_up(&market);
    });
}

#[test]
fn a_draft_may_be_incomplete_but_a_live_product_may_not() {
    run(async {
        let market = Market::demo();
        let seller = seller(&market).await;
        let empty = EditorState::from_page(&seller.page(NEW).await);
        let page = html(empty.submit(&seller, NEW, "publish").await, 422).await;
        assert!(texts(&page, "title").join("").starts_with("Error: "));
        let missing = attributes(&page, "#problems a", "href");
        assert_eq!(missing, ["#title", "#category", "#price", "#images"]);
        let mut draft = empty.clone();
        draft.set("title", "Moon jar").set("category", "HOME");
        let edit = saved_path(&draft.submit(&seller, NEW, "save").await);
        assert_eq!(market.get("/shops/barro-e-sal/moon-jar").await.status(), 404);
        let editor = EditorState::from_page(&seller.page(&edit).await);
        assert_eq!(editor.get("variants[][price]"), [""], "no price was entered");
    });
}

#[test]
fn a_new_title_changes_the_address_of_a_draft_only() {
    run(async {
        let market = Market::demo();
        let seller = seller(&market).await;
        let mut editor = EditorState::from_page(&seller.page(NEW).await);
        editor.fill_required("Moon jar").add_file("one.png", png(30, 40));
        let edit = saved_path(&editor.submit(&seller, NEW, "save").await);
        let slug = || {
            let one = products::table.find(product_id(&edit)).select(products::slug);
            one.first::<String>(&mut conn(&market)).unwrap()
        };
        let mut editor = EditorState::from_page(&seller.page(&edit).await);
        saved_path(&editor.set("title", "Sun jar").submit(&seller, &edit, "publish").await);
        assert_eq!(slug(), "sun-jar");
        // The product is live, although the form said draft, because the button decides. So a new title keeps the address.
        let mut editor = EditorState::from_page(&seller.page(&edit).await);
        saved_path(&editor.set("title", "Star jar").submit(&seller, &edit, "save").await);
        assert_eq!(slug(), "sun-jar");
        let mut editor = EditorState::from_page(&seller.page(&edit).await);
        saved_path(&editor.set("slug", "Star Jar").submit(&seller, &edit, "save").await);
        assert_eq!(slug(), "star-jar");
        let redirect = market.get("/shops/barro-e-sal/sun-jar").await;
        assert_eq!(
            (redirect.status().as_u16(), &redirect.headers()["location"]),
            (301, &"/shops/barro-e-sal/star-jar".parse().unwrap())
        );
    });
}

#[test]
fn every_field_has_a_maximum_length() {
    run(async {
        let market = Market::demo();
        let seller = seller(&market).await;
        let blank = EditorState::from_page(&seller.page(NEW).await);
        let long = "x".repeat(10_001);
        for (field, value, at) in [
            ("title", "x".repeat(121).as_str(), "#title"),
            ("title", "a\0b", "#title"),
            ("description", long.as_str(), "#description"),
            ("category", "NONE", "#category"),
            ("material", "x".repeat(121).as_str(), "#material"),
            ("tags", "x".repeat(31).as_str(), "#tags"),
            ("variants[0][price]", "-1", "#price"),
            ("variants[0][price]", "1.234", "#price"),
            ("variants[0][price]", "10000000.01", "#price"),
            ("variants[0][price]", "twelve", "#price"),
            ("compare_at_price", "12.50", "#compare_at_price"),
            ("variants[0][quantity]", "1000000", "#quantity"),
            ("variants[0][quantity]", "-1", "#quantity"),
            ("variants[0][quantity]", "1.5", "#quantity"),
            ("variants[0][sku]", "x".repeat(65).as_str(), "#sku"),
            ("weight", "0", "#weight"),
            ("delivery", "pigeon", "#delivery"),
            ("readiness", "soon", "#readiness"),
            ("new_section", "x".repeat(61).as_str(), "#section"),
            ("variants[0][image]", "7", "#image_id"),
        ] {
            let mut editor = blank.clone();
            editor.fill_required("Moon jar").set(field, value);
            let page = html(editor.submit(&seller, NEW, "save").await, 422).await;
            assert_eq!(attributes(&page, "#problems a", "href"), [at], "{field}: {value:.20}");
            if value.len() < 200 && !value.contains('\0') && !["category", "delivery", "readiness"].contains(&field) {
                assert_eq!(
                    EditorState::from_page(&page).get(field)[0],
                    value,
                    "{field} keeps its value"
                );
            }
        }
        let mut made = blank.clone();
        made.fill_required("Moon jar")
            .set("readiness", "made")
            .set("ready_from", "5")
            .set("ready_within", "3");
        let page = html(made.submit(&seller, NEW, "save").await, 422).await;
        assert_eq!(attributes(&page, "#problems a", "href"), ["#ready_within"]);
        let count: i64 = products::table
            .filter(products::title.eq("Moon jar"))
            .count()
            .get_result(&mut conn(&market))
            .unwrap();
        assert_eq!(count, 0);
    });
}

#[test]
fn pictures_of_a_refused_form_are_kept_for_the_product() {
    run(async {
        let market = Market::demo();
        let seller = seller(&market).await;
        let mut editor = EditorState::from_page(&seller.page(NEW).await);
        editor
            .fill_required("")
            .add_file("one.png", png(30, 40))
            .add_file("two.png", png(40, 30));
        editor.add_file("bad.png", b"no picture".to_vec());
        let page = html(editor.submit(&seller, NEW, "publish").await, 422).await;
        assert!(texts(&page, "#problems").join(" ").contains("“bad.png”"));
        let mut editor = EditorState::from_page(&page);
        let image_ids: Vec<String> = editor.get("pictures[][id]").into_iter().map(str::to_owned).collect();
        assert_eq!(image_ids.len(), 2);
        let pending = || {
            pending_images::table
                .count()
                .get_result::<i64>(&mut conn(&market))
                .unwrap()
        };
        assert_eq!(pending(), 2);
        // The second picture becomes the cover and gets an alternative text.
        let action = format!("cover:{}", image_ids[1]);
        editor = EditorState::from_page(&html(editor.submit(&seller, NEW, &action).await, 200).await);
        assert_eq!(
            editor.get("pictures[][id]"),
            [image_ids[1].as_str(), image_ids[0].as_str()]
        );
        editor
            .set("pictures[0][alt]", "A jar by a window")
            .set("title", "Moon jar");
        let edit = saved_path(&editor.submit(&seller, NEW, "publish").await);
        assert_eq!(pending(), 0);
        let alt_texts: Vec<String> = product_images::table
            .filter(product_images::product_id.eq(product_id(&edit)))
            .order(product_images::position)
            .select(product_images::alt)
            .load(&mut conn(&market))
            .unwrap();
        assert_eq!(alt_texts, ["A jar by a window", ""]);
        let mut editor = EditorState::from_page(&seller.page(&edit).await);
        let action = format!("remove-picture:{}", image_ids[0]);
        editor = EditorState::from_page(&html(editor.submit(&seller, &edit, &action).await, 200).await);
        saved_path(&editor.set("title", "Moon jar").submit(&seller, &edit, "save").await);
        assert_eq!(
            attributes(&seller.page(&edit).await, "#picture-list .picture-card", "id").len(),
            1
        );
    });
}

#[test]
fn personalization_fields_keep_their_ids_and_limits() {
    run(async {
        let market = Market::demo();
        let seller = seller(&market).await;
        let mut editor = EditorState::from_page(&seller.page(NEW).await);
        editor.fill_required("Moon jar");
        let page = html(editor.submit(&seller, NEW, "add-field").await, 200).await;
        let mut editor = EditorState::from_page(
            &html(
                EditorState::from_page(&page).submit(&seller, NEW, "add-field").await,
                200,
            )
            .await,
        );
        assert_eq!(editor.get("title"), ["Moon jar"]);
        editor
            .set("fields[0][label]", "Name to press")
            .set("fields[0][max_length]", "12")
            .set("fields[0][required]", "yes");
        editor
            .set("fields[1][label]", "Glaze")
            .set("fields[1][kind]", "choice")
            .set("fields[1][choices]", "Blue");
        let page = html(editor.submit(&seller, NEW, "save").await, 422).await;
        assert_eq!(attributes(&page, "#problems a", "href"), ["#field_choices-1"]);
        editor
            .set("fields[1][choices]", "Blue\r\nOat")
            .set("fields[1][price]", "2.50");
        let edit = saved_path(&editor.submit(&seller, NEW, "save").await);
        let mut editor = EditorState::from_page(&seller.page(&edit).await);
        let ids: Vec<String> = editor.get("fields[][id]").into_iter().map(str::to_owned).collect();
        assert_eq!(editor.get("fields[][choices]"), ["", "Blue\nOat"]);
        editor.set("fields[1][label]", "Colour of the glaze");
        saved_path(&editor.submit(&seller, &edit, "save").await);
        let editor = EditorState::from_page(&seller.page(&edit).await);
        assert_eq!(editor.get("fields[][id]"), ids);
        assert_eq!(editor.get("fields[][label]"), ["Name to press", "Colour of the glaze"]);
        let without_first = html(editor.submit(&seller, &edit, "remove-field:0").await, 200).await;
        saved_path(
            &EditorState::from_page(&without_first)
                .submit(&seller, &edit, "save")
                .await,
        );
        assert_eq!(
            EditorState::from_page(&seller.page(&edit).await).get("fields[][id]"),
            [ids[1].as_str()]
        );
    });
}

#[test]
fn the_number_of_editor_queries_does_not_depend_on_the_product() {
    run(async {
        let market = Market::demo();
        let seller = seller(&market).await;
        for (id, _) in super::products_of(&market, "ines") {
            let before = market.db.queries();
            seller.page(&format!("/dashboard/products/{id}/edit")).await;
            let edit = market.db.queries() - before;
            seller.page(&format!("/dashboard/products/{id}/stock")).await;
            let stock = market.db.queries() - before - edit;
            assert_eq!((edit, stock), (6, 4), "including one query for the visitor");
        }
    });
}
