//! A small open database, and a window with one panel, for the tests of panels and dialogs.

use std::sync::Arc;

use egui::{Role, Ui};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use vstore::value::json::parse_text;
use vstore::{Cause, Key, ManualClock, Millis, Store, WriteBatch};

use crate::command::{Command, Commands};
use crate::state::{Column, OpenStore, Page, State};
use crate::view::{AppView, StoreView};

/// The fixed time of all tests: 20 Nov 2026 13:00 UTC.
pub(super) const NOW: Millis = Millis::from_unix_seconds(1_795_179_600);

/// Records: key, value, and the seconds from [`NOW`] until they expire.
const FILMS: [(&str, &str, Option<i64>); 4] = [
    (
        "film:1982:tootsie",
        r#"{"title": "Tootsie", "year": 1982, "genres": ["Romance", "Comedy"], "seen": true}"#,
        None,
    ),
    (
        "film:1988:rain-man",
        r#"{"title": "Rain Man", "year": 1988, "genres": ["Drama"], "seen": null}"#,
        Some(252),
    ),
    (
        "film:1991:hook",
        r#"{"title": "Hook", "year": 1991, "genres": []}"#,
        None,
    ),
    ("token:ci:7f3a", r#""secret""#, Some(38)),
];

pub(super) fn key(text: &str) -> Key {
    Key::new(text).unwrap()
}

/// An open database with four records, in memory.
pub(crate) fn films() -> State {
    let mut batch = WriteBatch::new(Cause::Edit);
    for (name, json, lives) in FILMS {
        batch.put(key(name), parse_text(json).unwrap().0);
        if let Some(seconds) = lives {
            batch.set_expiry(key(name), Some(NOW.plus_millis(seconds * 1000)));
        }
    }
    open_with(&batch)
}

/// An open database with the result of a batch.
pub(super) fn open_with(batch: &WriteBatch) -> State {
    let mut store = Store::in_memory(Arc::new(ManualClock::new(NOW)));
    store.commit(batch).unwrap();
    let mut open = OpenStore::new("Films".to_owned(), None, false, store.snapshot());
    open.columns = vec![
        Column::Value,
        Column::Path(vstore::Path::parse("year").unwrap()),
        Column::Path(vstore::Path::parse("genres[]").unwrap()),
    ];
    State {
        page: Page::Open(Box::new(open)),
        ..State::default()
    }
}

/// The open database of a state.
pub(super) fn store_of(state: &mut State) -> &mut OpenStore {
    state.store_mut().unwrap()
}

/// The view of a state at [`NOW`].
pub(super) fn view_of(state: &State) -> StoreView<'_> {
    AppView::of(state, NOW).store().unwrap()
}

/// A program that shows one part of its window.
#[derive(Default)]
pub(crate) struct Window<P> {
    pub(crate) state: State,
    pub(crate) part: P,
    pub(crate) commands: Commands,
}

impl<P> Window<P> {
    /// The commands queued since the last call.
    pub(crate) fn taken(&mut self) -> Vec<Command> {
        std::iter::from_fn(|| self.commands.pop())
            .map(|queued| queued.command)
            .collect()
    }

    /// The same as text.
    pub(crate) fn words(&mut self) -> String {
        format!("{:?}", self.taken())
    }

    /// The open database.
    pub(crate) fn store(&mut self) -> &mut OpenStore {
        store_of(&mut self.state)
    }
}

/// Draws a part of a window of this size with `show`, at a fixed time.
pub(crate) fn drawn<P: 'static>(
    window: Window<P>,
    size: [f32; 2],
    now: Millis,
    show: impl Fn(&mut P, &mut Ui, AppView<'_>, &mut Commands) + 'static,
) -> Harness<'static, Window<P>> {
    drawn_in_steps(window, (size, 0.25), now, show)
}

/// Like [`drawn`], in frames that are `step_secs` seconds apart.
pub(crate) fn drawn_in_steps<P: 'static>(
    window: Window<P>,
    (size, step_secs): ([f32; 2], f32),
    now: Millis,
    show: impl Fn(&mut P, &mut Ui, AppView<'_>, &mut Commands) + 'static,
) -> Harness<'static, Window<P>> {
    let mut harness = Harness::builder()
        .with_size(size)
        .with_step_dt(step_secs)
        .with_context_setup(crate::theme::install)
        .build_ui_state(
            move |ui, window: &mut Window<P>| {
                let view = AppView::of(&window.state, now);
                show(&mut window.part, ui, view, &mut window.commands);
            },
            window,
        );
    harness.run();
    harness
}

/// A window with one panel over an open database.
pub(super) struct Scene<P: 'static> {
    pub(super) harness: Harness<'static, Window<P>>,
}

impl<P: Default + 'static> Scene<P> {
    /// Shows the panel with `show` in a window of this size.
    pub(super) fn new(
        state: State,
        size: [f32; 2],
        show: fn(&mut P, &mut Ui, StoreView<'_>, &mut Commands),
    ) -> Self {
        Self::in_steps(state, (size, 0.25), show)
    }

    /// Like [`Self::new`], in frames that are `step_secs` seconds apart.
    pub(super) fn in_steps(
        state: State,
        size_and_step: ([f32; 2], f32),
        show: fn(&mut P, &mut Ui, StoreView<'_>, &mut Commands),
    ) -> Self {
        let window = Window {
            state,
            part: P::default(),
            commands: Commands::default(),
        };
        let draw = move |panel: &mut P, ui: &mut Ui, view: AppView<'_>, commands: &mut Commands| {
            let rect = ui.ctx().content_rect();
            let mut whole = ui.new_child(egui::UiBuilder::new().max_rect(rect));
            show(panel, &mut whole, view.store().unwrap(), commands);
        };
        let harness = drawn_in_steps(window, size_and_step, NOW, draw);
        Self { harness }
    }

    /// Runs until nothing moves; returns the commands queued meanwhile.
    pub(super) fn commands(&mut self) -> Vec<String> {
        self.harness.run();
        let asked = self.harness.state_mut().taken();
        asked.iter().map(|command| format!("{command:?}")).collect()
    }

    /// The open database.
    pub(super) fn store(&mut self) -> &mut OpenStore {
        self.harness.state_mut().store()
    }
}

/// Focuses the field with this role and name, and types a text into it.
pub(crate) fn type_into<S>(harness: &mut Harness<'_, S>, role: Role, label: &str, text: &str) {
    harness.get_by_role_and_label(role, label).focus();
    harness.run();
    harness.get_by_role_and_label(role, label).type_text(text);
    harness.run();
}
