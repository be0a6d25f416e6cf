//! Changing options: which variants stay, are added, are merged or are removed.

use super::{EditorState, NEW, assert_stock_adds_up, html, product_id, saved_path, seller, variants};
use crate::support::{Market, attributes, run, texts};

/// Creates a draft with two sizes and two colors, whose variants have a stock of 1, 2, 3 and 4. Returns its editor's
/// path.
async fn create_jar(seller: &crate::support::visitor::Visitor) -> String {
    let mut editor = EditorState::from_page(&seller.page(NEW).await);
    editor.fill_required("Moon jar");
    editor
        .set("options[0][name]", "Size")
        .set("options[0][values]", "S\nL")
        .set("options[1][name]", "Colour")
        .set("options[1][values]", "Red\nBlue");
    let mut editor = EditorState::from_page(&html(editor.submit(seller, NEW, "table").await, 200).await);
    assert_eq!(editor.get("variants[][price]"), ["12.50"; 4]);
    for row in 0..4 {
        editor.set(&format!("variants[{row}][quantity]"), &(row + 1).to_string());
    }
    saved_path(&editor.set("variants[3][price]", "15").submit(seller, NEW, "save").await)
}

#[test]
fn variants_keep_their_values_and_ids_when_options_change() {
    run(async {
        let market = Market::demo();
        let seller = seller(&market).await;
        let edit = create_jar(&seller).await;
        let before = variants(&market, product_id(&edit));
        assert_eq!(
            before.iter().map(|(_, name, _)| name.as_str()).collect::<Vec<_>>(),
            ["S/Red", "S/Blue", "L/Red", "L/Blue"]
        );
        let mut editor = EditorState::from_page(&seller.page(&edit).await);
        editor.set("options[0][values]", "XS\nL\nS");
        // The first save only shows the new combinations.
        let page = html(editor.submit(&seller, &edit, "save").await, 422).await;
        assert_eq!(attributes(&page, "#problems a", "href"), ["#table"]);
        let editor = EditorState::from_page(&page);
        assert_eq!(editor.get("variants[][quantity]"), ["0", "0", "3", "4", "1", "2"]);
        assert_eq!(editor.get("variants[][price]")[3], "15.00");
        saved_path(&editor.submit(&seller, &edit, "save").await);
        let after = variants(&market, product_id(&edit));
        assert_eq!(after.len(), 6);
        for variant in &before {
            assert!(after.contains(variant), "{variant:?} is not in {after:?}");
        }
        assert_stock_adds_up(&market);
    });
}

#[test]
fn removing_an_option_changes_the_stock_as_announced() {
    run(async {
        let market = Market::demo();
        let seller = seller(&market).await;
        let edit = create_jar(&seller).await;
        let before = variants(&market, product_id(&edit));
        let editor = EditorState::from_page(&seller.page(&edit).await);
        let editor = EditorState::from_page(&html(editor.submit(&seller, &edit, "remove-option:1").await, 200).await);
        assert_eq!(editor.get("variants[][quantity]"), ["3", "7"]);
        let confirmation = html(editor.submit(&seller, &edit, "save").await, 422).await;
        let text = texts(&confirmation, "#removed-variants").join(" ");
        assert!(text.contains("6 items in 2 variants will be added"), "{text}");
        assert_eq!(
            variants(&market, product_id(&edit)),
            before,
            "nothing changes before it is confirmed"
        );
        saved_path(
            &EditorState::from_page(&confirmation)
                .submit(&seller, &edit, "save")
                .await,
        );
        let after = variants(&market, product_id(&edit));
        assert_eq!(
            after,
            [(before[0].0, "S".to_owned(), 3), (before[2].0, "L".to_owned(), 7)]
        );
        assert_stock_adds_up(&market);
        // Removing a value also removes its stock.
        let mut editor = EditorState::from_page(&seller.page(&edit).await);
        editor.set("options[0][values]", "S");
        let confirmation = html(editor.submit(&seller, &edit, "save").await, 422).await;
        assert!(
            texts(&confirmation, "#removed-variants")
                .join(" ")
                .contains("7 items in 1 variant will be removed")
        );
        saved_path(
            &EditorState::from_page(&confirmation)
                .submit(&seller, &edit, "save")
                .await,
        );
        assert_eq!(variants(&market, product_id(&edit)).len(), 1);
        assert_stock_adds_up(&market);
    });
}

#[test]
fn options_can_be_reordered_and_removed() {
    run(async {
        let market = Market::demo();
        let seller = seller(&market).await;
        let edit = create_jar(&seller).await;
        let mut editor = EditorState::from_page(&seller.page(&edit).await);
        editor
            .set("options[0][name]", "Colour")
            .set("options[0][values]", "Red\nBlue")
            .set("options[1][name]", "Size")
            .set("options[1][values]", "S\nL");
        saved_path(&editor.submit(&seller, &edit, "save").await);
        let stock: Vec<(String, i32)> = (variants(&market, product_id(&edit)).into_iter())
            .map(|(_, name, quantity)| (name, quantity))
            .collect();
        let expected = [("Red/S", 1), ("Red/L", 3), ("Blue/S", 2), ("Blue/L", 4)];
        assert_eq!(stock, expected.map(|(name, quantity)| (name.to_owned(), quantity)));
        for (values, field) in [("S\ns".to_owned(), "#values2"), (String::new(), "#values2")] {
            let mut editor = EditorState::from_page(&seller.page(&edit).await);
            let page = html(
                editor
                    .set("options[1][values]", &values)
                    .submit(&seller, &edit, "save")
                    .await,
                422,
            )
            .await;
            assert!(
                attributes(&page, "#problems a", "href").contains(&field.to_owned()),
                "{values}"
            );
        }
        let values: Vec<String> = (0..20).map(|n| n.to_string()).collect();
        let mut editor = EditorState::from_page(&seller.page(&edit).await);
        editor
            .set("options[0][values]", &values.join("\n"))
            .set("options[1][values]", &values[..6].join("\n"));
        let page = html(editor.submit(&seller, &edit, "save").await, 422).await;
        assert!(texts(&page, "#problems").join(" ").contains("120 variants"));
        assert_stock_adds_up(&market);
    });
}
