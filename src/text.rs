//! Text that was parsed once: slugs, and Markdown made safe.

use std::fmt;
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};
use pulldown_cmark::{Event, Options, Parser, html};

/// The longest slug, in letters.
const SLUG_LENGTH: usize = 60;

/// Words that addresses of ours use, or may come to use, where a slug would stand.
const RESERVED: &[&str] = &[
    "about", "account", "admin", "api", "cart", "checkout", "dashboard", "edit", "feed", "help", "login", "logout", "media",
    "new", "orders", "policies", "preview", "products", "register", "reviews", "search", "sections", "shop", "shops", "story",
    "theme", "vacation",
];

/// Letters that do not come apart into an ASCII letter and a mark.
const FOLDED: &[(char, &str)] = &[
    ('ß', "ss"), ('æ', "ae"), ('ø', "o"), ('œ', "oe"), ('ð', "d"), ('þ', "th"), ('ł', "l"), ('đ', "d"), ('ı', "i"), ('&', " and "),
    ('à', "a"), ('á', "a"), ('â', "a"), ('ã', "a"), ('ä', "a"), ('å', "a"), ('ā', "a"), ('ă', "a"), ('ą', "a"), ('ç', "c"),
    ('ć', "c"), ('č', "c"), ('ď', "d"), ('è', "e"), ('é', "e"), ('ê', "e"), ('ë', "e"), ('ē', "e"), ('ę', "e"), ('ě', "e"),
    ('ğ', "g"), ('ì', "i"), ('í', "i"), ('î', "i"), ('ï', "i"), ('ī', "i"), ('ñ', "n"), ('ń', "n"), ('ň', "n"), ('ò', "o"),
    ('ó', "o"), ('ô', "o"), ('õ', "o"), ('ö', "o"), ('ō', "o"), ('ő', "o"), ('ř', "r"), ('ś', "s"), ('š', "s"), ('ş', "s"),
    ('ș', "s"), ('ť', "t"), ('ț', "t"), ('ù', "u"), ('ú', "u"), ('û', "u"), ('ü', "u"), ('ū', "u"), ('ů', "u"), ('ű', "u"),
    ('ý', "y"), ('ÿ', "y"), ('ź', "z"), ('ż', "z"), ('ž', "z"),
];

/// The words of an address, from a name: lower case, hyphens, at least one letter, none of ours.
/// A name that has no letter we can write gets `fallback` in front.
pub fn slug(name: &str, fallback: &str) -> String {
    let mut folded = String::new();
    for letter in name.to_lowercase().chars() {
        match FOLDED.iter().find(|(from, _)| *from == letter) {
            Some((_, to)) => folded.push_str(to),
            None if letter == '\'' || letter == '’' => {}
            None => folded.push(letter),
        }
    }
    let words: Vec<&str> = folded.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let mut slug = String::new();
    for word in words {
        if !slug.is_empty() && slug.len() + word.len() >= SLUG_LENGTH {
            break;
        }
        if !slug.is_empty() {
            slug.push('-');
        }
        slug.push_str(word);
    }
    slug.truncate(SLUG_LENGTH);
    if !slug.bytes().any(|byte| byte.is_ascii_alphabetic()) || RESERVED.contains(&slug.as_str()) {
        slug = format!("{fallback}-{slug}").trim_end_matches('-').to_owned();
    }
    slug
}

/// Whether this could be a slug at all; anything else need not be looked up.
pub fn is_slug(typed: &str) -> bool {
    typed.len() <= SLUG_LENGTH * 2 && typed.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}

/// The first of `wanted`, `wanted-2`, `wanted-3`, … that nobody has.
pub fn free_slug(wanted: &str, taken: impl Fn(&str) -> bool) -> String {
    let mut slug = wanted.to_owned();
    let mut next = 2;
    while taken(&slug) {
        slug = format!("{wanted}-{next}");
        next += 1;
    }
    slug
}

/// HTML that has been through the one sanitiser: the only kind that a template may show as it is.
#[derive(Debug, Clone, Default)]
pub struct Html(String);

