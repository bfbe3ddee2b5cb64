//! Keys, key derivation and encryption.
//!
//! Every kind of key is a type of its own, wiped when dropped. All derivation labels are defined
//! here, and derivations wipe the stack that they used.
use std::{fmt, sync::Arc};

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use xaes_256_gcm::{Xaes256Gcm, aead::AeadInOut as _};
use zeroize::{Zeroize, Zeroizing};

use crate::file::disk::entropy::{Entropy, EntropyError};
use crate::file::keys::secret::{KEY_LEN, Locked, Secret, leaving_no_trace};

pub(crate) const NONCE_LEN: usize = 24;
pub(crate) const TAG_LEN: usize = 16;
pub(crate) const STORE_ID_LEN: usize = 16;

const LABEL_KEY_FILE: &[u8] = b"vstore1/keyfile";
const LABEL_SLOT: &[u8] = b"vstore1/slot";
const LABEL_SLOT_AAD: &[u8] = b"vstore1/slot-aad";
const LABEL_DEK_COMMIT: &[u8] = b"vstore1/dek-commit";
const LABEL_HEADER_MAC: &[u8] = b"vstore1/header-mac";
const LABEL_POSITION: &[u8] = b"vstore1/position";
const LABEL_FRAMES: &[u8] = b"vstore1/frames";
const LABEL_GEN_SALT: &[u8] = b"vstore1/generation-salt";
const LABEL_RECOVERY_KEY: &[u8] = b"vstore1/recovery-key";
const LABEL_ASIDE: &[u8] = b"vstore1/set-aside";

pub(crate) type Nonce = [u8; NONCE_LEN];
pub(crate) type Tag = [u8; TAG_LEN];
pub(crate) type StoreId = [u8; STORE_ID_LEN];

/// The output of Argon2id for a password, or of HKDF-Extract for a recovery key.
pub(crate) struct KeyMaterial(Secret);

/// Hashes a key file incrementally.
pub(crate) struct KeyFileHasher(Sha256);

impl KeyFileHasher {
    pub(crate) fn new() -> Self {
        let mut hash = Sha256::new();
        hash.update(LABEL_KEY_FILE);
        Self(hash)
    }

    pub(crate) fn update(&mut self, content: &[u8]) {
        self.0.update(content);
    }

    pub(crate) fn finish(self) -> Secret {
        leaving_no_trace(|| {
            let mut hash = self.0.finalize();
            let secret = Secret::copied(&hash);
            hash.as_mut_slice().zeroize();
            secret
        })
    }
}

/// The checksum of a recovery key, which detects groups in the wrong order.
pub(crate) fn recovery_key_check(key: &[u8; KEY_LEN]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(LABEL_RECOVERY_KEY);
    hash.update(key);
    hash.finalize().into()
}

/// The key that wraps the data key in one slot.
pub(crate) struct WrapKey(Secret);

impl KeyMaterial {
    /// Lets `fill` write the material directly to its final location.
    pub(crate) fn filled<E>(
        fill: impl FnOnce(&mut [u8; KEY_LEN]) -> Result<(), E>,
    ) -> Result<Self, E> {
        leaving_no_trace(|| Secret::filled(fill).map(Self))
    }

    /// The material of a recovery key, which is uniform already and only needs a salt.
    pub(crate) fn of_recovery_key(key: &[u8; KEY_LEN], salt: &[u8; 32]) -> Self {
        leaving_no_trace(|| {
            let (mut extracted, _) = Hkdf::<Sha256>::extract(Some(salt), key);
            let material = Self(Secret::copied(extracted.as_ref()));
            extracted.as_mut_slice().zeroize();
            material
        })
    }

    /// The wrap key of a slot, and the commitment that shows whether the password is right.
    /// `public` are the first 64 bytes of the slot.
    pub(crate) fn slot_keys(&self, store_id: &StoreId, public: &[u8; 64]) -> (WrapKey, [u8; 32]) {
        leaving_no_trace(|| {
            let mut okm = Zeroizing::new([0_u8; 64]);
            expand(self.0.bytes(), &[LABEL_SLOT, store_id, public], &mut *okm);
            let (key, tail) = okm.split_at(KEY_LEN);
            let mut commit = [0; 32];
            commit.copy_from_slice(tail);
            (WrapKey(Secret::copied(key)), commit)
        })
    }
}

impl WrapKey {
    /// Wraps the data key; `public` are the first 96 bytes of the slot.
    pub(crate) fn wrap(
        &self,
        nonce: &Nonce,
        store_id: &StoreId,
        public: &[u8; 96],
        dek: &Dek,
    ) -> Option<([u8; KEY_LEN], Tag)> {
        let aad = [LABEL_SLOT_AAD, store_id, public].concat();
        leaving_no_trace(|| {
            let mut wrapped = dek.0.clone();
            let tag = Xaes256Gcm::new(self.0.bytes().into())
                .encrypt_inout_detached(
                    nonce.into(),
                    &aad,
                    wrapped.bytes_mut().as_mut_slice().into(),
                )
                .ok()?;
            Some((*wrapped.bytes(), tag.into()))
        })
    }

