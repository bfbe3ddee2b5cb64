//! Background work on snapshots: typed, cancellable, on named threads.
//!
//! There are two kinds. *Questions* about what is on screen go to workers that answer only the
//! latest one: a new question makes the previous one stale, and stale answers are dropped. *Tasks*
//! (import, export) run to completion, are shown in the jobs panel and can be cancelled. No job
//! changes a store.

mod check;
mod export;
mod hints;
mod import;
mod jump;
mod listing;
mod namespaces;
mod preview;
mod protocol;
mod recent;
mod restore;
mod runner;
mod salvage;
mod statistics;
mod task;
mod why_hit;
mod worker;

pub use check::CheckJob;
pub use export::ExportJob;
pub use import::ImportJob;
pub use jump::JumpQuestion;
#[cfg(test)]
pub(crate) use listing::answer_at_once;
pub use listing::{ListingAnswer, ListingQuestion, ValueAwaited};
pub use namespaces::{NamespacesAnswer, NamespacesQuestion};
pub use preview::{PreviewAnswer, PreviewQuestion};
pub use protocol::{Done, Question, TaskJob};
pub use restore::RestoreJob;
pub use runner::Jobs;
pub use salvage::SalvageJob;
pub use statistics::{StatisticsAnswer, StatisticsQuestion};
pub use why_hit::WhyHitQuestion;

#[cfg(test)]
mod tests;
