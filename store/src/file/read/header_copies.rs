//! The two copies of the header: choosing the current one, and authenticating it.
use std::iter;

use crate::file::{
    disk::{io_error::IoError, vfs::VfsFile},
    format::header::{Copy, DATA_OFFSET, HEADER_LEN, Header, HeaderFault, MAGIC, UncheckedHeader},
    keys::seal::Dek,
    read::open_error::OpenError,
};

/// Both copies as found in a file.
#[derive(Debug)]
pub(crate) struct HeaderCopies {
    /// The intact copy with the highest generation and epoch; it may be forged.
    pub(crate) current: UncheckedHeader,
    /// Which copy that is.
    which: Copy,
    /// The other copy, if it is intact.
    other: Option<UncheckedHeader>,
}

/// An authenticated header, and how it was found.
pub(crate) struct UnlockedHeader<T> {
    pub(crate) header: Header,
    /// The copy that it was read from.
    pub(crate) which: Copy,
    /// The other copy, if it differs.
    pub(crate) stale: Option<Copy>,
    /// The result of unlocking.
    pub(crate) key: T,
}

impl HeaderCopies {
    /// Reads both copies of a file of `len` bytes and chooses the current one.
    pub(crate) fn read(file: &dyn VfsFile, len: u64) -> Result<Self, OpenError> {
        let a = read_copy(file, Copy::A)?;
        let b = read_copy(file, Copy::B)?;
        if len < DATA_OFFSET {
            // A short file may be a truncated VStore file if it begins like one, even an empty one.
            let begins = a
                .iter()
                .zip(&MAGIC)
                .all(|(found, expected)| found == expected);
            return Err(if begins {
                OpenError::TooShort { len }
            } else {
                OpenError::NotAVStore
            });
        }
        Self::choose(
            UncheckedHeader::parse(&a, Copy::A),
            UncheckedHeader::parse(&b, Copy::B),
        )
    }

    fn choose(
        a: Result<UncheckedHeader, HeaderFault>,
        b: Result<UncheckedHeader, HeaderFault>,
    ) -> Result<Self, OpenError> {
        let rank = |copy: &UncheckedHeader| (copy.claims().generation, copy.claims().epoch);
        let (current, which, other) = match (a, b) {
            (Ok(a), Ok(b)) if rank(&b) > rank(&a) => (b, Copy::B, Some(a)),
            (Ok(a), b) => (a, Copy::A, b.ok()),
            (Err(_), Ok(b)) => (b, Copy::B, None),
            (Err(a), Err(b)) => return Err(neither(a, b)),
        };
        Ok(Self {
            current,
            which,
            other,
        })
    }

    /// The unauthenticated headers of the intact copies, the current one first.
    pub(crate) fn claims(&self) -> impl Iterator<Item = &Header> {
        iter::once(&self.current)
            .chain(&self.other)
            .map(UncheckedHeader::claims)
    }

    /// Whether both copies are intact and equal.
    pub(crate) fn in_step(&self) -> bool {
        self.other
            .as_ref()
            .is_some_and(|other| other.claims() == self.current.claims())
    }

    /// Finds the data key and the copy that it authenticates. `unlock` opens the slots of a header;
    /// `dek` returns the data key from its result.
    ///
    /// Anybody can write a copy with a higher epoch, but it only counts if the data key
    /// authenticates it; otherwise the other copy does. If it is genuine, the other copy is
    /// outdated, and credentials that open only that one are refused.
    pub(crate) fn unlock<T>(
        &self,
        unlock: &dyn Fn(&Header) -> Result<T, OpenError>,
        dek: impl Fn(&T) -> &Dek,
    ) -> Result<UnlockedHeader<T>, OpenError> {
        let other = self.other.as_ref();
        let first = unlock(self.current.claims());
        let key = match first {
            Ok(key) => key,
            Err(error) => {
                let slots = |copy: &UncheckedHeader| (copy.claims().store_id, copy.claims().slots);
                let alternative = other
                    .filter(|other| is_verdict(&error) && slots(other) != slots(&self.current))
                    .map(|other| unlock(other.claims()));
                match alternative {
                    Some(Ok(key)) if self.current.authenticate(dek(&key)).is_none() => key,
                    _ => return Err(error),
                }
            }
        };
        if let Some(header) = self.current.authenticate(dek(&key)) {
            return Ok(UnlockedHeader {
                header,
                which: self.which,
                stale: (!self.in_step()).then(|| self.which.other()),
                key,
            });
        }
        let header = other
            .and_then(|other| other.authenticate(dek(&key)))
            .ok_or(OpenError::HeaderTampered)?;
        Ok(UnlockedHeader {
            header,
            which: self.which.other(),
            stale: Some(self.which),
            key,
        })
    }
}

/// Whether an error of unlocking is due to the slots of one copy, so that the other copy is tried.
fn is_verdict(error: &OpenError) -> bool {
    matches!(
        error,
        OpenError::WrongPassword
            | OpenError::WrongRecoveryKey
            | OpenError::KeyFileRequired
            | OpenError::SlotCorrupt { .. }
            | OpenError::KdfTooExpensive(_)
            | OpenError::HeaderTampered
    )
}

fn neither(a: HeaderFault, b: HeaderFault) -> OpenError {
    match (a, b) {
        (
            HeaderFault::Unsupported {
                major,
                minor,
                unknown_features,
            },
            _,
        )
        | (
            _,
            HeaderFault::Unsupported {
                major,
                minor,
                unknown_features,
            },
        ) => OpenError::UnsupportedVersion {
            major,
            minor,
            unknown_features,
        },
        (HeaderFault::Magic, HeaderFault::Magic) => OpenError::NotAVStore,
        _ => OpenError::HeaderCorrupt,
    }
}

fn read_copy(file: &dyn VfsFile, copy: Copy) -> Result<Vec<u8>, IoError> {
    let mut bytes = vec![0; HEADER_LEN];
    let count = file.read_at(&mut bytes, copy.offset())?;
    bytes.truncate(count);
    Ok(bytes)
}
