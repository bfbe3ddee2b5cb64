//! Known answers: published vectors for the primitives, and our own for the constructions made of
//! them (computed twice, once with another implementation of every primitive).
use super::{super::*, from_hex};
use crate::file::{
    disk::entropy::random,
    format::{
        frame::{
            COMMIT, Chain, FRAME_HEADER_LEN, FrameHeader, FrameWriter, Padding, RawFrame, TXN,
        },
        pack,
        slots::{self, Slot},
    },
    keys::{
        kdf,
        seal::{Dek, FrameCipher, KeyMaterial, for_tests},
    },
};

const PASSWORD: &str = "correct horse battery staple";
const COST: KdfParams = KdfParams {
    m_kib: 65_536,
    t: 3,
    p: 4,
};

fn material(key_file: Option<KeyFile>) -> KeyMaterial {
    let ingredients = kdf::Ingredients {
        password: Password::new(PASSWORD.to_owned()).unwrap(),
        key_file,
        salt: [0x51; 32],
    };
    let derived = kdf::derive(COST, ingredients, &Control::default());
    derived.unwrap().unwrap()
}

fn dek() -> Dek {
    let bytes = from_hex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
    for_tests::dek(&bytes.try_into().unwrap())
}

fn store_id() -> [u8; 16] {
    from_hex("101112131415161718191a1b1c1d1e1f")
        .try_into()
        .unwrap()
}

fn frame_cipher() -> FrameCipher {
    dek().frame_cipher(&store_id(), 1, &[0xAA; 32])
}

/// Draws 0x51, then 0x52, then 0x53, as the vectors ask.
#[derive(Debug, Default)]
struct SlotEntropy(std::sync::atomic::AtomicU8);

impl Entropy for SlotEntropy {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), EntropyError> {
        bytes.fill(0x51 + self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
        Ok(())
    }
}

/// Draws one byte for ever.
#[derive(Debug)]
struct Always(u8);

impl Entropy for Always {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), EntropyError> {
        bytes.fill(self.0);
        Ok(())
    }
}

#[test]
fn argon2id_answers_as_rfc_9106_says() {
    let params = argon2::ParamsBuilder::new()
        .m_cost(32)
        .t_cost(3)
        .p_cost(4)
        .data(argon2::AssociatedData::new(&[4; 12]).unwrap())
        .build()
        .unwrap();
    let argon2 = argon2::Argon2::new_with_secret(
        &[3; 8],
        argon2::Algorithm::Argon2id,
        argon2::Version::V0x13,
        params,
    )
    .unwrap();
    let mut tag = [0; 32];
    argon2
        .hash_password_into(&[1; 32], &[2; 16], &mut tag)
        .unwrap();
    let expected = "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659";
    assert_eq!(tag.to_vec(), from_hex(expected));
}

#[test]
fn hkdf_expands_as_rfc_5869_says() {
    let prk = from_hex("077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5");
    let mut okm = [0; 42];
    let info = from_hex("f0f1f2f3f4f5f6f7f8f9");
    for_tests::expand(&prk.try_into().unwrap(), &info, &mut okm);
    let expected = "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf\
                    34007208d5b887185865";
    assert_eq!(okm.to_vec(), from_hex(expected));
}

#[test]
fn xaes_seals_as_c2sp_says() {
    let nonce = *b"ABCDEFGHIJKLMNOPQRSTUVWX";
    for (key, aad, expected, tag) in [
        (
            [1; 32],
            &b""[..],
            "ce546ef63c9cc60765923609",
            "b33a9a1974e96e52daf2fcf7075e2271",
        ),
        (
            [3; 32],
            &b"c2sp.org/XAES-256-GCM"[..],
            "986ec1832593df5443a17943",
            "7fd083bf3fdb41abd740a21f71eb769d",
        ),
    ] {
        let cipher = for_tests::cipher(&key);
        let mut text = b"XAES-256-GCM".to_vec();
        assert_eq!(
            cipher.seal(&nonce, aad, &mut text).unwrap().to_vec(),
            from_hex(tag)
        );
        assert_eq!(text, from_hex(expected));
    }
}

#[test]
fn a_wrong_tag_leaves_no_plaintext() {
    let cipher = frame_cipher();
    let mut text = b"nobody may see this".to_vec();
    let tag = cipher.seal(&[7; 24], b"", &mut text).unwrap();
    let sealed = text.clone();
    let mut wrong = tag;
    wrong[15] ^= 1;
    assert!(!cipher.open(&[7; 24], b"", &mut text, &wrong));
    assert_eq!(text, sealed);
    assert!(cipher.open(&[7; 24], b"", &mut text, &tag));
    assert_eq!(text, b"nobody may see this");
}

#[test]
fn keys_hang_on_the_data_key_as_documented() {
    let commit = "275eaaa8262218766bd48bcd05cb6d581af3ef581da66bb133aacb93fadfced7";
    assert_eq!(dek().commitment(&store_id()).to_vec(), from_hex(commit));
    let header = "b9012c16ef9bf91f3b0b9503cc544cd1be2cbd8c14d8b9601488346323fc17c8";
    let header_key = dek().header_key(&store_id());
    assert_eq!(
        for_tests::header_key_bytes(&header_key).to_vec(),
        from_hex(header)
    );
    let frames = "8d307feb022ae1d94d4ae2039eb4084609e8fb4306a977d749a37fe75fa55865";
    let frame_key = for_tests::frame_key(&dek(), &store_id(), 1, &[0xAA; 32]);
    assert_eq!(frame_key.to_vec(), from_hex(frames));
}

