//! Prepares what the program embeds: the files of `static/` and the templates.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{fs, io};

#[path = "src/build/assets.rs"]
mod assets;
#[path = "src/build/formatting.rs"]
mod formatting;
#[path = "src/build/templates.rs"]
mod templates;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=src/build");
    // Embedded by macros that do not notice new files.
    println!("cargo:rerun-if-changed=migrations");
    println!("cargo:rerun-if-changed=src/ops/demo/pictures");
    templates::build()?;
    assets::build()
}

/// All files in a folder and its subfolders, without hidden ones, in the order of their names.
fn walk(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        if entry.file_type()?.is_dir() {
            files.extend(walk(&entry.path())?);
        } else {
            files.push(entry.path());
        }
    }
    files.sort();
    Ok(files)
}
