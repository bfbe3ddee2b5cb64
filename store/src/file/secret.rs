//! Where keys are kept: in one place on the heap, wiped when dropped.
//!
//! A key that is moved by value leaves a copy behind in every stack frame it came through, which
//! no destructor reaches. So keys do not move, only the pointers to them, and computing with them
//! wipes the stack afterwards. A test reads the memory of a process that closed its store.
use std::hint;

use zeroize::Zeroizing;

use super::seal::KEY_LEN;

/// Stack that deriving a key or setting up a cipher uses, with room to spare.
const STACK_LEN: usize = 32 << 10;

/// 32 secret bytes that stay where they are.
pub(crate) struct Secret(Box<Zeroizing<[u8; KEY_LEN]>>);

impl Secret {
    pub(crate) fn zeroed() -> Self {
        Self(Box::new(Zeroizing::new([0; KEY_LEN])))
    }

    /// Has `fill` write the bytes to where they stay.
    pub(crate) fn filled<E>(
        fill: impl FnOnce(&mut [u8; KEY_LEN]) -> Result<(), E>,
    ) -> Result<Self, E> {
        let mut secret = Self::zeroed();
        fill(secret.bytes_mut())?;
        Ok(secret)
    }

    /// A copy of the first 32 of `bytes`.
    pub(crate) fn copied(bytes: &[u8]) -> Self {
        let mut secret = Self::zeroed();
        for (to, from) in secret.bytes_mut().iter_mut().zip(bytes) {
            *to = *from;
        }
        secret
    }

    pub(crate) fn bytes(&self) -> &[u8; KEY_LEN] {
        &self.0
    }

    pub(crate) fn bytes_mut(&mut self) -> &mut [u8; KEY_LEN] {
        &mut self.0
    }
}

impl Clone for Secret {
    fn clone(&self) -> Self {
        Self::copied(self.bytes())
    }
}

/// Runs `work`, which handles keys, and wipes the stack it used. What it returns must not hold
/// key bytes itself.
#[inline(never)]
pub(crate) fn leaving_no_trace<T>(work: impl FnOnce() -> T) -> T {
    let result = in_own_frame(work);
    wipe_stack();
    result
}

/// Keeps the locals of `work` below the frame that [`wipe_stack`] is called from.
#[inline(never)]
fn in_own_frame<T>(work: impl FnOnce() -> T) -> T {
    work()
}

/// Overwrites the stack below its caller.
#[inline(never)]
#[expect(
    clippy::large_stack_arrays,
    reason = "the array is there to be where other frames were"
)]
fn wipe_stack() {
    let mut frames = [0_u8; STACK_LEN];
    // The array must be written, since for all the compiler knows somebody reads it here.
    hint::black_box(&mut frames);
}
