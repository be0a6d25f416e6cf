//! A user in a browser: signs up, in and out, and opens account pages.

use std::net::TcpListener;

use super::tab::Tab;
use crate::support::Market;

pub const EMAIL: &str = "robin@example.org";
pub const NAME: &str = "robin";

/// Opens a market whose public URL is its real address, so that links in its emails work in the browser.
pub fn open_market(demo: bool) -> Market {
    Market::open(demo, |config| {
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        config.bind = address;
        config.public_url = format!("http://{address}").parse().unwrap();
    })
}

impl Tab {
    /// Fills in and submits the sign-up form.
    pub async fn sign_up(&self, password: &str) {
        for (field, value) in [
            ("#email", EMAIL),
            ("#username", NAME),
            ("#first_name", "Robin"),
            ("#last_name", "Tester"),
            ("#password", password),
        ] {
            self.fill(field, value).await;
        }
        self.submit("/register").await;
    }

    /// Fills in and submits the sign-in form.
    pub async fn sign_in(&self, login: &str, password: &str) {
        self.fill("#login", login).await;
        self.fill("#password", password).await;
        self.submit("/login").await;
    }

    /// Signs out with the menu in the header.
    pub async fn sign_out(&self) {
        self.click(".menu summary").await;
        self.follow(".menu form[action='/logout'] button").await;
        assert_eq!((self.path().await.as_str(), self.count(".menu").await), ("/", 0));
    }

    /// Opens an account page with the side navigation.
    pub async fn open_account_page(&self, path: &str) {
        self.follow(&format!(".side a[href='{path}']")).await;
        assert_eq!(self.path().await, path);
    }

    /// The value of a field.
    pub async fn value(&self, selector: &str) -> String {
        self.eval(&format!("document.querySelector({selector:?}).value")).await
    }

    /// Fails unless the flash message contains the text.
    pub async fn assert_flash(&self, text: &str) {
        let message = self.text("#flash").await;
        assert!(message.contains(text), "{message:?} does not contain {text:?}");
    }

    /// Fails unless the form is shown again, with an error that contains the text and without the password or code.
    pub async fn assert_refused(&self, text: &str) {
        let errors = self.text("#problems").await;
        assert!(errors.contains(text), "{errors:?} does not contain {text:?}");
        assert_eq!(self.value("main input[type=password], main #code").await, "");
    }
}