#[test]
fn a_password_becomes_the_documented_key() {
    let alone = material(None);
    let expected = "2245c18653a44d079da7910ad16fe3d9304b167f026e57d5bad4073153cb38c3";
    assert_eq!(
        for_tests::material_bytes(&alone).to_vec(),
        from_hex(expected)
    );
    let key_file = KeyFile::from_content(&[0x77; 64]).unwrap();
    let with_key_file = material(Some(key_file));
    let expected = "9a5518c7301b78ce96e1207d5ceecb9402bfd769b2cb825db1a7afb4ed86ccae";
    assert_eq!(
        for_tests::material_bytes(&with_key_file).to_vec(),
        from_hex(expected)
    );
}

#[test]
fn a_slot_is_written_as_documented() {
    let credentials = super::credentials(PASSWORD);
    let entropy = SlotEntropy::default();
    let control = Control::default();
    let slot = slots::new_slot(
        &dek(),
        &store_id(),
        &credentials,
        Some(COST),
        &entropy,
        &control,
    )
    .unwrap();
    let mut expected = from_hex("01010100 00000100 03000000 04000000");
    expected.extend([0x51; 32]);
    expected.extend([0x52; 16]);
    expected.extend(from_hex(
        "f7e658d156a9774ef03ae2d24cd39a7845bb53eaeefaf21068889edc43add4b0",
    ));
    expected.extend([0x53; 24]);
    expected.extend(from_hex(
        "952da1751f1165cca2e26298c41856b525c9b3e6a221d4a0894cb3f8555876fb",
    ));
    expected.extend(from_hex("77c6902179bf76e7faec091570d8f10b"));
    expected.resize(256, 0);
    assert_eq!(slot.to_vec(), expected);

    let material = material(None);
    let (wrap_key, _) = material.slot_keys(&store_id(), slot.first_chunk().unwrap());
    let expected = "d16d0cb120b5a9692016a780bc37cdc1cc5c01f415bca8c0337bcc4c62ed414c";
    assert_eq!(
        for_tests::wrap_key_bytes(&wrap_key).to_vec(),
        from_hex(expected)
    );
    assert_eq!(Slot::parse(&slot).unwrap().params(), Some(COST));
}

#[test]
fn a_key_derived_in_the_place_of_another_is_the_key_of_its_generation() {
    let (dek, store_id) = (dek(), store_id());
    let mut ciphers = dek.frame_ciphers(&store_id);
    let seal = |cipher: &FrameCipher| {
        let mut text = *b"a frame";
        let tag = cipher.seal(&[7; 24], b"", &mut text).unwrap();
        (text, tag)
    };
    let first = ciphers.of(1, &[0xAA; 32]).clone();
    for (generation, salt) in [(2, [0xAA; 32]), (2, [0xBB; 32]), (u64::MAX, [0; 32])] {
        let alone = dek.frame_cipher(&store_id, generation, &salt);
        assert_eq!(seal(ciphers.of(generation, &salt)), seal(&alone));
    }
    // A key that is still in use stays what it was.
    assert_eq!(seal(&first), seal(&frame_cipher()));
}

#[test]
fn a_frame_is_written_as_documented() {
    let cipher = frame_cipher();
    let chain = Chain {
        seq: 5,
        offset: 0x9000,
        prev_tag: [0x33; 16],
    };
    let mut writer = FrameWriter::new(&cipher, &Always(0x42), chain, 4);
    let plain = pack::pack(b"hello", 0, 7).unwrap();
    writer.push(TXN, COMMIT, plain, Padding::Unit(16)).unwrap();
    let expected = from_hex(
        "f55653010401000020000000f6f222bf05000000000000000400000000000000
         4242424242424242424242424242424242424242424242423333333333333333
         333333333333333300900000000000005900a17e77f3b1d1a305887869f02098
         2122e384a7497fe883d17a0fd70c8c45b8be36d40df5bc346649ba2d91aec37c",
    );
    assert_eq!(writer.out, expected);

    let header_bytes: [u8; FRAME_HEADER_LEN] = *expected.first_chunk().unwrap();
    let header = FrameHeader::parse(&header_bytes).unwrap();
    assert_eq!((header.seq, header.durable_seq, header.ct_len), (5, 4, 32));
    let raw = RawFrame {
        header,
        header_bytes,
        ciphertext: expected[80..112].to_vec(),
        tag: expected[112..].try_into().unwrap(),
    };
    let unpacked = pack::unpack(raw.open(&cipher).unwrap()).unwrap();
    assert_eq!(
        (unpacked.payload.as_ref(), unpacked.txn_id),
        (&b"hello"[..], 7)
    );
}

#[test]
fn passwords_that_look_the_same_are_the_same() {
    // é as one character and as e with an accent.
    let composed = Password::new("caf\u{e9}".to_owned()).unwrap();
    let decomposed = Password::new("cafe\u{301}".to_owned()).unwrap();
    assert_eq!(composed.as_bytes(), decomposed.as_bytes());
    assert_eq!(Password::new(String::new()).unwrap_err(), EmptyPassword);
    assert_eq!(format!("{composed:?}"), "Password");
}

#[test]
fn the_operating_system_gives_different_bytes_each_time() {
    let draws: [[u8; 32]; 2] = [random(&OsEntropy).unwrap(), random(&OsEntropy).unwrap()];
    assert_ne!(draws[0], draws[1]);
}
