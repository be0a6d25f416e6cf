//! What everyone sees of shops: the list, a shop's own page, the style sheet of its look.

mod index;
mod show;
mod theme;

use actix_web::web;
use serde::Deserialize;

use crate::web::{Reach, get};

pub fn routes(to: &mut web::ServiceConfig) {
    to.service(web::resource("/shops").route(get().to(index::index)))
        .service(web::resource("/shops/{shop}").route(get().to(show::show)))
        .service(web::resource("/shops/{shop}/theme.{hash}.css").route(get().to(theme::show)));
}

/// How far a list has been opened, and which part of it.
#[derive(Default, Deserialize)]
#[serde(default)]
struct ReachQuery {
    n: Vec<String>,
    after: Vec<String>,
    section: Vec<String>,
}

impl ReachQuery {
    fn reach(&self) -> Reach {
        Reach::parse(&self.n, &self.after)
    }
}
