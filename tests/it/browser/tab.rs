//! One tab with cookies of its own, and a visitor's hands and eyes.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use actix_web::rt::time::sleep;
use chromiumoxide::cdp::browser_protocol::browser::BrowserContextId;
use chromiumoxide::cdp::browser_protocol::emulation::{
    MediaFeature, SetDeviceMetricsOverrideParams, SetEmulatedMediaParams, SetFocusEmulationEnabledParams,
    SetScriptExecutionDisabledParams,
};
use chromiumoxide::cdp::browser_protocol::target::{CreateBrowserContextParams, CreateTargetParams};
use chromiumoxide::cdp::js_protocol::runtime::EvaluateParams;
use chromiumoxide::{Command, Page};
use serde::de::DeserializeOwned;

use super::chromium::Chromium;
use super::seen::{Seen, watch};

/// How long a page may take to become what is waited for.
pub(super) const PATIENCE: Duration = Duration::from_secs(15);

const PLACE: &str = "(query => {
    query.delete('sort', 'newest');
    query.sort();
    return location.pathname + (query.size ? '?' + query : '');
})(new URLSearchParams(location.search))";

/// True on the page after the one that was left.
pub(super) const LOADED: &str = "!window.left && document.readyState === 'complete'";

/// Below this width a tab is a phone: touch, no hover.
const PHONE: i64 = 768;

pub struct Tab {
    page: Page,
    seen: Rc<RefCell<Seen>>,
    chromium: &'static Chromium,
    context: BrowserContextId,
}

#[derive(Debug, Clone, Copy)]
pub enum Scheme {
    Light,
    Dark,
}

impl Drop for Tab {
    fn drop(&mut self) {
        let _ = self.chromium.removed_variants.send(self.context.clone());
    }
}

impl Tab {
    /// A new visitor's, as wide as a desk, with script.
    pub async fn open(chromium: &'static Chromium) -> Self {
        let browser = &chromium.browser;
        let context = browser
            .create_browser_context(CreateBrowserContextParams::default())
            .await
            .unwrap();
        let blank = CreateTargetParams::builder()
            .url("about:blank")
            .browser_context_id(context.clone())
            .build()
            .unwrap();
        let page = browser.new_page(blank).await.unwrap();
        let seen = watch(&page).await;
        let tab = Self {
            page,
            seen,
            chromium,
            context,
        };
        tab.run(SetFocusEmulationEnabledParams::new(true)).await;
        tab.scheme(Scheme::Light).await;
        tab.width(1280).await;
        tab
    }

    pub(super) async fn run<C: Command>(&self, command: C) -> C::Response {
        self.page.execute(command).await.unwrap().result
    }

    pub async fn width(&self, width: i64) {
        let height = if width < PHONE { 844 } else { 900 };
        self.run(SetDeviceMetricsOverrideParams::new(width, height, 1.0, width < PHONE))
            .await;
    }

    /// Without movement, so that nothing is looked at half-way.
    pub async fn scheme(&self, scheme: Scheme) {
        let scheme = if matches!(scheme, Scheme::Dark) {
            "dark"
        } else {
            "light"
        };
        let features = [("prefers-color-scheme", scheme), ("prefers-reduced-motion", "reduce")];
        let features = features.map(|(name, value)| MediaFeature::new(name, value));
        self.run(SetEmulatedMediaParams::builder().features(features).build())
            .await;
    }

    /// From the next page on.
    pub async fn without_script(&self) {
        self.run(SetScriptExecutionDisabledParams::new(true)).await;
    }

    /// Runs a script on each page to come, before any of its own.
    pub async fn on_each_page(&self, script: &str) {
        self.page.evaluate_on_new_document(script).await.unwrap();
    }

    /// Goes there and waits until all is loaded.
    pub async fn go(&self, url: &str) {
        self.act("window.left = true").await;
        self.page.goto(url).await.unwrap();
        self.until(LOADED).await;
    }

    /// What a script comes to.
    pub async fn eval<T: DeserializeOwned>(&self, script: &str) -> T {
        self.try_eval(script)
            .await
            .unwrap_or_else(|error| panic!("{error}\nin {script}"))
    }

