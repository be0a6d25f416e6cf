//! Onboarding: four steps, one shop per user, and no visitors before the shop is open.

use diesel::prelude::*;

use super::{NAME_STEP, connect, post_form, shop_state, start_shop};
use crate::schema::{products, shops, users};
use crate::support::visitor::location;
use crate::support::{Market, attributes, run, texts};

#[test]
fn a_shop_opens_in_four_steps_that_keep_the_input() {
    run(async {
        let market = Market::demo();
        let ana = market.sign_up("ana").await;
        assert_eq!(location(&ana.get("/dashboard/products").await), "/dashboard/shop/new");
        assert_eq!(location(&ana.get("/dashboard/shop").await), "/dashboard/shop/new");
        assert_eq!(location(&ana.get("/dashboard/shop/new").await), NAME_STEP);
        let story = "I began with a wheel from my aunt.";
        let fields = [("name", "Clay & Co"), ("tagline", "Slow plates"), ("bio", story)];
        assert_eq!(
            location(&ana.post(NAME_STEP, &fields).await),
            "/dashboard/shop/new/look"
        );
        assert_eq!(
            location(&ana.get("/dashboard/shop/new").await),
            "/dashboard/shop/new/look"
        );
        let look = [("hue", "30"), ("vividness", "calm"), ("corner", "round")];
        let next = ana.post("/dashboard/shop/new/look", &look).await;
        assert_eq!(location(&next), "/dashboard/shop/new/product");
        assert_eq!(
            location(&ana.get("/dashboard/shop/new").await),
            "/dashboard/shop/new/product"
        );
        // The first steps still show the input.
        let page = ana.page(NAME_STEP).await;
        assert_eq!(attributes(&page, "#name", "value"), ["Clay & Co"]);
        assert_eq!(attributes(&page, "#slug", "value"), ["clay-and-co"]);
        assert_eq!(texts(&page, "#bio"), [story]);
        let page = ana.page("/dashboard/shop/new/look").await;
        assert_eq!(attributes(&page, "[name=hue][checked]", "value"), ["30"]);
        assert_eq!(texts(&page, "#step"), ["Step 2 of 4"]);
        assert_eq!(market.get("/shops/clay-and-co").await.status(), 404);
        let opened = ana.post("/dashboard/shop/opening", &[]).await;
        assert_eq!(location(&opened), "/shops/clay-and-co");
        assert!(
            texts(&market.page("/shops/clay-and-co").await, "main")
                .join(" ")
                .contains(story)
        );
        // The shop can be opened twice. From now on the steps redirect to the settings.
        assert_eq!(ana.post("/dashboard/shop/opening", &[]).await.status(), 303);
        for step in ["", "/name", "/look", "/product", "/opening"] {
            let path = format!("/dashboard/shop/new{step}");
            assert_eq!(location(&ana.get(&path).await), "/dashboard/shop", "{path}");
        }
    });
}

#[test]
fn a_shop_opens_only_after_the_email_address_is_confirmed() {
    run(async {
        let market = Market::empty();
        let ana = market.sign_up("ana").await;
        start_shop(&ana, "Clay", "clay").await;
        market.set_email_verified("ana", false);
        let page = ana.page("/dashboard/shop/new/opening").await;
        assert_eq!(attributes(&page, "#open[disabled]", "id"), ["open"]);
        assert_eq!(
            attributes(&page, "main form[action='/verify/resend']", "method"),
            ["post"]
        );
        let (status, page) = post_form(&ana, "/dashboard/shop/opening", &[]).await;
        assert_eq!((status, shop_state(&market, "clay").as_str()), (422, "draft"));
        assert!(texts(&page, "#problems").join(" ").contains("Confirm your email"));
        market.set_email_verified("ana", true);
        assert_eq!(ana.post("/dashboard/shop/opening", &[]).await.status(), 303);
        assert_eq!(shop_state(&market, "clay"), "open");
    });
}

#[test]
fn many_requests_at_once_create_one_shop() {
    run(async {
        let market = Market::empty();
        let ana = market.sign_up("ana").await;
        let fields = [("name", "Clay")];
        let posts = (0..8).map(|_| ana.post(NAME_STEP, &fields));
        for response in futures_util::future::join_all(posts).await {
            assert_eq!(response.status(), 303);
        }
        let count: i64 = shops::table.count().get_result(&mut connect(&market)).unwrap();
        assert_eq!(count, 1);
    });
}

#[test]
fn of_several_requests_for_one_address_one_gets_it() {
    run(async {
        let market = Market::empty();
        let visitors = [
            market.sign_up("ana").await,
            market.sign_up("ben").await,
            market.sign_up("cleo").await,
        ];
        let fields = [("name", "Clay"), ("slug", "clay")];
        let posts = visitors.iter().map(|one| one.post(NAME_STEP, &fields));
        let mut answers: Vec<u16> = futures_util::future::join_all(posts)
            .await
            .iter()
            .map(|response| response.status().as_u16())
            .collect();
        answers.sort_unstable();
        assert_eq!(answers, [303, 422, 422]);
    });
}

