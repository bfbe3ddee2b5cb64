//! Numbers or moments in order, divided into buckets of about as many each: where values are
//! crowded buckets are narrow, so that a few far away do not hide how the others are spread.

use super::histogram::HistogramUnit;

/// The largest number of buckets.
const BUCKETS_MAX: u64 = 64;

/// An equi-depth histogram: buckets of about as many values each.
#[derive(Clone, Debug, PartialEq)]
pub struct EquiDepthHistogram {
    /// What the ends count.
    pub unit: HistogramUnit,
    /// Ascending; what lies between two of them has no values.
    pub buckets: Vec<EquiDepthBucket>,
}

/// One bucket. Equal values are never in two.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EquiDepthBucket {
    /// The least value in it.
    pub least: f64,
    /// The greatest value in it.
    pub greatest: f64,
    /// How many values; at least a 64th of all but in the last, more where a value repeats.
    pub count: u64,
}

impl EquiDepthHistogram {
    /// Divides values, which come with how often each stands there, in any order and also in
    /// several pieces. Values that are not finite are left out. `None`: there are none.
    pub(super) fn of(unit: HistogramUnit, mut values: Vec<(f64, u64)>) -> Option<Self> {
        values.retain(|(value, count)| value.is_finite() && *count > 0);
        values.sort_unstable_by(|left, right| left.0.total_cmp(&right.0));
        let total: u64 = values.iter().map(|(_, count)| count).sum();
        let mut buckets: Vec<EquiDepthBucket> = Vec::new();
        // Zero has two signs and is one value.
        for equal in values.chunk_by(|left, right| left.0 >= right.0) {
            let value = equal.first()?.0;
            let count: u64 = equal.iter().map(|(_, count)| count).sum();
            let is_full = |bucket: &EquiDepthBucket| bucket.count * BUCKETS_MAX >= total;
            match buckets.last_mut().filter(|bucket| !is_full(bucket)) {
                Some(bucket) => {
                    bucket.greatest = value;
                    bucket.count += count;
                }
                None => buckets.push(EquiDepthBucket {
                    least: value,
                    greatest: value,
                    count,
                }),
            }
        }
        (total > 0).then_some(Self { unit, buckets })
    }

    /// A value that at least this part of all values does not exceed, as far as buckets tell;
    /// `part` from 0 to 1.
    pub fn quantile(&self, part: f64) -> Option<f64> {
        let total: u64 = self.buckets.iter().map(|bucket| bucket.count).sum();
        let wanted = total as f64 * part.clamp(0.0, 1.0);
        let mut passed = 0;
        let found = self.buckets.iter().find(|bucket| {
            passed += bucket.count;
            passed as f64 >= wanted
        });
        found
            .or_else(|| self.buckets.last())
            .map(|bucket| bucket.greatest)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn equi_depth(values: &[f64]) -> EquiDepthHistogram {
        let values = values.iter().map(|value| (*value, 1)).collect();
        EquiDepthHistogram::of(HistogramUnit::Number, values).unwrap()
    }

    #[test]
    fn a_value_far_away_takes_one_bucket_and_no_more() {
        let values: Vec<f64> = (0..640).map(f64::from).chain([1e12]).collect();
        let equi_depth = equi_depth(&values);
        let last = equi_depth.buckets.last().unwrap();
        assert_eq!((last.greatest, last.count), (1e12, 3));
        assert_eq!(
            equi_depth.quantile(0.5).map(|value| value < 340.0),
            Some(true)
        );
        assert_eq!(equi_depth.quantile(1.0), Some(1e12));
    }

    #[test]
    fn nothing_finite_has_no_shares() {
        let values = vec![(f64::NAN, 3), (f64::INFINITY, 1)];
        assert_eq!(EquiDepthHistogram::of(HistogramUnit::Number, values), None);
    }

    proptest! {
        #[test]
        fn every_value_is_in_one_bucket_and_none_is_half_empty(
            values in prop::collection::vec(-50_i32..50, 1..400),
        ) {
            let values: Vec<f64> = values.into_iter().map(f64::from).collect();
            let equi_depth = equi_depth(&values);
            prop_assert!(equi_depth.buckets.len() <= BUCKETS_MAX as usize);
            prop_assert!(equi_depth.buckets.is_sorted_by(|left, right| left.greatest < right.least));
            let full = values.len() as u64;
            for (place, bucket) in equi_depth.buckets.iter().enumerate() {
                let inside = values
                    .iter()
                    .filter(|value| (bucket.least..=bucket.greatest).contains(*value));
                prop_assert_eq!(inside.count() as u64, bucket.count);
                let is_last = place + 1 == equi_depth.buckets.len();
                prop_assert!(is_last || bucket.count * BUCKETS_MAX >= full);
            }
        }
    }
}
