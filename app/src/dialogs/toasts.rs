//! Messages at the bottom of the window: shows [`crate::state::Notices`] with the toast widget.

use egui::Context;

use crate::action::Action;
use crate::command::{Commands, LayoutCommand};
use crate::state::{Dialog, FollowUp, Level, Notice, NoticeId};
use crate::theme::metrics;
use crate::view::AppView;
use crate::widgets::toast::{Toast, ToastEvent, ToastKind, Toasts};

/// Passes new messages to the widget and removes withdrawn ones.
#[derive(Debug, Default)]
pub(super) struct ToastBridge {
    toasts: Toasts,
    newest: NoticeId,
}

impl ToastBridge {
    pub(super) fn ui(&mut self, ctx: &Context, view: AppView<'_>, commands: &mut Commands) {
        let known = |tag: u64| view.notices.iter().any(|notice| notice.id.0 == tag);
        self.toasts.retain(known);
        // A message that the user closed is not shown again, even before the state knows that it is
        // closed.
        let is_new =
            |notice: &&Notice| notice.id > self.newest || self.toasts.is_shown(notice.id.0);
        let shown: Vec<_> = view.notices.iter().filter(is_new).map(toast).collect();
        for toast in shown {
            self.toasts.put(toast);
        }
        let newest = view.notices.iter().map(|notice| notice.id).max();
        self.newest = newest.unwrap_or(self.newest).max(self.newest);
        let above = metrics::STATUS_BAR + metrics::SPACE_16;
        for event in self.toasts.show(ctx, above) {
            answer(event, view, commands);
        }
    }
}

/// The action that provides the label and the command of a message's button.
const fn action_of(follow_up: FollowUp) -> Action {
    match follow_up {
        FollowUp::Undo => Action::Undo,
        FollowUp::Redo => Action::Redo,
        FollowUp::ShowImportReport => Action::ImportReport,
    }
}

fn toast(notice: &Notice) -> Toast {
    let action = notice.follow_up.map(action_of);
    let action = match (action, &notice.detail) {
        (Some(action), _) if notice.follow_up_times > 1 => Some(format!("{} all", action.text())),
        (Some(action), _) => Some(action.text().trim_end_matches('…').to_owned()),
        (None, Some(_)) => Some("Details".to_owned()),
        (None, None) => None,
    };
    Toast {
        tag: notice.id.0,
        repeats: notice.repeats,
        kind: match notice.level {
            Level::Info => ToastKind::Info,
            Level::Success => ToastKind::Done,
            Level::Warning => ToastKind::Warning,
            Level::Error => ToastKind::Failed,
        },
        text: notice.text.clone(),
        action,
    }
}

fn answer(event: ToastEvent, view: AppView<'_>, commands: &mut Commands) {
    let (ToastEvent::Action(tag) | ToastEvent::Gone(tag)) = event;
    let notice = view.notices.iter().find(|notice| notice.id.0 == tag);
    if let (ToastEvent::Action(_), Some(notice)) = (event, notice) {
        match (notice.follow_up.map(action_of), &notice.detail) {
            (Some(action), _) => {
                for _ in 0..notice.follow_up_times {
                    if let Some(command) = action.resolve(&view) {
                        commands.push(command);
                    }
                }
            }
            (None, Some(detail)) => {
                let dialog = Dialog::Message {
                    title: notice.text.clone(),
                    text: detail.clone(),
                };
                commands.push(LayoutCommand::OpenDialog(Box::new(dialog)));
            }
            (None, None) => {}
        }
    }
    commands.push(LayoutCommand::DismissNotice(NoticeId(tag)));
}
