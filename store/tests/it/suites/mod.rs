//! Public test suites of the encodings that the store reads.

mod json;
mod msgpack;

/// The lines of a table without comments, split at tabs.
fn rows(table: &str) -> impl Iterator<Item = Vec<&str>> {
    let lines = table.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| line.split('\t').collect())
}
