//! The same records and the same questions through vstore, through SQLite with FTS5 and SQLCipher,
//! and through tantivy, in one run of one process: prints times, their ratios, and whether the
//! counts agree. Where they cannot, the question says why.

#[path = "../../corpus/mod.rs"]
mod corpus;
mod engines;
mod questions;
mod timing;

use std::error::Error;
use std::path::Path;

use engines::{Engine, Sqlite, Tantivy, VStore};
use questions::QUESTIONS;
use serde_json::{Value, json};
use timing::{median, timed};

const RECORDS: usize = 100_000;
const REPEATS: usize = 15;
const EDITS: usize = 200;

fn main() -> Result<(), Box<dyn Error>> {
    let records = std::env::var("VSTORE_BENCH_RECORDS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(RECORDS);
    let lines = corpus_lines(records)?;
    let folder = tempfile::tempdir()?;
    println!("{records} records");
    let (vstore, vstore_built) = timed(|| VStore::build(folder.path(), &lines));
    let (sqlite, sqlite_built) = timed(|| Sqlite::build(folder.path(), &lines));
    let (tantivy, tantivy_built) = timed(|| Tantivy::build(folder.path(), &lines));
    let mut engines: Vec<Box<dyn Engine>> =
        vec![Box::new(vstore?), Box::new(sqlite?), Box::new(tantivy?)];
    let mut report = Vec::new();
    println!(
        "{:<34} {:>12} {:>12} {:>12}   hits",
        "median, milliseconds", "vstore", "sqlite", "tantivy"
    );
    let built = [vstore_built, sqlite_built, tantivy_built].map(Some);
    report.push(row("build, indexed", &built, ""));
    report.push(row("one durable edit", &edits(&mut engines), ""));
    for question in QUESTIONS {
        let mut times = Vec::new();
        let mut counts = Vec::new();
        for engine in &mut engines {
            let mut count = None;
            let time = median(REPEATS, || count = engine.ask(question));
            times.push(count.map(|_| time));
            counts.push(count);
        }
        let verdict = compare(question, &counts);
        report.push(row(question.name, &times, &verdict));
    }
    for engine in &engines {
        println!(
            "{}: {:.1} MB of files",
            engine.name(),
            engine.bytes() as f64 / 1e6
        );
    }
    save(records, report)
}

fn corpus_lines(records: usize) -> Result<Vec<String>, Box<dyn Error>> {
    let mut corpus = corpus::Corpus::new(1);
    let mut lines = Vec::with_capacity(records);
    for _ in 0..records {
        let mut line = Vec::new();
        corpus.write_line(&mut line)?;
        lines.push(String::from_utf8(line)?.trim_end().to_owned());
    }
    Ok(lines)
}

fn edits(engines: &mut [Box<dyn Engine>]) -> Vec<Option<f64>> {
    engines
        .iter_mut()
        .map(|engine| {
            let mut number = 0;
            let mut worked = true;
            let time = median(EDITS, || {
                number += 1;
                worked &= engine.edit(number);
            });
            worked.then_some(time)
        })
        .collect()
}

/// Equal counts, or the counts.
fn compare(question: &questions::Question, counts: &[Option<u64>]) -> String {
    let known: Vec<u64> = counts.iter().flatten().copied().collect();
    let is_same = known.windows(2).all(|pair| pair[0] == pair[1]);
    match (is_same, question.differs) {
        (true, _) if known.len() > 1 => format!("{} in all", known[0]),
        (true, _) => format!("{known:?} here alone"),
        (false, Some(why)) => format!("{counts:?}: {why}"),
        (false, None) => format!("{counts:?} DIFFER"),
    }
}

fn row(name: &str, times: &[Option<f64>], verdict: &str) -> Value {
    let ours = times.first().copied().flatten();
    let cells: Vec<String> = times
        .iter()
        .enumerate()
        .map(|(engine, time)| match (time, ours) {
            (Some(time), Some(ours)) if engine > 0 => {
                format!("{time:.2} ({:.1}x)", time / ours.max(1e-6))
            }
            (Some(time), _) => format!("{time:.2}"),
            (None, _) => "-".to_owned(),
        })
        .collect();
    let cell = |engine: usize| cells.get(engine).map_or("", String::as_str);
    println!(
        "{name:<34} {:>12} {:>16} {:>16}   {verdict}",
        cell(0),
        cell(1),
        cell(2)
    );
    json!({ "name": name, "vstore_ms": times.first(), "sqlite_ms": times.get(1),
        "tantivy_ms": times.get(2), "hits": verdict })
}

/// Beside the figures of the store's own benchmark.
fn save(records: usize, report: Vec<Value>) -> Result<(), Box<dyn Error>> {
    let program = std::env::current_exe()?;
    let target = program.ancestors().nth(2).unwrap_or(Path::new("target"));
    let folder = target.join("bench");
    std::fs::create_dir_all(&folder)?;
    let path = folder.join(format!("peers-{records}.json"));
    let all = json!({ "records": records, "entries": report });
    std::fs::write(&path, format!("{all:#}\n"))?;
    println!("written to {}", path.display());
    Ok(())
}