#[test]
fn hostile_text_is_escaped_or_refused_with_a_reason() {
    run(async {
        let market = Market::empty();
        let ana = market.sign_up("ana").await;
        let hostile = r#"<b hx-get="/x">"Clay" 🏺 عربي</b>"#;
        let fields = [
            ("name", hostile),
            ("slug", "clay"),
            ("tagline", hostile),
            ("bio", hostile),
        ];
        assert_eq!(ana.post(NAME_STEP, &fields).await.status(), 303);
        assert_eq!(ana.post("/dashboard/shop/opening", &[]).await.status(), 303);
        for path in ["/shops/clay", "/dashboard/shop", "/dashboard", "/shops"] {
            let page = ana.page(path).await;
            assert!(attributes(&page, "[hx-get='/x']", "hx-get").is_empty(), "{path}");
        }
        assert_eq!(texts(&ana.page("/shops/clay").await, "h1"), [hostile]);
        let long = "x".repeat(10_000);
        for (field, value) in [
            ("name", ""),
            ("name", &long),
            ("name", "a\u{0}b"),
            ("name", "a\nb"),
            ("slug", "../../etc"),
            ("slug", "admin"),
            ("slug", "12"),
            ("slug", &long),
            ("tagline", &long),
            ("bio", &long),
            ("bio", "a\u{7}b"),
            ("place", &long),
            ("contact", &long),
            ("announcement", &long),
        ] {
            let form = [("name", "Clay"), (field, value)];
            let form: Vec<_> = if field == "name" {
                form[1..].to_vec()
            } else {
                form.to_vec()
            };
            let (status, page) = post_form(&ana, "/dashboard/shop", &form).await;
            assert_eq!(status, 422, "{field}");
            assert_eq!(attributes(&page, "#problems a", "href"), [format!("#{field}")]);
            assert!(texts(&page, "title")[0].starts_with("Error: "));
        }
        assert_eq!(texts(&ana.page("/shops/clay").await, "h1"), [hostile]);
    });
}

#[test]
fn the_first_product_needs_a_picture_and_keeps_the_input() {
    run(async {
        let market = Market::demo();
        let ana = market.sign_up("ana").await;
        start_shop(&ana, "Clay", "clay").await;
        let invalid = [
            ("title", "Mug"),
            ("price", "abc"),
            ("quantity", "-1"),
            ("category", "NOPE"),
        ];
        let (status, page) = post_form(&ana, "/dashboard/shop/new/product", &invalid).await;
        assert_eq!(status, 422);
        assert_eq!(
            attributes(&page, "#problems a", "href"),
            ["#price", "#quantity", "#category", "#images"]
        );
        assert_eq!(attributes(&page, "#title", "value"), ["Mug"]);
        let stolen = [
            ("title", "Mug"),
            ("price", "9"),
            ("quantity", "1"),
            ("category", "HOME"),
            ("picture", "1"),
        ];
        assert_eq!(post_form(&ana, "/dashboard/shop/new/product", &stolen).await.0, 422);
        let (owner, shop): (i64, i64) = (
            users::table
                .filter(users::username.eq("ana"))
                .select(users::id)
                .first(&mut connect(&market))
                .unwrap(),
            super::shop_id(&market, "clay"),
        );
        assert!(owner > 0);
        let count: i64 = products::table
            .filter(products::shop_id.eq(shop))
            .count()
            .get_result(&mut connect(&market))
            .unwrap();
        assert_eq!(count, 0);
    });
}

/// The body of a form with a picture, as a browser encodes it. The boundary is `x`.
fn body_with_picture(fields: &[(&str, &str)]) -> Vec<u8> {
    let mut png = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_pixel(400, 500, image::Rgb([180, 90, 60]))
        .write_to(&mut png, image::ImageFormat::Png)
        .unwrap();
    let mut body = Vec::new();
    for (name, value) in fields {
        let part = format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(part.as_bytes());
    }
    let head = "--x\r\nContent-Disposition: form-data; name=\"images\"; filename=\"mug.png\"\r\nContent-Type: image/png\r\n\r\n";
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(png.get_ref());
    body.extend_from_slice(b"\r\n--x--\r\n");
    body
}

#[test]
fn the_first_product_is_visible_as_soon_as_the_shop_opens() {
    run(async {
        let market = Market::demo();
        let ana = market.sign_up("ana").await;
        start_shop(&ana, "Clay", "clay").await;
        let fields = [
            ("title", "Mug"),
            ("price", "9.50"),
            ("quantity", "3"),
            ("category", "HOME_LIVING"),
        ];
        let code = attributes(
            &ana.page("/dashboard/shop/new/product").await,
            "#category option",
            "value",
        )
        .remove(1);
        let fields = fields.map(|(name, value)| (name, if name == "category" { code.as_str() } else { value }));
        for _ in 0..2 {
            let request = market
                .post("/dashboard/shop/new/product")
                .header("Cookie", ana.cookie().unwrap())
                .header("Content-Type", "multipart/form-data; boundary=x")
                .body(body_with_picture(&fields));
            assert_eq!(location(&request.send().await.unwrap()), "/dashboard/shop/new/opening");
        }
        assert_eq!(market.get("/shops/clay/mug").await.status(), 404);
        assert_eq!(
            texts(&ana.page("/shops/clay").await, "#grid h3"),
            ["Mug"],
            "submitting twice makes one product"
        );
        assert_eq!(ana.post("/dashboard/shop/opening", &[]).await.status(), 303);
        let page = market.page("/shops/clay/mug").await;
        assert_eq!(texts(&page, "h1"), ["Mug"]);
        assert!(!attributes(&page, "#gallery img", "src").is_empty());
    });
}
