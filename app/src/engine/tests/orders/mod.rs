//! The window, the engine and a disk, with events in every order.
//!
//! A person types, saves, locks, closes and gives up; the disk is full at times; the engine fails;
//! answers come late, twice, or never. Whatever the order, everything typed is in the file, on the
//! screen, or kept where the user was notified of it. An ordinary run takes some thousand seeds;
//! more with `VSTORE_ORDER_SEEDS=100000 cargo test --release -p vstore-app --lib orders`.

use std::collections::{BTreeMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;

use vstore::file::RecoveryKey;
use vstore::target::Consent;
use vstore::value::json::{parse_text, to_compact};
use vstore::{Key, ManualClock, Millis, Snapshot};
use zeroize::Zeroizing;

use super::disk::Disk;
use crate::command::{Command, FileCommand, LockCommand, RecordCommand, SelectionCommand};
use crate::effect::Effect;
use crate::engine::draft::{DRAFT_SETTING, SealedDraft};
use crate::engine::failure::Interrupted;
use crate::engine::{Answer, Background, EngineState, Envelope, Outcome, Reply, Request, handle};
use crate::state::{AfterClose, Dialog, Page, RequestId, Scope, Secret, State, Step};
use crate::update::{Effects, Event, FileAnswer, receive, update};

mod person;

const SEEDS: u64 = 3_000;
const STEPS: usize = 60;
const NOW: Millis = Millis(1_000_000);
const KEYS: [&str; 3] = ["a", "b", "c"];

/// `SplitMix64` (Steele, Lea, Flood, OOPSLA 2014).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % sides
    }

    fn key(&mut self) -> &'static str {
        KEYS[self.roll(KEYS.len() as u64) as usize]
    }
}

/// What a request makes of a record once the engine has accepted it.
#[derive(Clone, Debug)]
enum Wish {
    /// The record holds this.
    Holds(String, String),
    /// The record is gone.
    Gone(String),
}

struct World {
    dice: Dice,
    /// Answers are sometimes lost. The real channel loses none, but even a window that waits for
    /// ever must lose no data.
    loses: bool,
    disk: Disk,
    secret: Secret,
    state: State,
    engine: EngineState,
    /// Requests on their way to the engine.
    asked: VecDeque<Envelope>,
    /// Answers on their way to the window.
    answers: VecDeque<Answer>,
    /// Answers to be delivered a second time.
    again: Vec<Answer>,
    /// What each record must hold at the end.
    expected: BTreeMap<String, Option<String>>,
    /// What was last typed into the editor, and neither saved nor given up.
    typed: Option<(String, String)>,
    path: PathBuf,
    /// The file the engine last had open.
    open_path: PathBuf,
    words: u64,
    /// Another file was opened before the user was notified of a finished copy: both are in use.
    has_split: bool,
    copies: u64,
    story: Vec<String>,
}

impl World {
    fn new(seed: u64, loses: bool) -> Self {
        let disk = Disk::default();
        let clock = Arc::new(ManualClock::new(NOW));
        let mut engine = EngineState::new(clock, super::CHEAP);
        engine.files.vfs = Arc::new(disk.clone());
        // A recovery key opens a file without expensive key derivation.
        let key = RecoveryKey::generate().unwrap().to_text();
        let mut world = Self {
            dice: Dice(seed),
            loses: false,
            disk,
            secret: Secret {
                password: Zeroizing::new(key.to_string()),
                key_file: None,
            },
            state: State::default(),
            engine,
            asked: VecDeque::new(),
            answers: VecDeque::new(),
            again: Vec::new(),
            expected: BTreeMap::new(),
            typed: None,
            path: "/films.vstore".into(),
            open_path: "/films.vstore".into(),
            words: 0,
            has_split: false,
            copies: 0,
            story: Vec::new(),
        };
        world.ask(FileCommand::NewDatabase);
        let (path, secret) = (world.path.clone(), world.secret.clone());
        world.ask(FileCommand::Create {
            path,
            secret,
            overwrite: false,
        });
        world.settle();
        world.loses = loses;
        world
    }

