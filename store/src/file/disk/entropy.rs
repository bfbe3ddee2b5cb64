//! Random bytes from the operating system; the only place that requests them.
use std::fmt;

/// The operating system provided no random bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the operating system provided no random numbers")]
pub struct EntropyError;

/// A source of random bytes: the operating system, or a fixed one in tests.
pub trait Entropy: fmt::Debug + Send + Sync {
    /// Fills `bytes` with random bytes.
    ///
    /// # Errors
    ///
    /// [`EntropyError`] if there are none; `bytes` is then unspecified.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), EntropyError>;
}

/// The random bytes of the operating system.
#[derive(Clone, Copy, Debug, Default)]
pub struct OsEntropy;

impl Entropy for OsEntropy {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), EntropyError> {
        #[expect(
            clippy::map_err_ignore,
            reason = "the cause is a number without meaning"
        )]
        getrandom::fill(bytes).map_err(|_| EntropyError)
    }
}

/// Random bytes as an array.
pub(crate) fn random<const N: usize>(entropy: &dyn Entropy) -> Result<[u8; N], EntropyError> {
    let mut bytes = [0; N];
    entropy.fill(&mut bytes)?;
    Ok(bytes)
}
