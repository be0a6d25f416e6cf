//! How the pages of people behave in the hand: what is shown, kept, focused, and what is not obeyed.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::thread;
use std::time::{Duration, Instant};

use actix_web::rt::time::sleep;

use super::browse;
use super::person::{EMAIL, NAME, home};
use super::tab::{PATIENCE, Tab};
use crate::support::visitor::PASSWORD;

const REVEAL: &str = "[data-reveal=password]";

async fn seen(tab: &Tab, selector: &str) -> bool {
    tab.eval(&format!("document.querySelector({selector:?}).checkVisibility()"))
        .await
}

#[test]
fn a_password_can_be_shown_and_is_submitted_as_a_password() {
    browse(async |tab| {
        let market = home(false);
        tab.go(&format!("{}/register", market.url)).await;
        let kind = async || tab.eval::<String>("document.querySelector('#password').type").await;
        tab.fill("#password", "short").await;
        assert_eq!(kind().await, "password");
        tab.click(REVEAL).await;
        assert_eq!(
            (kind().await.as_str(), tab.value("#password").await.as_str()),
            ("text", "short")
        );
        assert!(tab.text(REVEAL).await.starts_with("Hide"));
        tab.click(REVEAL).await;
        assert_eq!(
            (kind().await.as_str(), tab.value("#password").await.as_str()),
            ("password", "short")
        );
        tab.click(REVEAL).await;
        tab.act("addEventListener('submit', () => sessionStorage.left = document.querySelector('#password').type)")
            .await;
        tab.send("/register").await;
        assert_eq!(tab.eval::<String>("sessionStorage.left").await, "password");
    });
}

#[test]
fn without_script_no_button_promises_to_show_a_password() {
    browse(async |tab| {
        let market = home(false);
        tab.go(&format!("{}/login", market.url)).await;
        assert!(seen(tab, REVEAL).await);
        tab.without_script().await;
        for page in ["/login", "/register"] {
            tab.go(&format!("{}{page}", market.url)).await;
            assert!(!seen(tab, REVEAL).await, "{page}");
        }
    });
}

/// Sends what is refused; what was typed has to be there still, the passwords not.
async fn be_refused(tab: &Tab, url: &str) {
    tab.go(&format!("{url}/register?next=/products")).await;
    for (field, typed) in [
        ("#email", "robin@nowhere"),
        ("#username", "Robin-1"),
        ("#first_name", "Zoë \"Z\" <b>"),
        ("#last_name", "O’Neil & Sons"),
        ("#password", "too short"),
    ] {
        tab.fill(field, typed).await;
    }
    tab.send("/register").await;
    assert_eq!(tab.place().await, "/register");
    let kept: Vec<String> = tab
        .eval("[...document.querySelectorAll('main input')].map(input => input.value)")
        .await;
    let typed = [
        "robin@nowhere",
        "Robin-1",
        "Zoë \"Z\" <b>",
        "O’Neil & Sons",
        "",
        "/products",
    ];
    assert_eq!(kept, typed);
    assert!(tab.eval::<String>("document.title").await.starts_with("Error: "));
    assert_eq!(tab.focus().await, "problems");
    // Each problem leads to its field, which says it too.
    for field in ["email", "password"] {
        tab.click(&format!("#problems a[href='#{field}']")).await;
        assert_eq!(tab.focus().await, field);
        assert!(!tab.text(&format!("#{field}-error")).await.is_empty());
    }
    assert_eq!(tab.count("[aria-invalid]").await, 2);

    tab.go(&format!("{url}/login?next=/shops")).await;
    tab.sign_in("nobody@example.org", "quiet harbour lamp 8").await;
    assert_eq!(tab.focus().await, "problems");
    assert_eq!(tab.value("#login").await, "nobody@example.org");
    assert_eq!(tab.value("main [name=next]").await, "/shops");
    tab.assert_refused("email or password is wrong").await;
}

#[test]
fn a_refused_form_shows_errors_and_keeps_all_but_the_password() {
    browse(async |tab| {
        let market = home(false);
        be_refused(tab, &market.url).await;
        tab.without_script().await;
        be_refused(tab, &market.url).await;
    });
}

