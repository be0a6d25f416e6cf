//! Options and their combinations: what stays, what joins, what leaves.

use super::{EditorState, NEW, assert_books, html, maker, number, saved, variants};
use crate::support::{Market, attributes, run, texts};

/// A draft in sizes and colors, with 1, 2, 3 and 4 pieces.
async fn jar(maker: &crate::support::visitor::Visitor) -> String {
    let mut sheet = EditorState::from_page(&maker.page(NEW).await);
    sheet.ready("Moon jar");
    sheet
        .set("options[0][name]", "Size")
        .set("options[0][values]", "S\nL")
        .set("options[1][name]", "Colour")
        .set("options[1][values]", "Red\nBlue");
    let mut sheet = EditorState::from_page(&html(sheet.send(maker, NEW, "table").await, 200).await);
    assert_eq!(sheet.get("variants[][price]"), ["12.50"; 4]);
    for row in 0..4 {
        sheet.set(&format!("variants[{row}][quantity]"), &(row + 1).to_string());
    }
    saved(&sheet.set("variants[3][price]", "15").send(maker, NEW, "save").await)
}

#[test]
fn variants_keep_their_values_and_ids_when_options_change() {
    run(async {
        let market = Market::demo();
        let maker = maker(&market).await;
        let edit = jar(&maker).await;
        let before = variants(&market, number(&edit));
        assert_eq!(
            before.iter().map(|(_, name, _)| name.as_str()).collect::<Vec<_>>(),
            ["S/Red", "S/Blue", "L/Red", "L/Blue"]
        );
        let mut sheet = EditorState::from_page(&maker.page(&edit).await);
        sheet.set("options[0][values]", "XS\nL\nS");
        // Straight to Save: the new combinations are shown first.
        let page = html(sheet.send(&maker, &edit, "save").await, 422).await;
        assert_eq!(attributes(&page, "#problems a", "href"), ["#table"]);
        let sheet = EditorState::from_page(&page);
        assert_eq!(sheet.get("variants[][quantity]"), ["0", "0", "3", "4", "1", "2"]);
        assert_eq!(sheet.get("variants[][price]")[3], "15.00");
        saved(&sheet.send(&maker, &edit, "save").await);
        let after = variants(&market, number(&edit));
        assert_eq!(after.len(), 6);
        for kept in &before {
            assert!(after.contains(kept), "{kept:?} is not in {after:?}");
        }
        assert_books(&market);
    });
}

#[test]
fn removing_an_option_changes_the_stock_as_announced() {
    run(async {
        let market = Market::demo();
        let maker = maker(&market).await;
        let edit = jar(&maker).await;
        let before = variants(&market, number(&edit));
        let sheet = EditorState::from_page(&maker.page(&edit).await);
        let sheet = EditorState::from_page(&html(sheet.send(&maker, &edit, "remove-option:1").await, 200).await);
        assert_eq!(sheet.get("variants[][quantity]"), ["3", "7"]);
        let asked = html(sheet.send(&maker, &edit, "save").await, 422).await;
        let told = texts(&asked, "#leaving").join(" ");
        assert!(told.contains("6 items in 2 variants will be added"), "{told}");
        assert_eq!(variants(&market, number(&edit)), before, "nothing is done unasked");
        saved(&EditorState::from_page(&asked).send(&maker, &edit, "save").await);
        let after = variants(&market, number(&edit));
        assert_eq!(
            after,
            [(before[0].0, "S".to_owned(), 3), (before[2].0, "L".to_owned(), 7)]
        );
        assert_books(&market);
        // A value that goes takes its stock along.
        let mut sheet = EditorState::from_page(&maker.page(&edit).await);
        sheet.set("options[0][values]", "S");
        let asked = html(sheet.send(&maker, &edit, "save").await, 422).await;
        assert!(
            texts(&asked, "#leaving")
                .join(" ")
                .contains("7 items in 1 variant will be removed")
        );
        saved(&EditorState::from_page(&asked).send(&maker, &edit, "save").await);
        assert_eq!(variants(&market, number(&edit)).len(), 1);
        assert_books(&market);
    });
}

#[test]
fn options_can_be_reordered_and_removed() {
    run(async {
        let market = Market::demo();
        let maker = maker(&market).await;
        let edit = jar(&maker).await;
        let mut sheet = EditorState::from_page(&maker.page(&edit).await);
        sheet
            .set("options[0][name]", "Colour")
            .set("options[0][values]", "Red\nBlue")
            .set("options[1][name]", "Size")
            .set("options[1][values]", "S\nL");
        saved(&sheet.send(&maker, &edit, "save").await);
        let stock: Vec<(String, i32)> = (variants(&market, number(&edit)).into_iter())
            .map(|(_, name, quantity)| (name, quantity))
            .collect();
        let wanted = [("Red/S", 1), ("Red/L", 3), ("Blue/S", 2), ("Blue/L", 4)];
        assert_eq!(stock, wanted.map(|(name, quantity)| (name.to_owned(), quantity)));
        for (values, at) in [("S\ns".to_owned(), "#values2"), (String::new(), "#values2")] {
            let mut sheet = EditorState::from_page(&maker.page(&edit).await);
            let page = html(
                sheet
                    .set("options[1][values]", &values)
                    .send(&maker, &edit, "save")
                    .await,
                422,
            )
            .await;
            assert!(
                attributes(&page, "#problems a", "href").contains(&at.to_owned()),
                "{values}"
            );
        }
        let many: Vec<String> = (0..20).map(|n| n.to_string()).collect();
        let mut sheet = EditorState::from_page(&maker.page(&edit).await);
        sheet
            .set("options[0][values]", &many.join("\n"))
            .set("options[1][values]", &many[..6].join("\n"));
        let page = html(sheet.send(&maker, &edit, "save").await, 422).await;
        assert!(texts(&page, "#problems").join(" ").contains("120 variants"));
        assert_books(&market);
    });
}
