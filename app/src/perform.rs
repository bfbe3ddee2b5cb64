//! Performs effects: the only place where the window meets the engine, jobs and the system.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, unbounded};
use egui::{ThemePreference, ViewportCommand};
use vstore::Clock;
use vstore::file::KdfProfile;

use crate::effect::{Discarded, Effect};
use crate::engine::{Engine, EngineState, Request};
use crate::jobs::Jobs;
use crate::platform::{self, Clipboard, IdleTimer, PreferencesWriter, Presence, Shown};
use crate::state::{Preferences, ThemeChoice};
use crate::theme;
use crate::update::Event;

/// Everything outside the window: all of its threads.
pub(crate) struct Performer {
    engine: Engine,
    jobs: Jobs,
    clipboard: Clipboard,
    pub(crate) idle: IdleTimer,
    preferences: Option<PreferencesWriter>,
    /// `None` for a window that other instances should not find.
    presence: Option<Presence>,
    discards: Sender<Discarded>,
    mailbox: Mailbox,
}

/// How long progress may wait before it is drawn: reports arrive faster than anybody reads, and
/// without a graphics card each frame takes processor time from the work it reports on.
const PROGRESS_WAIT: Duration = Duration::from_millis(250);

/// The queue of incoming events. Sending wakes the window.
#[derive(Clone)]
struct Mailbox {
    events: Sender<Event>,
    wake: Arc<dyn Fn(Duration) + Send + Sync>,
}

impl Mailbox {
    fn send(&self, event: Event) {
        let wait = if event.is_progress() {
            PROGRESS_WAIT
        } else {
            Duration::ZERO
        };
        // The receiver ends with the window: nobody is left to read the event.
        self.events.send(event).ok();
        (self.wake)(wait);
    }
}

impl Performer {
    /// Starts every thread. Events arrive in the receiver; `wake` is called for each, with the time
    /// it may wait.
    pub(crate) fn start(
        clock: Arc<dyn Clock>,
        kdf: KdfProfile,
        prefs_path: Option<PathBuf>,
        wake: impl Fn(Duration) + Send + Sync + 'static,
    ) -> io::Result<(Self, Receiver<Event>)> {
        let (events, received) = unbounded();
        let mailbox = Mailbox {
            events,
            wake: Arc::new(wake),
        };
        let trouble = |mailbox: &Mailbox| {
            let mailbox = mailbox.clone();
            move |message| mailbox.send(Event::Trouble(message))
        };
        let (for_engine, for_jobs, for_idle) = (mailbox.clone(), mailbox.clone(), mailbox.clone());
        let mut engine = EngineState::new(clock, kdf);
        if let Some(folder) = prefs_path.as_deref().and_then(Path::parent) {
            engine.keep_unsaved_in(folder.join("unsaved"));
            engine.remember_positions_in(folder.join("positions"));
        }
        let writer = prefs_path
            .map(|path| PreferencesWriter::start(path, trouble(&mailbox)))
            .transpose()?;
        let performer = Self {
            engine: Engine::start(engine, move |answer| {
                for_engine.send(Event::Engine(answer));
            })?,
            jobs: Jobs::start(move |done| for_jobs.send(Event::Job(done)))?,
            clipboard: Clipboard::start(trouble(&mailbox))?,
            idle: IdleTimer::start(move || for_idle.send(Event::Idle))?,
            preferences: writer,
            presence: None,
            discards: start_discarding()?,
            mailbox,
        };
        Ok((performer, received))
    }

    /// Listens to events of the desktop, and lets other instances find this window.
    pub(crate) fn join_desktop(&mut self) {
        let mailbox = self.mailbox.clone();
        platform::watch_system_lock(move || mailbox.send(Event::SystemLocked));
        let mailbox = self.mailbox.clone();
        platform::watch_signals(move || mailbox.send(Event::EndRequested));
        let mailbox = self.mailbox.clone();
        // Without the thread this window cannot be found, and a second one opens.
        self.presence = Presence::start(move || mailbox.send(Event::ShowRequested)).ok();
    }

    /// Lets other instances find this window by the file it shows.
    pub(crate) fn show_to_others(&mut self, shown: Option<Shown>) {
        if let Some(presence) = &mut self.presence {
            presence.show(shown);
        }
    }

