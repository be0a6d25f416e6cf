//! Rules for templates: no inline scripts or styles, nothing unescaped, no unknown icon, short lines.

use std::fs;

use crate::support::sources::{files, folder};

#[path = "../../src/build/formatting.rs"]
mod formatting;

fn templates() -> Vec<(String, String)> {
    let found: Vec<(String, String)> = files(&folder("templates"), &["html", "txt"])
        .iter()
        .map(|path| (path.display().to_string(), fs::read_to_string(path).unwrap()))
        .collect();
    assert!(found.len() >= 8, "the templates were not found");
    found
}

#[test]
fn pages_have_no_inline_scripts_or_styles() {
    let has_event_attribute = |text: &str| {
        text.match_indices(" on").any(|(index, _)| {
            let rest = &text[index + 3..];
            let name: String = rest.chars().take_while(char::is_ascii_lowercase).collect();
            !name.is_empty() && rest[name.len()..].starts_with("=\"")
        })
    };
    for (file, text) in templates() {
        for word in [
            " style=",
            "<style",
            "<script>",
            "javascript:",
            "hx-on",
            "js:",
            "hx-boost",
        ] {
            // Emails have their own style sheet inline.
            let is_email = word == "<style" && file.ends_with("mail/email.html");
            assert!(is_email || !text.contains(word), "{file} contains {word}");
        }
        assert!(!has_event_attribute(&text), "{file} contains an event attribute");
        assert!(
            text.matches("<script").count() == text.matches("<script src=").count(),
            "{file} contains an inline script"
        );
    }
}

#[test]
fn only_sanitized_text_is_inserted_without_escaping() {
    let safe: usize = templates()
        .iter()
        .map(|(_, text)| text.matches("|safe").count() + text.matches("| safe").count())
        .sum();
    assert_eq!(
        safe, 4,
        "|safe is for a shop's story and a product's description, on their pages and before they are saved, all Html"
    );
}

#[test]
fn every_htmx_request_also_works_without_javascript() {
    for (file, text) in templates() {
        for (index, _) in text.match_indices("hx-get=") {
            let tag = &text[text[..index].rfind('<').unwrap()..index];
            assert!(
                tag.contains("href=") || tag.contains("action="),
                "{file}: {tag} does nothing without JavaScript"
            );
        }
        for (index, _) in text.match_indices("hx-post=\"") {
            let tag = &text[text[..index].rfind("<form").unwrap()..];
            let value = |name: &str| {
                let rest = &tag[tag.find(&format!("{name}=\"")).unwrap() + name.len() + 2..];
                rest.split('"').next().unwrap()
            };
            assert_eq!(
                value("hx-post"),
                value("action"),
                "{file}: the form posts to another path without JavaScript"
            );
        }
    }
}

#[test]
fn every_icon_is_in_the_sprite_and_used() {
    let sprite = fs::read_to_string(folder("static").join("icons.svg")).unwrap();
    let symbols: Vec<&str> = sprite
        .split("id=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    let all: String = templates().into_iter().map(|(_, text)| text).collect();
    let mut used: Vec<String> = Vec::new();
    for (prefix, end) in [("icon(\"", '"'), ("ICONS_SVG }}#", '"')] {
        used.extend(
            all.split(prefix)
                .skip(1)
                .map(|rest| rest.split(end).next().unwrap().to_owned()),
        );
    }
    used.retain(|name| !name.contains("{{"));
    assert!(used.len() > 5, "no icon was found in the templates");
    for name in &used {
        assert!(symbols.contains(&name.as_str()), "{name} is not in icons.svg");
    }
    for name in symbols {
        assert!(
            used.iter().any(|used| used == name),
            "{name} is in icons.svg and no template uses it"
        );
    }
}

#[test]
fn lines_are_short() {
    let mut lengths: Vec<(usize, String)> = templates()
        .iter()
        .flat_map(|(file, text)| {
            text.lines()
                .enumerate()
                .map(|(index, line)| (line.chars().count(), format!("{file}:{}", index + 1)))
                .collect::<Vec<_>>()
        })
        .collect();
    lengths.sort();
    let (percentile_90, _) = lengths[lengths.len() * 9 / 10];
    assert!(
        percentile_90 <= 110,
        "one line in ten has {percentile_90} columns or more"
    );
    let (longest, line) = lengths.last().unwrap();
    assert!(*longest <= 140, "{line} has {longest} columns");
}

/// The output of askama for a template without expressions.
fn rendered(source: &str) -> String {
    let mut text = formatting::prepare(source).unwrap();
    while let Some(start) = text.find("{#") {
        let end = start + text[start..].find("#}").unwrap() + 2;
        text.replace_range(start..end, "");
    }
    text
}

#[test]
fn formatting_is_not_sent() {
    for (source, expected) in [
        (
            "<ul>\n  <li>One</li>\n\n  <li>Two</li>\n</ul>\n",
            "<ul><li>One</li><li>Two</li></ul>",
        ),
        (
            "<p>\n  One\n  two {{ three }}\n  four\n</p>",
            "<p>One two {{ three }} four</p>",
        ),
        (
            "<p>\n  By <a href=\"/\">A</a>\n  {% if b %}, B{% endif %}\n</p>",
            "<p>By <a href=\"/\">A</a>{% if b %}, B{% endif %}</p>",
        ),
        (
            "<b>\n  {{ picture::icon(\"x\") }}\n  Close\n</b>",
            "<b>{{ picture::icon(\"x\") }}Close</b>",
        ),
        ("{{ a::b::C }}\nd", "{{ a::b::C }} d"),
        ("{{ a.b() }}\nc", "{{ a.b() }} c"),
        (
            "<input\n  id=\"a\"\n  {% if 1 > 0 %} checked{% endif %}\n  name=\"b\"\n>",
            "<input id=\"a\"{% if 1 > 0 %} checked{% endif %} name=\"b\">",
        ),
        (
            "<p class=\"\n  one\n  two\n  {% if a %}\n    {{ b }}\n  {% endif %}\n\">",
            "<p class=\"one two{% if a %}{{ b }}{% endif %}\">",
        ),
        (
            "<textarea\n  id=\"a\"\n>\n{{ a }}\n b</textarea>\n<br>",
            "<textarea id=\"a\">\n{{ a }}\n b</textarea><br>",
        ),
        (
            "<style>\n  a {\n    color: red\n  }\n</style>",
            "<style>\na {\ncolor: red\n}\n</style>",
        ),
        (
            "{{ a.replace(\"}}\", \"<\") }}\n<br>",
            "{{ a.replace(\"}}\", \"<\") }}<br>",
        ),
    ] {
        assert_eq!(rendered(source), expected);
    }
}

#[test]
fn prepared_lines_keep_their_numbers() {
    for (file, text) in templates() {
        let prepared = formatting::prepare(&text).unwrap();
        assert_eq!(prepared.lines().count(), text.lines().count(), "{file}");
    }
}

#[test]
fn a_tag_without_an_end_is_refused() {
    for (source, line) in [("<p>\n<a href=\"/\n</p>", 3), ("<p\n<b>", 2), ("<p>\n{{ a", 2)] {
        assert_eq!(formatting::prepare(source).unwrap_err().0, line, "{source}");
    }
}
