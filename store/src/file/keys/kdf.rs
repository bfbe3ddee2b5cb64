//! Deriving keys from passwords with Argon2id (RFC 9106): cost, limits and memory.
//!
//! Uses the clock only to measure the speed of this machine.
use std::{
    cell::Cell,
    fmt,
    num::NonZero,
    sync::mpsc::{RecvTimeoutError, sync_channel},
    thread,
    time::{Duration, Instant},
};

use argon2::{Algorithm, Argon2, Block, Params, Version};
use zeroize::Zeroizing;

use crate::{
    control::{Cancelled, Control},
    file::{
        disk::vfs::physical_memory,
        keys::{
            credentials::{Credentials, Password},
            key_file::KeyFile,
            seal::KeyMaterial,
        },
    },
};

const MIB: u32 = 1024;
/// The least cost with which a file is created (the minimum of OWASP).
pub(crate) const FLOOR: KdfParams = KdfParams {
    m_kib: 19 * MIB,
    t: 2,
    p: 1,
};
const FAST: KdfParams = KdfParams {
    m_kib: 64 * MIB,
    t: 3,
    p: 4,
};
const TARGET: Duration = Duration::from_secs(1);
/// With 256 MiB that is 8 GiB of work: eight slots of it are within the limits of a header.
const MAX_CALIBRATED_PASSES: u32 = 32;
/// The interval of checks for cancellation during a derivation.
const PATIENCE: Duration = Duration::from_millis(20);

/// The cost of deriving a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KdfParams {
    /// Memory in KiB.
    pub m_kib: u32,
    /// Passes over the memory.
    pub t: u32,
    /// Lanes, which may run in parallel.
    pub p: u32,
}

impl fmt::Display for KdfParams {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mib = self.m_kib.div_ceil(MIB);
        write!(
            f,
            "Argon2id with {mib} MiB, {} passes, {} lanes",
            self.t, self.p
        )
    }
}

/// How to choose the cost of a new password.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KdfProfile {
    /// About a second on this machine, with 256 MiB (less on machines with little memory).
    #[default]
    Calibrated,
    /// 64 MiB, 3 passes, 4 lanes (the second option of RFC 9106): about 0.1 s.
    Fast,
    /// Exactly this cost; refused below 19 MiB, 2 passes, 1 lane, and above the default limits.
    Explicit(KdfParams),
}

/// Limits for the cost of opening a file. The file states its cost, and may be malicious.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KdfLimits {
    /// The largest memory in KiB.
    pub m_kib: u32,
    /// The largest number of passes.
    pub t: u32,
    /// The largest number of lanes.
    pub p: u32,
    /// The largest product of memory and passes, in KiB.
    pub work_kib: u64,
    /// The largest sum of these products over all slots that a password is tried on, in KiB.
    /// Further slots are not tried.
    pub total_work_kib: u64,
}

impl Default for KdfLimits {
    /// 2 GiB or half of the memory, 1024 passes, 16 lanes, 16 GiB of work for one slot and 64 GiB
    /// for all of them.
    fn default() -> Self {
        let half = physical_memory().map_or(u64::MAX, |kib| kib / 2);
        Self {
            m_kib: u32::try_from(half).unwrap_or(u32::MAX).min(2048 * MIB),
            t: 1024,
            p: 16,
            work_kib: 1 << 24,
            total_work_kib: 1 << 26,
        }
    }
}

/// A key derivation that is refused or impossible.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KdfError {
    TooCheap(KdfParams),
    TooExpensive(KdfParams),
    OutOfMemory,
}

impl KdfParams {
    /// Refuses costs that are impossible or exceed `limits`.
    pub(crate) fn check(self, limits: &KdfLimits) -> Result<(), KdfError> {
        let work = self.work_kib();
        let possible = self.p >= 1 && self.t >= 1 && self.p.saturating_mul(8) <= self.m_kib;
        let affordable = self.m_kib <= limits.m_kib
            && self.t <= limits.t
            && self.p <= limits.p
            && work <= limits.work_kib;
        if possible && affordable {
            Ok(())
        } else {
            Err(KdfError::TooExpensive(self))
        }
    }

    /// The product of memory and passes, in KiB.
    pub(crate) fn work_kib(self) -> u64 {
        u64::from(self.m_kib).saturating_mul(u64::from(self.t))
    }

    fn reaches_floor(self) -> bool {
        self.m_kib >= FLOOR.m_kib && self.t >= FLOOR.t && self.p >= FLOOR.p
    }
}

impl KdfProfile {
    /// The cost of a new password. Calibration measures this machine, which takes about half a
    /// second.
    fn params(self) -> Result<KdfParams, KdfError> {
        let params = match self {
            Self::Calibrated => calibrate()?,
            Self::Fast => FAST,
            Self::Explicit(params) => params,
        };
        if !params.reaches_floor() {
            return Err(KdfError::TooCheap(params));
        }
        params.check(&KdfLimits::default())?;
        Ok(params)
    }

