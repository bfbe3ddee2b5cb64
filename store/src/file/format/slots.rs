//! Key slots: each wraps the data key under one password or recovery key (FORMAT.md, "Key slot").
//!
//! The commitment of a slot decides whether a password is right, so that a wrong password is
//! distinguished from a damaged slot.
use std::fmt;

use crate::{
    control::{Cancelled, Control, Phase},
    file::{
        disk::entropy::{Entropy, EntropyError, random},
        format::{slot_label::SlotLabel, wire::Reader},
        keys::{
            credentials::{Credentials, Password},
            kdf::{self, Allowance, Ingredients, KdfError, KdfLimits, KdfParams},
            key_file::KeyFile,
            seal::{self, Dek, KeyMaterial, Nonce, StoreId, Tag},
        },
    },
};

pub(crate) const SLOT_LEN: usize = 256;
pub(crate) const SLOT_COUNT: usize = 8;

/// The stored bytes of a slot; a slot that this version cannot read is preserved.
pub(crate) type SlotBytes = [u8; SLOT_LEN];
/// The slots of a header.
pub(crate) type Slots = [SlotBytes; SLOT_COUNT];

pub(crate) const EMPTY_SLOT: SlotBytes = [0; SLOT_LEN];

const STATE_ACTIVE: u8 = 1;
const KIND_PASSWORD: u8 = 1;
const KIND_PASSWORD_AND_KEY_FILE: u8 = 2;
const KIND_RECOVERY_KEY: u8 = 3;
const KDF_ARGON2ID: u8 = 1;
const KDF_HKDF: u8 = 2;
const PUBLIC_LEN: usize = 64;
const BOUND_LEN: usize = 96;
const ID_OFFSET: usize = 48;
const LABEL_OFFSET: usize = 168;

/// What opens a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SlotKind {
    /// A password.
    Password,
    /// A password and a key file.
    PasswordAndKeyFile,
    /// A recovery key.
    RecoveryKey,
    /// Something that only a later version knows.
    Other(u8),
}

impl fmt::Display for SlotKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Password => f.write_str("password"),
            Self::PasswordAndKeyFile => f.write_str("password and key file"),
            Self::RecoveryKey => f.write_str("recovery key"),
            Self::Other(kind) => write!(f, "kind {kind} of a later version"),
        }
    }
}

/// The identity of a slot; it changes with the password.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SlotId(pub(crate) [u8; 16]);

impl fmt::Display for SlotId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for SlotId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SlotId({self})")
    }
}

/// The inputs for deriving the key of a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Derivation {
    Argon2id(KdfParams),
    Hkdf,
}

/// A parsed slot.
#[derive(Clone, Debug)]
pub(crate) struct Slot {
    pub(crate) kind: SlotKind,
    derivation: Derivation,
    salt: [u8; 32],
    commit: [u8; 32],
    nonce: Nonce,
    wrapped: [u8; 32],
    tag: Tag,
    public: [u8; PUBLIC_LEN],
    bound: [u8; BOUND_LEN],
}

