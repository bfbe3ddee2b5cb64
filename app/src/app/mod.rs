//! The frame: what happens in which order. Owns the parts and has no behaviour of its own.
//!
//! [`eframe::App::ui`] draws panels from a view and queues commands; [`eframe::App::logic`]
//! executes the commands and processes the events of other threads.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::Receiver;
use egui::{Event as Input, ViewportCommand};
use vstore::file::KdfProfile;
use vstore::{Clock, Millis, SystemClock};

use crate::action::{ShortcutScope, pressed};
use crate::command::{Commands, FileCommand, LayoutCommand, LockCommand};
use crate::dialogs::Dialogs;
use crate::panels::Panels;
use crate::perform::{Performer, apply_theme};
use crate::platform::{self, Shown};
use crate::state::{AfterClose, Level, Page, State};
use crate::theme;
use crate::update::{Effects, Event, next_wake, receive, tick, update};
use crate::view::AppView;

mod focus;
mod typing;

/// How long processing events may hold up a frame.
const RECEIVE_BUDGET: Duration = Duration::from_millis(10);

/// How many seconds the text cursor blinks after the last input: afterwards an idle window draws
/// nothing.
const BLINKS_SECS: f64 = 10.0;

/// How the window is started.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where preferences are kept; `None` keeps none.
    pub prefs_path: Option<PathBuf>,
    /// A file to open, or data to import.
    pub file: Option<PathBuf>,
    /// Open it without writing.
    pub read_only: bool,
    /// The source of the current time.
    pub clock: Arc<dyn Clock>,
    /// The key derivation cost for passwords of new files.
    pub kdf: KdfProfile,
    /// Take part in the desktop, for example lock when it locks. False in tests.
    pub on_desktop: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            prefs_path: None,
            file: None,
            read_only: false,
            clock: Arc::new(SystemClock),
            kdf: KdfProfile::default(),
            on_desktop: false,
        }
    }
}

/// The program behind its window.
pub struct VStoreApp {
    state: State,
    commands: Commands,
    events: Receiver<Event>,
    performer: Performer,
    clock: Arc<dyn Clock>,
    title: String,
    panels: Panels,
    dialogs: Dialogs,
    typing: typing::TypingOrder,
    focus: focus::FocusReturn,
    /// The state was drawn since its last change: whatever holds for one frame only can be cleared.
    drawn: bool,
    /// The time of the last input, in seconds of the toolkit's clock.
    touched_secs: f64,
}

impl VStoreApp {
    /// Starts everything but the window. Needs no graphics, so that tests can drive it.
    pub fn new(ctx: &egui::Context, options: Options) -> io::Result<Self> {
        let Options {
            prefs_path,
            file,
            read_only,
            clock,
            kdf,
            on_desktop,
        } = options;
        theme::install(ctx);
        let (prefs, warnings) = prefs_path
            .as_deref()
            .map(platform::load)
            .unwrap_or_default();
        apply_theme(ctx, &prefs);
        let waker = ctx.clone();
        let wake = move |wait| waker.request_repaint_after(wait);
        let (mut performer, events) = Performer::start(Arc::clone(&clock), kdf, prefs_path, wake)?;
        performer.apply_idle_lock(&prefs);
        performer.keep_backups(&prefs);
        if on_desktop {
            performer.join_desktop();
        }
        let mut state = State {
            prefs,
            folders: platform::user_folders(),
            ..State::default()
        };
        for warning in warnings {
            state.notices.push(clock.now(), Level::Warning, warning);
        }
        let mut commands = Commands::default();
        if let Some(path) = file {
            if read_only {
                commands.push(FileCommand::Open { path, read_only });
            } else {
                commands.push(FileCommand::Dropped(vec![path]));
            }
        }
        let title = String::new();
        Ok(Self {
            state,
            commands,
            events,
            performer,
            clock,
            title,
            panels: Panels::default(),
            dialogs: Dialogs::default(),
            typing: typing::TypingOrder::default(),
            focus: focus::FocusReturn::default(),
            drawn: false,
            touched_secs: 0.0,
        })
    }

