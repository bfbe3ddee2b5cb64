//! Assembles the detail panel.

use egui::{Context, Id, Margin, RichText, Ui};
use jiff::tz::TimeZone;
use vstore::{Key, Record};

use super::data::{RecordData, Subject, is_new, is_of};
use super::draft::{Banner, NewRecordForm};
use super::expiry_bar::{ExpiryChoice, ExpiryData, expiry_ui};
use super::header::header_ui;
use super::history::{history_of, history_ui};
use super::selection_summary::{ManyData, many_ui};
use super::text::TextTab;
use super::tree_view::TreeView;
use super::{draft, text, tree_view};
use crate::action::Action;
use crate::command::{Commands, LayoutCommand, RecordCommand, SelectionCommand};
use crate::state::{DetailTab, Dialog, Draft, DraftBase, FocusTarget, Scope};
use crate::theme::{Tokens, icons, metrics, type_scale};
use crate::view::StoreView;
use crate::widgets::empty_state::EmptyState;
use crate::widgets::field;
use crate::widgets::hex_view::hex_view;
use crate::widgets::scrolling;
use crate::widgets::tab_bar::{Tab, tab_bar};
use crate::widgets::virtual_rows::ScrollPos;

const MARGIN: i8 = 14;
/// Height of the expiry bar and the footer, with their margins.
const FOOTER: f32 = 92.0;

/// In a lower panel the record scrolls.
pub(in crate::panels) const RECORD_HEIGHT: f32 = 352.0;

/// The panel at the right.
#[derive(Debug, Default)]
pub struct DetailPanel {
    tree: TreeView,
    text: TextTab,
    hex: ScrollPos,
    new_record: NewRecordForm,
    /// The record that is shown.
    key: Option<Key>,
    /// The draft of the last frame: a new draft opens its editor.
    draft: Option<DraftBase>,
    /// The form of a new record, while it is open.
    form: Option<OpenForm>,
}

/// The form of a new record while it is open.
#[derive(Debug)]
struct OpenForm {
    /// The record under the cursor when the form was opened: selecting another one parks the form.
    cursor: Option<Key>,
}

/// The height below which the panel scrolls, so that the buttons of an edit are never cut off.
fn least_height(subject: &Subject, view: StoreView<'_>) -> f32 {
    const NEW_RECORD: f32 = 332.0;
    const BANNER: f32 = 90.0;
    let least = match subject {
        Subject::NewRecord => NEW_RECORD,
        Subject::One(_) => RECORD_HEIGHT,
        _ => return 0.0,
    };
    let draft = view.store.detail.draft.as_ref();
    let has_banner = draft.is_some_and(|draft| match subject {
        Subject::One(data) if !data.edited => Banner::elsewhere(draft).is_some(),
        Subject::One(data) => Banner::over(draft, data.gone).is_some(),
        _ => Banner::over(draft, false).is_some(),
    });
    if has_banner { least + BANNER } else { least }
}

/// Whether two drafts are the same edit: of a new record, or of the same record, which may have
/// changed elsewhere meanwhile.
fn is_same_edit(was: &DraftBase, is: &DraftBase) -> bool {
    match (was, is) {
        (DraftBase::New, DraftBase::New) => true,
        (DraftBase::Record(was), DraftBase::Record(is)) => was.key == is.key,
        _ => false,
    }
}

impl DetailPanel {
    pub fn ui(&mut self, ui: &mut Ui, view: StoreView<'_>, commands: &mut Commands) {
        let zone = TimeZone::system();
        self.follow(view, commands);
        let subject = Subject::new(view, self.is_parked(view), &zone);
        let frame = egui::Frame::NONE.inner_margin(Margin::symmetric(MARGIN, 0));
        frame.show(ui, |ui| {
            ui.set_min_size(ui.available_size());
            let id = Id::unique("record detail");
            scrolling::at_least(ui, id, least_height(&subject, view), |ui| {
                self.subject(ui, &subject, view, commands);
            });
        });
    }

    fn subject(
        &mut self,
        ui: &mut Ui,
        subject: &Subject,
        view: StoreView<'_>,
        commands: &mut Commands,
    ) {
        match subject {
            Subject::Nothing { writable } => nothing(ui, *writable, commands),
            Subject::Gone(key) => gone(ui, key, view, commands),
            Subject::Expired {
                record,
                title,
                writable,
            } => expired(ui, record, title, *writable, commands),
            Subject::Many(count) => {
                many_ui(ui, &ManyData::new(view, *count), view, commands);
            }
            Subject::NewRecord => {
                if let Some(draft) = &view.store.detail.draft {
                    banner_over(ui, draft, false, commands);
                    self.new_record
                        .ui(ui, draft, &mut self.text, view, commands);
                }
            }
            Subject::One(data) => self.record(ui, data, view, commands),
        }
    }

    /// Forgets everything shown and typed, including the toolkit's memory of it, when the database
    /// is locked or another one is opened.
    pub fn forget(&mut self, ctx: &Context) {
        *self = Self::default();
        for id in [text::id(), draft::key_id()]
            .into_iter()
            .chain(tree_view::editor_ids())
        {
            field::forget(ctx, id);
        }
    }

