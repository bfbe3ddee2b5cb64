//! The indentation of tree rows. However deep a row is, most of the width is left for its contents:
//! below a certain level, rows are no longer indented further but show the number of their level.

use egui::{Align, Rect, Ui, pos2};

use crate::theme::{Tokens, paint, type_scale};

/// Points per level.
const STEP: f32 = 18.0;
/// The fraction of the width that indentation may take.
const SHARE: f32 = 0.45;

/// The deepest level that is indented further than the one above it.
fn levels(width: f32) -> usize {
    ((width * SHARE / STEP) as usize).max(1)
}

/// The indentation of a row at `depth` (from 0) in a tree `width` points wide, in points.
pub(super) fn indentation(depth: usize, width: f32) -> f32 {
    STEP * depth.min(levels(width)) as f32
}

/// Paints the level, counted from 1, in front of a row that is too deep to be indented further.
/// `place` is the place of its caret.
pub(super) fn paint_level(ui: &Ui, place: Rect, depth: usize, width: f32) {
    if depth <= levels(width) {
        return;
    }
    let tokens = Tokens::of(ui);
    let text = (depth + 1).to_string();
    let galley = type_scale::number(ui, &text, type_scale::tiny(), tokens.faint);
    let room = Rect::from_min_max(
        pos2(place.left() - STEP * 2.0, place.top()),
        pos2(place.left() - 4.0, place.bottom()),
    );
    paint::text_in(ui.painter(), room, Align::Max, galley);
}

#[cfg(test)]
mod tests {
    use super::indentation;

    #[test]
    fn the_deepest_row_keeps_half_of_the_width() {
        for width in [180.0, 372.0, 900.0] {
            for depth in 0..=128 {
                assert!(indentation(depth, width) <= width / 2.0, "{width} {depth}");
            }
        }
        assert!(indentation(3, 372.0) > indentation(2, 372.0));
    }
}
