//! Writes figures for other programs.

use std::path::{Path, PathBuf};

use serde_json::Value;

/// Writes figures as JSON to `bench/<name>.json` in the build's folder, and prints the path.
pub(crate) fn save(name: &str, figures: &Value) {
    let folder = target_folder().join("bench");
    let path = folder.join(format!("{name}.json"));
    let written = std::fs::create_dir_all(&folder)
        .and_then(|()| std::fs::write(&path, format!("{figures:#}\n")));
    match written {
        Ok(()) => println!("written to {}", path.display()),
        Err(error) => println!("not written to {}: {error}", path.display()),
    }
}

/// The build's folder, of which this program is `release/deps/store-…`.
fn target_folder() -> PathBuf {
    let program = std::env::current_exe().unwrap_or_default();
    program
        .ancestors()
        .nth(3)
        .map_or_else(|| PathBuf::from("target"), Path::to_path_buf)
}

/// The sizes that `VSTORE_BENCH_RECORDS` asks for, or `usual`.
pub(crate) fn sizes(usual: &[usize]) -> Vec<usize> {
    let wanted = std::env::var("VSTORE_BENCH_RECORDS").unwrap_or_default();
    let wanted: Vec<usize> = wanted
        .split(',')
        .filter_map(|text| text.trim().parse().ok())
        .collect();
    if wanted.is_empty() {
        usual.to_vec()
    } else {
        wanted
    }
}
