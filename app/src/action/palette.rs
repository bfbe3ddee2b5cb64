//! Finds actions and saved searches by a few typed letters.

use std::borrow::Cow;
use std::cmp::Reverse;

use super::Action;
use crate::command::{Command, SettingsCommand};
use crate::letters::Letters;
use crate::theme::icons;
use crate::view::AppView;

/// An entry of the palette.
#[derive(Clone, Debug)]
pub struct PaletteEntry<'a> {
    /// Its name.
    pub text: Cow<'a, str>,
    /// More about it.
    pub tooltip: &'a str,
    /// Its glyph.
    pub icon: &'static str,
    /// The action; `None` for a saved search.
    pub action: Option<Action>,
    /// The command it would run; `None` if it is disabled.
    pub command: Option<Command>,
    /// The positions of the characters that match the typed letters, counted from 0, ascending.
    pub matched: Vec<usize>,
}

/// The actions and saved searches whose text contains the typed letters in this order, best first;
/// all of them in menu order if nothing is typed. Disabled ones come last.
pub fn find<'a>(view: &AppView<'a>, typed: &str) -> Vec<PaletteEntry<'a>> {
    let typed = typed.trim();
    let mut entries = all(view);
    if !typed.is_empty() {
        entries = ranked(entries, typed);
    }
    entries.sort_by_key(|entry| entry.command.is_none());
    entries
}

fn all<'a>(view: &AppView<'a>) -> Vec<PaletteEntry<'a>> {
    let actions = Action::ALL
        .iter()
        .filter(|action| **action != Action::Palette);
    let actions = actions.map(|action| PaletteEntry {
        text: Cow::Borrowed(action.text()),
        tooltip: action.tooltip(),
        icon: action.icon(),
        action: Some(*action),
        command: action.resolve(view),
        matched: Vec::new(),
    });
    let saved = view.store().map(|view| &*view.store.settings.saved);
    let searches = saved.unwrap_or_default().iter();
    let searches = searches.map(|saved| PaletteEntry {
        text: Cow::Owned(format!("Search: {}", saved.name)),
        tooltip: &saved.query.text,
        icon: icons::STAR,
        action: None,
        command: Some(SettingsCommand::Search(saved.query.clone()).into()),
        matched: Vec::new(),
    });
    actions.chain(searches).collect()
}

fn ranked<'a>(entries: Vec<PaletteEntry<'a>>, typed: &str) -> Vec<PaletteEntry<'a>> {
    let mut letters = Letters::new(typed);
    let found = entries.into_iter().filter_map(|mut entry| {
        let (matched, score) = letters.positions(&entry.text)?;
        entry.matched = matched;
        Some((Reverse(score), entry))
    });
    let mut found: Vec<_> = found.collect();
    found.sort_by_key(|(score, _)| *score);
    found.into_iter().map(|(_, entry)| entry).collect()
}
