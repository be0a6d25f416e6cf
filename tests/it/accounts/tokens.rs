//! Links in emails: their purpose, how often they work, and how long. All purposes have the same rules.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;
use futures_util::future::join_all;
use pocketshop::ops;

use super::steps::{ANOTHER, age_emails, connect, dump, email_of, now, user_id};
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

    fn lasts(self) -> TimeDelta {
        match self {
            Self::Verify => TimeDelta::hours(24),
            Self::Reset | Self::Change => TimeDelta::hours(1),
            Self::Undo => TimeDelta::days(7),
        }
    }

    fn form(self) -> &'static [(&'static str, &'static str)] {
        if self == Self::Reset {
            &[("password", ANOTHER)]
        } else {
            &[]
        }
    }

    /// A new user, and the link in the email to them.
    async fn of(self, market: &Market, name: &str) -> (Visitor, String) {
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
        assert_eq!(Self::Change.used(market, &link).await, 303);
        (visitor, market.link(&old, 2).await)
    }

    /// A browser that opened the link.
    async fn opened(self, market: &Market, link: &str) -> (Visitor, u16) {
        let visitor = Visitor::new(market);
        let token = link.split("token=").nth(1).unwrap();
        let answer = visitor.get(&format!("{}?token={token}", self.path())).await;
        assert_eq!((answer.status().as_u16(), location(&answer)), (303, self.path()));
        let shown = visitor.get(self.path()).await.status().as_u16();
        (visitor, shown)
    }

    /// Presses its button in another browser. The status is 303 when it worked.
    async fn used(self, market: &Market, link: &str) -> u16 {
        let (visitor, shown) = self.opened(market, link).await;
        let done = visitor.post(self.path(), self.form()).await.status().as_u16();
        assert_eq!(shown == 200, done != 410, "{self:?}: the page and its button disagree");
        done
    }

    /// Sets when the link expires.
    fn ends(self, market: &Market, name: &str, at: NaiveDateTime) {
        let of = tokens::table
            .filter(tokens::user_id.eq(user_id(market, name)))
            .filter(tokens::purpose.eq(self.purpose()));
        let changed = diesel::update(of)
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
            let (_, address) = link.of(&market, &format!("ana-{link:?}")).await;
            assert_eq!(link.used(&market, &address).await, 303, "{link:?}");
            assert_eq!(link.used(&market, &address).await, 410, "{link:?} worked twice");
        }
    });
}

#[test]
fn of_many_simultaneous_uses_of_a_link_one_succeeds() {
    run(async {
        let market = Market::empty();
        for link in ALL {
            let (_, address) = link.of(&market, &format!("ana-{link:?}")).await;
            let (opened, shown) = link.opened(&market, &address).await;
            assert_eq!(shown, 200);
            let many: Vec<Visitor> = (0..20)
                .map(|_| Visitor::with_cookie(&market, opened.cookie()))
                .collect();
            let answers = join_all(many.iter().map(|one| one.post(link.path(), link.form()))).await;
            let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status().as_u16()).collect();
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
            let (_, address) = link.of(&market, &name).await;
            let (made, ends): (NaiveDateTime, NaiveDateTime) = tokens::table
                .filter(tokens::user_id.eq(user_id(&market, &name)))
                .filter(tokens::purpose.eq(link.purpose()))
                .select((tokens::created_at, tokens::expires_at))
                .first(&mut connect(&market))
                .unwrap();
            assert_eq!(ends - made, link.lasts(), "{link:?}");
            link.ends(&market, &name, now() - TimeDelta::seconds(1));
            assert_eq!(link.used(&market, &address).await, 410, "{link:?} works too long");
            link.ends(&market, &name, now() + TimeDelta::seconds(10));
            assert_eq!(link.used(&market, &address).await, 303, "{link:?} ends too early");
        }
    });
}

#[test]
fn a_link_works_for_its_purpose_only() {
    run(async {
        let market = Market::empty();
        for link in ALL {
            let (_, address) = link.of(&market, &format!("ana-{link:?}")).await;
            for other in ALL.into_iter().filter(|other| *other != link) {
                assert_eq!(other.used(&market, &address).await, 410, "{link:?} at {other:?}");
            }
            assert_eq!(link.used(&market, &address).await, 303, "{link:?}");
        }
    });
}

