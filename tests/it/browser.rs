//! The market as a browser shows it: with script and without, on a phone and on a desk, in light and in dark.

mod account_looks;
mod buying;
mod cart;
mod chromium;
mod editor;
mod first_product;
mod hands;
mod journey;
mod looks;
mod manners;
mod orders;
mod person;
mod plain;
mod products;
mod safety;
mod script;
mod seen;
mod shop;
mod sights;
mod tab;

use crate::support::run;
use tab::Tab;

/// Opens a tab of Chromium for one test; without a Chromium there is no test.
fn browse(test: impl AsyncFnOnce(&Tab)) {
    let Some(chromium) = chromium::chromium() else { return };
    run(async {
        let tab = Tab::open(chromium).await;
        test(&tab).await;
    });
}
