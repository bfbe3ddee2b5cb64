//! Taking a picture with a software driver, and comparing it with the one that is kept.

use std::cell::{Cell, RefCell};
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use eframe::egui_wgpu::{WgpuSetup, WgpuSetupCreateNew, WgpuSetupExisting, wgpu};
use egui::{Order, Rect, Role, Theme, pos2, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use egui_kittest::wgpu::WgpuTestRenderer;
use egui_kittest::{Harness, SnapshotOptions, SnapshotResult, TestRenderer};
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{DynamicImage, RgbaImage};

use super::program::Program;
use crate::needs::{self, Need, at_once, is_software};

/// The greatest distance of two colours that are taken for the same, squared, in YIQ: one step of
/// 255 in each channel is 0.5. Drivers round differently by one step.
const TOLERANCE: f32 = 0.6;
/// What a dialog is shown with: most of its margin.
const AROUND_DIALOG: f32 = 15.0;

/// What of the window is in the picture.
#[derive(Clone, Copy, Debug)]
pub(super) enum Crop {
    /// All of it.
    Window,
    /// The group with this name.
    Part(&'static str),
    /// The open dialog.
    Dialog,
    /// What lies over the window: an open menu, messages.
    Over,
    /// A rectangle: left, top, width, height.
    Rect([f32; 4]),
}

/// Draws pictures; every picture by the same driver.
pub(super) struct Camera {
    renderer: Shared,
}

impl Camera {
    /// Starts the software driver; `None` where there is none.
    #[track_caller]
    pub(super) fn new() -> Option<Self> {
        if !needs::are_met(&[Need::SoftwareDriver]) {
            return None;
        }
        let mut setup = WgpuSetupCreateNew::without_display_handle();
        setup.instance_descriptor.backends = wgpu::Backends::VULKAN;
        // What the toolkit asks of a driver is for its own tests to check.
        setup.instance_descriptor.flags = wgpu::InstanceFlags::empty();
        let instance = at_once(WgpuSetup::CreateNew(setup).new_instance());
        let adapters = at_once(instance.enumerate_adapters(wgpu::Backends::VULKAN));
        let adapter = adapters.into_iter().find(is_software)?;
        let device = adapter.request_device(&wgpu::DeviceDescriptor::default());
        let (device, queue) = at_once(device).unwrap();
        let setup = WgpuSetup::Existing(WgpuSetupExisting {
            instance,
            adapter,
            device,
            queue,
        });
        let renderer = Shared(Rc::new(Driver {
            renderer: RefCell::new(WgpuTestRenderer::from_setup(setup)),
            area: Cell::new(Rect::EVERYTHING),
        }));
        Some(Self { renderer })
    }

    /// The program in a window of this size, drawn until nothing moves.
    pub(super) fn open(
        &self,
        program: Program,
        theme: Theme,
        size: [f32; 2],
    ) -> Harness<'static, Program> {
        Harness::builder()
            .with_size(size)
            .with_theme(theme)
            .with_render_cursor(false)
            .renderer(self.renderer.clone())
            .build_eframe(|context| {
                vstore_app::theme::install(&context.egui_ctx);
                program
            })
    }

    /// What the window shows now.
    pub(super) fn picture(&self, window: &mut Harness<'_, Program>, crop: Crop) -> RgbaImage {
        let rect = place(window, crop);
        self.renderer.0.area.set(rect);
        let image = window.render().unwrap();
        let (left, top) = (rect.left() as u32, rect.top() as u32);
        let (width, height) = (rect.width() as u32, rect.height() as u32);
        image::imageops::crop_imm(&image, left, top, width, height).to_image()
    }
}

/// One driver for all pictures: starting it takes longer than a picture does.
#[derive(Clone)]
struct Shared(Rc<Driver>);

struct Driver {
    renderer: RefCell<WgpuTestRenderer>,
    /// What of the window is drawn: a software driver takes time for each pixel.
    area: Cell<Rect>,
}

impl TestRenderer for Shared {
    fn handle_delta(&mut self, delta: &mut egui::TexturesDelta) {
        self.0.renderer.borrow_mut().handle_delta(delta);
    }

    fn render(
        &mut self,
        ctx: &egui::Context,
        output: &egui::FullOutput,
    ) -> Result<RgbaImage, String> {
        let mut output = output.clone();
        for clipped in &mut output.shapes {
            clipped.clip_rect = clipped.clip_rect.intersect(self.0.area.get());
        }
        self.0.renderer.borrow_mut().render(ctx, &output)
    }
}

/// Where something is in the window.
fn place(window: &Harness<'_, Program>, crop: Crop) -> Rect {
    let whole = window.ctx.content_rect();
    let rect = match crop {
        Crop::Window => whole,
        Crop::Part(name) => window.get_by_role_and_label(Role::Group, name).rect(),
        Crop::Dialog => {
            let mut dialogs = window.get_all_by_role(Role::Dialog);
            let named = dialogs.find(|dialog| dialog.accesskit_node().label().is_some());
            named.unwrap().rect().expand(AROUND_DIALOG)
        }
        Crop::Over => window.ctx.memory(|memory| {
            let layers = memory.areas().visible_layer_ids().into_iter();
            let over = layers.filter(|layer| layer.order != Order::Background);
            let rects = over.filter_map(|layer| memory.area_rect(layer.id));
            rects.fold(Rect::NOTHING, Rect::union)
        }),
        Crop::Rect([left, top, width, height]) => {
            Rect::from_min_size(pos2(left, top), vec2(width, height))
        }
    };
    rect.round().intersect(whole)
}

/// The folder of the pictures that are kept.
pub(super) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pictures")
}

/// Compares a picture with the one of this name in a folder. With `UPDATE_SNAPSHOTS`, puts this one
/// in its place if they differ.
pub(super) fn compare(image: &RgbaImage, folder: &Path, name: &str) -> SnapshotResult {
    let options = SnapshotOptions::new()
        .threshold(TOLERANCE)
        .max_failed_pixels(0)
        .output_path(folder);
    let path = folder.join(format!("{name}.png"));
    let before = fs::read(&path).ok();
    let result = egui_kittest::try_image_snapshot_options(image, name, &options);
    if before != fs::read(&path).ok() {
        write_small(image, &path);
    }
    result
}

/// Writes a picture anew in as few bytes as PNG allows without a loss: a window is opaque.
fn write_small(image: &RgbaImage, path: &Path) {
    let opaque = DynamicImage::from(image.clone()).into_rgb8();
    let filters = [
        FilterType::NoFilter,
        FilterType::Sub,
        FilterType::Up,
        FilterType::Adaptive,
    ];
    let tries = filters.map(|filter| {
        let mut bytes = Vec::new();
        let encoder = PngEncoder::new_with_quality(&mut bytes, CompressionType::Best, filter);
        opaque.write_with_encoder(encoder).unwrap();
        bytes
    });
    let smallest = tries.into_iter().min_by_key(Vec::len).unwrap();
    fs::write(path, smallest).unwrap();
}
