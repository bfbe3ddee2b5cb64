//! Name, version, licences.

use egui::{Context, RichText};

use super::frame;
use crate::command::Commands;
use crate::theme::{Tokens, icons, metrics};
use crate::widgets::field;
use crate::widgets::modal::{DialogButton, DialogFrame};

const LICENCES: [(&str, &str); 4] = [
    ("VStore", "MIT or Apache-2.0"),
    ("Inter", "SIL Open Font License 1.1"),
    ("JetBrains Mono", "SIL Open Font License 1.1"),
    ("Phosphor Icons", "MIT"),
];

pub(super) fn show(ctx: &Context, commands: &mut Commands) {
    let version = format!("Version {}", env!("CARGO_PKG_VERSION"));
    let shown = DialogFrame::new(frame::id("about"), "About VStore")
        .icon(icons::VAULT)
        .subtitle(&version)
        .show(ctx, &[DialogButton::primary("Close")], |ui| {
            let tokens = Tokens::of(ui);
            ui.label("The encrypted database you can double-click.");
            ui.add_space(metrics::SPACE_8);
            field::explanation(
                ui,
                "Files are encrypted with XAES-256-GCM; the key is derived from the password with \
                 Argon2id. Nothing leaves this computer.",
            );
            ui.add_space(metrics::SPACE_12);
            egui::Grid::new("licences")
                .num_columns(2)
                .spacing([metrics::SPACE_24, metrics::SPACE_4])
                .show(ui, |ui| {
                    for (name, licence) in LICENCES {
                        ui.label(name);
                        ui.label(RichText::new(licence).color(tokens.muted));
                        ui.end_row();
                    }
                });
        });
    if shown.cancelled || shown.clicked.is_some() {
        frame::close(commands);
    }
}
