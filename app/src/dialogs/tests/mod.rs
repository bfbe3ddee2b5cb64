//! Dialogs, palette and messages: what they show, and which commands they queue.

mod find;
mod fit;
mod repair;
mod security;
mod transfer;

use egui::{Key as Press, Modifiers, Role};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use vstore::value::EncodedValue;
use vstore::value::json::parse_text;
use vstore::{Cause, Key, ManualClock, Millis, Store, WriteBatch};

use super::Dialogs;
use super::save_before_closing::Words;
use crate::action::Action;
use crate::command::{Command, FileCommand, LayoutCommand, RecordCommand};
use crate::panels::testing;
use crate::state::{
    AfterClose, Dialog, FilePurpose, Level, OpenStore, Page, Problem, Scope, State,
};
use transfer::{export_plan, plan};

const NOW: Millis = Millis(1_795_000_000_000);

type Window = testing::Window<Dialogs>;

fn key(text: &str) -> Key {
    Key::new(text).unwrap()
}

fn value(json: &str) -> EncodedValue {
    parse_text(json).unwrap().0
}

/// A program with three records: `a:1`, `a:2`, `b:1`.
fn state() -> State {
    let mut store = Store::in_memory(std::sync::Arc::new(ManualClock::new(NOW)));
    let mut batch = WriteBatch::new(Cause::Edit);
    for name in ["a:1", "a:2", "b:1"] {
        batch.put(key(name), value("{\"n\":1}"));
    }
    store.commit(&batch).unwrap();
    let open = OpenStore::new("Sample".to_owned(), None, false, store.snapshot());
    State {
        page: Page::Open(Box::new(open)),
        ..State::default()
    }
}

fn harness(dialog: Dialog) -> Harness<'static, Window> {
    let mut window = Window {
        state: state(),
        ..Window::default()
    };
    window.state.dialogs.push_back(dialog);
    testing::drawn(
        window,
        [1000.0, 800.0],
        NOW,
        |dialogs, ui, view, commands| {
            dialogs.ui(ui.ctx(), view, commands);
        },
    )
}

fn is_enabled(harness: &Harness<'_, Window>, label: &str) -> bool {
    !harness
        .get_by_role_and_label(Role::Button, label)
        .accesskit_node()
        .is_disabled()
}

fn click(harness: &mut Harness<'_, Window>, label: &str) {
    harness.get_by_role_and_label(Role::Button, label).click();
    harness.run();
}

fn type_in(harness: &mut Harness<'_, Window>, label: &str, text: &str) {
    testing::type_into(harness, Role::TextInput, label, text);
}

fn type_password(harness: &mut Harness<'_, Window>, label: &str, text: &str) {
    testing::type_into(harness, Role::PasswordInput, label, text);
}

#[test]
fn esc_closes_every_dialog_and_nothing_else_happens() {
    let dialogs = [
        Dialog::Palette,
        Dialog::Shortcuts,
        Dialog::Settings,
        Dialog::About,
        Dialog::Rename { from: key("a:1") },
        Dialog::Expiry {
            scope: Scope::Selected,
        },
        Dialog::ConfirmDelete {
            scope: Scope::Selected,
            count: 2,
            sample: vec![key("a:1")],
        },
        Dialog::SaveBeforeClosing {
            name: "Sample".to_owned(),
            draft: None,
            no_file: true,
            waiting: 0,
            locked: false,
            then: AfterClose::Quit,
        },
        Dialog::SaveAs {
            path: "/x.vstore".into(),
            busy: false,
            problem: None,
            then: None,
        },
        Dialog::ChangePassword {
            busy: false,
            problem: None,
        },
        Dialog::Import {
            plan: plan(),
            preview: None,
        },
        Dialog::Export {
            plan: export_plan(),
            count: 3,
        },
        Dialog::PathField {
            purpose: FilePurpose::Open,
            suggested: String::new(),
        },
        Dialog::Message {
            title: "Title".to_owned(),
            text: "Text".to_owned(),
        },
    ];
    for dialog in dialogs {
        let name = format!("{dialog:?}");
        let mut harness = harness(dialog);
        harness.key_press(Press::Escape);
        harness.run();
        assert_eq!(
            harness.state_mut().words(),
            "[Layout(CloseDialog)]",
            "{name}"
        );
    }
}