impl Html {
    /// From Markdown. Raw HTML in it is shown as text; pictures become links.
    pub fn from_markdown(source: &str) -> Self {
        static SANITISER: LazyLock<Builder<'static>> = LazyLock::new(|| {
            let mut builder = Builder::empty();
            builder
                .add_tags(["p", "br", "hr", "h3", "h4", "ul", "ol", "li", "strong", "em", "del", "blockquote", "code", "pre", "a"])
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
        Self(SANITISER.clean(&unsafe_html).to_string())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Html {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A page has its own first and second headings; a text's begin at the third.
fn lower_heading(tag: pulldown_cmark::Tag<'_>) -> pulldown_cmark::Tag<'_> {
    use pulldown_cmark::{HeadingLevel, Tag};
    match tag {
        Tag::Heading { level, .. } => Tag::Heading {
            level: if level == HeadingLevel::H1 { HeadingLevel::H3 } else { HeadingLevel::H4 },
            id: None,
            classes: Vec::new(),
            attrs: Vec::new(),
        },
        Tag::Image { link_type, dest_url, title, id } => Tag::Link { link_type, dest_url, title, id },
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

/// The first words of a Markdown text as plain text, for descriptions in the head; at most `most` letters.
pub fn summary(source: &str, most: usize) -> String {
    let mut words = String::new();
    for event in Parser::new(source) {
        match event {
            Event::Text(text) | Event::Code(text) => words.push_str(&text),
            Event::SoftBreak | Event::HardBreak | Event::End(_) if !words.ends_with(' ') => words.push(' '),
            _ => {}
        }
        if words.len() > most * 4 {
            break;
        }
    }
    let words = words.trim();
    if words.chars().count() <= most {
        return words.to_owned();
    }
    let cut: String = words.chars().take(most).collect();
    let end = cut.rfind(' ').unwrap_or(cut.len());
    format!("{}…", cut[..end].trim_end_matches([',', '.', ';', ':', ' ']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_short_plain_and_has_a_letter() {
        for (name, slug_of_it) in [
            ("Luna & Sol Jewelry", "luna-and-sol-jewelry"),
            ("Maker's Café — São João", "makers-cafe-sao-joao"),
            ("Łódź Straße", "lodz-strasse"),
            ("2024", "shop-2024"),
            ("New", "shop-new"),
            ("日本", "shop"),
            ("a.b/c\\d", "a-b-c-d"),
        ] {
            assert_eq!(slug(name, "shop"), slug_of_it);
        }
        assert!(slug(&"very long ".repeat(30), "shop").len() <= SLUG_LENGTH);
    }

    #[test]
    fn a_taken_slug_gets_the_next_number() {
        assert_eq!(free_slug("mug", |slug| slug == "mug" || slug == "mug-2"), "mug-3");
    }

    #[test]
    fn markdown_comes_out_with_nothing_that_acts() {
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
            assert!(!made.contains("<script") && !made.contains("<img") && !made.contains("<svg"), "{made}");
            assert!(!made.contains("href=\"javascript") && !made.contains("href=\"data"), "{made}");
            assert!(!text.contains("<b") && !text.contains("<a id"), "{made}");
        }
    }

    #[test]
    fn markdown_keeps_what_makers_write() {
        let made = Html::from_markdown("# Care\n\n- *Wash* by **hand**\n\n[Site](https://example.com)").to_string();
        assert!(made.contains("<h3>Care</h3>"));
        assert!(made.contains("<li><em>Wash</em> by <strong>hand</strong></li>"));
        assert!(made.contains(r#"<a href="https://example.com" rel="nofollow ugc noopener">Site</a>"#), "{made}");
    }

    #[test]
    fn a_summary_ends_at_a_word() {
        assert_eq!(summary("**Two** rings,\nhammered by hand", 40), "Two rings, hammered by hand");
        assert_eq!(summary("Two rings, hammered by hand", 12), "Two rings…");
    }
}
