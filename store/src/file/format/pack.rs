//! The plaintext of a frame: a 24-byte head, the payload (compressed if that helps), and zero
//! padding (FORMAT.md, "Plaintext"). `frame` adds the padding, which may depend on the offset of
//! the frame.
use bytes::Bytes;
use weezl::{BitOrder, LzwStatus, decode::Decoder, encode::Encoder};

use crate::file::disk::entropy::EntropyError;
use crate::file::format::{
    corruption::CorruptKind,
    wire::{Reader, all_zero},
};

/// Why a frame could not be sealed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SealFrameError {
    #[error("{len} bytes are too many for a frame")]
    TooLarge { len: u64 },
    #[error(transparent)]
    Entropy(#[from] EntropyError),
}

/// The largest payload of one frame in bytes.
pub(crate) const MAX_RAW: usize = 64 << 20;
pub(crate) const PACK_HEAD_LEN: usize = 24;

const CODEC_STORED: u8 = 0;
const CODEC_LZW: u8 = 1;
const ENC_MESSAGE_PACK: u8 = 1;
const LZW_MIN_CODE_SIZE: u8 = 8;
/// Codes have 12 bits at most.
const LZW_CODES: usize = 1 << 12;
/// Shorter payloads are not compressed.
const LZW_MIN_RAW: usize = 128;

/// Bytes of payload that a file may hold for each of its own, up to every frame; that many more are
/// allowed for the sake of files that were written before there was a bound.
pub(crate) const PAYLOAD_PER_BYTE: u64 = 256;
const PAYLOAD_FREE: u64 = 512 << 20;

/// Checks the total size of payloads against the limit for a file of this length. With LZW alone, a
/// file of 10 MB could unpack to 25 GB in memory.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Expansion {
    payload: u64,
}

impl Expansion {
    /// Adds a payload of `raw_len` bytes whose frame ends at offset `end`.
    pub(crate) fn admit(&mut self, raw_len: usize, end: u64) -> Result<(), CorruptKind> {
        self.payload = self.payload.saturating_add(raw_len as u64);
        let most = end
            .saturating_mul(PAYLOAD_PER_BYTE)
            .saturating_add(PAYLOAD_FREE);
        if self.payload <= most {
            Ok(())
        } else {
            Err(CorruptKind::Expansion)
        }
    }

    /// The total size of the payloads added, in bytes.
    pub(crate) const fn payload(self) -> u64 {
        self.payload
    }
}

/// The content of a plaintext.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unpacked {
    pub(crate) part: u32,
    pub(crate) txn_id: u64,
    pub(crate) payload: Bytes,
}

/// Packs payloads one after another, reusing the memory of LZW.
pub(crate) struct Packer {
    encoder: Encoder,
}

impl Packer {
    pub(crate) fn new() -> Self {
        Self {
            encoder: Encoder::new(BitOrder::Lsb, LZW_MIN_CODE_SIZE),
        }
    }

    /// Head and body of a plaintext, not yet padded.
    pub(crate) fn pack(
        &mut self,
        payload: &[u8],
        part: u32,
        txn_id: u64,
    ) -> Result<Vec<u8>, SealFrameError> {
        if payload.len() > MAX_RAW {
            return Err(SealFrameError::TooLarge {
                len: payload.len() as u64,
            });
        }
        let mut out = vec![0; PACK_HEAD_LEN.saturating_add(payload.len())];
        let (head, body) = out.split_at_mut(PACK_HEAD_LEN);
        let (codec, body_len) = if let Some(len) = self.compress(payload, body) {
            (CODEC_LZW, len)
        } else {
            body.copy_from_slice(payload);
            (CODEC_STORED, payload.len())
        };
        // Zeros that readers ignore: they keep the file within the limit for its length.
        let least = payload.len().div_ceil(PAYLOAD_PER_BYTE as usize);
        let mut fields = Vec::with_capacity(PACK_HEAD_LEN);
        fields.extend_from_slice(&[codec, ENC_MESSAGE_PACK, 0, 0]);
        fields.extend_from_slice(&(payload.len() as u32).to_le_bytes());
        fields.extend_from_slice(&(body_len as u32).to_le_bytes());
        fields.extend_from_slice(&part.to_le_bytes());
        fields.extend_from_slice(&txn_id.to_le_bytes());
        head.copy_from_slice(&fields);
        out.truncate(PACK_HEAD_LEN.saturating_add(body_len));
        out.resize(out.len().max(least), 0);
        Ok(out)
    }

