//! Regular expressions of a query, bounded in size. The crate `regex` matches in linear time.

use regex::{Regex, RegexBuilder};

/// The largest size in bytes of a compiled program, and of its matching cache.
const REGEX_BYTES_MAX: usize = 1 << 20;
pub(crate) const REGEX_NESTING_MAX: u32 = 64;

/// Compiles a pattern, ignoring case. The error is one short phrase.
pub(crate) fn compile_regex(pattern: &str) -> Result<Regex, String> {
    RegexBuilder::new(pattern)
        .case_insensitive(true)
        .size_limit(REGEX_BYTES_MAX)
        .dfa_size_limit(REGEX_BYTES_MAX)
        .nest_limit(REGEX_NESTING_MAX)
        .build()
        .map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => "too large".to_owned(),
            other => last_line(&other.to_string()),
        })
}

/// The crate shows the position of an error on several lines; the last line is the error itself.
fn last_line(text: &str) -> String {
    let line = text.lines().last().unwrap_or_default();
    line.trim().trim_start_matches("error: ").to_owned()
}
