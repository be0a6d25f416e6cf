//! With script a list changes in its place, and address, Back and focus stay true.

use super::browse;
use super::sights::{pictured_variant, products};
use super::tab::Tab;
use crate::support::Market;

/// Left on the window: it is gone after a full load.
async fn leave_mark(tab: &Tab) {
    tab.act("window.mark = true").await;
}

async fn assert_same_page(tab: &Tab) {
    assert!(
        tab.eval::<bool>("window.mark === true").await,
        "the page was loaded anew"
    );
}

/// The boxes that are ticked, which have to agree with the address.
async fn ticked(tab: &Tab) -> Vec<String> {
    tab.eval("[...document.querySelectorAll('#filter-form input:checked')].map(box => box.id)")
        .await
}

#[test]
fn a_category_filter_updates_the_list_and_back_removes_it() {
    browse(async |tab| {
        let market = Market::demo();
        tab.go(&format!("{}/products", market.url)).await;
        leave_mark(tab).await;
        let all = tab.text("#count").await;

        tab.click("#f-category-vintage").await;
        tab.arrived("/products?category=vintage", "document.querySelector('#drop-1')")
            .await;
        assert_same_page(tab).await;
        assert_eq!(tab.focus().await, "f-category-vintage");
        let vintage = tab.text("#count").await;
        assert_ne!(vintage, all);
        assert!(
            vintage.starts_with(&format!("{} products", tab.count("#grid > li").await)),
            "{vintage}"
        );

        tab.click("#f-category-fashion").await;
        tab.arrived(
            "/products?category=vintage&category=fashion",
            "document.querySelector('#drop-2')",
        )
        .await;
        assert_same_page(tab).await;
        assert_eq!(tab.focus().await, "f-category-fashion");

        tab.back("/products?category=vintage", "!document.querySelector('#drop-2')")
            .await;
        assert_eq!(tab.text("#count").await, vintage);
        assert_eq!(ticked(tab).await, ["f-category-vintage"]);

        tab.back("/products", "!document.querySelector('#drop-1')").await;
        assert_eq!(tab.text("#count").await, all);
        assert_eq!(ticked(tab).await, Vec::<String>::new());
        tab.assert_calm(&[]).await;
    });
}

#[test]
fn changing_the_sort_order_keeps_filter_and_focus() {
    browse(async |tab| {
        let market = Market::demo();
        tab.go(&format!("{}/products?category=home-living", market.url)).await;
        leave_mark(tab).await;
        tab.act("document.querySelector('#sort').focus()").await;
        tab.press("ArrowDown", 40).await;
        tab.arrived("/products?category=home-living&sort=price", "true").await;
        assert_same_page(tab).await;
        assert_eq!(tab.focus().await, "sort");
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

        tab.back(
            "/products?category=home-living",
            "document.querySelector('#sort')?.value === 'newest'",
        )
        .await;
        assert_eq!(ticked(tab).await, ["f-category-home-living"]);
        tab.assert_calm(&[]).await;
    });
}

#[test]
fn more_products_are_appended_and_the_address_is_updated() {
    browse(async |tab| {
        let market = Market::demo();
        let tiles = async || tab.count("#grid > .tile").await;
        tab.go(&format!("{}/products", market.url)).await;
        leave_mark(tab).await;
        assert_eq!(tiles().await, 24);

        tab.click("#show-more").await;
        tab.arrived(
            "/products?n=48",
            "document.querySelectorAll('#grid > .tile').length > 24",
        )
        .await;
        assert_same_page(tab).await;
        assert_eq!(tiles().await, 48);
        assert!(tab.text("#seen").await.starts_with("48 of"));
        assert_eq!(tab.focus().await, "show-more");

        tab.click("#show-more").await;
        tab.arrived("/products?n=72", "!document.querySelector('#show-more')")
            .await;
        let all = products(&market).await.len();
        assert!((49..72).contains(&all), "the demo market has {all} products");
        assert_eq!(tiles().await, all);
        // The link is gone, so the focus is on the first of what came.
        assert!(
            tab.eval::<bool>("document.activeElement.closest('#grid > :nth-child(49)') !== null")
                .await,
            "{}",
            tab.focus().await
        );
        let twice: bool = tab
            .eval("new Set([...document.querySelectorAll('[id]')].map(e => e.id)).size < document.querySelectorAll('[id]').length")
            .await;
        assert!(!twice, "an id is on the page twice");

        tab.back(
            "/products?n=48",
            "document.querySelectorAll('#grid > .tile').length === 48",
        )
        .await;
        tab.back("/products", "document.querySelectorAll('#grid > .tile').length === 24")
            .await;

        tab.go(&format!("{}/products?n=48", market.url)).await;
        assert_eq!(tiles().await, 48);
        tab.act("window.mark = true; location.reload()").await;
        tab.until("!window.mark && document.readyState === 'complete'").await;
        assert_eq!((tab.place().await.as_str(), tiles().await), ("/products?n=48", 48));
        tab.assert_calm(&[]).await;
    });
}

#[test]
fn choosing_a_variant_updates_price_stock_and_picture() {
    browse(async |tab| {
        let market = Market::demo();
        let (product, variant) = pictured_variant(&market).await;
        tab.go(&format!("{}{product}", market.url)).await;
        leave_mark(tab).await;
        let link = format!(".option[href={variant:?}]");
        let [id, stock, price]: [String; 3] = tab
            .eval(&format!(
                "(option => [option.id, option.querySelector('.small').innerText, option.lastElementChild.innerText])
                    (document.querySelector({link:?}))"
            ))
            .await;

        tab.click(&link).await;
        tab.arrived(
            &variant,
            &format!("document.getElementById({id:?}).ariaCurrent === 'true'"),
        )
        .await;
        assert_same_page(tab).await;
        assert_eq!(tab.focus().await, id);
        assert_eq!(tab.text("#buy .price.big").await, price);
        assert_eq!(tab.text("#stock").await, stock);
        assert_eq!(tab.count(".option[aria-current]").await, 1);

        // Its picture is the one in the window, and the marked one among the small.
        tab.until(
            "(() => {
                const [strip, shot] = [document.querySelector('#shots'), document.querySelector('.shot.chosen')];
                return shot.id !== 'picture-1' && Math.abs(shot.getBoundingClientRect().left - strip.getBoundingClientRect().left) < 2;
            })()",
        )
        .await;
        tab.until(
            "document.querySelector('.thumbs [aria-current]').hash === '#' + document.querySelector('.shot.chosen').id",
        )
        .await;

        // And who comes by that address sees the same.
        tab.go(&format!("{}{variant}", market.url)).await;
        assert_eq!(tab.text("#buy .price.big").await, price);
        tab.assert_calm(&[]).await;
    });
}
