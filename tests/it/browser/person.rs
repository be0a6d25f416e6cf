//! Someone with an account, at a browser.

use std::net::TcpListener;

use super::tab::Tab;
use crate::support::Market;

pub const EMAIL: &str = "robin@example.org";
pub const NAME: &str = "robin";

/// A market whose public address is the one where the browser finds it.
pub fn home(demo: bool) -> Market {
    Market::open(demo, |config| {
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        config.bind = free;
        config.public_url = format!("http://{free}").parse().unwrap();
    })
}

impl Tab {
    /// Fills in the form of those who are new, and sends it.
    pub async fn sign_up(&self, password: &str) {
        for (field, typed) in [
            ("#email", EMAIL),
            ("#username", NAME),
            ("#first_name", "Robin"),
            ("#last_name", "Tester"),
            ("#password", password),
        ] {
            self.fill(field, typed).await;
        }
        self.send("/register").await;
    }

    /// Fills in the form of those who are known, and sends it.
    pub async fn sign_in(&self, login: &str, password: &str) {
        self.fill("#login", login).await;
        self.fill("#password", password).await;
        self.send("/login").await;
    }

    /// By the menu in the header.
    pub async fn sign_out(&self) {
        self.click(".menu summary").await;
        self.follow(".menu form[action='/logout'] button").await;
        assert_eq!((self.place().await.as_str(), self.count(".menu").await), ("/", 0));
    }

    /// To a page of the account, by its navigation.
    pub async fn turn_to(&self, page: &str) {
        self.follow(&format!(".side a[href='{page}']")).await;
        assert_eq!(self.place().await, page);
    }

    /// What is in a field.
    pub async fn value(&self, selector: &str) -> String {
        self.eval(&format!("document.querySelector({selector:?}).value")).await
    }

    /// Fails unless the message on top says so.
    pub async fn assert_told(&self, words: &str) {
        let told = self.text("#flash").await;
        assert!(told.contains(words), "{told:?} does not say {words:?}");
    }

    /// Fails unless the form came back and says why.
    pub async fn assert_refused(&self, words: &str) {
        let told = self.text("#problems").await;
        assert!(told.contains(words), "{told:?} does not say {words:?}");
        assert_eq!(self.value("main input[type=password], main #code").await, "");
    }
}