    /// The cost of a new slot for these credentials: `None` for a recovery key, which needs no
    /// costly derivation and no calibration.
    pub(crate) fn params_for(
        self,
        credentials: &Credentials,
    ) -> Result<Option<KdfParams>, KdfError> {
        match credentials {
            Credentials::Password { .. } => Ok(Some(self.params()?)),
            Credentials::RecoveryKey(_) => Ok(None),
        }
    }
}

/// The remaining work that may be spent on the slots of one file.
#[derive(Debug)]
pub(crate) struct Allowance<'a> {
    limits: &'a KdfLimits,
    left_kib: Cell<u64>,
}

impl<'a> Allowance<'a> {
    pub(crate) fn new(limits: &'a KdfLimits) -> Self {
        Self {
            limits,
            left_kib: Cell::new(limits.total_work_kib),
        }
    }

    /// Deducts the work of a derivation, or refuses it.
    pub(crate) fn pay(&self, params: KdfParams) -> Result<(), KdfError> {
        params.check(self.limits)?;
        let left = self.left_kib.get().checked_sub(params.work_kib());
        self.left_kib
            .set(left.ok_or(KdfError::TooExpensive(params))?);
        Ok(())
    }
}

/// The inputs of a derivation, owned because it may outlive its caller.
pub(crate) struct Ingredients {
    pub(crate) password: Password,
    pub(crate) key_file: Option<KeyFile>,
    pub(crate) salt: [u8; 32],
}

/// Derives the key material of a password. Callers check the limits first.
///
/// Argon2 cannot be interrupted, so it runs on a thread of its own: if cancelled, this function
/// returns at once, and the thread wipes its result when it ends.
pub(crate) fn derive(
    params: KdfParams,
    ingredients: Ingredients,
    control: &Control,
) -> Result<Result<KeyMaterial, KdfError>, Cancelled> {
    control.check()?;
    let (result, answer) = sync_channel(1);
    let work = move || {
        let derived = ingredients.derive(params);
        drop(ingredients);
        // Fails if the caller was cancelled and no longer waits.
        drop(result.send(derived));
    };
    let thread = thread::Builder::new().name("vstore-key".to_owned());
    let Ok(thread) = thread.spawn(work) else {
        return Ok(Err(KdfError::OutOfMemory));
    };
    loop {
        match answer.recv_timeout(PATIENCE) {
            Ok(derived) => {
                drop(thread.join());
                control.check()?;
                return Ok(derived);
            }
            Err(RecvTimeoutError::Timeout) => control.check()?,
            Err(RecvTimeoutError::Disconnected) => return Ok(Err(KdfError::OutOfMemory)),
        }
    }
}

impl Ingredients {
    fn derive(&self, params: KdfParams) -> Result<KeyMaterial, KdfError> {
        let mut memory = Memory::new(params)?;
        let key_file = self.key_file.as_ref().map(KeyFile::hash);
        memory.derive(self.password.as_bytes(), key_file, &self.salt)
    }
}

/// The memory of Argon2, wiped when dropped: the library frees its own without wiping.
struct Memory {
    params: KdfParams,
    costs: Params,
    blocks: Zeroizing<Vec<Block>>,
}

impl Memory {
    fn new(params: KdfParams) -> Result<Self, KdfError> {
        #[expect(
            clippy::map_err_ignore,
            reason = "impossible costs are too expensive ones"
        )]
        let costs = Params::new(params.m_kib, params.t, params.p, Some(32))
            .map_err(|_| KdfError::TooExpensive(params))?;
        let count = costs.block_count();
        let mut blocks = Zeroizing::new(Vec::new());
        #[expect(clippy::map_err_ignore, reason = "the cause says no more")]
        blocks
            .try_reserve_exact(count)
            .map_err(|_| KdfError::OutOfMemory)?;
        blocks.resize(count, Block::default());
        Ok(Self {
            params,
            costs,
            blocks,
        })
    }

    fn derive(
        &mut self,
        password: &[u8],
        key_file: Option<&[u8; 32]>,
        salt: &[u8; 32],
    ) -> Result<KeyMaterial, KdfError> {
        let costs = self.costs.clone();
        let refused = KdfError::TooExpensive(self.params);
        let argon2 = match key_file {
            None => Argon2::new(Algorithm::Argon2id, Version::V0x13, costs),
            #[expect(clippy::map_err_ignore, reason = "32 bytes are never too long")]
            Some(secret) => {
                Argon2::new_with_secret(secret, Algorithm::Argon2id, Version::V0x13, costs)
                    .map_err(|_| refused)?
            }
        };
        let blocks = self.blocks.as_mut_slice();
        #[expect(clippy::map_err_ignore, reason = "every input was checked before")]
        KeyMaterial::filled(|material| {
            argon2
                .hash_password_into_with_memory(password, salt, material, blocks)
                .map_err(|_| refused)
        })
    }
}

