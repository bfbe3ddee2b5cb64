//! Short messages at the bottom of the window, optionally with a button such as Undo.

use std::collections::VecDeque;
use std::sync::Arc;

use egui::text::{LayoutJob, TextFormat};
use egui::{
    Align, Align2, Area, Context, CornerRadius, Frame, Galley, Id, Margin, Order, Rect, Role,
    Stroke, Ui, accesskit, vec2,
};

use super::button::{Button, IconButton};
use super::row_ends::Ends;
use crate::theme::{Tokens, icons, metrics, paint, type_scale};

/// The width of a message, without its margins, in points.
const WIDTH: f32 = 400.0;
/// How long a message is shown, in seconds; the timer pauses while the pointer is over it.
const SHOWN_SECS: f32 = 5.0;
/// A longer text is cut off; the tooltip has the whole text.
const LINES_MAX: usize = 4;
/// Further messages wait.
const SHOWN_AT_ONCE: usize = 3;
/// Further messages are dropped, the oldest first: nobody reads a hundred messages.
const MAX_WAITING: usize = 20;

/// The tone of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ToastKind {
    /// Something was done.
    Done,
    /// Information.
    Info,
    /// A warning.
    Warning,
    /// An error. Stays until it is closed.
    Failed,
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toast {
    /// Identifies the message for the caller; returned in [`ToastEvent`].
    pub tag: u64,
    /// How often it has been repeated; repeating it restarts its timer.
    pub repeats: u32,
    /// The tone.
    pub kind: ToastKind,
    /// One sentence (`Deleted 1 record`).
    pub text: String,
    /// The label of its button (`Undo`).
    pub action: Option<String>,
}

/// What the user did to a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ToastEvent {
    /// The button of the message with this tag was clicked.
    Action(u64),
    /// The message with this tag was closed, or its time is up.
    Gone(u64),
}

#[derive(Debug)]
struct Shown {
    serial: u64,
    toast: Toast,
    left_secs: f32,
}

/// The messages that are shown or waiting.
#[derive(Debug, Default)]
pub struct Toasts {
    queue: VecDeque<Shown>,
    serial: u64,
    /// The time of the last frame with a message, by the toolkit's clock.
    seen_secs: Option<f64>,
}

impl Toasts {
    /// Adds a message, or replaces the one with its tag. Its timer starts when it is first visible,
    /// and again when it is repeated.
    pub fn put(&mut self, toast: Toast) {
        let known = self.queue.iter_mut();
        if let Some(shown) = known.into_iter().find(|shown| shown.toast.tag == toast.tag) {
            if shown.toast.repeats != toast.repeats {
                shown.left_secs = SHOWN_SECS;
            }
            shown.toast = toast;
            return;
        }
        if self.queue.len() >= MAX_WAITING {
            self.queue.pop_front();
        }
        self.serial += 1;
        self.queue.push_back(Shown {
            serial: self.serial,
            toast,
            left_secs: SHOWN_SECS,
        });
    }

    /// Whether the message with this tag is shown or waiting.
    pub fn is_shown(&self, tag: u64) -> bool {
        self.queue.iter().any(|shown| shown.toast.tag == tag)
    }

    /// Whether nothing is shown.
    pub fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// Keeps the messages whose tags `known` accepts: the others were withdrawn.
    pub fn retain(&mut self, known: impl Fn(u64) -> bool) {
        self.queue.retain(|shown| known(shown.toast.tag));
    }

    /// Removes all messages, for example when the file is locked.
    pub fn clear(&mut self) {
        self.queue.clear();
    }

