//! Names in the code and phrases in the pages, the script and the demo market follow `docs/glossary.md`. These tests keep retired ones out.

use std::fs;

use crate::support::sources::{files, folder};

/// Identifiers that were replaced by a word of the glossary. Whole words, case-sensitive; a name that ends in `_` stands
/// for all constants that begin with it.
const RETIRED_NAMES: &[&str] = &[
    "AT_ONCE",
    "Aside",
    "AsIs",
    "Bought",
    "Booking",
    "BY_ITSELF",
    "Charge",
    "DEAREST",
    "Ended",
    "Gateway",
    "GiveUp",
    "HEAVIEST",
    "Half",
    "Intent",
    "Kept",
    "LONGEST_",
    "Leaving",
    "Letter",
    "MOST_",
    "Nowhere",
    "Outcome",
    "PATIENCE",
    "Packed",
    "Packing",
    "Problems",
    "Receipt",
    "Remark",
    "SHORTEST_",
    "Sending",
    "Several",
    "Sheet",
    "Shelf",
    "ShelfRow",
    "Sold",
    "Stranger",
    "Tally",
    "Tile",
    "Till",
    "Traffic",
    "TryCounts",
    "TryResult",
    "Vault",
    "Way",
    "operator",
    "personalisation",
    "recall",
    "recall_on",
    "shipments",
    "tidy",
];

/// Phrases of pages and messages that were replaced, from the table "In the UI" of the glossary. In lower case.
const RETIRED_PHRASES: &[&str] = &[
    "a letter is",
    "any more",
    "at the start.",
    "bring it back",
    "brought back",
    "by now",
    "cannot be brought",
    "centimetre",
    "colour",
    "could not be looked",
    "fetch it",
    "for good",
    "given up",
    "go on",
    "grey",
    "holiday",
    "how it gets there",
    "in a line",
    "in this pocket",
    "is it free",
    "is it you?",
    "jewell",
    "letter that",
    "letters left",
    "letters too many",
    "look around",
    "look at your connection",
    "look into your mail",
    "low first",
    "make the table",
    "millimetre",
    "neighbour",
    "one less",
    "operator",
    "people who run",
    "personalis",
    "postage",
    "price before",
    "recognis",
    "see it as buyers",
    "send the logo",
    "show me how",
    "skipping rope",
    "stands here",
    "take it out",
    "taken down",
    "that did not work",
    "ticked",
    "type the code",
    "under way",
    "we could not be reached",
    "what it comes to",
    "what you buy",
    "where it belongs",
    "who sees it",
    "whoever runs",
    "wrong tries",
];

/// Splits Rust source into code, without comments and literals but with all line breaks, and string literals, one per line.
fn split_source(source: &str) -> (String, String) {
    let (mut code, mut literals) = (String::with_capacity(source.len()), String::new());
    let mut rest = source;
    while let Some(next) = rest.chars().next() {
        let length = literal_length(rest);
        if length == 0 {
            code.push(next);
            rest = &rest[next.len_utf8()..];
            continue;
        }
        let (literal, after) = rest.split_at(length);
        code.extend(literal.chars().filter(|character| *character == '\n'));
        code.push(' ');
        if matches!(next, '"' | 'r') {
            literals.push_str(&literal.replace("\\\n", ""));
            literals.push('\n');
        }
        rest = after;
    }
    (code, literals)
}

fn code(source: &str) -> String {
    split_source(source).0
}

fn string_literals(source: &str) -> String {
    split_source(source).1
}

