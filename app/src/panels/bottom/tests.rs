//! The tabs of the bottom panel: what they list, and what clicks do.

use egui_kittest::kittest::Queryable as _;
use jiff::tz::TimeZone;
use vstore::Millis;

use super::activity::EventRow;
use super::expiring;
use super::jobs::JobRow;
use super::panel::{BottomData, bottom_panel};
use crate::panels::testing::{NOW, Scene, films, key, store_of, view_of};
use crate::state::{ActivityEvent, BottomTab, EventKind, State, TaskState};

fn event() -> ActivityEvent {
    ActivityEvent {
        at: NOW,
        kind: EventKind::Set,
        key: Some(key("film:1982:tootsie")),
        text: "seen: false → true".to_owned(),
        before: None,
    }
}

#[test]
fn tabs_count_what_expires_and_what_runs() {
    let mut state = films();
    let task = state.tasks.start(Millis(0), "Import films.json", true);
    let data = BottomData::new(&view_of(&state));
    assert_eq!(
        (data.tab, data.counts, data.can_clear),
        (0, [0, 2, 1], false)
    );
    state.prefs.layout.bottom_tab = BottomTab::Jobs;
    state
        .tasks
        .finish(task, TaskState::Finished("4 records".to_owned()));
    let data = BottomData::new(&view_of(&state));
    assert_eq!(
        (data.tab, data.counts, data.can_clear),
        (2, [0, 2, 0], true)
    );
}

#[test]
fn the_record_that_expires_next_comes_first() {
    let state = films();
    let rows = expiring::rows(&view_of(&state));
    let keys: Vec<_> = rows.iter().map(|row| row.key.as_str()).collect();
    assert_eq!(keys, ["token:ci:7f3a", "film:1988:rain-man"]);
}

#[test]
fn a_cancelled_task_says_that_nothing_was_changed() {
    let mut state = State::default();
    let task = state.tasks.start(NOW, "Import films.json", true);
    let row = |state: &State| {
        let tasks: Vec<_> = state.tasks.iter().collect();
        format!("{:?}", JobRow::new(tasks[0], &TimeZone::UTC))
    };
    assert!(row(&state).contains("can_cancel: true"));
    state.tasks.finish(task, TaskState::Cancelled);
    let text = row(&state);
    assert!(
        text.contains("nothing was changed") && text.contains("can_cancel: false"),
        "{text}"
    );
}

#[test]
fn an_event_is_shown_with_its_time_and_read_out_as_a_sentence() {
    let row = format!("{:?}", EventRow::new(&event(), &TimeZone::UTC));
    assert!(row.contains("13:00:00"), "{row}");
}

fn scene(tab: BottomTab, change: impl FnOnce(&mut State)) -> Scene<()> {
    let mut state = films();
    state.prefs.layout.bottom_tab = tab;
    change(&mut state);
    Scene::new(state, [1200.0, 160.0], |(): &mut (), ui, view, commands| {
        bottom_panel(ui, view, commands);
    })
}

#[test]
fn a_click_on_an_event_selects_its_record() {
    let mut scene = scene(BottomTab::Activity, |state| {
        store_of(state).activity.push(event());
    });
    scene
        .harness
        .get_by_label_contains("seen: false → true")
        .click();
    assert_eq!(scene.commands(), [r#"Selection(Key("film:1982:tootsie"))"#]);
    scene.harness.get_by_label("Jobs").click();
    assert_eq!(scene.commands(), ["Layout(ShowBottom(Jobs))"]);
}

#[test]
fn an_expiry_can_be_extended_or_removed() {
    let mut scene = scene(BottomTab::Expiring, |_| {});
    let first = |scene: &Scene<()>, label: &str| {
        let all: Vec<_> = scene.harness.get_all_by_label(label).collect();
        all[0].click();
    };
    first(&scene, "Keep forever");
    let scope = r#"scope: Keys(["token:ci:7f3a"])"#;
    assert_eq!(
        scene.commands(),
        [format!("Record(SetExpiry {{ {scope}, expires_at: None }})")]
    );
    first(&scene, "+1 hour");
    let at = NOW.plus_millis((38 + 3600) * 1000);
    let expected = format!("Record(SetExpiry {{ {scope}, expires_at: Some({at:?}) }})");
    assert_eq!(scene.commands(), [expected]);
}

#[test]
fn a_running_task_can_be_cancelled() {
    let mut scene = scene(BottomTab::Jobs, |state| {
        let task = state.tasks.start(NOW, "Import films.json", true);
        state.tasks.progress(task, Some(0.5), "2 of 4".to_owned());
    });
    scene.harness.get_by_label("Cancel").click();
    assert_eq!(scene.commands(), ["Transfer(Cancel(TaskId(1)))"]);
}

#[test]
fn the_report_of_an_import_can_be_read_again() {
    let mut scene = scene(BottomTab::Jobs, |state| {
        let task = state.tasks.start(NOW, "Import films.json", true);
        let done = TaskState::Finished("2 read".to_owned());
        state.tasks.finish(task, done);
        let report = std::sync::Arc::new(crate::state::ImportReport::default());
        state.tasks.get_mut(task).unwrap().report = Some(report);
    });
    scene.harness.get_by_label("Report").click();
    assert_eq!(scene.commands(), ["Transfer(ShowReport(TaskId(1)))"]);
}
