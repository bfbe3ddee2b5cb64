//! `vstore search` and `vstore find`.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read, Write as _};
use std::path::Path;
use std::time::Instant;

use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};
use serde_json::{Map, json};
use vstore::search::{
    Explanation, FieldClass, Level, LevelCounts, Matcher, Mode, Query, SearchControl,
    SearchOptions, SearchResult,
};
use vstore::value::Value;
use vstore::value::json::parse_text;
use vstore::{CancelToken, Condition, Snapshot, find as find_records};

use super::args::{FindArgs, SearchArgs};
use super::database;
use super::exit::{Exit, Failure};
use super::output;
use super::printer::{Content, Printer};

/// The longest line with a query in bytes: further characters of a query do not count.
const LINE_BYTES_MAX: u64 = 64 * 1024;
/// The largest number of queries that are answered at once, in parallel.
const GROUP_MAX: usize = 64;

pub(super) fn search(args: &SearchArgs) -> Result<Exit, Failure> {
    let store = database::open_to_read(&args.common)?;
    let search = Search {
        snapshot: store.snapshot(),
        explain: args.explain,
        options: SearchOptions {
            mode: if args.exact {
                Mode::Exact
            } else if args.contains {
                Mode::Contains
            } else {
                Mode::Fuzzy
            },
            limit: Some(args.limit),
            ..SearchOptions::default()
        },
    };
    if let Some(path) = &args.queries {
        return search.all(path);
    }
    let answer = search.answer(args.query.as_deref().unwrap_or_default());
    for hint in &answer.found.hints {
        output::message(format_args!("vstore: {}", hint.message));
    }
    if args.common.json {
        output::json(&search.document(&answer))?;
        return Ok(Exit::Ok);
    }
    let mut out = output::data();
    for hit in answer.found.hits.iter() {
        writeln!(out, "{}", hit.key)?;
        for line in search
            .explanation(&answer, hit.key)
            .iter()
            .flat_map(reasons)
        {
            writeln!(out, "    {line}")?;
        }
    }
    out.flush()?;
    output::message(format_args!(
        "{} of {} records: {} exact, {} similar ({:.1} ms)",
        answer.found.total,
        search.snapshot.len(),
        answer.found.counts.exact(),
        answer.found.counts.similar(),
        answer.ms
    ));
    Ok(Exit::Ok)
}

/// Searches in one snapshot.
struct Search {
    snapshot: Snapshot,
    options: SearchOptions,
    explain: bool,
}

struct Answer {
    /// The query, compiled once for all explanations; `None` if none are asked for.
    matcher: Option<Matcher>,
    found: SearchResult,
    ms: f64,
}

impl Search {
    fn answer(&self, text: &str) -> Answer {
        let query = Query::parse(text, self.snapshot.catalog());
        let start = Instant::now();
        let unlimited = SearchControl::unlimited();
        let found = self.snapshot.search(&query, &self.options, &unlimited);
        let ms = start.elapsed().as_secs_f64() * 1000.0;
        Answer {
            matcher: self
                .explain
                .then(|| Matcher::new(&query, self.options.mode)),
            found,
            ms,
        }
    }

    /// Answers one query a line, in their order.
    fn all(&self, path: &Path) -> Result<Exit, Failure> {
        let input: Box<dyn Read> = if path == Path::new("-") {
            Box::new(io::stdin())
        } else {
            let failed = |error| {
                Failure::new(
                    Exit::InputOutput,
                    format_args!("{}: {error}", path.display()),
                )
            };
            Box::new(File::open(path).map_err(failed)?)
        };
        let input = BufReader::new(input);
        // Cannot be cancelled.
        self.snapshot
            .build_indexes(&CancelToken::never(), &|_| {})
            .ok();
        let mut out = output::data();
        let mut lines = QueryLines { input, number: 0 };
        loop {
            let (queries, refused) = lines.group();
            let answers = queries.par_iter().map(|text| {
                let mut document = self.document(&self.answer(text));
                if let Some(members) = document.as_object_mut() {
                    members.insert("query".to_owned(), text.as_str().into());
                }
                document
            });
            for document in answers.collect::<Vec<_>>() {
                serde_json::to_writer(&mut out, &document)?;
                out.write_all(b"\n")?;
            }
            out.flush()?;
            if let Some(failure) = refused {
                return Err(failure);
            }
            if queries.is_empty() {
                return Ok(Exit::Ok);
            }
        }
    }

