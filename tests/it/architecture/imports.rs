//! Finds which files of a program import each other.
//!
//! A path (`use crate::catalog::Product`, `super::form::parse(…)`) is resolved to the file that defines the name, through
//! the re-exports of each `mod.rs`. So a `mod.rs` that only declares and re-exports its children is never the target of a
//! path, and in no cycle.

use std::collections::{BTreeMap, BTreeSet};

type ModulePath = Vec<String>;

/// A name that `use` brings into a file.
struct Import {
    name: String,
    path: ModulePath,
    /// How many inline modules (`mod tests { … }`) it is in.
    depth: usize,
}

/// The imports and paths in one file.
#[derive(Default)]
struct FileImports {
    imports: Vec<Import>,
    /// Paths outside of `use`, each with the number of inline modules around it.
    paths: Vec<(ModulePath, usize)>,
}

/// All files of a program, by their modules.
pub struct Imports {
    files: BTreeMap<ModulePath, (String, FileImports)>,
}

impl Imports {
    /// Reads files, each with its path below `src` and its text.
    pub fn read(sources: &[(String, String)]) -> Self {
        let files = sources
            .iter()
            .map(|(file, text)| (module(file), (file.clone(), parse(&tokens(text)))));
        Self { files: files.collect() }
    }

    /// Each import from one file to another, as `one -> other`, that is part of a cycle.
    pub fn cycles(&self) -> Vec<String> {
        let mut edges: BTreeSet<(&str, &str)> = BTreeSet::new();
        for (module, (file, parsed)) in &self.files {
            let imported = parsed.imports.iter().map(|import| (&import.path, import.depth));
            for (path, depth) in imported.chain(parsed.paths.iter().map(|(path, depth)| (path, *depth))) {
                let target = self.resolve(module, path, depth).and_then(|path| self.file_of(path));
                edges.extend(
                    target
                        .filter(|target| target != file)
                        .map(|target| (file.as_str(), target)),
                );
            }
        }
        // A file that imports none of the others, or that none of them imports, is in no cycle.
        loop {
            let from: BTreeSet<&str> = edges.iter().map(|edge| edge.0).collect();
            let to: BTreeSet<&str> = edges.iter().map(|edge| edge.1).collect();
            let before = edges.len();
            edges.retain(|edge| to.contains(edge.0) && from.contains(edge.1));
            if edges.len() == before {
                return edges.iter().map(|(one, other)| format!("{one} -> {other}")).collect();
            }
        }
    }

    /// The path from the crate root, or `None` for a path into another crate.
    fn resolve(&self, module: &[String], path: &[String], depth: usize) -> Option<ModulePath> {
        let mut rest = path;
        let mut base = module.to_vec();
        match rest.first()?.as_str() {
            "crate" => base.clear(),
            "self" => {}
            "super" => {
                let ups = rest.iter().take_while(|name| *name == "super").count();
                base.truncate(base.len().saturating_sub(ups.saturating_sub(depth)));
                rest = &rest[ups - 1..];
            }
            first => {
                base.push(first.to_owned());
                return self.files.contains_key(&base).then(|| [module, rest].concat());
            }
        }
        base.extend_from_slice(&rest[1..]);
        Some(base)
    }

    /// The file that defines what a path from the root names.
    fn file_of(&self, mut path: ModulePath) -> Option<&str> {
        // More re-exports than this are a cycle.
        for _ in 0..32 {
            let known = (0..=path.len())
                .rev()
                .find(|end| self.files.contains_key(&path[..*end]))?;
            let (file, parsed) = &self.files[&path[..known]];
            let Some(name) = path.get(known) else {
                return Some(file);
            };
            let imported = |import: &&Import| import.depth == 0 && import.name == *name;
            let Some(import) = parsed.imports.iter().find(imported) else {
                return Some(file);
            };
            let mut next = self.resolve(&path[..known], &import.path, 0)?;
            next.extend_from_slice(&path[known + 1..]);
            path = next;
        }
        None
    }
}

/// The module of a file: `catalog::pages` for `catalog/pages/mod.rs`.
fn module(file: &str) -> ModulePath {
    let mut names: ModulePath = file.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    if names.last().is_some_and(|last| last == "mod" || last == "lib") {
        names.pop();
    }
    names
}

/// Splits source into names, `::` and single characters, without comments, strings and character literals.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_name = |character: char| character.is_alphanumeric() || character == '_';
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if first == '"' {
            string_length(rest)
        } else if ["r\"", "r#\"", "r##"].iter().any(|begin| rest.starts_with(begin)) {
            let hashes = rest[1..].chars().take_while(|character| *character == '#').count();
            let end = format!("\"{}", "#".repeat(hashes));
            rest[hashes + 2..]
                .find(&end)
                .map_or(rest.len(), |at| at + hashes + 2 + end.len())
        } else if let Some(length) = character_length(rest) {
            length
        } else if is_name(first) {
            let length = rest.find(|character| !is_name(character)).unwrap_or(rest.len());
            tokens.push(rest[..length].to_owned());
            length
        } else {
            let length = if rest.starts_with("::") { 2 } else { first.len_utf8() };
            if !first.is_whitespace() {
                tokens.push(rest[..length].to_owned());
            }
            length
        };
        rest = &rest[length..];
    }
    tokens
}

