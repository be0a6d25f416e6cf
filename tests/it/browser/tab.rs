//! A browser tab with its own cookies: loads pages, runs scripts, waits, and reads pages.

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
use super::page_log::{PageLog, record};

/// How long to wait for a condition before the test fails.
pub(super) const WAIT_TIMEOUT: Duration = Duration::from_secs(15);

/// The path with its sorted query, without the default sort order.
const PATH_SCRIPT: &str = "(query => {
    query.delete('sort', 'newest');
    query.sort();
    return location.pathname + (query.size ? '?' + query : '');
})(new URLSearchParams(location.search))";

/// True once the next page is loaded. Before a click or a navigation, `oldPage` is set on the current page.
pub(super) const NEXT_PAGE_LOADED: &str = "!window.oldPage && document.readyState === 'complete'";

/// In pixels. A narrower tab emulates a phone: touch, no hover.
const MIN_DESKTOP_WIDTH: i64 = 768;

pub struct Tab {
    page: Page,
    log: Rc<RefCell<PageLog>>,
    chromium: &'static Chromium,
    context: BrowserContextId,
}

#[derive(Debug, Clone, Copy)]
pub enum ColorScheme {
    Light,
    Dark,
}

impl Drop for Tab {
    fn drop(&mut self) {
        let _ = self.chromium.closed_contexts.send(self.context.clone());
    }
}

