//! Key slots: each wraps the data key under one password (FORMAT.md, "Key slot").
//!
//! It decides whether a password is right, and by commitment only: a wrong password is a
//! statement, not the absence of one. It does not know where slots are stored.
use super::{
    control::{Control, Phase},
    credentials::Credentials,
    error::{Cancelled, OpenError, PasswordError},
    kdf::{self, KdfError, KdfLimits, KdfParams},
    seal::{self, Dek, Entropy, EntropyError, Nonce, StoreId, Tag, key_file_hash, random},
    wire::Reader,
};

pub(crate) const SLOT_LEN: usize = 256;
pub(crate) const SLOT_COUNT: usize = 8;

/// The stored bytes of a slot; a slot that this version cannot read is kept as it is.
pub(crate) type SlotBytes = [u8; SLOT_LEN];

const STATE_ACTIVE: u8 = 1;
const KIND_PASSWORD: u8 = 1;
const KIND_PASSWORD_AND_KEY_FILE: u8 = 2;
const KDF_ARGON2ID: u8 = 1;
const PUBLIC_LEN: usize = 64;
const BOUND_LEN: usize = 96;

/// What a password slot asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SlotKind {
    Password,
    PasswordAndKeyFile,
}

/// A password slot as read from a header.
#[derive(Clone, Debug)]
pub(crate) struct PasswordSlot {
    pub(crate) kind: SlotKind,
    pub(crate) params: KdfParams,
    salt: [u8; 32],
    commit: [u8; 32],
    nonce: Nonce,
    wrapped: [u8; 32],
    tag: Tag,
    public: [u8; PUBLIC_LEN],
    bound: [u8; BOUND_LEN],
}

impl PasswordSlot {
    /// `None` for an empty slot and for one of a kind this version does not know.
    pub(crate) fn parse(bytes: &SlotBytes) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        if reader.u8()? != STATE_ACTIVE {
            return None;
        }
        let kind = match reader.u8()? {
            KIND_PASSWORD => SlotKind::Password,
            KIND_PASSWORD_AND_KEY_FILE => SlotKind::PasswordAndKeyFile,
            _ => return None,
        };
        if reader.u8()? != KDF_ARGON2ID {
            return None;
        }
        reader.zeros(1)?;
        let params = KdfParams {
            m_kib: reader.u32()?,
            t: reader.u32()?,
            p: reader.u32()?,
        };
        let salt = reader.array()?;
        let _id: [u8; 16] = reader.array()?;
        Some(Self {
            kind,
            params,
            salt,
            commit: reader.array()?,
            nonce: reader.array()?,
            wrapped: reader.array()?,
            tag: reader.array()?,
            public: *bytes.first_chunk()?,
            bound: *bytes.first_chunk()?,
        })
    }
}

/// Why credentials did not open any slot.
#[derive(Debug)]
pub(crate) enum UnlockError {
    WrongPassword,
    KeyFileRequired,
    SlotCorrupt { slot: u8 },
    Kdf(KdfError),
    Cancelled,
}

impl From<Cancelled> for UnlockError {
    fn from(_: Cancelled) -> Self {
        Self::Cancelled
    }
}

impl From<UnlockError> for OpenError {
    fn from(error: UnlockError) -> Self {
        match error {
            UnlockError::WrongPassword => Self::WrongPassword,
            UnlockError::KeyFileRequired => Self::KeyFileRequired,
            UnlockError::SlotCorrupt { slot } => Self::SlotCorrupt { slot },
            UnlockError::Kdf(KdfError::OutOfMemory) => Self::OutOfMemory,
            UnlockError::Kdf(KdfError::TooExpensive(params) | KdfError::TooCheap(params)) => {
                Self::KdfTooExpensive(params)
            }
            UnlockError::Cancelled => Self::Cancelled(Cancelled),
        }
    }
}

impl From<UnlockError> for PasswordError {
    fn from(error: UnlockError) -> Self {
        match error {
            UnlockError::WrongPassword => Self::WrongPassword,
            UnlockError::KeyFileRequired => Self::KeyFileRequired,
            UnlockError::SlotCorrupt { slot } => Self::SlotCorrupt { slot },
            UnlockError::Kdf(error) => error.into(),
            UnlockError::Cancelled => Self::Cancelled(Cancelled),
        }
    }
}

/// The data key, and where it was found.
#[derive(Debug)]
pub(crate) struct Unlocked {
    pub(crate) dek: Dek,
    pub(crate) slot: usize,
    pub(crate) params: KdfParams,
}

