//! Links in emails: they work once, for one purpose, and for a limited time. All purposes have the same rules.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;
use futures_util::future::join_all;
use pocketshop::ops;

use super::helpers::{NEW_PASSWORD, age_emails, connect, dump, email_of, now, user_id};
use crate::schema::{tokens, users};
use crate::support::visitor::{Visitor, location};
use crate::support::{Market, run};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Link {
    Verify,
    Reset,
    Change,
    Undo,
}

const ALL: [Link; 4] = [Link::Verify, Link::Reset, Link::Change, Link::Undo];

impl Link {
    fn path(self) -> &'static str {
        match self {
            Self::Verify => "/verify",
            Self::Reset => "/reset",
            Self::Change => "/email/confirm",
            Self::Undo => "/email/undo",
        }
    }

    fn purpose(self) -> &'static str {
        match self {
            Self::Verify => "verify",
            Self::Reset => "reset",
            Self::Change => "email-change",
            Self::Undo => "email-undo",
        }
    }

    fn lifetime(self) -> TimeDelta {
        match self {
            Self::Verify => TimeDelta::hours(24),
            Self::Reset | Self::Change => TimeDelta::hours(1),
            Self::Undo => TimeDelta::days(7),
        }
    }

    fn form(self) -> &'static [(&'static str, &'static str)] {
        if self == Self::Reset {
            &[("password", NEW_PASSWORD)]
        } else {
            &[]
        }
    }

    /// Registers a user and requests a link. Returns both.
    async fn request(self, market: &Market, name: &str) -> (Visitor, String) {
        let visitor = market.sign_up_unverified(name).await;
        let (old, new) = (email_of(name), email_of(&format!("{name}-new")));
        let link = match self {
            Self::Verify => market.link(&old, 1).await,
            Self::Reset => {
                visitor.post("/forgot", &[("login", name)]).await;
                market.link(&old, 2).await
            }
            Self::Change | Self::Undo => {
                visitor.post("/account/email", &[("email", &new)]).await;
                market.link(&new, 1).await
            }
        };
        if self != Self::Undo {
            return (visitor, link);
        }
        assert_eq!(Self::Change.submit(market, &link).await, 303);
        (visitor, market.link(&old, 2).await)
    }

    /// Opens the link in a new browser. Returns the browser and the status of the page.
    async fn open(self, market: &Market, link: &str) -> (Visitor, u16) {
        let visitor = Visitor::new(market);
        let token = link.split("token=").nth(1).unwrap();
        let response = visitor.get(&format!("{}?token={token}", self.path())).await;
        assert_eq!((response.status().as_u16(), location(&response)), (303, self.path()));
        let shown = visitor.get(self.path()).await.status().as_u16();
        (visitor, shown)
    }

    /// Opens the link in a new browser and submits its form. Returns the status, which is 303 if the link worked.
    async fn submit(self, market: &Market, link: &str) -> u16 {
        let (visitor, shown) = self.open(market, link).await;
        let done = visitor.post(self.path(), self.form()).await.status().as_u16();
        assert_eq!(
            shown == 200,
            done != 410,
            "{self:?}: the page and its form have different results"
        );
        done
    }

    /// Sets when the link expires.
    fn set_expiry(self, market: &Market, name: &str, at: NaiveDateTime) {
        let selected = tokens::table
            .filter(tokens::user_id.eq(user_id(market, name)))
            .filter(tokens::purpose.eq(self.purpose()));
        let changed = diesel::update(selected)
            .set(tokens::expires_at.eq(at))
            .execute(&mut connect(market));
        assert_eq!(changed.unwrap(), 1);
    }
}

#[test]
fn a_link_works_once() {
    run(async {
        let market = Market::empty();
        for link in ALL {
            let (_, address) = link.request(&market, &format!("ana-{link:?}")).await;
            assert_eq!(link.submit(&market, &address).await, 303, "{link:?}");
            assert_eq!(link.submit(&market, &address).await, 410, "{link:?} worked twice");
        }
    });
}

