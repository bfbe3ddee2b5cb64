//! What an empty table says, with buttons for what can be done.

use egui::Ui;
use vstore::search::Mode;

use crate::action::Action;
use crate::command::{Commands, SearchCommand};

use crate::theme::icons;
use crate::view::StoreView;
use crate::widgets::empty_state::EmptyState;
use crate::wording;

/// Why the table is empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Empty {
    /// The database has no records; true if none can be added.
    Database { read_only: bool },
    /// The search found nothing.
    Search {
        query: String,
        mode: Mode,
        /// There is a previous search.
        can_go_back: bool,
    },
}

impl Empty {
    /// `None`: it is not empty, or not known to be empty yet.
    pub(super) fn new(view: &StoreView<'_>) -> Option<Self> {
        let search = &view.store.search;
        if view.row_count() > 0 {
            return None;
        }
        if search.is_active() {
            // Text typed since then may not have been searched yet.
            let answer = search.answer.as_ref().filter(|_| !search.running)?;
            return Some(Self::Search {
                query: answer.text.clone(),
                mode: answer.mode,
                can_go_back: search.past.can_go(true),
            });
        }
        view.snapshot().is_empty().then_some(Self::Database {
            read_only: view.store.read_only,
        })
    }

    pub(super) fn show(&self, ui: &mut Ui, view: StoreView<'_>, commands: &mut Commands) {
        match self {
            Self::Database { read_only } => database(ui, *read_only, view, commands),
            Self::Search {
                query,
                mode,
                can_go_back,
            } => search(ui, query, *mode, *can_go_back, commands),
        }
    }
}

fn database(ui: &mut Ui, read_only: bool, view: StoreView<'_>, commands: &mut Commands) {
    let actions: &[Action] = if read_only {
        &[]
    } else {
        &[Action::NewRecord, Action::Import]
    };
    let words: Vec<_> = actions.iter().map(|action| action.text()).collect();
    let text = if read_only {
        "The database is open read-only, so records cannot be added."
    } else {
        "Add the first one, or import JSON or NDJSON."
    };
    let state = EmptyState {
        icon: icons::DATABASE,
        title: "No records yet",
        text,
        actions: &words,
    };
    let clicked = state.show(ui).and_then(|index| actions.get(index));
    commands_of(
        clicked.and_then(|action| action.resolve(&view.app)),
        commands,
    );
}

fn commands_of(command: Option<crate::command::Command>, commands: &mut Commands) {
    if let Some(command) = command {
        commands.push(command);
    }
}

fn search(ui: &mut Ui, query: &str, mode: Mode, can_go_back: bool, commands: &mut Commands) {
    let (text, other) = match mode {
        Mode::Exact => ("Fuzzy search also finds prefixes and typos.", Mode::Fuzzy),
        Mode::Fuzzy => (
            "Nothing similar was found. “Contains” also searches inside words.",
            Mode::Contains,
        ),
        Mode::Contains => ("Fuzzy search also finds words with typos.", Mode::Fuzzy),
    };
    let title = format!("No record matches “{}”", shortened(query));
    let switch = format!("Switch to {}", wording::mode(other));
    let mut actions = vec!["Clear search", &switch];
    if can_go_back {
        actions.push("Previous search");
    }
    let state = EmptyState {
        icon: icons::MAGNIFYING_GLASS,
        title: &title,
        text,
        actions: &actions,
    };
    match state.show(ui) {
        Some(0) => commands.push(SearchCommand::Clear),
        Some(1) => commands.push(SearchCommand::SetMode(other)),
        Some(_) => commands.push(SearchCommand::Back(true)),
        None => {}
    }
}

fn shortened(query: &str) -> String {
    const CHARS: usize = 48;
    let mut text: String = query.chars().take(CHARS).collect();
    if query.chars().nth(CHARS).is_some() {
        text.push('…');
    }
    text
}
