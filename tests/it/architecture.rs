//! Rules for the source: which modules may import each other, file sizes, transactions and raw SQL.

mod imports;

use std::collections::BTreeMap;
use std::fs;

use imports::Imports;

use crate::support::sources::{files, folder};

/// A module may import from itself and from modules of lower layers, which are listed after it.
const LAYERS: &[&[&str]] = &[
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
        "clock",
        "config",
        "crypto",
        "db",
        "direction",
        "error",
        "id",
        "money",
        "schema",
        "string_enum",
        "text",
        "threads",
    ],
];

/// The index of the first layer without HTTP.
const BELOW_WEB: usize = 5;
const MAX_LINES: usize = 300;
const MAX_FILES: usize = 20;

fn source_files() -> Vec<(String, String)> {
    let root = folder("src");
    let files: Vec<(String, String)> = files(&root, &["rs"])
        .into_iter()
        .map(|path| {
            (
                path.strip_prefix(&root).unwrap().to_string_lossy().into_owned(),
                fs::read_to_string(&path).unwrap(),
            )
        })
        // These files belong to the build script.
        .filter(|(file, _)| !file.starts_with("build/"))
        .collect();
    assert!(files.len() > 20, "the sources were not found");
    files
}

/// The top-level module of a file, or `pages` if it handles HTTP for its module.
fn top_module(file: &str) -> &str {
    if file.contains("/pages.rs") || file.contains("/pages/") {
        return "pages";
    }
    file.split('/').next().unwrap().trim_end_matches(".rs")
}

fn layer(module: &str) -> usize {
    LAYERS
        .iter()
        .position(|layer| layer.contains(&module))
        .unwrap_or_else(|| panic!("{module} is in no layer: add it to `LAYERS`"))
}

/// The top-level modules that a file names after `crate::`.
fn imported_modules(source: &str) -> Vec<String> {
    let word = |rest: &str| {
        rest.chars()
            .take_while(|character| character.is_alphanumeric() || *character == '_')
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
    for (file, source) in source_files() {
        let own_module = top_module(&file);
        if own_module == "lib" {
            continue;
        }
        for name in imported_modules(&source) {
            let allowed = name == own_module
                || layer(&name) > layer(own_module)
                || (layer(&name) == layer(own_module) && layer(own_module) == LAYERS.len() - 1)
                // The pages of a module may import from it.
                || (own_module == "pages" && file.starts_with(&format!("{name}/")));
            assert!(
                allowed,
                "{file} imports {name}, which is not in a lower layer than {own_module}"
            );
        }
    }
}

#[test]
fn files_do_not_import_each_other_in_cycles() {
    let cycles = Imports::read(&source_files()).cycles();
    assert!(
        cycles.is_empty(),
        "move the shared code into its own file:\n{}",
        cycles.join("\n")
    );
}

#[test]
fn only_web_and_pages_use_http() {
    for (file, source) in source_files() {
        let own_module = top_module(&file);
        if own_module == "lib" || layer(own_module) < BELOW_WEB || file.starts_with("db/") {
            continue;
        }
        for name in ["actix", "askama", "Cookie", "HttpRe"] {
            // Emails have templates, too.
            let allowed = own_module == "mail" && name == "askama";
            assert!(allowed || !source.contains(name), "{file} names {name}");
        }
    }
}

#[test]
fn files_belong_to_the_right_module() {
    assert_eq!(top_module("shops/pages.rs"), "pages");
    assert_eq!(top_module("catalog/pages/home.rs"), "pages");
    assert_eq!(top_module("dashboard/orders/index.rs"), "dashboard");
    assert_eq!(
        imported_modules("use crate::{db, web::Page};\ncrate::money::Money"),
        ["db", "web", "money"]
    );
}

#[test]
fn files_are_small_and_have_a_doc_comment() {
    for (file, source) in source_files() {
        if file == "schema.rs" {
            continue;
        }
        assert!(source.starts_with("//! "), "{file} has no doc comment at its start");
        assert!(
            source.lines().count() <= MAX_LINES,
            "{file} has more than {MAX_LINES} lines"
        );
        for word in ["todo!", "unimplemented!", "#[ignore", "#[allow("] {
            assert!(!source.contains(word), "{file} contains {word}");
        }
        assert!(
            !["utils", "helpers", "common", "manager", "service"]
                .iter()
                .any(|name| file.contains(name)),
            "{file}: use a name that says what the file contains"
        );
    }
}

#[test]
fn folders_are_small() {
    let mut folders: BTreeMap<String, usize> = BTreeMap::new();
    for (file, _) in source_files() {
        let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
        *folders.entry(folder.to_owned()).or_default() += 1;
    }
    for (folder, files) in folders {
        assert!(files <= MAX_FILES, "{folder} has {files} files: split it into folders");
    }
}

#[test]
fn only_db_opens_transactions() {
    for (file, source) in source_files() {
        assert!(
            file.starts_with("db/") || !source.contains(".transaction("),
            "{file}: use Db::write for transactions"
        );
    }
}

/// Events are never changed. Only account deletion removes IP addresses, and old failed sign-ins without a user are
/// deleted.
#[test]
fn security_events_are_written_in_one_place() {
    let mut writers = Vec::new();
    for (file, source) in source_files() {
        if file == "schema.rs" || !source.contains("security_events") {
            continue;
        }
        for (verb, times) in [("update(", 1), ("delete(", 1), ("replace_into(", 0), ("on_conflict", 0)] {
            let allowed = if file == "accounts/security_event.rs" { times } else { 0 };
            assert_eq!(
                source.matches(verb).count(),
                allowed,
                "{file}: {verb} is used with security_events"
            );
        }
        if source.contains("insert_into(security_events") {
            writers.push(file);
        }
    }
    assert_eq!(writers, ["accounts/security_event.rs"]);
}

/// The files with raw SQL, how often they use it, and why. All other queries use Diesel's DSL.
const RAW_SQL: &[(&str, usize)] = &[
    // Pragmas are not part of the DSL.
    ("db/migrations.rs", 1),
    // The rules of the audit compare sums over whole tables, and read the columns of tables from the database: one query
    // for the rows, one for their number.
    ("ops/audit/rule.rs", 2),
    // A sum of integers is a decimal on PostgreSQL.
    ("ops/audit/provider_books.rs", 1),
];

#[test]
fn raw_sql_is_counted() {
    for (file, source) in source_files() {
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
    for (file, source) in source_files() {
        let uses_money = ["Money", "price", "subtotal", "amount"]
            .iter()
            .any(|word| source.contains(word));
        assert!(
            !uses_money || !(source.contains("f32") || source.contains("f64")),
            "{file} uses floating-point numbers and money"
        );
    }
}