    /// The current state; for tests.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The queue of commands; for tests.
    pub fn commands(&mut self) -> &mut Commands {
        &mut self.commands
    }

    /// Executes queued commands, then processes events.
    fn advance(&mut self, ctx: &egui::Context) {
        let now = self.clock.now();
        if std::mem::take(&mut self.drawn) {
            self.state.focus = None;
            self.state.picked = None;
        }
        while let Some(queued) = self.commands.pop() {
            let effects = update(&mut self.state, queued.command, now);
            self.perform(effects, ctx);
        }
        let started = Instant::now();
        while let Ok(event) = self.events.try_recv() {
            let effects = receive(&mut self.state, event, now);
            self.perform(effects, ctx);
            if RECEIVE_BUDGET < started.elapsed() {
                ctx.request_repaint();
                break;
            }
        }
        let effects = tick(&mut self.state, now);
        self.perform(effects, ctx);
    }

    fn perform(&mut self, effects: Effects, ctx: &egui::Context) {
        for effect in effects {
            self.performer.perform(effect, ctx, &self.state.prefs);
        }
    }

    /// On a request to close the window: keeps it open until everything is saved.
    fn answer_close_request(&mut self, ctx: &egui::Context) {
        if ctx.input(|input| input.viewport().close_requested()) && !self.state.may_quit {
            ctx.send_viewport_cmd(ViewportCommand::CancelClose);
            self.commands.push(FileCommand::Close(AfterClose::Quit));
        }
    }

    fn watch_window(&mut self, ctx: &egui::Context) {
        let title = window_title(&self.state.page);
        if self.title != title {
            ctx.send_viewport_cmd(ViewportCommand::Title(title.clone()));
            self.title = title;
        }
        self.performer.show_to_others(shown_file(&self.state.page));
        let minimised = ctx.input(|input| input.viewport().minimized == Some(true));
        if minimised && self.state.prefs.lock_when_minimised && self.is_lockable() {
            self.commands.push(LockCommand::Lock);
        }
    }

    fn is_lockable(&self) -> bool {
        self.state.store().is_some_and(|store| store.path.is_some())
    }

    /// Schedules the next frame: when a countdown changes what it shows, or when something is due.
    fn plan_next_frame(&mut self, ctx: &egui::Context) {
        let lock = self
            .performer
            .idle
            .remaining()
            .filter(|_| self.is_lockable());
        let (shown, changes_in) = lock.map(lock_countdown).unzip();
        self.state.locks_in = shown;
        let due = next_wake(&self.state, self.clock.now());
        if let Some(wait) = [changes_in, due].into_iter().flatten().min() {
            ctx.request_repaint_after(wait);
        }
        if !self.commands.is_empty() {
            ctx.request_repaint();
        }
    }

    /// Consumes input meant for the whole window. Input shows up in the first pass only.
    fn take_input(&mut self, ctx: &egui::Context, now: Millis) {
        let (touched, returned, dropped) = ctx.input(|input| {
            let files = input.raw.dropped_files.iter();
            let paths: Vec<_> = files.map(|file| file.path().to_path_buf()).collect();
            // The last frame may have been drawn before the window lost focus, so that only the
            // event shows it.
            let returned = input.events.contains(&Input::WindowFocused(true));
            (!input.events.is_empty(), returned, paths)
        });
        if returned {
            self.commands.push(FileCommand::LookAtFile);
        }
        if touched {
            self.performer.idle.touch();
        }
        self.rest_cursor(ctx, touched);
        if !dropped.is_empty() {
            self.commands.push(FileCommand::Dropped(dropped));
        }
        let view = AppView::of(&self.state, now);
        for command in pressed(ctx, &view, ShortcutScope::Window) {
            self.commands.push(command);
        }
        // If nothing has focus, as after closing an edit, shortcuts apply to the selected records.
        if ctx.memory(|memory| memory.focused().is_none()) {
            for command in pressed(ctx, &view, ShortcutScope::Records) {
                self.commands.push(command);
            }
        }
        self.note_size(ctx);
    }

