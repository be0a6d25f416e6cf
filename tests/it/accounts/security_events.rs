//! Security events: one row for each action, which is shown to the user and never changed.

use diesel::prelude::*;
use pocketshop::accounts::{ActionContext, EventKind, Origin, TotpSecret, step_at};
use pocketshop::crypto::Cipher;
use pocketshop::db::Conn;
use pocketshop::id::UserId;
use pocketshop::mail::Outbox;
use reqwest::Response;

use crate::schema::{jobs, security_events, sessions, trusted_browsers, users};
use crate::support::roles::{Actor, Role, now};
use crate::support::visitor::{PASSWORD, Visitor};
use crate::support::{Market, attributes, run, texts};

const OTHER_PASSWORD: &str = "green window 42 stairs";

type Row = (i64, Option<i64>, String, String, String, String);

fn rows(conn: &mut Conn) -> Vec<Row> {
    security_events::table
        .order(security_events::id)
        .select((
            security_events::id,
            security_events::user_id,
            security_events::kind,
            security_events::detail,
            security_events::address,
            security_events::agent,
        ))
        .load(conn)
        .unwrap()
}

fn user(conn: &mut Conn, name: &str) -> i64 {
    users::table
        .filter(users::username.eq(name))
        .select(users::id)
        .first(conn)
        .unwrap()
}

/// Reads the recorded events, and compares new ones with what is expected.
struct EventLog {
    conn: Conn,
    seen: Vec<Row>,
}

impl EventLog {
    fn new(market: &Market) -> Self {
        let mut conn = market.config.database.connect().unwrap();
        let seen = rows(&mut conn);
        Self { conn, seen }
    }

    /// Asserts that exactly these events of this user were recorded since the last call, and that older ones did not
    /// change.
    fn assert_recorded(&mut self, who: Option<i64>, kinds: &[&str]) {
        let all = rows(&mut self.conn);
        let (old, new) = all.split_at(self.seen.len().min(all.len()));
        assert_eq!(old, self.seen, "an earlier event changed");
        let recorded: Vec<&str> = new.iter().map(|row| row.2.as_str()).collect();
        assert_eq!(recorded, kinds);
        for (_, user, kind, detail, address, agent) in new {
            assert_eq!(*user, who, "{kind}");
            assert_eq!(address, "127.0.0.1", "{kind}");
            assert!(agent.contains("Firefox"), "{kind}: {agent}");
            assert!(
                !detail.contains("example.org") || detail.contains('…'),
                "{kind}: {detail}"
            );
        }
        self.seen = all;
    }
}

fn assert_ok(response: &Response) {
    assert!(matches!(response.status().as_u16(), 200 | 303), "{}", response.status());
}

#[test]
fn signing_up_in_and_out_is_recorded() {
    run(async {
        let market = Market::empty();
        let mut log = EventLog::new(&market);
        let ana = market.sign_up("ana").await;
        let id = Some(user(&mut log.conn, "ana"));
        log.assert_recorded(id, &["registered", "signed-in"]);
        assert_ok(&ana.post("/logout", &[]).await);
        log.assert_recorded(id, &["signed-out"]);
        assert_eq!(ana.sign_in("ana", OTHER_PASSWORD).await.status(), 422);
        log.assert_recorded(id, &["sign-in-failed"]);
        assert_eq!(ana.sign_in("nobody", OTHER_PASSWORD).await.status(), 422);
        log.assert_recorded(None, &["sign-in-failed"]);
        let link = market.link("ana@example.org", 1).await;
        ana.get(&link).await;
        ana.get("/verify").await;
        log.assert_recorded(id, &[]);
        assert_ok(&ana.post("/verify", &[]).await);
        log.assert_recorded(id, &["email-verified", "signed-in"]);
        assert_ok(&ana.post("/forgot", &[("login", "ana")]).await);
        let link = market.link("ana@example.org", 2).await;
        log.assert_recorded(id, &["reset-asked"]);
        ana.get(&link).await;
        assert_ok(&ana.post("/reset", &[("password", OTHER_PASSWORD)]).await);
        log.assert_recorded(id, &["password-reset"]);
        // A request for an unknown user records no event.
        assert_ok(&ana.post("/forgot", &[("login", "nobody")]).await);
        market.emails("ana@example.org", 3).await;
        log.assert_recorded(id, &[]);
        for _ in 0..10 {
            ana.sign_in("ana", PASSWORD).await;
        }
        let mut kinds = vec!["sign-in-failed"; 9];
        kinds.extend(["sign-in-slowed", "sign-in-failed"]);
        log.assert_recorded(id, &kinds);
        assert_eq!(ana.sign_in("ana", OTHER_PASSWORD).await.status(), 429);
        log.assert_recorded(id, &[]);
    });
}

