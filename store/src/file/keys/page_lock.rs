//! Preventing that keys are swapped to disk.
//!
//! The system locks whole pages, and a single unlock undoes any number of locks. Keys are small and
//! share pages, so the locks of each page are counted here.
use std::{
    collections::BTreeMap,
    ptr,
    sync::{Mutex, MutexGuard, PoisonError},
};

use region::LockGuard;

/// Locks bytes in memory while it exists, if the system allows it. They must neither move nor be
/// freed before this is dropped.
#[derive(Debug)]
pub(in crate::file) struct PageLock {
    first: usize,
    last: usize,
}

/// The number of users of one page, and its lock unless the system refused it.
#[derive(Default)]
struct Page {
    users: usize,
    guard: Option<LockGuard>,
}

static PAGES: Mutex<BTreeMap<usize, Page>> = Mutex::new(BTreeMap::new());

fn pages() -> MutexGuard<'static, BTreeMap<usize, Page>> {
    PAGES.lock().unwrap_or_else(PoisonError::into_inner)
}

impl PageLock {
    /// Locks the pages of `len` bytes at an address. If the system refuses, because of a limit on
    /// locked memory, nothing is locked.
    pub(in crate::file) fn over<T>(start: *const T, len: usize) -> Self {
        let size = region::page::size();
        let page_of = |address: usize| address.checked_div(size).unwrap_or(address);
        let (first, last) = (
            page_of(start.addr()),
            page_of(start.addr().saturating_add(len.saturating_sub(1))),
        );
        let mut pages = pages();
        for number in first..=last {
            let page = pages.entry(number).or_default();
            page.users = page.users.saturating_add(1);
            if page.guard.is_none() {
                let address = ptr::without_provenance::<u8>(number.saturating_mul(size));
                page.guard = region::lock(address, size).ok();
            }
        }
        Self { first, last }
    }

    /// Whether the system has locked all of it.
    #[cfg(test)]
    pub(in crate::file) fn is_locked(&self) -> bool {
        let pages = pages();
        let mut numbers = self.first..=self.last;
        numbers.all(|number| pages.get(&number).is_some_and(|page| page.guard.is_some()))
    }
}

impl Drop for PageLock {
    fn drop(&mut self) {
        let mut pages = pages();
        for number in self.first..=self.last {
            if let Some(page) = pages.get_mut(&number) {
                page.users = page.users.saturating_sub(1);
                if page.users == 0 {
                    pages.remove(&number);
                }
            }
        }
    }
}
