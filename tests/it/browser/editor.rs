//! The product editor: creates a product on a phone with and without JavaScript; accessibility and layout.

use super::account_accessibility::{AxeChecker, LayoutChecker, PageChecker};
use super::browse;
use super::first_product::TestPhotos;
use super::tab::Tab;
use super::user::open_market;
use crate::support::roles::DEMO_PASSWORD;
use crate::support::{Market, texts};

const NEW: &str = "/dashboard/products/new";

/// Presses buttons and uploads pictures. With JavaScript a button changes the page in place; without it, the page loads
/// again.
struct EditorDriver<'a> {
    tab: &'a Tab,
    script: bool,
}

impl EditorDriver<'_> {
    async fn press(&self, selector: &str, condition: &str) {
        if self.script {
            self.tab.click(selector).await;
        } else {
            self.tab.follow(selector).await;
        }
        self.tab.wait_until(condition).await;
    }

    /// The ids of the pictures in their order.
    async fn picture_ids(&self) -> Vec<String> {
        self.tab
            .eval("[...document.querySelectorAll('#picture-list > [id]')].map(picture => picture.id.slice(5))")
            .await
    }

    /// Uploads both photos and checks that the product then has `count` pictures.
    async fn upload(&self, photos: &TestPhotos, count: usize) {
        if self.script {
            let observe = "window.maxBars = 0;
                new MutationObserver(() => maxBars = Math.max(maxBars, document.querySelectorAll('#picture-list progress').length))
                    .observe(document.querySelector('#picture-list'), {childList: true})";
            self.tab.run_script(observe).await;
        }
        self.tab
            .attach_files("#images", &[&photos.portrait, &photos.landscape])
            .await;
        let uploaded = format!("document.querySelector('#pictures .num').textContent === '{count}'");
        if self.script {
            self.tab.wait_until(&uploaded).await;
            assert_eq!(
                self.tab.eval::<usize>("window.maxBars").await,
                1,
                "number of progress bars"
            );
        } else {
            self.press("#upload", &uploaded).await;
        }
        assert_eq!(self.picture_ids().await.len(), count);
    }
}

async fn sign_in_to(tab: &Tab, market: &Market, path: &str) {
    tab.go(&format!("{}/login?next={path}", market.url)).await;
    tab.sign_in("ines", DEMO_PASSWORD).await;
    assert_eq!(tab.path().await, path);
}

async fn create_a_product(tab: &Tab, script: bool) {
    let (market, photos, editor) = (open_market(true), TestPhotos::new(), EditorDriver { tab, script });
    tab.set_width(390).await;
    sign_in_to(tab, &market, NEW).await;
    tab.fill("#title", "Moon jar").await;
    tab.fill("#description", "Round, *white*.").await;
    editor
        .press("#see", "document.querySelector('#preview .prose em')")
        .await;

    editor.upload(&photos, 2).await;
    let [one, two] = editor.picture_ids().await.try_into().unwrap();
    tab.fill(&format!("#alt-{one}"), "A jar in the light").await;
    let first = |id: &str| format!("document.querySelector('#picture-list > :first-child').id === 'card-{id}'");
    editor.press(&format!("#right-{one}"), &first(&two)).await;
    editor.press(&format!("#left-{one}"), &first(&one)).await;
    editor.press(&format!("#cover-{two}"), &first(&two)).await;
    editor.upload(&photos, 4).await;
    let all = editor.picture_ids().await;
    for (removed, left) in [(&all[3], 3), (&all[2], 2)] {
        let is_removed = format!("document.querySelectorAll('#picture-list > [id]').length === {left}");
        editor.press(&format!("#remove-{removed}"), &is_removed).await;
    }
    assert_eq!(editor.picture_ids().await, [two.clone(), one.clone()]);

    editor.press("#add-option", "document.querySelector('#option1')").await;
    tab.fill("#option1", "Size").await;
    tab.fill("#values1", "Small\nLarge").await;
    let table = "document.querySelectorAll('.variant-row').length === 2";
    if script {
        // The table is made when the field loses the focus.
        tab.press_key("Tab", 9).await;
        tab.wait_until(table).await;
    } else {
        editor.press("#create-variants", table).await;
    }
    for (field, value) in [
        ("#price-0", "30"),
        ("#quantity-0", "2"),
        ("#price-1", "45.50"),
        ("#quantity-1", "1"),
    ] {
        tab.fill(field, value).await;
    }
    tab.select_option("#image_id-1", &one).await;
    editor
        .press("#add-field", "document.querySelector('#field_label-0')")
        .await;
    tab.fill("#field_label-0", "Which name?").await;

    // Without a category the form is refused, and keeps all values.
    tab.follow("#publish").await;
    assert_eq!(tab.count("#problems a[href='#category']").await, 1);
    assert!(tab.eval::<String>("document.title").await.starts_with("Error: "));
    let alt = format!("#alt-{one}");
    for (field, value) in [
        ("#title", "Moon jar"),
        ("#description", "Round, *white*."),
        (alt.as_str(), "A jar in the light"),
        ("#values1", "Small\nLarge"),
        ("#price-1", "45.50"),
        ("#quantity-0", "2"),
        ("#image_id-1", one.as_str()),
        ("#field_label-0", "Which name?"),
    ] {
        assert_eq!(tab.value(field).await, value, "{field}");
    }
    assert_eq!(editor.picture_ids().await, [two.clone(), one.clone()]);

    tab.select_option("#category", "HOME").await;
    tab.follow("#publish").await;
    tab.assert_flash("“Moon jar” is live").await;
    assert_eq!(editor.picture_ids().await, [two, one]);
    tab.follow("main a[href='/shops/barro-e-sal/moon-jar']").await;
    assert_eq!(tab.count("#gallery .gallery-picture img").await, 2);
    // The seller cannot buy, so only others see the personalization fields.
    let page = market.page("/shops/barro-e-sal/moon-jar").await;
    let text = texts(&page, "main").join(" ");
    for expected in ["$30.00", "Small", "Large", "Which name?", "Round, white."] {
        assert!(text.contains(expected), "{expected} is not in {text}");
    }
    tab.assert_clean_log(&[&format!("{}{NEW}", market.url)]).await;
}

