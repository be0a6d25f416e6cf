//! Markdown rendered as safe HTML.

use std::fmt;
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};
use pulldown_cmark::{Event, Options, Parser, TagEnd, html};

/// Sanitized HTML, the only kind that a template may show without escaping.
#[derive(Debug, Clone, Default)]
pub struct Html(String);

impl Html {
    /// Renders Markdown. Raw HTML is shown as text, and pictures become links.
    pub fn from_markdown(source: &str) -> Self {
        static SANITIZER: LazyLock<Builder<'static>> = LazyLock::new(|| {
            let mut builder = Builder::empty();
            builder
                .add_tags([
                    "p",
                    "br",
                    "hr",
                    "h3",
                    "h4",
                    "ul",
                    "ol",
                    "li",
                    "strong",
                    "em",
                    "del",
                    "blockquote",
                    "code",
                    "pre",
                    "a",
                ])
                .add_tag_attributes("a", ["href"])
                .url_schemes(["http", "https", "mailto"].into())
                .url_relative(UrlRelative::Deny)
                .link_rel(Some("nofollow ugc noopener"));
            builder
        });
        let events = Parser::new_ext(source, Options::ENABLE_STRIKETHROUGH).map(|event| match event {
            Event::Html(raw) | Event::InlineHtml(raw) => Event::Text(raw),
            Event::Start(tag) => Event::Start(lower_heading(tag)),
            Event::End(end) => Event::End(lower_heading_end(end)),
            other => other,
        });
        let mut unsafe_html = String::with_capacity(source.len() * 2);
        html::push_html(&mut unsafe_html, events);
        Self(SANITIZER.clean(&unsafe_html).to_string())
    }
}

impl fmt::Display for Html {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Headings of a text begin at the third level, because the page has the first two.
fn lower_heading(tag: pulldown_cmark::Tag<'_>) -> pulldown_cmark::Tag<'_> {
    use pulldown_cmark::{HeadingLevel, Tag};
    match tag {
        Tag::Heading { level, .. } => Tag::Heading {
            level: if level == HeadingLevel::H1 {
                HeadingLevel::H3
            } else {
                HeadingLevel::H4
            },
            id: None,
            classes: Vec::new(),
            attrs: Vec::new(),
        },
        Tag::Image {
            link_type,
            dest_url,
            title,
            id,
        } => Tag::Link {
            link_type,
            dest_url,
            title,
            id,
        },
        other => other,
    }
}

fn lower_heading_end(end: pulldown_cmark::TagEnd) -> pulldown_cmark::TagEnd {
    use pulldown_cmark::{HeadingLevel, TagEnd};
    match end {
        TagEnd::Heading(HeadingLevel::H1) => TagEnd::Heading(HeadingLevel::H3),
        TagEnd::Heading(_) => TagEnd::Heading(HeadingLevel::H4),
        TagEnd::Image => TagEnd::Link,
        other => other,
    }
}

/// The first words of a Markdown text as plain text of at most `max` characters, for the description in a page's head.
pub fn summary(source: &str, max: usize) -> String {
    let mut words = String::new();
    for event in Parser::new(source) {
        match event {
            Event::Text(text) | Event::Code(text) => words.push_str(&text),
            Event::SoftBreak | Event::HardBreak | Event::End(TagEnd::Paragraph | TagEnd::Item | TagEnd::Heading(_)) => {
                words.push(' ');
            }
            _ => {}
        }
        if words.len() > max * 4 {
            break;
        }
    }
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.chars().count() <= max {
        return words;
    }
    let cut: String = words.chars().take(max).collect();
    let end = cut.rfind(' ').unwrap_or(cut.len());
    format!("{}…", cut[..end].trim_end_matches([',', '.', ';', ':', ' ']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rendered_markdown_has_no_active_content() {
        let hostile = [
            "<script>alert(1)</script>",
            "[x](javascript:alert(1))",
            "<b hx-get=/cart>b</b>",
            "![p](https://evil.example/p.png)",
            "<img src=x onerror=alert(1)>",
            "[x](data:text/html,x)",
            "<a id=main name=main href=/>x</a>",
            "<svg/onload=alert(1)>",
        ];
        for source in hostile {
            let made = Html::from_markdown(source).to_string();
            let text = made.replace("&lt;", "").replace("&gt;", "");
            assert!(
                !made.contains("<script") && !made.contains("<img") && !made.contains("<svg"),
                "{made}"
            );
            assert!(
                !made.contains("href=\"javascript") && !made.contains("href=\"data"),
                "{made}"
            );
            assert!(!text.contains("<b") && !text.contains("<a id"), "{made}");
        }
    }

    #[test]
    fn markdown_keeps_headings_lists_and_links() {
        let made = Html::from_markdown("# Care\n\n- *Wash* by **hand**\n\n[Site](https://example.com)").to_string();
        assert!(made.contains("<h3>Care</h3>"));
        assert!(made.contains("<li><em>Wash</em> by <strong>hand</strong></li>"));
        assert!(
            made.contains(r#"<a href="https://example.com" rel="nofollow ugc noopener">Site</a>"#),
            "{made}"
        );
    }

    #[test]
    fn a_summary_ends_at_a_word() {
        assert_eq!(
            summary("**Two** rings,\nhammered by hand", 40),
            "Two rings, hammered by hand"
        );
        assert_eq!(summary("Two rings, hammered by hand", 12), "Two rings…");
    }
}