#[test]
fn of_many_simultaneous_uses_of_a_link_one_succeeds() {
    run(async {
        let market = Market::empty();
        for link in ALL {
            let (_, address) = link.request(&market, &format!("ana-{link:?}")).await;
            let (opened, shown) = link.open(&market, &address).await;
            assert_eq!(shown, 200);
            let browsers: Vec<Visitor> = (0..20)
                .map(|_| Visitor::with_cookie(&market, opened.cookie()))
                .collect();
            let responses = join_all(browsers.iter().map(|browser| browser.post(link.path(), link.form()))).await;
            let mut statuses: Vec<u16> = responses.iter().map(|response| response.status().as_u16()).collect();
            statuses.sort_unstable();
            assert_eq!(statuses[0], 303, "{link:?}: {statuses:?}");
            assert!(
                statuses[1..].iter().all(|status| *status == 410),
                "{link:?}: {statuses:?}"
            );
        }
    });
}

#[test]
fn a_link_expires() {
    run(async {
        let market = Market::empty();
        for link in ALL {
            let name = format!("ana-{link:?}");
            let (_, address) = link.request(&market, &name).await;
            let (created_at, expires_at): (NaiveDateTime, NaiveDateTime) = tokens::table
                .filter(tokens::user_id.eq(user_id(&market, &name)))
                .filter(tokens::purpose.eq(link.purpose()))
                .select((tokens::created_at, tokens::expires_at))
                .first(&mut connect(&market))
                .unwrap();
            assert_eq!(expires_at - created_at, link.lifetime(), "{link:?}");
            link.set_expiry(&market, &name, now() - TimeDelta::seconds(1));
            assert_eq!(
                link.submit(&market, &address).await,
                410,
                "{link:?} works after it expired"
            );
            link.set_expiry(&market, &name, now() + TimeDelta::seconds(10));
            assert_eq!(link.submit(&market, &address).await, 303, "{link:?} expires too early");
        }
    });
}

#[test]
fn a_link_works_for_its_purpose_only() {
    run(async {
        let market = Market::empty();
        for link in ALL {
            let (_, address) = link.request(&market, &format!("ana-{link:?}")).await;
            for other in ALL.into_iter().filter(|other| *other != link) {
                assert_eq!(other.submit(&market, &address).await, 410, "{link:?} at {other:?}");
            }
            assert_eq!(link.submit(&market, &address).await, 303, "{link:?}");
        }
    });
}

#[test]
fn a_newer_link_voids_older_ones() {
    run(async {
        let market = Market::empty();
        for link in [Link::Verify, Link::Reset, Link::Change] {
            let name = format!("ana-{link:?}");
            let (visitor, first) = link.request(&market, &name).await;
            age_emails(&market, &name, TimeDelta::minutes(6));
            let second = match link {
                Link::Verify => {
                    visitor.post("/verify/resend", &[]).await;
                    market.link(&email_of(&name), 2).await
                }
                Link::Reset => {
                    visitor.post("/forgot", &[("login", &email_of(&name))]).await;
                    market.link(&email_of(&name), 3).await
                }
                _ => {
                    visitor.post("/account/email", &[("email", "third@example.org")]).await;
                    market.link("third@example.org", 1).await
                }
            };
            assert_eq!(
                link.submit(&market, &first).await,
                410,
                "{link:?}: the older one still works"
            );
            assert_eq!(link.submit(&market, &second).await, 303, "{link:?}");
        }
    });
}

/// Registers a user and requests a link of each purpose except undo.
async fn request_all_but_undo(market: &Market, name: &str) -> (Visitor, [(Link, String); 3]) {
    let (visitor, verify) = Link::Verify.request(market, name).await;
    visitor.post("/forgot", &[("login", name)]).await;
    let reset = market.link(&email_of(name), 2).await;
    let new = email_of(&format!("{name}-new"));
    visitor.post("/account/email", &[("email", &new)]).await;
    let change = market.link(&new, 1).await;
    (
        visitor,
        [(Link::Verify, verify), (Link::Reset, reset), (Link::Change, change)],
    )
}

