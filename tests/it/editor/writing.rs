//! A product from nothing to the shop window, and what is wrong on the way.

use diesel::prelude::*;

use super::{EditorState, NEW, assert_books, conn, html, maker, number, png, saved};
use crate::schema::{pending_images, product_images, products};
use crate::support::{Market, attributes, run, texts};

#[test]
fn a_product_is_created_shown_and_bought() {
    run(async {
        let market = Market::demo();
        let maker = maker(&market).await;
        let mut sheet = EditorState::from_page(&maker.page(NEW).await);
        sheet
            .ready("Moon jar")
            .set("description", "Round, *white*.")
            .set("tags", "#Jar, white, jar");
        sheet
            .set("compare_at_price", "20")
            .set("material", "White stoneware")
            .set("new_section", "Jars");
        sheet
            .set("readiness", "made")
            .set("ready_from", "3")
            .set("ready_within", "5");
        sheet.file("one.png", png(300, 400)).file("two.png", png(400, 300));
        let edit = saved(&sheet.send(&maker, NEW, "publish").await);
        let page = maker.page(&edit).await;
        assert!(texts(&page, "#flash").join(" ").contains("“Moon jar” is live"));
        assert_eq!(attributes(&page, "#shots .shot-card", "id").len(), 2);
        let shown = market.page("/shops/barro-e-sal/moon-jar").await;
        let words = texts(&shown, "main").join(" ");
        for told in [
            "$12.50",
            "$20.00",
            "Made to order in 3 to 5 days",
            "Jars",
            "Material: White stoneware",
            "jar, white",
            "Round, white.",
        ] {
            assert!(words.contains(told), "{told} is not in {words}");
        }
        assert_eq!(attributes(&shown, "#gallery .shot img", "src").len(), 2);
        assert_books(&market);
    });
}

#[test]
fn a_draft_may_be_incomplete_but_a_live_product_may_not() {
    run(async {
        let market = Market::demo();
        let maker = maker(&market).await;
        let empty = EditorState::from_page(&maker.page(NEW).await);
        let page = html(empty.send(&maker, NEW, "publish").await, 422).await;
        assert!(texts(&page, "title").join("").starts_with("Error: "));
        let missing = attributes(&page, "#problems a", "href");
        assert_eq!(missing, ["#title", "#category", "#price", "#images"]);
        let mut draft = empty.clone();
        draft.set("title", "Moon jar").set("category", "HOME");
        let edit = saved(&draft.send(&maker, NEW, "save").await);
        assert_eq!(market.get("/shops/barro-e-sal/moon-jar").await.status(), 404);
        let sheet = EditorState::from_page(&maker.page(&edit).await);
        assert_eq!(sheet.get("variants[][price]"), [""], "a price that nobody gave");
    });
}

#[test]
fn a_new_title_changes_the_address_of_a_draft_only() {
    run(async {
        let market = Market::demo();
        let maker = maker(&market).await;
        let mut sheet = EditorState::from_page(&maker.page(NEW).await);
        sheet.ready("Moon jar").file("one.png", png(30, 40));
        let edit = saved(&sheet.send(&maker, NEW, "save").await);
        let slug = || {
            let one = products::table.find(number(&edit)).select(products::slug);
            one.first::<String>(&mut conn(&market)).unwrap()
        };
        let mut sheet = EditorState::from_page(&maker.page(&edit).await);
        saved(&sheet.set("title", "Sun jar").send(&maker, &edit, "publish").await);
        assert_eq!(slug(), "sun-jar");
        // The radio still says draft: whoever publishes means it.
        let mut sheet = EditorState::from_page(&maker.page(&edit).await);
        saved(&sheet.set("title", "Star jar").send(&maker, &edit, "save").await);
        assert_eq!(slug(), "sun-jar");
        let mut sheet = EditorState::from_page(&maker.page(&edit).await);
        saved(&sheet.set("slug", "Star Jar").send(&maker, &edit, "save").await);
        assert_eq!(slug(), "star-jar");
        let old = market.get("/shops/barro-e-sal/sun-jar").await;
        assert_eq!(
            (old.status().as_u16(), &old.headers()["location"]),
            (301, &"/shops/barro-e-sal/star-jar".parse().unwrap())
        );
    });
}

#[test]
fn every_field_has_a_maximum_length() {
    run(async {
        let market = Market::demo();
        let maker = maker(&market).await;
        let blank = EditorState::from_page(&maker.page(NEW).await);
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
            let mut sheet = blank.clone();
            sheet.ready("Moon jar").set(field, value);
            let page = html(sheet.send(&maker, NEW, "save").await, 422).await;
            assert_eq!(attributes(&page, "#problems a", "href"), [at], "{field}: {value:.20}");
            if value.len() < 200 && !value.contains('\0') && !["category", "delivery", "readiness"].contains(&field) {
                assert_eq!(EditorState::from_page(&page).get(field)[0], value, "{field} is kept");
            }
        }
        let mut made = blank.clone();
        made.ready("Moon jar")
            .set("readiness", "made")
            .set("ready_from", "5")
            .set("ready_within", "3");
        let page = html(made.send(&maker, NEW, "save").await, 422).await;
        assert_eq!(attributes(&page, "#problems a", "href"), ["#ready_within"]);
        let there: i64 = products::table
            .filter(products::title.eq("Moon jar"))
            .count()
            .get_result(&mut conn(&market))
            .unwrap();
        assert_eq!(there, 0);
    });
}