impl Slot {
    /// `None` for an empty slot and for one of a kind this version does not know.
    pub(crate) fn parse(bytes: &SlotBytes) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        if reader.u8()? != STATE_ACTIVE {
            return None;
        }
        let kind = match reader.u8()? {
            KIND_PASSWORD => SlotKind::Password,
            KIND_PASSWORD_AND_KEY_FILE => SlotKind::PasswordAndKeyFile,
            KIND_RECOVERY_KEY => SlotKind::RecoveryKey,
            _ => return None,
        };
        let kdf = reader.u8()?;
        reader.zeros(1)?;
        let derivation = match (kind, kdf) {
            (SlotKind::RecoveryKey, KDF_HKDF) => {
                reader.zeros(12)?;
                Derivation::Hkdf
            }
            (SlotKind::Password | SlotKind::PasswordAndKeyFile, KDF_ARGON2ID) => {
                Derivation::Argon2id(KdfParams {
                    m_kib: reader.u32()?,
                    t: reader.u32()?,
                    p: reader.u32()?,
                })
            }
            _ => return None,
        };
        let salt = reader.array()?;
        let _id: [u8; 16] = reader.array()?;
        Some(Self {
            kind,
            derivation,
            salt,
            commit: reader.array()?,
            nonce: reader.array()?,
            wrapped: reader.array()?,
            tag: reader.array()?,
            public: *bytes.first_chunk()?,
            bound: *bytes.first_chunk()?,
        })
    }

    /// The cost of the password; a recovery key has none.
    pub(crate) fn params(&self) -> Option<KdfParams> {
        match self.derivation {
            Derivation::Argon2id(params) => Some(params),
            Derivation::Hkdf => None,
        }
    }

    /// Derives the key material of this slot from credentials of the right kind.
    fn material(
        &self,
        credentials: &Credentials,
        control: &Control,
    ) -> Result<KeyMaterial, UnlockError> {
        match (credentials, self.derivation) {
            (Credentials::Password { password, key_file }, Derivation::Argon2id(params)) => {
                let key_file = key_file
                    .as_ref()
                    .filter(|_| self.kind == SlotKind::PasswordAndKeyFile);
                let ingredients = ingredients(password, key_file, &self.salt);
                kdf::derive(params, ingredients, control)?.map_err(UnlockError::Kdf)
            }
            (Credentials::RecoveryKey(key), Derivation::Hkdf) => {
                Ok(KeyMaterial::of_recovery_key(key.bytes(), &self.salt))
            }
            _ => Err(UnlockError::WrongPassword),
        }
    }
}

fn ingredients(password: &Password, key_file: Option<&KeyFile>, salt: &[u8; 32]) -> Ingredients {
    Ingredients {
        password: password.clone(),
        key_file: key_file.cloned(),
        salt: *salt,
    }
}

/// The kind of a slot, even if this version cannot open it; `None` if it is empty.
pub(crate) fn kind_of(bytes: &SlotBytes) -> Option<SlotKind> {
    if *bytes == EMPTY_SLOT {
        return None;
    }
    let known = Slot::parse(bytes).map(|slot| slot.kind);
    let [_, kind, ..] = *bytes;
    Some(known.unwrap_or(SlotKind::Other(kind)))
}

/// The identity of a slot, even if this version cannot open it.
pub(crate) fn id_of(bytes: &SlotBytes) -> SlotId {
    let id = bytes.split_at(ID_OFFSET).1;
    SlotId(id.first_chunk().copied().unwrap_or_default())
}

