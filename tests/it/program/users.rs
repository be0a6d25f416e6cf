//! `pocketshop user …`, and who can sign in after a start.

use std::path::Path;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::support::binary::{Server, pocketshop, run, run_with_input, text};
use crate::support::run as on_a_loop;
use crate::support::visitor::{PASSWORD, Visitor, location};

/// `pocketshop user …` with this on standard input: whether it went well, and what it said.
fn user(folder: &Path, arguments: &[&str], input: &str) -> (bool, String) {
    let output = run_with_input(pocketshop(folder).arg("user").args(arguments), input);
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(!(out + &err).contains(PASSWORD), "{arguments:?}");
    let said = if output.status.success() {
        &output.stdout
    } else {
        &output.stderr
    };
    (output.status.success(), text(said).trim_end().to_owned())
}

/// It is refused, in one line that holds these words.
fn refused(folder: &Path, arguments: &[&str], input: &str, words: &str) {
    let (fine, said) = user(folder, arguments, input);
    assert!(!fine, "{arguments:?}: {said}");
    assert!(
        said.contains(words) && said.lines().count() == 1,
        "{arguments:?}: {said}"
    );
}

async fn enters(server: &Server, host: &'static str, login: &str, password: &str) -> bool {
    let answer = Visitor::at_url(&server.url(), host, None)
        .sign_in(login, password)
        .await;
    match answer.status().as_u16() {
        303 => true,
        422 => false,
        other => panic!("{login}: {other}"),
    }
}

async fn signs_in(server: &Server, login: &str, password: &str) -> bool {
    enters(server, "", login, password).await
}