/// The length of the comment, string or character literal at the start of Rust code, or 0.
fn literal_length(code: &str) -> usize {
    let until = |start: usize, end: &str| {
        let found = code[start..].find(end);
        found.map_or(code.len(), |index| start + index + end.len())
    };
    let raw = code.strip_prefix('r').map_or("", |rest| rest.trim_start_matches('#'));
    if code.starts_with("//") {
        until(0, "\n") - usize::from(code.contains('\n'))
    } else if code.starts_with("/*") {
        until(2, "*/")
    } else if raw.starts_with('"') {
        let hashes = code.len() - raw.len() - 1;
        until(hashes + 2, &format!("\"{}", "#".repeat(hashes)))
    } else if code.starts_with('"') {
        quoted_length(code, '"').unwrap_or(code.len())
    } else if code.starts_with('\'') {
        // `'a` is a lifetime, `'a'` a character.
        let is_char = code.get(1..2) == Some("\\") || code.chars().nth(2) == Some('\'');
        if is_char {
            quoted_length(code, '\'').unwrap_or(1)
        } else {
            0
        }
    } else {
        0
    }
}

fn quoted_length(code: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (index, character) in code.char_indices().skip(1) {
        if !escaped && character == quote {
            return Some(index + character.len_utf8());
        }
        escaped = !escaped && character == '\\';
    }
    None
}

/// The expressions of a template, `{{ … }}` and `{% … %}`, each on the line where it begins.
fn expressions(template: &str) -> String {
    let mut found = String::new();
    let mut rest = template;
    while let Some(index) = rest.find(['{', '\n']) {
        let end = match rest.get(index..index + 2) {
            Some("{{") => "}}",
            Some("{%") => "%}",
            _ => "",
        };
        if rest[index..].starts_with('\n') {
            found.push('\n');
        }
        let length = match rest[index..].find(end) {
            Some(length) if !end.is_empty() => length,
            _ => 1,
        };
        if length > 1 {
            found.push_str(&rest[index + 2..index + length]);
            found.push(' ');
        }
        rest = &rest[index + length..];
    }
    found
}

/// A template without its block tags, except for macro calls, which contain labels and hints.
fn without_expressions(template: &str) -> String {
    let mut text = String::new();
    let mut rest = template;
    while let Some(index) = rest.find("{%") {
        text.push_str(&rest[..index]);
        let length = rest[index..].find("%}").map_or(rest.len() - index, |length| length + 2);
        let expression = &rest[index..index + length];
        if expression.contains("call ") {
            text.push_str(expression);
        }
        rest = &rest[index + length..];
    }
    text + rest
}

/// Each retired name in this code, with its line number.
fn retired_names(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (number, line) in (1..).zip(code.lines()) {
        let words = line.split(|character: char| !character.is_alphanumeric() && character != '_');
        let retired = |word: &str| {
            let matches = |name: &&str| *name == word || (name.ends_with('_') && word.starts_with(*name));
            RETIRED_NAMES.iter().any(matches)
        };
        found.extend(
            words
                .filter(|word| retired(word))
                .map(|word| format!("{number}: {word}")),
        );
    }
    found
}

#[test]
fn the_code_has_no_retired_names() {
    let mut found = Vec::new();
    for file in files(&folder("src"), &["rs"]) {
        let names = retired_names(&code(&fs::read_to_string(&file).unwrap()));
        found.extend(names.into_iter().map(|name| format!("{}:{name}", file.display())));
    }
    for file in files(&folder("templates"), &["html"]) {
        let names = retired_names(&code(&expressions(&fs::read_to_string(&file).unwrap())));
        found.extend(names.into_iter().map(|name| format!("{}:{name}", file.display())));
    }
    assert!(found.is_empty(), "see docs/glossary.md:\n{}", found.join("\n"));
}

/// The retired phrases in a text. Case and line breaks do not matter.
fn retired_phrases(text: &str) -> Vec<&'static str> {
    let text = text.to_lowercase();
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ");
    RETIRED_PHRASES
        .iter()
        .copied()
        .filter(|phrase| text.contains(phrase))
        .collect()
}

/// Keys of the demo market whose values are addresses, file names and references, which nobody reads as text.
const REFERENCE_KEYS: &[&str] = &["file", "product", "shop", "shop_image", "slug"];