/// Why credentials did not open any slot.
#[derive(Debug)]
pub(crate) enum UnlockError {
    WrongPassword,
    WrongRecoveryKey,
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

/// The data key, and the slot that it was unwrapped from.
#[derive(Debug)]
pub(crate) struct UnlockedSlot {
    pub(crate) dek: Dek,
    pub(crate) slot: usize,
    /// The cost of the password.
    pub(crate) params: Option<KdfParams>,
}

/// Tries the slots that `credentials` could open, in order.
///
/// Each attempt with a password costs a key derivation, so the costs are checked against `limits`
/// first, individually and in total.
pub(crate) fn unlock(
    slots: &Slots,
    store_id: &StoreId,
    credentials: &Credentials,
    limits: &KdfLimits,
    control: &Control,
) -> Result<UnlockedSlot, UnlockError> {
    let allowance = Allowance::new(limits);
    unlock_within(slots, store_id, credentials, &allowance, control)
}

/// Like [`unlock`], for slots that share an allowance with others.
pub(crate) fn unlock_within(
    slots: &Slots,
    store_id: &StoreId,
    credentials: &Credentials,
    allowance: &Allowance<'_>,
    control: &Control,
) -> Result<UnlockedSlot, UnlockError> {
    let mut refused = None;
    for (index, slot) in candidates(slots, credentials)? {
        let params = slot.params();
        if let Some(Err(error)) = params.map(|params| allowance.pay(params)) {
            refused = Some(error);
            continue;
        }
        control.check()?;
        control.report(Phase::DerivingKey, 0, 1);
        let material = slot.material(credentials, control)?;
        control.report(Phase::DerivingKey, 1, 1);
        let (wrap_key, commit) = material.slot_keys(store_id, &slot.public);
        if !seal::same(&commit, &slot.commit) {
            continue;
        }
        let dek = wrap_key.unwrap(&slot.nonce, store_id, &slot.bound, &slot.wrapped, &slot.tag);
        return match dek {
            Some(dek) => Ok(UnlockedSlot {
                dek,
                slot: index,
                params,
            }),
            None => Err(UnlockError::SlotCorrupt { slot: index as u8 }),
        };
    }
    let wrong = match credentials {
        Credentials::Password { .. } => UnlockError::WrongPassword,
        Credentials::RecoveryKey(_) => UnlockError::WrongRecoveryKey,
    };
    Err(refused.map_or(wrong, UnlockError::Kdf))
}

/// The slots that the credentials may open. With a key file, slots that need one come first; for
/// others it is ignored.
fn candidates(slots: &Slots, credentials: &Credentials) -> Result<Vec<(usize, Slot)>, UnlockError> {
    let of_kind = |kind| {
        slots
            .iter()
            .enumerate()
            .filter_map(|(index, bytes)| Some((index, Slot::parse(bytes)?)))
            .filter(move |(_, slot)| slot.kind == kind)
    };
    let key_file = match credentials {
        Credentials::RecoveryKey(_) => return Ok(of_kind(SlotKind::RecoveryKey).collect()),
        Credentials::Password { key_file, .. } => key_file,
    };
    let password_only = of_kind(SlotKind::Password);
    let with_key_file = of_kind(SlotKind::PasswordAndKeyFile);
    if key_file.is_some() {
        return Ok(with_key_file.chain(password_only).collect());
    }
    let password_only: Vec<_> = password_only.collect();
    if password_only.is_empty() && with_key_file.count() > 0 {
        return Err(UnlockError::KeyFileRequired);
    }
    Ok(password_only)
}

/// The total cost of trying a password on these slots: memory times passes, in KiB.
pub(crate) fn total_work_kib(slots: &Slots) -> u64 {
    let costs = slots.iter().filter_map(|slot| Slot::parse(slot)?.params());
    costs.fold(0, |sum, params| sum.saturating_add(params.work_kib()))
}

/// Why a new slot could not be created.
#[derive(Debug)]
pub(crate) enum NewSlotError {
    Kdf(KdfError),
    Entropy(EntropyError),
    Cancelled,
}

impl From<Cancelled> for NewSlotError {
    fn from(_: Cancelled) -> Self {
        Self::Cancelled
    }
}

impl From<EntropyError> for NewSlotError {
    fn from(error: EntropyError) -> Self {
        Self::Entropy(error)
    }
}

/// Wraps the data key under new credentials, with a fresh salt, identity and nonce.
///
/// `params` is the cost of a password, by default the least that is allowed; a recovery key has
/// none.
pub(crate) fn new_slot(
    dek: &Dek,
    store_id: &StoreId,
    credentials: &Credentials,
    params: Option<KdfParams>,
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
    let params = params.unwrap_or(kdf::FLOOR);
    let (kind, kdf, costs) = match credentials {
        Credentials::Password { key_file, .. } => {
            let kind = match key_file {
                Some(_) => KIND_PASSWORD_AND_KEY_FILE,
                None => KIND_PASSWORD,
            };
            (kind, KDF_ARGON2ID, [params.m_kib, params.t, params.p])
        }
        Credentials::RecoveryKey(_) => (KIND_RECOVERY_KEY, KDF_HKDF, [0; 3]),
    };
    let material = match credentials {
        Credentials::Password { password, key_file } => {
            let ingredients = ingredients(password, key_file.as_ref(), &salt);
            kdf::derive(params, ingredients, control)?.map_err(NewSlotError::Kdf)?
        }
        Credentials::RecoveryKey(key) => KeyMaterial::of_recovery_key(key.bytes(), &salt),
    };
    control.report(Phase::DerivingKey, 1, 1);

    let mut bytes = Vec::with_capacity(SLOT_LEN);
    bytes.extend_from_slice(&[STATE_ACTIVE, kind, kdf, 0]);
    for cost in costs {
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
    material: &KeyMaterial,
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

/// The label of a slot, which is not encrypted.
pub(crate) fn label_of(bytes: &SlotBytes) -> SlotLabel {
    let (_, field) = bytes.split_at(LABEL_OFFSET);
    SlotLabel::decode(field)
}

/// Sets the label of a slot.
pub(crate) fn set_label(bytes: &mut SlotBytes, label: &SlotLabel) {
    let (_, field) = bytes.split_at_mut(LABEL_OFFSET);
    label.encode(field);
}
