//! What is told of things that change nothing else on the screen.

use super::*;
use crate::command::CopyWhat;

fn last_notice(fixture: &Fixture) -> Option<String> {
    let last = fixture.state.notices.iter().last();
    last.map(|notice| notice.text.clone())
}

#[test]
fn what_was_copied_is_told_with_when_it_is_gone() {
    let mut fixture = Fixture::new();
    fixture.ask(SelectionCommand::Only(0));
    let told = |fixture: &mut Fixture, what| {
        fixture.ask(RecordCommand::Copy(what));
        last_notice(fixture).unwrap()
    };
    let gone = "; the clipboard is cleared in 30 seconds";
    assert_eq!(
        told(&mut fixture, CopyWhat::Value),
        format!("Value copied{gone}")
    );
    assert_eq!(
        told(&mut fixture, CopyWhat::Key),
        format!("Key copied{gone}")
    );
    fixture.ask(SelectionCommand::All);
    assert_eq!(
        told(&mut fixture, CopyWhat::SelectedAsJson),
        format!("4 records copied as JSON{gone}")
    );
}

#[test]
fn where_nothing_is_copied_nothing_is_told() {
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
fn saving_what_is_saved_says_so() {
    let mut fixture = Fixture::new();
    fixture.ask(FileCommand::Compact);
    let told = last_notice(&fixture).unwrap();
    assert!(told.starts_with("Every change is saved."), "{told}");
}

#[test]
fn a_copy_is_never_proposed_in_the_place_of_the_open_file() {
    let mut fixture = Fixture::new();
    let proposed = |effects: Effects| match effects.into_iter().next() {
        Some(Effect::FileDialog { purpose, name, .. }) => (purpose, name),
        other => panic!("{other:?}"),
    };
    let (purpose, name) = proposed(fixture.ask(FileCommand::SaveAs));
    assert_eq!(purpose, FilePurpose::SaveAs);
    assert_eq!(name.as_deref(), Some("t copy.vstore"));
    fixture.state.file_dialog = None;
    fixture.open().path = None;
    let (_, name) = proposed(fixture.ask(FileCommand::SaveAs));
    assert_eq!(
        name.as_deref(),
        Some("t.vstore"),
        "a database without a file keeps its name"
    );
}
