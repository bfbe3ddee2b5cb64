//! The card for a file that cannot be opened: what is wrong, and what can be done about it.

use std::path::PathBuf;

use egui::Ui;
use jiff::tz::TimeZone;
use vstore::Millis;

use super::card::heading;
use crate::command::{Command, Commands, FileCommand, RepairCommand, TransferCommand};
use crate::format;
use crate::state::{AfterClose, FilePurpose, OpenStore, Problem, Remedy, UnlockPage};
use crate::theme::{Tokens, icons, metrics};
use crate::widgets::button::Button;
use crate::widgets::field;
use crate::widgets::row_ends::button_rows;

/// The order for a file that no longer looks like a VStore file: most likely it is another file, so
/// the remedies that write to it never come first.
const FOREIGN: &[Remedy] = &[Remedy::ChooseAnother, Remedy::RestoreHeader, Remedy::Import];

/// What the card says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ProblemData {
    pub(super) title: &'static str,
    pub(super) name: String,
    pub(super) text: String,
    /// What the user should know before choosing.
    pub(super) advice: &'static str,
    /// The remedies, the best one first.
    pub(super) remedies: Vec<(&'static str, Remedy)>,
    pub(super) path: PathBuf,
    /// The damage can be examined.
    pub(super) can_be_checked: bool,
    read_only: bool,
}

impl ProblemData {
    pub(super) fn new(problem: &Problem, page: &UnlockPage, now: Millis, zone: &TimeZone) -> Self {
        let ending = page.path.extension().and_then(|ending| ending.to_str());
        let ends_with = |endings: &[&str]| {
            ending.is_some_and(|ending| endings.contains(&&*ending.to_ascii_lowercase()))
        };
        let looks_like_data = ends_with(&["json", "ndjson", "jsonl"]);
        // A file whose beginning was overwritten looks like a file that never was a database.
        let was_ours = *problem == Problem::NotAVStore && ends_with(&["vstore"]);
        // If the password was accepted, the header could be read and the rest can be checked with
        // it.
        let can_be_checked = matches!(problem, Problem::Damaged(_)) && page.attempts > 0;
        let (title, advice) = match problem {
            Problem::NotFound => (
                "File not found",
                "It may have been moved, renamed or deleted, or its disk is not connected.",
            ),
            Problem::NotAVStore if looks_like_data => (
                "Not a VStore file",
                "It looks like data that can be imported into a new database.",
            ),
            Problem::NotAVStore if was_ours => (
                "Not a VStore file",
                "If it used to be one and its beginning was overwritten, a header backup can \
                 restore it.",
            ),
            Problem::NotAVStore => (
                "Not a VStore file",
                "If it holds JSON, it can be imported into a new database.",
            ),
            Problem::NewerVersion(_) => (
                "Made by a newer version",
                "Update VStore, or open the file read-only to view its records.",
            ),
            Problem::Damaged(_) => (
                "The file is damaged",
                if can_be_checked {
                    "The password is correct, but parts of the file cannot be read. A check lists \
                     every damaged part; restoring a backup is the safest repair."
                } else {
                    "You are not asked for a password because the part that verifies it cannot be \
                     read. Restore a backup of the header or of the whole file."
                },
            ),
            Problem::OpenElsewhere(_) => (
                "Open elsewhere",
                "Only one program can write to a file at a time. Open it read-only, or switch \
                 to the window that has it open.",
            ),
            _ => ("The file cannot be opened", ""),
        };
        let remedies = if was_ours {
            FOREIGN
        } else {
            problem.remedies()
        };
        let remedies = remedies.iter().map(|remedy| (label(*remedy), *remedy));
        let mut remedies: Vec<_> = remedies.collect();
        if remedies.is_empty() {
            remedies = [Remedy::Retry, Remedy::ChooseAnother]
                .map(|remedy| (label(remedy), remedy))
                .to_vec();
        }
        Self {
            title,
            name: OpenStore::title_of(&page.path),
            text: text(problem, now, zone),
            advice,
            remedies,
            path: page.path.clone(),
            can_be_checked,
            read_only: page.read_only,
        }
    }

    pub(super) fn command(&self, remedy: Remedy) -> Command {
        let path = self.path.clone();
        match remedy {
            Remedy::OpenReadOnly => FileCommand::Open {
                path,
                read_only: true,
            }
            .into(),
            Remedy::Retry => FileCommand::Open {
                path,
                read_only: self.read_only,
            }
            .into(),
            Remedy::Salvage => RepairCommand::PlanSalvage(path).into(),
            Remedy::RestoreHeader => RepairCommand::PlanRestore(path).into(),
            Remedy::SwitchToWindow => FileCommand::SwitchToWindow(path).into(),
            Remedy::Import => TransferCommand::PlanImport(path).into(),
            Remedy::ChooseAnother => FileCommand::PickFile(FilePurpose::Open).into(),
        }
    }
}

/// The text of a problem; a lock is reported with the time since which it has been held.
fn text(problem: &Problem, now: Millis, zone: &TimeZone) -> String {
    let words = problem.text();
    match problem {
        Problem::OpenElsewhere(Some(holder)) => {
            let since = format::timestamp(Millis(holder.started_at), now, zone);
            format!("{} since {since}.", words.trim_end_matches('.'))
        }
        _ => words,
    }
}

/// The number of remedies shown as buttons; the others are links.
const BUTTONS: usize = 2;

/// The label of a remedy's button.
pub(super) const fn label(remedy: Remedy) -> &'static str {
    match remedy {
        Remedy::OpenReadOnly => "Open read-only",
        Remedy::Salvage => "Salvage…",
        Remedy::RestoreHeader => "Restore the header…",
        Remedy::SwitchToWindow => "Switch to that window",
        Remedy::Import => "Import it instead",
        Remedy::Retry => "Try again",
        Remedy::ChooseAnother => "Choose another file…",
    }
}

/// Draws the card; `closer_look` is drawn between the text and the remedies.
pub(super) fn problem_ui(
    ui: &mut Ui,
    data: &ProblemData,
    closer_look: impl FnOnce(&mut Ui, &mut Commands),
    commands: &mut Commands,
) {
    let tokens = Tokens::of(ui);
    heading(
        ui,
        icons::WARNING_CIRCLE,
        tokens.danger,
        data.title,
        &data.name,
    );
    field::problem(ui, &data.text);
    if !data.advice.is_empty() {
        field::explanation(ui, data.advice);
    }
    closer_look(ui, commands);
    for (label, remedy) in data.remedies.iter().skip(BUTTONS) {
        if Button::link(label).show(ui).clicked() {
            commands.push(data.command(*remedy));
        }
    }
    ui.add_space(metrics::SPACE_16);
    let remedies: Vec<_> = data
        .remedies
        .iter()
        .take(BUTTONS)
        .enumerate()
        .rev()
        .collect();
    let buttons = remedies.iter().map(|(index, (label, _))| {
        let button = if *index == 0 && !data.can_be_checked {
            Button::primary(label)
        } else {
            Button::secondary(label)
        };
        (button, true)
    });
    let buttons: Vec<_> = std::iter::once((Button::ghost("Close"), true))
        .chain(buttons)
        .collect();
    match button_rows(ui, "remedies", &buttons) {
        Some(0) => commands.push(FileCommand::Close(AfterClose::Welcome)),
        Some(index) => {
            if let Some((_, (_, remedy))) = remedies.get(index - 1) {
                commands.push(data.command(*remedy));
            }
        }
        None => {}
    }
}
