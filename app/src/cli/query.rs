//! `vstore search` and `vstore find`.

use std::collections::BTreeSet;
use std::time::Instant;

use serde_json::{Map, json};
use vstore::search::{
    CompareOp, Expr, Field, FieldTest, Level, LevelCounts, Literal, Mode, Query, SearchControl,
    SearchOptions, Sort, SortBy, Target, search as search_records,
};
use vstore::{Path, Snapshot, walk};

use super::args::{FindArgs, SearchArgs};
use super::database;
use super::exit::{Exit, Failure};
use super::output;
use super::printer::{Content, Printer};

/// The signs without which a query names no path.
const PATH_SIGNS: [char; 7] = [':', '=', '<', '>', '~', '^', '*'];

pub(super) fn search(args: &SearchArgs) -> Result<Exit, Failure> {
    let store = database::open_to_read(&args.common)?;
    let snapshot = store.snapshot();
    let known = if args.query.contains(PATH_SIGNS) {
        paths(&snapshot)
    } else {
        Vec::new()
    };
    let query = Query::parse(&args.query, &known);
    let options = SearchOptions {
        mode: if args.exact {
            Mode::Exact
        } else if args.contains {
            Mode::Contains
        } else {
            Mode::Fuzzy
        },
        limit: Some(args.limit),
        ..SearchOptions::default()
    };
    let start = Instant::now();
    let found = search_records(&snapshot, &query, &options, &SearchControl::unlimited());
    let ms = start.elapsed().as_secs_f64() * 1000.0;
    for hint in &found.hints {
        output::message(format_args!("vstore: {}", hint.message));
    }
    if args.common.json {
        let hits: Vec<_> = found
            .hits
            .iter()
            .map(|hit| {
                json!({
                    "key": hit.key,
                    "score": hit.sort_key.get(),
                    "level": hit.level.name(),
                })
            })
            .collect();
        output::json(&json!({
            "total": found.total,
            "levels": levels(found.counts),
            "ms": ms,
            "hits": hits,
        }))?;
        return Ok(Exit::Ok);
    }
    output::lines(found.hits.iter().map(|hit| hit.key))?;
    output::message(format_args!(
        "{} of {} records: {} exact, {} similar ({ms:.1} ms)",
        found.total,
        snapshot.len(),
        found.counts.exact(),
        found.counts.similar()
    ));
    Ok(Exit::Ok)
}

fn levels(counts: LevelCounts) -> Map<String, serde_json::Value> {
    Level::ALL
        .into_iter()
        .map(|level| (level.name().to_owned(), counts.of(level).into()))
        .collect()
}

pub(super) fn find(args: &FindArgs) -> Result<Exit, Failure> {
    let path = Path::parse(&args.path).map_err(Failure::usage)?;
    let test = test(args)?;
    let store = database::open_to_read(&args.common)?;
    let snapshot = store.snapshot();
    let query = Query {
        expr: Expr::Field(Field {
            name: args.path.clone(),
            target: Target::Paths(vec![path]),
            test,
        }),
        ..Query::all()
    };
    let options = SearchOptions {
        mode: Mode::Exact,
        sort: Sort {
            by: SortBy::Key,
            descending: false,
        },
        limit: args.limit,
    };
    let found = search_records(&snapshot, &query, &options, &SearchControl::unlimited());
    let mut printer = Printer::new(&args.common, Content::new(args.keys_only));
    for hit in found.hits.iter() {
        if let Some(record) = snapshot.get(hit.key) {
            printer.record(record.as_ref())?;
        }
    }
    printer.finish()?;
    output::message(format_args!(
        "{} of {} records",
        found.total,
        snapshot.len()
    ));
    Ok(Exit::Ok)
}

fn test(args: &FindArgs) -> Result<FieldTest, Failure> {
    let (sign, value) = match args.condition.as_slice() {
        [] if args.null => return Ok(FieldTest::Null),
        [] if args.missing => return Ok(FieldTest::Missing),
        [] => return Ok(FieldTest::Exists),
        [value] => ("=", value),
        [sign, value] => (sign.as_str(), value),
        _ => {
            return Err(Failure::usage(
                "expected PATH, PATH VALUE or PATH SIGN VALUE",
            ));
        }
    };
    // A text that looks like a number is written "\"30\"", as in JSON.
    let quoted = serde_json::from_str::<String>(value).ok();
    let literal = Literal {
        quoted: quoted.is_some(),
        text: quoted.unwrap_or_else(|| value.clone()),
    };
    let compare = |op| Ok(FieldTest::Compare(op, literal.clone()));
    match sign {
        "=" | "==" => compare(CompareOp::Equal),
        "!=" => compare(CompareOp::NotEqual),
        "<" => compare(CompareOp::Less),
        "<=" => compare(CompareOp::AtMost),
        ">" => compare(CompareOp::Greater),
        ">=" => compare(CompareOp::AtLeast),
        "^=" => Ok(FieldTest::StartsWith(literal)),
        "*=" => Ok(FieldTest::Contains(literal)),
        _ => Err(Failure::usage(format_args!(
            "{sign:?} is none of = != < <= > >= ^= *="
        ))),
    }
}

/// All paths of all values.
pub(super) fn paths(snapshot: &Snapshot) -> Vec<Path> {
    let mut paths = BTreeSet::new();
    for record in snapshot.iter() {
        walk(record.value, &mut |path, _| {
            if !paths.contains(path) {
                paths.insert(path.to_owned());
            }
        });
    }
    paths
        .iter()
        .filter_map(|path| Path::parse(path).ok())
        .collect()
}
