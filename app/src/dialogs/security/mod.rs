//! The passwords and keys of the file: a list of them, and a form for each change.
//!
//! Every change asks for a current password or key. Nothing is verified here; the engine does that.

mod form;
mod list;
mod recovery;

use egui::{Context, Id, Ui};

use super::frame;
use crate::command::Commands;
use crate::forms::busy_line;
use crate::state::{BusyPhase, KeyKind, Security, SecurityStep};
use crate::theme::{icons, metrics};
use crate::view::AppView;
use crate::widgets::field;
use crate::widgets::modal::{DialogButton, DialogFrame};

pub(super) use form::SecurityForm;

const WIDTH: f32 = 560.0;

/// What a form shows besides its fields: its title, and the label of the button that makes the
/// change.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Words {
    title: String,
    verb: &'static str,
    dangerous: bool,
}

impl Words {
    fn new(security: &Security) -> Option<Self> {
        let name = |number: u8| {
            let slot = security.slots.iter().find(|slot| slot.number == number);
            slot.map(|slot| format!("“{}”", slot.title()))
                .unwrap_or_default()
        };
        let (title, verb, dangerous) = match security.step {
            SecurityStep::List => return None,
            SecurityStep::Add(KeyKind::Password) => ("Add a password".to_owned(), "Add", false),
            SecurityStep::Add(KeyKind::RecoveryKey) => {
                ("Add a recovery key".to_owned(), "Add", false)
            }
            SecurityStep::Add(_) => ("Add a password with key file".to_owned(), "Add", false),
            SecurityStep::Change(number) => (format!("Change {}", name(number)), "Change", false),
            SecurityStep::Remove(number) => (format!("Remove {}?", name(number)), "Remove", true),
            SecurityStep::Rotate => ("Exchange the data key".to_owned(), "Exchange", false),
        };
        Some(Self {
            title,
            verb,
            dangerous,
        })
    }
}

pub(super) fn show(
    ctx: &Context,
    form: &mut SecurityForm,
    security: &Security,
    view: AppView<'_>,
    commands: &mut Commands,
) {
    form.follow(security);
    match Words::new(security) {
        None => show_list(ctx, security, commands),
        Some(words) => form.show(ctx, &words, security, view, commands),
    }
}

fn show_list(ctx: &Context, security: &Security, commands: &mut Commands) {
    let shown = DialogFrame::new(frame::id("security"), "Security")
        .icon(icons::SHIELD_CHECK)
        .subtitle("Any one of these opens the file")
        .width(WIDTH)
        .show(ctx, &[DialogButton::primary("Close")], |ui| {
            list::ui(ui, security, commands);
            outcome(ui, security);
        });
    if shown.cancelled || shown.clicked.is_some() {
        frame::close(commands);
    }
}

/// Shows the result of the last change.
fn outcome(ui: &mut Ui, security: &Security) {
    ui.add_space(metrics::SPACE_8);
    if security.busy {
        busy_line(ui, Id::unique("security progress"), BusyPhase::DerivingKey);
    } else if let Some(problem) = &security.problem {
        field::problem(ui, &problem.text());
    } else if let Some(words) = &security.done {
        field::explanation(ui, &format!("{words}."));
    }
}