#[test]
fn the_first_admin_is_made_on_the_command_line() {
    let folder = TempDir::new().unwrap();
    let folder = folder.path();
    let email = ["admin", "rowan", "--email", "Rowan@Example.org"];
    refused(
        folder,
        &["admin", "rowan"],
        "",
        "there is no user rowan; register at /register first",
    );
    refused(folder, &email, "short\n", "12");
    refused(folder, &email, "rowan rowan rowan\n", "");
    refused(folder, &email, "", "12");
    refused(folder, &["admin", "rowan", "--email", "nowhere"], PASSWORD, "");
    refused(
        folder,
        &["admin", "no spaces", "--email", "a@example.org"],
        PASSWORD,
        "",
    );
    assert!(user(folder, &["list"], "").1.contains("There are no users yet"));
    let (fine, said) = user(folder, &email, &format!("{PASSWORD}\n"));
    assert!(fine && said.contains("rowan is an admin"), "{said}");
    let (_, list) = user(folder, &["list"], "");
    assert_eq!(list.lines().count(), 1, "{list}");
    for word in ["rowan", "rowan@example.org", "admin", "confirmed"] {
        assert!(list.contains(word), "{list}");
    }
    assert!(!list.contains("argon2"), "{list}");
    // By any name, as often as one likes.
    for name in ["ROWAN", "rowan@example.org"] {
        let (fine, said) = user(folder, &["admin", name], "");
        assert!(fine && said.contains("rowan is an admin"), "{said}");
    }
    let server = Server::start(&mut pocketshop(folder));
    on_a_loop(async {
        let visitor = Visitor::at_url(&server.url(), "", None);
        assert_eq!(visitor.sign_in("rowan", PASSWORD).await.status(), 303);
        // Not before the second factor is there.
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
    assert!(user(folder, &["admin", "rowan", "--email", "r@example.org"], PASSWORD).0);
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
fn a_new_password_ends_all_sign_ins() {
    let folder = TempDir::new().unwrap();
    let folder = folder.path();
    assert!(user(folder, &["admin", "rowan", "--email", "r@example.org"], PASSWORD).0);
    refused(folder, &["password", "nobody"], PASSWORD, "there is no user nobody");
    let server = Server::start(&mut pocketshop(folder));
    on_a_loop(async {
        let visitor = Visitor::at_url(&server.url(), "", None);
        visitor.sign_in("rowan", PASSWORD).await;
        assert!(visitor.is_signed_in().await);
        refused(folder, &["password", "rowan"], "password1234\n", "");
        refused(folder, &["password", "rowan"], "", "12");
        assert!(visitor.is_signed_in().await, "a refused password signed out");
        // Blanks at its ends belong to it; the end of the line does not.
        let (fine, said) = user(folder, &["password", "rowan"], " another lamp 88 \r\n");
        assert!(fine && said.contains("signed out everywhere"), "{said}");
        assert!(!visitor.is_signed_in().await);
        assert!(!signs_in(&server, "rowan", PASSWORD).await);
        assert!(!signs_in(&server, "rowan", "another lamp 88").await);
        assert!(signs_in(&server, "rowan", " another lamp 88 ").await);
    });
}

/// What another process writes may go unseen for a second.
async fn until(shown: &impl AsyncFn() -> Vec<bool>, expected: bool) {
    let end = Instant::now() + Duration::from_secs(10);
    loop {
        let shown = shown().await;
        if shown == [expected; 4] {
            return;
        }
        assert!(Instant::now() < end, "{shown:?}, not {expected}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[test]
fn suspension_signs_out_and_hides_the_shop() {
    let folder = TempDir::new().unwrap();
    let folder = folder.path();
    let server = Server::start_with_args(&mut pocketshop(folder), &["--demo"]);
    on_a_loop(async {
        let (seller, guest) = (
            Visitor::at_url(&server.url(), "", None),
            Visitor::at_url(&server.url(), "", None),
        );
        let told = server.find_log_line("Sign in to the demo market");
        let password = told.split('"').nth(1).unwrap().to_owned();
        seller.sign_in("ines", &password).await;
        assert_eq!(seller.get("/dashboard").await.status(), 200);
        let shown = async || {
            let mut pages = Vec::new();
            for path in ["/", "/shops"] {
                let page = guest.get(path).await.text().await.unwrap();
                pages.push(page.contains("/shops/barro-e-sal"));
            }
            let doors = ["/shops/barro-e-sal", "/shops/barro-e-sal/dipped-speckle-mug"];
            for path in doors {
                pages.push(match guest.get(path).await.status().as_u16() {
                    200 => true,
                    404 => false,
                    other => panic!("{path}: {other}"),
                });
            }
            pages
        };
        until(&shown, true).await;
        refused(folder, &["restore", "ines"], "", "ines is already not suspended");
        refused(folder, &["suspend", "nobody"], "", "there is no user nobody");
        assert!(user(folder, &["suspend", "ines"], "").0);
        refused(folder, &["suspend", "ines"], "", "ines is already suspended");
        let (_, list) = user(folder, &["list"], "");
        assert!(
            list.lines()
                .any(|line| line.contains("ines") && line.contains("suspended"))
        );
        assert!(!seller.is_signed_in().await);
        assert!(!signs_in(&server, "ines", &password).await);
        until(&shown, false).await;
        assert!(
            signs_in(&server, "bruno", &password).await,
            "it was ines who was suspended"
        );

        assert!(user(folder, &["restore", "ines"], "").0);
        assert!(!seller.is_signed_in().await, "an ended sign-in came back");
        assert!(signs_in(&server, "ines", &password).await);
        until(&shown, true).await;
    });
}

#[test]
fn the_demo_prints_its_sign_in_only_on_localhost() {
    for (public_url, tells) in [("http://localhost", true), ("https://market.example", false)] {
        let folder = TempDir::new().unwrap();
        let mut program = pocketshop(folder.path());
        let server = Server::start_with_args(program.env("PUBLIC_URL", public_url), &["--demo"]);
        let said = server.log_lines();
        let told = said.iter().find(|line| line.starts_with("Sign in to the demo"));
        assert_eq!(told.is_some(), tells, "{said:?}");
        assert_eq!(said.iter().any(|line| line.contains("twelve small pockets")), tells);
        let list = user(folder.path(), &["list"], "").1;
        assert!(list.lines().count() > 5, "{list}");
        assert!(list.lines().all(|line| line.contains("no password") != tells), "{list}");
        on_a_loop(async {
            let host = if tells { "" } else { "market.example" };
            for name in ["ines", "bruno"] {
                assert_eq!(
                    enters(&server, host, name, "twelve small pockets").await,
                    tells,
                    "{name}"
                );
            }
            for (name, password) in [
                ("ines", "!"),
                ("bruno", ""),
                ("admin", "admin"),
                ("admin", "twelve small pockets"),
            ] {
                assert!(!enters(&server, host, name, password).await, "{name} with {password:?}");
            }
        });
    }
}

#[test]
fn a_new_browser_has_no_session() {
    let folder = TempDir::new().unwrap();
    let server = Server::start(&mut pocketshop(folder.path()));
    assert!(user(folder.path(), &["list"], "").1.contains("There are no users yet"));
    on_a_loop(async {
        for name in ["admin", "root", "ines", "operator"] {
            assert!(!signs_in(&server, name, "twelve small pockets").await, "{name}");
        }
    });
}
