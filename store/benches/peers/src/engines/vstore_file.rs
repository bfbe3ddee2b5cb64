//! vstore: one encrypted file, indexes in memory.

use std::error::Error;
use std::path::{Path, PathBuf};

use vstore::file::{Control, Credentials, KdfParams, KdfProfile, Password};
use vstore::transfer::{Format, ImportOptions, ImportSource, NoProgress, import};
use vstore::{
    Cause, CreateOptions, Mode, Op, Query, SearchControl, SearchOptions, Store, CancelToken,
    WriteBatch,
};

use super::{Engine, HITS, size_of};
use crate::questions::Question;

pub(crate) struct VStore {
    store: Store,
    path: PathBuf,
}

impl VStore {
    pub(crate) fn build(folder: &Path, lines: &[String]) -> Result<Self, Box<dyn Error>> {
        let path = folder.join("peer.vstore");
        let options = CreateOptions {
            kdf: KdfProfile::Explicit(KdfParams {
                m_kib: 19 * 1024,
                t: 2,
                p: 1,
            }),
            ..CreateOptions::default()
        };
        let credentials = Credentials::password(Password::new("secret".to_owned())?);
        let control = Control::default();
        let (mut store, _) = Store::create(&path, &credentials, &options, &control)?;
        let reader = std::io::Cursor::new(lines.join("\n").into_bytes());
        let source = ImportSource::new(reader, None, Some(Format::Ndjson))?;
        let now = store.snapshot().now();
        let mut batch = WriteBatch::new(Cause::Import);
        import(
            source,
            &ImportOptions::default(),
            now,
            &|_| None,
            &NoProgress,
            &mut |record| {
                batch.push(record.into_op(now));
            },
        )?;
        store.commit_large(&batch, &control)?;
        store
            .snapshot()
            .build_indexes(&CancelToken::never(), &|_| {})?;
        Ok(Self { store, path })
    }
}

impl Engine for VStore {
    fn name(&self) -> &'static str {
        "vstore"
    }

    fn ask(&mut self, question: &Question) -> Option<u64> {
        let snapshot = self.store.snapshot();
        let query = Query::parse(question.vstore, snapshot.catalog());
        let options = SearchOptions {
            mode: if question.is_fuzzy {
                Mode::Fuzzy
            } else {
                Mode::Exact
            },
            limit: Some(HITS),
            ..SearchOptions::default()
        };
        let found = snapshot.search(&query, &options, &SearchControl::unlimited());
        Some(found.total)
    }

    fn edit(&mut self, number: usize) -> bool {
        let snapshot = self.store.snapshot();
        let Some(record) = snapshot.row(number * 7_919 % snapshot.len()) else {
            return false;
        };
        let mut batch = WriteBatch::new(Cause::Edit);
        batch.push(Op::Put {
            key: record.key,
            value: record.value,
            expiry: vstore::Expiry::Never,
        });
        self.store.commit(&batch).is_ok()
    }

    fn bytes(&self) -> u64 {
        size_of(&self.path)
    }
}
