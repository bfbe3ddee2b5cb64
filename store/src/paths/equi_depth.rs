//! Equi-depth histograms: buckets that hold about the same number of values each. Where values are
//! dense, buckets are narrow, so a few outliers do not hide the distribution of the others.

use super::histogram::HistogramUnit;

/// The largest number of buckets.
const BUCKETS_MAX: u64 = 64;

/// A histogram whose buckets hold about the same number of values each.
#[derive(Clone, Debug, PartialEq)]
pub struct EquiDepthHistogram {
    /// The unit of the ends of the buckets.
    pub unit: HistogramUnit,
    /// Ascending; at most 64. There are no values between two buckets.
    pub buckets: Vec<EquiDepthBucket>,
}

/// One bucket. Equal values are always in the same bucket.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EquiDepthBucket {
    /// The smallest value in it.
    pub least: f64,
    /// The largest value in it.
    pub greatest: f64,
    /// The number of values in it: at least a 64th of all, except in the last bucket; more where a
    /// value repeats.
    pub count: u64,
}

impl EquiDepthHistogram {
    /// Divides values, each with its count, into buckets. They may be in any order and repeat.
    /// Values that are not finite are left out; `None` if no others exist.
    pub(super) fn of(unit: HistogramUnit, mut values: Vec<(f64, u64)>) -> Option<Self> {
        values.retain(|(value, count)| value.is_finite() && *count > 0);
        values.sort_unstable_by(|left, right| left.0.total_cmp(&right.0));
        let total: u64 = values.iter().map(|(_, count)| count).sum();
        let mut buckets: Vec<EquiDepthBucket> = Vec::new();
        // `>=` instead of `==`: equal after sorting, and 0.0 and -0.0 are one value.
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

    /// A value that at least this fraction of all values does not exceed, to the precision of a
    /// bucket: the upper end of the bucket that holds the quantile. `part` is clamped to 0 to 1.
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
    fn an_outlier_takes_only_one_bucket() {
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
    fn without_finite_values_there_is_no_histogram() {
        let values = vec![(f64::NAN, 3), (f64::INFINITY, 1)];
        assert_eq!(EquiDepthHistogram::of(HistogramUnit::Number, values), None);
    }

    proptest! {
        #[test]
        fn every_value_is_in_one_bucket_and_every_bucket_but_the_last_is_full(
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
