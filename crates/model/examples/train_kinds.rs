//! `cargo x train kinds`: makes the weights of kinds that ship anew, from the sets beside the repository whose licences allow it. The same
//! sets give the same file.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::path::Path;
use std::process::ExitCode;

#[path = "kinds_sets/mod.rs"]
mod kinds_sets;

fn main() -> ExitCode {
    match train() {
        Ok(said) => {
            println!("{said}");
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn train() -> Result<String, String> {
    let shipped = kinds_sets::make(|post| !kinds_sets::is_aside(post))?;
    let bytes = shipped.write();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/kinds/weights.bin");
    let is_same = std::fs::read(&file).is_ok_and(|old| old == bytes);
    std::fs::write(&file, &bytes).map_err(|e| format!("{}: {e}", file.display()))?;
    let was = if is_same { "the same as before" } else { "others than before" };
    Ok(format!(
        "{} entries for what a post does, {} for the side it shows: {} bytes, {was}. Now: cargo x eval kinds",
        shipped.does.lexicon.len(),
        shipped.side.lexicon.len(),
        bytes.len()
    ))
}
