//! Mouse, keyboard and form input in a tab.

use std::path::Path;
use std::time::{Duration, Instant};

use actix_web::rt::time::sleep;
use chromiumoxide::cdp::browser_protocol::dom::SetFileInputFilesParams;
use chromiumoxide::cdp::browser_protocol::input::{
    DispatchKeyEventParams, DispatchKeyEventType, DispatchMouseEventParams, DispatchMouseEventType, InsertTextParams,
    MouseButton,
};
use chromiumoxide::cdp::js_protocol::runtime::EvaluateParams;

use super::tab::{NEXT_PAGE_LOADED, Tab, WAIT_TIMEOUT};

impl Tab {
    /// Scrolls the element into view and clicks its center, once no other element covers it.
    pub async fn click(&self, selector: &str) {
        let find = format!(
            "(() => {{
                const target = document.querySelector({selector:?});
                target.scrollIntoView({{block: 'center', inline: 'nearest', behavior: 'instant'}});
                const {{x, y, width, height}} = target.getClientRects()[0];
                const [left, top] = [x + width / 2, y + height / 2];
                const hit = document.elementFromPoint(left, top);
                if (!target.contains(hit)) throw Error('covered by ' + hit?.outerHTML.slice(0, 200));
                return [left, top];
            }})()"
        );
        let deadline = Instant::now() + WAIT_TIMEOUT;
        let (x, y): (f64, f64) = loop {
            match self.try_eval(&find).await {
                Ok(point) => break point,
                Err(error) => assert!(Instant::now() < deadline, "{selector} cannot be clicked: {error}"),
            }
            sleep(Duration::from_millis(20)).await;
        };
        let event = |kind| {
            let event = DispatchMouseEventParams::builder().r#type(kind).x(x).y(y);
            event.button(MouseButton::Left).click_count(1).build().unwrap()
        };
        self.run(DispatchMouseEventParams::new(DispatchMouseEventType::MouseMoved, x, y))
            .await;
        self.run(event(DispatchMouseEventType::MousePressed)).await;
        self.run(event(DispatchMouseEventType::MouseReleased)).await;
    }

    /// Clicks a link or a button that loads another page, and waits until that page is loaded.
    pub async fn follow(&self, selector: &str) {
        self.run_script("window.oldPage = true").await;
        self.click(selector).await;
        self.wait_until(NEXT_PAGE_LOADED).await;
    }

    /// Replaces the text of a field.
    pub async fn fill(&self, selector: &str, text: &str) {
        self.click(selector).await;
        self.run_script("document.activeElement.select()").await;
        self.run(InsertTextParams::new(text)).await;
    }

    /// Selects a value of a `<select>`.
    pub async fn select_option(&self, selector: &str, value: &str) {
        let script = format!(
            "(list => {{
                list.value = {value:?};
                list.dispatchEvent(new Event('change', {{bubbles: true}}));
            }})(document.querySelector({selector:?}))"
        );
        self.run_script(&script).await;
        let selected: String = self.eval(&format!("document.querySelector({selector:?}).value")).await;
        assert_eq!(selected, value, "{selector} has no such option");
    }

    /// Puts files into a file field.
    pub async fn attach_files(&self, selector: &str, files: &[&Path]) {
        let field = EvaluateParams::new(format!("document.querySelector({selector:?})"));
        let field = self.run(field).await.result.object_id.unwrap();
        let files = files.iter().map(|file| file.to_str().unwrap());
        let files = SetFileInputFilesParams::builder().files(files).object_id(field);
        self.run(files.build().unwrap()).await;
    }

    /// Submits the form with this action by its button, and waits for the next page.
    pub async fn submit(&self, action: &str) {
        self.follow(&format!("main form[action='{action}'] button:not([type=button])"))
            .await;
    }

    /// Goes back in the history and waits for the page, as `wait_for_path` does.
    pub async fn go_back(&self, path: &str, condition: &str) {
        self.run_script("history.back()").await;
        self.wait_for_path(path, condition).await;
    }

    /// Presses a key. `key_code` is the `keyCode` of its `keydown` event.
    pub async fn press_key(&self, key: &str, key_code: i64) {
        let event = |kind| {
            let event = DispatchKeyEventParams::builder().r#type(kind).key(key).code(key);
            event.windows_virtual_key_code(key_code).build().unwrap()
        };
        let mut down = event(DispatchKeyEventType::RawKeyDown);
        if key == "Enter" {
            // Without its text, Enter does not submit forms.
            (down.r#type, down.text) = (DispatchKeyEventType::KeyDown, Some("\r".to_owned()));
        }
        self.run(down).await;
        self.run(event(DispatchKeyEventType::KeyUp)).await;
    }
}
