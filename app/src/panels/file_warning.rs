//! The strip above the panels while there is a problem with the open file: it cannot be written, it
//! was replaced, it is an older copy, or records expired by a doubtful clock. The strip stays until
//! the problem is solved or the user has decided.

use egui::Ui;
use vstore::ClockSuspect;
use vstore::file::Standing;
use vstore::transfer::rfc3339;

use crate::action::Action;
use crate::command::Commands;
use crate::format;
use crate::state::{OpenStore, Problem, SaveState};
use crate::view::StoreView;
use crate::widgets::banner::{Banner, BannerButton, BannerTone};

const OLDER: &str = "This file is older than when it was last open here: changes saved since then \
    are missing. A backup or a copy may have them.";
const DIVERGED: &str = "This is not the file that was last open here, but a copy of it that was \
    changed separately: changes saved here are missing.";

/// What the strip says and offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FileWarning {
    text: String,
    /// What can be done, the best choice first, with the button labels used here.
    actions: &'static [(Action, &'static str)],
}

impl FileWarning {
    /// The problem with the file; `None` if there is none.
    pub(super) fn of(view: &StoreView<'_>) -> Option<Self> {
        const RELOAD: (Action, &str) = (Action::Reload, "Reload");
        const AGAIN: (Action, &str) = (Action::WriteAgain, "Try again");
        const COPY: (Action, &str) = (Action::SaveAs, "Save a copy…");
        const KEEP: (Action, &str) = (Action::KeepExpired, "Keep hidden");
        const DELETE: (Action, &str) = (Action::DeleteExpired, "Delete them");
        const GO_ON: (Action, &str) = (Action::AcceptStanding, "Use it anyway");
        const OTHER: (Action, &str) = (Action::OpenFile, "Open another file…");
        let store = view.store;
        let (text, actions): (String, &'static [_]) = match &store.save {
            _ if store.changed_elsewhere && store.read_only => (
                "The file has changed since it was opened.".to_owned(),
                &[RELOAD],
            ),
            _ if store.changed_elsewhere => (
                "Another program changed this file. VStore does not overwrite it; your records \
                 are still open here."
                    .to_owned(),
                &[
                    (Action::SaveAs, "Save mine as a copy…"),
                    (Action::Reload, "Load theirs"),
                ],
            ),
            // The replaced file is back.
            SaveState::Failed {
                problem: Problem::ChangedElsewhere,
            } => (missing(store), &[AGAIN, COPY]),
            SaveState::Failed {
                problem: problem @ Problem::Crashed,
            } => (
                format!("{} {}", problem.text(), missing(store)),
                &[COPY, (Action::Reload, "Reopen")],
            ),
            SaveState::Failed { problem } => (
                format!("{} {}", problem.text(), missing(store)),
                &[AGAIN, COPY],
            ),
            _ => match store.standing {
                Standing::Older => (OLDER.to_owned(), &[GO_ON, OTHER]),
                Standing::Diverged => (DIVERGED.to_owned(), &[GO_ON, OTHER]),
                _ => (clock_text(store.asks_about_clock()?), &[KEEP, DELETE]),
            },
        };
        Some(Self { text, actions })
    }

    /// The height of the strip in a window `width` points wide.
    pub(super) fn height(&self, ui: &Ui, width: f32) -> f32 {
        let buttons = self
            .actions
            .iter()
            .map(|(_, words)| BannerButton::new(words));
        let buttons: Vec<_> = buttons.collect();
        self.banner(&buttons).height(ui, width)
    }

    pub(super) fn ui(&self, ui: &mut Ui, view: StoreView<'_>, commands: &mut Commands) {
        let actions = self.actions.iter();
        let resolved: Vec<_> = actions
            .map(|(action, _)| action.resolve(&view.app))
            .collect();
        let actions = self.actions.iter().zip(&resolved);
        let buttons: Vec<_> = actions
            .map(|((_, label), command)| BannerButton {
                label,
                enabled: command.is_some(),
            })
            .collect();
        let clicked = self.banner(&buttons).show(ui);
        let command = clicked.and_then(|index| resolved.into_iter().nth(index));
        if let Some(command) = command.flatten() {
            commands.push(command);
        }
    }

    fn banner<'a>(&'a self, buttons: &'a [BannerButton<'a>]) -> Banner<'a> {
        Banner::new(BannerTone::Warning, &self.text, buttons).strip()
    }
}

/// Which changes are not in the file.
fn missing(store: &OpenStore) -> String {
    let edit = store.unsaved_draft().is_some();
    match (store.unsaved.waiting, edit) {
        (0, false) => "The file contains all your changes.".to_owned(),
        (0, true) => "Your open edit is not in the file.".to_owned(),
        (1, false) => "1 change is not in the file yet.".to_owned(),
        (count, edit) => {
            let changes = format::counted(count as u64, "change");
            let and = if edit { " and the open edit" } else { "" };
            format!("{changes}{and} are not in the file yet.")
        }
    }
}

