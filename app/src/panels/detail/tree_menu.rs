//! What can be done with one row of the value tree, by menu or key.

use egui::{Key, Modifiers, Ui};
use vstore::Record;
use vstore::value::{EncodedValue, Value};

use super::tree_model::{Node, Row};
use crate::command::{CopyWhat, RecordCommand};

/// What the user wants with a row.
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
    /// Put null there.
    SetNull,
    /// Remove it.
    Remove,
}

/// The menu of a row: words, keys, and whether it changes the record. A line goes before those
/// marked.
const MENU: [(TreeAction, &str, &str, bool); 7] = [
    (TreeAction::CopyValue, "Copy value", "", false),
    (TreeAction::CopyPath, "Copy path", "", false),
    (TreeAction::Edit { large: false }, "Edit", "Enter", true),
    (
        TreeAction::Edit { large: true },
        "Edit in large field",
        "Shift+Enter",
        true,
    ),
    (TreeAction::Add, "Add inside…", "", true),
    (TreeAction::SetNull, "Set to null", "Alt+Del", true),
    (TreeAction::Remove, "Remove", "Del", true),
];

/// Fills the context menu of a row.
pub(super) fn menu(ui: &mut Ui, row: &Row, writable: bool) -> Option<TreeAction> {
    let mut chosen = None;
    let is_value = matches!(row.node, Node::Value(_));
    for (index, (action, words, keys, writes)) in MENU.iter().enumerate() {
        if index == 2 {
            ui.separator();
        }
        let fits = match action {
            TreeAction::Add => row.expanded.is_some() || row.text.ends_with("· 0"),
            TreeAction::Remove => !is_root(&row.node),
            _ => true,
        };
        let enabled = is_value && fits && (writable || !writes);
        let button = egui::Button::new(*words).shortcut_text(*keys);
        if ui.add_enabled(enabled, button).clicked() {
            chosen = Some(*action);
            ui.close();
        }
    }
    chosen
}

/// The action a key press asks for, while the tree has the keyboard.
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

/// The command of an action that needs no further input.
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
