//! What belongs to another shop stays what it is, whatever is sent.

use diesel::prelude::*;

use super::{EditorState, NEW, conn, html, maker, named, number, png, products_of, saved, variants};
use crate::schema::{pending_images, personalization_fields, product_images, products, sections};
use crate::support::{Market, attributes, rows, run};

/// All rows but those of visits and jobs; of pictures, which a job is finishing, whose they are.
fn dump(market: &Market) -> Vec<String> {
    let mut rows = rows::dump(&mut conn(market));
    rows.retain(|row| !row.starts_with("sessions:") && !row.starts_with("jobs:"));
    for row in rows.iter_mut().filter(|row| row.contains("_images: ")) {
        *row = row.split(',').take(2).collect::<Vec<_>>().join(",");
    }
    rows
}

#[test]
fn no_field_changes_another_shop() {
    run(async {
        let market = Market::demo();
        let (ines, maeve) = (maker(&market).await, named(&market, "maeve").await);
        // Maeve has one of everything.
        let mut theirs = EditorState::from_page(&maeve.page(NEW).await);
        theirs
            .ready("Theirs")
            .set("new_section", "Theirs")
            .file("their.png", png(30, 40));
        theirs
            .set("fields[0][label]", "Theirs")
            .set("fields[0][kind]", "text")
            .set("fields[0][max_length]", "9")
            .set("fields[0][id]", "");
        let their_product = number(&saved(&theirs.send(&maeve, NEW, "publish").await));
        let mut more = EditorState::from_page(&maeve.page(NEW).await);
        html(
            more.file("wait.png", png(30, 40)).send(&maeve, NEW, "upload").await,
            200,
        )
        .await;
        let mut db = conn(&market);
        let section: i64 = sections::table
            .filter(sections::name.eq("Theirs"))
            .select(sections::id)
            .first(&mut db)
            .unwrap();
        let image: i64 = product_images::table
            .filter(product_images::product_id.eq(their_product))
            .select(product_images::id)
            .first(&mut db)
            .unwrap();
        let pending: i64 = pending_images::table.select(pending_images::id).first(&mut db).unwrap();
        let field: i64 = personalization_fields::table
            .filter(personalization_fields::product_id.eq(their_product))
            .select(personalization_fields::id)
            .first(&mut db)
            .unwrap();
        let (own, _) = products_of(&market, "ines")[0].clone();
        let edit = format!("/dashboard/products/{own}/edit");
        let before = dump(&market);
        for (name, value) in [
            ("section", section),
            ("pictures[0][id]", image),
            ("pictures[0][id]", pending),
            ("variants[0][image]", image),
            ("variants[0][image]", pending),
            ("fields[0][id]", field),
        ] {
            for path in [NEW, edit.as_str()] {
                let mut sheet = EditorState::from_page(&ines.page(path).await);
                if path == NEW {
                    sheet.ready("Mine");
                }
                if name == "fields[0][id]" {
                    sheet
                        .set("fields[0][label]", "Mine")
                        .set("fields[0][kind]", "text")
                        .set("fields[0][max_length]", "9");
                }
                sheet.set(name, &value.to_string());
                let status = sheet.send(&ines, path, "save").await.status().as_u16();
                assert!([404, 422].contains(&status), "{name} at {path}: {status}");
                assert_eq!(dump(&market), before, "{name} at {path}");
            }
        }
        // Nor is the other's product found by its number.
        let sheet = EditorState::from_page(&ines.page(&edit).await);
        let theirs = format!("/dashboard/products/{their_product}");
        for act in ["save", "publish", "upload", "table"] {
            let mut sheet = sheet.clone();
            sheet.file("mine.png", png(30, 40));
            assert_eq!(sheet.send(&ines, &format!("{theirs}/edit"), act).await.status(), 404);
        }
        for page in ["edit", "stock"] {
            assert_eq!(ines.get(&format!("{theirs}/{page}")).await.status(), 404);
        }
        assert_eq!(dump(&market), before);
    });
}

#[test]
fn columns_without_a_form_field_do_not_change() {
    run(async {
        let market = Market::demo();
        let maker = maker(&market).await;
        let (own, _) = products_of(&market, "ines")[0].clone();
        let edit = format!("/dashboard/products/{own}/edit");
        let read = || {
            products::table
                .find(own)
                .select((
                    products::id,
                    products::owner_id,
                    products::shop_id,
                    products::quantity,
                    products::created_at,
                    products::published_at,
                    products::archived_from,
                ))
                .first::<(
                    i64,
                    Option<i64>,
                    i64,
                    i32,
                    chrono::NaiveDateTime,
                    chrono::NaiveDateTime,
                    Option<String>,
                )>(&mut conn(&market))
                .unwrap()
        };
        let (before, kinds) = (read(), variants(&market, own));
        let mut sheet = EditorState::from_page(&maker.page(&edit).await);
        for column in [
            "id",
            "owner_id",
            "shop_id",
            "created_at",
            "published_at",
            "archived_from",
            "product_id",
            "position",
            "variant_id",
            "public_id",
            "url",
            "width",
            "height",
            "tint",
            "kind",
            "label",
            "hint",
            "choices",
            "max_length",
            "required",
        ] {
            sheet.fields.push((column.to_owned(), "1".to_owned()));
        }
        saved(&sheet.send(&maker, &edit, "save").await);
        assert_eq!((read(), variants(&market, own)), (before, kinds));
    });
}

#[test]
fn pictures_uploaded_by_script_are_returned_as_cards() {
    run(async {
        let market = Market::demo();
        let maker = maker(&market).await;
        let form = reqwest::multipart::Form::new().part(
            "images",
            reqwest::multipart::Part::bytes(png(30, 40)).file_name("a.png"),
        );
        let answer = maker.upload("/dashboard/pictures", form).await;
        assert_eq!(
            (answer.status().as_u16(), &answer.headers()["location"]),
            (303, &NEW.parse().unwrap())
        );
        let id: i64 = pending_images::table
            .select(pending_images::id)
            .first(&mut conn(&market))
            .unwrap();
        let other = named(&market, "maeve").await;
        for (visitor, count) in [(&maker, 1), (&other, 0)] {
            let mut sheet = EditorState::from_page(&visitor.page(NEW).await);
            let page = html(
                sheet
                    .set("pictures[0][id]", &id.to_string())
                    .send(visitor, NEW, "preview")
                    .await,
                if count == 1 { 200 } else { 422 },
            )
            .await;
            assert_eq!(attributes(&page, ".shot-card", "id").len(), count);
        }
    });
}
