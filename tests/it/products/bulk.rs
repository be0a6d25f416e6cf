//! Bulk changes of the selected products.

use super::{Setup, html};
use crate::support::visitor::location;
use crate::support::{attributes, run, texts};

const BULK: &str = "/dashboard/products/bulk";

#[test]
fn complete_products_are_published_and_the_others_are_reported() {
    run(async {
        let setup = Setup::new().await;
        let ready = setup.add_draft("Ready", 500, 2);
        setup.add_picture(ready);
        let incomplete = setup.add_draft("Bare", 0, 2);
        let [a, b] = [ready.to_string(), incomplete.to_string()];
        let response = setup
            .ines
            .post(BULK, &[("act", "publish"), ("id", &a), ("id", &b)])
            .await;
        assert_eq!(response.status(), 422);
        let page = html(response).await;
        let message = texts(&page, "#problems").join(" ");
        assert!(message.contains("1 product is live now."), "{message}");
        assert!(
            message.contains("Bare is not live: it needs a price above zero and a picture."),
            "{message}"
        );
        assert_eq!(
            attributes(&page, "#problems a", "href"),
            [format!("/dashboard/products/{incomplete}/edit")]
        );
        assert_eq!(
            (setup.state(ready).as_str(), setup.state(incomplete).as_str()),
            ("active", "draft")
        );
        let response = setup.ines.post(BULK, &[("act", "publish"), ("id", &a)]).await;
        assert_eq!(response.status(), 303);
    });
}

#[test]
fn an_archived_product_can_be_restored_once() {
    run(async {
        let setup = Setup::new().await;
        let live = setup.add_live("Live", 500, 2);
        let draft = setup.add_draft("Draft", 500, 2);
        let archived = setup.add_live("Archived before", 500, 2);
        setup.sql(&format!(
            "UPDATE products SET state = 'archived', archived_from = 'active' WHERE id = {archived}"
        ));
        let ids = [live, draft, archived].map(|id| id.to_string());
        let back = "/dashboard/products?sort=title";
        let mut form = vec![("act", "archive"), ("back", back)];
        form.extend(ids.iter().map(|id| ("id", id.as_str())));
        let response = setup.ines.post(BULK, &form).await;
        assert_eq!((response.status().as_u16(), location(&response)), (303, back));
        for id in [live, draft, archived] {
            assert_eq!(setup.state(id), "archived");
        }
        let page = setup.ines.page(back).await;
        assert!(texts(&page, "#flash p")[0].starts_with("2 products archived."));
        let action = attributes(&page, "#flash form", "action").remove(0);
        let names = attributes(&page, "#flash form input", "name");
        let values = attributes(&page, "#flash form input", "value");
        let undo: Vec<(&str, &str)> = names
            .iter()
            .map(String::as_str)
            .zip(values.iter().map(String::as_str))
            .collect();
        let response = setup.ines.post(&action, &undo).await;
        assert_eq!((response.status().as_u16(), location(&response)), (303, back));
        assert_eq!(
            [live, draft, archived].map(|id| setup.state(id)),
            ["active", "draft", "archived"]
        );
        assert!(
            texts(&setup.ines.page(back).await, "#flash")
                .join("")
                .contains("2 products restored")
        );
        assert_eq!(setup.ines.post(&action, &undo).await.status(), 303);
        assert!(
            texts(&setup.ines.page(back).await, "#flash")
                .join("")
                .contains("nothing to restore")
        );
        assert_eq!(
            [live, draft, archived].map(|id| setup.state(id)),
            ["active", "draft", "archived"]
        );
        for at in ["", "x", "-1", "99999999999999999999", "9223372036854775807"] {
            assert_eq!(setup.ines.post(&action, &[("at", at)]).await.status(), 303, "{at}");
        }
        let archived = archived.to_string();
        assert_eq!(
            setup
                .ines
                .post(BULK, &[("act", "restore"), ("id", &archived)])
                .await
                .status(),
            303
        );
        assert_eq!(setup.state(archived.parse().unwrap()), "active");
    });
}

