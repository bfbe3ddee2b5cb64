//! Messages about commands that change nothing else on the screen.

use super::*;
use crate::command::CopyWhat;

fn last_notice(fixture: &Fixture) -> Option<String> {
    let last = fixture.state.notices.iter().last();
    last.map(|notice| notice.text.clone())
}

#[test]
fn a_copy_is_confirmed_with_the_time_until_it_is_cleared() {
    let mut fixture = Fixture::new();
    fixture.ask(SelectionCommand::Only(0));
    let message = |fixture: &mut Fixture, what| {
        fixture.ask(RecordCommand::Copy(what));
        last_notice(fixture).unwrap()
    };
    let cleared = "; the clipboard is cleared in 30 seconds";
    assert_eq!(
        message(&mut fixture, CopyWhat::Value),
        format!("Value copied{cleared}")
    );
    assert_eq!(
        message(&mut fixture, CopyWhat::Key),
        format!("Key copied{cleared}")
    );
    fixture.ask(SelectionCommand::All);
    assert_eq!(
        message(&mut fixture, CopyWhat::SelectedAsJson),
        format!("4 records copied as JSON{cleared}")
    );
}

#[test]
fn no_message_appears_when_nothing_is_copied() {
    let mut fixture = Fixture::new();
    let effects = fixture.ask(RecordCommand::Copy(CopyWhat::Value));
    assert!(effects.is_empty(), "no record is selected");
    assert_eq!(last_notice(&fixture), None);
}

#[test]
fn a_text_is_copied_also_without_a_database() {
    let mut state = State::default();
    let copy = RecordCommand::Copy(CopyWhat::Text("why".to_owned()));
    let effects = update(&mut state, copy.into(), NOW);
    assert!(matches!(&*effects, [Effect::Copy(_)]));
}

#[test]
fn saving_a_saved_database_is_confirmed() {
    let mut fixture = Fixture::new();
    fixture.ask(FileCommand::Compact);
    let message = last_notice(&fixture).unwrap();
    assert!(message.starts_with("Every change is saved."), "{message}");
}

#[test]
fn the_open_file_is_never_suggested_for_a_copy() {
    let mut fixture = Fixture::new();
    let suggested = |effects: Effects| match effects.into_iter().next() {
        Some(Effect::FileDialog { purpose, name, .. }) => (purpose, name),
        other => panic!("{other:?}"),
    };
    let (purpose, name) = suggested(fixture.ask(FileCommand::SaveAs));
    assert_eq!(purpose, FilePurpose::SaveAs);
    assert_eq!(name.as_deref(), Some("t copy.vstore"));
    fixture.state.file_dialog = None;
    fixture.open().path = None;
    let (_, name) = suggested(fixture.ask(FileCommand::SaveAs));
    assert_eq!(
        name.as_deref(),
        Some("t.vstore"),
        "a database without a file keeps its name"
    );
}
