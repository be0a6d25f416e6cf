//! The storefront without JavaScript, and the thumbnails of a product on a phone.

use super::browse;
use super::pages::{find_product, variant_with_picture};
use super::tab::{ColorScheme, Tab};
use crate::support::{Market, attributes};

async fn background_color(tab: &Tab) -> String {
    tab.wait_until("document.getAnimations().length === 0").await;
    tab.eval("getComputedStyle(document.body).backgroundColor").await
}

#[test]
fn without_script_links_lead_from_home_to_a_product() {
    browse(async |tab| {
        let market = Market::demo();
        tab.disable_script().await;
        tab.go(&market.url).await;
        assert_eq!(tab.count("html.js").await, 0, "JavaScript is still enabled");
        tab.follow(".category-card h3 a").await;
        assert!(tab.path().await.starts_with("/categories/"), "{}", tab.path().await);
        let title = tab.text("#grid h3 a").await;
        tab.follow("#grid h3 a").await;
        assert_eq!(tab.text("h1").await, title);
        assert!(tab.text("#buy .price").await.contains('$'));
        assert!(!tab.text("#stock").await.is_empty());
    });
}

#[test]
fn without_script_the_filters_are_a_form_with_a_button() {
    browse(async |tab| {
        let market = Market::demo();
        tab.disable_script().await;
        tab.go(&format!("{}/products", market.url)).await;
        tab.click("#f-category-vintage").await;
        tab.click("#f-stock").await;
        tab.follow("#filter-form .no-js button").await;
        let path = tab.path().await;
        assert!(
            path.starts_with("/products?") && path.contains("category=vintage") && path.contains("stock=in"),
            "{path}"
        );
        assert_eq!(tab.count("#f-category-vintage:checked, #f-stock:checked").await, 2);
        assert_eq!(tab.count("#grid > .product-card.sold-out").await, 0);
        let found = tab.count("#grid > .product-card").await;
        assert!(found > 0 && tab.text("#count").await.starts_with(&format!("{found} ")));

        // The sort order has its own button and keeps the filters.
        tab.run_script("document.querySelector('#sort').value = 'price'").await;
        tab.follow("#apply-sort").await;
        let path = tab.path().await;
        assert!(
            path.contains("sort=price") && path.contains("category=vintage"),
            "{path}"
        );

        tab.follow("#clear-all").await;
        assert_eq!(tab.path().await, "/products");
    });
}

#[test]
fn without_script_a_link_shows_more_products() {
    browse(async |tab| {
        let market = Market::demo();
        tab.disable_script().await;
        tab.go(&format!("{}/products", market.url)).await;
        assert_eq!(tab.count("#grid > .product-card").await, 24);
        tab.follow("#show-more").await;
        assert_eq!(
            (tab.path().await.as_str(), tab.count("#grid > .product-card").await),
            ("/products?n=48", 48)
        );
    });
}

#[test]
fn without_script_a_variant_is_a_link() {
    browse(async |tab| {
        let market = Market::demo();
        let (product, variant) = variant_with_picture(&market).await;
        tab.disable_script().await;
        tab.go(&format!("{}{product}", market.url)).await;
        let link = format!(".option[href={variant:?}]");
        let (price, stock) = (
            tab.text(&format!("{link} .num")).await,
            tab.text(&format!("{link} .small")).await,
        );
        tab.follow(&link).await;
        assert_eq!(tab.path().await, variant);
        assert_eq!(tab.text("#buy .price.big").await, price);
        assert_eq!(tab.text("#stock").await, stock);
        assert_eq!(
            attributes(&market.page(&variant).await, ".option[aria-current]", "href"),
            [variant]
        );
    });
}

#[test]
fn without_script_the_filters_open_on_a_phone() {
    browse(async |tab| {
        let market = Market::demo();
        tab.disable_script().await;
        tab.set_width(390).await;
        tab.go(&format!("{}/products", market.url)).await;
        let open = async || {
            tab.eval::<bool>("document.querySelector('#facets').matches(':popover-open')")
                .await
        };
        assert!(
            !open().await
                && tab
                    .eval::<bool>("!document.querySelector('#f-stock').checkVisibility()")
                    .await
        );
        tab.click("#open-facets").await;
        assert!(open().await);
        tab.click("#f-stock").await;
        tab.follow("#filter-form .no-js button").await;
        assert_eq!(tab.path().await, "/products?stock=in");

        tab.click("#open-facets").await;
        tab.click("#facets .sheet-head button").await;
        assert!(!open().await);
    });
}

#[test]
fn without_script_the_chosen_color_scheme_is_kept() {
    browse(async |tab| {
        let market = Market::demo();
        tab.disable_script().await;
        tab.set_color_scheme(ColorScheme::Light).await;
        tab.go(&format!("{}/products?stock=in", market.url)).await;
        let light = background_color(tab).await;
        tab.follow("button[value=dark]").await;
        assert_eq!(tab.path().await, "/products?stock=in");
        let dark = background_color(tab).await;
        assert_ne!(dark, light);
        assert_eq!(
            tab.count("html[data-theme=dark] button[value=dark][aria-pressed=true]")
                .await,
            1
        );
        tab.follow(".logo").await;
        assert_eq!(background_color(tab).await, dark);
        tab.follow("button[value=light]").await;
        tab.set_color_scheme(ColorScheme::Dark).await;
        assert_eq!(background_color(tab).await, light);
        tab.follow("button[value=system]").await;
        assert_eq!(
            (background_color(tab).await, tab.count("html[data-theme]").await),
            (dark, 0)
        );
    });
}

#[test]
fn a_phone_shows_the_thumbnails() {
    browse(async |tab| {
        let market = Market::demo();
        tab.set_width(390).await;
        let product = find_product(&market, ".thumbs li:nth-child(3)").await;
        tab.go(&format!("{}{product}", market.url)).await;
        let thumbnails: Vec<(bool, f64, f64, f64)> = tab
            .eval(
                "[...document.querySelectorAll('.thumbs img')].map(img => {
                    const {left, right, width, height} = img.getBoundingClientRect();
                    return [img.checkVisibility() && img.complete && img.naturalWidth > 0 && left >= 0 && right <= 390, width, height, left];
                })",
            )
            .await;
        assert!(thumbnails.len() > 2, "{product} has {} thumbnails", thumbnails.len());
        for (visible, width, height, left) in thumbnails {
            assert!(
                visible && width >= 24.0 && height >= 24.0,
                "{product}: {width} x {height} at {left}"
            );
        }
        // A thumbnail scrolls to its picture.
        tab.click("#thumb-2").await;
        tab.wait_until("document.querySelector('#thumb-2').ariaCurrent === 'true'")
            .await;
        tab.wait_until("Math.abs(document.querySelector('#picture-2').getBoundingClientRect().left - document.querySelector('#gallery-strip').getBoundingClientRect().left) < 2").await;
    });
}