impl Tab {
    /// Opens a tab without cookies, at a desktop's width, with JavaScript.
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
        let log = record(&page).await;
        let tab = Self {
            page,
            log,
            chromium,
            context,
        };
        tab.run(SetFocusEmulationEnabledParams::new(true)).await;
        tab.set_color_scheme(ColorScheme::Light).await;
        tab.set_width(1280).await;
        tab
    }

    pub(super) async fn run<C: Command>(&self, command: C) -> C::Response {
        self.page.execute(command).await.unwrap().result
    }

    pub async fn set_width(&self, width: i64) {
        let height = if width < MIN_DESKTOP_WIDTH { 844 } else { 900 };
        self.run(SetDeviceMetricsOverrideParams::new(
            width,
            height,
            1.0,
            width < MIN_DESKTOP_WIDTH,
        ))
        .await;
    }

    /// Also turns on reduced motion, so that no check runs in the middle of a transition.
    pub async fn set_color_scheme(&self, scheme: ColorScheme) {
        let scheme = if matches!(scheme, ColorScheme::Dark) {
            "dark"
        } else {
            "light"
        };
        let features = [("prefers-color-scheme", scheme), ("prefers-reduced-motion", "reduce")];
        let features = features.map(|(name, value)| MediaFeature::new(name, value));
        self.run(SetEmulatedMediaParams::builder().features(features).build())
            .await;
    }

    /// Disables JavaScript from the next page on.
    pub async fn disable_script(&self) {
        self.run(SetScriptExecutionDisabledParams::new(true)).await;
    }

    /// Runs a script on each later page, before the page's own scripts.
    pub async fn add_init_script(&self, script: &str) {
        self.page.evaluate_on_new_document(script).await.unwrap();
    }

    /// Opens a URL and waits until it is loaded.
    pub async fn go(&self, url: &str) {
        self.run_script("window.oldPage = true").await;
        self.page.goto(url).await.unwrap();
        self.wait_until(NEXT_PAGE_LOADED).await;
    }

    /// Runs a script and returns its value.
    pub async fn eval<T: DeserializeOwned>(&self, script: &str) -> T {
        self.try_eval(script)
            .await
            .unwrap_or_else(|error| panic!("{error}\nin {script}"))
    }

    /// Runs a script and ignores its value.
    pub async fn run_script(&self, script: &str) {
        self.eval::<()>(&format!("{script}; null")).await;
    }

    pub(super) async fn try_eval<T: DeserializeOwned>(&self, script: &str) -> Result<T, String> {
        let params = EvaluateParams::builder()
            .expression(script)
            .return_by_value(true)
            .await_promise(true)
            .build()?;
        let reply = self
            .page
            .execute(params)
            .await
            .map_err(|error| error.to_string())?
            .result;
        if let Some(thrown) = reply.exception_details {
            return Err(thrown
                .exception
                .and_then(|thrown| thrown.description)
                .unwrap_or(thrown.text));
        }
        serde_json::from_value(reply.result.value.unwrap_or_default()).map_err(|error| error.to_string())
    }

    /// Waits until the script is true. A script that fails, for example between two pages, counts as false.
    pub async fn wait_until(&self, script: &str) {
        let deadline = Instant::now() + WAIT_TIMEOUT;
        let condition = format!("!!({script})");
        while !self.try_eval(&condition).await.unwrap_or(false) {
            assert!(
                Instant::now() < deadline,
                "timed out waiting for {script}\nat {}",
                self.path().await
            );
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until the page makes no more requests, so that all events are in the log.
    pub async fn wait_for_network_idle(&self) {
        let mut before = usize::MAX;
        loop {
            let now = self.log.borrow().requests.len();
            if now == before {
                return;
            }
            before = now;
            sleep(Duration::from_millis(150)).await;
        }
    }

    /// Waits until all animations have ended. Needs JavaScript.
    pub async fn wait_for_animations(&self) {
        let script = "(async () => {
            for (let idleFrames = 0; idleFrames < 3; ) {
                await new Promise(requestAnimationFrame);
                idleFrames = document.getAnimations().length ? 0 : idleFrames + 1;
            }
            return null;
        })()";
        self.eval::<()>(script).await;
    }

    pub fn read_log<T>(&self, read: impl FnOnce(&PageLog) -> T) -> T {
        read(&self.log.borrow())
    }

    pub fn clear_log(&self) {
        *self.log.borrow_mut() = PageLog::default();
    }

    /// The path and the query of the current URL. Parameters are sorted, and the default `sort=newest` is left out.
    pub async fn path(&self) -> String {
        self.eval(PATH_SCRIPT).await
    }

    pub async fn count(&self, selector: &str) -> usize {
        self.eval(&format!("document.querySelectorAll({selector:?}).length"))
            .await
    }

    /// The visible text, with each run of whitespace as one space.
    pub async fn text(&self, selector: &str) -> String {
        self.eval(&format!(
            "document.querySelector({selector:?}).innerText.replace(/\\s+/g, ' ').trim()"
        ))
        .await
    }

    /// The id of the focused element, or its tag name if it has no id.
    pub async fn focused_id(&self) -> String {
        self.eval("document.activeElement.id || document.activeElement.localName")
            .await
    }

    /// Waits until the URL has this path and query, the page is idle, and the script `condition` is true.
    pub async fn wait_for_path(&self, path: &str, condition: &str) {
        let busy = "document.querySelector('[aria-busy], .htmx-request') || document.readyState !== 'complete'";
        self.wait_until(&format!("{PATH_SCRIPT} === {path:?} && !({busy}) && ({condition})"))
            .await;
    }

    /// Fails if the console has errors or warnings, other than about the allowed URLs, if another host was
    /// requested, or if a dialog was opened.
    pub async fn assert_clean_log(&self, allowed_urls: &[&str]) {
        self.wait_for_network_idle().await;
        let origin: String = self.eval("location.origin").await;
        self.read_log(|log| {
            // Chromium loads icons of its date field from `data:` URLs. Our content policy allows pages none.
            let own = |url: &&String| {
                url.starts_with(&format!("{origin}/")) || *url == "about:blank" || url.starts_with("data:")
            };
            let foreign: Vec<&String> = log.requests.iter().filter(|url| !own(url)).collect();
            assert!(foreign.is_empty(), "other hosts were requested: {foreign:?}");
            let messages = log
                .messages
                .iter()
                .filter(|(url, _)| !allowed_urls.contains(&url.as_str()));
            let messages: Vec<String> = messages.map(|(url, text)| format!("{text} ({url})")).collect();
            assert!(messages.is_empty(), "the console shows {messages:#?}");
            assert!(log.dialogs.is_empty(), "dialogs were opened: {:?}", log.dialogs);
        });
    }
}
