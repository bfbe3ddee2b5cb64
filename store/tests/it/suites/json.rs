//! The files of `JSONTestSuite`, by name.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use vstore::value::json::{self, JsonError};

use super::rows;

const SUITE: &str = include_str!("../../data/JSONTestSuite.tsv");

/// Our results for the files that a parser may accept or refuse.
const EITHER: &str = include_str!("json_either.tsv");

fn content(packed: &str) -> Vec<u8> {
    let decode = |text| BASE64_STANDARD.decode(text).unwrap();
    if let Some(once) = packed.strip_prefix('=') {
        return decode(once);
    }
    let [_, count, part, rest @ ..] = &packed.split('*').collect::<Vec<_>>()[..] else {
        panic!("{packed}")
    };
    let mut bytes = decode(part).repeat(count.parse().unwrap());
    bytes.extend(rest.iter().flat_map(|part| decode(part)));
    bytes
}

/// Reads a text, writes the value, and reads that again.
fn read(bytes: &[u8]) -> Result<String, JsonError> {
    let (value, _) = json::read_value(bytes)?;
    let written = json::to_compact(value.view());
    let (again, _) = json::parse_text(&written)?;
    assert_eq!(again.as_bytes(), value.as_bytes(), "{written}");
    Ok(written)
}

#[test]
fn json_is_read_and_refused_as_its_test_suite_says() {
    let mut either: BTreeMap<&str, &str> = rows(EITHER).map(|row| (row[0], row[1])).collect();
    let mut count = 0;
    let mut wrong = String::new();
    for row in rows(SUITE) {
        let [expected, name, packed] = row[..] else {
            panic!("{row:?}")
        };
        count += 1;
        let result = read(&content(packed));
        match expected {
            "accepted" => assert!(result.is_ok(), "{name}: {result:?}"),
            "refused" => {
                let error = result.expect_err(name);
                assert!(error.line > 0 && error.column > 0, "{name}: {error:?}");
            }
            _ => {
                let said = result.unwrap_or_else(|error| format!("ERROR {error}"));
                if either.remove(name) != Some(&said) {
                    writeln!(wrong, "{name}\t{said}").unwrap();
                }
            }
        }
    }
    assert!(wrong.is_empty(), "done otherwise than expected:\n{wrong}");
    assert!(either.is_empty(), "not in the suite: {either:?}");
    assert_eq!(count, 318);
}
