//! Draws the current page, and wipes typed passwords.

use egui::{Rect, RichText, Ui, UiBuilder};
use jiff::tz::TimeZone;

use super::create::CreateForm;
use super::start::{self, StartData, start_ui};
use super::unlock::UnlockForm;
use crate::command::Commands;
use crate::forms::BlurTimer;
use crate::state::Page;
use crate::theme::{Tokens, icons};
use crate::view::AppView;
use crate::widgets::empty_state::EmptyState;

/// The pages of a window without an open database, with what has been typed on them.
#[derive(Debug, Default)]
pub struct Pages {
    unlock: UnlockForm,
    create: CreateForm,
    blur: BlurTimer,
}

impl Pages {
    /// Draws the page, if no database is open.
    pub fn ui(&mut self, ui: &mut Ui, view: AppView<'_>, commands: &mut Commands) {
        if matches!(view.page, Page::Open(_)) {
            return;
        }
        let tokens = Tokens::of(ui);
        let room = ui.available_rect_before_wrap();
        ui.painter().rect_filled(room, 0.0, tokens.background);
        // On a narrow window the card replaces the column.
        let column = start::WIDTH.min(room.width() * 0.4);
        let (left, right) = room.split_left_right_at_x(room.left() + column);
        let data = StartData::new(view, &TimeZone::system());
        let mut start = child(ui, left, "start");
        start.push_id(start::id(), |ui| start_ui(ui, &data, view, commands));
        let mut page = child(ui, right, "page");
        match view.page {
            Page::Unlock(unlock) => self.unlock.ui(&mut page, unlock, view, commands),
            Page::NewDatabase(create) => self.create.ui(&mut page, create, view, commands),
            Page::Welcome | Page::Open(_) => welcome(&mut page, view),
        }
    }

    #[cfg(test)]
    pub(super) fn unlock_is_typed(&self) -> bool {
        self.unlock.is_typed()
    }

    /// Wipes the contents of pages that are not shown, and all passwords once the window has been
    /// without the keyboard for half a minute. Call it in every frame, even while a database is
    /// open: its password must not outlive the page it was typed on.
    pub fn forget(&mut self, ctx: &egui::Context, view: AppView<'_>) {
        if !matches!(view.page, Page::Unlock(_)) {
            self.unlock.clear();
        }
        if !matches!(view.page, Page::NewDatabase(_)) {
            self.create.clear();
        }
        let typed = self.unlock.is_typed() || self.create.is_typed();
        if self.blur.is_over(ctx, typed) {
            self.unlock.forget_password();
            self.create.forget_password();
        }
    }
}

fn child(ui: &mut Ui, rect: Rect, salt: &str) -> Ui {
    let mut child = ui.new_child(UiBuilder::new().id_salt(salt).max_rect(rect));
    child.set_clip_rect(rect.intersect(ui.clip_rect()));
    child
}

fn welcome(ui: &mut Ui, view: AppView<'_>) {
    if view.file_dialog.is_some() {
        let color = Tokens::of(ui).muted;
        ui.centered_and_justified(|ui| {
            ui.label(RichText::new("Waiting for the file dialog…").color(color));
        });
        return;
    }
    let empty = EmptyState {
        icon: icons::VAULT,
        title: "No database is open",
        text: "Create or open one, or explore the sample. Nothing leaves this computer.",
        actions: &[],
    };
    empty.show(ui);
}
