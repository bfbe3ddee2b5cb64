//! Where keyboard focus goes when nothing has it: back to where it was before a dialog, a menu or
//! another popup opened, and to the records on Esc.

use egui::{Context, Id, Key, Memory, Popup};

use crate::command::{Commands, LayoutCommand, SearchCommand, SelectionCommand};
use crate::panels::RecordsPanel;
use crate::state::FocusTarget;
use crate::view::AppView;

/// What has and had keyboard focus, where the toolkit does not keep track of it.
#[derive(Debug, Default)]
pub(super) struct FocusReturn {
    /// What last had focus in the window itself.
    home: Option<Id>,
    /// What has focus in the dialog or popup above the window.
    above: Option<Id>,
    covered: bool,
    /// Nothing had focus after the last frame.
    was_nowhere: bool,
}

impl FocusReturn {
    /// Call this after everything is drawn.
    pub(super) fn end_frame(&mut self, ctx: &Context, view: &AppView<'_>, commands: &mut Commands) {
        let focused = ctx.memory(Memory::focused);
        let covered = view.dialog.is_some() || Popup::is_any_open(ctx);
        let was_covered = std::mem::replace(&mut self.covered, covered);
        if covered {
            self.above = focused;
        } else if was_covered {
            let above = self.above.take();
            // Unless the chosen command has moved the focus elsewhere.
            if view.focus.is_none() && (focused.is_none() || focused == above) {
                self.go_home(ctx, view, commands);
            }
        } else if focused.is_some() {
            self.home = focused;
        } else if ctx.input(|input| input.key_pressed(Key::Escape)) {
            self.escape(view, commands);
        }
        self.was_nowhere = ctx.memory(Memory::focused).is_none();
    }

    fn go_home(&self, ctx: &Context, view: &AppView<'_>, commands: &mut Commands) {
        match self.home.filter(|home| ctx.read_response(*home).is_some()) {
            Some(home) => ctx.memory_mut(|memory| memory.request_focus(home)),
            None if view.store().is_some() => {
                commands.push(LayoutCommand::Focus(FocusTarget::Records));
            }
            None => {}
        }
    }

    /// Esc either took focus from something, or nothing had it; in the latter case it does what Esc
    /// does in the table. Either way the table has focus afterwards.
    fn escape(&self, view: &AppView<'_>, commands: &mut Commands) {
        let Some(store) = view.store().map(|view| view.store) else {
            return;
        };
        if self.was_nowhere {
            if store.search.is_active() {
                commands.push(SearchCommand::Clear);
            } else if !store.selection.is_empty() {
                commands.push(SelectionCommand::None);
            } else {
                return;
            }
        } else if self.home == Some(RecordsPanel::table_id()) {
            // The last Esc in the table leaves nothing focused.
            return;
        }
        commands.push(LayoutCommand::Focus(FocusTarget::Records));
    }
}
