//! `pocketshop user …`, and who can sign in when the program has started.

use std::path::Path;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::support::binary::{Server, pocketshop, run, run_with_input, text};
use crate::support::run as run_async;
use crate::support::visitor::{PASSWORD, Visitor, location};

/// Runs `pocketshop user …` with this standard input. Returns whether it succeeded, and its output.
fn run_user_command(folder: &Path, arguments: &[&str], input: &str) -> (bool, String) {
    let output = run_with_input(pocketshop(folder).arg("user").args(arguments), input);
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(!(out + &err).contains(PASSWORD), "{arguments:?}");
    let printed = if output.status.success() {
        &output.stdout
    } else {
        &output.stderr
    };
    (output.status.success(), text(printed).trim_end().to_owned())
}

/// Asserts that the command is refused, with one line that contains the expected text.
fn assert_refused(folder: &Path, arguments: &[&str], input: &str, expected_text: &str) {
    let (succeeded, printed) = run_user_command(folder, arguments, input);
    assert!(!succeeded, "{arguments:?}: {printed}");
    assert!(
        printed.contains(expected_text) && printed.lines().count() == 1,
        "{arguments:?}: {printed}"
    );
}

/// Tries to sign in with this `Host` header.
async fn can_sign_in_at(server: &Server, host: &'static str, login: &str, password: &str) -> bool {
    let response = Visitor::at_url(&server.url(), host, None)
        .sign_in(login, password)
        .await;
    match response.status().as_u16() {
        303 => true,
        422 => false,
        other => panic!("{login}: {other}"),
    }
}

async fn can_sign_in(server: &Server, login: &str, password: &str) -> bool {
    can_sign_in_at(server, "", login, password).await
}

#[test]
fn the_first_admin_is_created_on_the_command_line() {
    let folder = TempDir::new().unwrap();
    let folder = folder.path();
    let email = ["admin", "rowan", "--email", "Rowan@Example.org"];
    assert_refused(
        folder,
        &["admin", "rowan"],
        "",
        "there is no user rowan; register at /register first",
    );
    assert_refused(folder, &email, "short\n", "12");
    assert_refused(folder, &email, "rowan rowan rowan\n", "");
    assert_refused(folder, &email, "", "12");
    assert_refused(folder, &["admin", "rowan", "--email", "nowhere"], PASSWORD, "");
    assert_refused(
        folder,
        &["admin", "no spaces", "--email", "a@example.org"],
        PASSWORD,
        "",
    );
    assert!(
        run_user_command(folder, &["list"], "")
            .1
            .contains("There are no users yet")
    );
    let (succeeded, printed) = run_user_command(folder, &email, &format!("{PASSWORD}\n"));
    assert!(succeeded && printed.contains("rowan is an admin"), "{printed}");
    let (_, list) = run_user_command(folder, &["list"], "");
    assert_eq!(list.lines().count(), 1, "{list}");
    for word in ["rowan", "rowan@example.org", "admin", "confirmed"] {
        assert!(list.contains(word), "{list}");
    }
    assert!(!list.contains("argon2"), "{list}");
    // The command takes the username in any case or the email, and can be repeated.
    for name in ["ROWAN", "rowan@example.org"] {
        let (succeeded, printed) = run_user_command(folder, &["admin", name], "");
        assert!(succeeded && printed.contains("rowan is an admin"), "{printed}");
    }
    let server = Server::start(&mut pocketshop(folder));
    run_async(async {
        let visitor = Visitor::at_url(&server.url(), "", None);
        assert_eq!(visitor.sign_in("rowan", PASSWORD).await.status(), 303);
        // Admin pages need a second factor.
        let admin = visitor.get("/admin").await;
        assert_eq!(
            (admin.status().as_u16(), location(&admin)),
            (303, "/account/second-factor")
        );
    });
}

#[test]
fn a_password_is_never_an_argument() {
    let folder = TempDir::new().unwrap();
    let folder = folder.path();
    assert!(run_user_command(folder, &["admin", "rowan", "--email", "r@example.org"], PASSWORD).0);
    for arguments in [
        ["user", "password", "rowan", "another harbour 9"],
        ["user", "password", "rowan", "--password=another harbour 9"],
        ["user", "admin", "rowan", "--password=another harbour 9"],
    ] {
        assert!(
            !run(pocketshop(folder).args(arguments)).status.success(),
            "{arguments:?}"
        );
    }
    for command in ["admin", "password"] {
        let help = text(&run(pocketshop(folder).args(["user", command, "--help"])).stdout);
        assert!(!help.contains("--password ") && !help.contains("<PASSWORD>"), "{help}");
    }
}

#[test]
fn a_new_password_ends_all_sessions() {
    let folder = TempDir::new().unwrap();
    let folder = folder.path();
    assert!(run_user_command(folder, &["admin", "rowan", "--email", "r@example.org"], PASSWORD).0);
    assert_refused(folder, &["password", "nobody"], PASSWORD, "there is no user nobody");
    let server = Server::start(&mut pocketshop(folder));
    run_async(async {
        let visitor = Visitor::at_url(&server.url(), "", None);
        visitor.sign_in("rowan", PASSWORD).await;
        assert!(visitor.is_signed_in().await);
        assert_refused(folder, &["password", "rowan"], "password1234\n", "");
        assert_refused(folder, &["password", "rowan"], "", "12");
        assert!(visitor.is_signed_in().await, "a refused password ended the session");
        // Spaces around the password are part of it, the line break is not.
        let (succeeded, printed) = run_user_command(folder, &["password", "rowan"], " another lamp 88 \r\n");
        assert!(succeeded && printed.contains("signed out everywhere"), "{printed}");
        assert!(!visitor.is_signed_in().await);
        assert!(!can_sign_in(&server, "rowan", PASSWORD).await);
        assert!(!can_sign_in(&server, "rowan", "another lamp 88").await);
        assert!(can_sign_in(&server, "rowan", " another lamp 88 ").await);
    });
}

