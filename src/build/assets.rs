//! Builds what `static/` serves: names with a hash of their bytes, brotli and gzip copies, one style sheet made of
//! `static/css`, and a constant for each address.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::walk;

/// Entries of `static/` that are not served, or not as they are.
const NOT_SERVED: [&str; 3] = ["VENDORED.md", "licenses", "css"];

/// Writes the served files and `assets.rs` with their addresses to cargo's output folder.
pub fn build() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=static");
    let source = Path::new("static");
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?);
    let folder = out.join("assets");
    // Files of an earlier build have other names and would be embedded too.
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;

    let mut names = BTreeMap::new();
    for path in walk(source)? {
        let inner = relative(&path, source)?;
        if NOT_SERVED.iter().any(|name| path.starts_with(source.join(name))) {
            continue;
        }
        let name = write_asset(&folder, &path, &fs::read(&path)?)?;
        names.insert(inner, name);
    }
    // The style sheet comes last: its hash has to cover the names of the fonts.
    let sheet = style_sheet(&source.join("css"), &names)?;
    let name = write_asset(&folder, Path::new("app.css"), sheet.as_bytes())?;
    names.insert("app.css".to_owned(), name);
    fs::write(out.join("assets.rs"), constants(&names)?)?;
    Ok(())
}

fn relative(path: &Path, folder: &Path) -> Result<String, Box<dyn Error>> {
    Ok(path.strip_prefix(folder)?.to_string_lossy().replace('\\', "/"))
}

/// Writes a file under its hashed name, and text compressed too. Returns the name.
fn write_asset(folder: &Path, path: &Path, bytes: &[u8]) -> Result<String, Box<dyn Error>> {
    let name = hashed_name(path, bytes)?;
    fs::write(folder.join(&name), bytes)?;
    let is_text = |extension| ["css", "js", "svg"].iter().any(|text| extension == *text);
    if path.extension().is_some_and(is_text) {
        fs::write(folder.join(format!("{name}.br")), brotli(bytes)?)?;
        fs::write(folder.join(format!("{name}.gz")), gzip(bytes)?)?;
    }
    Ok(name)
}

/// `fonts/figtree-latin.woff2` becomes `figtree-latin.0123456789.woff2`: one flat folder, served at `/a/`.
fn hashed_name(path: &Path, bytes: &[u8]) -> Result<String, Box<dyn Error>> {
    let stem = path.file_stem().ok_or("a file without a name")?.to_string_lossy();
    let extension = path.extension().ok_or("a file without an extension")?.to_string_lossy();
    let mut hash = String::new();
    for byte in Sha256::digest(bytes).iter().take(5) {
        write!(hash, "{byte:02x}")?;
    }
    Ok(format!("{stem}.{hash}.{extension}"))
}

/// Joins the files that `app.css` in the folder imports, in its order, and removes what browsers do not need.
fn style_sheet(folder: &Path, names: &BTreeMap<String, String>) -> Result<String, Box<dyn Error>> {
    let list = minify(&fs::read_to_string(folder.join("app.css"))?)?;
    let mut unused: BTreeSet<String> = walk(folder)?
        .iter()
        .map(|path| relative(path, folder))
        .collect::<Result<_, _>>()?;
    unused.remove("app.css");

    let mut sheet = String::new();
    let mut open_layer = "";
    for statement in list.split_terminator(';') {
        let Some(import) = statement.strip_prefix("@import \"") else {
            write!(sheet, "{statement};")?;
            continue;
        };
        let (file, layer) = import.split_once('"').ok_or("an @import that does not end")?;
        let layer = layer.trim().trim_start_matches("layer(").trim_end_matches(')');
        if layer != open_layer {
            if !open_layer.is_empty() {
                sheet.push('}');
            }
            if !layer.is_empty() {
                write!(sheet, "@layer {layer}{{")?;
            }
            open_layer = layer;
        }
        let css = fs::read_to_string(folder.join(file)).map_err(|error| format!("static/css/{file}: {error}"))?;
        sheet.push_str(&minify(&css).map_err(|error| format!("static/css/{file}: {error}"))?);
        unused.remove(file);
    }
    if !open_layer.is_empty() {
        sheet.push('}');
    }
    if let Some(file) = unused.first() {
        return Err(format!("static/css/app.css does not import {file}").into());
    }
    link(&sheet, names)
}

