//! Tags: words that buyers search for a product by.

/// Tags of a product.
const MAX_TAGS: usize = 13;
/// Characters of a tag.
const MAX_TAG_LENGTH: usize = 30;

/// Trimmed, in lower case, without duplicates, in the order typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tags(Vec<String>);

impl Tags {
    /// Reads tags that are separated by commas or line breaks.
    ///
    /// # Errors
    /// A message for the seller.
    pub fn parse(input: &str) -> Result<Self, String> {
        let mut tags: Vec<String> = Vec::new();
        for part in input.split([',', '\n', '\r']) {
            let words: Vec<&str> = part.split_whitespace().collect();
            let tag = words.join(" ").trim_start_matches('#').trim().to_lowercase();
            if tag.is_empty() || tags.contains(&tag) {
                continue;
            }
            if tag.chars().any(char::is_control) {
                return Err("A tag contains characters that can't be shown. Enter it again.".to_owned());
            }
            if tag.chars().count() > MAX_TAG_LENGTH {
                return Err(format!(
                    "A tag is too long. Use {MAX_TAG_LENGTH} characters or fewer for each."
                ));
            }
            tags.push(tag);
        }
        if tags.len() > MAX_TAGS {
            return Err(format!("There are {} tags. Keep at most {MAX_TAGS}.", tags.len()));
        }
        Ok(Self(tags))
    }

    pub fn from_column(column: &str) -> Self {
        let tags = column.split(',').map(str::trim).filter(|tag| !tag.is_empty());
        Self(tags.map(str::to_owned).collect())
    }

    pub fn all(&self) -> &[String] {
        &self.0
    }

    /// The value of the column, which is also what a seller types: `stoneware, blue`.
    pub fn joined(&self) -> String {
        self.0.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_trimmed_counted_and_unique() {
        let tags = Tags::parse(" #Stoneware,  Deep   Blue,stoneware,, mug ").unwrap();
        assert_eq!(tags.all(), ["stoneware", "deep blue", "mug"]);
        assert_eq!(Tags::from_column(&tags.joined()), tags);
        let many = |count: usize| (0..count).map(|n| format!("t{n}")).collect::<Vec<_>>().join(",");
        assert!(Tags::parse(&many(13)).is_ok());
        assert!(Tags::parse(&many(14)).is_err());
        assert!(Tags::parse(&"é".repeat(30)).is_ok());
        assert!(Tags::parse(&"é".repeat(31)).is_err());
        assert!(Tags::parse("a\0b").is_err());
    }
}