    /// Compresses into `out`, which is as long as the payload; `None` if that does not make it
    /// smaller.
    fn compress(&mut self, payload: &[u8], out: &mut [u8]) -> Option<usize> {
        if payload.len() < LZW_MIN_RAW {
            return None;
        }
        self.encoder.reset();
        self.encoder.finish();
        let (mut left, mut room) = (payload, out);
        loop {
            let result = self.encoder.encode_bytes(left, room);
            left = left.get(result.consumed_in..).unwrap_or_default();
            room = room.get_mut(result.consumed_out..).unwrap_or_default();
            match result.status {
                Ok(LzwStatus::Done) if !room.is_empty() => {
                    return payload.len().checked_sub(room.len());
                }
                Ok(LzwStatus::Ok) if !room.is_empty() => {}
                _ => return None,
            }
        }
    }
}

/// As [`Packer::pack`], for one payload.
pub(crate) fn pack(payload: &[u8], part: u32, txn_id: u64) -> Result<Vec<u8>, SealFrameError> {
    Packer::new().pack(payload, part, txn_id)
}

/// The size of the payload that a plaintext states, in bytes, without unpacking it.
pub(crate) fn promised_len(plain: &[u8]) -> Result<usize, CorruptKind> {
    let (_, raw_len, ..) = parse_head(&mut Reader::new(plain)).ok_or(CorruptKind::Inner)?;
    Ok(raw_len)
}

/// Unpacks a plaintext; an uncompressed payload shares its memory.
pub(crate) fn unpack(plain: Vec<u8>) -> Result<Unpacked, CorruptKind> {
    let mut reader = Reader::new(&plain);
    let (codec, raw_len, body_len, part, txn_id) =
        parse_head(&mut reader).ok_or(CorruptKind::Inner)?;
    if raw_len > MAX_RAW {
        return Err(CorruptKind::Length);
    }
    let body = reader.bytes(body_len).ok_or(CorruptKind::Length)?;
    if !all_zero(reader.rest()) {
        return Err(CorruptKind::Padding);
    }
    let payload = match codec {
        CODEC_STORED if raw_len == body_len => {
            let end = PACK_HEAD_LEN.saturating_add(body_len);
            Bytes::from(plain).slice(PACK_HEAD_LEN..end)
        }
        CODEC_LZW => Bytes::from(decompress(body, raw_len)?),
        _ => return Err(CorruptKind::Inner),
    };
    Ok(Unpacked {
        part,
        txn_id,
        payload,
    })
}

fn parse_head(reader: &mut Reader<'_>) -> Option<(u8, usize, usize, u32, u64)> {
    let codec = reader.u8()?;
    if reader.u8()? != ENC_MESSAGE_PACK {
        return None;
    }
    reader.zeros(2)?;
    let raw_len = usize::try_from(reader.u32()?).ok()?;
    let body_len = usize::try_from(reader.u32()?).ok()?;
    Some((codec, raw_len, body_len, reader.u32()?, reader.u64()?))
}

/// Decodes exactly `raw_len` bytes from all of `body`, whose last byte must have the end mark.
fn decompress(body: &[u8], raw_len: usize) -> Result<Vec<u8>, CorruptKind> {
    // A code has 9 bits at least, and stands for as many bytes at most as there are codes.
    let codes = body.len().saturating_mul(8).div_ceil(9);
    if raw_len > codes.saturating_mul(LZW_CODES) {
        return Err(CorruptKind::Lzw);
    }
    let mut raw = vec![0; raw_len];
    let mut decoder = Decoder::new(BitOrder::Lsb, LZW_MIN_CODE_SIZE);
    // The decoder takes in bytes ahead of the code it is at: whether the end mark needs the last
    // one shows only if it does not have it yet.
    let (last, before) = body.split_last().ok_or(CorruptKind::Lzw)?;
    let first = decode(&mut decoder, before, &mut raw)?;
    let rest = raw.get_mut(first.written..).unwrap_or_default();
    let second = decode(&mut decoder, &[*last], rest)?;
    if !first.met_end && second.met_end && second.written == rest.len() {
        Ok(raw)
    } else {
        Err(CorruptKind::Lzw)
    }
}

/// The result of decoding a part of a body.
struct Decoded {
    written: usize,
    /// The end mark was reached.
    met_end: bool,
}

