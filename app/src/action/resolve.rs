//! Resolves an action to a command, given what is on screen. `None` means that it is disabled.

use vstore::search::Mode;

use super::Action;
use crate::command::{
    Command, CopyWhat, FileCommand, LayoutCommand, LockCommand, Preference, RecordCommand,
    RepairCommand, SearchCommand, SecurityCommand, SelectionCommand, TransferCommand,
};
use crate::state::{
    AfterClose, Dialog, FilePurpose, FocusTarget, Page, PanelSide, SaveState, Scope, Sort, SortBy,
    ThemeChoice,
};
use crate::view::{AppView, StoreView};

impl Action {
    /// The command it stands for at present; `None` if it is disabled.
    pub fn resolve(self, view: &AppView<'_>) -> Option<Command> {
        always(self, view).or_else(|| with_store(self, view.store()?))
    }
}

/// Actions that need no open database.
fn always(action: Action, view: &AppView<'_>) -> Option<Command> {
    let dialog = |dialog| Some(LayoutCommand::OpenDialog(Box::new(dialog)).into());
    let theme = |choice| Some(LayoutCommand::Set(Preference::Theme(choice)).into());
    // Only one file dialog at a time.
    let pick = |purpose| {
        view.file_dialog
            .is_none()
            .then(|| FileCommand::PickFile(purpose).into())
    };
    let on_welcome = matches!(view.page, Page::Welcome);
    match action {
        Action::NewDatabase => Some(FileCommand::NewDatabase.into()),
        // Without a database there is nothing to add a record to: the same key creates a database.
        Action::NewRecord if on_welcome => Some(FileCommand::NewDatabase.into()),
        Action::OpenFile => pick(FilePurpose::Open),
        Action::OpenReadOnly => pick(FilePurpose::OpenReadOnly),
        Action::OpenSample => Some(FileCommand::OpenSample.into()),
        Action::Import => pick(FilePurpose::Import),
        Action::CloseFile => (!on_welcome).then(|| FileCommand::Close(AfterClose::Welcome).into()),
        Action::Quit => Some(FileCommand::Close(AfterClose::Quit).into()),
        Action::ThemeSystem => theme(ThemeChoice::System),
        Action::ThemeDark => theme(ThemeChoice::Dark),
        Action::ThemeLight => theme(ThemeChoice::Light),
        Action::Salvage => match view.page {
            Page::Unlock(page) => Some(RepairCommand::PlanSalvage(page.path.clone()).into()),
            _ => pick(FilePurpose::Damaged),
        },
        Action::RestoreHeader => match view.page {
            Page::Unlock(page) => Some(RepairCommand::PlanRestore(page.path.clone()).into()),
            _ => None,
        },
        Action::Palette => dialog(Dialog::Palette),
        Action::Settings => dialog(Dialog::Settings),
        Action::Shortcuts => dialog(Dialog::Shortcuts),
        Action::About => dialog(Dialog::About),
        _ => None,
    }
}

