//! Words that want to be more than words.

use super::{EditorState, NEW, html, maker, png, saved};
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
        let maker = maker(&market).await;
        for words in HOSTILE {
            let mut sheet = EditorState::from_page(&maker.page(NEW).await);
            sheet
                .ready(words)
                .set("description", words)
                .set("tags", &words.chars().take(30).collect::<String>());
            sheet
                .set("options[0][name]", &words.chars().take(30).collect::<String>())
                .set("options[0][values]", &format!("{words}\nplain"));
            sheet
                .set("fields[0][label]", words)
                .set("fields[0][kind]", "text")
                .set("fields[0][max_length]", "9")
                .set("new_section", words);
            sheet.set("slug", words).file("<img src=x>.png", png(30, 40));
            let page = html(sheet.send(&maker, NEW, "publish").await, 422).await;
            let mut sheet = EditorState::from_page(&page);
            assert_eq!(sheet.get("title"), [words]);
            sheet.set("pictures[0][alt]", words);
            let edit = saved(&sheet.send(&maker, NEW, "publish").await);
            let page = maker.page(&edit).await;
            assert_eq!(EditorState::from_page(&page).get("title"), [words]);
            let shown = attributes(&page, ".found-title", "class");
            assert_eq!(shown.len(), 1);
            let link = attributes(&page, ".bench a[href^='/shops/barro-e-sal/']", "href");
            let public = market.page(link.first().expect("a link to the live product")).await;
            assert_eq!(
                texts(&public, "h1"),
                [words.split_whitespace().collect::<Vec<_>>().join(" ")]
            );
            for page in [&page, &public] {
                for bad in [
                    "main script",
                    "main [onfocus]",
                    "main b",
                    "main [hx-get='/logout']",
                    "main [autofocus]",
                ] {
                    assert_eq!(
                        attributes(page, bad, "class").len() + texts(page, bad).len(),
                        0,
                        "{bad} after {words}"
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
        let maker = maker(&market).await;
        let blank = EditorState::from_page(&maker.page(NEW).await);
        let long = "é".repeat(10_000);
        let names: Vec<String> = blank.fields.iter().map(|(name, _)| name.clone()).collect();
        let more = [
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
        for name in names.iter().map(String::as_str).chain(more) {
            for value in [
                "\0",
                "\u{1b}[31m",
                long.as_str(),
                "-9223372036854775808",
                "99999999999999999999",
                "１２",
            ] {
                let mut sheet = blank.clone();
                sheet.ready("Moon jar").set(name, value);
                for act in ["preview", "table", "save"] {
                    let status = sheet.send(&maker, NEW, act).await.status().as_u16();
                    assert!([200, 303, 422].contains(&status), "{name} {value:.12?} {act}: {status}");
                }
            }
        }
        for act in [
            "",
            "left:x",
            "remove-option:99",
            "cover:-1",
            "nonsense",
            "remove-field:18446744073709551616",
        ] {
            let status = blank.send(&maker, NEW, act).await.status().as_u16();
            assert!([200, 422].contains(&status), "{act}: {status}");
        }
    });
}