    fn document(&self, answer: &Answer) -> serde_json::Value {
        let hits = answer.found.hits.iter().map(|hit| {
            let mut document = json!({
                "key": hit.key,
                "score": hit.sort_key.get(),
                "level": hit.level.name(),
            });
            if let (Some(why), Some(members)) =
                (self.explanation(answer, hit.key), document.as_object_mut())
            {
                members.insert("why".to_owned(), why_of(&why));
            }
            document
        });
        let hints = answer.found.hints.iter().map(|hint| &hint.message);
        json!({
            "total": answer.found.total,
            "levels": levels(answer.found.counts),
            "ms": answer.ms,
            "hints": hints.collect::<Vec<_>>(),
            "hits": hits.collect::<Vec<_>>(),
        })
    }

    /// Why a record was found; `None` if that was not asked for.
    fn explanation(&self, answer: &Answer, key: &str) -> Option<Explanation> {
        let matcher = answer.matcher.as_ref()?;
        matcher.explain(self.snapshot.get(key)?.as_ref())
    }
}

/// Queries, one a line.
struct QueryLines {
    input: BufReader<Box<dyn Read>>,
    number: u64,
}

impl QueryLines {
    /// Waits for a query, then takes those that have arrived with it: whoever waits for an answer
    /// before sending the next query gets it. Empty at the end. Queries before a line that is
    /// refused are answered.
    fn group(&mut self) -> (Vec<String>, Option<Failure>) {
        let mut group = Vec::new();
        while group.len() < GROUP_MAX && (group.is_empty() || self.input.buffer().contains(&b'\n'))
        {
            match self.next() {
                Ok(Some(query)) => group.push(query),
                Ok(None) => break,
                Err(failure) => return (group, Some(failure)),
            }
        }
        (group, None)
    }

    fn next(&mut self) -> Result<Option<String>, Failure> {
        let number = self.number + 1;
        let refused = |why: String| Failure::new(Exit::Refused, format_args!("line {number}{why}"));
        let mut line = Vec::new();
        let most = LINE_BYTES_MAX + 1;
        if (&mut self.input).take(most).read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        if line.len() as u64 == most {
            return Err(refused(format!(": longer than {LINE_BYTES_MAX} bytes")));
        }
        self.number = number;
        let mut text = String::from_utf8(line).map_err(|_error| refused(" is not UTF-8".into()))?;
        text.truncate(text.trim_end_matches(['\r', '\n']).len());
        Ok(Some(text))
    }
}

/// The criteria of the rank, the most significant first, and the words that were found.
fn why_of(why: &Explanation) -> serde_json::Value {
    let words = why.reasons.iter().map(|reason| {
        json!({
            "word": reason.word,
            "found": reason.found,
            "path": reason.place.value().map(|(path, _)| path),
            "level": reason.level.name(),
        })
    });
    let rank = &why.rank;
    json!({
        "misspelling": rank.misspelling,
        "in_part": rank.in_part,
        "place": place(rank.place),
        "spread": rank.spread,
        "position": rank.position,
        "unlike": rank.unlike,
        "length": rank.length,
        "capitals": rank.capitals,
        "words": words.collect::<Vec<_>>(),
    })
}

const fn place(class: FieldClass) -> &'static str {
    match class {
        FieldClass::Key => "key",
        FieldClass::WholeValue => "whole value",
        FieldClass::StartOfValue => "start of value",
        FieldClass::Elsewhere => "elsewhere",
    }
}

/// The same in lines of text.
fn reasons(why: &Explanation) -> Vec<String> {
    let rank = &why.rank;
    let mut lines = vec![format!(
        "{}: misspelling {}, in part {}, {}, spread {}, position {}, unlike {}, length {}, capitals {}",
        why.level.name(),
        rank.misspelling,
        rank.in_part,
        place(rank.place),
        rank.spread,
        rank.position,
        rank.unlike,
        rank.length,
        rank.capitals,
    )];
    lines.extend(why.reasons.iter().map(|reason| {
        let path = reason.place.value().map_or("key", |(path, _)| path);
        let level = reason.level.name();
        format!(
            "{} found {:?} in {path} ({level})",
            reason.word, reason.found
        )
    }));
    lines
}

fn levels(counts: LevelCounts) -> Map<String, serde_json::Value> {
    Level::ALL
        .into_iter()
        .map(|level| (level.name().to_owned(), counts.of(level).into()))
        .collect()
}

pub(super) fn find(args: &FindArgs) -> Result<Exit, Failure> {
    let path = vstore::Path::parse(&args.path).map_err(Failure::usage)?;
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