/// Tries the slots that `credentials` could open, in order.
///
/// Each try costs a key derivation, so that costs are checked against `limits` first.
pub(crate) fn unlock(
    slots: &[SlotBytes; SLOT_COUNT],
    store_id: &StoreId,
    credentials: &Credentials,
    limits: &KdfLimits,
    control: &Control,
) -> Result<Unlocked, UnlockError> {
    let candidates = candidates(slots, credentials)?;
    let key_file = credentials
        .key_file
        .as_ref()
        .map(|content| key_file_hash(content));
    let mut refused = None;
    for (index, slot) in candidates {
        if let Err(error) = slot.params.check(limits) {
            refused = Some(error);
            continue;
        }
        control.check()?;
        control.report(Phase::DerivingKey, 0, 1);
        let secret = match slot.kind {
            SlotKind::Password => None,
            SlotKind::PasswordAndKeyFile => key_file.as_deref(),
        };
        let material = kdf::derive(
            slot.params,
            credentials.password.as_bytes(),
            secret,
            &slot.salt,
        )
        .map_err(UnlockError::Kdf)?;
        control.check()?;
        control.report(Phase::DerivingKey, 1, 1);
        let (wrap_key, commit) = material.slot_keys(store_id, &slot.public);
        if !seal::same(&commit, &slot.commit) {
            continue;
        }
        let dek = wrap_key.unwrap(&slot.nonce, store_id, &slot.bound, &slot.wrapped, &slot.tag);
        return match dek {
            Some(dek) => Ok(Unlocked {
                dek,
                slot: index,
                params: slot.params,
            }),
            None => Err(UnlockError::SlotCorrupt { slot: index as u8 }),
        };
    }
    Err(refused.map_or(UnlockError::WrongPassword, UnlockError::Kdf))
}

/// The slots whose kind fits. A key file given for a file that needs none is ignored.
fn candidates(
    slots: &[SlotBytes; SLOT_COUNT],
    credentials: &Credentials,
) -> Result<Vec<(usize, PasswordSlot)>, UnlockError> {
    let all: Vec<_> = slots
        .iter()
        .enumerate()
        .filter_map(|(index, bytes)| Some((index, PasswordSlot::parse(bytes)?)))
        .collect();
    let of_kind = |kind| -> Vec<(usize, PasswordSlot)> {
        all.iter()
            .filter(|(_, slot)| slot.kind == kind)
            .cloned()
            .collect()
    };
    let with_key_file = of_kind(SlotKind::PasswordAndKeyFile);
    let password_only = of_kind(SlotKind::Password);
    if credentials.key_file.is_some() && !with_key_file.is_empty() {
        return Ok(with_key_file);
    }
    if password_only.is_empty() && !with_key_file.is_empty() {
        return Err(UnlockError::KeyFileRequired);
    }
    Ok(password_only)
}

/// Why a new slot could not be made.
#[derive(Debug)]
pub(crate) enum NewSlotError {
    Kdf(KdfError),
    Entropy(EntropyError),
    Cancelled,
}

impl From<EntropyError> for NewSlotError {
    fn from(error: EntropyError) -> Self {
        Self::Entropy(error)
    }
}

/// Wraps the data key under new credentials, with a fresh salt, identity and nonce.
pub(crate) fn new_slot(
    dek: &Dek,
    store_id: &StoreId,
    credentials: &Credentials,
    params: KdfParams,
    entropy: &dyn Entropy,
    control: &Control,
) -> Result<SlotBytes, NewSlotError> {
    if control.is_cancelled() {
        return Err(NewSlotError::Cancelled);
    }
    control.report(Phase::DerivingKey, 0, 1);
    let salt: [u8; 32] = random(entropy)?;
    let id: [u8; 16] = random(entropy)?;
    let nonce: Nonce = random(entropy)?;
    let key_file = credentials
        .key_file
        .as_ref()
        .map(|content| key_file_hash(content));
    let password = credentials.password.as_bytes();
    let material =
        kdf::derive(params, password, key_file.as_deref(), &salt).map_err(NewSlotError::Kdf)?;
    control.report(Phase::DerivingKey, 1, 1);

    let kind = if key_file.is_some() {
        KIND_PASSWORD_AND_KEY_FILE
    } else {
        KIND_PASSWORD
    };
    let mut bytes = Vec::with_capacity(SLOT_LEN);
    bytes.extend_from_slice(&[STATE_ACTIVE, kind, KDF_ARGON2ID, 0]);
    for cost in [params.m_kib, params.t, params.p] {
        bytes.extend_from_slice(&cost.to_le_bytes());
    }
    bytes.extend_from_slice(&salt);
    bytes.extend_from_slice(&id);
    finish_slot(bytes, &material, store_id, &nonce, dek)
        .ok_or(NewSlotError::Kdf(KdfError::TooExpensive(params)))
}

/// Adds commitment and wrapped key to the 64 public bytes.
fn finish_slot(
    mut bytes: Vec<u8>,
    material: &seal::KeyMaterial,
    store_id: &StoreId,
    nonce: &Nonce,
    dek: &Dek,
) -> Option<SlotBytes> {
    let (wrap_key, commit) = material.slot_keys(store_id, bytes.first_chunk()?);
    bytes.extend_from_slice(&commit);
    let (wrapped, tag) = wrap_key.wrap(nonce, store_id, bytes.first_chunk()?, dek)?;
    bytes.extend_from_slice(nonce);
    bytes.extend_from_slice(&wrapped);
    bytes.extend_from_slice(&tag);
    bytes.resize(SLOT_LEN, 0);
    bytes.first_chunk().copied()
}
