//! The card for a file that no password could open: what it is, and every way on.

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
use crate::widgets::ends::button_rows;
use crate::widgets::field;

/// For a file that was ours once and is no more: most likely it is another file, so that what writes to
/// it is never the first way on.
const FOREIGN: &[Remedy] = &[Remedy::ChooseAnother, Remedy::RestoreHeader, Remedy::Import];

/// What the card says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ProblemData {
    pub(super) title: &'static str,
    pub(super) name: String,
    pub(super) text: String,
    /// What the user may want to know before choosing.
    pub(super) advice: &'static str,
    /// Buttons, the best first.
    pub(super) ways: Vec<(&'static str, Remedy)>,
    pub(super) path: PathBuf,
    /// The damage can be looked at closely.
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
        // One whose beginning was overwritten cannot be told from a file that never was one.
        let was_ours = *problem == Problem::NotAVStore && ends_with(&["vstore"]);
        // A password that was taken has opened the header: the rest can be read with it.
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
                "If it was one and its beginning was overwritten, a backup of its header brings it \
                 back.",
            ),
            Problem::NotAVStore => (
                "Not a VStore file",
                "If it holds JSON, it can be imported into a new database.",
            ),
            Problem::NewerVersion(_) => (
                "Made by a newer version",
                "Update VStore, or look at the records without changing the file.",
            ),
            Problem::Damaged(_) => (
                "The file is damaged",
                if can_be_checked {
                    "The password is right, but not everything behind it can be read. A check names \
                     every damaged part; a backup is the safest way back."
                } else {
                    "No password is asked for, because the part that would check it cannot be read. \
                     A backup of the header, or of the file, is the way back."
                },
            ),
            Problem::OpenElsewhere(_) => (
                "Open elsewhere",
                "Only one program can write a file at a time. Look at the records as they are \
                 now, or go to the window that has it.",
            ),
            _ => ("The file cannot be opened", ""),
        };
        let remedies = if was_ours {
            FOREIGN
        } else {
            problem.remedies()
        };
        let ways = remedies.iter().map(|remedy| (label(*remedy), *remedy));
        let mut ways: Vec<_> = ways.collect();
        if ways.is_empty() {
            ways = [Remedy::Retry, Remedy::ChooseAnother]
                .map(|remedy| (label(remedy), remedy))
                .to_vec();
        }
        Self {
            title,
            name: OpenStore::title_of(&page.path),
            text: text(problem, now, zone),
            advice,
            ways,
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

/// The words to a problem; who has the file is told with the time they took it.
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

/// How many ways on are buttons; the others are quieter.
const BUTTONS: usize = 2;

/// The verb on the button of a remedy.
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

/// Draws the card; `closer_look` is drawn between the words and the ways on.
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
    for (label, remedy) in data.ways.iter().skip(BUTTONS) {
        if Button::link(label).show(ui).clicked() {
            commands.push(data.command(*remedy));
        }
    }
    ui.add_space(metrics::SPACE_16);
    let ways: Vec<_> = data.ways.iter().take(BUTTONS).enumerate().rev().collect();
    let buttons = ways.iter().map(|(index, (label, _))| {
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
    match button_rows(ui, "ways on", &buttons) {
        Some(0) => commands.push(FileCommand::Close(AfterClose::Welcome)),
        Some(index) => {
            if let Some((_, (_, remedy))) = ways.get(index - 1) {
                commands.push(data.command(*remedy));
            }
        }
        None => {}
    }
}