    /// Unwraps the data key; `None` if the slot was modified.
    pub(crate) fn unwrap(
        &self,
        nonce: &Nonce,
        store_id: &StoreId,
        public: &[u8; 96],
        wrapped: &[u8; KEY_LEN],
        tag: &Tag,
    ) -> Option<Dek> {
        let aad = [LABEL_SLOT_AAD, store_id, public].concat();
        leaving_no_trace(|| {
            let mut dek = Secret::copied(wrapped);
            Xaes256Gcm::new(self.0.bytes().into())
                .decrypt_inout_detached(
                    nonce.into(),
                    &aad,
                    dek.bytes_mut().as_mut_slice().into(),
                    tag.into(),
                )
                .ok()?;
            Some(Dek(dek))
        })
    }
}

/// The data key, from which all keys of the file derive; passwords only wrap it.
#[derive(Clone)]
pub(crate) struct Dek(Secret);

impl Dek {
    pub(crate) fn random(entropy: &dyn Entropy) -> Result<Self, EntropyError> {
        Secret::filled(|bytes| entropy.fill(bytes)).map(Self)
    }

    /// A commitment to this key in the header, so that no header opens under two keys.
    pub(crate) fn commitment(&self, store_id: &StoreId) -> [u8; 32] {
        leaving_no_trace(|| {
            let mut commit = [0; 32];
            expand(self.0.bytes(), &[LABEL_DEK_COMMIT, store_id], &mut commit);
            commit
        })
    }

    pub(crate) fn header_key(&self, store_id: &StoreId) -> HeaderKey {
        HeaderKey(self.derived(&[LABEL_HEADER_MAC, store_id]))
    }

    /// The key that authenticates a [`Position`](crate::file::Position).
    pub(crate) fn position_key(&self, store_id: &StoreId) -> HeaderKey {
        HeaderKey(self.derived(&[LABEL_POSITION, store_id]))
    }

    /// The salt of a generation, derived from the nonce of its first frame. It is as random as the
    /// nonce, and can be recovered from the first frame if both headers are lost.
    pub(crate) fn generation_salt(&self, store_id: &StoreId, nonce: &Nonce) -> [u8; 32] {
        leaving_no_trace(|| {
            let mut salt = [0; 32];
            expand(
                self.0.bytes(),
                &[LABEL_GEN_SALT, store_id, nonce],
                &mut salt,
            );
            salt
        })
    }

    /// The key of all frames of one generation.
    pub(crate) fn frame_cipher(
        &self,
        store_id: &StoreId,
        generation: u64,
        gen_salt: &[u8; 32],
    ) -> FrameCipher {
        let key = self.frame_key(store_id, generation, gen_salt);
        FrameCipher::of(key.bytes())
    }

    /// The keys of all frames of many generations, one after the other.
    pub(crate) fn frame_ciphers<'a>(&'a self, store_id: &'a StoreId) -> FrameCiphers<'a> {
        FrameCiphers {
            dek: self,
            store_id,
            key: Secret::zeroed(),
            cipher: FrameCipher::unset(),
        }
    }

    /// The key for data that is sealed but kept outside the file.
    pub(crate) fn aside_cipher(&self, store_id: &StoreId) -> FrameCipher {
        let key = self.derived(&[LABEL_ASIDE, store_id]);
        FrameCipher::of(key.bytes())
    }

    fn frame_key(&self, store_id: &StoreId, generation: u64, gen_salt: &[u8; 32]) -> Secret {
        let mut key = Secret::zeroed();
        leaving_no_trace(|| self.fill_frame_key(store_id, generation, gen_salt, &mut key));
        key
    }

    fn fill_frame_key(
        &self,
        store_id: &StoreId,
        generation: u64,
        gen_salt: &[u8; 32],
        key: &mut Secret,
    ) {
        let generation = generation.to_le_bytes();
        let info = [LABEL_FRAMES, store_id, &generation, gen_salt];
        expand(self.0.bytes(), &info, key.bytes_mut());
    }

    fn derived(&self, info: &[&[u8]]) -> Secret {
        let mut key = Secret::zeroed();
        leaving_no_trace(|| expand(self.0.bytes(), info, key.bytes_mut()));
        key
    }
}

impl fmt::Debug for Dek {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Dek")
    }
}

/// A key that authenticates headers or positions.
pub(crate) struct HeaderKey(Secret);

impl HeaderKey {
    pub(crate) fn mac(&self, bytes: &[u8]) -> [u8; 32] {
        leaving_no_trace(|| {
            let mut mac = self.keyed();
            mac.update(bytes);
            mac.finalize().into_bytes().into()
        })
    }

    pub(crate) fn verify(&self, bytes: &[u8], expected: &[u8; 32]) -> bool {
        same(&self.mac(bytes), expected)
    }

    fn keyed(&self) -> Hmac<Sha256> {
        #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
        Hmac::new_from_slice(self.0.bytes()).expect("HMAC takes a key of any length")
    }
}

/// Derives the keys of many generations in one place: locking memory for each would take longer
/// than deriving it.
pub(crate) struct FrameCiphers<'a> {
    dek: &'a Dek,
    store_id: &'a StoreId,
    key: Secret,
    cipher: FrameCipher,
}