/// Decodes all of `body` into the beginning of `out`. Bytes behind the end mark, and more output
/// than there is room for, are an error.
fn decode(decoder: &mut Decoder, mut body: &[u8], out: &mut [u8]) -> Result<Decoded, CorruptKind> {
    let mut written = 0_usize;
    loop {
        let room = out.get_mut(written..).unwrap_or_default();
        let result = decoder.decode_bytes(body, room);
        body = body.get(result.consumed_in..).unwrap_or_default();
        written = written.saturating_add(result.consumed_out);
        let met_end = match result.status {
            Ok(LzwStatus::Done) => true,
            Ok(LzwStatus::Ok | LzwStatus::NoProgress) => false,
            Err(_) => return Err(CorruptKind::Lzw),
        };
        let rests = result.consumed_in == 0 && result.consumed_out == 0;
        if met_end || rests {
            let decoded = Decoded { written, met_end };
            return body.is_empty().then_some(decoded).ok_or(CorruptKind::Lzw);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::file::keys::seal::sha256;

    #[test]
    fn compressible_payloads_shrink_and_random_ones_are_stored() {
        let packed = pack(&[7; 1000], 0, 1).unwrap();
        assert!(packed.len() < 200);
        assert_eq!(packed[0], CODEC_LZW);
        let noise: Vec<u8> = (0..32_u32).flat_map(|i| sha256(&i.to_le_bytes())).collect();
        let packed = pack(&noise, 0, 1).unwrap();
        assert_eq!(
            (packed[0], packed.len()),
            (CODEC_STORED, 1024 + PACK_HEAD_LEN)
        );
    }

    #[test]
    fn a_payload_beyond_64_mib_is_refused() {
        let result = pack(&vec![0; MAX_RAW + 1], 0, 0);
        assert!(
            matches!(result, Err(SealFrameError::TooLarge { len }) if len == MAX_RAW as u64 + 1)
        );
    }

    #[test]
    fn a_promised_length_that_is_not_met_is_refused() {
        let good = pack(&[7; 1000], 0, 1).unwrap();
        for raw_len in [999_u32, 1001, 0, 64 << 20] {
            let mut plain = good.clone();
            plain[4..8].copy_from_slice(&raw_len.to_le_bytes());
            assert_eq!(unpack(plain), Err(CorruptKind::Lzw), "{raw_len}");
        }
        let mut plain = good.clone();
        plain[4..8].copy_from_slice(&((64_u32 << 20) + 1).to_le_bytes());
        assert_eq!(unpack(plain), Err(CorruptKind::Length));
        let mut plain = good;
        plain[8] = plain[8].wrapping_sub(1);
        assert!(unpack(plain).is_err());
    }

    #[test]
    fn a_body_ends_with_its_end_mark() {
        for payload in [vec![], vec![7], b"abc".repeat(50), vec![0; 100_000]] {
            let body = Encoder::new(BitOrder::Lsb, LZW_MIN_CODE_SIZE)
                .encode(&payload)
                .unwrap();
            assert_eq!(decompress(&body, payload.len()), Ok(payload.clone()));
            for more in 1..20 {
                for byte in [0, 0xFF] {
                    let mut longer = body.clone();
                    longer.resize(body.len() + more, byte);
                    let result = decompress(&longer, payload.len());
                    assert_eq!(result, Err(CorruptKind::Lzw), "{more}");
                }
            }
            let shorter = &body[..body.len() - 1];
            assert!(decompress(shorter, payload.len()).is_err());
        }
    }

    #[test]
    fn bytes_after_the_body_must_be_zero() {
        let mut plain = pack(b"hello", 0, 1).unwrap();
        plain.extend_from_slice(&[0, 0, 1]);
        assert_eq!(unpack(plain), Err(CorruptKind::Padding));
    }

    proptest! {
        #[test]
        fn what_was_packed_unpacks(
            unit in prop::collection::vec(any::<u8>(), 0..400), times in 0_usize..40,
            part: u32, txn_id: u64, padding in 0_usize..100,
        ) {
            let payload = unit.repeat(times);
            let mut plain = pack(&payload, part, txn_id).unwrap();
            plain.resize(plain.len() + padding, 0);
            let unpacked = unpack(plain).unwrap();
            prop_assert_eq!(unpacked, Unpacked { part, txn_id, payload: payload.into() });
        }

        #[test]
        fn a_packer_packs_each_payload_as_if_it_were_the_first(
            payloads in prop::collection::vec(prop::collection::vec(0..4_u8, 0..9000), 1..4),
        ) {
            let mut packer = Packer::new();
            for payload in payloads {
                let packed = packer.pack(&payload, 3, 0).unwrap();
                prop_assert_eq!(&packed, &pack(&payload, 3, 0).unwrap());
                let whole = Encoder::new(BitOrder::Lsb, LZW_MIN_CODE_SIZE).encode(&payload);
                if packed[0] == CODEC_LZW {
                    prop_assert_eq!(&packed[PACK_HEAD_LEN..], whole.unwrap());
                }
            }
        }

        #[test]
        fn garbage_never_panics(plain in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(unpacked) = unpack(plain) {
                prop_assert!(unpacked.payload.len() <= MAX_RAW);
            }
        }

        #[test]
        fn a_damaged_lzw_stream_never_panics(
            body in prop::collection::vec(any::<u8>(), 0..300), raw_len in 0_usize..5000,
        ) {
            if let Ok(raw) = decompress(&body, raw_len) {
                prop_assert_eq!(raw.len(), raw_len);
            }
        }
    }
}
