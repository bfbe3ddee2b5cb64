//! The form of a new record, and the banners about open edits.

use egui::{Id, Key, RichText, Ui};
use jiff::tz::TimeZone;

use super::expiry_bar::{ExpiryChoice, ExpiryData, expiry_ui};
use super::text::TextTab;
use crate::command::{Commands, LayoutCommand, RecordCommand};
use crate::state::{Dialog, Draft, DraftBase};
use crate::theme::{Tokens, metrics, type_scale};
use crate::view::StoreView;
use crate::widgets::banner::{Banner as BannerBox, BannerButton, BannerTone};
use crate::widgets::field::TextField;

/// The identity of the key field.
pub(super) fn key_id() -> Id {
    Id::unique("new key")
}

/// The key of a new record as typed.
#[derive(Debug, Default)]
pub(super) struct NewRecordForm {
    key: String,
    seen: Option<String>,
    wants_focus: bool,
}

impl NewRecordForm {
    /// Focuses the key field in the next frame.
    pub(super) fn focus(&mut self) {
        self.wants_focus = true;
    }

    pub(super) fn ui(
        &mut self,
        ui: &mut Ui,
        draft: &Draft,
        text: &mut TextTab,
        view: StoreView<'_>,
        commands: &mut Commands,
    ) {
        // As in the text tab: the typed text is replaced only if the key was changed elsewhere.
        if self.seen.as_deref() != Some(&draft.key) {
            self.key.clone_from(&draft.key);
            self.seen = Some(draft.key.clone());
        }
        let tokens = Tokens::of(ui);
        ui.add_space(metrics::SPACE_8);
        let title = RichText::new("New record").font(type_scale::heading());
        ui.label(title.color(tokens.text));
        ui.add_space(metrics::SPACE_8);
        self.key_field(ui, draft, text, commands);
        ui.add_space(metrics::SPACE_8);
        let now = view.app.now;
        let data = ExpiryData::new(draft.expires_at, now, &TimeZone::system());
        match expiry_ui(ui, &data, now, None) {
            Some(ExpiryChoice::At(expires_at)) => {
                commands.push(RecordCommand::SetDraftExpiry(expires_at));
            }
            Some(ExpiryChoice::Custom) => {
                let dialog = Box::new(Dialog::DraftExpiry);
                commands.push(LayoutCommand::OpenDialog(dialog));
            }
            None => {}
        }
        ui.add_space(metrics::SPACE_8);
        text.draft_ui(ui, draft, "Add record", view, commands);
    }

    fn key_field(
        &mut self,
        ui: &mut Ui,
        draft: &Draft,
        text: &mut TextTab,
        commands: &mut Commands,
    ) {
        let error = draft.key_error.as_deref().filter(|_| !draft.key.is_empty());
        let field = TextField::new(key_id(), "Key").mono();
        let field = field.hint("customer:de:ab12").error(error);
        let response = field.show(ui, &mut self.key);
        if std::mem::take(&mut self.wants_focus) {
            response.request_focus();
        }
        if response.changed() {
            commands.push(RecordCommand::EditDraft {
                key: self.key.clone(),
                text: draft.text.clone(),
            });
        }
        // Tab goes from the key straight to the value: most records need no expiry.
        let goes_on = |input: &egui::InputState| {
            input.key_pressed(Key::Enter) || (input.key_pressed(Key::Tab) && !input.modifiers.shift)
        };
        if response.lost_focus() && ui.input(goes_on) {
            text.focus();
        }
    }
}

/// What a banner says and offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Banner {
    /// The record changed while it was being edited.
    Outdated,
    /// The record was deleted or expired while it was being edited.
    Gone,
    /// The edit was restored after a lock or a crash.
    Restored,
    /// An edit of another record is open.
    Elsewhere {
        /// Its key; empty for a new record that has none yet.
        key: String,
        /// It is a new record.
        new: bool,
    },
}

impl Banner {
    /// The banner over the draft that is shown.
    pub(super) fn over(draft: &Draft, gone: bool) -> Option<Self> {
        if gone {
            Some(Self::Gone)
        } else if draft.outdated {
            Some(Self::Outdated)
        } else {
            draft.restored.then_some(Self::Restored)
        }
    }

    /// The banner over a record while a draft of something else is open.
    pub(super) fn elsewhere(draft: &Draft) -> Option<Self> {
        draft.is_dirty().then(|| Self::Elsewhere {
            key: draft.key.clone(),
            new: draft.base == DraftBase::New,
        })
    }

    /// The text, and the labels of the buttons; the first one is primary.
    pub(super) fn words(&self) -> (String, [&'static str; 2]) {
        match self {
            Self::Outdated => (
                "This record changed while you were editing it.".to_owned(),
                ["Keep mine", "Use theirs"],
            ),
            Self::Gone => (
                "This record was deleted or expired while you were editing it. Saving your edit \
                 brings it back."
                    .to_owned(),
                ["Keep mine", "Discard"],
            ),
            Self::Restored => (
                "Your unsaved edit was restored".to_owned(),
                ["Keep", "Discard"],
            ),
            Self::Elsewhere { new: true, .. } => (
                "A new record has not been saved yet.".to_owned(),
                ["Continue", "Discard"],
            ),
            Self::Elsewhere { key, .. } => (
                format!("Your edit of “{key}” has not been saved yet."),
                ["Continue", "Discard"],
            ),
        }
    }

    /// Draws the banner; returns the button that was clicked.
    pub(super) fn ui(&self, ui: &mut Ui) -> Option<usize> {
        let (words, labels) = self.words();
        let tone = if matches!(self, Self::Outdated | Self::Gone) {
            BannerTone::Warning
        } else {
            BannerTone::Info
        };
        let buttons = labels.map(BannerButton::new);
        let clicked = BannerBox::new(tone, &words, &buttons).show(ui);
        ui.add_space(metrics::SPACE_8);
        clicked
    }
}
