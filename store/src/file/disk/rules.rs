//! The durability rules, by name: what the code does at its system calls so that nothing is lost.
//!
//! Each site that follows a rule checks [`holds`] for it. Outside unit tests that is the constant
//! `true` and compiles to nothing. In unit tests a rule can be broken on one thread, to prove that
//! the crash simulator notices.

/// A rule that must hold at one or more system calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// Opening syncs the file before it writes: what was read may only be in the page cache.
    SyncFileAtOpen,
    /// Opening syncs the folder: the name may only be in the page cache.
    SyncFolderAtOpen,
    /// Repairing a header writes the copy that is not current, and only that.
    HealOnlyTheOtherCopy,
    /// A failed sync is never retried.
    NeverRetrySync,
    /// A file is synced before it gets its name.
    SyncBeforeRename,
    /// A torn tail counts as damage only if a later frame proves that more was durable.
    EvidenceNeedsDurability,
    /// The mark of a failed sync prevents the next process from trusting what it reads.
    HonourFailedSyncMark,
    /// A header copy that may be half written stops all writing.
    HeaderFailurePoisons,
    /// The folder is synced after a rename, before anything is acknowledged.
    SyncFolderAfterRename,
    /// The two header copies are never in the same sync.
    OneHeaderCopyPerSync,
    /// Before anything is appended, the last frame is compared with the one written last.
    CompareLastTag,
    /// After a sync, nothing is acknowledged unless the file is as long as it should be.
    CompareLengthAfterSync,
    /// A data file is locked as well as its lock file, and a new generation before it has its name.
    LockDataFile,
}

/// Whether the code follows a rule.
#[cfg(not(test))]
#[inline]
pub(crate) const fn holds(_rule: Rule) -> bool {
    true
}

#[cfg(test)]
pub(crate) use for_tests::holds;

#[cfg(test)]
pub(crate) mod for_tests {
    use std::cell::Cell;

    use super::Rule;

    thread_local! {
        static BROKEN: Cell<Option<Rule>> = const { Cell::new(None) };
    }

    /// Whether the code follows a rule on this thread.
    pub(crate) fn holds(rule: Rule) -> bool {
        BROKEN.get() != Some(rule)
    }

    /// Breaks a rule on this thread until dropped.
    pub(crate) struct Broken(());

    impl Drop for Broken {
        fn drop(&mut self) {
            BROKEN.set(None);
        }
    }

    pub(crate) fn break_rule(rule: Rule) -> Broken {
        BROKEN.set(Some(rule));
        Broken(())
    }
}
