//! Records the requests, console messages and dialogs of a tab.

use std::cell::RefCell;
use std::rc::Rc;

use actix_web::rt;
use chromiumoxide::Page;
use chromiumoxide::cdp::IntoEventKind;
use chromiumoxide::cdp::browser_protocol::log::{EventEntryAdded, LogEntryLevel};
use chromiumoxide::cdp::browser_protocol::network::EventRequestWillBeSent;
use chromiumoxide::cdp::browser_protocol::page::{EventJavascriptDialogOpening, HandleJavaScriptDialogParams};
use chromiumoxide::cdp::js_protocol::runtime::{ConsoleApiCalledType, EventConsoleApiCalled, EventExceptionThrown};
use futures_util::StreamExt;

#[derive(Default)]
pub struct PageLog {
    /// URLs, in order.
    pub requests: Vec<String>,
    /// Errors and warnings of the console, each with its URL, which may be empty, and its text.
    pub messages: Vec<(String, String)>,
    pub dialogs: Vec<String>,
}

/// Starts recording.
pub async fn record(page: &Page) -> Rc<RefCell<PageLog>> {
    let log = Rc::new(RefCell::new(PageLog::default()));
    let target = log.clone();
    listen(page, move |event: &EventRequestWillBeSent| {
        target.borrow_mut().requests.push(event.request.url.clone());
    })
    .await;
    // These include violations of the content policy.
    let target = log.clone();
    listen(page, move |event: &EventEntryAdded| {
        let entry = &event.entry;
        if matches!(entry.level, LogEntryLevel::Error | LogEntryLevel::Warning) {
            target
                .borrow_mut()
                .messages
                .push((entry.url.clone().unwrap_or_default(), entry.text.clone()));
        }
    })
    .await;
    let target = log.clone();
    listen(page, move |event: &EventConsoleApiCalled| {
        if matches!(
            event.r#type,
            ConsoleApiCalledType::Error | ConsoleApiCalledType::Warning | ConsoleApiCalledType::Assert
        ) {
            let values: Vec<String> = event.args.iter().map(|value| format!("{:?}", value.value)).collect();
            target.borrow_mut().messages.push((String::new(), values.join(" ")));
        }
    })
    .await;
    let target = log.clone();
    listen(page, move |event: &EventExceptionThrown| {
        let details = &event.exception_details;
        let description = details.exception.as_ref().and_then(|thrown| thrown.description.clone());
        let text = description.unwrap_or_else(|| details.text.clone());
        target
            .borrow_mut()
            .messages
            .push((details.url.clone().unwrap_or_default(), text));
    })
    .await;
    let (target, tab) = (log.clone(), page.clone());
    listen(page, move |event: &EventJavascriptDialogOpening| {
        target.borrow_mut().dialogs.push(event.message.clone());
        let tab = tab.clone();
        // An open dialog blocks the page.
        rt::spawn(async move { tab.execute(HandleJavaScriptDialogParams::new(false)).await });
    })
    .await;
    log
}

async fn listen<E: IntoEventKind + Unpin>(page: &Page, mut handle: impl FnMut(&E) + 'static) {
    let mut events = page.event_listener::<E>().await.unwrap();
    rt::spawn(async move {
        while let Some(event) = events.next().await {
            handle(&event);
        }
    });
}
