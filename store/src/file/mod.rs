//! The bytes of a `.vstore` file.