    fn word(&mut self) -> String {
        self.words += 1;
        format!("word{}", self.words)
    }

    fn ask(&mut self, command: impl Into<Command>) {
        let effects = update(&mut self.state, command.into(), NOW);
        self.perform(effects);
    }

    fn perform(&mut self, effects: Effects) {
        for effect in effects {
            let (id, request) = match effect {
                Effect::Ask(request) => (None, request),
                Effect::AskOf(id, request) => (Some(id), request),
                Effect::FileDialog { purpose, .. } => {
                    self.copies += 1;
                    let path = PathBuf::from(format!("/copy{}.vstore", self.copies));
                    let answer = if self.dice.roll(3) == 0 {
                        FileAnswer::Cancelled
                    } else {
                        FileAnswer::Picked(path)
                    };
                    let effects = receive(&mut self.state, Event::File(purpose, answer), NOW);
                    self.perform(effects);
                    continue;
                }
                _ => continue,
            };
            let control = vstore::file::Control::default();
            self.asked.push_back(Envelope {
                id,
                request,
                control,
            });
        }
    }

    /// What a request makes of its record.
    fn wish(request: &Request) -> Option<Wish> {
        let holds = |key: &Key, value: &vstore::value::EncodedValue| {
            Wish::Holds(key.to_string(), to_compact(value.view()))
        };
        match request {
            Request::SaveDraft { batch, .. } | Request::Commit(batch) => {
                batch.ops().iter().find_map(|op| match op {
                    vstore::Op::Put { key, value, .. } => Some(holds(key, value)),
                    _ => None,
                })
            }
            Request::EditLeaf {
                key,
                edit: super::LeafEdit::Set { value, .. },
            } => Some(holds(key, value)),
            Request::Delete(crate::state::Target::Keys(keys)) => {
                keys.iter().next().map(|key| Wish::Gone(key.to_string()))
            }
            _ => None,
        }
    }

    /// The engine handles the next request, and may panic during it.
    fn serve(&mut self) {
        let Some(envelope) = self.asked.pop_front() else {
            return;
        };
        let id = envelope.id;
        self.story
            .push(format!("engine: {:.60}", format!("{:?}", envelope.request)));
        let is_draft = matches!(envelope.request, Request::SaveDraft { .. });
        let wish = Self::wish(&envelope.request);
        let interrupted = Interrupted::of(&envelope);
        let mut answers = Vec::new();
        let engine = &mut self.engine;
        let work = || handle(engine, envelope, &mut |answer| answers.push(answer));
        if let Ok(background) = catch_unwind(AssertUnwindSafe(work)) {
            self.background(background, &mut answers);
        } else {
            self.story.push("engine: failed".to_owned());
            let mut emit = |answer| answers.push(answer);
            self.engine.interrupted(interrupted, &mut emit);
        }
        if let Some(path) = self.engine.store.as_ref().and_then(vstore::Store::path) {
            path.clone_into(&mut self.open_path);
        }
        let gives_up =
            |answer: &Answer| matches!(answer.reply, Reply::Locked { lost: Some(_), .. });
        if self.loses && answers.iter().any(gives_up) {
            // The window did not receive the message that the database was closed; the engine
            // reports what it could not keep.
            self.typed = None;
        }
        let outcome = answers.iter().find_map(|answer| match answer.reply {
            Reply::Settled(settled, outcome) if Some(settled) == id => Some(outcome),
            _ => None,
        });
        assert!(
            id.is_none() || outcome.is_some(),
            "a request was not settled"
        );
        // A change that the file did not take waits in the engine; an edit stays in the editor.
        let counts = match outcome {
            Some(Outcome::Done) => true,
            Some(Outcome::NotWritten | Outcome::Crashed) => !is_draft,
            _ => false,
        };
        match wish.filter(|_| counts) {
            Some(Wish::Holds(key, value)) => {
                if self.typed.as_ref().is_some_and(|typed| typed.1 == value) {
                    self.typed = None;
                }
                self.expected.insert(key, Some(value));
            }
            Some(Wish::Gone(key)) => {
                self.expected.insert(key, None);
            }
            None => {}
        }
        self.answers.extend(answers);
    }

