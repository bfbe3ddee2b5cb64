//! Fast typing in a slow window: everything arrives in one frame.

use eframe::App as _;
use egui::{Event, Key as Press, Modifiers};

use super::Program;
use crate::command::FileCommand;
use crate::state::{Dialog, FilePurpose, Page};

fn press(key: Press, modifiers: Modifiers) -> Event {
    Event::Key {
        key,
        physical_key: None,
        pressed: true,
        repeat: false,
        modifiers,
    }
}

fn letters(text: &str) -> impl Iterator<Item = Event> {
    text.chars().map(|letter| Event::Text(letter.to_string()))
}

impl Program {
    /// Draws frames as the window does, with all events in the first one, until nothing is left to
    /// draw.
    fn type_at_once(&mut self, events: Vec<Event>) {
        let mut frame = eframe::Frame::_new_kittest();
        let mut events = Some(events);
        for _ in 0..12 {
            let mut input = egui::RawInput {
                screen_rect: Some(egui::Rect::from_min_size(
                    egui::Pos2::ZERO,
                    egui::vec2(1200.0, 800.0),
                )),
                events: events.take().unwrap_or_default(),
                ..egui::RawInput::default()
            };
            let Self { app, ctx } = self;
            app.raw_input_hook(ctx, &mut input);
            let mut output = ctx.clone().run_ui(input, |ui| {
                app.logic(ui.ctx(), &mut frame);
                app.ui(ui, &mut frame);
            });
            output.textures_delta.clear();
        }
    }
}

#[test]
fn text_typed_right_after_ctrl_f_is_searched() {
    let mut program = Program::start();
    program.ask(FileCommand::OpenSample);
    program.until("the sample is open", |state| state.store().is_some());
    program.type_at_once(Vec::new());
    let mut events = vec![press(Press::F, Modifiers::COMMAND)];
    events.extend(letters("hoffman"));
    program.type_at_once(events);
    let text = program
        .app
        .state
        .store()
        .map(|store| store.search.text.as_str());
    assert_eq!(text, Some("hoffman"));
}

#[test]
fn enter_in_the_path_field_uses_the_whole_path() {
    let mut program = Program::start();
    let purpose = FilePurpose::Open;
    program.app.state.dialogs.push_back(Dialog::PathField {
        purpose,
        suggested: String::new(),
    });
    program.type_at_once(Vec::new());
    let mut events: Vec<_> = letters("/nowhere/notes.vstore").collect();
    events.push(press(Press::Enter, Modifiers::NONE));
    program.type_at_once(events);
    let Page::Unlock(page) = &program.app.state.page else {
        panic!("nothing was opened")
    };
    assert_eq!(page.path, std::path::Path::new("/nowhere/notes.vstore"));
}

#[test]
fn the_palette_runs_the_action_it_found() {
    let mut program = Program::start();
    let mut events = vec![press(Press::K, Modifiers::COMMAND)];
    events.extend(letters("keyboard shortcuts"));
    events.push(press(Press::Enter, Modifiers::NONE));
    program.type_at_once(events);
    assert!(matches!(
        program.app.state.dialog(),
        Some(Dialog::Shortcuts)
    ));
}

#[test]
fn a_window_that_regains_focus_checks_whether_its_file_was_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("films.vstore");
    let mut program = Program::start();
    program.create(&path);
    program.type_at_once(Vec::new());
    let aside = folder.path().join("aside");
    std::fs::rename(&path, &aside).unwrap();
    std::fs::copy(&aside, &path).unwrap();
    let changed =
        |state: &crate::state::State| state.store().is_some_and(|store| store.changed_elsewhere);
    program.type_at_once(vec![Event::WindowFocused(false)]);
    assert!(!changed(&program.app.state));
    program.type_at_once(vec![Event::WindowFocused(true)]);
    program.until("the other file is noticed", changed);
}