#[test]
fn a_bulk_change_with_another_shops_product_changes_nothing() {
    run(async {
        let setup = Setup::new().await;
        let own = setup.add_live("Mine", 500, 2);
        let foreign = setup.add_draft_to(setup.other_shop, "Not mine", 500, 2);
        setup.add_picture(foreign);
        let [a, b] = [own.to_string(), foreign.to_string()];
        for act in ["publish", "archive", "restore", "move"] {
            let form = [("act", act), ("section", "none"), ("id", &a), ("id", &b)];
            assert_eq!(setup.ines.post(BULK, &form).await.status(), 404, "{act}");
        }
        let prices = [
            ("id", a.as_str()),
            ("id", &b),
            ("direction", "up"),
            ("by", "percent"),
            ("amount", "10"),
        ];
        assert_eq!(
            setup.ines.post("/dashboard/products/prices", &prices).await.status(),
            404
        );
        let path = format!("/dashboard/products/prices?id={a}&id={b}");
        assert_eq!(setup.ines.get(&path).await.status(), 404);
        assert_eq!(
            (setup.state(own).as_str(), setup.state(foreign).as_str()),
            ("active", "draft")
        );
        assert_eq!(
            setup.ines.post(BULK, &[("act", "archive"), ("id", "x")]).await.status(),
            404
        );
    });
}

#[test]
fn products_move_to_sections_of_their_own_shop_only() {
    run(async {
        use crate::schema::products;
        use diesel::prelude::*;
        let setup = Setup::new().await;
        let id = setup.add_live("Mug", 500, 2);
        setup.sql(&format!(
            "INSERT INTO sections (id, shop_id, name, position, created_at, updated_at) VALUES
             (71, {}, 'Kitchen', 1, '2026-11-01 00:00:00', '2026-11-01 00:00:00'),
             (72, {}, 'Theirs', 1, '2026-11-01 00:00:00', '2026-11-01 00:00:00')",
            setup.shop, setup.other_shop
        ));
        let section = || {
            let query = products::table.find(id).select(products::section_id);
            query.first::<Option<i64>>(&mut setup.conn()).unwrap()
        };
        let page = setup.ines.page("/dashboard/products").await;
        assert!(texts(&page, "#section option").contains(&"Kitchen".to_owned()));
        assert!(!texts(&page, "#section option").contains(&"Theirs".to_owned()));
        let product = id.to_string();
        for (wanted, status, expected) in [
            ("71", 303, Some(71)),
            ("72", 404, Some(71)),
            ("x", 404, Some(71)),
            ("", 422, Some(71)),
            ("none", 303, None),
        ] {
            let form = [("act", "move"), ("section", wanted), ("id", &product)];
            assert_eq!(setup.ines.post(BULK, &form).await.status(), status, "{wanted}");
            assert_eq!(section(), expected, "{wanted}");
        }
    });
}

#[test]
fn bulk_changes_without_products_or_with_too_many_are_refused() {
    run(async {
        let setup = Setup::new().await;
        let id = setup.add_live("Mug", 500, 2).to_string();
        for (form, expected_text) in [
            (vec![], "Choose what to do"),
            (vec![("act", "archive")], "Select products first."),
            (vec![("act", "explode"), ("id", &id)], "Choose what to do"),
            (vec![("act", ""), ("id", &id)], "Choose what to do"),
        ] {
            let response = setup.ines.post(BULK, &form).await;
            assert_eq!(response.status(), 422, "{form:?}");
            let page = html(response).await;
            assert!(texts(&page, "#problems").join(" ").contains(expected_text), "{form:?}");
            assert_eq!(attributes(&page, "#rows input[checked]", "value").len(), form.len() / 2);
        }
        let ids: Vec<String> = (1..=201).map(|id| id.to_string()).collect();
        let mut form = vec![("act", "archive")];
        form.extend(ids.iter().map(|id| ("id", id.as_str())));
        let response = setup.ines.post(BULK, &form).await;
        assert_eq!(response.status(), 422);
        assert!(
            texts(&html(response).await, "#problems")
                .join(" ")
                .contains("Change at most 200 at once")
        );
        form.truncate(201);
        assert_eq!(setup.ines.post(BULK, &form).await.status(), 404);
    });
}