#[test]
fn pictures_of_a_refused_form_are_kept_for_the_product() {
    run(async {
        let market = Market::demo();
        let maker = maker(&market).await;
        let mut sheet = EditorState::from_page(&maker.page(NEW).await);
        sheet
            .ready("")
            .file("one.png", png(30, 40))
            .file("two.png", png(40, 30));
        sheet.file("bad.png", b"no picture".to_vec());
        let page = html(sheet.send(&maker, NEW, "publish").await, 422).await;
        assert!(texts(&page, "#problems").join(" ").contains("“bad.png”"));
        let mut again = EditorState::from_page(&page);
        let kept: Vec<String> = again.get("pictures[][id]").into_iter().map(str::to_owned).collect();
        assert_eq!(kept.len(), 2);
        let pending = || {
            pending_images::table
                .count()
                .get_result::<i64>(&mut conn(&market))
                .unwrap()
        };
        assert_eq!(pending(), 2);
        // The second becomes the cover, and says what it shows.
        let act = format!("cover:{}", kept[1]);
        again = EditorState::from_page(&html(again.send(&maker, NEW, &act).await, 200).await);
        assert_eq!(again.get("pictures[][id]"), [kept[1].as_str(), kept[0].as_str()]);
        again
            .set("pictures[0][alt]", "A jar by a window")
            .set("title", "Moon jar");
        let edit = saved(&again.send(&maker, NEW, "publish").await);
        assert_eq!(pending(), 0);
        let alts: Vec<String> = product_images::table
            .filter(product_images::product_id.eq(number(&edit)))
            .order(product_images::position)
            .select(product_images::alt)
            .load(&mut conn(&market))
            .unwrap();
        assert_eq!(alts, ["A jar by a window", ""]);
        let mut sheet = EditorState::from_page(&maker.page(&edit).await);
        let act = format!("remove-picture:{}", kept[0]);
        sheet = EditorState::from_page(&html(sheet.send(&maker, &edit, &act).await, 200).await);
        saved(&sheet.set("title", "Moon jar").send(&maker, &edit, "save").await);
        assert_eq!(attributes(&maker.page(&edit).await, "#shots .shot-card", "id").len(), 1);
    });
}

#[test]
fn personalization_fields_keep_their_ids_and_limits() {
    run(async {
        let market = Market::demo();
        let maker = maker(&market).await;
        let mut sheet = EditorState::from_page(&maker.page(NEW).await);
        sheet.ready("Moon jar");
        let page = html(sheet.send(&maker, NEW, "add-field").await, 200).await;
        let mut sheet = EditorState::from_page(
            &html(EditorState::from_page(&page).send(&maker, NEW, "add-field").await, 200).await,
        );
        assert_eq!(sheet.get("title"), ["Moon jar"]);
        sheet
            .set("fields[0][label]", "Name to press")
            .set("fields[0][max_length]", "12")
            .set("fields[0][required]", "yes");
        sheet
            .set("fields[1][label]", "Glaze")
            .set("fields[1][kind]", "choice")
            .set("fields[1][choices]", "Blue");
        let page = html(sheet.send(&maker, NEW, "save").await, 422).await;
        assert_eq!(attributes(&page, "#problems a", "href"), ["#field_choices-1"]);
        sheet
            .set("fields[1][choices]", "Blue\r\nOat")
            .set("fields[1][price]", "2.50");
        let edit = saved(&sheet.send(&maker, NEW, "save").await);
        let mut sheet = EditorState::from_page(&maker.page(&edit).await);
        let ids: Vec<String> = sheet.get("fields[][id]").into_iter().map(str::to_owned).collect();
        assert_eq!(sheet.get("fields[][choices]"), ["", "Blue\nOat"]);
        sheet.set("fields[1][label]", "Colour of the glaze");
        saved(&sheet.send(&maker, &edit, "save").await);
        let sheet = EditorState::from_page(&maker.page(&edit).await);
        assert_eq!(sheet.get("fields[][id]"), ids);
        assert_eq!(sheet.get("fields[][label]"), ["Name to press", "Colour of the glaze"]);
        let fewer = html(sheet.send(&maker, &edit, "remove-field:0").await, 200).await;
        saved(&EditorState::from_page(&fewer).send(&maker, &edit, "save").await);
        assert_eq!(
            EditorState::from_page(&maker.page(&edit).await).get("fields[][id]"),
            [ids[1].as_str()]
        );
    });
}

#[test]
fn the_number_of_editor_queries_does_not_depend_on_the_product() {
    run(async {
        let market = Market::demo();
        let maker = maker(&market).await;
        for (id, _) in super::products_of(&market, "ines") {
            let before = market.db.queries();
            maker.page(&format!("/dashboard/products/{id}/edit")).await;
            let edit = market.db.queries() - before;
            maker.page(&format!("/dashboard/products/{id}/stock")).await;
            let stock = market.db.queries() - before - edit;
            assert_eq!((edit, stock), (6, 4), "one each tells who it is");
        }
    });
}
