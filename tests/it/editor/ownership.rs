//! The editor cannot change the rows of another shop, whatever is submitted.

use diesel::prelude::*;

use super::{EditorState, NEW, conn, html, png, product_id, products_of, saved_path, seller, sign_in_as, variants};
use crate::schema::{pending_images, personalization_fields, product_images, products, sections};
use crate::support::{Market, attributes, rows, run};

/// All rows except sessions and jobs. Rows of pictures have only their id and owner, because a job still processes
/// them.
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
        let (ines, maeve) = (seller(&market).await, sign_in_as(&market, "maeve").await);
        // Maeve has a row in each table that a field can refer to.
        let mut their_editor = EditorState::from_page(&maeve.page(NEW).await);
        their_editor
            .fill_required("Theirs")
            .set("new_section", "Theirs")
            .add_file("their.png", png(30, 40));
        their_editor
            .set("fields[0][label]", "Theirs")
            .set("fields[0][kind]", "text")
            .set("fields[0][max_length]", "9")
            .set("fields[0][id]", "");
        let their_product = product_id(&saved_path(&their_editor.submit(&maeve, NEW, "publish").await));
        let mut upload_editor = EditorState::from_page(&maeve.page(NEW).await);
        html(
            upload_editor
                .add_file("wait.png", png(30, 40))
                .submit(&maeve, NEW, "upload")
                .await,
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
                let mut editor = EditorState::from_page(&ines.page(path).await);
                if path == NEW {
                    editor.fill_required("Mine");
                }
                if name == "fields[0][id]" {
                    editor
                        .set("fields[0][label]", "Mine")
                        .set("fields[0][kind]", "text")
                        .set("fields[0][max_length]", "9");
                }
                editor.set(name, &value.to_string());
                let status = editor.submit(&ines, path, "save").await.status().as_u16();
                assert!([404, 422].contains(&status), "{name} at {path}: {status}");
                assert_eq!(dump(&market), before, "{name} at {path}");
            }
        }
        // The product of the other shop is not found by its id.
        let editor = EditorState::from_page(&ines.page(&edit).await);
        let their_path = format!("/dashboard/products/{their_product}");
        for action in ["save", "publish", "upload", "table"] {
            let mut editor = editor.clone();
            editor.add_file("mine.png", png(30, 40));
            assert_eq!(
                editor
                    .submit(&ines, &format!("{their_path}/edit"), action)
                    .await
                    .status(),
                404
            );
        }
        for page in ["edit", "stock"] {
            assert_eq!(ines.get(&format!("{their_path}/{page}")).await.status(), 404);
        }
        assert_eq!(dump(&market), before);
    });
}

#[test]
fn columns_without_a_form_field_do_not_change() {
    run(async {
        let market = Market::demo();
        let seller = seller(&market).await;
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
        let (before, variants_before) = (read(), variants(&market, own));
        let mut editor = EditorState::from_page(&seller.page(&edit).await);
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
            editor.fields.push((column.to_owned(), "1".to_owned()));
        }
        saved_path(&editor.submit(&seller, &edit, "save").await);
        assert_eq!((read(), variants(&market, own)), (before, variants_before));
    });
}

#[test]
fn pictures_uploaded_by_script_are_returned_as_cards() {
    run(async {
        let market = Market::demo();
        let seller = seller(&market).await;
        let form = reqwest::multipart::Form::new().part(
            "images",
            reqwest::multipart::Part::bytes(png(30, 40)).file_name("a.png"),
        );
        let response = seller.upload("/dashboard/pictures", form).await;
        assert_eq!(
            (response.status().as_u16(), &response.headers()["location"]),
            (303, &NEW.parse().unwrap())
        );
        let id: i64 = pending_images::table
            .select(pending_images::id)
            .first(&mut conn(&market))
            .unwrap();
        let other = sign_in_as(&market, "maeve").await;
        for (visitor, count) in [(&seller, 1), (&other, 0)] {
            let mut editor = EditorState::from_page(&visitor.page(NEW).await);
            let page = html(
                editor
                    .set("pictures[0][id]", &id.to_string())
                    .submit(visitor, NEW, "preview")
                    .await,
                if count == 1 { 200 } else { 422 },
            )
            .await;
            assert_eq!(attributes(&page, ".picture-card", "id").len(), count);
        }
    });
}
