//! The sample database: invented records of a few kinds.

use vstore::transfer::{self, Format, ImportOptions, ImportSource, NoProgress};
use vstore::{Cause, Millis, WriteBatch};

const RECORDS: &[u8] = include_bytes!("../../../assets/sample.json");
/// Records with this prefix expire, so that there is something to watch.
const MORTAL: &str = "token:";
const FIRST_LIFE_MILLIS: i64 = 90_000;

/// The batch that fills a sample database, or why it cannot be read.
pub(super) fn batch(now: Millis) -> Result<WriteBatch, String> {
    let mut batch = WriteBatch::new(Cause::Import);
    let mut life = FIRST_LIFE_MILLIS;
    let source = ImportSource::new(RECORDS, Some(RECORDS.len() as u64), Some(Format::Json))
        .map_err(|error| error.to_string())?;
    let options = ImportOptions::default();
    transfer::import(
        source,
        &options,
        now,
        &|_| None,
        &NoProgress,
        &mut |mut record| {
            if record.key.as_str().starts_with(MORTAL) {
                record.expires_at = Some(now.plus_millis(life));
                life *= 4;
            }
            batch.push(record.into_op(now));
        },
    )
    .map_err(|error| error.to_string())?;
    Ok(batch)
}
