//! What people typed, before it stands in a letter that bears our name.

/// The longest name in a letter, in letters.
const MAX_NAME_LENGTH: usize = 60;

/// `Hello Ana,`, by the first of the names that may stand there; without any, `Hello,`.
pub fn greeting(names: &[&str]) -> String {
    match names.iter().find_map(|name| tame(name, MAX_NAME_LENGTH)) {
        Some(name) => format!("Hello {name},"),
        None => "Hello,".to_owned(),
    }
}

/// The text in one line, cut; nothing of it where a mail program would make a link.
pub fn tame(typed: &str, most: usize) -> Option<String> {
    let visible: String = typed
        .chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .filter(|letter| !hidden(*letter))
        .collect();
    let line = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.is_empty() || line.split(' ').any(looks_like_an_address) {
        return None;
    }
    let cut: String = line.chars().take(most).collect();
    Some(cut.trim_end().to_owned())
}

/// Letters without a shape, or that turn the direction of what follows.
fn hidden(letter: char) -> bool {
    matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// `https://…`, `www.…`, `someone@…`, `market.example/…`; but not `J.R.`
fn looks_like_an_address(word: &str) -> bool {
    let word = word.to_lowercase().replace(['\u{3002}', '\u{ff0e}', '\u{ff61}'], ".");
    word.contains(['/', '\\', '@', ':'])
        || word.contains("www.")
        || word
            .split('.')
            .skip(1)
            .any(|part| part.chars().take_while(|letter| letter.is_alphanumeric()).count() >= 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_greet() {
        for (names, greets) in [
            (&["Ana", "ana_p"][..], "Hello Ana,"),
            (&["  J.R.  Núñez ", "jr"], "Hello J.R. Núñez,"),
            (&["", "ana_p"], "Hello ana_p,"),
            (&["Ana\r\nBcc", "ana_p"], "Hello Ana Bcc,"),
            (&["\u{202e}anA\u{200b}", "ana_p"], "Hello anA,"),
            (&[], "Hello,"),
        ] {
            assert_eq!(greeting(names), greets);
        }
        assert_eq!(greeting(&[&"x".repeat(500)]), format!("Hello {},", "x".repeat(60)));
    }

    #[test]
    fn names_do_not_smuggle_links() {
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
