//! Texts that repeat: each once, in order, known by its number.

use std::sync::OnceLock;

use hashbrown::HashMap;

use crate::search::parse_moment;

/// The most bytes that a dictionary takes for each value: a few thousand dates in a part of any
/// size, and not what hardly repeats.
const BYTES_PER_VALUE: usize = 12;
/// So many texts may always be in a dictionary.
const TEXTS_FREE: usize = 256;
/// So many may be in that of a part with few rows: such parts are of what was written lately, are
/// few, and are searched again and again while they are rewritten.
const TEXTS_FREE_OF_FEW: usize = 4096;
const FEW_ROWS: u32 = 32 * 1024;
/// How many texts may be seen before it counts how many they are: in the beginning all are new.
const TEXTS_HOPED: usize = 8192;
/// The most texts, which a number of 16 bits can tell apart.
const TEXTS_MAX: usize = 1 << 16;
/// Longer texts are not copied.
const TEXT_BYTES_MAX: usize = 256;

/// Texts in order.
#[derive(Debug, Default)]
pub(super) struct Dictionary {
    text: Box<str>,
    /// Where each text ends.
    ends: Box<[u32]>,
    /// Whether they are moments in their order, once asked.
    moments_ascend: OnceLock<bool>,
}

impl Dictionary {
    /// Whether all texts are moments, none before the one in front of it: then the texts of a
    /// range of moments follow each other. Most texts are not, which the first of them tells.
    pub(super) fn moments_ascend(&self) -> bool {
        *self.moments_ascend.get_or_init(|| {
            let mut texts = (0..self.len() as u64).map(|code| self.get(code));
            texts
                .try_fold(None, |before, text| {
                    let (moment, _) = parse_moment(text)?;
                    before
                        .is_none_or(|before| before <= moment)
                        .then_some(Some(moment))
                })
                .is_some()
        })
    }

    /// The text of a number.
    pub(super) fn get(&self, code: u64) -> &str {
        let code = code as usize;
        let start = code
            .checked_sub(1)
            .and_then(|before| self.ends.get(before))
            .copied()
            .unwrap_or_default();
        let end = self.ends.get(code).copied().unwrap_or(start);
        self.text
            .get(start as usize..end as usize)
            .unwrap_or_default()
    }

    /// How many texts there are.
    pub(super) const fn len(&self) -> usize {
        self.ends.len()
    }

    /// Bytes of memory besides the structure itself.
    pub(super) fn bytes(&self) -> usize {
        self.text.len() + size_of_val(&*self.ends)
    }
}

/// A dictionary while texts come. Most of them do not end up in one: until then they stay where
/// they stand.
#[derive(Debug, Default)]
pub(super) struct DictionaryBuilder<'a> {
    codes: HashMap<&'a str, u32>,
    has_given_up: bool,
}

impl<'a> DictionaryBuilder<'a> {
    /// The number of a text, of which `values` were seen before; `None` once texts repeat too
    /// rarely for a dictionary.
    pub(super) fn code(&mut self, text: &'a str, values: usize) -> Option<u32> {
        if self.has_given_up {
            return None;
        }
        if let Some(code) = self.codes.get(text) {
            return Some(*code);
        }
        let texts = self.codes.len();
        if texts >= TEXTS_MAX || texts > TEXTS_HOPED + values / 4 || text.len() > TEXT_BYTES_MAX {
            self.has_given_up = true;
            self.codes = HashMap::new();
            return None;
        }
        let code = texts as u32;
        self.codes.insert(text, code);
        Some(code)
    }

    /// The dictionary of `values` values of a part of `rows`, and for each number given out that in
    /// the dictionary. `None` if texts repeat too rarely.
    pub(super) fn finish(self, values: usize, rows: u32) -> Option<(Dictionary, Vec<u32>)> {
        let texts = self.codes.len();
        let texts_free = if rows <= FEW_ROWS {
            TEXTS_FREE_OF_FEW
        } else {
            TEXTS_FREE
        };
        if self.has_given_up || (texts > texts_free && self.bytes() > values * BYTES_PER_VALUE) {
            return None;
        }
        let mut sorted: Vec<(&str, u32)> = self.codes.into_iter().collect();
        sorted.sort_unstable();
        let mut codes = vec![0; texts];
        let mut all = String::new();
        let mut ends = Vec::with_capacity(texts);
        for (number, (text, code)) in sorted.into_iter().enumerate() {
            all.push_str(text);
            ends.push(u32::try_from(all.len()).ok()?);
            *codes.get_mut(code as usize)? = number as u32;
        }
        let dictionary = Dictionary {
            text: all.into(),
            ends: ends.into(),
            moments_ascend: OnceLock::new(),
        };
        Some((dictionary, codes))
    }

    /// What the dictionary will take.
    fn bytes(&self) -> usize {
        let texts = self.codes.keys().map(|text| text.len() + size_of::<u32>());
        texts.sum()
    }
}