#[test]
fn a_newer_link_voids_older_ones() {
    run(async {
        let market = Market::empty();
        for link in [Link::Verify, Link::Reset, Link::Change] {
            let name = format!("ana-{link:?}");
            let (visitor, first) = link.of(&market, &name).await;
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
                link.used(&market, &first).await,
                410,
                "{link:?}: the older one still works"
            );
            assert_eq!(link.used(&market, &second).await, 303, "{link:?}");
        }
    });
}

/// A user with a link of each purpose except undo.
async fn with_three(market: &Market, name: &str) -> (Visitor, [(Link, String); 3]) {
    let (visitor, verify) = Link::Verify.of(market, name).await;
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
        let (ana, links) = with_three(&market, "ana").await;
        ana.post("/account/password", &[("password", ANOTHER)]).await;
        for (link, address) in &links {
            assert_eq!(link.used(&market, address).await, 410, "{link:?} outlived the password");
        }
        let (_, links) = with_three(&market, "bea").await;
        assert_eq!(Link::Change.used(&market, &links[2].1).await, 303);
        for (link, address) in &links {
            assert_eq!(link.used(&market, address).await, 410, "{link:?} outlived the address");
        }
        let (_, links) = with_three(&market, "cyd").await;
        assert_eq!(Link::Reset.used(&market, &links[1].1).await, 303);
        for (link, address) in &links {
            assert_eq!(link.used(&market, address).await, 410, "{link:?} outlived the reset");
        }
        let (dan, undo) = Link::Undo.of(&market, "dan").await;
        dan.sign_in("dan", crate::support::visitor::PASSWORD).await;
        dan.post("/account/password", &[("password", ANOTHER)]).await;
        assert_eq!(Link::Undo.used(&market, &undo).await, 303);
    });
}

#[test]
fn suspension_voids_all_links() {
    run(async {
        let market = Market::empty();
        for link in ALL {
            let name = format!("ana-{link:?}");
            let (_, address) = link.of(&market, &name).await;
            ops::users::set_suspended(&market.config, &name, true).unwrap();
            assert_eq!(link.used(&market, &address).await, 410, "{link:?}");
            // A token that was created in the meantime does not work either.
            let of = tokens::table.filter(tokens::user_id.eq(user_id(&market, &name)));
            diesel::update(of)
                .set(tokens::used_at.eq(None::<NaiveDateTime>))
                .execute(&mut connect(&market))
                .unwrap();
            assert_eq!(link.used(&market, &address).await, 410, "{link:?}");
            diesel::update(of)
                .set(tokens::used_at.eq(now()))
                .execute(&mut connect(&market))
                .unwrap();
            ops::users::set_suspended(&market.config, &name, false).unwrap();
            assert_eq!(link.used(&market, &address).await, 410, "{link:?} came back");
        }
    });
}

#[test]
fn opening_a_link_changes_nothing_and_is_not_cached() {
    run(async {
        let market = Market::empty();
        for link in ALL {
            let (_, address) = link.of(&market, &format!("ana-{link:?}")).await;
            let token = address.split("token=").nth(1).unwrap();
            let before = dump(&market).await;
            for method in ["HEAD", "GET", "HEAD", "GET"] {
                for path in [&*address, link.path()] {
                    let answer = market.request(method, path).send().await.unwrap();
                    let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
                    assert_eq!(header("referrer-policy"), "no-referrer", "{link:?}");
                    assert_eq!(header("cache-control"), "no-store", "{link:?}");
                    assert!(!location(&answer).contains(token), "the token is still in the address");
                    assert!(
                        !answer.text().await.unwrap().contains(token),
                        "the token is in the page"
                    );
                }
            }
            assert_eq!(dump(&market).await, before, "{link:?}");
            assert_eq!(link.used(&market, &address).await, 303, "{link:?}");
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
        let (_, address) = Link::Verify.of(&market, "ana").await;
        let (visitor, _) = Link::Verify.opened(&market, &address).await;
        assert!(!verified("ana") && !visitor.is_signed_in().await);
        assert_eq!(location(&visitor.post("/verify", &[]).await), "/account");
        assert!(verified("ana") && visitor.is_signed_in().await);

        let (bea, address) = Link::Verify.of(&market, "bea").await;
        market.set_email_verified("bea", true);
        super::steps::turn_on_second_factor(&bea).await;
        market.set_email_verified("bea", false);
        let (visitor, _) = Link::Verify.opened(&market, &address).await;
        assert_eq!(location(&visitor.post("/verify", &[]).await), "/login/code");
        assert!(verified("bea") && !visitor.is_signed_in().await);
    });
}
