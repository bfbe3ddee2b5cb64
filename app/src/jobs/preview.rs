//! What an import would make of the start of a file.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};

use vstore::Millis;
use vstore::search::CancelToken;
use vstore::transfer::{self, ImportSource, InputShape};
use vstore::value::json::to_compact_preview;

use super::import::{self, options};
use super::worker::Emit;
use crate::state::{ImportKeys, ImportPlan, ImportPreview, PreviewRow};

/// The number of records shown.
const ROWS: usize = 20;
const VALUE_CHARS: usize = 160;
/// How much of a file is read for them.
const READ_BYTES: u64 = 4 << 20;

/// A plan to preview.
#[derive(Clone, Debug)]
pub struct PreviewQuestion {
    /// The plan.
    pub plan: ImportPlan,
    /// The current time, for expiries.
    pub now: Millis,
}

/// The preview.
#[derive(Clone, Debug)]
pub struct PreviewAnswer {
    /// The plan it is about.
    pub plan: ImportPlan,
    /// The first records, or why the file cannot be read.
    pub preview: Result<ImportPreview, String>,
    /// A source of keys, if the data contains none.
    pub suggestion: Option<ImportKeys>,
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "other workers return `None` for a stale question"
)]
pub(super) fn answer_preview(
    question: PreviewQuestion,
    cancel: &CancelToken,
    _emit: &Emit<'_, PreviewAnswer>,
) -> Option<PreviewAnswer> {
    let PreviewQuestion { plan, now } = question;
    let looked = look(&plan, now, cancel);
    let (preview, suggestion) = match looked {
        Ok((preview, suggestion)) => (Ok(preview), suggestion),
        Err(message) => (Err(message), None),
    };
    Some(PreviewAnswer {
        plan,
        preview,
        suggestion,
    })
}

fn look(
    plan: &ImportPlan,
    now: Millis,
    cancel: &CancelToken,
) -> Result<(ImportPreview, Option<ImportKeys>), String> {
    let open = || import::open(&plan.path).map_err(|error| error.to_string());
    let start = transfer::preview(open()?, ROWS);
    let bytes = std::fs::metadata(&plan.path).map_or(0, |metadata| metadata.len());
    let mut preview = ImportPreview {
        format: start.format,
        fields: start
            .fields
            .iter()
            .map(|field| field.name.clone())
            .collect(),
        has_keys: start.has_keys,
        bytes,
        ..ImportPreview::default()
    };
    let needs_rule = !start.has_keys && start.shape != Some(InputShape::Object);
    let suggestion = (needs_rule && plan.keys == ImportKeys::FromData).then(|| {
        let unique = start.fields.iter().find(|field| field.is_unique);
        match unique {
            Some(field) => ImportKeys::Field(field.name.clone()),
            None => ImportKeys::RowNumber {
                prefix: prefix_of(plan),
            },
        }
    });
    preview
        .problems
        .extend(start.problem.map(|problem| problem.to_string()));
    if suggestion.is_none() && preview.problems.is_empty() {
        keyed_rows(plan, now, open()?, cancel, &mut preview);
    }
    if preview.rows.is_empty() {
        preview
            .rows
            .extend(start.records.iter().map(|record| PreviewRow {
                key: record.key.clone().ok_or_else(|| "no key".to_owned()),
                value: to_compact_preview(record.value.view(), VALUE_CHARS),
            }));
    }
    Ok((preview, suggestion))
}

/// The first records as the plan makes them: an import that stops early and is discarded.
fn keyed_rows(
    plan: &ImportPlan,
    now: Millis,
    source: ImportSource,
    cancel: &CancelToken,
    preview: &mut ImportPreview,
) {
    let options = match options(plan, true) {
        Ok(options) => options,
        Err(error) => {
            preview.problems.push(error.to_string());
            return;
        }
    };
    let count = AtomicUsize::new(0);
    let mut rows = Vec::new();
    // Records with numbered keys come last: without a limit, a file of nothing else would be read
    // to its end.
    let stop_early = |done: u64, _: Option<u64>| {
        let goes_on = count.load(Ordering::Relaxed) < ROWS && done < READ_BYTES;
        if goes_on && !cancel.is_cancelled() {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    };
    let read = transfer::import(
        source,
        &options,
        now,
        &|_| None,
        &stop_early,
        &mut |record| {
            count.fetch_add(1, Ordering::Relaxed);
            // A whole chunk of the file may be read before the import stops: keep the first records
            // of it.
            if rows.len() == ROWS {
                rows.pop_if(|(place, _)| *place > record.place);
            }
            if rows.len() < ROWS {
                let row = PreviewRow {
                    key: Ok(record.key.as_str().to_owned()),
                    value: to_compact_preview(record.value.view(), VALUE_CHARS),
                };
                let at = rows.partition_point(|(place, _)| *place < record.place);
                rows.insert(at, (record.place, row));
            }
        },
    );
    preview.rows.extend(rows.into_iter().map(|(_, row)| row));
    if let Err(error) = read
        && error != transfer::ImportError::Cancelled
    {
        preview.problems.push(error.to_string());
    }
}

/// `film:` for `film.json`.
fn prefix_of(plan: &ImportPlan) -> String {
    let stem = plan.path.file_stem().unwrap_or_default().to_string_lossy();
    let name: String = stem
        .chars()
        .filter(|character| character.is_alphanumeric())
        .collect();
    if name.is_empty() {
        "record:".to_owned()
    } else {
        format!("{name}:")
    }
}
