//! The house rules, read off the sources: who imports whom, and what every file looks like.

mod imports;

use std::collections::BTreeMap;
use std::fs;

use imports::Imports;

use crate::support::sources::{files, folder};

/// Each row may import from the rows beneath it, and from its own part.
const ROWS: &[&[&str]] = &[
    &["main"],
    &["ops"],
    &["app"],
    &["pages", "dashboard", "admin"],
    &["web"],
    &["checkout"],
    &["payments"],
    &["carts", "orders", "shipping"],
    &["catalog"],
    &["shops"],
    &["images"],
    &["accounts"],
    &["mail"],
    &["jobs"],
    &[
        "config",
        "crypto",
        "db",
        "error",
        "id",
        "money",
        "schema",
        "string_enum",
        "text",
        "threads",
    ],
];

/// The first row that knows no HTTP.
const BELOW_WEB: usize = 5;
const MAX_LINES: usize = 300;
const MAX_FILES: usize = 20;

fn src() -> Vec<(String, String)> {
    let root = folder("src");
    let files: Vec<(String, String)> = files(&root, &["rs"])
        .into_iter()
        .map(|path| {
            (
                path.strip_prefix(&root).unwrap().to_string_lossy().into_owned(),
                fs::read_to_string(&path).unwrap(),
            )
        })
        // Part of the build script, not of the program.
        .filter(|(file, _)| !file.starts_with("build/"))
        .collect();
    assert!(files.len() > 20, "the sources were not found");
    files
}

/// The part that a file belongs to: its folder, or `pages` where it speaks HTTP for one.
fn part(file: &str) -> &str {
    if file.contains("/pages.rs") || file.contains("/pages/") {
        return "pages";
    }
    file.split('/').next().unwrap().trim_end_matches(".rs")
}

fn row(part: &str) -> usize {
    ROWS.iter()
        .position(|row| row.contains(&part))
        .unwrap_or_else(|| panic!("{part} has no row yet: give it one"))
}

/// The parts that a file names after `crate::`.
fn named(source: &str) -> Vec<String> {
    let word = |rest: &str| {
        rest.chars()
            .take_while(|letter| letter.is_alphanumeric() || *letter == '_')
            .collect::<String>()
    };
    let mut names = Vec::new();
    for rest in source.split("crate::").skip(1) {
        match rest.strip_prefix('{') {
            Some(list) => names.extend(list.split('}').next().unwrap().split(',').map(|name| word(name.trim()))),
            None => names.push(word(rest)),
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

#[test]
fn imports_follow_the_layers() {
    for (file, source) in src() {
        let own = part(&file);
        if own == "lib" {
            continue;
        }
        for name in named(&source) {
            let allowed = name == own
                || row(&name) > row(own)
                || (row(&name) == row(own) && row(own) == ROWS.len() - 1)
                // A part's pages stand beside its nouns.
                || (own == "pages" && file.starts_with(&format!("{name}/")));
            assert!(allowed, "{file} imports {name}, which does not stand beneath {own}");
        }
    }
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let cycles = Imports::read(&src()).cycles();
    assert!(
        cycles.is_empty(),
        "move what they share into a file of its own:\n{}",
        cycles.join("\n")
    );
}

#[test]
fn only_web_and_pages_use_http() {
    for (file, source) in src() {
        let own = part(&file);
        if own == "lib" || row(own) < BELOW_WEB || file.starts_with("db/") {
            continue;
        }
        for name in ["actix", "askama", "Cookie", "HttpRe"] {
            // Letters have templates, too.
            let allowed = own == "mail" && name == "askama";
            assert!(allowed || !source.contains(name), "{file} names {name}");
        }
    }
}

#[test]
fn pages_are_found_where_pages_are() {
    assert_eq!(part("shops/pages.rs"), "pages");
    assert_eq!(part("catalog/pages/home.rs"), "pages");
    assert_eq!(part("dashboard/orders/index.rs"), "dashboard");
    assert_eq!(
        named("use crate::{db, web::Page};\ncrate::money::Money"),
        ["db", "web", "money"]
    );
}

#[test]
fn files_are_small_and_have_a_content_type() {
    for (file, source) in src() {
        if file == "schema.rs" {
            continue;
        }
        assert!(source.starts_with("//! "), "{file} does not open with what it is");
        assert!(source.lines().count() <= MAX_LINES, "{file} is above {MAX_LINES} lines");
        for word in ["todo!", "unimplemented!", "#[ignore", "#[allow("] {
            assert!(!source.contains(word), "{file} holds {word}");
        }
        assert!(
            !["utils", "helpers", "common", "manager", "service"]
                .iter()
                .any(|name| file.contains(name)),
            "{file}: name it after what it is"
        );
    }
}

#[test]
fn folders_are_small() {
    let mut folders: BTreeMap<String, usize> = BTreeMap::new();
    for (file, _) in src() {
        let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
        *folders.entry(folder.to_owned()).or_default() += 1;
    }
    for (folder, files) in folders {
        assert!(files <= MAX_FILES, "{folder} has {files} files: give it folders");
    }
}

#[test]
fn only_db_opens_transactions() {
    for (file, source) in src() {
        assert!(
            file.starts_with("db/") || !source.contains(".transaction("),
            "{file}: transactions are Db::write's"
        );
    }
}

/// What happened is written down for good; only who leaves takes the places along, and old tries of nobody go.
#[test]
fn security_events_are_written_in_one_place() {
    let mut writers = Vec::new();
    for (file, source) in src() {
        if file == "schema.rs" || !source.contains("security_events") {
            continue;
        }
        for (verb, times) in [("update(", 1), ("delete(", 1), ("replace_into(", 0), ("on_conflict", 0)] {
            let allowed = if file == "accounts/security_event.rs" { times } else { 0 };
            assert_eq!(
                source.matches(verb).count(),
                allowed,
                "{file}: {verb} beside security_events"
            );
        }
        if source.contains("insert_into(security_events") {
            writers.push(file);
        }
    }
    assert_eq!(writers, ["accounts/security_event.rs"]);
}

/// Raw SQL, each with its reason. What is not here goes through the DSL.
const RAW_SQL: &[(&str, usize)] = &[
    // A pragma has no word in the DSL.
    ("db/migrations.rs", 1),
    // Sums, which the DSL makes numbers that SQLite has not.
    ("catalog/seller/list.rs", 2),
    // The audit's rules compare sums over whole tables, and ask the database itself which columns there are: one query for
    // the rows, one for how many.
    ("ops/audit/rule.rs", 2),
    // A sum of whole numbers is a decimal on PostgreSQL.
    ("ops/audit/provider_books.rs", 1),
];

#[test]
fn raw_sql_is_counted() {
    for (file, source) in src() {
        let found = source.matches("sql_query(").count() + source.matches("sql::<").count();
        let allowed = RAW_SQL
            .iter()
            .find(|(name, _)| *name == file)
            .map_or(0, |(_, count)| *count);
        assert_eq!(found, allowed, "{file}: raw SQL is listed here with its reason");
    }
}

#[test]
fn money_has_no_floating_point_numbers() {
    for (file, source) in src() {
        let of_money = ["Money", "price", "subtotal", "amount"]
            .iter()
            .any(|word| source.contains(word));
        assert!(
            !of_money || !(source.contains("f32") || source.contains("f64")),
            "{file} holds floats beside money"
        );
    }
}
