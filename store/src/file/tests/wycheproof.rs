//! The cases of Wycheproof for HKDF and HMAC with SHA-256, and for AES-GCM with keys of 256 bits,
//! nonces of 96 and tags of 128; the accumulated vectors of C2SP XAES-256-GCM.
//!
//! `tests/vectors/wycheproof_aes_256_gcm.json` holds those 66 of the 316 cases of
//! `C2SP/wycheproof:testvectors_v1/aes_gcm_test.json` (Apache-2.0), each unchanged. The two other
//! files hold all cases of `hkdf_sha256_test.json` and `hmac_sha256_test.json` from there, without
//! their notes.
use aes_gcm::{
    Aes256Gcm,
    aead::{AeadInOut as _, KeyInit as _},
};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use serde::Deserialize;
use sha2::Sha256;
use shake::{
    Shake128,
    digest::{ExtendableOutput as _, Update as _, XofReader},
};

use super::from_hex;
use crate::file::keys::seal::for_tests;

#[derive(Deserialize)]
struct Case {
    #[serde(rename = "tcId")]
    id: u32,
    comment: String,
    key: String,
    iv: String,
    aad: String,
    msg: String,
    ct: String,
    tag: String,
    result: String,
}

#[test]
fn aes_gcm_answers_as_wycheproof_says() {
    let text = include_str!("../../../tests/vectors/wycheproof_aes_256_gcm.json");
    let cases: Vec<Case> = serde_json::from_str(text).unwrap();
    assert_eq!(cases.len(), 66);
    for case in &cases {
        let label = format!("{} {}", case.id, case.comment);
        let cipher = Aes256Gcm::new_from_slice(&from_hex(&case.key)).unwrap();
        let nonce: [u8; 12] = from_hex(&case.iv).try_into().unwrap();
        let tag: [u8; 16] = from_hex(&case.tag).try_into().unwrap();
        let (aad, sealed, text) = (from_hex(&case.aad), from_hex(&case.ct), from_hex(&case.msg));
        let is_valid = case.result == "valid";

        let mut opened = sealed.clone();
        let result = cipher.decrypt_inout_detached(
            &nonce.into(),
            &aad,
            opened.as_mut_slice().into(),
            &tag.into(),
        );
        assert_eq!(result.is_ok(), is_valid, "{label}");
        // Nothing is decrypted before the tag is verified.
        let expected = if is_valid { &text } else { &sealed };
        assert_eq!(&opened, expected, "{label}");

        if is_valid {
            let mut made = text.clone();
            let found = cipher
                .encrypt_inout_detached(&nonce.into(), &aad, made.as_mut_slice().into())
                .unwrap();
            assert_eq!((made, found.to_vec()), (sealed, tag.to_vec()), "{label}");
        }
    }
}

#[derive(Deserialize)]
struct HkdfCase {
    #[serde(rename = "tcId")]
    id: u32,
    comment: String,
    ikm: String,
    salt: String,
    info: String,
    size: usize,
    okm: String,
    result: String,
}

/// The library as a whole, and our own use of it: without Extract, from a key of 32 bytes.
#[test]
fn hkdf_answers_as_wycheproof_says() {
    let text = include_str!("../../../tests/vectors/wycheproof_hkdf_sha256.json");
    let cases: Vec<HkdfCase> = serde_json::from_str(text).unwrap();
    assert_eq!(cases.len(), 86);
    for case in &cases {
        let label = format!("{} {}", case.id, case.comment);
        let (salt, info) = (from_hex(&case.salt), from_hex(&case.info));
        let (key, hkdf) = Hkdf::<Sha256>::extract(Some(&salt), &from_hex(&case.ikm));
        let mut okm = vec![0; case.size];
        let result = hkdf.expand(&info, &mut okm);
        assert_eq!(result.is_ok(), case.result == "valid", "{label}");
        if result.is_ok() {
            assert_eq!(okm, from_hex(&case.okm), "{label}");
            okm.fill(0);
            for_tests::expand(&key.into(), &info, &mut okm);
            assert_eq!(okm, from_hex(&case.okm), "{label}");
        }
    }
}

#[derive(Deserialize)]
struct HmacCase {
    #[serde(rename = "tcId")]
    id: u32,
    comment: String,
    key: String,
    msg: String,
    tag: String,
    result: String,
}

#[test]
fn hmac_answers_as_wycheproof_says() {
    let text = include_str!("../../../tests/vectors/wycheproof_hmac_sha256.json");
    let cases: Vec<HmacCase> = serde_json::from_str(text).unwrap();
    assert_eq!(cases.len(), 174);
    for case in &cases {
        let label = format!("{} {}", case.id, case.comment);
        let mut mac = Hmac::<Sha256>::new_from_slice(&from_hex(&case.key)).unwrap();
        Mac::update(&mut mac, &from_hex(&case.msg));
        let tag = from_hex(&case.tag);
        // In half of the cases the tag is truncated to 128 bits.
        let result = if tag.len() == 32 {
            mac.verify_slice(&tag)
        } else {
            mac.verify_truncated_left(&tag)
        };
        assert_eq!(result.is_ok(), case.result == "valid", "{label}");
    }
}

fn drawn(from: &mut impl XofReader, len: usize) -> Vec<u8> {
    let mut bytes = vec![0; len];
    from.read(&mut bytes);
    bytes
}

/// As the Go code beside the specification does it: everything is drawn from SHAKE-128 of
/// nothing, every ciphertext goes into another SHAKE-128.
#[test]
fn xaes_accumulates_10_000_messages_to_what_c2sp_says() {
    let mut draw = Shake128::default().finalize_xof();
    let mut sum = Shake128::default();
    for _ in 0..10_000 {
        let key: [u8; 32] = drawn(&mut draw, 32).try_into().unwrap();
        let nonce: [u8; 24] = drawn(&mut draw, 24).try_into().unwrap();
        let len = drawn(&mut draw, 1)[0];
        let text = drawn(&mut draw, usize::from(len));
        let len = drawn(&mut draw, 1)[0];
        let aad = drawn(&mut draw, usize::from(len));

        let cipher = for_tests::cipher(&key);
        let mut sealed = text.clone();
        let tag = cipher.seal(&nonce, &aad, &mut sealed).unwrap();
        sum.update(&sealed);
        sum.update(&tag);
        assert!(cipher.open(&nonce, &aad, &mut sealed, &tag));
        assert_eq!(sealed, text);
    }
    let expected = "e6b9edf2df6cec60c8cbd864e2211b597fb69a529160cd040d56c0c210081939";
    assert_eq!(drawn(&mut sum.finalize_xof(), 32), from_hex(expected));
}
