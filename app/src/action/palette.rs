//! Finding actions by typing a few of their letters.

use super::Action;
use crate::command::Command;
use crate::view::AppView;

/// An action that was found.
#[derive(Clone, Debug)]
pub struct PaletteEntry {
    /// The action.
    pub action: Action,
    /// What it would do; `None`: it cannot be picked now.
    pub command: Option<Command>,
    /// Which characters of its text were typed, counted from 0, ascending.
    pub matched: Vec<usize>,
}

/// The actions whose text has the typed letters in this order, the best first; all of them in
/// menu order without letters. Those that cannot be picked now come last.
pub fn find(view: &AppView<'_>, typed: &str) -> Vec<PaletteEntry> {
    let typed = typed.trim();
    let found = if typed.is_empty() {
        Action::ALL
            .iter()
            .map(|action| (*action, Vec::new()))
            .collect()
    } else {
        ranked(typed)
    };
    let mut entries: Vec<_> = found
        .into_iter()
        .filter(|(action, _)| *action != Action::Palette)
        .map(|(action, matched)| PaletteEntry {
            action,
            command: action.resolve(view),
            matched,
        })
        .collect();
    entries.sort_by_key(|entry| entry.command.is_none());
    entries
}

fn ranked(typed: &str) -> Vec<(Action, Vec<usize>)> {
    let texts: Vec<_> = Action::ALL.iter().map(|action| action.text()).collect();
    let config = frizbee::Config::default().max_typos(Some(0));
    let found = frizbee::Matcher::new(typed, &config).match_list_indices(&texts);
    let actions = found.into_iter().filter_map(|found| {
        let action = Action::ALL.get(found.index as usize)?;
        let mut matched: Vec<_> = found.indices.iter().map(|index| *index as usize).collect();
        matched.sort_unstable();
        Some((*action, matched))
    });
    actions.collect()
}