    /// Shows the first messages, `above` points above the lower edge of the window.
    pub fn show(&mut self, ctx: &Context, above: f32) -> Vec<ToastEvent> {
        let mut events = Vec::new();
        if self.queue.is_empty() {
            self.seen_secs = None;
            return events;
        }
        let now = ctx.input(|input| input.time);
        // A window that was hidden for a while did not show its messages during that time.
        let elapsed = self
            .seen_secs
            .map_or(0.0, |seen| (now - seen).clamp(0.0, 0.5)) as f32;
        self.seen_secs = Some(now);
        let mut hovered = false;
        Area::new(Id::unique("toasts"))
            .order(Order::Foreground)
            .anchor(Align2::CENTER_BOTTOM, vec2(0.0, -above))
            .show(ctx, |ui| {
                for shown in self.queue.iter_mut().take(SHOWN_AT_ONCE) {
                    let outcome = show_one(ui, shown);
                    hovered |= outcome.hovered;
                    events.extend(outcome.event);
                }
            });

        let mut soonest: Option<f32> = None;
        let counted = self.queue.iter_mut().take(SHOWN_AT_ONCE);
        for shown in counted.filter(|shown| shown.toast.kind != ToastKind::Failed) {
            if !hovered {
                shown.left_secs -= elapsed;
            }
            soonest = Some(soonest.map_or(shown.left_secs, |soonest| soonest.min(shown.left_secs)));
            if shown.left_secs <= 0.0 {
                events.push(ToastEvent::Gone(shown.toast.tag));
            }
        }
        self.queue.retain(|shown| {
            let ended = events.iter().any(|event| match event {
                ToastEvent::Action(tag) | ToastEvent::Gone(tag) => *tag == shown.toast.tag,
            });
            !ended
        });
        if let Some(soonest) = soonest.filter(|_| !hovered) {
            // A quarter of a second at most, because time is counted by frames.
            let wait = soonest.clamp(0.05, 0.25);
            ctx.request_repaint_after(std::time::Duration::from_secs_f32(wait));
        }
        events
    }
}

struct Outcome {
    hovered: bool,
    event: Option<ToastEvent>,
}

fn show_one(ui: &mut Ui, shown: &Shown) -> Outcome {
    let tokens = Tokens::of(ui);
    let toast = &shown.toast;
    let (glyph, color) = match toast.kind {
        ToastKind::Done => (icons::CHECK_CIRCLE, tokens.ok),
        ToastKind::Info => (icons::INFO, tokens.accent),
        ToastKind::Warning => (icons::WARNING, tokens.warning),
        ToastKind::Failed => (icons::WARNING_CIRCLE, tokens.danger),
    };
    let mut event = None;
    let frame = Frame::NONE
        .fill(tokens.raised)
        .stroke(Stroke::new(1.0, tokens.strong_line))
        .corner_radius(CornerRadius::same(metrics::RADIUS_CARD))
        .shadow(ui.visuals().popup_shadow)
        .inner_margin(Margin {
            left: 14,
            right: 8,
            top: 6,
            bottom: 6,
        });
    let response = frame
        .show(ui, |ui| {
            let ends = Ends::within(ui, shown.serial, room_of(ui, toast, shown.serial));
            ui.advance_cursor_after_rect(ends.row());
            ends.start(ui, |ui| {
                let (_, place) = ui.allocate_space(vec2(18.0, 18.0));
                paint::icon(ui.painter(), place, glyph, 18.0, color);
                let text = words(ui, &toast.text, ui.available_width());
                let room = ui.available_rect_before_wrap();
                let elided = text.elided;
                paint::text_in(ui.painter(), room, Align::Min, text);
                if elided {
                    ui.interact(room, ui.scope_id().with("words"), egui::Sense::hover())
                        .on_hover_text(&toast.text);
                }
            });
            event = ends.end(ui, |ui| buttons(ui, toast));
        })
        .response;
    let id = Id::unique(("toast", shown.serial));
    let announced = ui.interact(response.rect, id, egui::Sense::hover());
    ui.ctx().accesskit_node_builder(announced.id, |node| {
        let failed = toast.kind == ToastKind::Failed;
        node.set_role(if failed { Role::Alert } else { Role::Status });
        node.set_live(if failed {
            accesskit::Live::Assertive
        } else {
            accesskit::Live::Polite
        });
        node.set_label(toast.text.as_str());
    });
    ui.add_space(metrics::SPACE_4);
    Outcome {
        hovered: response.contains_pointer(),
        event,
    }
}

/// The text in a few lines.
fn words(ui: &Ui, text: &str, width: f32) -> Arc<Galley> {
    let format = TextFormat::simple(type_scale::body(), Tokens::of(ui).text);
    let mut job = LayoutJob::single_section(type_scale::one_line(text), format);
    job.wrap.max_width = width.max(80.0);
    job.wrap.max_rows = LINES_MAX;
    ui.painter().layout_job(job)
}

