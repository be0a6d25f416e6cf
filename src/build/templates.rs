//! Prepares `templates/` for askama, which reads the copies without formatting in `target/templates`.

use std::error::Error;
use std::fs;
use std::path::Path;

use super::formatting::prepare;
use super::walk;

/// Where askama reads, as `askama.toml` says.
const PREPARED: &str = "target/templates";

/// Writes the prepared copies of `templates/`, and removes those of templates that are gone.
pub fn build() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=templates");
    println!("cargo:rerun-if-changed=askama.toml");
    let (source, prepared) = (Path::new("templates"), Path::new(PREPARED));
    let mut targets = Vec::new();
    for path in walk(source)? {
        let target = prepared.join(path.strip_prefix(source)?);
        let mut text = fs::read_to_string(&path)?;
        if path.extension().is_some_and(|extension| extension == "html") {
            text = prepare(&text).map_err(|(line, problem)| format!("{}:{line}: {problem}", path.display()))?;
        }
        if !fs::read_to_string(&target).is_ok_and(|present| present == text) {
            fs::create_dir_all(target.parent().ok_or("a file without a folder")?)?;
            fs::write(&target, text)?;
            // cargo runs the build script again when a file that it watches is newer than the last run.
            let modified = fs::metadata(&path)?.modified()?;
            fs::File::options().write(true).open(&target)?.set_modified(modified)?;
        }
        println!("cargo:rerun-if-changed={}", target.display());
        targets.push(target);
    }
    for path in walk(prepared)?.iter().filter(|path| !targets.contains(path)) {
        fs::remove_file(path)?;
    }
    Ok(())
}
