//! A seeded corpus of records, shared by the example that prints it and the benchmarks.
//!
//! Records have about 345 bytes of JSON: nested, with ten to thirteen leaves and words drawn by
//! Zipf's law from an invented vocabulary, a quarter of them with letters beyond ASCII.

use std::io;

const VOCABULARY: usize = 200_000;
const COUNTRIES: [&str; 8] = ["de", "fr", "es", "it", "pl", "us", "jp", "br"];
const NAMES: [&str; 12] = [
    "John", "Ana", "José", "Müller", "Søren", "Chloé", "Smith", "Łukasz", "Maria", "李", "Olivia",
    "Björn",
];
const CITIES: [&str; 8] = [
    "Berlin",
    "São Paulo",
    "New York",
    "Zürich",
    "Kraków",
    "Paris",
    "東京",
    "Madrid",
];
const QUALITIES: [&str; 8] = [
    "Wireless", "Compact", "Steel", "Folding", "Electric", "Portable", "Premium", "Mini",
];
/// From the most to the least frequent.
const THINGS: [&str; 16] = [
    "Lamp", "Mouse", "Chair", "Kettle", "Speaker", "Backpack", "Desk", "Monitor", "Keyboard",
    "Charger", "Printer", "Router", "Blender", "Tripod", "Webcam", "Heater",
];
const STATUS: [&str; 4] = ["active", "paused", "cancelled", "refunded"];

/// Writes one record after the other, each as a line `{"key": …, "value": …}`.
pub(crate) struct Corpus {
    random: SplitMix64,
    vocabulary: Vec<String>,
    next: u64,
}

impl Corpus {
    pub(crate) fn new(seed: u64) -> Self {
        let vocabulary = (0..VOCABULARY).map(|n| word(n as u64)).collect();
        Self {
            random: SplitMix64(seed),
            vocabulary,
            next: 0,
        }
    }

    pub(crate) fn write_line(&mut self, out: &mut impl io::Write) -> io::Result<()> {
        let n = self.next;
        self.next += 1;
        write_record(out, n, &mut self.random, &self.vocabulary)
    }
}

fn write_record(
    out: &mut impl io::Write,
    n: u64,
    random: &mut SplitMix64,
    vocabulary: &[String],
) -> io::Result<()> {
    let country = random.pick(&COUNTRIES);
    let (first, last) = (random.pick(&NAMES), random.pick(&NAMES));
    let mut note = String::new();
    for _ in 0..5 + random.below(6) {
        note.push_str(
            vocabulary
                .get(random.zipf(VOCABULARY))
                .map_or("", String::as_str),
        );
        note.push(' ');
    }
    let manager = if random.below(4) == 0 {
        "null".to_owned()
    } else {
        random.below(9999).to_string()
    };
    writeln!(
        out,
        concat!(
            r#"{{"key":"customer:{}:{:08x}","value":{{"id":{},"profile":{{"name":"{} {}","age":{},"#,
            r#""email":"{}.{}{}@example.com"}},"active":{},"address":{{"city":"{}","zip":"{:05}"}},"#,
            r#""product":"{} {}","note":"{}","price":{}.{:02},"status":"{}","manager":{},"since":"20{:02}-{:02}-{:02}"}}}}"#
        ),
        country,
        n.wrapping_mul(0x9E37_79B1) & 0xFFFF_FFFF,
        n,
        first,
        last,
        18 + random.below(70),
        first.to_lowercase(),
        last.to_lowercase(),
        random.below(1000),
        random.below(3) > 0,
        random.pick(&CITIES),
        random.below(100_000),
        random.pick(&QUALITIES),
        THINGS
            .get(random.zipf(THINGS.len()))
            .copied()
            .unwrap_or_default(),
        note.trim_end(),
        random.below(900),
        random.below(100),
        random.pick(&STATUS),
        manager,
        random.below(26),
        1 + random.below(12),
        1 + random.below(28),
    )
}

/// A pronounceable word, the same for the same number; frequent words are short.
fn word(number: u64) -> String {
    const CONSONANTS: &[u8] = b"bcdfghklmnprstvw";
    const VOWELS: &[u8] = b"aeiou";
    let mut left = number;
    let mut word = String::new();
    loop {
        word.push(char::from(CONSONANTS[(left % 16) as usize]));
        left /= 16;
        word.push(char::from(VOWELS[(left % 5) as usize]));
        left /= 5;
        if left == 0 {
            return word;
        }
    }
}

/// `SplitMix64` (Steele, Lea, Flood 2014): the same numbers everywhere for the same seed.
struct SplitMix64(u64);

impl SplitMix64 {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    fn pick<'a>(&mut self, items: &[&'a str]) -> &'a str {
        items
            .get(self.below(items.len() as u64) as usize)
            .copied()
            .unwrap_or_default()
    }

    /// A rank by Zipf's law with exponent 1: the inverse of the harmonic sum's approximation.
    fn zipf(&mut self, len: usize) -> usize {
        let uniform = self.next() as f64 / u64::MAX as f64;
        let rank = (uniform * (len as f64).ln()).exp();
        (rank as usize).clamp(1, len) - 1
    }
}