/// Points `url(…)` at the hashed names. All files of the sheet that use it are directly in `static/css`.
fn link(css: &str, names: &BTreeMap<String, String>) -> Result<String, Box<dyn Error>> {
    let mut linked = String::with_capacity(css.len());
    let mut rest = css;
    while let Some((before, after)) = rest.split_once("url(") {
        let (target, after) = after.split_once(')').ok_or("a url( that does not end")?;
        let name = target
            .strip_prefix("../")
            .and_then(|file| names.get(file))
            .ok_or_else(|| format!("static/css points to {target}, which is not in static/"))?;
        write!(linked, "{before}url({name})")?;
        rest = after;
    }
    linked.push_str(rest);
    Ok(linked)
}

/// CSS without comments, and without white space that has no meaning. That is all a minifier has to do here, so a crate
/// such as `lightningcss`, which adds a whole CSS parser to the build, is not worth its build time.
fn minify(css: &str) -> Result<String, Box<dyn Error>> {
    let mut short = String::with_capacity(css.len());
    let mut statement = Vec::new();
    let mut rest = css;
    while !rest.is_empty() {
        let (token, after) = rest.split_at(token_length(rest)?);
        rest = after;
        match token {
            "{" | "}" | ";" => {
                short.push_str(&join(&statement, token == "{"));
                statement.clear();
                if token == "}" && short.ends_with(';') {
                    short.pop();
                }
                short.push_str(token);
            }
            _ if token.starts_with("/*") => {}
            _ if token.trim().is_empty() => {
                if statement.last().is_some_and(|last| *last != " ") {
                    statement.push(" ");
                }
            }
            _ => statement.push(token),
        }
    }
    if statement.iter().any(|token| *token != " ") {
        return Err("the last statement does not end".into());
    }
    Ok(short)
}

/// The length of the token at the start of this CSS: a comment, white space, a string, an address, a sign or a word.
fn token_length(css: &str) -> Result<usize, Box<dyn Error>> {
    const SIGNS: &str = "{}()[];:,>+~*/!";
    let first = css.chars().next().ok_or("no CSS left")?;
    if css.starts_with("/*") {
        return Ok(css.find("*/").ok_or("a comment that does not end")? + 2);
    }
    if css.starts_with("url(") {
        return Ok(css.find(')').ok_or("a url( that does not end")? + 1);
    }
    if first.is_whitespace() {
        return Ok(css.find(|c: char| !c.is_whitespace()).unwrap_or(css.len()));
    }
    if SIGNS.contains(first) {
        return Ok(first.len_utf8());
    }
    let is_string = first == '"' || first == '\'';
    let mut escaped = false;
    for (at, c) in css.char_indices() {
        let ends_word = c.is_whitespace() || SIGNS.contains(c) || c == '"' || c == '\'';
        if escaped {
            escaped = false;
        } else if c == '\\' {
            escaped = true;
        } else if is_string && at > 0 && c == first {
            return Ok(at + 1);
        } else if !is_string && ends_word {
            return Ok(at);
        }
    }
    if is_string {
        return Err("a string that does not end".into());
    }
    Ok(css.len())
}

/// A selector, a declaration or the head of an at-rule, with spaces only where they have a meaning:
/// `.a > .b` needs none, but `.a .b`, `.a :hover`, `calc(1px + 2px)` and `(hover) and (scripting)` do.
fn join(tokens: &[&str], before_block: bool) -> String {
    let signs: &[&str] = match tokens.first() {
        Some(first) if first.starts_with('@') => &[],
        _ if before_block => &[">", "+", "~"],
        _ => &["*", "/"],
    };
    let drops_space_after = |token: &str| ["(", "[", ",", ":"].contains(&token) || signs.contains(&token);
    let drops_space_before = |token: &str| [")", "]", ",", "!"].contains(&token) || signs.contains(&token);
    let mut joined = String::new();
    let mut last = "";
    for (at, token) in tokens.iter().enumerate() {
        let next = tokens.get(at + 1);
        if *token != " " || next.is_some_and(|next| !drops_space_after(last) && !drops_space_before(next)) {
            joined.push_str(token);
        }
        last = token;
    }
    joined
}

fn brotli(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let settings = brotli::enc::BrotliEncoderParams {
        quality: 11,
        ..Default::default()
    };
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut &bytes[..], &mut packed, &settings)?;
    Ok(packed)
}

fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish()
}

/// `app.css` becomes `APP_CSS`, the address a template writes.
fn constants(names: &BTreeMap<String, String>) -> Result<String, std::fmt::Error> {
    let mut code = String::new();
    for (path, name) in names {
        let constant: String = path
            .chars()
            .map(|c| {
                if c.is_ascii_alphanumeric() {
                    c.to_ascii_uppercase()
                } else {
                    '_'
                }
            })
            .collect();
        writeln!(code, "/// `{path}`\npub const {constant}: &str = \"/a/{name}\";")?;
    }
    Ok(code)
}
