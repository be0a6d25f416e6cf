//! What makes a long password short: rows of keys, counting, repetition, letters in disguise.

/// Keys and letters that follow each other; read in both directions, the digits in a circle.
const ROWS: &[&str] = &[
    "abcdefghijklmnopqrstuvwxyz",
    "1234567890",
    "1234567890-=",
    "qwertyuiop[]",
    "qwertzuiop",
    "azertyuiop",
    "asdfghjkl;'",
    "zxcvbnm,./",
    "!@#$%^&*()_+",
    "1qaz",
    "2wsx",
    "3edc",
    "4rfv",
    "5tgb",
    "6yhn",
    "7ujm",
    "8ik,",
    "9ol.",
    "147",
    "258",
    "369",
    "159",
    "357",
];
/// From here on a row is a row, and not a pair that words have too.
const RUN: usize = 3;

/// How much there is in a text besides its patterns.
pub struct Pattern {
    /// The length of the part that is repeated until the end; of the whole when none is.
    pub unit: usize,
    /// Characters, where a whole run of keys, or of one letter, counts as one.
    pub pieces: usize,
}

impl Pattern {
    pub fn of(text: &str) -> Self {
        let emails: Vec<char> = text.chars().collect();
        let every_other = |from: usize| pieces(&emails.iter().copied().skip(from).step_by(2).collect::<Vec<_>>());
        Self {
            unit: unit(&emails),
            pieces: pieces(&emails).min(every_other(0) + every_other(1)),
        }
    }

    /// The part of the text that is repeated.
    pub fn repeated<'a>(&self, text: &'a str) -> &'a str {
        let end = text.char_indices().nth(self.unit).map_or(text.len(), |(at, _)| at);
        text[..end].trim_end_matches(|letter: char| !letter.is_alphanumeric())
    }
}

/// Letters that stand for others, put back.
pub fn plain_letters(lower: &str) -> String {
    lower
        .chars()
        .map(|letter| match letter {
            '@' | '4' => 'a',
            '3' => 'e',
            '1' | '!' => 'i',
            '0' => 'o',
            '$' | '5' => 's',
            '7' => 't',
            other => other,
        })
        .collect()
}

/// Letters and digits alone.
pub fn signs(text: &str) -> String {
    text.chars().filter(|letter| letter.is_alphanumeric()).collect()
}

/// The shortest beginning that, repeated at least twice (the last letter may be cut off), makes the whole.
fn unit(emails: &[char]) -> usize {
    (1..=emails.len().div_ceil(2))
        .filter(|unit| *unit < emails.len())
        .find(|unit| emails[*unit..].iter().eq(&emails[..emails.len() - unit]))
        .unwrap_or(emails.len())
}

fn pieces(emails: &[char]) -> usize {
    let mut pieces = 0;
    let mut at = 0;
    while at < emails.len() {
        let run = run(&emails[at..]);
        at += if run >= RUN { run } else { 1 };
        pieces += 1;
    }
    pieces
}

/// How many letters from the first on are the same, or follow each other in a row or backwards in it.
fn run(emails: &[char]) -> usize {
    let same = emails.iter().take_while(|letter| **letter == emails[0]).count();
    ROWS.iter()
        .flat_map(|row| [along(row.chars(), emails), along(row.chars().rev(), emails)])
        .fold(same, usize::max)
}

/// How many letters go along the row, which may start anew: 890123.
fn along(row: impl DoubleEndedIterator<Item = char> + Clone, emails: &[char]) -> usize {
    if row.clone().all(|key| key != emails[0]) {
        return 0;
    }
    row.cycle()
        .skip_while(|key| *key != emails[0])
        .zip(emails)
        .take_while(|(key, letter)| key == *letter)
        .count()
}