/// Chooses the number of passes for which a derivation takes about a second, from the median of
/// three measured passes: a single measurement on a busy machine may be off by a factor of two.
fn calibrate() -> Result<KdfParams, KdfError> {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let p = u32::try_from(cores).unwrap_or(u32::MAX).clamp(1, 4);
    let probe = KdfParams {
        m_kib: default_memory(),
        t: 1,
        p,
    };
    let mut memory = Memory::new(probe)?;
    let mut times = [Duration::ZERO; 3];
    for time in &mut times {
        let start = Instant::now();
        memory.derive(b"calibration", None, &[0; 32])?;
        *time = start.elapsed();
    }
    times.sort_unstable();
    let [_, median, _] = times;
    Ok(KdfParams {
        t: passes(median),
        ..probe
    })
}

/// The number of passes of this duration in about a second.
fn passes(one: Duration) -> u32 {
    let passes = TARGET
        .as_micros()
        .checked_div(one.as_micros())
        .unwrap_or(u128::MAX);
    u32::try_from(passes)
        .unwrap_or(u32::MAX)
        .clamp(3, MAX_CALIBRATED_PASSES)
}

/// 256 MiB, and less below 4 GiB of memory.
fn default_memory() -> u32 {
    match physical_memory() {
        Some(kib) if kib < 2 << 20 => 64 * MIB,
        Some(kib) if kib < 4 << 20 => 128 * MIB,
        _ => 256 * MIB,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passes_fill_a_second_between_three_and_the_cap() {
        assert_eq!(passes(Duration::from_millis(100)), 10);
        assert_eq!(passes(Duration::from_secs(2)), 3);
        assert_eq!(passes(Duration::ZERO), MAX_CALIBRATED_PASSES);
    }

    #[test]
    fn hostile_costs_are_refused_before_memory_is_taken() {
        let limits = KdfLimits::default();
        let hostile = [
            KdfParams {
                m_kib: u32::MAX,
                t: 1,
                p: 1,
            },
            KdfParams {
                m_kib: 65_536,
                t: u32::MAX,
                p: 1,
            },
            KdfParams {
                m_kib: 65_536,
                t: 3,
                p: 17,
            },
            KdfParams {
                m_kib: 65_536,
                t: 0,
                p: 1,
            },
            KdfParams {
                m_kib: 65_536,
                t: 1,
                p: 0,
            },
            KdfParams {
                m_kib: 8,
                t: 1,
                p: 2,
            },
            KdfParams {
                m_kib: 1 << 20,
                t: 17,
                p: 1,
            },
        ];
        for params in hostile {
            assert_eq!(
                params.check(&limits),
                Err(KdfError::TooExpensive(params)),
                "{params}"
            );
        }
        assert_eq!(FAST.check(&limits), Ok(()));
    }

    #[test]
    fn the_slots_of_a_file_share_an_allowance() {
        let limits = KdfLimits::default();
        let dear = KdfParams {
            m_kib: 1 << 20,
            t: 16,
            p: 1,
        };
        let allowance = Allowance::new(&limits);
        for _ in 0..4 {
            assert_eq!(allowance.pay(dear), Ok(()));
        }
        assert_eq!(allowance.pay(dear), Err(KdfError::TooExpensive(dear)));
        // Eight slots of the dearest cost that is chosen by measuring are within it.
        let calibrated = KdfParams {
            m_kib: 256 * MIB,
            t: MAX_CALIBRATED_PASSES,
            p: 4,
        };
        let allowance = Allowance::new(&limits);
        assert!((0..8).all(|_| allowance.pay(calibrated).is_ok()));
    }

    #[test]
    fn a_derivation_is_abandoned_at_once() {
        let dear = KdfParams {
            m_kib: 16 * MIB,
            t: 512,
            p: 1,
        };
        let ingredients = Ingredients {
            password: Password::new("secret".to_owned()).unwrap(),
            key_file: None,
            salt: [1; 32],
        };
        let control = Control::default();
        let stop = control.clone();
        let stopper = thread::Builder::new()
            .name("stopper".to_owned())
            .spawn(move || {
                thread::sleep(Duration::from_millis(100));
                stop.cancel();
            });
        let start = Instant::now();
        let result = derive(dear, ingredients, &control);
        assert!(matches!(result, Err(Cancelled)));
        // The 8 GiB of work take far longer.
        assert!(start.elapsed() < Duration::from_secs(3));
        stopper.unwrap().join().unwrap();
    }

    #[test]
    fn a_cost_below_the_floor_is_refused() {
        for params in [
            KdfParams {
                m_kib: 19 * MIB - 1,
                t: 2,
                p: 1,
            },
            KdfParams {
                m_kib: 19 * MIB,
                t: 1,
                p: 1,
            },
        ] {
            assert_eq!(
                KdfProfile::Explicit(params).params(),
                Err(KdfError::TooCheap(params))
            );
        }
        assert_eq!(KdfProfile::Explicit(FLOOR).params(), Ok(FLOOR));
    }
}
