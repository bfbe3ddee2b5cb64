//! Colours, metrics, fonts and icons as tokens.
