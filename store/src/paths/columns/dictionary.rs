//! A dictionary of repeated texts: each text once, sorted, referred to by its code.

use std::sync::OnceLock;

use hashbrown::HashMap;

use crate::search::parse_date_or_time;

/// The most bytes that a dictionary may take per value: allows a few thousand dates in a part of
/// any size, but not texts that hardly repeat.
const BYTES_PER_VALUE: usize = 12;
/// The number of texts that a dictionary may have whatever it takes per value.
const TEXTS_FREE: usize = 256;
/// The same in a part with few rows. Such parts hold recent writes, are few, and are searched often
/// before they are merged.
const TEXTS_FREE_OF_FEW: usize = 4096;
const FEW_ROWS: u32 = 32 * 1024;
/// The number of distinct texts up to which a builder never gives up: at first all texts are new.
const TEXTS_HOPED: usize = 8192;
/// The most texts, so that codes fit into 16 bits.
const TEXTS_MAX: usize = 1 << 16;
/// The longest text that is stored, in bytes.
const TEXT_BYTES_MAX: usize = 256;

/// Texts, sorted.
#[derive(Debug, Default)]
pub(super) struct Dictionary {
    text: Box<str>,
    /// Where each text ends.
    ends: Box<[u32]>,
    /// The answer of `timestamps_ascend`, computed when first asked for.
    timestamps_ascend: OnceLock<bool>,
}

impl Dictionary {
    /// Whether all texts are dates or times, and ascend as such: then the texts within a range of
    /// timestamps are adjacent. Usually decided by the first text, which is not a date.
    pub(super) fn timestamps_ascend(&self) -> bool {
        *self.timestamps_ascend.get_or_init(|| {
            let mut texts = (0..self.len() as u64).map(|code| self.get(code));
            texts
                .try_fold(None, |before, text| {
                    let (timestamp, _) = parse_date_or_time(text)?;
                    before
                        .is_none_or(|before| before <= timestamp)
                        .then_some(Some(timestamp))
                })
                .is_some()
        })
    }

    /// The text of a code.
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

    /// The number of texts.
    pub(super) const fn len(&self) -> usize {
        self.ends.len()
    }

    /// Memory used besides the structure itself, in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.text.len() + size_of_val(&*self.ends)
    }
}

/// Collects the texts of a dictionary. They are borrowed, because most never end up in one.
#[derive(Debug, Default)]
pub(super) struct DictionaryBuilder<'a> {
    codes: HashMap<&'a str, u32>,
    has_given_up: bool,
}

impl<'a> DictionaryBuilder<'a> {
    /// The preliminary code of a text, after `values` texts, repeated ones included. `None` once
    /// texts repeat too rarely for a dictionary.
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

    /// The dictionary of `values` values in a part of `rows` rows, and the final code for each
    /// preliminary one. `None` if texts repeat too rarely.
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
            timestamps_ascend: OnceLock::new(),
        };
        Some((dictionary, codes))
    }

    /// The memory that the dictionary will use, in bytes.
    fn bytes(&self) -> usize {
        let texts = self.codes.keys().map(|text| text.len() + size_of::<u32>());
        texts.sum()
    }
}
