//! Personalization in the cart: only valid values for the product's fields are accepted.

use scraper::Html;

use super::market::{RING_DISH, SHOP, main_text, simple_market};
use crate::support::visitor::Visitor;
use crate::support::{Market, attributes, run, texts};

/// A market with a product that asks for a name ($3.00) and offers wrapping ($5.00, optional), and the product's
/// variant.
async fn market_with_fields() -> (Market, String) {
    let market = simple_market().await;
    let (product, variant) = (market.product(RING_DISH), market.variant(RING_DISH));
    let times = "'2026-01-01 00:00:00', '2026-01-01 00:00:00'";
    market
        .sql(&format!(
            "INSERT INTO personalization_fields (id, product_id, position, kind, label, hint, choices, max_length, required, price,
             created_at, updated_at) VALUES
             (7, {product}, 1, 'text', 'Name', '', '', 5, TRUE, 300, {times}),
             (8, {product}, 2, 'choice', 'Wrapping', '', 'Paper\nLinen', 50, FALSE, 500, {times})"
        ))
        .await;
    market.set_variant_quantity(variant, 50).await;
    (market, variant.to_string())
}

#[test]
fn values_are_checked_against_the_personalization_fields() {
    run(async {
        let (market, variant) = market_with_fields().await;
        let visitor = Visitor::new(&market);
        for (name, wrapping, extra, field) in [
            ("", "", None, "personalization-7"),
            ("   ", "", None, "personalization-7"),
            ("sixsix", "", None, "personalization-7"),
            ("a\nb", "", None, "personalization-7"),
            ("a\0b", "", None, "personalization-7"),
            ("Ana", "Gold", None, "personalization-8"),
            ("Ana", "Paper\nLinen", None, "personalization-8"),
            ("Ana", "", Some("personalization[9]"), "personalization-9"),
            ("Ana", "", Some("personalization[x]"), "personalization-0"),
        ] {
            let mut form = vec![
                ("variant", variant.as_str()),
                ("quantity", "1"),
                ("personalization[7]", name),
                ("personalization[8]", wrapping),
            ];
            form.extend(extra.map(|name| (name, "mine")));
            let refused = visitor.post("/cart/items", &form).await;
            assert_eq!(refused.status(), 422, "{name:?} {wrapping:?}");
            let page = Html::parse_document(&refused.text().await.unwrap());
            assert_eq!(
                attributes(&page, "#problems a", "href"),
                [format!("#{field}")],
                "{name:?} {wrapping:?}"
            );
            if wrapping.is_empty() && !name.trim().is_empty() && !name.contains(char::is_control) {
                assert_eq!(
                    attributes(&page, "#personalization-7", "value"),
                    [name],
                    "the input is shown again"
                );
            }
        }
        assert!(market.cart_lines().is_empty());
    });
}

#[test]
fn different_values_are_separate_lines_and_equal_values_are_one() {
    run(async {
        let (market, variant) = market_with_fields().await;
        let visitor = Visitor::new(&market);
        for (name, wrapping) in [("Ana", "Linen"), ("Rui", ""), (" Ana ", "Linen"), ("<b>", "Paper")] {
            let form = [
                ("variant", variant.as_str()),
                ("quantity", "1"),
                ("personalization[7]", name),
                ("personalization[8]", wrapping),
            ];
            assert_eq!(visitor.post("/cart/items", &form).await.status(), 303, "{name}");
        }
        assert_eq!(market.quantities(), [2, 1, 1]);
        let page = visitor.page("/cart").await;
        assert_eq!(texts(&page, ".cart-line .cost"), ["$60.00", "$25.00", "$30.00"]);
        assert_eq!(texts(&page, "#total"), ["$115.00"]);
        assert_eq!(texts(&page, ".personalization dd")[..2], ["Ana +$3.00", "Linen +$5.00"]);
        assert!(main_text(&page).contains("<b>"), "shown as text");
        // After the shop changes its fields, earlier values are invalid and not reinterpreted.
        market
            .sql("UPDATE personalization_fields SET choices = 'Paper' WHERE id = 8")
            .await;
        let page = visitor.page("/cart").await;
        assert_eq!(
            main_text(&page)
                .matches("The shop changed its personalization.")
                .count(),
            1
        );
        assert_eq!(texts(&page, "#total"), ["$55.00"]);
    });
}

#[test]
fn the_form_shows_the_fields_and_their_prices() {
    run(async {
        let (market, _) = market_with_fields().await;
        let page = market.page(&format!("/shops/{SHOP}/{RING_DISH}")).await;
        assert_eq!(texts(&page, "label[for=personalization-7]"), ["Name, +$3.00"]);
        assert_eq!(
            texts(&page, "label[for=personalization-8]"),
            ["Wrapping, +$5.00 (optional)"]
        );
        assert_eq!(texts(&page, "#personalization-8 option"), ["None", "Paper", "Linen"]);
        assert_eq!(attributes(&page, "#add", "data-price"), ["2200"]);
    });
}
