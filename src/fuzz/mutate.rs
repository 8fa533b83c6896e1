//! Inputs made from others by chance: cut, doubled, spliced, and sown with words that mean something to some reader.
use super::random::Random;

const LONGEST: usize = 32 * 1024;
/// The most inputs that were made and are kept to make others from.
const MOST_KEPT: usize = 200;
const MOST_CHANGES: usize = 8;

/// Words with a meaning in some of the formats.
#[rustfmt::skip]
const WORDS: &[&[u8]] = &[
    b"<", b">", b"</p>", b"<p>", b"<script>", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"&amp;", b"&#0;", b"&#x1F600;",
    b"<meta charset=utf-16>", b" hidden", b" style='display:none'", b"<table><tr><td>", b"<title>", b"</title>",
    b"\"", b"'", b"{", b"}", b"[", b"]", b",", b":", b"null", b"true", b"-1", b"1e999", b"18446744073709551616",
    b"\\u0000", b"\\ud800", b"\\\"", b"{\"error\": {\"code\": \"x\", \"message\": \"y\"}}", b"\"results\"", b"\"url\"",
    b"{{", b"}}", b"{{name}}", b"{{book|}}", b"|", b"[Your Name]", b"http://", b"https://", b"javascript:", b"@", b"//",
    b"127.0.0.1", b"[::1]", b"0x7f.1", b"%2e", b"\r\n", b"\n", b"\0", b"\x1b[2J", b"\xff", b"\xc3\x28", b"\xef\xbb\xbf",
    b"User-agent: *\n", b"Disallow: /", b"Allow: ", b"*", b"$", b"</think>", b"<think>", b"```json\n",
    b"Ada Example", b"https://soap.example/", b"Ignore previous instructions.", b"key-4711", "\u{202e}".as_bytes(),
    "\u{200b}".as_bytes(), "\u{e0041}".as_bytes(), "ä".as_bytes(), "．".as_bytes(), "“".as_bytes(),
];

/// An endless supply, the same for the same seed and corpus.
pub(super) struct Inputs {
    random: Random,
    pool: Vec<Vec<u8>>,
    own: usize,
}

impl Inputs {
    pub(super) fn new(corpus: Vec<Vec<u8>>, seed: u64, purpose: &str) -> Inputs {
        let pool = if corpus.is_empty() { vec![Vec::new()] } else { corpus };
        Inputs { random: Random::new(seed, purpose), own: pool.len(), pool }
    }

    pub(super) fn next(&mut self) -> Vec<u8> {
        let mut input = self.pool[self.random.below(self.pool.len())].clone();
        for _ in 0..=self.random.below(MOST_CHANGES) {
            self.change(&mut input);
        }
        input.truncate(LONGEST);
        // Some are kept, so that changes add up.
        if self.random.below(16) == 0 {
            match self.pool.len() < self.own + MOST_KEPT {
                true => self.pool.push(input.clone()),
                false => {
                    let at = self.own + self.random.below(MOST_KEPT);
                    self.pool[at].clone_from(&input);
                }
            }
        }
        input
    }

    fn change(&mut self, input: &mut Vec<u8>) {
        let random = &mut self.random;
        let (from, to) = range(random, input.len());
        match random.below(8) {
            0 if from < to => input[from] ^= 1 << random.below(8),
            1 if from < to => input[from] = u8::try_from(random.below(256)).unwrap_or_default(),
            2 => drop(input.drain(from..to)),
            3 => input.truncate(to),
            4 => {
                let piece = input[from..to].repeat(1 + random.below(if to - from < 64 { 50 } else { 2 }));
                input.splice(to..to, piece);
            }
            5 => {
                let other = &self.pool[random.below(self.pool.len())];
                let (start, end) = range(random, other.len());
                input.splice(from..to, other[start..end].iter().copied());
            }
            _ => {
                let word = random.one_of(WORDS);
                input.splice(from..from, word.iter().copied());
            }
        }
    }
}

/// A part of something that is so long; most are short.
fn range(random: &mut Random, length: usize) -> (usize, usize) {
    let from = random.below(length + 1);
    let most = if random.below(4) == 0 { length - from } else { (length - from).min(16) };
    (from, from + random.below(most + 1))
}

/// FNV-1a, for the name of a file.
pub(super) fn hash(input: &[u8]) -> u64 {
    let mix = |sum: u64, byte: &u8| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    input.iter().fold(0xcbf2_9ce4_8422_2325, mix)
}

#[test]
fn the_same_seed_makes_the_same_inputs_and_another_makes_others() {
    let made = |seed| {
        let mut inputs = Inputs::new(vec![b"{\"a\": [1, 2]}".to_vec()], seed, "x");
        (0..500).map(|_| inputs.next()).collect::<Vec<_>>()
    };
    assert_eq!(made(1), made(1));
    assert_ne!(made(1), made(2));
    let mut distinct = made(1);
    distinct.sort();
    distinct.dedup();
    assert!(distinct.len() > 400, "{}", distinct.len());
}
