//! Hostile input: markup is escaped, and invalid characters and actions are refused.

use super::{EditorState, NEW, html, png, saved_path, seller};
use crate::support::{Market, attributes, run, texts};

const HOSTILE: [&str; 6] = [
    "<script>alert(1)</script>",
    "\" onfocus=alert(1) autofocus x=\"",
    "<b hx-get=/logout hx-trigger=load>b</b>",
    "{{ 7 * 7 }} ${7*7} %00",
    "\u{202e}evil\u{202c} مرحبا",
    "👩🏽‍🚀🏺",
];

#[test]
fn markup_is_escaped_everywhere() {
    run(async {
        let market = Market::demo();
        let seller = seller(&market).await;
        for text in HOSTILE {
            let mut editor = EditorState::from_page(&seller.page(NEW).await);
            editor
                .fill_required(text)
                .set("description", text)
                .set("tags", &text.chars().take(30).collect::<String>());
            editor
                .set("options[0][name]", &text.chars().take(30).collect::<String>())
                .set("options[0][values]", &format!("{text}\nplain"));
            editor
                .set("fields[0][label]", text)
                .set("fields[0][kind]", "text")
                .set("fields[0][max_length]", "9")
                .set("new_section", text);
            editor.set("slug", text).add_file("<img src=x>.png", png(30, 40));
            let page = html(editor.submit(&seller, NEW, "publish").await, 422).await;
            let mut editor = EditorState::from_page(&page);
            assert_eq!(editor.get("title"), [text]);
            editor.set("pictures[0][alt]", text);
            let edit = saved_path(&editor.submit(&seller, NEW, "publish").await);
            let page = seller.page(&edit).await;
            assert_eq!(EditorState::from_page(&page).get("title"), [text]);
            let shown = attributes(&page, ".search-preview-title", "class");
            assert_eq!(shown.len(), 1);
            let link = attributes(&page, ".dashboard-main a[href^='/shops/barro-e-sal/']", "href");
            let public = market.page(link.first().expect("a link to the live product")).await;
            assert_eq!(
                texts(&public, "h1"),
                [text.split_whitespace().collect::<Vec<_>>().join(" ")]
            );
            for page in [&page, &public] {
                for selector in [
                    "main script",
                    "main [onfocus]",
                    "main b",
                    "main [hx-get='/logout']",
                    "main [autofocus]",
                ] {
                    assert_eq!(
                        attributes(page, selector, "class").len() + texts(page, selector).len(),
                        0,
                        "{selector} after {text}"
                    );
                }
            }
        }
    });
}

#[test]
fn characters_that_cannot_be_stored_are_refused() {
    run(async {
        let market = Market::demo();
        let seller = seller(&market).await;
        let blank = EditorState::from_page(&seller.page(NEW).await);
        let long = "é".repeat(10_000);
        let names: Vec<String> = blank.fields.iter().map(|(name, _)| name.clone()).collect();
        let more_names = [
            "options[0][name]",
            "options[0][values]",
            "fields[0][label]",
            "fields[0][hint]",
            "fields[0][choices]",
            "fields[0][price]",
            "agreed",
            "pictures[0][id]",
            "pictures[0][alt]",
            "variants[0][values][0]",
            "variants[4294967295][price]",
            "variants[]",
            "variants",
            "options[x][name]",
            "fields[0][label][0][0]",
        ];
        for name in names.iter().map(String::as_str).chain(more_names) {
            for value in [
                "\0",
                "\u{1b}[31m",
                long.as_str(),
                "-9223372036854775808",
                "99999999999999999999",
                "１２",
            ] {
                let mut editor = blank.clone();
                editor.fill_required("Moon jar").set(name, value);
                for action in ["preview", "table", "save"] {
                    let status = editor.submit(&seller, NEW, action).await.status().as_u16();
                    assert!(
                        [200, 303, 422].contains(&status),
                        "{name} {value:.12?} {action}: {status}"
                    );
                }
            }
        }
        for action in [
            "",
            "left:x",
            "remove-option:99",
            "cover:-1",
            "nonsense",
            "remove-field:18446744073709551616",
        ] {
            let status = blank.submit(&seller, NEW, action).await.status().as_u16();
            assert!([200, 422].contains(&status), "{action}: {status}");
        }
    });
}
