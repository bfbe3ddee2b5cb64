//! Parts that panels and dialogs are drawn from.
