//! What the window calls the options of the store.

use vstore::file::SalvageMode;
use vstore::search::Mode;
use vstore::transfer::{Conflict, DuplicateKeys, Format};

/// A search mode, on the switch beside the search box.
pub(crate) const fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Exact => "Exact",
        Mode::Fuzzy => "Fuzzy",
        Mode::Contains => "Contains",
    }
}

/// A format of import and export.
pub(crate) const fn format(format: Format) -> &'static str {
    match format {
        Format::Json => "JSON",
        Format::Ndjson => "NDJSON",
    }
}

/// What an import does with an existing key.
pub(crate) const fn conflict(conflict: Conflict) -> &'static str {
    match conflict {
        Conflict::Replace => "Replace existing records",
        Conflict::Keep => "Keep existing records",
        Conflict::Fail => "Stop at the first existing key",
    }
}

/// What an import does with a key that occurs twice in the data.
pub(crate) const fn duplicates(duplicates: DuplicateKeys) -> &'static str {
    match duplicates {
        DuplicateKeys::Refuse => "Stop and report both places",
        DuplicateKeys::Number => "Append a number to the key",
        DuplicateKeys::LastWins => "Keep the last one",
        DuplicateKeys::FirstWins => "Keep the first one",
    }
}

/// How much of a damaged file is salvaged, and a sentence about it.
pub(crate) const fn salvage_mode(mode: SalvageMode) -> (&'static str, &'static str) {
    match mode {
        SalvageMode::ConsistentPrefix => (
            "Up to the first loss",
            "Leaves out every change after the first lost one: no record is newer than something \
             that is missing.",
        ),
        SalvageMode::Everything => (
            "Everything readable",
            "Also takes changes made after lost ones: records may be from different times.",
        ),
    }
}