/// Adds the texts of a JSON document: its strings, and its keys, since those of a personalization are labels.
fn add_json_texts(value: &serde_json::Value, texts: &mut Vec<String>) {
    match value {
        serde_json::Value::String(text) => texts.push(text.clone()),
        serde_json::Value::Array(values) => values.iter().for_each(|value| add_json_texts(value, texts)),
        serde_json::Value::Object(fields) => {
            for (key, value) in fields {
                if !REFERENCE_KEYS.contains(&key.as_str()) {
                    texts.push(key.clone());
                    add_json_texts(value, texts);
                }
            }
        }
        _ => {}
    }
}

#[test]
fn the_script_and_the_demo_market_have_no_retired_phrases() {
    let script = fs::read_to_string(folder("static").join("app.js")).unwrap();
    assert_eq!(retired_phrases(&script), [""; 0], "static/app.js, see docs/glossary.md");
    let market = fs::read_to_string(folder("src").join("ops/demo/market.json")).unwrap();
    let mut texts = Vec::new();
    add_json_texts(&serde_json::from_str(&market).unwrap(), &mut texts);
    assert!(
        texts.iter().any(|text| text == "Dipped speckle mug"),
        "the products were not found"
    );
    let found: Vec<(&str, &String)> = texts
        .iter()
        .flat_map(|text| retired_phrases(text).into_iter().map(move |phrase| (phrase, text)))
        .collect();
    assert!(found.is_empty(), "market.json, see docs/glossary.md: {found:?}");
}

#[test]
fn pages_and_messages_have_no_retired_phrases() {
    let mut found = Vec::new();
    for file in files(&folder("templates"), &["html", "txt"]) {
        let text = fs::read_to_string(&file).unwrap();
        found.extend(
            retired_phrases(&without_expressions(&text))
                .into_iter()
                .map(|phrase| format!("{}: {phrase}", file.display())),
        );
    }
    for file in files(&folder("src"), &["rs"]) {
        let source = fs::read_to_string(&file).unwrap();
        let source = source.split("#[cfg(test)]").next().unwrap();
        for text in string_literals(source).lines() {
            let sentence = text.contains(' ');
            let phrases = if sentence { retired_phrases(text) } else { Vec::new() };
            found.extend(
                phrases
                    .into_iter()
                    .map(|phrase| format!("{}: {phrase}", file.display())),
            );
        }
    }
    assert!(found.is_empty(), "see docs/glossary.md:\n{}", found.join("\n"));
}

#[test]
fn a_retired_phrase_is_found_in_texts_only() {
    let source = "// go on\nlet go_on = \"You can go \\\n         on.\";";
    assert_eq!(retired_phrases(&string_literals(source)), ["go on"]);
    assert!(retired_phrases(&string_literals("// go on\nlet text = \"Continue\";")).is_empty());
    assert_eq!(
        retired_phrases(&without_expressions("{% if ticked %}Go\n on{% endif %}")),
        ["go on"]
    );
}

#[test]
fn a_retired_phrase_is_found_in_labels_but_not_in_references() {
    let document = serde_json::json!({"slug": "in-your-colours", "labels": {"Your colours": ["Go on"]}});
    let mut texts = Vec::new();
    add_json_texts(&document, &mut texts);
    assert_eq!(texts, ["labels", "Your colours", "Go on"]);
}

#[test]
fn a_retired_name_is_found_in_code_only() {
    let source = "// Till\n/* Till */ let text = \"Till \\\" Till\"; let raw = r#\"Till\"#;\nlet quote = '\"'; struct Till<'a>(&'a str);\n";
    assert_eq!(retired_names(&code(source)), ["3: Till"]);
    assert_eq!(retired_names(&code("const MOST_LETTERS: u8 = 1;")), ["1: MOST_LETTERS"]);
    assert!(retired_names(&code("struct UntilTill; fn till() {}")).is_empty());
    let template = "<p>Till</p>\n{% if Till::is_open() %}{{ \"Till\" }}{% endif %}";
    assert_eq!(retired_names(&code(&expressions(template))), ["2: Till"]);
}
