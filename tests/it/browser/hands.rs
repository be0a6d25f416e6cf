//! What a visitor does in a tab with the mouse and the keys.

use std::path::Path;
use std::time::{Duration, Instant};

use actix_web::rt::time::sleep;
use chromiumoxide::cdp::browser_protocol::dom::SetFileInputFilesParams;
use chromiumoxide::cdp::browser_protocol::input::{
    DispatchKeyEventParams, DispatchKeyEventType, DispatchMouseEventParams, DispatchMouseEventType, InsertTextParams,
    MouseButton,
};
use chromiumoxide::cdp::js_protocol::runtime::EvaluateParams;

use super::tab::{LOADED, PATIENCE, Tab};

impl Tab {
    /// Presses the mouse's button on it, wherever it is on the page, as soon as nothing lies over it.
    pub async fn click(&self, selector: &str) {
        let find = format!(
            "(() => {{
                const wanted = document.querySelector({selector:?});
                wanted.scrollIntoView({{block: 'center', inline: 'nearest', behavior: 'instant'}});
                const {{x, y, width, height}} = wanted.getClientRects()[0];
                const [left, top] = [x + width / 2, y + height / 2];
                const hit = document.elementFromPoint(left, top);
                if (!wanted.contains(hit)) throw Error('there lies ' + hit?.outerHTML.slice(0, 200));
                return [left, top];
            }})()"
        );
        let patience = Instant::now() + PATIENCE;
        let (x, y): (f64, f64) = loop {
            match self.try_eval(&find).await {
                Ok(point) => break point,
                Err(error) => assert!(Instant::now() < patience, "{selector} cannot be clicked: {error}"),
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

    /// Clicks what leads to another page, and waits until that is loaded.
    pub async fn follow(&self, selector: &str) {
        self.act("window.left = true").await;
        self.click(selector).await;
        self.until(LOADED).await;
    }

    /// Writes into a field, in place of what was there.
    pub async fn fill(&self, selector: &str, text: &str) {
        self.click(selector).await;
        self.act("document.activeElement.select()").await;
        self.run(InsertTextParams::new(text)).await;
    }

    /// Chooses one of a list's values.
    pub async fn pick(&self, selector: &str, value: &str) {
        let choose = format!(
            "(list => {{
                list.value = {value:?};
                list.dispatchEvent(new Event('change', {{bubbles: true}}));
            }})(document.querySelector({selector:?}))"
        );
        self.act(&choose).await;
        let chosen: String = self.eval(&format!("document.querySelector({selector:?}).value")).await;
        assert_eq!(chosen, value, "{selector} has no such choice");
    }

    /// Chooses files, as from the window that a file field opens.
    pub async fn attach(&self, selector: &str, files: &[&Path]) {
        let field = EvaluateParams::new(format!("document.querySelector({selector:?})"));
        let field = self.run(field).await.result.object_id.unwrap();
        let files = files.iter().map(|file| file.to_str().unwrap());
        let files = SetFileInputFilesParams::builder().files(files).object_id(field);
        self.run(files.build().unwrap()).await;
    }

    /// Presses the button of the form that is posted there, and waits for the answer.
    pub async fn send(&self, action: &str) {
        self.follow(&format!("main form[action='{action}'] button:not([type=button])"))
            .await;
    }

    /// The browser's Back, and waits until the page has come back.
    pub async fn back(&self, place: &str, and: &str) {
        self.act("history.back()").await;
        self.arrived(place, and).await;
    }

    /// One key; the number is the one that `keydown` has as `keyCode`.
    pub async fn press(&self, key: &str, code: i64) {
        let event = |kind| {
            let event = DispatchKeyEventParams::builder().r#type(kind).key(key).code(key);
            event.windows_virtual_key_code(code).build().unwrap()
        };
        let mut down = event(DispatchKeyEventType::RawKeyDown);
        if key == "Enter" {
            // It sends forms only as the letter that it is.
            (down.r#type, down.text) = (DispatchKeyEventType::KeyDown, Some("\r".to_owned()));
        }
        self.run(down).await;
        self.run(event(DispatchKeyEventType::KeyUp)).await;
    }
}