    /// Stops the text cursor from blinking when there has been no input for a while.
    fn rest_cursor(&mut self, ctx: &egui::Context, touched: bool) {
        let now = ctx.input(|input| input.time);
        if touched {
            self.touched_secs = now;
        }
        let recently = now - self.touched_secs < BLINKS_SECS;
        let blinks = recently && !self.state.prefs.reduced_motion;
        if ctx.global_style().visuals.text_cursor.blink != blinks {
            theme::set_cursor_blinks(ctx, blinks);
        }
    }

    /// Remembers the size of the window once it has changed.
    fn note_size(&mut self, ctx: &egui::Context) {
        let found = ctx.input(|input| {
            let viewport = input.viewport();
            Some((
                viewport.inner_rect?.size().into(),
                viewport.maximized.unwrap_or(false),
            ))
        });
        let Some((size, maximised)) = found else {
            return;
        };
        let prefs = &self.state.prefs;
        let known = prefs.window_size == Some(size) && prefs.window_maximised == maximised;
        if !known {
            self.commands
                .push(LayoutCommand::WindowResized { size, maximised });
        }
    }
}

impl eframe::App for VStoreApp {
    fn raw_input_hook(&mut self, ctx: &egui::Context, input: &mut egui::RawInput) {
        if self.typing.take_turn(&mut input.events) {
            ctx.request_repaint();
        }
    }

    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        self.answer_close_request(ctx);
        self.advance(ctx);
        self.watch_window(ctx);
        self.plan_next_frame(ctx);
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        let now = self.clock.now();
        if ui.ctx().current_pass_index() == 0 {
            self.take_input(ui.ctx(), now);
        }
        let view = AppView::of(&self.state, now);
        self.panels.ui(ui, view, &mut self.commands);
        self.dialogs.ui(ui.ctx(), view, &mut self.commands);
        self.focus.end_frame(ui.ctx(), &view, &mut self.commands);
        self.drawn = true;
        if !self.commands.is_empty() {
            ui.ctx().request_repaint();
        }
    }

    fn on_exit(&mut self, _gl: Option<&eframe::glow::Context>) {
        self.performer.shut_down();
    }
}

/// `films.vstore [Read-only] — VStore`.
fn window_title(page: &Page) -> String {
    let (name, mark) = match page {
        Page::Welcome | Page::NewDatabase(_) => return "VStore".to_owned(),
        Page::Unlock(page) => (page.title(), ""),
        Page::Open(store) if store.is_read_only() => (store.title.clone(), " [Read-only]"),
        Page::Open(store) if store.would_be_lost() => (store.title.clone(), "*"),
        Page::Open(store) => (store.title.clone(), ""),
    };
    format!("{name}{mark} — VStore")
}

/// The file by which other instances find this window; `None` for files opened read-only.
fn shown_file(page: &Page) -> Option<Shown> {
    let (path, is_open) = match page {
        Page::Unlock(page) if !page.read_only => (page.path.clone(), false),
        Page::Open(store) if !store.read_only => (store.path.clone()?, true),
        Page::Welcome | Page::NewDatabase(_) | Page::Unlock(_) | Page::Open(_) => return None,
    };
    Some(Shown { path, is_open })
}

/// What the countdown to the lock shows, and how long until that changes: whole minutes, then
/// seconds in the last minute. So an idle program wakes up only once a minute for it.
fn lock_countdown(remaining: Duration) -> (Duration, Duration) {
    const MINUTE: u64 = 60;
    let seconds = remaining.as_secs() + u64::from(remaining.subsec_nanos() > 0);
    let unit = if seconds > MINUTE { MINUTE } else { 1 };
    let shown = seconds.div_ceil(unit) * unit;
    let next = Duration::from_secs(shown.saturating_sub(unit));
    (
        Duration::from_secs(shown),
        remaining
            .saturating_sub(next)
            .max(Duration::from_millis(10)),
    )
}

#[cfg(test)]
mod tests;