/// The rectangle of a message, as high as its text needs beside its buttons.
fn room_of(ui: &Ui, toast: &Toast, serial: u64) -> Rect {
    let row = Rect::from_min_size(ui.cursor().min, vec2(WIDTH, metrics::BUTTON));
    let beside = Ends::within(ui, serial, row).room().width();
    let icon = 18.0 + ui.spacing().item_spacing.x;
    let text = words(ui, &toast.text, beside - icon).size().y + 2.0 * metrics::SPACE_4;
    Rect::from_min_size(row.min, vec2(WIDTH, text.max(metrics::BUTTON)))
}

fn buttons(ui: &mut Ui, toast: &Toast) -> Option<ToastEvent> {
    let acted = toast
        .action
        .as_ref()
        .is_some_and(|action| Button::secondary(action).show(ui).clicked());
    let closed = IconButton::new(icons::X, "Dismiss").show(ui).clicked();
    if acted {
        Some(ToastEvent::Action(toast.tag))
    } else {
        closed.then_some(ToastEvent::Gone(toast.tag))
    }
}

#[cfg(test)]
mod tests {
    use egui_kittest::Harness;
    use egui_kittest::kittest::{NodeT as _, Queryable as _};

    use super::{MAX_WAITING, Toast, ToastEvent, ToastKind, Toasts};

    fn toast(tag: u64, text: &str) -> Toast {
        Toast {
            tag,
            repeats: 0,
            kind: ToastKind::Done,
            text: text.to_owned(),
            action: Some("Undo".to_owned()),
        }
    }

    fn harness() -> Harness<'static, (Toasts, Vec<ToastEvent>)> {
        let mut toasts = Toasts::default();
        toasts.put(toast(7, "Deleted 1 record"));
        Harness::builder()
            .with_size([500.0, 300.0])
            .with_context_setup(crate::theme::install)
            .build_ui_state(
                |ui, (toasts, events): &mut (Toasts, Vec<ToastEvent>)| {
                    events.extend(toasts.show(ui.ctx(), 40.0));
                },
                (toasts, Vec::new()),
            )
    }

    #[test]
    fn a_message_is_announced_and_its_button_responds_once() {
        let mut harness = harness();
        harness.run_steps(3);
        let message = harness.get_by_role_and_label(egui::Role::Status, "Deleted 1 record");
        assert_eq!(
            message.accesskit_node().data().live(),
            Some(egui::accesskit::Live::Polite)
        );
        harness.get_by_label("Undo").click();
        harness.run_steps(3);
        assert_eq!(harness.state().1, [ToastEvent::Action(7)]);
        assert!(harness.state().0.is_empty());
    }

    #[test]
    fn a_message_disappears_after_five_seconds_and_not_earlier() {
        let mut harness = harness();
        harness.run_steps(4);
        assert!(harness.state().1.is_empty());
        // The harness steps a quarter of a second at a time.
        harness.run_steps(24);
        assert_eq!(harness.state().1, [ToastEvent::Gone(7)]);
    }

    #[test]
    fn a_failure_stays_until_it_is_closed_or_withdrawn() {
        let mut harness = harness();
        harness.state_mut().0.clear();
        let failure = Toast {
            kind: ToastKind::Failed,
            ..toast(8, "Could not save")
        };
        harness.state_mut().0.put(failure);
        harness.run_steps(60);
        assert!(harness.state().1.is_empty());
        assert!(harness.query_by_label("Could not save").is_some());
        harness.state_mut().0.retain(|_| false);
        harness.run();
        assert!(harness.query_by_label("Could not save").is_none());
    }

    #[test]
    fn a_repeated_message_is_updated_in_place_and_restarts_its_timer() {
        let mut harness = harness();
        harness.run_steps(16);
        harness.state_mut().0.put(Toast {
            repeats: 1,
            ..toast(7, "Deleted 2 records")
        });
        // Without the repeat the five seconds would end within these steps.
        harness.run_steps(12);
        assert!(harness.state().1.is_empty());
        assert!(harness.query_by_label("Deleted 1 record").is_none());
        harness.get_by_role_and_label(egui::Role::Status, "Deleted 2 records");
        assert_eq!(harness.state().0.queue.len(), 1);
    }

    #[test]
    fn the_number_of_messages_is_bounded() {
        let mut toasts = Toasts::default();
        for tag in 0..1000 {
            toasts.put(toast(tag, "again"));
        }
        assert_eq!(toasts.queue.len(), MAX_WAITING);
        assert_eq!(toasts.queue.back().map(|shown| shown.toast.tag), Some(999));
    }
}
