//! Opens the window: with wgpu, or with OpenGL if that fails, or reports why neither works.

use eframe::{NativeOptions, Renderer};
use egui::ViewportBuilder;

use crate::app::{Options, VStoreApp};
use crate::platform;
use crate::theme;

const ICON: &[u8] = include_bytes!("../../assets/icon/vstore-256.png");
const FIRST_SIZE: [f32; 2] = [1280.0, 800.0];
const SMALLEST_SIZE: [f32; 2] = [640.0, 420.0];
/// The application id, by which the desktop finds the desktop entry.
const APP_ID: &str = "vstore";

/// Shows the window until it is closed; an error says why it could not be shown.
pub fn run(options: &Options) -> Result<(), String> {
    if !platform::has_display() {
        return Err(platform::NO_DISPLAY.to_owned());
    }
    let first = match show(Renderer::Wgpu, options) {
        Ok(()) => return Ok(()),
        // The display itself cannot be reached: OpenGL would fail as well.
        Err(error @ eframe::Error::WinitEventLoop(_)) => {
            return Err(format!(
                "No window could be opened: {error}\n{}",
                platform::NO_WINDOW
            ));
        }
        Err(error) => error,
    };
    // Remote desktops and virtual machines may support only one of the two.
    show(Renderer::Glow, options).map_err(|second| {
        let message = format!("No window could be opened.\n\nwgpu: {first}\nOpenGL: {second}");
        rfd::MessageDialog::new()
            .set_level(rfd::MessageLevel::Error)
            .set_title("VStore")
            .set_description(&message)
            .show();
        format!("{message}\n\n{}", platform::NO_WINDOW)
    })
}

fn show(renderer: Renderer, options: &Options) -> eframe::Result {
    let (prefs, _) = options
        .prefs_path
        .as_deref()
        .map(platform::load)
        .unwrap_or_default();
    let mut viewport = ViewportBuilder::default()
        .with_app_id(APP_ID)
        .with_title("VStore")
        .with_inner_size(prefs.window_size.unwrap_or(FIRST_SIZE))
        .with_min_inner_size(SMALLEST_SIZE)
        .with_maximized(prefs.window_maximised)
        .with_drag_and_drop(true);
    if let Ok(icon) = eframe::icon_data::from_png_bytes(ICON) {
        viewport = viewport.with_icon(icon);
    }
    let native = NativeOptions {
        viewport,
        renderer,
        // There are no gradients to smooth.
        dithering: false,
        ..NativeOptions::default()
    };
    let options = options.clone();
    eframe::run_native(
        "VStore",
        native,
        Box::new(|created| {
            if is_drawn_in_software(created) {
                theme::set_drawn_in_software(&created.egui_ctx);
            }
            Ok(Box::new(VStoreApp::new(&created.egui_ctx, options)?))
        }),
    )
}

fn is_drawn_in_software(created: &eframe::CreationContext<'_>) -> bool {
    created.wgpu_render_state.as_ref().is_some_and(|state| {
        let adapter = state.adapter.get_info();
        adapter.device_type == eframe::wgpu::DeviceType::Cpu
    })
}
