//! Removes the formatting of a template: its line breaks and indentation do not reach the page.
//!
//! Rules for writing a template:
//! - One element per line, indented by two spaces. Short inline content stays on the line of its element.
//! - A line break and the indentation after it are formatting. Next to an element, a block tag, a comment or a macro
//!   call, nothing is left of them. Between two pieces of text, where `{{ value }}` counts as text, they become one space.
//! - So a space that counts next to an element is written within a line: `By <a href="…">…</a>`. Where the line
//!   would be too long, write `{{ " " }}`.
//! - Between the attributes of a tag, a line break becomes one space. An attribute in a block brings its own space:
//!   `{% if chosen %} checked{% endif %}`.
//! - The content of `<textarea>`, `<pre>` and `<script>` is sent as it is written, that of `<style>` without indentation.
//!
//! The removed line breaks stay inside of comments, so that the line numbers in askama's errors are those of the source.

/// Where in the HTML a character stands.
#[derive(Clone, PartialEq)]
enum State {
    Text,
    /// Between `<` and `>`.
    Tag,
    /// In an attribute's value, which this quote ends.
    Value(char),
    /// In an element whose content is not HTML, which this closing tag ends.
    Raw(String),
}

/// What stands on one side of a line break.
#[derive(Clone, Copy, PartialEq)]
enum Side {
    /// Text, or an expression that writes text.
    Text,
    /// A tag, a block tag, a comment, a macro call, a quotation mark, or the end of the file.
    Markup,
}

/// A template without its formatting, or the line and the reason why it cannot be read.
pub fn prepare(source: &str) -> Result<String, (usize, String)> {
    let mut out = String::with_capacity(source.len() * 2);
    let mut state = State::Text;
    // The name of the tag that is being read, while the state is `Tag` or `Value`.
    let mut tag = String::new();
    let mut before = Side::Markup;
    let mut at = 0;
    let line = |at: usize| source[..at].matches('\n').count() + 1;
    while let Some(next) = source[at..].chars().next() {
        let rest = &source[at..];
        let length;
        if let Some(askama) = askama_tag(rest).map_err(|problem| (line(at), problem))? {
            out.push_str(askama);
            length = askama.len();
            before = side_of(askama);
        } else if let State::Raw(end) = &state {
            if rest.starts_with(end.as_str()) {
                state = State::Text;
                continue;
            }
            out.push(next);
            length = if next == '\n' && tag == "style" {
                rest.len() - rest.trim_ascii_start().len()
            } else {
                next.len_utf8()
            };
        } else if next.is_ascii_whitespace() {
            length = rest.len() - rest.trim_ascii_start().len();
            let (space, rest) = rest.split_at(length);
            if !space.contains('\n') {
                out.push_str(space);
            } else if !rest.is_empty() {
                let kept = match state {
                    State::Tag => !rest.starts_with(['{', '>', '/']),
                    State::Value(quote) => {
                        before == Side::Text && side_of(rest) == Side::Text && !rest.starts_with(quote)
                    }
                    _ => before == Side::Text && side_of(rest) == Side::Text,
                };
                if kept {
                    out.push(' ');
                }
                out.push_str("{#");
                out.push_str(space);
                out.push_str("#}");
            }
        } else {
            length = next.len_utf8();
            out.push(next);
            before = Side::Text;
            match (&state, next) {
                (State::Text, '<')
                    if rest[1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!') =>
                {
                    tag = rest[1..]
                        .chars()
                        .take_while(|c| !c.is_whitespace() && *c != '>')
                        .collect();
                    state = State::Tag;
                }
                (State::Tag, '<') => return Err((line(at), format!("a tag begins within <{tag}>"))),
                (State::Tag, '>') => {
                    before = Side::Markup;
                    state = match tag.as_str() {
                        "textarea" | "pre" | "script" | "style" => State::Raw(format!("</{tag}")),
                        _ => State::Text,
                    };
                }
                (State::Tag, '"' | '\'') => {
                    before = Side::Markup;
                    state = State::Value(next);
                }
                (State::Value(quote), _) if next == *quote => {
                    before = Side::Markup;
                    state = State::Tag;
                }
                _ => {}
            }
        }
        at += length;
    }
    if state == State::Text {
        Ok(out)
    } else {
        Err((line(at), format!("<{tag}> does not end")))
    }
}

/// The askama tag that `rest` begins with.
fn askama_tag(rest: &str) -> Result<Option<&str>, String> {
    let end = match rest.get(..2) {
        Some("{{") => "}}",
        Some("{%") => "%}",
        Some("{#") => "#}",
        _ => return Ok(None),
    };
    let mut in_string = false;
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(2) {
        if in_string {
            in_string = escaped || c != '"';
            escaped = !escaped && c == '\\';
        } else if rest[at..].starts_with(end) {
            return Ok(Some(&rest[..at + 2]));
        } else {
            in_string = c == '"' && end != "#}";
        }
    }
    Err(format!("{} does not end", &rest[..2]))
}

/// What `rest` begins with, seen from a line break before it, and what one askama tag is, seen from behind it.
fn side_of(rest: &str) -> Side {
    let Some(expression) = rest.strip_prefix("{{") else {
        let markup = rest.starts_with('<') || rest.starts_with("{%") || rest.starts_with("{#");
        return if markup { Side::Markup } else { Side::Text };
    };
    // `icon("x")` and `picture::icon("x")` are calls of macros; values are `name`, `a.b()` or longer paths.
    let name = |text: &str| {
        text.len()
            - text
                .trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_')
                .len()
    };
    let expression = expression.trim_ascii_start();
    let mut called = &expression[name(expression)..];
    if let Some(inner) = called.strip_prefix("::") {
        called = &inner[name(inner)..];
    }
    if called.starts_with('(') && called.len() < expression.len() {
        Side::Markup
    } else {
        Side::Text
    }
}