#[test]
fn a_record_cannot_be_renamed_to_a_taken_or_invalid_key() {
    let mut harness = harness(Dialog::Rename { from: key("a:1") });
    assert!(!is_enabled(&harness, "Rename"), "nothing was changed yet");
    let field = harness.get_by_role_and_label(Role::TextInput, "New key");
    assert!(field.is_focused());
    field.type_text("2");
    harness.run();
    let taken = "Another record already has this key.";
    assert!(
        harness
            .query_by_role_and_label(Role::Alert, taken)
            .is_some()
    );
    assert!(!is_enabled(&harness, "Rename"));
    harness
        .get_by_role_and_label(Role::TextInput, "New key")
        .type_text("2");
    harness.run();
    harness.key_press(Press::Enter);
    harness.run();
    let commands = harness.state_mut().taken();
    let [
        Command::Layout(LayoutCommand::CloseDialog),
        Command::Record(RecordCommand::Rename { from, to }),
    ] = commands.as_slice()
    else {
        panic!("{commands:?}");
    };
    assert_eq!((from.as_str(), to.as_str()), ("a:1", "a:22"));
}

#[test]
fn the_palette_finds_by_letters_and_enter_runs_the_command() {
    let mut harness = harness(Dialog::Palette);
    let field = harness.get_by_role_and_label(Role::TextInput, "Find a command");
    assert!(field.is_focused());
    field.type_text("setti");
    harness.run();
    harness.key_press(Press::Enter);
    harness.run();
    let expected = "[Layout(CloseDialog), Layout(OpenDialog(Settings))]";
    assert_eq!(harness.state_mut().words(), expected);
}

#[test]
fn unavailable_commands_are_grey_and_do_nothing() {
    let mut harness = harness(Dialog::Palette);
    harness
        .get_by_role_and_label(Role::TextInput, "Find a command")
        .type_text("undo");
    harness.run();
    let row = harness.get_by_role_and_label(Role::ListBoxOption, Action::Undo.text());
    assert!(row.accesskit_node().is_disabled());
    harness.key_press(Press::Enter);
    harness.run();
    assert!(harness.state_mut().taken().is_empty());
}

#[test]
fn the_arrow_keys_move_through_the_palette() {
    let mut harness = harness(Dialog::Palette);
    harness.key_press(Press::ArrowDown);
    harness.run();
    let selected = |harness: &Harness<'_, Window>| {
        let rows = harness.get_all_by_role(Role::ListBoxOption);
        let chosen = rows.filter(|row| row.accesskit_node().is_selected() == Some(true));
        chosen
            .filter_map(|row| row.accesskit_node().label())
            .collect::<Vec<_>>()
    };
    assert_eq!(selected(&harness), [Action::OpenFile.text()]);
    harness.key_press(Press::ArrowUp);
    harness.run();
    assert_eq!(selected(&harness), [Action::NewDatabase.text()]);
}

#[test]
fn the_shortcut_sheet_can_be_filtered() {
    let mut harness = harness(Dialog::Shortcuts);
    harness
        .get_by_role_and_label(Role::TextInput, "Filter shortcuts")
        .type_text("compact");
    harness.run();
    assert!(harness.query_by_label("No matching shortcuts.").is_some());
}

#[test]
fn deleting_everything_needs_a_typed_word() {
    let scope = Scope::Selected;
    let sample = vec![key("a:1"), key("a:2")];
    let mut harness = harness(Dialog::ConfirmDelete {
        scope,
        count: 3,
        sample,
    });
    assert!(harness.query_by_label("and 1 more").is_some());
    assert!(!is_enabled(&harness, "Delete 3 records"));
    type_in(&mut harness, "Type “delete” to confirm", "delete");
    harness.get_by_label("Delete 3 records").click();
    harness.run();
    let expected = "[Layout(CloseDialog), Record(Delete(Selected))]";
    assert_eq!(harness.state_mut().words(), expected);
}

#[test]
fn deleting_some_needs_one_click() {
    let sample = vec![key("a:1"), key("a:2")];
    let dialog = Dialog::ConfirmDelete {
        scope: Scope::Selected,
        count: 2,
        sample,
    };
    let mut harness = harness(dialog);
    harness.key_press(Press::Enter);
    harness.run();
    let expected = "[Layout(CloseDialog), Record(Delete(Selected))]";
    assert_eq!(harness.state_mut().words(), expected);
}

#[test]
fn closing_asks_once_about_all_unsaved_changes() {
    let words = Words::new("Sample", Some("a:1"), true, 2);
    assert_eq!(words.title, "“Sample” was modified. Save changes?");
    assert_eq!(words.reasons.len(), 3);
    let dialog = || Dialog::SaveBeforeClosing {
        name: "Sample".to_owned(),
        draft: None,
        no_file: true,
        waiting: 0,
        locked: false,
        then: AfterClose::Quit,
    };
    let mut save = harness(dialog());
    save.key_press(Press::Enter);
    save.run();
    assert!(save.state_mut().words().contains("SaveAndClose(Quit)"));
    let mut lose = harness(dialog());
    lose.get_by_label("Don't save").click();
    lose.run();
    assert!(
        lose.state_mut()
            .words()
            .contains("CloseWithoutSaving(Quit)")
    );
}