fn clock_text(suspect: ClockSuspect) -> String {
    let day = |at| rfc3339(at).chars().take(10).collect::<String>();
    format!(
        "According to the system clock ({}), {} expired. But the last change here was on {}.",
        day(suspect.now),
        format::counted(suspect.due as u64, "record"),
        day(suspect.newest),
    )
}

#[cfg(test)]
mod tests {
    use egui::Role;
    use egui_kittest::kittest::Queryable as _;
    use vstore::Millis;

    use super::*;
    use crate::panels::testing::{NOW, Scene, films, store_of, view_of};
    use crate::state::State;
    use crate::update::update;

    fn actions(state: &State) -> Option<Vec<&'static str>> {
        let warning = FileWarning::of(&view_of(state))?;
        Some(warning.actions.iter().map(|(_, words)| *words).collect())
    }

    fn file() -> State {
        let mut state = films();
        let store = store_of(&mut state);
        store.path = Some("films.vstore".into());
        store.save = SaveState::Saved { at: NOW };
        state
    }

    #[test]
    fn each_problem_offers_its_own_actions() {
        let mut state = file();
        assert_eq!(actions(&state), None);
        store_of(&mut state).changed_elsewhere = true;
        let replaced = ["Save mine as a copy…", "Load theirs"];
        assert_eq!(actions(&state), Some(replaced.to_vec()));
        store_of(&mut state).read_only = true;
        assert_eq!(actions(&state), Some(vec!["Reload"]));

        let mut state = file();
        let problem = Problem::StorageFull("no space left for films.vstore".to_owned());
        store_of(&mut state).save = SaveState::Failed { problem };
        assert_eq!(actions(&state), Some(vec!["Try again", "Save a copy…"]));
    }

    #[test]
    fn the_user_is_asked_once_about_records_that_expired_by_a_doubtful_clock() {
        let mut state = file();
        let suspect = ClockSuspect {
            newest: Millis(1_780_000_000_000),
            now: Millis(4_085_000_000_000),
            due: 12,
        };
        store_of(&mut state).clock_suspect = Some(suspect);
        let warning = FileWarning::of(&view_of(&state)).unwrap();
        assert_eq!(
            warning.text,
            "According to the system clock (2099-06-13), 12 records expired. But the last change \
             here was on 2026-05-28."
        );
        assert_eq!(actions(&state), Some(vec!["Keep hidden", "Delete them"]));
        store_of(&mut state).keeps_expired = true;
        assert_eq!(actions(&state), None);
        // A problem with writing comes first.
        store_of(&mut state).keeps_expired = false;
        store_of(&mut state).changed_elsewhere = true;
        assert_eq!(actions(&state).map(|actions| actions.len()), Some(2));
        assert_ne!(actions(&state), Some(vec!["Keep hidden", "Delete them"]));
    }

    #[test]
    fn an_older_file_is_reported_until_the_user_has_seen_it() {
        let mut state = file();
        for standing in [Standing::Older, Standing::Diverged] {
            store_of(&mut state).standing = standing;
            let warning = FileWarning::of(&view_of(&state)).unwrap();
            assert!(warning.text.contains("are missing"), "{}", warning.text);
            assert_eq!(
                actions(&state),
                Some(vec!["Use it anyway", "Open another file…"])
            );
            let command = Action::AcceptStanding.resolve(&view_of(&state).app);
            update(&mut state, command.unwrap(), NOW);
            assert_eq!(actions(&state), None);
        }
        for standing in [Standing::Unknown, Standing::Continued] {
            store_of(&mut state).standing = standing;
            assert_eq!(actions(&state), None);
        }
    }

    #[test]
    fn the_buttons_queue_their_actions() {
        let mut state = file();
        let problem = Problem::StorageFull("no space left for films.vstore".to_owned());
        store_of(&mut state).save = SaveState::Failed { problem };
        store_of(&mut state).unsaved.waiting = 2;
        let mut scene = Scene::new(
            state,
            [1200.0, 900.0],
            |panels: &mut crate::panels::Panels, ui, view, commands| {
                panels.ui(ui, view.app, commands);
            },
        );
        scene.harness.get_by_label("Try again").click();
        assert_eq!(scene.commands(), ["File(WriteAgain)"]);
        let text = "The disk is full: no space left for films.vstore. 2 changes are not in the \
                    file yet.";
        scene.harness.get_by_role_and_label(Role::Alert, text);
    }
}