    /// Reacts to another record, a new draft, or a request for the keyboard.
    fn follow(&mut self, view: StoreView<'_>, commands: &mut Commands) {
        let detail = &view.store.detail;
        let key = detail.record.as_ref().map(|record| &record.key);
        if self.key.as_ref() != key {
            self.key = key.cloned();
            self.tree.reset();
            self.hex = ScrollPos::default();
            if detail.draft.is_none() {
                self.text.reset();
            }
        }
        let base = detail.draft.as_ref().map(|draft| draft.base.clone());
        if let Some(base) = &base
            && !self
                .draft
                .as_ref()
                .is_some_and(|was| is_same_edit(was, base))
        {
            self.form = None;
            if *base == DraftBase::New {
                self.new_record.focus();
            } else {
                commands.push(LayoutCommand::ShowDetail(DetailTab::Text));
                self.text.focus();
            }
        }
        if base.is_none() {
            self.form = None;
        }
        self.draft = base;
        let cursor = view.store.selection.cursor.clone();
        let new_is_open = detail.draft.as_ref().is_some_and(is_new);
        if new_is_open && self.form.is_none() {
            self.form = Some(OpenForm { cursor });
        }
    }

    /// An edit stays open until the user looks at another record; for a new record that is any
    /// record other than the one under the cursor when its form was opened.
    fn is_parked(&self, view: StoreView<'_>) -> bool {
        let cursor = &view.store.selection.cursor;
        let draft = view.store.detail.draft.as_ref();
        if let Some(DraftBase::Record(base)) = draft.map(|draft| &draft.base) {
            return cursor.as_ref().is_some_and(|key| *key != base.key);
        }
        cursor.is_some()
            && self
                .form
                .as_ref()
                .is_some_and(|form| form.cursor != *cursor)
    }

    fn record(
        &mut self,
        ui: &mut Ui,
        data: &RecordData,
        view: StoreView<'_>,
        commands: &mut Commands,
    ) {
        let tokens = Tokens::of(ui);
        let detail = &view.store.detail;
        let draft = detail.draft.as_ref();
        // A deleted record has nothing to show but the edit.
        let tab = if data.gone {
            DetailTab::Text
        } else {
            detail.tab
        };
        header_ui(ui, &data.record.key, view, commands);
        tabs(ui, data, tab, commands);
        let line = ui.cursor().top() - ui.spacing().item_spacing.y - 0.5;
        let across = ui
            .max_rect()
            .expand2(egui::vec2(f32::from(MARGIN), 0.0))
            .x_range();
        let stroke = egui::Stroke::new(1.0, tokens.line);
        ui.painter().hline(across, line, stroke);
        ui.add_space(metrics::SPACE_8);
        self.banners(ui, data, draft, view, commands);
        self.take_focus(ui, data, view);

        let room = ui.available_height() - FOOTER;
        let wanted = match tab {
            DetailTab::Tree if !data.edited => self.tree.wanted_height(&data.record, view),
            _ => f32::INFINITY,
        };
        let size = egui::vec2(ui.available_width(), wanted.clamp(40.0, room.max(80.0)));
        ui.allocate_ui(size, |ui| {
            ui.set_min_size(size);
            self.content(ui, data, tab, view, commands);
        });
        footer(ui, data, draft, view, commands);
    }

    fn banners(
        &mut self,
        ui: &mut Ui,
        data: &RecordData,
        draft: Option<&Draft>,
        view: StoreView<'_>,
        commands: &mut Commands,
    ) {
        let Some(draft) = draft else {
            return;
        };
        if data.edited {
            banner_over(ui, draft, data.gone, commands);
            return;
        }
        let clicked = Banner::elsewhere(draft).and_then(|banner| banner.ui(ui));
        match (clicked, &draft.base) {
            (Some(0), DraftBase::Record(record)) => {
                commands.push(SelectionCommand::Key(record.key.clone()));
                commands.push(LayoutCommand::ShowDetail(DetailTab::Text));
            }
            (Some(0), DraftBase::New) => {
                let cursor = view.store.selection.cursor.clone();
                self.form = Some(OpenForm { cursor });
                self.new_record.focus();
            }
            (Some(_), _) => commands.push(RecordCommand::DiscardDraft),
            (None, _) => {}
        }
    }

    fn take_focus(&mut self, ui: &Ui, data: &RecordData, view: StoreView<'_>) {
        if !view.app.takes_focus(FocusTarget::Detail) {
            return;
        }
        if data.edited {
            self.text.focus();
        } else if view.store.detail.tab == DetailTab::Tree {
            TreeView::focus(ui);
        }
    }

