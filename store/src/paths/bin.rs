//! One bar of a histogram.

/// Values from one end up to the other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bin {
    /// Values equal to it are in this bin.
    pub from: f64,
    /// Values equal to it are in the next bin.
    pub to: f64,
    /// How many values.
    pub count: u64,
}