#[test]
fn changes_of_an_account_are_recorded() {
    run(async {
        let market = Market::empty();
        let mut log = EventLog::new(&market);
        let ana = market.sign_up("ana").await;
        let id = user(&mut log.conn, "ana");
        log.assert_recorded(Some(id), &["registered", "signed-in"]);
        let mut assert_post = async |path: &str, form: &[(&str, &str)], kinds: &[&str]| {
            let response = ana.post(path, form).await;
            log.assert_recorded(Some(id), kinds);
            response.status().as_u16()
        };
        let other_password = &[("password", OTHER_PASSWORD)];
        assert_eq!(assert_post("/confirm", other_password, &["confirm-failed"]).await, 422);
        assert_eq!(
            assert_post("/confirm", &[("password", PASSWORD)], &["confirmed"]).await,
            303
        );
        let profile = [("username", "ana"), ("first_name", "Ana")];
        assert_eq!(assert_post("/account", &profile, &["profile-changed"]).await, 303);
        assert_eq!(
            assert_post("/account/password", other_password, &["password-changed"]).await,
            303
        );
        assert_eq!(
            assert_post("/account/email", &[("email", "b@example.org")], &["email-change-asked"]).await,
            303
        );
        assert_eq!(
            assert_post("/account/devices/revocation", &[], &["all-revoked"]).await,
            303
        );
        let owner = [("email", "ana@example.org")];
        assert_eq!(
            assert_post("/account/deletion", &owner, &["deletion-planned"]).await,
            303
        );
        assert_eq!(
            assert_post("/account/deletion/undo", &[], &["deletion-undone"]).await,
            303
        );
        assert_eq!(assert_post("/account/deletion/undo", &[], &[]).await, 303);
        assert_eq!(assert_post("/account/second-factor/removal", &[], &[]).await, 303);
        assert_eq!(assert_post("/account/recovery-codes", &[], &[]).await, 303);
        assert_ok(&ana.post("/account/data.zip", &[]).await);
        log.assert_recorded(Some(id), &["data-downloaded"]);
        let other = Visitor::new(&market);
        assert_ok(&other.sign_in("ana", OTHER_PASSWORD).await);
        log.assert_recorded(Some(id), &["signed-in"]);
        let device: i64 = sessions::table
            .order(sessions::id.desc())
            .select(sessions::id)
            .first(&mut log.conn)
            .unwrap();
        assert_ok(&ana.post(&format!("/account/devices/{device}/revocation"), &[]).await);
        log.assert_recorded(Some(id), &["device-revoked"]);

        let link = market.link("b@example.org", 1).await;
        ana.get(&link).await;
        assert_ok(&ana.post("/email/confirm", &[]).await);
        log.assert_recorded(Some(id), &["email-changed"]);
        let emails = market.emails("ana@example.org", 5).await;
        let undo = emails
            .iter()
            .flat_map(crate::support::mail::links)
            .find(|link| link.contains("/email/undo"))
            .unwrap();
        ana.get(undo.strip_prefix("http://localhost").unwrap()).await;
        assert_ok(&ana.post("/email/undo", &[]).await);
        log.assert_recorded(Some(id), &["email-undone"]);
    });
}

#[test]
fn second_factor_events_are_recorded() {
    run(async {
        let market = Market::empty();
        let ana = market.sign_up("ana").await;
        let mut log = EventLog::new(&market);
        let id = user(&mut log.conn, "ana");
        assert_ok(&ana.post("/account/second-factor/setup", &[]).await);
        log.assert_recorded(Some(id), &[]);
        let key = texts(&ana.page("/account/second-factor").await, "code.key").remove(0);
        let bytes = data_encoding::BASE32_NOPAD
            .decode(key.replace(' ', "").as_bytes())
            .unwrap();
        let secret = TotpSecret::from_bytes(&bytes).unwrap();
        let mut assert_post = async |who: &Visitor, path: &str, form: &[(&str, &str)], kinds: &[&str]| {
            let response = who.post(path, form).await;
            log.assert_recorded(Some(id), kinds);
            response
        };
        let on = "/account/second-factor";
        assert_post(&ana, on, &[("code", "abc")], &[]).await;
        let shown = assert_post(&ana, on, &[("code", &secret.code(step_at(now())))], &["factor-on"]).await;
        let page = scraper::Html::parse_document(&shown.text().await.unwrap());
        let codes = texts(&page, "#codes li");
        assert_eq!(codes.len(), 10);
        let other = Visitor::new(&market);
        let form = [("login", "ana"), ("password", PASSWORD)];
        assert_post(&other, "/login", &form, &[]).await;
        assert_post(&other, "/login/code", &[("code", "nonsense")], &["factor-failed"]).await;
        let form = [("code", codes[0].as_str()), ("remember", "on")];
        let kinds = ["recovery-used", "browser-trusted", "signed-in"];
        assert_ok(&assert_post(&other, "/login/code", &form, &kinds).await);
        assert_ok(&assert_post(&ana, "/account/recovery-codes", &[], &["recovery-renewed"]).await);
        let mut conn = market.config.database.connect().unwrap();
        let browser: i64 = trusted_browsers::table
            .select(trusted_browsers::id)
            .first(&mut conn)
            .unwrap();
        let path = format!("/account/browsers/{browser}/revocation");
        assert_ok(&assert_post(&ana, &path, &[], &["browser-revoked"]).await);
        assert_ok(&assert_post(&ana, "/account/second-factor/removal", &[], &["factor-off"]).await);
    });
}

