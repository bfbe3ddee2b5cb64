//! Every widget in one window, with invented content: `gallery [dark|light] [main|unlock|parts|views]`.
//!
//! It exists to be looked at: compare it by eye after every change of the theme.

mod main_page;
mod parts_page;
mod samples;
mod unlock_page;
mod views_page;

use eframe::egui;
use vstore_app::theme;

/// The pages, by the name of the second argument.
enum Page {
    Main(Box<main_page::MainPage>),
    Unlock(unlock_page::UnlockPage),
    Parts(Box<parts_page::PartsPage>),
    Views(Box<views_page::ViewsPage>),
}

impl eframe::App for Page {
    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        match self {
            Self::Main(page) => page.ui(ui),
            Self::Unlock(page) => page.ui(ui),
            Self::Parts(page) => page.ui(ui),
            Self::Views(page) => page.ui(ui),
        }
    }
}

fn main() -> eframe::Result {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |word: &str| arguments.iter().any(|argument| argument == word);
    let preference = match () {
        () if has("dark") => egui::ThemePreference::Dark,
        () if has("light") => egui::ThemePreference::Light,
        () => egui::ThemePreference::System,
    };
    let page = match () {
        () if has("unlock") => Page::Unlock(unlock_page::UnlockPage::default()),
        () if has("parts") => Page::Parts(Box::default()),
        () if has("views") => Page::Views(Box::default()),
        () => Page::Main(Box::default()),
    };
    let viewport = egui::ViewportBuilder::default()
        .with_inner_size([1440.0, 900.0])
        .with_decorations(false);
    let options = eframe::NativeOptions {
        viewport,
        ..eframe::NativeOptions::default()
    };
    eframe::run_native(
        "VStore gallery",
        options,
        Box::new(move |context| {
            theme::install(&context.egui_ctx);
            context.egui_ctx.set_theme(preference);
            Ok(Box::new(page))
        }),
    )
}