#[test]
fn a_product_is_created_on_a_phone() {
    browse(async |tab| create_a_product(tab, true).await);
}

#[test]
fn without_script_a_product_is_created() {
    browse(async |tab| {
        tab.disable_script().await;
        create_a_product(tab, false).await;
        assert_eq!(tab.count("html.js").await, 0, "JavaScript is still enabled");
    });
}

#[test]
fn a_file_that_is_no_picture_is_named_and_the_others_are_uploaded() {
    browse(async |tab| {
        let (market, photos) = (open_market(true), TestPhotos::new());
        let text_file = photos.portrait.with_file_name("notes.jpg");
        std::fs::write(&text_file, "not a picture").unwrap();
        sign_in_to(tab, &market, NEW).await;
        tab.attach_files("#images", &[&text_file, &photos.landscape]).await;
        tab.wait_until("document.querySelector('#pictures .num').textContent === '1'")
            .await;
        tab.wait_until("document.body.textContent.includes('“notes.jpg” is not a picture that we can show.')")
            .await;
    });
}

#[test]
fn the_save_bar_never_covers_the_focused_field() {
    browse(async |tab| {
        let market = open_market(true);
        tab.set_width(390).await;
        sign_in_to(tab, &market, NEW).await;
        let covered = "(() => {
            const {top} = document.querySelector('.save-bar').getBoundingClientRect();
            // Of a large field, only the first line.
            const {top: begin, height} = document.activeElement.getBoundingClientRect();
            const bottom = begin + Math.min(height, 44);
            return !document.activeElement.closest('.save-bar') && bottom > top + 1 ? document.activeElement.id : '';
        })()";
        tab.run_script("document.querySelector('#title').focus()").await;
        let mut focused = Vec::new();
        while focused.last().is_none_or(|last| last != "publish") {
            assert!(focused.len() < 60, "{focused:?}");
            assert_eq!(tab.eval::<String>(covered).await, "", "the save bar covers it");
            tab.press_key("Tab", 9).await;
            tab.wait_for_animations().await;
            focused.push(tab.focused_id().await);
        }
        assert!(focused.len() > 15, "{focused:?}");
    });
}

/// Checks each state of the editor, and the stock history.
async fn check_editor_pages(tab: &Tab, checker: &mut impl PageChecker) {
    let script = true;
    let (market, photos, editor) = (open_market(true), TestPhotos::new(), EditorDriver { tab, script });
    sign_in_to(tab, &market, NEW).await;
    checker.check(tab, "a new product").await;
    tab.follow("#publish").await;
    checker.check(tab, "a new product with errors").await;
    tab.fill("#title", &"Moon jar ".repeat(12)).await;
    tab.fill("#description", "# Round\n\n*white*").await;
    editor.press("#see", "document.querySelector('#preview .prose')").await;
    editor.upload(&photos, 2).await;
    editor.press("#add-option", "document.querySelector('#option1')").await;
    tab.fill("#option1", "Size").await;
    tab.fill("#values1", "Small\nA large one for the whole of the family")
        .await;
    editor
        .press("#create-variants", "document.querySelector('.variant-row')")
        .await;
    editor
        .press("#add-field", "document.querySelector('#field_label-0')")
        .await;
    tab.fill("#field_price-0", "much").await;
    tab.follow("#publish").await;
    checker
        .check(tab, "pictures, options and personalization fields with errors")
        .await;
    for (field, value) in [
        ("#price-0", "30"),
        ("#quantity-0", "2"),
        ("#price-1", "45"),
        ("#quantity-1", "1"),
        ("#field_label-0", "Which name?"),
        ("#field_price-0", "2"),
    ] {
        tab.fill(field, value).await;
    }
    tab.select_option("#category", "HOME").await;
    tab.click("label[for=readiness-made]").await;
    tab.fill("#ready_from", "3").await;
    tab.fill("#ready_within", "5").await;
    tab.fill("#title", "Moon jar").await;
    tab.follow("#publish").await;
    tab.assert_flash("is live").await;
    checker.check(tab, "a live product").await;
    tab.fill("#values1", "Small").await;
    editor
        .press(
            "#create-variants",
            "document.querySelectorAll('.variant-row').length === 1",
        )
        .await;
    tab.follow("#save").await;
    assert_eq!(tab.count("#removed-variants").await, 1, "no confirmation is asked for");
    checker.check(tab, "confirmation to remove a variant with stock").await;
    tab.follow("#confirm").await;
    tab.follow("main a[href$='/stock']").await;
    checker.check(tab, "stock history").await;
}

#[test]
fn the_editor_is_accessible() {
    browse(async |tab| {
        for width in [390, 1280] {
            let mut axe = AxeChecker::at_width(width);
            check_editor_pages(tab, &mut axe).await;
            axe.report.assert_empty();
            tab.sign_out().await;
        }
    });
}

#[test]
fn the_editor_fits_the_screen_and_follows_its_content_policy() {
    browse(async |tab| {
        let mut layout = LayoutChecker::default();
        check_editor_pages(tab, &mut layout).await;
        layout.assert_no_overflow();
        assert_eq!(layout.pages, 6);
    });
}
