//! Histograms with bins of equal width that begin and end at round numbers or dates.

use super::calendar;
use crate::paths::Bin;

/// The target for the number of bins of numbers: the smallest round width that needs no more is
/// used. Rounding may add two.
const BINS_MAX: f64 = 24.0;

/// The most bins for times: enough for the days of a month and the hours of a day.
const TIME_BINS_MAX: i64 = 31;

/// The unit of the ends of bins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HistogramUnit {
    /// Numbers.
    Number,
    /// Seconds since the Unix epoch.
    Seconds,
}

/// The number of values in each of several adjacent intervals.
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram {
    /// The unit of the ends.
    pub unit: HistogramUnit,
    /// In order, without gaps.
    pub bins: Vec<Bin>,
}

impl Histogram {
    /// Empty bins that cover `min` to `max`. `None` if these are not finite or too far apart.
    /// With `whole` all values are integers, and no bin is narrower than 1.
    pub(super) fn covering(unit: HistogramUnit, min: f64, max: f64, whole: bool) -> Option<Self> {
        let range = max - min;
        if !range.is_finite() || range < 0.0 {
            return None;
        }
        if unit == HistogramUnit::Seconds {
            let bins = calendar::bins(min as i64, max as i64, TIME_BINS_MAX);
            return Some(Self { unit, bins });
        }
        let width = number_width(range, whole);
        let start = (min / width).floor() * width;
        // 0.9 / 0.05 is slightly less than 18: without the correction the largest value would lie
        // beyond the last bin.
        let count = ((max - start) / width + 1e-9).floor() + 1.0;
        // Far from zero neighbouring floats are further apart than a bin is wide: one bin holds
        // them all.
        let count = if count.is_finite() {
            (count as usize).clamp(1, BINS_MAX as usize + 2)
        } else {
            1
        };
        let bins = (0..count).map(|index| Bin {
            from: round_off((index as f64).mul_add(width, start), width),
            to: round_off((index as f64 + 1.0).mul_add(width, start), width),
            count: 0,
        });
        Some(Self {
            unit,
            bins: bins.collect(),
        })
    }

    /// Counts a value `count` times; values outside all bins count in the nearest one.
    pub(super) fn add(&mut self, value: f64, count: u64) {
        let after = self.bins.partition_point(|bin| bin.from <= value);
        if let Some(bin) = self.bins.get_mut(after.saturating_sub(1)) {
            bin.count += count;
        }
    }
}

/// 1, 2 or 5 times a power of ten.
fn number_width(range: f64, whole: bool) -> f64 {
    let least = range / BINS_MAX;
    if least <= 0.0 || (whole && least <= 1.0) {
        return 1.0;
    }
    let power = 10_f64.powi(least.log10().floor() as i32);
    let width = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|factor| factor * power)
        .find(|&width| width >= least)
        .unwrap_or(least);
    if width > 0.0 {
        width
    } else {
        f64::MIN_POSITIVE
    }
}

/// Rounds an end to a multiple of the width, such as 0.30000000000000004 to 0.3.
fn round_off(end: f64, width: f64) -> f64 {
    if width >= 1.0 {
        return end;
    }
    let rounded = format!(
        "{end:.*}",
        (-width.log10().floor()).clamp(0.0, 300.0) as usize
    );
    rounded.parse().unwrap_or(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends(min: f64, max: f64, whole: bool) -> Vec<f64> {
        let histogram = Histogram::covering(HistogramUnit::Number, min, max, whole).unwrap();
        assert!(histogram.bins.first().unwrap().from <= min);
        assert!(histogram.bins.last().unwrap().to > max);
        histogram.bins.iter().map(|bin| bin.from).collect()
    }

    #[test]
    fn a_decade_of_years_has_one_bin_per_year() {
        let years: Vec<f64> = (1980..1990).map(f64::from).collect();
        assert_eq!(ends(1980.0, 1989.0, true), years);
        assert_eq!(ends(1980.0, 1999.0, true).len(), 20);
        assert_eq!(ends(1900.0, 1999.0, true).len(), 20);
    }

    #[test]
    fn ends_are_round() {
        assert_eq!(ends(0.05, 0.95, false)[..3], [0.05, 0.1, 0.15]);
        assert_eq!(ends(3.0, 3.0, true), [3.0]);
        assert_eq!(ends(-7.0, 93.0, false)[..3], [-10.0, -5.0, 0.0]);
    }

    #[test]
    fn extreme_ranges_neither_panic_nor_make_many_bins() {
        for (min, max) in [
            (-1e300, 1e300),
            (0.0, 5e-324),
            (1e300, 1e300),
            (9e15, 9e15 + 2.0),
        ] {
            let histogram = Histogram::covering(HistogramUnit::Number, min, max, false).unwrap();
            assert!((1..=26).contains(&histogram.bins.len()));
        }
        assert_eq!(
            Histogram::covering(HistogramUnit::Number, f64::MIN, f64::MAX, false),
            None
        );
    }

    #[test]
    fn every_value_is_counted_in_its_bin() {
        let mut histogram = Histogram::covering(HistogramUnit::Number, 0.0, 10.0, true).unwrap();
        for value in [0.0, 0.5, 1.0, 10.0] {
            histogram.add(value, 1);
        }
        let counts: Vec<u64> = histogram.bins.iter().map(|bin| bin.count).collect();
        assert_eq!((counts[0], counts[1], counts[10]), (2, 1, 1));
        let days = Histogram::covering(HistogramUnit::Seconds, 0.0, 86_400.0 * 9.0, false).unwrap();
        assert_eq!(days.bins.len(), 19);
    }
}