    fn background(&mut self, background: Option<Background>, answers: &mut Vec<Answer>) {
        let session = self.engine.session;
        let mut emit = |reply| answers.push(Answer { session, reply });
        if let Some(Background::Compact(task, compaction, control)) = background {
            let written = compaction.write(&control).map(Box::new);
            self.engine.compacted(task, written, &mut emit);
        } else {
            self.engine.merge_failed();
            self.engine.index_failed();
        }
    }

    /// The window receives the next answer; some are delivered twice, or lost.
    fn hear(&mut self, faults: bool) {
        let Some(answer) = self.answers.pop_front() else {
            return;
        };
        if faults && self.loses && self.dice.roll(12) == 0 {
            self.story
                .push(format!("lost: {:.90}", format!("{:?}", answer.reply)));
            return;
        }
        if faults && self.dice.roll(10) == 0 {
            self.again.push(answer.clone());
        }
        self.receive_answer(answer);
    }

    fn receive_answer(&mut self, answer: Answer) {
        if let Reply::Locked {
            path: Some(path), ..
        } = &answer.reply
            && self.state.locking.as_ref().map(|locking| locking.0) == answer.session
            && *path != self.path
        {
            // The user is notified that a copy was finished before the lock, and opens the copy.
            let is_open = self.state.store().is_some();
            self.has_split |= is_open || self.state.busy.is_some();
            self.path.clone_from(path);
        }
        self.story
            .push(format!("window: {:.90}", format!("{:?}", answer.reply)));
        let effects = receive(&mut self.state, Event::Engine(answer), NOW);
        self.perform(effects);
        if let Some(path) = self.state.store().and_then(|store| store.path.clone()) {
            self.path = path;
        }
    }

    /// Runs until nothing is on its way.
    fn settle(&mut self) {
        while !self.asked.is_empty() || !self.answers.is_empty() {
            self.serve();
            self.hear(false);
        }
    }

    /// The disk has room again; the user writes the waiting changes and looks at the result.
    fn end(&mut self) {
        self.story.push("end".to_owned());
        self.disk.set_full(false);
        self.disk.forget_panic();
        self.settle();
        self.state.dialogs.clear();
        self.settle();
        if self.engine.store.is_none()
            && self.engine.session == self.state.session()
            && self.state.store().is_some()
        {
            // After a failure the next step is to save a copy.
            self.copies += 1;
            let path = PathBuf::from(format!("/last{}.vstore", self.copies));
            let secret = self.secret.clone();
            self.state.dialogs.push_front(Dialog::SaveAs {
                path: path.clone(),
                busy: false,
                problem: None,
                then: None,
            });
            self.ask(FileCommand::SaveCopy {
                path,
                secret,
                consent: Consent::NotAsked,
            });
            self.settle();
        }
        let is_elsewhere = match &self.state.page {
            Page::Unlock(page) => page.path != self.path,
            page => matches!(page, Page::Welcome),
        };
        if is_elsewhere {
            let path = self.path.clone();
            self.ask(FileCommand::Open {
                path,
                read_only: false,
            });
            self.settle();
        }
        self.unlock();
        self.settle();
        if self.state.store().is_some() {
            self.ask(FileCommand::WriteAgain);
            self.settle();
        }
        self.state.dialogs.clear();
    }

