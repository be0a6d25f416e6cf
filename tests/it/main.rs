//! Tests of the whole program: over HTTP, on SQLite and PostgreSQL, and in a browser.
#![allow(clippy::unwrap_used, reason = "a test that cannot continue should stop")]

mod accounts;
mod architecture;
mod assets;
mod audit;
mod browser;
mod cart;
mod checkout;
mod database;
mod editor;
mod glossary;
mod headers;
mod import;
mod jobs;
mod keys;
mod mail;
mod metrics;
mod orders;
mod pages;
mod pictures;
mod program;
mod shop;
#[path = "../../src/schema.rs"]
#[rustfmt::skip]
mod schema;
mod products;
mod shipping;
mod source_format;
mod storefront;
mod support;
mod templates;