#[test]
fn an_expiry_can_be_typed_as_a_duration() {
    let mut harness = harness(Dialog::Expiry {
        scope: Scope::Selected,
    });
    assert!(!is_enabled(&harness, "Set expiry"));
    harness
        .get_by_role_and_label(Role::TextInput, "Time to live")
        .type_text("5m");
    harness.run();
    harness.key_press(Press::Enter);
    harness.run();
    let at = NOW.plus_millis(300_000);
    let commands = harness.state_mut().words();
    assert!(
        commands.contains(&format!("expires_at: Some({at:?})")),
        "{commands}"
    );
}

#[test]
fn a_copy_is_saved_with_a_repeated_password() {
    let path = std::path::PathBuf::from("/data/copy.vstore");
    let dialog = Dialog::SaveAs {
        path: path.clone(),
        busy: false,
        problem: None,
        then: None,
    };
    let mut harness = harness(dialog);
    type_password(&mut harness, "Password", "correct zebra lamp 47");
    type_password(&mut harness, "Repeat password", "correct zebra lamp 47");
    harness.get_by_label("Save").click();
    harness.run();
    let commands = harness.state_mut().taken();
    let [
        Command::File(FileCommand::SaveCopy {
            path: to, secret, ..
        }),
    ] = commands.as_slice()
    else {
        panic!("{commands:?}");
    };
    assert_eq!(
        (to, secret.password.as_str()),
        (&path, "correct zebra lamp 47")
    );
}

#[test]
fn changing_the_password_asks_for_the_current_one() {
    let mut harness = harness(Dialog::ChangePassword {
        busy: false,
        problem: None,
    });
    let field = harness.get_by_role_and_label(Role::PasswordInput, "Current password");
    assert!(field.is_focused());
    type_password(&mut harness, "Password", "correct zebra lamp 47");
    type_password(&mut harness, "Repeat password", "correct zebra lamp 47");
    harness
        .get_by_role_and_label(Role::Button, "Change password")
        .click();
    harness.run();
    assert!(harness.state_mut().taken().is_empty());
    type_password(&mut harness, "Current password", "old");
    harness
        .get_by_role_and_label(Role::Button, "Change password")
        .click();
    harness.run();
    let commands = harness.state_mut().taken();
    let [Command::File(FileCommand::ChangePassword { current, new })] = commands.as_slice() else {
        panic!("{commands:?}");
    };
    assert_eq!(current.password.as_str(), "old");
    assert_eq!(new.password.as_str(), "correct zebra lamp 47");
}

#[test]
fn a_wrong_current_password_is_reported_and_selected() {
    let mut harness = harness(Dialog::ChangePassword {
        busy: false,
        problem: None,
    });
    type_password(&mut harness, "Current password", "old");
    let problem = Some(Problem::WrongPassword);
    harness.state_mut().state.dialogs[0] = Dialog::ChangePassword {
        busy: false,
        problem,
    };
    harness.run();
    let field = harness.get_by_role_and_label(Role::PasswordInput, "Current password");
    assert!(field.is_focused());
    field.type_text("x");
    harness.run();
    let field = harness.get_by_role_and_label(Role::PasswordInput, "Current password");
    assert_eq!(field.value().as_deref(), Some("•"));
}

#[test]
fn a_proposed_path_fills_the_field_and_typing_replaces_it() {
    let mut harness = harness(Dialog::PathField {
        purpose: FilePurpose::SaveAs,
        suggested: "/documents/films.vstore".to_owned(),
    });
    harness.run();
    let value = |harness: &Harness<'_, Window>| {
        let field = harness.get_by_role_and_label(Role::TextInput, "Path");
        field.value()
    };
    assert_eq!(value(&harness).as_deref(), Some("/documents/films.vstore"));
    harness.event(egui::Event::Text("/x".to_owned()));
    harness.run();
    assert_eq!(value(&harness).as_deref(), Some("/x"));
}

#[test]
fn a_path_can_be_typed_without_a_file_dialog() {
    let mut harness = harness(Dialog::PathField {
        purpose: FilePurpose::Open,
        suggested: String::new(),
    });
    harness
        .get_by_role_and_label(Role::TextInput, "Path")
        .type_text("/tmp/a.vstore");
    harness.run();
    harness.key_press(Press::Enter);
    harness.run();
    let expected = "[File(Picked { purpose: Open, path: \"/tmp/a.vstore\" })]";
    assert_eq!(harness.state_mut().words(), expected);
}

