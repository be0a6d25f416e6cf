//! The product editor at a browser: everything on a phone, with script and without, and from all sides.

use super::account_looks::{Axe, Looker, Width};
use super::browse;
use super::first_product::Album;
use super::looks::Report;
use super::person::home;
use super::tab::Tab;
use crate::support::roles::DEMO_PASSWORD;
use crate::support::{Market, texts};

const NEW: &str = "/dashboard/products/new";

/// A maker's hands, which know whether a button answers in its place or with the page.
struct Hands<'a> {
    tab: &'a Tab,
    script: bool,
}

impl Hands<'_> {
    async fn press(&self, selector: &str, then: &str) {
        if self.script {
            self.tab.click(selector).await;
        } else {
            self.tab.follow(selector).await;
        }
        self.tab.until(then).await;
    }

    /// The pictures' ids in their order.
    async fn order(&self) -> Vec<String> {
        self.tab
            .eval("[...document.querySelectorAll('#shots > [id]')].map(shot => shot.id.slice(5))")
            .await
    }

    async fn attach(&self, album: &Album, count: usize) {
        if self.script {
            let watch = "window.bars = 0;
                new MutationObserver(() => bars = Math.max(bars, document.querySelectorAll('#shots progress').length))
                    .observe(document.querySelector('#shots'), {childList: true})";
            self.tab.act(watch).await;
        }
        self.tab.attach("#images", &[&album.one, &album.two]).await;
        let there = format!("document.querySelector('#pictures .num').textContent === '{count}'");
        if self.script {
            self.tab.until(&there).await;
            assert_eq!(self.tab.eval::<usize>("window.bars").await, 1, "progress is shown");
        } else {
            self.press("#upload", &there).await;
        }
        assert_eq!(self.order().await.len(), count);
    }
}

async fn come_in(tab: &Tab, market: &Market, to: &str) {
    tab.go(&format!("{}/login?next={to}", market.url)).await;
    tab.sign_in("ines", DEMO_PASSWORD).await;
    assert_eq!(tab.place().await, to);
}

async fn write_a_product(tab: &Tab, script: bool) {
    let (market, album, hands) = (home(true), Album::new(), Hands { tab, script });
    tab.width(390).await;
    come_in(tab, &market, NEW).await;
    tab.fill("#title", "Moon jar").await;
    tab.fill("#description", "Round, *white*.").await;
    hands
        .press("#see", "document.querySelector('#preview .prose em')")
        .await;

    hands.attach(&album, 2).await;
    let [one, two] = hands.order().await.try_into().unwrap();
    tab.fill(&format!("#alt-{one}"), "A jar in the light").await;
    let first = |id: &str| format!("document.querySelector('#shots > :first-child').id === 'shot-{id}'");
    hands.press(&format!("#right-{one}"), &first(&two)).await;
    hands.press(&format!("#left-{one}"), &first(&one)).await;
    hands.press(&format!("#cover-{two}"), &first(&two)).await;
    hands.attach(&album, 4).await;
    let all = hands.order().await;
    for (gone, left) in [(&all[3], 3), (&all[2], 2)] {
        let there = format!("document.querySelectorAll('#shots > [id]').length === {left}");
        hands.press(&format!("#remove-{gone}"), &there).await;
    }
    assert_eq!(hands.order().await, [two.clone(), one.clone()]);

    hands.press("#add-option", "document.querySelector('#option1')").await;
    tab.fill("#option1", "Size").await;
    tab.fill("#values1", "Small\nLarge").await;
    let table = "document.querySelectorAll('.combo').length === 2";
    if script {
        // As soon as one leaves the field.
        tab.press("Tab", 9).await;
        tab.until(table).await;
    } else {
        hands.press("#make-table", table).await;
    }
    for (field, typed) in [
        ("#price-0", "30"),
        ("#quantity-0", "2"),
        ("#price-1", "45.50"),
        ("#quantity-1", "1"),
    ] {
        tab.fill(field, typed).await;
    }
    tab.pick("#image_id-1", &one).await;
    hands
        .press("#add-field", "document.querySelector('#field_label-0')")
        .await;
    tab.fill("#field_label-0", "Which name?").await;

    // Without a category: refused, and nothing that was typed is lost.
    tab.follow("#publish").await;
    assert_eq!(tab.count("#problems a[href='#category']").await, 1);
    assert!(tab.eval::<String>("document.title").await.starts_with("Error: "));
    let alt = format!("#alt-{one}");
    for (field, typed) in [
        ("#title", "Moon jar"),
        ("#description", "Round, *white*."),
        (alt.as_str(), "A jar in the light"),
        ("#values1", "Small\nLarge"),
        ("#price-1", "45.50"),
        ("#quantity-0", "2"),
        ("#image_id-1", one.as_str()),
        ("#field_label-0", "Which name?"),
    ] {
        assert_eq!(tab.value(field).await, typed, "{field}");
    }
    assert_eq!(hands.order().await, [two.clone(), one.clone()]);

    tab.pick("#category", "HOME").await;
    tab.follow("#publish").await;
    tab.assert_told("“Moon jar” is live").await;
    assert_eq!(hands.order().await, [two, one]);
    tab.follow("main a[href='/shops/barro-e-sal/moon-jar']").await;
    assert_eq!(tab.count("#gallery .shot img").await, 2);
    // Questions are for those who can buy.
    let shown = market.page("/shops/barro-e-sal/moon-jar").await;
    let words = texts(&shown, "main").join(" ");
    for told in ["$30.00", "Small", "Large", "Which name?", "Round, white."] {
        assert!(words.contains(told), "{told} is not in {words}");
    }
    tab.assert_calm(&[&format!("{}{NEW}", market.url)]).await;
}

