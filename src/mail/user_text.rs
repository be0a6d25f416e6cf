//! Sanitizes text that users typed before it is part of an email.

/// In characters.
const MAX_NAME_LENGTH: usize = 60;

/// `Hello Ana,` with the first of the names that can be shown, or `Hello,`.
pub fn greeting(names: &[&str]) -> String {
    match names.iter().find_map(|name| sanitize(name, MAX_NAME_LENGTH)) {
        Some(name) => format!("Hello {name},"),
        None => "Hello,".to_owned(),
    }
}

/// The text in one line, cut to `max_length` characters. None when it is empty, or when a mail program would make a link
/// of a part of it.
pub fn sanitize(text: &str, max_length: usize) -> Option<String> {
    let visible: String = text
        .chars()
        .map(|character| if character.is_control() { ' ' } else { character })
        .filter(|character| !is_invisible(*character))
        .collect();
    let line = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.is_empty() || line.split(' ').any(looks_like_an_address) {
        return None;
    }
    let cut: String = line.chars().take(max_length).collect();
    Some(cut.trim_end().to_owned())
}

/// Invisible characters, and those that change the direction of text.
fn is_invisible(character: char) -> bool {
    matches!(character, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// `https://…`, `www.…`, `someone@…`, `market.example/…`; but not `J.R.`
fn looks_like_an_address(word: &str) -> bool {
    let word = word.to_lowercase().replace(['\u{3002}', '\u{ff0e}', '\u{ff61}'], ".");
    word.contains(['/', '\\', '@', ':'])
        || word.contains("www.")
        || word
            .split('.')
            .skip(1)
            .any(|part| part.chars().take_while(|character| character.is_alphanumeric()).count() >= 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_greeting_uses_the_first_usable_name() {
        for (names, expected) in [
            (&["Ana", "ana_p"][..], "Hello Ana,"),
            (&["  J.R.  Núñez ", "jr"], "Hello J.R. Núñez,"),
            (&["", "ana_p"], "Hello ana_p,"),
            (&["Ana\r\nBcc", "ana_p"], "Hello Ana Bcc,"),
            (&["\u{202e}anA\u{200b}", "ana_p"], "Hello anA,"),
            (&[], "Hello,"),
        ] {
            assert_eq!(greeting(names), expected);
        }
        assert_eq!(greeting(&[&"x".repeat(500)]), format!("Hello {},", "x".repeat(60)));
    }

    #[test]
    fn a_name_that_looks_like_a_link_is_not_used() {
        for name in [
            "You won: https://evil.example",
            "HTTPS://EVIL.EXAMPLE",
            "see www.evil",
            "evil.example/win",
            "evil\u{200b}.example",
            "evil\u{3002}example",
            "me@evil.example",
            "javascript:alert(1)",
            "\\\\evil",
        ] {
            assert_eq!(greeting(&[name, "ana_p"]), "Hello ana_p,", "{name}");
            assert_eq!(greeting(&[name]), "Hello,", "{name}");
        }
    }
}
