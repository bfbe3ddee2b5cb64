//! The durability rules, by name: what the code does at its system calls so that nothing is lost.
//!
//! Each site asks [`holds`] for its rule. In the product that is the constant `true`, and nothing
//! of it is left in the program. In unit tests one rule at a time can be broken on one thread, to
//! prove that the crash simulator notices.

/// A rule that must hold at one or more system calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// Opening syncs the file before it writes: what was read may be in memory only.
    SyncFileAtOpen,
    /// Opening syncs the folder: the name may be in memory only.
    SyncFolderAtOpen,
    /// Repairing a header writes the copy that is not current, and only that.
    HealOnlyTheOtherCopy,
    /// A sync that failed is never tried again.
    NeverRetrySync,
    /// A file is synced before it gets its name.
    SyncBeforeRename,
    /// Only a frame that says that more was durable turns a torn tail into damage.
    EvidenceNeedsDurability,
    /// The mark of a failed sync keeps the next process from trusting what it reads.
    HonourFailedSyncMark,
    /// A header copy that may be half written stops all writing.
    HeaderFailurePoisons,
    /// The folder is synced after a rename, before anything is acknowledged.
    SyncFolderAfterRename,
    /// The two header copies are never in the same sync.
    OneHeaderCopyPerSync,
    /// Before anything is appended, the last frame is compared with the one that was left there.
    CompareLastTag,
    /// After a sync, nothing is acknowledged unless the file is as long as it should be.
    CompareLengthAfterSync,
    /// A data file is locked as well as its lock file, and a new generation before it has its name.
    LockDataFile,
}

/// Whether the code keeps to a rule.
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

    /// Whether the code keeps to a rule on this thread.
    pub(crate) fn holds(rule: Rule) -> bool {
        BROKEN.get() != Some(rule)
    }

    /// A rule is broken on this thread until this is dropped.
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
