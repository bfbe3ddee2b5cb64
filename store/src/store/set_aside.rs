//! Changes that could not be written to the file, encrypted with its keys so that the store can be
//! closed without losing them.

use std::sync::Arc;

use bytes::Bytes;
use zeroize::Zeroizing;

use super::Store;
use crate::batch::{CodecError, Rejection, StoredBatch, WriteBatch, encode_changes};
use crate::change::Cause;
use crate::clock::Clock;
use crate::file::{AsideSealer, SealError};
use crate::snapshot::Snapshot;
use crate::state::State;

/// Changes encrypted by [`Sealer::seal`]. Only a store opened from the same file, under the same
/// data key, can read them.
#[derive(Clone, PartialEq, Eq)]
pub struct SetAside {
    sealed: Vec<u8>,
    batches: usize,
}

impl SetAside {
    /// The number of batches inside.
    pub const fn len(&self) -> usize {
        self.batches
    }

    /// Whether it holds no batch.
    pub const fn is_empty(&self) -> bool {
        self.batches == 0
    }
}

/// The first bytes of a file of changes that were set aside.
const MAGIC: &[u8; 16] = b"VSTORE-UNSAVED1\n";

impl SetAside {
    /// The changes as bytes for a separate file, still encrypted.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend_from_slice(&(self.batches as u64).to_le_bytes());
        bytes.extend_from_slice(&self.sealed);
        bytes
    }

    /// Reads the result of [`to_bytes`](Self::to_bytes); `None` if the bytes are anything else.
    /// Tampering is detected by [`Store::take_back`].
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let rest = bytes.strip_prefix(MAGIC)?;
        let (batches, sealed) = rest.split_first_chunk()?;
        Some(Self {
            sealed: sealed.to_vec(),
            batches: usize::try_from(u64::from_le_bytes(*batches)).ok()?,
        })
    }
}

impl std::fmt::Debug for SetAside {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SetAside")
            .field("batches", &self.batches)
            .field("bytes", &self.sealed.len())
            .finish()
    }
}

/// Encrypts changes to a store with its keys, even after the store itself was dropped. It holds the
/// store's records and a key: to remove those from memory, drop this as well as the store.
#[derive(Clone, Debug)]
pub struct Sealer {
    key: AsideSealer,
    state: Arc<State>,
    clock: Arc<dyn Clock>,
}

impl Sealer {
    /// Encrypts batches that could not be committed, in order, so that [`Store::take_back`] can
    /// return them after the file has been opened again. Writes nothing to disk. Batches that
    /// contradict the records are left out and returned separately.
    ///
    /// Time and memory are proportional to the size of the batches.
    pub fn seal(&self, batches: &[WriteBatch]) -> Result<(SetAside, Vec<Rejection>), SealError> {
        let now = self.clock.now();
        let mut next = State::clone(&self.state);
        let mut plain = Zeroizing::new(Vec::new());
        let mut refused = Vec::new();
        let mut count = 0;
        for batch in batches {
            let prepared = next.prepare(batch, now).and_then(|prepared| {
                let payload = encode_changes(&prepared.changes, &prepared.settings)?;
                Ok((prepared, payload))
            });
            match prepared {
                Ok((prepared, payload)) => {
                    plain.extend_from_slice(&(payload.len() as u64).to_le_bytes());
                    plain.extend_from_slice(&payload);
                    next.apply(&prepared);
                    count += 1;
                }
                Err(rejection) => refused.push(rejection),
            }
        }
        let aside = SetAside {
            sealed: self.key.seal(&plain)?,
            batches: count,
        };
        Ok((aside, refused))
    }

    /// The records at the time the store created this sealer.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::new(Arc::clone(&self.state), Arc::clone(&self.clock))
    }
}

impl Store {
    /// A sealer for changes that cannot be written to the file; `None` if the store has no file.
    pub fn sealer(&self) -> Option<Sealer> {
        Some(Sealer {
            key: self.file.as_ref()?.aside_sealer(),
            state: Arc::clone(&self.state),
            clock: Arc::clone(&self.clock),
        })
    }

    /// The batches that were set aside, ready to be committed; `None` if another store sealed them,
    /// or the data key has been replaced since.
    pub fn take_back(&self, aside: &SetAside) -> Option<Result<Vec<WriteBatch>, CodecError>> {
        let plain = self.file.as_ref()?.open_aside(&aside.sealed)?;
        Some(decode(&plain))
    }
}

