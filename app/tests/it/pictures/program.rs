//! The program behind a picture: its state, its engine and its jobs, one step after the other, at
//! a time that stands still.
//!
//! The window has threads for engine and jobs; here each is asked and waited for, so that nothing
//! is ever under way when a picture is taken, unless a picture shows just that.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use vstore::file::KdfProfile;
use vstore::{Clock as _, ManualClock, Millis, WriteBatch};
use vstore_app::command::{Command, Commands};
use vstore_app::dialogs::Dialogs;
use vstore_app::effect::Effect;
use vstore_app::engine::{Background, EngineState, Envelope, Request, handle};
use vstore_app::jobs::{Done, Jobs, Question};
use vstore_app::panels::Panels;
use vstore_app::state::{OpenStore, RequestId, State};
use vstore_app::update::{Effects, Event, receive, tick, update};
use vstore_app::view::AppView;

/// The time in all pictures: 20 Nov 2026, 13:00 UTC.
pub(super) const NOW: Millis = Millis::from_unix_seconds(1_795_179_600);
/// What every search takes.
const ELAPSED: Duration = Duration::from_micros(2_100);
const PATIENCE: Duration = Duration::from_mins(1);
/// Longer than what is derived from the records ever waits before it is asked for again.
const LONG_ENOUGH_MILLIS: i64 = 5_000;

/// The program, its panels and its dialogs.
pub(super) struct Program {
    pub(super) state: State,
    engine: EngineState,
    clock: Arc<ManualClock>,
    jobs: Jobs,
    answers: Receiver<Done>,
    commands: Commands,
    panels: Panels,
    dialogs: Dialogs,
    drawn: bool,
    /// The panels are not drawn.
    without_panels: bool,
}

impl Program {
    /// The program as it starts, without an open database.
    pub(super) fn start() -> Self {
        let clock = Arc::new(ManualClock::new(NOW));
        let (sender, answers) = channel();
        let jobs = Jobs::start(move |done| {
            sender.send(done).ok();
        });
        let state = State {
            folders: vstore_app::typed_path::UserFolders {
                documents: Some("/home/ana/Documents".into()),
            },
            ..State::default()
        };
        Self {
            state,
            engine: EngineState::new(Arc::<ManualClock>::clone(&clock), KdfProfile::default()),
            clock,
            jobs: jobs.unwrap(),
            answers,
            commands: Commands::default(),
            panels: Panels::default(),
            dialogs: Dialogs::default(),
            drawn: false,
            without_panels: false,
        }
    }

    /// The same program with nothing behind its dialogs.
    pub(super) fn without_panels(mut self) -> Self {
        self.without_panels = true;
        self
    }

    /// The open database.
    pub(super) fn store(&mut self) -> &mut OpenStore {
        self.state.store_mut().unwrap()
    }

    /// Carries a command out, with all that follows from it.
    pub(super) fn ask(&mut self, command: impl Into<Command>) {
        let effects = update(&mut self.state, command.into(), self.clock.now());
        self.perform(effects);
    }

    /// Does something at another time, `minutes` before [`NOW`].
    pub(super) fn before(&mut self, minutes: i64, work: impl FnOnce(&mut Self)) {
        self.clock.set(NOW.plus_millis(-60_000 * minutes));
        work(self);
        self.clock.set(NOW);
    }

    /// Opens an empty database in memory.
    pub(super) fn open(&mut self, title: &str) {
        let ticket = self.state.start_attempt();
        let title = title.to_owned();
        self.perform(vec![Effect::Ask(Request::OpenScratch { ticket, title })]);
    }

    /// Commits a batch to the open database.
    pub(super) fn commit(&mut self, batch: WriteBatch) {
        let id = self.store().next_request();
        self.perform(vec![Effect::AskOf(id, Request::Commit(batch))]);
    }

    /// Brings what is derived from the records up to date.
    pub(super) fn settle(&mut self) {
        let effects = tick(&mut self.state, NOW.plus_millis(LONG_ENOUGH_MILLIS));
        self.perform(effects);
    }

    fn perform(&mut self, effects: Effects) {
        for effect in effects {
            match effect {
                Effect::Ask(request) => self.ask_engine(None, request),
                Effect::AskOf(id, request) => self.ask_engine(Some(id), request),
                Effect::Question(question) => self.answer(question),
                // Everything else is the window's and the system's.
                _ => {}
            }
        }
    }

    fn ask_engine(&mut self, id: Option<RequestId>, request: Request) {
        let envelope = Envelope {
            id,
            request,
            control: vstore::file::Control::default(),
        };
        let mut answers = Vec::new();
        let background = handle(&mut self.engine, envelope, &mut |answer| {
            answers.push(answer);
        });
        if let Some(Background::Index(snapshot, ticket)) = background {
            snapshot.build_indexes(&ticket, &|_| {}).ok();
        }
        for answer in answers {
            self.take_in(Event::Engine(answer));
        }
    }

    fn answer(&mut self, question: Question) {
        self.jobs.ask(question);
        loop {
            let mut done = self.answers.recv_timeout(PATIENCE).unwrap();
            let is_whole = match &mut done {
                Done::Listing(answer) => {
                    answer.found.elapsed = ELAPSED;
                    !answer.found.partial
                }
                Done::Jump(answer) => !answer.partial,
                _ => true,
            };
            self.take_in(Event::Job(done));
            if is_whole {
                return;
            }
        }
    }

    fn take_in(&mut self, event: Event) {
        let effects = receive(&mut self.state, event, self.clock.now());
        self.perform(effects);
    }
}

impl eframe::App for Program {
    fn logic(&mut self, _ctx: &egui::Context, _frame: &mut eframe::Frame) {
        if std::mem::take(&mut self.drawn) {
            self.state.focus = None;
            self.state.picked = None;
        }
        while let Some(queued) = self.commands.pop() {
            self.ask(queued.command);
        }
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        let view = AppView::of(&self.state, NOW);
        if self.without_panels {
            let fill = ui.visuals().panel_fill;
            ui.painter().rect_filled(ui.max_rect(), 0.0, fill);
        } else {
            self.panels.ui(ui, view, &mut self.commands);
        }
        self.dialogs.ui(ui.ctx(), view, &mut self.commands);
        self.drawn = true;
        if !self.commands.is_empty() {
            ui.ctx().request_repaint();
        }
    }
}