#[test]
fn the_back_button_shows_nothing_after_sign_out() {
    browse(async |tab| {
        let market = home(false);
        market.sign_up(NAME).await;
        tab.go(&format!("{}/login", market.url)).await;
        tab.sign_in(NAME, PASSWORD).await;
        tab.turn_to("/account/activity").await;
        tab.turn_to("/account").await;
        assert!(tab.text("main").await.contains(EMAIL));
        tab.sign_out().await;
        for steps in [-1, -1] {
            tab.act(&format!("window.left = true; history.go({steps})")).await;
            tab.until("!window.left && document.readyState === 'complete' && location.pathname === '/login'")
                .await;
            let page: String = tab.eval("document.documentElement.outerHTML").await;
            assert!(!page.contains(EMAIL) && !page.contains("Tester"), "{page}");
        }
    });
}

#[test]
fn a_link_opened_where_one_is_signed_in_adds_no_device() {
    browse(async |tab| {
        let market = home(false);
        market.sign_up(NAME).await;
        tab.go(&format!("{}/login", market.url)).await;
        tab.sign_in(NAME, PASSWORD).await;
        tab.turn_to("/account/devices").await;
        let devices = tab.count("[aria-labelledby=signed-in] .rows > li").await;
        tab.go(&format!("{}{}", market.url, market.link(EMAIL, 1).await)).await;
        tab.send("/verify").await;
        tab.assert_told("is confirmed").await;
        tab.turn_to("/account/devices").await;
        assert_eq!(tab.count("[aria-labelledby=signed-in] .rows > li").await, devices);
    });
}

/// Another site on this machine: it posts its form as soon as it is open.
fn elsewhere(action: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let page = format!(
        "<form method=post action='{action}'><input name=first_name value=Mallory><input name=username value={NAME}><input name=email value={EMAIL}></form>
         <script>setTimeout(() => document.forms[0].submit(), 100)</script>"
    );
    // Ends with the test program.
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let asked = BufReader::new(stream.try_clone().unwrap()).lines();
            asked
                .take_while(|line| line.as_ref().is_ok_and(|line| !line.is_empty()))
                .for_each(drop);
            let length = page.len();
            let head =
                format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {length}\r\nConnection: close");
            // Who hangs up on us is none of our worry.
            let _ = write!(stream, "{head}\r\n\r\n{page}");
        }
    });
    url
}

#[test]
fn another_site_cannot_post_forms() {
    browse(async |tab| {
        let market = home(false);
        let other = market.sign_up(NAME).await;
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
            tab.forget();
            tab.go(&elsewhere(&target)).await;
            let patience = Instant::now() + PATIENCE;
            while !tab.seen(|seen| seen.requests.contains(&target)) {
                assert!(Instant::now() < patience, "{path} is not posted");
                sleep(Duration::from_millis(20)).await;
            }
            tab.quiet().await;
        }
        assert!(other.is_signed_in().await);
        tab.go(&format!("{}/account", market.url)).await;
        assert_eq!(tab.place().await, "/account", "signed out by another site");
        assert_eq!(tab.value("#first_name").await, "Robin");
        assert_eq!(tab.count("main form[action='/account/deletion/undo']").await, 0);
        tab.turn_to("/account/second-factor").await;
        assert_eq!(tab.count(".key").await, 0);
    });
}

#[test]
fn the_header_menu_works_with_the_keyboard() {
    browse(async |tab| {
        let market = home(true);
        tab.go(&format!("{}/login?next=/shops", market.url)).await;
        tab.sign_in("ines", "twelve small pockets").await;
        assert_eq!(tab.place().await, "/shops");
        let here = async |selector: &str| {
            tab.eval::<bool>(&format!("document.activeElement.matches({selector:?})"))
                .await
        };
        let mut keys = 0;
        while !here(".menu summary").await {
            tab.press("Tab", 9).await;
            keys += 1;
            assert!(keys < 12, "the menu is far away");
        }
        assert!(!seen(tab, ".menu .drop").await);
        tab.press(" ", 32).await;
        tab.until("document.querySelector('.menu').open").await;
        assert!(seen(tab, ".menu .drop").await);
        for way in [
            "a[href='/account']",
            "a[href='/dashboard/orders']",
            "a[href='/dashboard']",
            "form[action='/logout'] button",
        ] {
            tab.press("Tab", 9).await;
            assert!(here(&format!(".menu {way}")).await, "{way}");
        }
        tab.press("Escape", 27).await;
        tab.until("!document.querySelector('.menu').open").await;
        assert!(here(".menu summary").await);
        // It closes behind who goes on.
        tab.press(" ", 32).await;
        tab.until("document.querySelector('.menu').open").await;
        for _ in 0..5 {
            tab.press("Tab", 9).await;
        }
        tab.until("!document.querySelector('.menu').open").await;
    });
}
