//! Comparison of numbers across types without loss.

use std::cmp::Ordering;

/// Any number: both kinds of integer, and float.
#[derive(Clone, Copy, Debug)]
pub enum Number {
    /// A signed integer.
    Int(i64),
    /// An integer beyond `i64::MAX`.
    UInt(u64),
    /// A floating point number.
    Float(f64),
}

impl Number {
    /// Orders by mathematical value, exactly: 2^53 + 1 is more than the float 2^53. NaN is above
    /// all others and equal to itself, so that the order is total; -0.0 equals 0.
    pub fn cmp_value(self, other: Self) -> Ordering {
        match (self.exact(), other.exact()) {
            (Ok(left), Ok(right)) => left.cmp(&right),
            (Ok(left), Err(right)) => cmp_integer_float(left, right),
            (Err(left), Ok(right)) => cmp_integer_float(right, left).reverse(),
            (Err(left), Err(right)) => cmp_floats(left, right),
        }
    }

    /// The nearest float.
    pub fn as_f64(self) -> f64 {
        match self {
            Self::Int(int) => int as f64,
            Self::UInt(uint) => uint as f64,
            Self::Float(float) => float,
        }
    }

    fn exact(self) -> Result<i128, f64> {
        match self {
            Self::Int(int) => Ok(i128::from(int)),
            Self::UInt(uint) => Ok(i128::from(uint)),
            Self::Float(float) => Err(float),
        }
    }
}

fn cmp_floats(left: f64, right: f64) -> Ordering {
    left.partial_cmp(&right)
        .unwrap_or_else(|| left.is_nan().cmp(&right.is_nan()))
}

fn cmp_integer_float(integer: i128, float: f64) -> Ordering {
    // Outside this range every 64-bit integer is on one side; inside it the floor is exact.
    const LIMIT: f64 = 36_893_488_147_419_103_232.0;
    if float.is_nan() || float >= LIMIT {
        return Ordering::Less;
    }
    if float <= -LIMIT {
        return Ordering::Greater;
    }
    let floor = float.floor();
    integer.cmp(&(floor as i128)).then(if float > floor {
        Ordering::Less
    } else {
        Ordering::Equal
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_and_floats_compare_exactly() {
        let big = 9_007_199_254_740_993_i64;
        assert_eq!(
            Number::Int(big).cmp_value(Number::Float(9_007_199_254_740_992.0)),
            Ordering::Greater
        );
        assert_eq!(
            Number::Int(-1).cmp_value(Number::Float(-0.5)),
            Ordering::Less
        );
        assert_eq!(
            Number::Float(1.5).cmp_value(Number::Int(1)),
            Ordering::Greater
        );
        assert_eq!(
            Number::Float(-0.0).cmp_value(Number::Int(0)),
            Ordering::Equal
        );
        assert_eq!(
            Number::UInt(u64::MAX).cmp_value(Number::Float(f64::INFINITY)),
            Ordering::Less
        );
        assert_eq!(
            Number::Float(f64::NAN).cmp_value(Number::Float(f64::NAN)),
            Ordering::Equal
        );
        assert_eq!(
            Number::Float(1.0).cmp_value(Number::Float(f64::NAN)),
            Ordering::Less
        );
    }
}
