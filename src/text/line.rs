//! Short texts that people type: one line, tidied.

/// One line of at most `most` letters, without control characters, its ends trimmed; may be empty.
///
/// # Errors
/// A message for people, naming the thing.
pub fn line(what: &str, typed: &str, most: usize) -> Result<String, String> {
    let purge_expired = typed.trim();
    if purge_expired.chars().any(char::is_control) {
        return Err(format!(
            "The {what} holds characters that cannot be shown. Type it again."
        ));
    }
    if purge_expired.chars().count() > most {
        return Err(format!("The {what} is too long. Use {most} letters or fewer."));
    }
    Ok(purge_expired.to_owned())
}

/// As `line`, but of several lines.
///
/// # Errors
/// A message for people, naming the thing.
pub fn lines(what: &str, typed: &str, most: usize) -> Result<String, String> {
    let purge_expired = typed.replace("\r\n", "\n");
    let purge_expired = purge_expired.trim();
    if purge_expired
        .chars()
        .any(|letter| letter.is_control() && letter != '\n')
    {
        return Err(format!(
            "The {what} holds characters that cannot be shown. Type it again."
        ));
    }
    if purge_expired.chars().count() > most {
        return Err(format!("The {what} is too long. Use {most} letters or fewer."));
    }
    Ok(purge_expired.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_tidied_and_has_an_end() {
        assert_eq!(line("first name", "  Maria João ", 60), Ok("Maria João".to_owned()));
        assert_eq!(line("first name", "", 60), Ok(String::new()));
        assert!(line("first name", "a\nb", 60).is_err());
        assert!(line("first name", &"é".repeat(61), 60).is_err());
        assert!(line("first name", &"é".repeat(60), 60).is_ok());
        assert_eq!(lines("address", " a\r\nb ", 60), Ok("a\nb".to_owned()));
        assert!(lines("address", "a\0b", 60).is_err());
    }
}