#[test]
fn a_new_password_or_address_voids_all_links_except_undo() {
    run(async {
        let market = Market::empty();
        let (ana, links) = request_all_but_undo(&market, "ana").await;
        ana.post("/account/password", &[("password", NEW_PASSWORD)]).await;
        for (link, address) in &links {
            assert_eq!(
                link.submit(&market, address).await,
                410,
                "{link:?} is valid after a new password"
            );
        }
        let (_, links) = request_all_but_undo(&market, "bea").await;
        assert_eq!(Link::Change.submit(&market, &links[2].1).await, 303);
        for (link, address) in &links {
            assert_eq!(
                link.submit(&market, address).await,
                410,
                "{link:?} is valid after a new address"
            );
        }
        let (_, links) = request_all_but_undo(&market, "cyd").await;
        assert_eq!(Link::Reset.submit(&market, &links[1].1).await, 303);
        for (link, address) in &links {
            assert_eq!(
                link.submit(&market, address).await,
                410,
                "{link:?} is valid after the reset"
            );
        }
        let (dan, undo) = Link::Undo.request(&market, "dan").await;
        dan.sign_in("dan", crate::support::visitor::PASSWORD).await;
        dan.post("/account/password", &[("password", NEW_PASSWORD)]).await;
        assert_eq!(Link::Undo.submit(&market, &undo).await, 303);
    });
}

#[test]
fn suspension_voids_all_links() {
    run(async {
        let market = Market::empty();
        for link in ALL {
            let name = format!("ana-{link:?}");
            let (_, address) = link.request(&market, &name).await;
            ops::users::set_suspended(&market.config, &name, true).unwrap();
            assert_eq!(link.submit(&market, &address).await, 410, "{link:?}");
            // A token that was created in the meantime does not work either.
            let selected = tokens::table.filter(tokens::user_id.eq(user_id(&market, &name)));
            diesel::update(selected)
                .set(tokens::used_at.eq(None::<NaiveDateTime>))
                .execute(&mut connect(&market))
                .unwrap();
            assert_eq!(link.submit(&market, &address).await, 410, "{link:?}");
            diesel::update(selected)
                .set(tokens::used_at.eq(now()))
                .execute(&mut connect(&market))
                .unwrap();
            ops::users::set_suspended(&market.config, &name, false).unwrap();
            assert_eq!(
                link.submit(&market, &address).await,
                410,
                "{link:?} is valid after the restoration"
            );
        }
    });
}

#[test]
fn opening_a_link_changes_nothing_and_is_not_cached() {
    run(async {
        let market = Market::empty();
        for link in ALL {
            let (_, address) = link.request(&market, &format!("ana-{link:?}")).await;
            let token = address.split("token=").nth(1).unwrap();
            let before = dump(&market).await;
            for method in ["HEAD", "GET", "HEAD", "GET"] {
                for path in [&*address, link.path()] {
                    let response = market.request(method, path).send().await.unwrap();
                    let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
                    assert_eq!(header("referrer-policy"), "no-referrer", "{link:?}");
                    assert_eq!(header("cache-control"), "no-store", "{link:?}");
                    assert!(
                        !location(&response).contains(token),
                        "the token is still in the address"
                    );
                    assert!(
                        !response.text().await.unwrap().contains(token),
                        "the token is in the page"
                    );
                }
            }
            assert_eq!(dump(&market).await, before, "{link:?}");
            assert_eq!(link.submit(&market, &address).await, 303, "{link:?}");
        }
    });
}

#[test]
fn a_verification_link_signs_in_and_asks_for_the_second_factor() {
    run(async {
        let market = Market::empty();
        let verified = |name: &str| -> bool {
            let at: Option<NaiveDateTime> = users::table
                .filter(users::username.eq(name))
                .select(users::email_verified_at)
                .first(&mut connect(&market))
                .unwrap();
            at.is_some()
        };
        let (_, address) = Link::Verify.request(&market, "ana").await;
        let (visitor, _) = Link::Verify.open(&market, &address).await;
        assert!(!verified("ana") && !visitor.is_signed_in().await);
        assert_eq!(location(&visitor.post("/verify", &[]).await), "/account");
        assert!(verified("ana") && visitor.is_signed_in().await);

        let (bea, address) = Link::Verify.request(&market, "bea").await;
        market.set_email_verified("bea", true);
        super::helpers::turn_on_second_factor(&bea).await;
        market.set_email_verified("bea", false);
        let (visitor, _) = Link::Verify.open(&market, &address).await;
        assert_eq!(location(&visitor.post("/verify", &[]).await), "/login/code");
        assert!(verified("bea") && !visitor.is_signed_in().await);
    });
}