    fn content(
        &mut self,
        ui: &mut Ui,
        data: &RecordData,
        tab: DetailTab,
        view: StoreView<'_>,
        commands: &mut Commands,
    ) {
        let record = &data.record;
        let detail = &view.store.detail;
        match tab {
            DetailTab::Tree => self.tree.ui(ui, record, view, commands),
            DetailTab::Text => match &detail.draft {
                Some(draft) if is_of(draft, &record.key) => {
                    self.text.draft_ui(ui, draft, "Save", view, commands);
                }
                _ => self.text.read_ui(ui, record, view, commands),
            },
            DetailTab::Hex => {
                let id = Id::unique("value bytes");
                hex_view(
                    ui,
                    id,
                    "Encoded value",
                    &mut self.hex,
                    record.value.as_bytes(),
                );
            }
            DetailTab::History => {
                let rows = history_of(&view.store.activity, &record.key, &TimeZone::system());
                history_ui(ui, &rows, view, commands);
            }
        }
    }
}

fn tabs(ui: &mut Ui, data: &RecordData, shown: DetailTab, commands: &mut Commands) {
    let tabs = DetailTab::ALL.map(|tab| match tab {
        DetailTab::History => Tab::counting(tab.name(), data.changes),
        _ => Tab::new(tab.name()),
    });
    let chosen = DetailTab::ALL.iter().position(|tab| *tab == shown);
    let picked = tab_bar(ui, "Forms of the record", &tabs, chosen.unwrap_or(0));
    if let Some(tab) = picked.and_then(|index| DetailTab::ALL.get(index)) {
        commands.push(LayoutCommand::ShowDetail(*tab));
    }
}

/// Draws the banner over the current draft and carries out what was chosen.
fn banner_over(ui: &mut Ui, draft: &Draft, gone: bool, commands: &mut Commands) {
    match Banner::over(draft, gone).and_then(|banner| banner.ui(ui)) {
        Some(0) => commands.push(RecordCommand::RebaseDraft),
        Some(_) => commands.push(RecordCommand::DiscardDraft),
        None => {}
    }
}

fn footer(
    ui: &mut Ui,
    data: &RecordData,
    draft: Option<&Draft>,
    view: StoreView<'_>,
    commands: &mut Commands,
) {
    let tokens = Tokens::of(ui);
    let draft = draft.filter(|_| data.edited);
    ui.add_space(metrics::SPACE_4);
    let top = ui.cursor().top();
    let across = ui
        .max_rect()
        .expand2(egui::vec2(f32::from(MARGIN), 0.0))
        .x_range();
    ui.painter()
        .hline(across, top, egui::Stroke::new(1.0, tokens.line));
    ui.add_space(metrics::SPACE_8);
    let expires_at = draft.map_or(data.record.meta.expires_at, |draft| draft.expires_at);
    let now = view.app.now;
    let expiry = ExpiryData::new(expires_at, now, &TimeZone::system());
    let scope = Scope::Keys([data.record.key.clone()].into());
    let choice = expiry_ui(ui, &expiry, now, view.read_only_reason());
    match choice {
        Some(ExpiryChoice::At(expires_at)) if draft.is_some() => {
            commands.push(RecordCommand::SetDraftExpiry(expires_at));
        }
        Some(ExpiryChoice::At(expires_at)) => {
            commands.push(RecordCommand::SetExpiry { scope, expires_at });
        }
        Some(ExpiryChoice::Custom) => {
            let dialog = if draft.is_some() {
                Dialog::DraftExpiry
            } else {
                Dialog::Expiry { scope }
            };
            commands.push(LayoutCommand::OpenDialog(Box::new(dialog)));
        }
        None => {}
    }
    ui.add_space(2.0);
    let text = RichText::new(&data.footer).font(type_scale::small());
    ui.add(egui::Label::new(text.color(tokens.faint)).truncate());
}

fn nothing(ui: &mut Ui, writable: bool, commands: &mut Commands) {
    let empty = EmptyState {
        icon: icons::BRACKETS_CURLY,
        title: "No record selected",
        text: "Select a record to see its value and history.",
        actions: if writable { &["New record"] } else { &[] },
    };
    if empty.show(ui).is_some() {
        let prefix = String::new();
        commands.push(RecordCommand::New { prefix });
    }
}

/// A record that expired while the user was looking at it: Undo restores it without an expiry.
fn expired(ui: &mut Ui, record: &Record, title: &str, writable: bool, commands: &mut Commands) {
    let empty = EmptyState {
        icon: icons::TIMER,
        title,
        text: "Undo restores it without an expiry.",
        actions: if writable { &["Undo"] } else { &[] },
    };
    if empty.show(ui).is_some() {
        commands.push(RecordCommand::Put {
            key: record.key.clone(),
            value: record.value.clone(),
            expires_at: None,
        });
    }
}

fn gone(ui: &mut Ui, key: &Key, view: StoreView<'_>, commands: &mut Commands) {
    let undo = Action::Undo.resolve(&view.app);
    let title = format!("“{}” no longer exists", type_scale::one_name(key.as_str()));
    let empty = EmptyState {
        icon: icons::TRASH,
        title: &title,
        text: "The record was deleted or has expired.",
        actions: if undo.is_some() { &["Undo"] } else { &[] },
    };
    if let (Some(_), Some(undo)) = (empty.show(ui), undo) {
        commands.push(undo);
    }
}
