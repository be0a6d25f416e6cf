//! Account pages: showing passwords, refused forms, Back after sign-out, posts from other sites, and the header menu.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::thread;
use std::time::{Duration, Instant};

use actix_web::rt::time::sleep;

use super::browse;
use super::tab::{Tab, WAIT_TIMEOUT};
use super::user::{EMAIL, NAME, open_market};
use crate::support::visitor::PASSWORD;

const REVEAL_BUTTON: &str = "[data-reveal=password]";

async fn is_visible(tab: &Tab, selector: &str) -> bool {
    tab.eval(&format!("document.querySelector({selector:?}).checkVisibility()"))
        .await
}

#[test]
fn a_password_can_be_shown_and_is_submitted_as_a_password() {
    browse(async |tab| {
        let market = open_market(false);
        tab.go(&format!("{}/register", market.url)).await;
        let input_type = async || tab.eval::<String>("document.querySelector('#password').type").await;
        tab.fill("#password", "short").await;
        assert_eq!(input_type().await, "password");
        tab.click(REVEAL_BUTTON).await;
        assert_eq!(
            (input_type().await.as_str(), tab.value("#password").await.as_str()),
            ("text", "short")
        );
        assert!(tab.text(REVEAL_BUTTON).await.starts_with("Hide"));
        tab.click(REVEAL_BUTTON).await;
        assert_eq!(
            (input_type().await.as_str(), tab.value("#password").await.as_str()),
            ("password", "short")
        );
        tab.click(REVEAL_BUTTON).await;
        tab.run_script(
            "addEventListener('submit', () => sessionStorage.submittedType = document.querySelector('#password').type)",
        )
        .await;
        tab.submit("/register").await;
        assert_eq!(tab.eval::<String>("sessionStorage.submittedType").await, "password");
    });
}

#[test]
fn without_script_there_is_no_button_to_show_a_password() {
    browse(async |tab| {
        let market = open_market(false);
        tab.go(&format!("{}/login", market.url)).await;
        assert!(is_visible(tab, REVEAL_BUTTON).await);
        tab.disable_script().await;
        for page in ["/login", "/register"] {
            tab.go(&format!("{}{page}", market.url)).await;
            assert!(!is_visible(tab, REVEAL_BUTTON).await, "{page}");
        }
    });
}

/// Submits forms that are refused, and checks that they keep all values except passwords.
async fn assert_refused_forms_keep_values(tab: &Tab, url: &str) {
    tab.go(&format!("{url}/register?next=/products")).await;
    for (field, value) in [
        ("#email", "robin@nowhere"),
        ("#username", "Robin-1"),
        ("#first_name", "Zoë \"Z\" <b>"),
        ("#last_name", "O’Neil & Sons"),
        ("#password", "too short"),
    ] {
        tab.fill(field, value).await;
    }
    tab.submit("/register").await;
    assert_eq!(tab.path().await, "/register");
    let values: Vec<String> = tab
        .eval("[...document.querySelectorAll('main input')].map(input => input.value)")
        .await;
    let expected = [
        "robin@nowhere",
        "Robin-1",
        "Zoë \"Z\" <b>",
        "O’Neil & Sons",
        "",
        "/products",
    ];
    assert_eq!(values, expected);
    assert!(tab.eval::<String>("document.title").await.starts_with("Error: "));
    assert_eq!(tab.focused_id().await, "problems");
    // Each error links to its field, where it is shown too.
    for field in ["email", "password"] {
        tab.click(&format!("#problems a[href='#{field}']")).await;
        assert_eq!(tab.focused_id().await, field);
        assert!(!tab.text(&format!("#{field}-error")).await.is_empty());
    }
    assert_eq!(tab.count("[aria-invalid]").await, 2);

    tab.go(&format!("{url}/login?next=/shops")).await;
    tab.sign_in("nobody@example.org", "quiet harbour lamp 8").await;
    assert_eq!(tab.focused_id().await, "problems");
    assert_eq!(tab.value("#login").await, "nobody@example.org");
    assert_eq!(tab.value("main [name=next]").await, "/shops");
    tab.assert_refused("email or password is wrong").await;
}

#[test]
fn a_refused_form_shows_errors_and_keeps_all_but_the_password() {
    browse(async |tab| {
        let market = open_market(false);
        assert_refused_forms_keep_values(tab, &market.url).await;
        tab.disable_script().await;
        assert_refused_forms_keep_values(tab, &market.url).await;
    });
}

#[test]
fn the_back_button_shows_nothing_after_sign_out() {
    browse(async |tab| {
        let market = open_market(false);
        market.sign_up(NAME).await;
        tab.go(&format!("{}/login", market.url)).await;
        tab.sign_in(NAME, PASSWORD).await;
        tab.open_account_page("/account/activity").await;
        tab.open_account_page("/account").await;
        assert!(tab.text("main").await.contains(EMAIL));
        tab.sign_out().await;
        for steps in [-1, -1] {
            tab.run_script(&format!("window.oldPage = true; history.go({steps})"))
                .await;
            tab.wait_until("!window.oldPage && document.readyState === 'complete' && location.pathname === '/login'")
                .await;
            let page: String = tab.eval("document.documentElement.outerHTML").await;
            assert!(!page.contains(EMAIL) && !page.contains("Tester"), "{page}");
        }
    });
}