#[test]
fn settings_take_effect_at_once() {
    let mut harness = harness(Dialog::Settings);
    for (label, expected) in [
        ("Light", "Theme(Light)"),
        ("Roomy", "Density(Roomy)"),
        ("15 min", "LockAfterMinutes(15)"),
        ("Reduce motion", "ReducedMotion(true)"),
        (
            "Lock when the window is minimised",
            "LockWhenMinimised(true)",
        ),
    ] {
        harness.get_by_label(label).click();
        harness.run();
        assert_eq!(
            harness.state_mut().words(),
            format!("[Layout(Set({expected}))]")
        );
    }
}

#[test]
fn closing_a_dialog_wipes_what_was_typed() {
    let mut harness = harness(Dialog::ChangePassword {
        busy: false,
        problem: None,
    });
    type_password(&mut harness, "Current password", "old");
    let dialog = harness.state_mut().state.dialogs.pop_front().unwrap();
    harness.run();
    harness.state_mut().state.dialogs.push_back(dialog);
    harness.run();
    let field = harness.get_by_role_and_label(Role::PasswordInput, "Current password");
    assert_eq!(field.value().unwrap_or_default(), "");
}

#[test]
fn the_path_field_keeps_what_was_typed_in_the_dialog_below() {
    let mut harness = harness(Dialog::ChangePassword {
        busy: false,
        problem: None,
    });
    type_password(&mut harness, "Current password", "old");
    let purpose = FilePurpose::KeyFile;
    let dialogs = &mut harness.state_mut().state.dialogs;
    let suggested = String::new();
    dialogs.push_front(Dialog::PathField { purpose, suggested });
    harness.run();
    assert!(
        harness
            .query_by_role_and_label(Role::TextInput, "Path")
            .is_some()
    );
    harness.state_mut().state.dialogs.pop_front();
    harness.run();
    let field = harness.get_by_role_and_label(Role::PasswordInput, "Current password");
    assert_eq!(field.value().as_deref(), Some("•••"));
}

#[test]
fn a_notice_is_shown_once_and_its_button_acts() {
    let mut harness = harness(Dialog::About);
    harness.state_mut().state.dialogs.clear();
    let notices = &mut harness.state_mut().state.notices;
    let notice = notices.push(NOW, Level::Error, "The import failed");
    notice.detail = Some("line 3: two records have the key a".to_owned());
    harness.run_steps(3);
    harness.get_by_label("Details").click();
    harness.run_steps(3);
    let commands = harness.state_mut().words();
    assert!(commands.contains("OpenDialog(Message"), "{commands}");
    assert!(commands.contains("DismissNotice"), "{commands}");
    harness.run_steps(3);
    assert!(harness.query_by_label("The import failed").is_none());
}

#[test]
fn keys_in_the_palette_do_not_reach_the_panels_behind() {
    let mut harness = harness(Dialog::Palette);
    harness.key_press_modifiers(Modifiers::NONE, Press::ArrowDown);
    harness.run();
    assert!(harness.state_mut().taken().is_empty());
}

#[test]
fn searches_are_saved_renamed_and_deleted() {
    let mut harness = harness(Dialog::SavedSearches);
    assert!(!is_enabled(&harness, "Save search"), "nothing is searched");
    let store = harness.state_mut().state.store_mut().unwrap();
    store.search.text = "genres:comedy".to_owned();
    let query = crate::state::Query {
        text: "year:1982".to_owned(),
        mode: vstore::search::Mode::Exact,
    };
    store.settings.save("Old", query);
    harness.run();
    type_in(&mut harness, "Name of this search", "Comedies");
    harness.key_press(Press::Enter);
    harness.run();
    let words = harness.state_mut().words();
    assert_eq!(words, "[Settings(SaveSearch { name: \"Comedies\" })]");
    harness.get_by_label("Rename Old").click();
    harness.run();
    type_in(&mut harness, "New name", "er");
    harness
        .get_by_role_and_label(Role::Button, "Rename")
        .click();
    harness.run();
    assert_eq!(
        harness.state_mut().words(),
        "[Settings(RenameSearch { from: \"Old\", to: \"Older\" })]"
    );
    harness.get_by_label("Delete Old").click();
    harness.run();
    let words = harness.state_mut().words();
    assert_eq!(words, "[Settings(DeleteSearch(\"Old\"))]");
}

#[test]
fn a_record_being_added_can_get_any_future_expiry() {
    let mut past = harness(Dialog::DraftExpiry);
    type_in(&mut past, "Time to live", "0s");
    assert!(!is_enabled(&past, "Set expiry"), "it must be in the future");
    let mut harness = harness(Dialog::DraftExpiry);
    type_in(&mut harness, "Time to live", "90s");
    harness
        .get_by_role_and_label(Role::Button, "Set expiry")
        .click();
    harness.run();
    let at = Some(NOW.plus_millis(90_000));
    let words = harness.state_mut().words();
    assert_eq!(
        words,
        format!("[Layout(CloseDialog), Record(SetDraftExpiry({at:?}))]")
    );
}