fn decode(plain: &[u8]) -> Result<Vec<WriteBatch>, CodecError> {
    let mut batches = Vec::new();
    let mut rest = plain;
    while !rest.is_empty() {
        let (len, behind) = rest.split_first_chunk().ok_or(CodecError::Malformed)?;
        let len = usize::try_from(u64::from_le_bytes(*len)).or(Err(CodecError::Malformed))?;
        let (payload, behind) = behind.split_at_checked(len).ok_or(CodecError::Malformed)?;
        let mut batch = StoredBatch::new(&Bytes::copy_from_slice(payload))?.read()?;
        batch.cause = Cause::Edit;
        batches.push(batch);
        rest = behind;
    }
    Ok(batches)
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use super::*;
    use crate::clock::{ManualClock, Millis};
    use crate::file::{Control, Credentials, KdfParams, KdfProfile, RecoveryKey};
    use crate::key::Key;
    use crate::options::{CreateOptions, OpenOptions};
    use crate::value::json::parse_text;

    fn store(path: &Path, credentials: &Credentials) -> Store {
        let options = CreateOptions {
            kdf: KdfProfile::Explicit(KdfParams {
                m_kib: 19 * 1024,
                t: 2,
                p: 1,
            }),
            clock: Arc::new(ManualClock::new(Millis(1_000))),
            ..CreateOptions::default()
        };
        Store::create(path, credentials, &options, &Control::default())
            .unwrap()
            .0
    }

    fn put(key: &str, json: &str) -> WriteBatch {
        let mut batch = WriteBatch::new(Cause::Edit);
        batch.put(Key::new(key).unwrap(), parse_text(json).unwrap().0);
        batch
    }

    #[test]
    fn what_was_set_aside_is_committed_after_the_file_was_opened_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.vstore");
        let credentials = Credentials::RecoveryKey(RecoveryKey::generate().unwrap());
        let mut first = store(&path, &credentials);
        first.commit(&put("a", "1")).unwrap();
        let mut rename = WriteBatch::new(Cause::Edit);
        rename.rename(Key::new("b").unwrap(), Key::new("c").unwrap());
        let mut refused = WriteBatch::new(Cause::Edit);
        refused.rename(Key::new("gone").unwrap(), Key::new("d").unwrap());
        let batches = [put("b", "2"), refused, rename, put("a", "3")];
        let (aside, rejections) = first.sealer().unwrap().seal(&batches).unwrap();
        assert_eq!((aside.len(), rejections.len()), (3, 1));
        let aside = SetAside::from_bytes(&aside.to_bytes()).unwrap();
        assert!(!aside.sealed.windows(3).any(|bytes| bytes == b"\xa1b\x02"));
        first.close().unwrap();

        let options = OpenOptions::default();
        let opened = Store::open(&path, &credentials, &options, &Control::default());
        let mut again = opened.unwrap().0;
        for batch in again.take_back(&aside).unwrap().unwrap() {
            again.commit(&batch).unwrap();
        }
        let snapshot = again.snapshot();
        let keys = ["a", "b", "c"].map(|key| snapshot.get(key).is_some());
        assert_eq!(keys, [true, false, true]);
        assert_eq!(again.get("a").unwrap().value, parse_text("3").unwrap().0);
    }

    #[test]
    fn another_store_and_changed_bytes_give_nothing_back() {
        let folder = tempfile::tempdir().unwrap();
        let credentials = Credentials::RecoveryKey(RecoveryKey::generate().unwrap());
        let one = store(&folder.path().join("one.vstore"), &credentials);
        let other = store(&folder.path().join("other.vstore"), &credentials);
        let (aside, _) = one.sealer().unwrap().seal(&[put("a", "1")]).unwrap();
        assert!(other.take_back(&aside).is_none());
        for place in 0..aside.sealed.len() {
            let mut changed = aside.clone();
            changed.sealed[place] ^= 1;
            assert!(one.take_back(&changed).is_none(), "byte {place}");
        }
        let short = SetAside {
            sealed: vec![0; 10],
            batches: 1,
        };
        assert!(one.take_back(&short).is_none());
        let memory = Store::in_memory(Arc::new(ManualClock::new(Millis(0))));
        assert!(memory.sealer().is_none());
    }
}