impl FrameCiphers<'_> {
    /// The key of all frames of one generation, as [`Dek::frame_cipher`].
    pub(crate) fn of(&mut self, generation: u64, gen_salt: &[u8; 32]) -> &FrameCipher {
        let (key, cipher) = (&mut self.key, &mut self.cipher);
        leaving_no_trace(|| {
            let dek = self.dek;
            dek.fill_frame_key(self.store_id, generation, gen_salt, key);
            cipher.set(key.bytes());
        });
        &self.cipher
    }
}

/// Encrypts and decrypts the frames of one generation. Its key schedule never moves.
#[derive(Clone)]
pub(crate) struct FrameCipher(Arc<Locked<KeySchedule>>);

/// Wiped by dropping it, the only way that the library offers.
struct KeySchedule(Option<Xaes256Gcm>);

impl Zeroize for KeySchedule {
    fn zeroize(&mut self) {
        self.0 = None;
    }
}

impl FrameCipher {
    fn of(key: &[u8; KEY_LEN]) -> Self {
        let mut cipher = Self::unset();
        leaving_no_trace(|| cipher.set(key));
        cipher
    }

    fn unset() -> Self {
        Self(Arc::new(Locked::new(KeySchedule(None))))
    }

    fn set(&mut self, key: &[u8; KEY_LEN]) {
        if Arc::get_mut(&mut self.0).is_none() {
            *self = Self::unset();
        }
        if let Some(schedule) = Arc::get_mut(&mut self.0) {
            schedule.get_mut().0 = Some(Xaes256Gcm::new(key.into()));
        }
    }

    fn cipher(&self) -> Option<&Xaes256Gcm> {
        self.0.get().0.as_ref()
    }

    /// Encrypts in place. `None` only beyond the limits of AES-GCM (64 GiB), which no frame
    /// reaches.
    pub(crate) fn seal(&self, nonce: &Nonce, aad: &[u8], buffer: &mut [u8]) -> Option<Tag> {
        self.cipher()?
            .encrypt_inout_detached(nonce.into(), aad, buffer.into())
            .ok()
            .map(Into::into)
    }

    /// Decrypts in place; `false`, with the buffer still encrypted, if anything was modified.
    pub(crate) fn open(&self, nonce: &Nonce, aad: &[u8], buffer: &mut [u8], tag: &Tag) -> bool {
        self.cipher().is_some_and(|cipher| {
            cipher
                .decrypt_inout_detached(nonce.into(), aad, buffer.into(), tag.into())
                .is_ok()
        })
    }
}

impl fmt::Debug for FrameCipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FrameCipher")
    }
}

/// Unkeyed checksum.
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Comparison in constant time.
pub(crate) fn same(left: &[u8; 32], right: &[u8; 32]) -> bool {
    left.ct_eq(right).into()
}

/// HKDF-Expand (RFC 5869) without Extract: every key given here is uniform.
fn expand(key: &[u8; KEY_LEN], info: &[&[u8]], okm: &mut [u8]) {
    #[expect(clippy::expect_used, reason = "the key is as long as the hash")]
    let hkdf = Hkdf::<Sha256>::from_prk(key).expect("the key is as long as the hash");
    #[expect(clippy::expect_used, reason = "no output is longer than 255 hashes")]
    hkdf.expand_multi_info(info, okm)
        .expect("no output is longer than 255 hashes");
}

/// A key that is known, so that a saved input does tomorrow what it did today.
#[cfg(feature = "fuzzing")]
pub(crate) fn known_dek(bytes: &[u8; KEY_LEN]) -> Dek {
    Dek(Secret::copied(bytes))
}

#[cfg(test)]
pub(crate) mod for_tests {
    use super::*;

    pub(crate) fn dek(bytes: &[u8; KEY_LEN]) -> Dek {
        Dek(Secret::copied(bytes))
    }

    pub(crate) fn dek_bytes(dek: &Dek) -> [u8; KEY_LEN] {
        *dek.0.bytes()
    }

    pub(crate) fn material_bytes(material: &KeyMaterial) -> [u8; KEY_LEN] {
        *material.0.bytes()
    }

    pub(crate) fn frame_key(
        dek: &Dek,
        store_id: &StoreId,
        generation: u64,
        gen_salt: &[u8; 32],
    ) -> [u8; KEY_LEN] {
        *dek.frame_key(store_id, generation, gen_salt).bytes()
    }

    pub(crate) fn header_key_bytes(key: &HeaderKey) -> [u8; KEY_LEN] {
        *key.0.bytes()
    }

    pub(crate) fn cipher(key: &[u8; KEY_LEN]) -> FrameCipher {
        FrameCipher::of(key)
    }

    pub(crate) fn expand(key: &[u8; KEY_LEN], info: &[u8], okm: &mut [u8]) {
        super::expand(key, &[info], okm);
    }

    pub(crate) fn wrap_key_bytes(key: &WrapKey) -> [u8; KEY_LEN] {
        *key.0.bytes()
    }
}
