//! The routes that the program registers.

use actix_web::introspection::IntrospectionTree;
use actix_web::web::{self, Data};
use actix_web::{App, HttpResponse, test};
use pocketshop::app;
use serde::Deserialize;

#[derive(Debug, Clone, Deserialize)]
pub struct Route {
    pub full_path: String,
    pub guards: Vec<String>,
    pub methods: Vec<String>,
}

/// All routes of the market.
pub async fn all() -> Vec<Route> {
    async fn list(tree: Data<IntrospectionTree>) -> HttpResponse {
        HttpResponse::Ok().body(tree.report_as_json())
    }
    let app = App::new()
        .configure(app::routes)
        .route("/the-table", web::get().to(list));
    let app = test::init_service(app).await;
    let body = test::call_and_read_body(&app, test::TestRequest::get().uri("/the-table").to_request()).await;
    let mut routes: Vec<Route> = serde_json::from_slice(&body).unwrap();
    routes.retain(|route| route.full_path != "/the-table" && route.full_path.starts_with('/'));
    assert!(routes.len() > 8, "{routes:?}");
    routes
}

impl Route {
    pub fn is_post(&self) -> bool {
        self.methods
            .iter()
            .chain(&self.guards)
            .any(|name| name.contains("POST"))
    }

    pub fn is_get(&self) -> bool {
        self.methods
            .iter()
            .chain(&self.guards)
            .any(|name| name.contains("GET") || name.contains("Get"))
    }

    /// A path of this route, with values of the demo market for its parameters.
    pub fn address(&self) -> String {
        let parameters = [
            ("{shop}/theme.{hash}.css", "barro-e-sal/theme.0.css"),
            ("{shop}", "barro-e-sal"),
            ("{product}", "dipped-speckle-mug"),
            ("{id}", "1"),
            ("{session}", "1"),
            ("{address}", "1"),
            ("{browser}", "1"),
            ("{job}", "1"),
            ("{item}", "1"),
            ("{rate}", "1"),
            ("{section}", "1"),
            ("{item}", "1"),
            ("{rate}", "1"),
            ("{slug}", "vintage"),
            ("{number}", "PS-2222-2222"),
            ("{token}", "none"),
            ("{order}", "1"),
            ("{shop_order}", "1"),
            ("{folder}", "demo"),
            ("{name}", "none.webp"),
            ("{file}", "none.css"),
        ];
        let path = parameters
            .iter()
            .fold(self.full_path.clone(), |path, (parameter, value)| {
                path.replace(parameter, value)
            });
        assert!(!path.contains('{'), "{path}: add a value for its parameters");
        path
    }
}
