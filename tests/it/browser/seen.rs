//! What a tab has asked for, complained about and popped up.

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
pub struct Seen {
    /// Addresses, in order.
    pub requests: Vec<String>,
    /// Errors and warnings of the console: the address they are about, and the words.
    pub complaints: Vec<(String, String)>,
    pub dialogs: Vec<String>,
}

/// Writes down from now on.
pub async fn watch(page: &Page) -> Rc<RefCell<Seen>> {
    let seen = Rc::new(RefCell::new(Seen::default()));
    let at = seen.clone();
    listen(page, move |event: &EventRequestWillBeSent| {
        at.borrow_mut().requests.push(event.request.url.clone());
    })
    .await;
    // Among these are the violations of the Content-Security-Policy.
    let at = seen.clone();
    listen(page, move |event: &EventEntryAdded| {
        let entry = &event.entry;
        if matches!(entry.level, LogEntryLevel::Error | LogEntryLevel::Warning) {
            at.borrow_mut()
                .complaints
                .push((entry.url.clone().unwrap_or_default(), entry.text.clone()));
        }
    })
    .await;
    let at = seen.clone();
    listen(page, move |event: &EventConsoleApiCalled| {
        if matches!(
            event.r#type,
            ConsoleApiCalledType::Error | ConsoleApiCalledType::Warning | ConsoleApiCalledType::Assert
        ) {
            let words: Vec<String> = event.args.iter().map(|word| format!("{:?}", word.value)).collect();
            at.borrow_mut().complaints.push((String::new(), words.join(" ")));
        }
    })
    .await;
    let at = seen.clone();
    listen(page, move |event: &EventExceptionThrown| {
        let details = &event.exception_details;
        let what = details.exception.as_ref().and_then(|thrown| thrown.description.clone());
        let words = what.unwrap_or_else(|| details.text.clone());
        at.borrow_mut()
            .complaints
            .push((details.url.clone().unwrap_or_default(), words));
    })
    .await;
    let (at, tab) = (seen.clone(), page.clone());
    listen(page, move |event: &EventJavascriptDialogOpening| {
        at.borrow_mut().dialogs.push(event.message.clone());
        let tab = tab.clone();
        // Nothing else goes on until it is answered.
        rt::spawn(async move { tab.execute(HandleJavaScriptDialogParams::new(false)).await });
    })
    .await;
    seen
}

async fn listen<E: IntoEventKind + Unpin>(page: &Page, mut note: impl FnMut(&E) + 'static) {
    let mut events = page.event_listener::<E>().await.unwrap();
    rt::spawn(async move {
        while let Some(event) = events.next().await {
            note(&event);
        }
    });
}