    /// The disk has room again and all requests on their way arrive at the engine, which then opens
    /// the file without the window. Every change it accepted must be there; anything typed since
    /// must be there as well, or on the screen.
    fn check_without_window(&mut self) -> Result<(), String> {
        self.disk.set_full(false);
        while !self.asked.is_empty() {
            self.serve();
        }
        if self.engine.store.is_none() {
            let request = Request::Open {
                ticket: self.state.start_attempt(),
                path: self.open_path.clone(),
                secret: self.secret.clone(),
                read_only: false,
            };
            self.send(None, request);
        }
        let session = self.engine.session.ok_or("no database can be opened")?;
        let number = u64::MAX;
        self.send(Some(RequestId { session, number }), Request::WriteAgain);
        let store = self
            .engine
            .store
            .as_ref()
            .ok_or("no database can be opened")?;
        let snapshot = store.snapshot();
        self.compare(&snapshot)?;
        let Some((key, typed)) = &self.typed else {
            return Ok(());
        };
        let on_screen = self
            .state
            .store()
            .and_then(|store| store.detail.draft.as_ref());
        let sealed = store.setting(DRAFT_SETTING).and_then(SealedDraft::decode);
        let is_kept = on_screen.is_some_and(|draft| draft.text == *typed)
            || sealed.is_some_and(|draft| draft.text == *typed)
            || value_of(&snapshot, key).as_ref() == Some(typed);
        is_kept.then_some(()).ok_or_else(|| {
            format!("{typed} for {key} is neither on screen nor in the file nor sealed in it")
        })
    }

    fn send(&mut self, id: Option<RequestId>, request: Request) {
        let control = vstore::file::Control::default();
        self.asked.push_back(Envelope {
            id,
            request,
            control,
        });
        self.serve();
    }

    /// Every record must hold what was accepted for it last.
    fn compare(&self, snapshot: &Snapshot) -> Result<(), String> {
        for (key, expected) in &self.expected {
            let found = value_of(snapshot, key);
            if found != *expected {
                return Err(format!("{key} holds {found:?}, not {expected:?}"));
            }
        }
        Ok(())
    }

    fn check(&self) -> Result<(), String> {
        let store = self.state.store().ok_or("no database is open at the end")?;
        if self.has_split {
            return Ok(());
        }
        if self.engine.session != Some(store.session) {
            return Err("window and engine have different databases open".to_owned());
        }
        if self.engine.queue.len() > 0 {
            return Err("changes wait although the disk has room".to_owned());
        }
        let snapshot = self.engine.store.as_ref().ok_or("no store")?.snapshot();
        self.compare(&snapshot)?;
        if let Some((key, typed)) = &self.typed {
            let draft = store.detail.draft.as_ref();
            let on_screen = draft.is_some_and(|draft| draft.text == *typed);
            if !on_screen && value_of(&snapshot, key).as_ref() != Some(typed) {
                return Err(format!(
                    "{typed} for {key} is neither on screen nor in the file"
                ));
            }
        }
        let shown: Vec<_> = KEYS.iter().map(|key| store.snapshot.get(key)).collect();
        let there: Vec<_> = KEYS.iter().map(|key| snapshot.get(key)).collect();
        if shown != there {
            return Err("the window shows other records than the engine has".to_owned());
        }
        Ok(())
    }
}

fn value_of(snapshot: &Snapshot, key: &str) -> Option<String> {
    let record = snapshot.get(key)?;
    Some(to_compact(record.value.view()))
}

fn run(seed: u64, loses: bool) -> Result<(), String> {
    let mut world = World::new(seed, loses);
    for _ in 0..STEPS {
        world.step();
    }
    let result = if loses {
        world.check_without_window()
    } else {
        world.end();
        world.check()
    };
    result.map_err(|why| format!("seed {seed}: {why}\n{}", world.story.join("\n")))
}

/// The story of the first seed that loses data.
fn first_loss(loses: bool) -> Option<String> {
    let seeds = std::env::var("VSTORE_ORDER_SEEDS")
        .ok()
        .and_then(|seeds| seeds.parse().ok())
        .unwrap_or(SEEDS);
    (0..seeds).find_map(|seed| run(seed, loses).err())
}

// One test, because the panic hook belongs to the whole process.
#[test]
fn typed_data_is_never_lost_whatever_the_order_even_if_answers_are() {
    let hook = std::panic::take_hook();
    // The engine panics on purpose, over and over.
    std::panic::set_hook(Box::new(|_| {}));
    let story = first_loss(false).or_else(|| first_loss(true));
    std::panic::set_hook(hook);
    if let Some(story) = story {
        panic!("{story}");
    }
}
