use proptest::prelude::*;

use super::*;

fn key(bytes: [u8; KEY_LEN]) -> RecoveryKey {
    RecoveryKey(Secret::copied(&bytes))
}

fn counting() -> RecoveryKey {
    key(std::array::from_fn(|index| index as u8))
}

#[track_caller]
fn assert_same(text: &str, expected: &RecoveryKey) {
    let read = RecoveryKey::parse(text).unwrap();
    assert_eq!(read.bytes(), expected.bytes());
}

fn mistyped(groups: &[usize]) -> RecoveryKeyError {
    let groups = groups.to_vec();
    RecoveryKeyError::Mistyped { groups }
}

/// Computed a second time from the description in FORMAT.md, in another language.
#[test]
fn the_text_is_as_documented() {
    let text = "000G43-0R40MK-30E20V-9185G7-R38E1J-W8124S-GK2GAB-HC5RRY-34D1P6-70X3RV-FJ9ZAG";
    assert_eq!(*counting().to_text(), text);
}

#[test]
fn case_dashes_spaces_and_confusable_letters_do_not_matter() {
    let text = counting().to_text();
    assert_same(&text, &counting());
    assert_same(&text.to_lowercase(), &counting());
    assert_same(&text.replace('-', ""), &counting());
    assert_same(&text.replace('-', " \u{2013}\n"), &counting());
    assert_same(&format!("  {}-\n", *text), &counting());
    for (right, typed) in [("0", "O"), ("0", "o"), ("1", "I"), ("1", "l"), ("V", "u")] {
        assert_same(&text.replace(right, typed), &counting());
    }
    let wide: String = text
        .chars()
        .map(|letter| match letter {
            '-' => '-',
            other => char::from_u32(u32::from(other) + 0xfee0).unwrap(),
        })
        .collect();
    assert_same(&wide, &counting());
}

#[test]
fn a_group_that_is_too_short_or_too_long_is_named() {
    let text = counting().to_text();
    let mut groups: Vec<String> = text.split('-').map(str::to_owned).collect();
    groups[3].pop();
    let error = RecoveryKey::parse(&groups.join("-")).err();
    let expected = RecoveryKeyError::GroupLength {
        group: 4,
        characters: 5,
    };
    assert_eq!(error, Some(expected));
    // One character too few and one too many, in groups: the first of them.
    groups[7].push('0');
    let error = RecoveryKey::parse(&groups.join(" ")).err();
    assert!(
        matches!(error, Some(RecoveryKeyError::GroupLength { group: 4, .. })),
        "{error:?}"
    );
    let error = RecoveryKey::parse(&text.replacen('0', "", 1).replace('-', "")).err();
    assert_eq!(error, Some(RecoveryKeyError::Length { characters: 65 }));
    let error = RecoveryKey::parse("").err();
    assert_eq!(error, Some(RecoveryKeyError::Length { characters: 0 }));
}

#[test]
fn a_foreign_character_is_a_typing_error_of_its_group() {
    let text = counting().to_text();
    let typed = text.replacen("-30E20V", "-30E20!", 1);
    assert_eq!(RecoveryKey::parse(&typed).err(), Some(mistyped(&[3])));
    let typed = text.replacen("00", "!?", 1).replacen('-', "", 3);
    assert_eq!(RecoveryKey::parse(&typed).err(), Some(mistyped(&[1])));
}

#[test]
fn every_wrong_character_is_found_and_its_group_named() {
    let text = counting().to_text();
    for (place, right) in text.bytes().enumerate() {
        if right == b'-' {
            continue;
        }
        for wrong in ALPHABET.iter().filter(|&&letter| letter != right) {
            let mut typed = text.as_bytes().to_vec();
            typed[place] = *wrong;
            let typed = String::from_utf8(typed).unwrap();
            assert_eq!(
                RecoveryKey::parse(&typed).err(),
                Some(mistyped(&[place / 7 + 1])),
                "{typed}"
            );
        }
    }
}

#[test]
fn exchanged_groups_are_found_and_named() {
    let text = counting().to_text();
    let groups: Vec<&str> = text.split('-').collect();
    for (first, second) in (0..11).flat_map(|first| (0..first).map(move |second| (second, first))) {
        let mut typed = groups.clone();
        typed.swap(first, second);
        let error = RecoveryKey::parse(&typed.join("-")).err();
        assert_eq!(error, Some(mistyped(&[first + 1, second + 1])));
    }
}

#[test]
fn groups_of_two_keys_do_not_make_a_third() {
    let (mine, other) = (counting().to_text(), key([0xa5; 32]).to_text());
    let groups = mine.split('-').take(5).chain(other.split('-').skip(5));
    let mixed = groups.collect::<Vec<_>>().join("-");
    assert_eq!(
        RecoveryKey::parse(&mixed).err(),
        Some(RecoveryKeyError::Mixed)
    );
}

#[test]
fn messages_name_the_groups() {
    let message = |groups: &[usize]| mistyped(groups).to_string();
    assert_eq!(message(&[3]), "group 3 is mistyped");
    assert_eq!(message(&[1, 4, 9]), "groups 1, 4 and 9 are mistyped");
}

proptest! {
    #[test]
    fn every_key_reads_back(bytes: [u8; 32]) {
        let key = key(bytes);
        let text = key.to_text();
        prop_assert_eq!(text.len(), 76);
        let read = RecoveryKey::parse(&text).unwrap();
        prop_assert_eq!(read.bytes(), key.bytes());
    }

    #[test]
    fn exchanged_neighbours_are_found(bytes: [u8; 32], place in 0_usize..75) {
        let text = key(bytes).to_text();
        let mut typed = text.as_bytes().to_vec();
        typed.swap(place, place + 1);
        let same = typed == text.as_bytes();
        let typed = String::from_utf8(typed).unwrap();
        // A dash that changed its place changes nothing else when the lengths still add up.
        let moved_dash = text.as_bytes()[place] == b'-' || text.as_bytes()[place + 1] == b'-';
        prop_assert_eq!(RecoveryKey::parse(&typed).is_ok(), same && !moved_dash);
    }

    #[test]
    fn garbage_never_panics(text in "\\PC{0,120}") {
        prop_assert!(RecoveryKey::parse(&text).is_err());
    }
}