#[test]
fn an_email_link_opened_while_signed_in_adds_no_device() {
    browse(async |tab| {
        let market = open_market(false);
        market.sign_up(NAME).await;
        tab.go(&format!("{}/login", market.url)).await;
        tab.sign_in(NAME, PASSWORD).await;
        tab.open_account_page("/account/devices").await;
        let devices = tab.count("[aria-labelledby=signed-in] .rows > li").await;
        tab.go(&format!("{}{}", market.url, market.link(EMAIL, 1).await)).await;
        tab.submit("/verify").await;
        tab.assert_flash("is confirmed").await;
        tab.open_account_page("/account/devices").await;
        assert_eq!(tab.count("[aria-labelledby=signed-in] .rows > li").await, devices);
    });
}

/// Starts another site, whose page submits a form to `action` when it is opened. Returns its URL.
fn other_site(action: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let page = format!(
        "<form method=post action='{action}'><input name=first_name value=Mallory><input name=username value={NAME}><input name=email value={EMAIL}></form>
         <script>setTimeout(() => document.forms[0].submit(), 100)</script>"
    );
    // The thread ends with the test program.
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let lines = BufReader::new(stream.try_clone().unwrap()).lines();
            lines
                .take_while(|line| line.as_ref().is_ok_and(|line| !line.is_empty()))
                .for_each(drop);
            let length = page.len();
            let head =
                format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {length}\r\nConnection: close");
            // The browser may have closed the connection.
            let _ = write!(stream, "{head}\r\n\r\n{page}");
        }
    });
    url
}

#[test]
fn another_site_cannot_post_forms() {
    browse(async |tab| {
        let market = open_market(false);
        let other_device = market.sign_up(NAME).await;
        tab.go(&format!("{}/login", market.url)).await;
        tab.sign_in(NAME, PASSWORD).await;
        for path in [
            "/account",
            "/account/deletion",
            "/account/second-factor/setup",
            "/account/devices/revocation",
            "/logout",
        ] {
            let target = format!("{}{path}", market.url);
            tab.clear_log();
            tab.go(&other_site(&target)).await;
            let deadline = Instant::now() + WAIT_TIMEOUT;
            while !tab.read_log(|log| log.requests.contains(&target)) {
                assert!(Instant::now() < deadline, "nothing was posted to {path}");
                sleep(Duration::from_millis(20)).await;
            }
            tab.wait_for_network_idle().await;
        }
        assert!(other_device.is_signed_in().await);
        tab.go(&format!("{}/account", market.url)).await;
        assert_eq!(tab.path().await, "/account", "signed out by another site");
        assert_eq!(tab.value("#first_name").await, "Robin");
        assert_eq!(tab.count("main form[action='/account/deletion/undo']").await, 0);
        tab.open_account_page("/account/second-factor").await;
        assert_eq!(tab.count(".key").await, 0);
    });
}

#[test]
fn the_header_menu_works_with_the_keyboard() {
    browse(async |tab| {
        let market = open_market(true);
        tab.go(&format!("{}/login?next=/shops", market.url)).await;
        tab.sign_in("ines", "twelve small pockets").await;
        assert_eq!(tab.path().await, "/shops");
        let is_focused = async |selector: &str| {
            tab.eval::<bool>(&format!("document.activeElement.matches({selector:?})"))
                .await
        };
        let mut presses = 0;
        while !is_focused(".menu summary").await {
            tab.press_key("Tab", 9).await;
            presses += 1;
            assert!(presses < 12, "Tab does not reach the menu");
        }
        assert!(!is_visible(tab, ".menu .menu-panel").await);
        tab.press_key(" ", 32).await;
        tab.wait_until("document.querySelector('.menu').open").await;
        assert!(is_visible(tab, ".menu .menu-panel").await);
        for entry in [
            "a[href='/account']",
            "a[href='/dashboard/orders']",
            "a[href='/dashboard']",
            "form[action='/logout'] button",
        ] {
            tab.press_key("Tab", 9).await;
            assert!(is_focused(&format!(".menu {entry}")).await, "{entry}");
        }
        tab.press_key("Escape", 27).await;
        tab.wait_until("!document.querySelector('.menu').open").await;
        assert!(is_focused(".menu summary").await);
        // It also closes when the focus leaves it.
        tab.press_key(" ", 32).await;
        tab.wait_until("document.querySelector('.menu').open").await;
        for _ in 0..5 {
            tab.press_key("Tab", 9).await;
        }
        tab.wait_until("!document.querySelector('.menu').open").await;
    });
}
