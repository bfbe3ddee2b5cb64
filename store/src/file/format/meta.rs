//! The payloads of the file layer's own frames: META, `SNAP_END` and CTRL.
//!
//! All are MessagePack maps with short keys, which later versions can extend.
use bytes::Bytes;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::file::{format::corruption::CorruptKind, keys::seal::Tag};

/// The largest size of such a payload in bytes.
const MAX_LEN: usize = 64 << 10;

/// META: a description of the file, in its first frame.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FileMeta {
    /// Version of this map.
    pub(crate) v: u32,
    /// The epoch of the header when the generation was written.
    pub(crate) epoch: u64,
    /// Generation, as in the header.
    #[serde(rename = "gen")]
    pub(crate) generation: u64,
    /// Number of the last transaction that is contained in the checkpoint.
    pub(crate) base_txn: u64,
    /// The end of the generation before.
    pub(crate) prev: Option<Previous>,
    /// The program that wrote the generation.
    pub(crate) app: String,
    /// Version of the payloads.
    pub(crate) schema: u32,
    /// When the store was created, Unix time in milliseconds.
    pub(crate) created: i64,
    /// Commit alignment in bytes; 0 for none.
    #[serde(default)]
    pub(crate) align: u32,
}

impl FileMeta {
    /// Whether the commit alignment has a valid value.
    pub(crate) fn align_allowed(&self) -> bool {
        matches!(self.align, 0 | 512 | 4096)
    }
}

/// The last frame of a generation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Previous {
    #[serde(rename = "gen")]
    pub(crate) generation: u64,
    pub(crate) seq: u64,
    pub(crate) tag: Tag,
}

/// `SNAP_END`: what the checkpoint must have contained.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SnapEnd {
    pub(crate) chunks: u64,
    pub(crate) records: u64,
    pub(crate) bytes: u64,
}

/// CTRL: a record of the file layer itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ctrl {
    /// The header has this epoch now.
    HeaderEpoch(u64),
    /// The file was closed cleanly: everything before was durable.
    Close,
    /// A torn tail was cut off here: its length in bytes.
    Recovered(u64),
    /// Something for people, or of a later version that may be skipped.
    Note,
}

#[derive(Serialize, Deserialize)]
struct CtrlMap {
    c: u8,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    epoch: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    torn_bytes: Option<u64>,
}

impl Ctrl {
    pub(crate) fn encode(&self) -> Bytes {
        let (c, epoch, torn_bytes) = match *self {
            Self::HeaderEpoch(epoch) => (1, Some(epoch), None),
            Self::Close => (2, None, None),
            Self::Recovered(torn_bytes) => (3, None, Some(torn_bytes)),
            Self::Note => (4, None, None),
        };
        encode(&CtrlMap {
            c,
            epoch,
            torn_bytes,
        })
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, CorruptKind> {
        let map: CtrlMap = decode(bytes)?;
        match map {
            CtrlMap {
                c: 1,
                epoch: Some(epoch),
                ..
            } => Ok(Self::HeaderEpoch(epoch)),
            CtrlMap { c: 2, .. } => Ok(Self::Close),
            CtrlMap {
                c: 3,
                torn_bytes: Some(torn_bytes),
                ..
            } => Ok(Self::Recovered(torn_bytes)),
            CtrlMap { c: 4, .. } => Ok(Self::Note),
            _ => Err(CorruptKind::Inner),
        }
    }
}

/// The MessagePack map of one of these structures.
pub(crate) fn encode<T: Serialize>(value: &T) -> Bytes {
    #[expect(
        clippy::expect_used,
        reason = "plain structures always encode into memory"
    )]
    rmp_serde::to_vec_named(value)
        .expect("plain structures always encode into memory")
        .into()
}

/// Reads such a map; unknown keys are ignored, bytes after it are not.
pub(crate) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, CorruptKind> {
    if bytes.len() > MAX_LEN {
        return Err(CorruptKind::Length);
    }
    let mut rest = bytes;
    let mut deserializer = rmp_serde::Deserializer::new(&mut rest);
    #[expect(clippy::map_err_ignore, reason = "what exactly is wrong helps nobody")]
    let value = T::deserialize(&mut deserializer).map_err(|_| CorruptKind::Inner)?;
    if rest.is_empty() {
        Ok(value)
    } else {
        Err(CorruptKind::Inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_note_reads_back() {
        for ctrl in [
            Ctrl::HeaderEpoch(7),
            Ctrl::Close,
            Ctrl::Recovered(u64::MAX),
            Ctrl::Note,
        ] {
            assert_eq!(Ctrl::decode(&ctrl.encode()), Ok(ctrl));
        }
    }

    #[test]
    fn bytes_after_a_map_are_refused_and_unknown_keys_are_not() {
        let mut bytes = Ctrl::Close.encode().to_vec();
        bytes.push(0);
        assert_eq!(Ctrl::decode(&bytes), Err(CorruptKind::Inner));
        // {"c": 2, "x": 1}
        assert_eq!(Ctrl::decode(b"\x82\xa1c\x02\xa1x\x01"), Ok(Ctrl::Close));
        assert_eq!(Ctrl::decode(b"\x81\xa1c\x09"), Err(CorruptKind::Inner));
    }
}