fn string_length(rest: &str) -> usize {
    let mut escaped = false;
    for (at, character) in rest.char_indices().skip(1) {
        match character {
            '"' if !escaped => return at + 1,
            _ => escaped = character == '\\' && !escaped,
        }
    }
    rest.len()
}

/// The length of a literal such as `'x'` or `'\n'`, or `None` for a lifetime.
fn character_length(rest: &str) -> Option<usize> {
    let inside = rest.strip_prefix('\'')?;
    let length = if inside.starts_with('\\') {
        inside[2..].find('\'')? + 2
    } else {
        inside.chars().next()?.len_utf8()
    };
    inside[length..].starts_with('\'').then_some(length + 2)
}

fn parse(tokens: &[String]) -> FileImports {
    let mut parsed = FileImports::default();
    // For each open brace, whether it opens an inline module.
    let mut braces: Vec<bool> = Vec::new();
    let mut at = 0;
    let token = |at: usize| tokens.get(at).map_or("", String::as_str);
    while at < tokens.len() {
        let depth = braces.iter().filter(|module| **module).count();
        match token(at) {
            "{" => braces.push(at >= 2 && token(at - 2) == "mod"),
            "}" => drop(braces.pop()),
            // Not `impl Trait + use<'a>`.
            "use" if token(at + 1) != "<" => {
                let end = at + tokens[at..].iter().position(|token| token == ";").expect("`use` ends");
                for (name, path) in use_leaves(&tokens[at + 1..end], &[]) {
                    parsed.imports.push(Import { name, path, depth });
                }
                at = end;
            }
            first if first.starts_with(|character: char| character.is_alphabetic() || character == '_') => {
                let mut path = vec![first.to_owned()];
                while token(at + 1) == "::"
                    && token(at + 2).starts_with(|character: char| character.is_alphabetic() || character == '_')
                {
                    path.push(token(at + 2).to_owned());
                    at += 2;
                }
                if path.len() > 1 {
                    parsed.paths.push((path, depth));
                }
            }
            _ => {}
        }
        at += 1;
    }
    parsed
}

/// The leaves of a `use` tree like `a::{b, c::{d as e}}`: the name that each imports, and its path.
fn use_leaves(tokens: &[String], before: &[String]) -> Vec<(String, ModulePath)> {
    let Some(open) = tokens.iter().position(|token| token == "{") else {
        let (path, alias) = match tokens.iter().position(|token| token == "as") {
            Some(at) => (&tokens[..at], tokens.get(at + 1)),
            None => (tokens, None),
        };
        let names = path.iter().filter(|name| !matches!(name.as_str(), "::" | "*"));
        let mut path: ModulePath = before.iter().chain(names).cloned().collect();
        if path.len() > 1 {
            path.pop_if(|last| last == "self");
        }
        let name = alias.or(path.last()).cloned();
        return name.map(|name| (name, path)).into_iter().collect();
    };
    let names = tokens[..open].iter().filter(|name| *name != "::");
    let before: ModulePath = before.iter().chain(names).cloned().collect();
    let (mut depth, mut leaves, mut leaf) = (0, Vec::new(), Vec::new());
    for token in &tokens[open + 1..tokens.len() - 1] {
        match token.as_str() {
            "{" => depth += 1,
            "}" => depth -= 1,
            "," if depth == 0 => {
                leaves.extend(use_leaves(&std::mem::take(&mut leaf), &before));
                continue;
            }
            _ => {}
        }
        leaf.push(token.clone());
    }
    if !leaf.is_empty() {
        leaves.extend(use_leaves(&leaf, &before));
    }
    leaves
}

#[test]
fn a_planted_cycle_is_found() {
    let cycles = |files: &[(&str, &str)]| {
        let files: Vec<_> = files
            .iter()
            .map(|(file, text)| ((*file).to_owned(), (*text).to_owned()))
            .collect();
        Imports::read(&files).cycles()
    };
    let facade = (
        "shop/mod.rs",
        "mod row;\nmod list;\npub use row::Row;\npub use list::{self, List as Lists};",
    );
    let row = ("shop/row.rs", "pub struct Row;");
    assert!(cycles(&[facade, row, ("shop/list.rs", "use super::Row;")]).is_empty());

    let found = ["shop/list.rs -> shop/row.rs", "shop/row.rs -> shop/list.rs"];
    let list = ("shop/list.rs", "use crate::{shop::{Row}, web};");
    for text in [
        "use super::Lists;",
        "fn f() { let x = '{'; crate::shop::list::count(\"\\\"\") }",
        "mod tests { use super::super::list::List; }",
    ] {
        assert_eq!(cycles(&[facade, ("shop/row.rs", text), list]), found, "{text}");
    }
    for text in [
        "// super::Lists::new()",
        "const S: &str = \"super::Lists::new()\";",
        "mod tests { use super::*; }",
    ] {
        assert!(cycles(&[facade, ("shop/row.rs", text), list]).is_empty(), "{text}");
    }
    // A parent and a child that use each other.
    let parent = ("web/mod.rs", "mod child;\nfn lend() { child::take() }");
    assert_eq!(cycles(&[parent, ("web/child.rs", "use super::lend;")]).len(), 2);
}
