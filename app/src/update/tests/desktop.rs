//! Events of the desktop and of other instances.

use super::{Fixture, NOW};
use crate::command::{FileCommand, LayoutCommand, Preference};
use crate::effect::Effect;
use crate::state::{Level, Page, State};
use crate::update::{Event, receive, update};

#[test]
fn locking_the_screen_locks_the_database_unless_turned_off() {
    let mut fixture = Fixture::new();
    fixture.ask(LayoutCommand::Set(Preference::LockWithSystem(false)));
    assert!(receive(&mut fixture.state, Event::SystemLocked, NOW).is_empty());
    assert!(fixture.state.store().is_some());
    fixture.ask(LayoutCommand::Set(Preference::LockWithSystem(true)));
    receive(&mut fixture.state, Event::SystemLocked, NOW);
    assert!(matches!(fixture.state.page, Page::Unlock(_)));
}

#[test]
fn a_requested_window_comes_to_the_front() {
    let effects = receive(&mut State::default(), Event::ShowRequested, NOW);
    assert!(matches!(&*effects, [Effect::ShowWindow]));
}

#[test]
fn a_window_that_is_not_found_is_reported() {
    let mut state = State::default();
    let switch = FileCommand::SwitchToWindow("/x.vstore".into());
    let effects = update(&mut state, switch.into(), NOW);
    assert!(matches!(&*effects, [Effect::ShowOtherWindow(path)] if path.ends_with("x.vstore")));
    receive(&mut state, Event::OtherWindow { shown: true }, NOW);
    assert_eq!(state.notices.iter().len(), 0);
    receive(&mut state, Event::OtherWindow { shown: false }, NOW);
    let levels: Vec<_> = state.notices.iter().map(|notice| notice.level).collect();
    assert_eq!(levels, [Level::Warning]);
}