#[test]
fn a_product_is_created_on_a_phone() {
    browse(async |tab| write_a_product(tab, true).await);
}

#[test]
fn without_script_a_product_is_created() {
    browse(async |tab| {
        tab.without_script().await;
        write_a_product(tab, false).await;
        assert_eq!(tab.count("html.js").await, 0, "script still runs");
    });
}

#[test]
fn the_save_bar_never_covers_the_focused_field() {
    browse(async |tab| {
        let market = home(true);
        tab.width(390).await;
        come_in(tab, &market, NEW).await;
        let covered = "(() => {
            const {top} = document.querySelector('.save-bar').getBoundingClientRect();
            // Of a large field the line that is written on.
            const {top: begin, height} = document.activeElement.getBoundingClientRect();
            const bottom = begin + Math.min(height, 44);
            return !document.activeElement.closest('.save-bar') && bottom > top + 1 ? document.activeElement.id : '';
        })()";
        tab.act("document.querySelector('#title').focus()").await;
        let mut seen = Vec::new();
        while seen.last().is_none_or(|last| last != "publish") {
            assert!(seen.len() < 60, "{seen:?}");
            assert_eq!(tab.eval::<String>(covered).await, "", "it lies under the bar");
            tab.press("Tab", 9).await;
            tab.still().await;
            seen.push(tab.focus().await);
        }
        assert!(seen.len() > 15, "{seen:?}");
    });
}

/// Every state of the editor, and what moved on the shelf.
async fn tour(tab: &Tab, looker: &mut impl Looker) {
    let (market, album, hands) = (home(true), Album::new(), Hands { tab, script: true });
    come_in(tab, &market, NEW).await;
    looker.look(tab, "a new product").await;
    tab.follow("#publish").await;
    looker.look(tab, "a new product with errors").await;
    tab.fill("#title", &"Moon jar ".repeat(12)).await;
    tab.fill("#description", "# Round\n\n*white*").await;
    hands.press("#see", "document.querySelector('#preview .prose')").await;
    hands.attach(&album, 2).await;
    hands.press("#add-option", "document.querySelector('#option1')").await;
    tab.fill("#option1", "Size").await;
    tab.fill("#values1", "Small\nA large one for the whole of the family")
        .await;
    hands.press("#make-table", "document.querySelector('.combo')").await;
    hands
        .press("#add-field", "document.querySelector('#field_label-0')")
        .await;
    tab.fill("#field_price-0", "much").await;
    tab.follow("#publish").await;
    looker.look(tab, "pictures, options and questions with errors").await;
    for (field, typed) in [
        ("#price-0", "30"),
        ("#quantity-0", "2"),
        ("#price-1", "45"),
        ("#quantity-1", "1"),
        ("#field_label-0", "Which name?"),
        ("#field_price-0", "2"),
    ] {
        tab.fill(field, typed).await;
    }
    tab.pick("#category", "HOME").await;
    tab.click("label[for=readiness-made]").await;
    tab.fill("#ready_from", "3").await;
    tab.fill("#ready_within", "5").await;
    tab.fill("#title", "Moon jar").await;
    tab.follow("#publish").await;
    tab.assert_told("is live").await;
    looker.look(tab, "a product that is live").await;
    tab.fill("#values1", "Small").await;
    hands
        .press("#make-table", "document.querySelectorAll('.combo').length === 1")
        .await;
    tab.follow("#save").await;
    assert_eq!(tab.count("#leaving").await, 1, "nothing is asked");
    looker.look(tab, "stock to be moved").await;
    tab.follow("#agree").await;
    tab.follow("main a[href$='/stock']").await;
    looker.look(tab, "stock history").await;
}

#[test]
fn the_editor_is_accessible() {
    browse(async |tab| {
        for width in [390, 1280] {
            let mut axe = Axe(Report::default(), width);
            tour(tab, &mut axe).await;
            axe.0.assert_empty();
            tab.sign_out().await;
        }
    });
}

#[test]
fn the_editor_fits_the_screen_and_follows_its_content_policy() {
    browse(async |tab| {
        let mut width = Width(Vec::new(), 0);
        tour(tab, &mut width).await;
        assert!(width.0.is_empty(), "{}", width.0.join("\n"));
        assert_eq!(width.1, 6);
    });
}
