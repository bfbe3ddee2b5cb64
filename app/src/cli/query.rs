//! `vstore search` and `vstore find`.

use std::time::Instant;

use serde_json::{Map, json};
use vstore::search::{Level, LevelCounts, Mode, Query, SearchControl, SearchOptions};
use vstore::value::Value;
use vstore::value::json::parse_text;
use vstore::{CancelToken, Condition, Path, find as find_records};

use super::args::{FindArgs, SearchArgs};
use super::database;
use super::exit::{Exit, Failure};
use super::output;
use super::printer::{Content, Printer};

pub(super) fn search(args: &SearchArgs) -> Result<Exit, Failure> {
    let store = database::open_to_read(&args.common)?;
    let snapshot = store.snapshot();
    let query = Query::parse(&args.query, snapshot.catalog());
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
    let found = snapshot.search(&query, &options, &SearchControl::unlimited());
    let ms = start.elapsed().as_secs_f64() * 1000.0;
    for hint in &found.hints {
        output::message(format_args!("vstore: {}", hint.message));
    }
    if args.common.json {
        let hints: Vec<_> = found.hints.iter().map(|hint| &hint.message).collect();
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
            "hints": hints,
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
    let condition = condition(args)?;
    let store = database::open_to_read(&args.common)?;
    let snapshot = store.snapshot();
    let found = find_records(
        &snapshot,
        &path,
        &condition,
        args.limit,
        &CancelToken::never(),
    )
    .map_err(|cancelled| Failure::new(Exit::InputOutput, cancelled))?;
    let mut printer = Printer::new(&args.common, Content::new(args.keys_only));
    for key in &found.keys {
        if let Some(record) = snapshot.get(key.as_str()) {
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

fn condition(args: &FindArgs) -> Result<Condition, Failure> {
    let (operator, text) = match args.condition.as_slice() {
        [] if args.null => return Ok(Condition::IsNull),
        [] if args.missing => return Ok(Condition::Missing),
        [] => return Ok(Condition::Exists),
        [text] => ("=", text),
        [operator, text] => (operator.as_str(), text),
        _ => {
            return Err(Failure::usage(
                "expected PATH, PATH VALUE or PATH OPERATOR VALUE",
            ));
        }
    };
    // Text that is not JSON is a string: John, but also "30" in quotes for the string 30.
    let value = parse_text(text).map_or_else(
        |_not_json| Value::from(text.as_str()),
        |(value, _)| value.to_value(),
    );
    let string = || match &value {
        Value::String(string) => string.clone(),
        _ => text.clone(),
    };
    match operator {
        "=" | "==" => Ok(Condition::Equals(value)),
        "!=" => Ok(Condition::NotEquals(value)),
        "<" => Ok(Condition::Less(value)),
        "<=" => Ok(Condition::AtMost(value)),
        ">" => Ok(Condition::Greater(value)),
        ">=" => Ok(Condition::AtLeast(value)),
        "^=" => Ok(Condition::StartsWith(string())),
        "*=" => Ok(Condition::Contains(string())),
        _ => Err(Failure::usage(format_args!(
            "{operator:?} is none of = != < <= > >= ^= *="
        ))),
    }
}
