//! Helpers for the accessibility tree.

use egui::{Id, Rect, Role, Ui, accesskit};

/// The rectangle in the coordinates of the accessibility tree.
pub(super) fn bounds(rect: Rect) -> accesskit::Rect {
    accesskit::Rect {
        x0: rect.min.x.into(),
        y0: rect.min.y.into(),
        x1: rect.max.x.into(),
        y1: rect.max.y.into(),
    }
}

/// Whether a screen reader requested a click on an item of a list that handles all clicks itself.
pub(super) fn asked_to_click(ui: &Ui, id: Id) -> bool {
    ui.input(|input| input.has_accesskit_action_request(id, accesskit::Action::Click))
}

/// Names a node that already belongs to a widget or a [`Ui`].
pub(super) fn name(ui: &Ui, id: Id, role: Role, label: &str) {
    ui.ctx().accesskit_node_builder(id, |node| {
        node.set_role(role);
        node.set_label(label);
    });
}

/// Creates a node for a part that can be clicked but not focused; the toolkit creates none for
/// these.
pub(super) fn clickable(ui: &Ui, id: Id, role: Role, label: &str, rect: Rect) {
    ui.ctx().accesskit_node_builder(id, |node| {
        node.set_role(role);
        node.set_label(label);
        node.set_bounds(bounds(rect));
        node.add_action(accesskit::Action::Click);
    });
}
