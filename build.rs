//! Prepares `static/` for the binary: names with a hash of their bytes, twins in brotli and gzip, a constant for each address.

use std::collections::BTreeMap;
use std::env;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// Kept in the repository beside the files they speak of, never served.
const NOT_SERVED: [&str; 2] = ["VENDORED.md", "licences"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=static");
    println!("cargo:rerun-if-changed=build.rs");
    // Embedded too, by macros that do not see new files.
    println!("cargo:rerun-if-changed=migrations");
    println!("cargo:rerun-if-changed=src/ops/demo/pictures");
    let source = Path::new("static");
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?);
    let folder = out.join("assets");
    // Files of an earlier build have other names and would be embedded too.
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;

    let mut paths = Vec::new();
    walk(source, &mut paths)?;
    // Style sheets come last: their own hash has to cover the names they point to.
    paths.sort_by_key(|path| (has_extension(path, "css"), path.clone()));

    let mut names = BTreeMap::new();
    for path in &paths {
        let inner = path.strip_prefix(source)?.to_string_lossy().replace('\\', "/");
        let mut bytes = fs::read(path)?;
        if has_extension(path, "css") {
            bytes = style_sheet(&String::from_utf8(bytes)?, &names)?.into_bytes();
        }
        let name = hashed_name(path, &bytes)?;
        fs::write(folder.join(&name), &bytes)?;
        if ["css", "js", "svg"]
            .iter()
            .any(|extension| has_extension(path, extension))
        {
            fs::write(folder.join(format!("{name}.br")), brotli(&bytes)?)?;
            fs::write(folder.join(format!("{name}.gz")), gzip(&bytes)?)?;
        }
        names.insert(inner, name);
    }
    fs::write(out.join("assets.rs"), constants(&names)?)?;
    Ok(())
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with('.') || NOT_SERVED.contains(&name.as_ref()) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            walk(&entry.path(), found)?;
        } else {
            found.push(entry.path());
        }
    }
    Ok(())
}

fn has_extension(path: &Path, wanted: &str) -> bool {
    path.extension().is_some_and(|extension| extension == wanted)
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

/// The sheet without its comments and indentation, its `url(…)` pointing at the hashed names.
fn style_sheet(css: &str, names: &BTreeMap<String, String>) -> Result<String, Box<dyn Error>> {
    let mut bare = String::with_capacity(css.len());
    let mut rest = css;
    while let Some((before, after)) = rest.split_once("/*") {
        bare.push_str(before);
        rest = after.split_once("*/").ok_or("a comment that does not end")?.1;
    }
    bare.push_str(rest);

    let mut linked = String::with_capacity(bare.len());
    let mut rest = bare.as_str();
    while let Some((before, after)) = rest.split_once("url(") {
        let (target, after) = after.split_once(')').ok_or("a url( that does not end")?;
        let name = names
            .get(target)
            .ok_or_else(|| format!("app.css points to {target}, which is not in static/"))?;
        write!(linked, "{before}url({name})")?;
        rest = after;
    }
    linked.push_str(rest);

    let lines: Vec<&str> = linked.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    Ok(lines.join("\n"))
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
        writeln!(code, "/// `static/{path}`\npub const {constant}: &str = \"/a/{name}\";")?;
    }
    Ok(code)
}
