//! Texts from forms: trimmed, limited, without control characters.

/// A trimmed line of at most `max` characters without control characters. It may be empty.
///
/// # Errors
/// A message for the visitor that names the field.
pub fn line(name: &str, input: &str, max: usize) -> Result<String, String> {
    let trimmed = input.trim();
    if trimmed.chars().any(char::is_control) {
        return Err(format!(
            "The {name} contains characters that can't be shown. Enter it again."
        ));
    }
    if trimmed.chars().count() > max {
        return Err(format!("The {name} is too long. Use {max} characters or fewer."));
    }
    Ok(trimmed.to_owned())
}

/// Like `line`, but line breaks are allowed.
///
/// # Errors
/// A message for the visitor that names the field.
pub fn lines(name: &str, input: &str, max: usize) -> Result<String, String> {
    let trimmed = input.replace("\r\n", "\n");
    let trimmed = trimmed.trim();
    if trimmed.chars().any(|letter| letter.is_control() && letter != '\n') {
        return Err(format!(
            "The {name} contains characters that can't be shown. Enter it again."
        ));
    }
    if trimmed.chars().count() > max {
        return Err(format!("The {name} is too long. Use {max} characters or fewer."));
    }
    Ok(trimmed.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_trimmed_and_limited() {
        assert_eq!(line("first name", "  Maria João ", 60), Ok("Maria João".to_owned()));
        assert_eq!(line("first name", "", 60), Ok(String::new()));
        assert!(line("first name", "a\nb", 60).is_err());
        assert!(line("first name", &"é".repeat(61), 60).is_err());
        assert!(line("first name", &"é".repeat(60), 60).is_ok());
        assert_eq!(lines("address", " a\r\nb ", 60), Ok("a\nb".to_owned()));
        assert!(lines("address", "a\0b", 60).is_err());
    }
}
