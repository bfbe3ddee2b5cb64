//! Bytes as offset, hexadecimal digits and characters, sixteen per row; only visible rows are
//! created.

use std::fmt::Write as _;

use egui::{Align, Id, Rect, Response, Role, Ui, pos2};

use super::accessibility;
use super::virtual_list::VirtualList;
use super::virtual_rows::ScrollPos;
use crate::theme::{Tokens, metrics, paint, type_scale};

const ROW: f32 = 20.0;

/// The number of bytes per row in a view of this width, with characters `advance` points wide:
/// sixteen, or eight if sixteen do not fit.
fn bytes_per_row(width: f32, advance: f32) -> usize {
    // Offset, two spaces, three columns for each byte, one gap, one column for each character.
    let columns = |bytes: usize| 8 + 2 + bytes * 3 + 2 + bytes;
    let room = (width - 2.0 * metrics::SPACE_12 - metrics::SCROLL_BAR) / advance.max(1.0);
    if columns(16) as f32 <= room { 16 } else { 8 }
}

/// Fills the available space with `bytes`.
pub fn hex_view(ui: &mut Ui, id: Id, label: &str, pos: &mut ScrollPos, bytes: &[u8]) -> Response {
    let tokens = Tokens::of(ui);
    let font = type_scale::mono();
    let advance = ui.fonts_mut(|fonts| fonts.glyph_width(&font, '0'));
    let per_row = bytes_per_row(ui.available_width(), advance);
    let rows = (bytes.len().div_ceil(per_row), ROW);
    let list = VirtualList::begin(ui, id, (Role::Document, label), rows, pos);
    list.scroll_keys(ui, pos);
    let painter = ui
        .painter()
        .with_clip_rect(ui.clip_rect().intersect(list.rect));
    for row in list.visible(*pos) {
        let start = row * per_row;
        let Some(chunk) = bytes.get(start..bytes.len().min(start + per_row)) else {
            break;
        };
        let rect = list.row_rect(row, *pos);
        let mut left = rect.left() + metrics::SPACE_12;
        for (text, color, columns) in [
            (format!("{start:08x}"), tokens.faint, 10),
            (hex(chunk), tokens.text, per_row * 3 + 2),
            (characters(chunk), tokens.string, per_row),
        ] {
            let place = Rect::from_min_max(pos2(left, rect.top()), rect.max);
            let galley = type_scale::line(ui, &text, font.clone(), color, place.width());
            paint::text_in(&painter, place, Align::Min, galley);
            left += advance * columns as f32;
        }
        let response = ui.interact(
            rect.intersect(list.rect),
            id.with(row),
            egui::Sense::hover(),
        );
        ui.ctx().accesskit_node_builder(response.id, |node| {
            node.set_role(Role::Label);
            node.set_value(format!("{start:08x}: {}", hex(chunk)));
            node.set_bounds(accessibility::bounds(rect));
        });
    }
    list.finish(ui, pos)
}

/// Two digits for each byte, with a wider gap in the middle of the row.
fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 3 + 1);
    for (index, byte) in bytes.iter().enumerate() {
        if index > 0 {
            text.push_str(if index.is_multiple_of(8) { "  " } else { " " });
        }
        // Writing into a string cannot fail.
        write!(text, "{byte:02x}").ok();
    }
    text
}

/// The bytes that are printable ASCII, and dots for the others.
fn characters(bytes: &[u8]) -> String {
    bytes
        .iter()
        .map(|byte| {
            if byte.is_ascii_graphic() || *byte == b' ' {
                char::from(*byte)
            } else {
                '·'
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{bytes_per_row, characters, hex};

    #[test]
    fn bytes_become_digits_and_characters() {
        let bytes: Vec<u8> = (0x3e..0x4a).collect();
        assert_eq!(hex(&bytes), "3e 3f 40 41 42 43 44 45  46 47 48 49");
        assert_eq!(characters(b"a b\n\xff~"), "a b··~");
        assert_eq!(hex(&[]), "");
    }

    #[test]
    fn a_narrow_view_shows_eight_bytes_per_row() {
        assert_eq!(bytes_per_row(400.0, 7.2), 8);
        assert_eq!(bytes_per_row(640.0, 7.2), 16);
    }
}