/// Waits until all four pages show or hide the shop. The server caches pages for a second.
async fn wait_until_shown(is_shown: &impl AsyncFn() -> Vec<bool>, expected: bool) {
    let end = Instant::now() + Duration::from_secs(10);
    loop {
        let is_shown = is_shown().await;
        if is_shown == [expected; 4] {
            return;
        }
        assert!(Instant::now() < end, "{is_shown:?}, not {expected}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[test]
fn suspension_signs_out_and_hides_the_shop() {
    let folder = TempDir::new().unwrap();
    let folder = folder.path();
    let server = Server::start_with_args(&mut pocketshop(folder), &["--demo"]);
    run_async(async {
        let (seller, guest) = (
            Visitor::at_url(&server.url(), "", None),
            Visitor::at_url(&server.url(), "", None),
        );
        let password_line = server.find_log_line("Sign in to the demo market");
        let password = password_line.split('"').nth(1).unwrap().to_owned();
        seller.sign_in("ines", &password).await;
        assert_eq!(seller.get("/dashboard").await.status(), 200);
        let is_shown = async || {
            let mut pages = Vec::new();
            for path in ["/", "/shops"] {
                let page = guest.get(path).await.text().await.unwrap();
                pages.push(page.contains("/shops/barro-e-sal"));
            }
            let paths = ["/shops/barro-e-sal", "/shops/barro-e-sal/dipped-speckle-mug"];
            for path in paths {
                pages.push(match guest.get(path).await.status().as_u16() {
                    200 => true,
                    404 => false,
                    other => panic!("{path}: {other}"),
                });
            }
            pages
        };
        wait_until_shown(&is_shown, true).await;
        assert_refused(folder, &["restore", "ines"], "", "ines is not suspended");
        assert_refused(folder, &["suspend", "nobody"], "", "there is no user nobody");
        let (succeeded, printed) = run_user_command(folder, &["suspend", "ines"], "");
        assert!(succeeded && printed.contains("Their shop is hidden."), "{printed}");
        assert_refused(folder, &["suspend", "ines"], "", "ines is already suspended");
        let (_, list) = run_user_command(folder, &["list"], "");
        assert!(
            list.lines()
                .any(|line| line.contains("ines") && line.contains("suspended"))
        );
        assert!(!seller.is_signed_in().await);
        assert!(!can_sign_in(&server, "ines", &password).await);
        wait_until_shown(&is_shown, false).await;
        assert!(
            can_sign_in(&server, "bruno", &password).await,
            "suspending ines affected bruno"
        );

        let (succeeded, printed) = run_user_command(folder, &["restore", "ines"], "");
        assert!(
            succeeded && printed.contains("Their shop is visible again."),
            "{printed}"
        );
        assert!(!seller.is_signed_in().await, "an ended session works again");
        assert!(can_sign_in(&server, "ines", &password).await);
        wait_until_shown(&is_shown, true).await;
    });
}

#[test]
fn suspending_a_user_without_a_shop_says_so() {
    let folder = TempDir::new().unwrap();
    let folder = folder.path();
    assert!(run_user_command(folder, &["admin", "rowan", "--email", "r@example.org"], PASSWORD).0);
    let (succeeded, printed) = run_user_command(folder, &["suspend", "rowan"], "");
    assert!(succeeded && printed.contains("no open shop"), "{printed}");
    let (succeeded, printed) = run_user_command(folder, &["restore", "rowan"], "");
    assert!(succeeded && printed.contains("no hidden shop"), "{printed}");
}

#[test]
fn the_demo_prints_its_password_only_on_localhost() {
    for (public_url, shows) in [("http://localhost", true), ("https://market.example", false)] {
        let folder = TempDir::new().unwrap();
        let mut program = pocketshop(folder.path());
        let server = Server::start_with_args(program.env("PUBLIC_URL", public_url), &["--demo"]);
        let printed = server.log_lines();
        let password_line = printed.iter().find(|line| line.starts_with("Sign in to the demo"));
        assert_eq!(password_line.is_some(), shows, "{printed:?}");
        assert_eq!(printed.iter().any(|line| line.contains("twelve small pockets")), shows);
        let list = run_user_command(folder.path(), &["list"], "").1;
        assert!(list.lines().count() > 5, "{list}");
        assert!(list.lines().all(|line| line.contains("no password") != shows), "{list}");
        run_async(async {
            let host = if shows { "" } else { "market.example" };
            for name in ["ines", "bruno"] {
                assert_eq!(
                    can_sign_in_at(&server, host, name, "twelve small pockets").await,
                    shows,
                    "{name}"
                );
            }
            for (name, password) in [
                ("ines", "!"),
                ("bruno", ""),
                ("admin", "admin"),
                ("admin", "twelve small pockets"),
            ] {
                assert!(
                    !can_sign_in_at(&server, host, name, password).await,
                    "{name} with {password:?}"
                );
            }
        });
    }
}

#[test]
fn a_new_browser_has_no_session() {
    let folder = TempDir::new().unwrap();
    let server = Server::start(&mut pocketshop(folder.path()));
    assert!(
        run_user_command(folder.path(), &["list"], "")
            .1
            .contains("There are no users yet")
    );
    run_async(async {
        for name in ["admin", "root", "ines", "operator"] {
            assert!(!can_sign_in(&server, name, "twelve small pockets").await, "{name}");
        }
    });
}
