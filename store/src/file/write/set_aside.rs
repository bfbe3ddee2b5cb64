//! Sealing data that is kept outside the file, with a key derived from the data key.
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::file::{
    disk::entropy::{Entropy, EntropyError, random},
    keys::seal::{FrameCipher, NONCE_LEN, TAG_LEN},
    write::store_file::StoreFile,
};

/// Why data could not be sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// No random bytes for a nonce.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
    /// More than AES-GCM encrypts under one nonce (64 GiB).
    #[error("the data is too large to be encrypted")]
    TooLarge,
}

/// Encrypts under a key derived from the data key and the identity of the store. Usable even after
/// the file was closed.
#[derive(Clone, Debug)]
pub(crate) struct AsideSealer {
    cipher: FrameCipher,
    entropy: Arc<dyn Entropy>,
}

impl AsideSealer {
    pub(crate) fn seal(&self, plain: &[u8]) -> Result<Vec<u8>, SealError> {
        let nonce = random(&*self.entropy)?;
        let mut sealed = nonce.to_vec();
        sealed.extend_from_slice(plain);
        let (_, body) = sealed.split_at_mut(NONCE_LEN);
        let tag = self
            .cipher
            .seal(&nonce, &[], body)
            .ok_or(SealError::TooLarge)?;
        sealed.extend_from_slice(&tag);
        Ok(sealed)
    }
}

impl StoreFile {
    pub(crate) fn aside_sealer(&self) -> AsideSealer {
        AsideSealer {
            cipher: self.dek.aside_cipher(&self.generation.header.store_id),
            entropy: Arc::clone(&self.entropy),
        }
    }

    /// Decrypts what an [`AsideSealer`] of this file has sealed; `None` if it was modified, or is
    /// of another store or data key.
    pub(crate) fn open_aside(&self, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, rest) = sealed.split_first_chunk::<NONCE_LEN>()?;
        let (body, tag) = rest.split_last_chunk::<TAG_LEN>()?;
        let cipher = self.dek.aside_cipher(&self.generation.header.store_id);
        let mut plain = Zeroizing::new(body.to_vec());
        cipher.open(nonce, &[], &mut plain, tag).then_some(plain)
    }
}