    /// Runs a script for what it does.
    pub async fn act(&self, script: &str) {
        self.eval::<()>(&format!("{script}; null")).await;
    }

    pub(super) async fn try_eval<T: DeserializeOwned>(&self, script: &str) -> Result<T, String> {
        let params = EvaluateParams::builder()
            .expression(script)
            .return_by_value(true)
            .await_promise(true)
            .build()?;
        let answer = self
            .page
            .execute(params)
            .await
            .map_err(|error| error.to_string())?
            .result;
        if let Some(thrown) = answer.exception_details {
            return Err(thrown
                .exception
                .and_then(|thrown| thrown.description)
                .unwrap_or(thrown.text));
        }
        serde_json::from_value(answer.result.value.unwrap_or_default()).map_err(|error| error.to_string())
    }

    /// Waits until the script is true; between two pages nothing is.
    pub async fn until(&self, script: &str) {
        let patience = Instant::now() + PATIENCE;
        let whether = format!("!!({script})");
        while !self.try_eval(&whether).await.unwrap_or(false) {
            assert!(
                Instant::now() < patience,
                "in vain waited for {script}\nat {}",
                self.place().await
            );
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until nothing is asked for any more, and all that was heard is written down.
    pub async fn quiet(&self) {
        let mut before = usize::MAX;
        loop {
            let now = self.seen.borrow().requests.len();
            if now == before {
                return;
            }
            before = now;
            sleep(Duration::from_millis(150)).await;
        }
    }

    /// Waits until nothing moves or fades any more; needs script.
    pub async fn still(&self) {
        let frames = "(async () => {
            for (let still = 0; still < 3; ) {
                await new Promise(requestAnimationFrame);
                still = document.getAnimations().length ? 0 : still + 1;
            }
            return null;
        })()";
        self.eval::<()>(frames).await;
    }

    /// Looks at what was seen so far.
    pub fn seen<T>(&self, look: impl FnOnce(&Seen) -> T) -> T {
        look(&self.seen.borrow())
    }

    /// Forgets what was seen so far.
    pub fn forget(&self) {
        *self.seen.borrow_mut() = Seen::default();
    }

    /// The path and the query of the address, in order; that the newest come first goes without saying.
    pub async fn place(&self) -> String {
        self.eval(PLACE).await
    }

    pub async fn count(&self, selector: &str) -> usize {
        self.eval(&format!("document.querySelectorAll({selector:?}).length"))
            .await
    }

    /// The text as it is seen, in one line.
    pub async fn text(&self, selector: &str) -> String {
        self.eval(&format!(
            "document.querySelector({selector:?}).innerText.replace(/\\s+/g, ' ').trim()"
        ))
        .await
    }

    /// The id of what has the focus, or the name of the element.
    pub async fn focus(&self) -> String {
        self.eval("document.activeElement.id || document.activeElement.localName")
            .await
    }

    /// Waits until the address says so, no answer is outstanding, and this is true too.
    pub async fn arrived(&self, place: &str, and: &str) {
        let busy = "document.querySelector('[aria-busy], .htmx-request') || document.readyState !== 'complete'";
        self.until(&format!("{PLACE} === {place:?} && !({busy}) && ({and})"))
            .await;
    }

    /// Fails with what the console said, other than about these addresses, and where another host was asked.
    pub async fn assert_calm(&self, but: &[&str]) {
        self.quiet().await;
        let origin: String = self.eval("location.origin").await;
        self.seen(|seen| {
            // By a `data:` address Chromium draws its own date field; our policy lets no page use one.
            let own = |url: &&String| {
                url.starts_with(&format!("{origin}/")) || *url == "about:blank" || url.starts_with("data:")
            };
            let foreign: Vec<&String> = seen.requests.iter().filter(|url| !own(url)).collect();
            assert!(foreign.is_empty(), "others are asked: {foreign:?}");
            let complaints = seen.complaints.iter().filter(|(url, _)| !but.contains(&url.as_str()));
            let complaints: Vec<String> = complaints.map(|(url, words)| format!("{words} ({url})")).collect();
            assert!(complaints.is_empty(), "the console says: {complaints:#?}");
            assert!(seen.dialogs.is_empty(), "it pops up: {:?}", seen.dialogs);
        });
    }
}
