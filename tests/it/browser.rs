//! Browser tests: pages in Chromium, with and without JavaScript, at phone and desktop widths, in both color schemes.

mod accessibility;
mod account_accessibility;
mod account_behavior;
mod account_lifecycle;
mod cart;
mod checkout;
mod chromium;
mod editor;
mod first_product;
mod injection;
mod input;
mod orders;
mod page_log;
mod pages;
mod products;
mod shop;
mod tab;
mod user;
mod with_script;
mod without_script;

use crate::support::run;
use tab::Tab;

/// Runs a test in a new tab. Does nothing if Chromium is not installed.
fn browse(test: impl AsyncFnOnce(&Tab)) {
    let Some(chromium) = chromium::chromium() else { return };
    run(async {
        let tab = Tab::open(chromium).await;
        test(&tab).await;
    });
}