    fn show_other_window(&self, path: PathBuf) {
        let mailbox = self.mailbox.clone();
        let fallback = mailbox.clone();
        let work = move || {
            let shown = platform::show_window_of(&path);
            mailbox.send(Event::OtherWindow { shown });
        };
        let started = std::thread::Builder::new()
            .name("other-window".to_owned())
            .spawn(work);
        if started.is_err() {
            fallback.send(Event::OtherWindow { shown: false });
        }
    }

    /// Performs one effect.
    pub(crate) fn perform(&mut self, effect: Effect, ctx: &egui::Context, prefs: &Preferences) {
        match effect {
            Effect::Ask(request) => self.engine.ask(None, request),
            Effect::AskOf(id, request) => self.engine.ask(Some(id), request),
            Effect::CancelBusy => self.engine.cancel_busy(),
            Effect::Question(question) => self.jobs.ask(question),
            Effect::CancelQuestions => self.jobs.cancel_questions(),
            Effect::Run(task, job) => self.jobs.run(task, job),
            Effect::CancelTask(task) => {
                self.jobs.cancel(task);
                self.engine.cancel_task(task);
            }
            Effect::CancelTasks => self.jobs.cancel_tasks(),
            Effect::FileDialog {
                purpose,
                name,
                folder,
            } => {
                let mailbox = self.mailbox.clone();
                platform::ask_for_file(purpose, name, folder, move |answer| {
                    mailbox.send(Event::File(purpose, answer));
                });
            }
            Effect::Copy(copied) => self.clipboard.copy(copied),
            Effect::ClearClipboard => self.clipboard.clear(),
            Effect::SavePreferences(preferences) => {
                if let Some(writer) = &self.preferences {
                    writer.save(*preferences);
                }
            }
            Effect::ApplyTheme => apply_theme(ctx, prefs),
            Effect::ApplyIdleLock => self.apply_idle_lock(prefs),
            Effect::CloseWindow => ctx.send_viewport_cmd(ViewportCommand::Close),
            Effect::ShowWindow => {
                ctx.send_viewport_cmd(ViewportCommand::Minimized(false));
                ctx.send_viewport_cmd(ViewportCommand::Focus);
            }
            Effect::ShowOtherWindow(path) => self.show_other_window(path),
            Effect::Discard(discarded) => {
                self.discards.send(discarded).ok();
            }
        }
    }

    /// Sets the idle time from the preferences.
    pub(crate) fn apply_idle_lock(&mut self, prefs: &Preferences) {
        let minutes = u64::from(prefs.lock_after_minutes);
        self.idle
            .set_limit((minutes > 0).then(|| Duration::from_secs(minutes * 60)));
    }

    /// Sets the number of backups from the preferences.
    pub(crate) fn keep_backups(&mut self, prefs: &Preferences) {
        self.engine.ask(None, Request::KeepBackups(prefs.backups));
    }

    /// Ends every thread that has work to finish.
    pub(crate) fn shut_down(&mut self) {
        self.jobs.cancel_questions();
        self.jobs.cancel_tasks();
        self.clipboard.clear();
        if let Some(presence) = &mut self.presence {
            presence.finish();
        }
        self.engine.shut_down();
        if let Some(writer) = &mut self.preferences {
            writer.finish();
        }
    }
}

/// Applies theme and motion from the preferences.
pub(crate) fn apply_theme(ctx: &egui::Context, prefs: &Preferences) {
    ctx.set_theme(match prefs.theme {
        ThemeChoice::System => ThemePreference::System,
        ThemeChoice::Dark => ThemePreference::Dark,
        ThemeChoice::Light => ThemePreference::Light,
    });
    theme::set_reduced_motion(ctx, prefs.reduced_motion);
}

/// A thread that frees large values: freeing a million keys takes longer than a frame may.
fn start_discarding() -> io::Result<Sender<Discarded>> {
    let (discards, receiver) = unbounded::<Discarded>();
    std::thread::Builder::new()
        .name("discard".to_owned())
        .spawn(move || {
            while let Ok(discarded) = receiver.recv() {
                drop(discarded);
            }
        })?;
    Ok(discards)
}
