//! With JavaScript, lists and variants change in place, and the URL, Back and the focus stay correct.

use super::browse;
use super::pages::{product_paths, variant_with_picture};
use super::tab::Tab;
use crate::support::Market;

/// Marks the current page, so that `assert_same_page` notices a full page load.
async fn mark_page(tab: &Tab) {
    tab.run_script("window.mark = true").await;
}

async fn assert_same_page(tab: &Tab) {
    assert!(tab.eval::<bool>("window.mark === true").await, "the page was reloaded");
}

/// The ids of the selected filters.
async fn selected_filters(tab: &Tab) -> Vec<String> {
    tab.eval("[...document.querySelectorAll('#filter-form input:checked')].map(box => box.id)")
        .await
}

#[test]
fn a_category_filter_updates_the_list_and_back_removes_it() {
    browse(async |tab| {
        let market = Market::demo();
        tab.go(&format!("{}/products", market.url)).await;
        mark_page(tab).await;
        let all = tab.text("#count").await;

        tab.click("#f-category-vintage").await;
        tab.wait_for_path("/products?category=vintage", "document.querySelector('#drop-1')")
            .await;
        assert_same_page(tab).await;
        assert_eq!(tab.focused_id().await, "f-category-vintage");
        let vintage = tab.text("#count").await;
        assert_ne!(vintage, all);
        assert!(
            vintage.starts_with(&format!("{} products", tab.count("#grid > li").await)),
            "{vintage}"
        );

        tab.click("#f-category-fashion").await;
        tab.wait_for_path(
            "/products?category=vintage&category=fashion",
            "document.querySelector('#drop-2')",
        )
        .await;
        assert_same_page(tab).await;
        assert_eq!(tab.focused_id().await, "f-category-fashion");

        tab.go_back("/products?category=vintage", "!document.querySelector('#drop-2')")
            .await;
        assert_eq!(tab.text("#count").await, vintage);
        assert_eq!(selected_filters(tab).await, ["f-category-vintage"]);

        tab.go_back("/products", "!document.querySelector('#drop-1')").await;
        assert_eq!(tab.text("#count").await, all);
        assert_eq!(selected_filters(tab).await, Vec::<String>::new());
        tab.assert_clean_log(&[]).await;
    });
}

#[test]
fn changing_the_sort_order_keeps_filter_and_focus() {
    browse(async |tab| {
        let market = Market::demo();
        tab.go(&format!("{}/products?category=home-living", market.url)).await;
        mark_page(tab).await;
        tab.run_script("document.querySelector('#sort').focus()").await;
        tab.press_key("ArrowDown", 40).await;
        tab.wait_for_path("/products?category=home-living&sort=price", "true")
            .await;
        assert_same_page(tab).await;
        assert_eq!(tab.focused_id().await, "sort");
        assert_eq!(
            tab.eval::<String>("document.querySelector('#sort').value").await,
            "price"
        );
        let prices: Vec<f64> = tab
            .eval(
                "[...document.querySelectorAll('#grid .price')].map(price => +price.innerText.replace(/[^0-9.]/g, ''))",
            )
            .await;
        assert!(prices.len() > 2 && prices.is_sorted(), "{prices:?}");

        tab.go_back(
            "/products?category=home-living",
            "document.querySelector('#sort')?.value === 'newest'",
        )
        .await;
        assert_eq!(selected_filters(tab).await, ["f-category-home-living"]);
        tab.assert_clean_log(&[]).await;
    });
}

#[test]
fn more_products_are_appended_and_the_address_is_updated() {
    browse(async |tab| {
        let market = Market::demo();
        let card_count = async || tab.count("#grid > .product-card").await;
        tab.go(&format!("{}/products", market.url)).await;
        mark_page(tab).await;
        assert_eq!(card_count().await, 24);

        tab.click("#show-more").await;
        tab.wait_for_path(
            "/products?n=48",
            "document.querySelectorAll('#grid > .product-card').length > 24",
        )
        .await;
        assert_same_page(tab).await;
        assert_eq!(card_count().await, 48);
        assert!(tab.text("#seen").await.starts_with("48 of"));
        assert_eq!(tab.focused_id().await, "show-more");

        tab.click("#show-more").await;
        tab.wait_for_path("/products?n=72", "!document.querySelector('#show-more')")
            .await;
        let all = product_paths(&market).await.len();
        assert!((49..72).contains(&all), "the demo market has {all} products");
        assert_eq!(card_count().await, all);
        // The link is gone, so the first new product has the focus.
        assert!(
            tab.eval::<bool>("document.activeElement.closest('#grid > :nth-child(49)') !== null")
                .await,
            "{}",
            tab.focused_id().await
        );
        let has_duplicate_ids: bool = tab
            .eval("new Set([...document.querySelectorAll('[id]')].map(e => e.id)).size < document.querySelectorAll('[id]').length")
            .await;
        assert!(!has_duplicate_ids, "an id is on the page twice");

        tab.go_back(
            "/products?n=48",
            "document.querySelectorAll('#grid > .product-card').length === 48",
        )
        .await;
        tab.go_back(
            "/products",
            "document.querySelectorAll('#grid > .product-card').length === 24",
        )
        .await;

        tab.go(&format!("{}/products?n=48", market.url)).await;
        assert_eq!(card_count().await, 48);
        tab.run_script("window.mark = true; location.reload()").await;
        tab.wait_until("!window.mark && document.readyState === 'complete'")
            .await;
        assert_eq!((tab.path().await.as_str(), card_count().await), ("/products?n=48", 48));
        tab.assert_clean_log(&[]).await;
    });
}

#[test]
fn choosing_a_variant_updates_price_stock_and_picture() {
    browse(async |tab| {
        let market = Market::demo();
        let (product, variant) = variant_with_picture(&market).await;
        tab.go(&format!("{}{product}", market.url)).await;
        mark_page(tab).await;
        let link = format!(".option[href={variant:?}]");
        let [id, stock, price]: [String; 3] = tab
            .eval(&format!(
                "(option => [option.id, option.querySelector('.small').innerText, option.lastElementChild.innerText])
                    (document.querySelector({link:?}))"
            ))
            .await;

        tab.click(&link).await;
        tab.wait_for_path(
            &variant,
            &format!("document.getElementById({id:?}).ariaCurrent === 'true'"),
        )
        .await;
        assert_same_page(tab).await;
        assert_eq!(tab.focused_id().await, id);
        assert_eq!(tab.text("#buy .price.big").await, price);
        assert_eq!(tab.text("#stock").await, stock);
        assert_eq!(tab.count(".option[aria-current]").await, 1);

        // The gallery shows its picture, and the thumbnail of it is marked.
        tab.wait_until(
            "(() => {
                const [strip, shot] = [document.querySelector('#gallery-strip'), document.querySelector('.gallery-picture.chosen')];
                return shot.id !== 'picture-1' && Math.abs(shot.getBoundingClientRect().left - strip.getBoundingClientRect().left) < 2;
            })()",
        )
        .await;
        tab.wait_until(
            "document.querySelector('.thumbs [aria-current]').hash === '#' + document.querySelector('.gallery-picture.chosen').id",
        )
        .await;

        // The URL of the variant shows the same.
        tab.go(&format!("{}{variant}", market.url)).await;
        assert_eq!(tab.text("#buy .price.big").await, price);
        tab.assert_clean_log(&[]).await;
    });
}