#[test]
fn events_are_kept_after_a_deletion() {
    run(async {
        let market = Market::empty();
        let ana = market.sign_up("ana").await;
        assert_ok(&ana.post("/account/deletion", &[("email", "ana@example.org")]).await);
        let mut log = EventLog::new(&market);
        let id = user(&mut log.conn, "ana");
        diesel::update(users::table.find(id))
            .set(users::delete_at.eq(now()))
            .execute(&mut log.conn)
            .unwrap();
        diesel::update(jobs::table.filter(jobs::kind.eq("erase")))
            .set(jobs::run_at.eq(now()))
            .execute(&mut log.conn)
            .unwrap();
        // The events: registered, deletion planned, deleted.
        market.emails("ana@example.org", 3).await;
        let user_count: i64 = users::table.count().get_result(&mut log.conn).unwrap();
        assert_eq!(user_count, 0);
        let all = rows(&mut log.conn);
        let (old, new) = all.split_at(log.seen.len());
        // The events are kept, without IP addresses.
        let mut left = log.seen.clone();
        for row in &mut left {
            (row.3, row.4, row.5) = (String::new(), String::new(), String::new());
        }
        assert_eq!(old, left);
        assert_eq!((new.len(), new[0].1, new[0].2.as_str()), (1, Some(id), "deleted"));
    });
}

/// The details on all pages, and the number of pages.
async fn all_pages(visitor: &Visitor, first: &str) -> (Vec<String>, usize) {
    let (mut details, mut pages, mut next) = (Vec::new(), 0, Some(first.to_owned()));
    while let Some(path) = next {
        let page = visitor.page(&path).await;
        details.extend(texts(&page, "td:first-child .sub"));
        next = attributes(&page, "a[rel=next]", "href").pop();
        pages += 1;
    }
    (details, pages)
}

#[test]
fn users_see_their_own_events_and_admins_see_all() {
    run(async {
        let market = Market::demo();
        let user = Actor::sign_in(&market, Role::User).await;
        let admin = Actor::sign_in(&market, Role::Admin).await;
        let mut conn = market.config.database.connect().unwrap();
        let action = ActionContext {
            outbox: Outbox::new(&market.config, Cipher::new(&market.config.secret_keys)),
            origin: Origin::new("198.51.100.7".parse().unwrap(), "Firefox/140.0"),
            now: now(),
        };
        for at in 0..120 {
            for (who, word) in [(user.user, "mine"), (admin.user, "theirs")] {
                let (kind, detail) = (EventKind::ProfileChanged, format!("{word}-{at}"));
                action.record_detail(&mut conn, UserId(who), kind, &detail).unwrap();
            }
        }
        let own_details: Vec<String> = (0..120).rev().map(|at| format!("mine-{at}")).collect();
        let (seen, pages) = all_pages(&user.visitor(&market), "/account/activity").await;
        assert_eq!((&seen[..120], pages), (&own_details[..], 3), "{seen:?}");
        assert!(!seen.iter().any(|detail| detail.contains("theirs")));
        let (seen, pages) = all_pages(&admin.visitor(&market), "/admin").await;
        assert_eq!(pages, 5);
        for word in ["mine", "theirs"] {
            assert_eq!(seen.iter().filter(|detail| detail.starts_with(word)).count(), 120);
        }
        let page = admin.visitor(&market).page("/admin").await;
        let cells = texts(&page, "tbody tr:first-child td");
        assert_eq!(cells[1], "nkem", "{cells:?}");
        assert_eq!(cells[3], "198.51.100.7", "{cells:?}");
        for odd in ["?before=x", "?before=", "?before=99999999999999999999"] {
            let response = user.visitor(&market).get(&format!("/account/activity{odd}")).await;
            assert!(
                matches!(response.status().as_u16(), 200 | 422),
                "{odd}: {}",
                response.status()
            );
        }
    });
}
