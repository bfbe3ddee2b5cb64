//! The program without a window: runs frames as the toolkit would, with simulated input.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use eframe::App as _;
use egui::{
    Event, Key, Modifiers, MouseWheelSource, MouseWheelUnit, Pos2, RawInput, Rect, TouchPhase,
    pos2, vec2,
};
use vstore_app::command::{Command, SearchCommand, TransferCommand};
use vstore_app::state::{Dialog, FocusTarget, ImportPlan};
use vstore_app::{Options, VStoreApp};

use crate::report::Frame;

/// The duration of a frame on a 60 Hz display.
const FRAME: Duration = Duration::from_millis(16);
const SIZE: egui::Vec2 = vec2(1440.0, 900.0);
/// A point inside the table.
const TABLE: Pos2 = pos2(620.0, 400.0);
const PATIENCE: Duration = Duration::from_mins(5);

pub(crate) struct Program {
    ctx: egui::Context,
    app: VStoreApp,
    frame: eframe::Frame,
    started: Instant,
}

impl Program {
    pub(crate) fn start() -> Self {
        let ctx = egui::Context::default();
        let app = VStoreApp::new(&ctx, Options::default()).unwrap();
        Self {
            ctx,
            app,
            frame: eframe::Frame::_new_kittest(),
            started: Instant::now(),
        }
    }

    pub(crate) fn ask(&mut self, command: impl Into<Command>) {
        self.app.commands().push(command);
    }

    pub(crate) fn records(&self) -> usize {
        let store = self.app.state().store();
        store.map_or(0, |store| store.snapshot.len())
    }

    /// Runs one frame with this input, then sleeps for the rest of the frame, so that other threads
    /// can run.
    fn frame(&mut self, events: Vec<Event>) -> Frame {
        let (started, before) = (Instant::now(), thread_time());
        let mut input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, SIZE)),
            time: Some(self.started.elapsed().as_secs_f64()),
            events,
            ..RawInput::default()
        };
        self.app.raw_input_hook(&self.ctx, &mut input);
        let ctx = self.ctx.clone();
        let mut output = ctx.run_ui(input, |ui| {
            self.app.logic(ui.ctx(), &mut self.frame);
            self.app.ui(ui, &mut self.frame);
        });
        // There is no graphics card to upload them to.
        output.textures_delta.clear();
        let shapes = ctx.tessellate(output.shapes, output.pixels_per_point);
        let frame = Frame {
            busy: thread_time().saturating_sub(before),
            wall: started.elapsed(),
        };
        drop(shapes);
        thread::sleep(FRAME.saturating_sub(started.elapsed()));
        frame
    }

    pub(crate) fn idle(&mut self, frames: usize) -> Vec<Frame> {
        (0..frames).map(|_| self.frame(Vec::new())).collect()
    }

    pub(crate) fn wheel(&mut self, lines: f32) -> Frame {
        let wheel = Event::MouseWheel {
            unit: MouseWheelUnit::Line,
            delta: vec2(0.0, -lines),
            phase: TouchPhase::Move,
            source: MouseWheelSource::Wheel,
            modifiers: Modifiers::NONE,
        };
        self.frame(vec![Event::PointerMoved(TABLE), wheel])
    }

    pub(crate) fn key(&mut self, key: Key, modifiers: Modifiers) -> Frame {
        let press = |pressed| Event::Key {
            key,
            physical_key: None,
            pressed,
            repeat: false,
            modifiers,
        };
        self.frame(vec![press(true), press(false)])
    }

    pub(crate) fn text(&mut self, letter: char) -> Frame {
        self.frame(vec![Event::Text(letter.to_string())])
    }

    pub(crate) fn focus_table(&mut self) {
        self.ask(vstore_app::command::LayoutCommand::Focus(
            FocusTarget::Records,
        ));
        self.idle(3);
    }

    /// Imports a file (into a database in memory if none is open) and returns the frames until all
    /// of it can be searched.
    pub(crate) fn import(&mut self, path: &Path) -> Vec<Frame> {
        self.start_import(path);
        self.settle()
    }

    pub(crate) fn start_import(&mut self, path: &Path) {
        self.ask(TransferCommand::PlanImport(path.to_owned()));
        self.until("the dialog of an import", |program| {
            let dialog = program.app.state().dialog();
            matches!(dialog, Some(Dialog::Import { .. }))
        });
        self.ask(TransferCommand::Import(ImportPlan::new(path.to_owned())));
        self.idle(1);
    }

    /// Runs frames until no work is running.
    pub(crate) fn settle(&mut self) -> Vec<Frame> {
        self.until("nothing to be under way", |program| {
            let state = program.app.state();
            let done = state.store().is_some_and(|store| {
                let answered = !store.search.running && !store.explorer.running;
                answered && store.snapshot.indexing().is_complete()
            });
            done && state.tasks.running() == 0
        })
    }

    pub(crate) fn search(&mut self, text: &str) {
        self.ask(SearchCommand::SetText(text.to_owned()));
        self.settle();
    }

    pub(crate) fn until_records(&mut self, records: usize) -> Vec<Frame> {
        let waited_for = format!("{records} records");
        self.until(&waited_for, |program| program.records() == records)
    }

    fn until(&mut self, waited_for: &str, holds: impl Fn(&Self) -> bool) -> Vec<Frame> {
        let started = Instant::now();
        let mut frames = self.idle(2);
        while !holds(self) {
            assert!(
                started.elapsed() < PATIENCE,
                "timed out waiting for {waited_for}; there are {} records",
                self.records()
            );
            frames.push(self.frame(Vec::new()));
        }
        frames
    }
}

/// Processor time of this thread, which other load on the machine affects least.
fn thread_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    let nanos = u32::try_from(time.tv_nsec).unwrap_or_default();
    Duration::new(u64::try_from(time.tv_sec).unwrap_or_default(), nanos)
}
