//! The actions on one row of the value tree, by menu or key.

use egui::{Key, Modifiers, Ui};
use vstore::Record;
use vstore::value::{EncodedValue, Value};

use super::tree_model::{Node, Row};
use crate::command::{CopyWhat, RecordCommand};
use crate::panels::menu_items::{MenuRow, begin_menu, menu_line};
use crate::theme::icons;

/// An action on a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TreeAction {
    /// Edit it in place, or in the large field.
    Edit { large: bool },
    /// Add an entry or element to it.
    Add,
    /// Copy the value as JSON.
    CopyValue,
    /// Copy the path, as queries name it.
    CopyPath,
    /// Set the value to null.
    SetNull,
    /// Remove it.
    Remove,
}

/// The first rows of the menu do not change anything; a separator follows them.
const READING: usize = 2;

/// A row of the menu: its action, icon, label and shortcut.
type Entry = (TreeAction, &'static str, &'static str, &'static str);

/// The menu of a row of the tree.
const MENU: [Entry; 7] = [
    (TreeAction::CopyValue, icons::COPY, "Copy value", ""),
    (TreeAction::CopyPath, icons::HASH, "Copy path", ""),
    (
        TreeAction::Edit { large: false },
        icons::PENCIL_SIMPLE,
        "Edit",
        "Enter",
    ),
    (
        TreeAction::Edit { large: true },
        icons::TEXT_ALIGN_LEFT,
        "Edit in large field",
        "Shift+Enter",
    ),
    (TreeAction::Add, icons::PLUS, "Add inside…", ""),
    (
        TreeAction::SetNull,
        icons::PROHIBIT,
        "Set to null",
        "Alt+Del",
    ),
    (TreeAction::Remove, icons::TRASH, "Remove", "Del"),
];

/// Fills the context menu of a row.
pub(super) fn menu(ui: &mut Ui, row: &Row, writable: bool) -> Option<TreeAction> {
    let mut chosen = None;
    let is_value = matches!(row.node, Node::Value(_));
    let item = |(action, icon, words, shortcut): &Entry, index: usize| {
        let fits = match action {
            TreeAction::Add => row.expanded.is_some() || row.text.ends_with("· 0"),
            TreeAction::Remove => !is_root(&row.node),
            _ => true,
        };
        MenuRow {
            shortcut,
            disabled: !is_value || !fits || (!writable && index >= READING),
            ..MenuRow::new(icon, words)
        }
    };
    let rows = || {
        MENU.iter()
            .zip(0..)
            .map(|(entry, index)| item(entry, index))
    };
    begin_menu(ui, rows());
    for ((index, row), (action, ..)) in rows().enumerate().zip(&MENU) {
        if index == READING {
            menu_line(ui);
        }
        if row.show(ui).clicked() {
            chosen = Some(*action);
            ui.close();
        }
    }
    chosen
}

/// The action for a key press, while the tree has the keyboard.
pub(super) fn pressed(ui: &Ui) -> Option<TreeAction> {
    let keys = [
        (Modifiers::NONE, Key::F2, TreeAction::Edit { large: false }),
        (
            Modifiers::SHIFT,
            Key::Enter,
            TreeAction::Edit { large: true },
        ),
        (Modifiers::ALT, Key::Delete, TreeAction::SetNull),
        (Modifiers::NONE, Key::Delete, TreeAction::Remove),
    ];
    ui.input_mut(|input| {
        let press = |(modifiers, key, _): &&(Modifiers, Key, TreeAction)| {
            input.modifiers.matches_exact(*modifiers) && input.consume_key(*modifiers, *key)
        };
        let mut press = press;
        keys.iter().find(&mut press).map(|(.., action)| *action)
    })
}

/// The command for an action that needs no further input.
pub(super) fn command(action: TreeAction, record: &Record, row: &Row) -> Option<RecordCommand> {
    let Node::Value(location) = &row.node else {
        return None;
    };
    let (key, location) = (record.key.clone(), location.clone());
    match action {
        TreeAction::CopyValue => Some(RecordCommand::Copy(CopyWhat::Leaf { key, location })),
        TreeAction::CopyPath => Some(RecordCommand::Copy(CopyWhat::Path(location))),
        TreeAction::SetNull => {
            let value = EncodedValue::encode(&Value::Null).ok()?;
            Some(RecordCommand::SetLeaf {
                key,
                location,
                value,
            })
        }
        TreeAction::Remove if !location.is_empty() => {
            Some(RecordCommand::RemoveLeaf { key, location })
        }
        TreeAction::Remove | TreeAction::Edit { .. } | TreeAction::Add => None,
    }
}

fn is_root(node: &Node) -> bool {
    matches!(node, Node::Value(location) if location.is_empty())
}
