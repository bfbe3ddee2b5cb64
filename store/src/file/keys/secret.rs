//! Keeps keys at a fixed address on the heap, locked in memory and wiped on drop.
//!
//! Moving a key by value leaves a copy in every stack frame on the way, which no destructor
//! reaches. Therefore only pointers to keys are moved, and computations with keys wipe the stack
//! afterwards. A test searches the memory of a process that closed its store for keys.
use std::hint;

use zeroize::Zeroize;

use crate::file::keys::page_lock::PageLock;

pub(crate) const KEY_LEN: usize = 32;

/// More stack, in bytes, than deriving a key or setting up a cipher uses.
const STACK_LEN: usize = 32 << 10;

/// A secret at a fixed address, which is never swapped out if the system allows it.
pub(crate) struct Locked<T: Zeroize> {
    // Dropped first: the memory must not be freed while it is locked.
    #[cfg_attr(not(test), expect(dead_code, reason = "it is held, not read"))]
    lock: PageLock,
    value: Box<T>,
}

impl<T: Zeroize> Locked<T> {
    /// Moves a value that is not secret yet to its fixed address.
    pub(crate) fn new(value: T) -> Self {
        let value = Box::new(value);
        let lock = PageLock::over(&raw const *value, size_of::<T>());
        Self { lock, value }
    }

    pub(crate) fn get(&self) -> &T {
        &self.value
    }

    pub(crate) fn get_mut(&mut self) -> &mut T {
        &mut self.value
    }

    /// Whether the system has locked it.
    #[cfg(test)]
    pub(crate) fn is_locked(&self) -> bool {
        self.lock.is_locked()
    }
}

impl<T: Zeroize> Drop for Locked<T> {
    fn drop(&mut self) {
        self.value.zeroize();
    }
}

/// 32 secret bytes at a fixed address.
pub(crate) struct Secret(Locked<[u8; KEY_LEN]>);

impl Secret {
    pub(crate) fn zeroed() -> Self {
        Self(Locked::new([0; KEY_LEN]))
    }

    /// Lets `fill` write the bytes in place.
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
        self.0.get()
    }

    pub(crate) fn bytes_mut(&mut self) -> &mut [u8; KEY_LEN] {
        self.0.get_mut()
    }
}

impl Clone for Secret {
    fn clone(&self) -> Self {
        Self::copied(self.bytes())
    }
}

/// Runs `work`, which handles keys, and wipes the stack it used. Its result must not contain key
/// bytes.
#[inline(never)]
pub(crate) fn leaving_no_trace<T>(work: impl FnOnce() -> T) -> T {
    let result = in_own_frame(work);
    wipe_stack();
    result
}

/// Not inlined, so that the locals of `work` lie below the frame that calls [`wipe_stack`].
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
    // Makes the compiler assume that the array is read, so that the writes are not optimized away.
    hint::black_box(&mut frames);
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::fs;

    use super::*;

    /// Whether the system reports the page of an address as locked.
    fn is_locked(address: usize) -> bool {
        let maps = fs::read_to_string("/proc/self/smaps").unwrap_or_default();
        let mut inside = false;
        for line in maps.lines() {
            let range = line
                .split(' ')
                .next()
                .and_then(|range| range.split_once('-'));
            let bounds = range.and_then(|(start, end)| {
                let number = |text| usize::from_str_radix(text, 16).ok();
                Some(number(start)?..number(end)?)
            });
            if let Some(bounds) = bounds {
                inside = bounds.contains(&address);
            } else if inside && let Some(flags) = line.strip_prefix("VmFlags:") {
                return flags.split_whitespace().any(|flag| flag == "lo");
            }
        }
        false
    }

    #[test]
    fn a_key_is_locked_where_the_system_allows_it_and_stays_so_beside_others() {
        let keys: Vec<Secret> = (0..64).map(|byte| Secret::copied(&[byte; 32])).collect();
        let copies: Vec<Secret> = keys.iter().map(Secret::clone).collect();
        drop(copies);
        for key in &keys {
            let address = (&raw const *key.bytes()).addr();
            assert_eq!(is_locked(address), key.0.is_locked());
        }
        let limit = rustix::process::getrlimit(rustix::process::Resource::Memlock);
        if limit.current.is_none_or(|limit| limit >= 1 << 20) {
            assert!(keys.iter().all(|key| key.0.is_locked()));
        }
    }
}