/// Actions on an open database.
fn with_store(action: Action, view: StoreView<'_>) -> Option<Command> {
    let store = view.store;
    match action {
        Action::Compact => (!store.read_only).then(|| FileCommand::Compact.into()),
        // A copy or an export of the records loaded so far would pass for the whole database.
        Action::SaveAs | Action::ExportAll | Action::ExportSelected if store.loading.is_some() => {
            None
        }
        Action::SaveAs => Some(FileCommand::SaveAs.into()),
        Action::WriteAgain => {
            matches!(store.save, SaveState::Failed { .. }).then(|| FileCommand::WriteAgain.into())
        }
        Action::DeleteExpired => (store.clock_suspect.is_some() && !store.read_only)
            .then(|| FileCommand::DeleteExpired.into()),
        Action::KeepExpired => store
            .asks_about_clock()
            .is_some()
            .then(|| FileCommand::KeepExpired.into()),
        Action::AcceptStanding => store
            .is_set_back()
            .then(|| FileCommand::AcceptStanding.into()),
        Action::Reload => store.path.is_some().then(|| FileCommand::Reload.into()),
        Action::ExportAll => Some(TransferCommand::PlanExport(Scope::Everything).into()),
        Action::SavedSearches => {
            Some(LayoutCommand::OpenDialog(Box::new(Dialog::SavedSearches)).into())
        }
        Action::ImportReport => {
            let task = view.app.tasks.last_import()?;
            Some(TransferCommand::ShowReport(task.id).into())
        }
        Action::ChangePassword => (store.path.is_some() && !store.read_only).then(|| {
            let dialog = Dialog::ChangePassword {
                busy: false,
                problem: None,
            };
            LayoutCommand::OpenDialog(Box::new(dialog)).into()
        }),
        Action::Security => {
            (store.path.is_some() && !store.read_only).then(|| SecurityCommand::Open.into())
        }
        Action::Check => (store.path.is_some() && store.loading.is_none())
            .then(|| RepairCommand::CheckOpenFile.into()),
        Action::Lock => store.path.is_some().then(|| LockCommand::Lock.into()),
        Action::SelectAll => Some(SelectionCommand::All.into()),
        Action::SelectNone => (!store.selection.is_empty()).then(|| SelectionCommand::None.into()),
        Action::Find => Some(LayoutCommand::Focus(FocusTarget::Search).into()),
        Action::GoToKey => Some(LayoutCommand::OpenDialog(Box::new(Dialog::GoToKey)).into()),
        Action::WhyHit => {
            let cursor = store.selection.cursor.clone();
            let key = cursor.filter(|_| store.search.is_active())?;
            Some(SearchCommand::WhyHit(key).into())
        }
        Action::FindNext => Some(SelectionCommand::Next.into()),
        Action::FindPrevious => Some(SelectionCommand::Previous.into()),
        Action::ClearSearch => store
            .search
            .is_active()
            .then(|| SearchCommand::Clear.into()),
        Action::ToggleLeft => Some(LayoutCommand::Toggle(PanelSide::Left).into()),
        Action::ToggleRight => Some(LayoutCommand::Toggle(PanelSide::Right).into()),
        Action::ToggleBottom => Some(LayoutCommand::Toggle(PanelSide::Bottom).into()),
        Action::PreviousSearch => search_history(view, true),
        Action::FollowingSearch => search_history(view, false),
        Action::SortByRelevance => store
            .search
            .is_ranked()
            .then(|| sort(SortBy::Relevance, false)),
        Action::SortByKey => Some(sort(SortBy::Key, false)),
        Action::SortByModified => Some(sort(SortBy::Modified, true)),
        Action::SortByExpiry => Some(sort(SortBy::Expires, false)),
        Action::SearchExact => Some(SearchCommand::SetMode(Mode::Exact).into()),
        Action::SearchFuzzy => Some(SearchCommand::SetMode(Mode::Fuzzy).into()),
        Action::SearchContains => Some(SearchCommand::SetMode(Mode::Contains).into()),
        Action::Refresh => Some(SearchCommand::Refresh.into()),
        Action::NextPane => Some(LayoutCommand::FocusNext.into()),
        action => with_records(action, view),
    }
}

fn search_history(view: StoreView<'_>, back: bool) -> Option<Command> {
    let past = &view.store.search.past;
    past.can_go(back).then(|| SearchCommand::Back(back).into())
}

fn sort(by: SortBy, descending: bool) -> Command {
    SearchCommand::Sort(Sort { by, descending }).into()
}

/// Actions on records, most of which need a selection and permission to write.
fn with_records(action: Action, view: StoreView<'_>) -> Option<Command> {
    let store = view.store;
    let cursor = || {
        store
            .selection
            .single()
            .or(store.selection.cursor.as_ref())
            .cloned()
    };
    let any_selected = !store.selection.is_empty();
    match action {
        Action::CopyValue => cursor().map(|_| RecordCommand::Copy(CopyWhat::Value).into()),
        Action::CopyKey => cursor().map(|_| RecordCommand::Copy(CopyWhat::Key).into()),
        Action::CopyJson => {
            any_selected.then(|| RecordCommand::Copy(CopyWhat::SelectedAsJson).into())
        }
        Action::ExportSelected => {
            any_selected.then(|| TransferCommand::PlanExport(Scope::Selected).into())
        }
        _ if store.read_only => None,
        Action::Undo => (!store.history.undo.is_empty()).then(|| RecordCommand::Undo.into()),
        Action::Redo => (!store.history.redo.is_empty()).then(|| RecordCommand::Redo.into()),
        Action::NewRecord => Some(
            RecordCommand::New {
                prefix: String::new(),
            }
            .into(),
        ),
        Action::EditRecord => cursor().map(|key| RecordCommand::Edit(key).into()),
        Action::RenameRecord => {
            cursor().map(|from| LayoutCommand::OpenDialog(Box::new(Dialog::Rename { from })).into())
        }
        Action::DuplicateRecord => cursor().map(|key| RecordCommand::Duplicate(key).into()),
        Action::CommitDraft => {
            let draft = store.detail.draft.as_ref()?;
            (draft.is_valid() && draft.is_dirty()).then(|| RecordCommand::CommitDraft.into())
        }
        Action::DiscardDraft => store
            .detail
            .draft
            .is_some()
            .then(|| RecordCommand::DiscardDraft.into()),
        Action::SetExpiry => any_selected.then(|| {
            let dialog = Dialog::Expiry {
                scope: Scope::Selected,
            };
            LayoutCommand::OpenDialog(Box::new(dialog)).into()
        }),
        Action::ClearExpiry => any_selected.then(|| {
            RecordCommand::SetExpiry {
                scope: Scope::Selected,
                expires_at: None,
            }
            .into()
        }),
        Action::Delete => any_selected.then(|| RecordCommand::DeleteSelected.into()),
        _ => None,
    }
}
