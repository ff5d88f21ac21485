//! Where a user stands in rollouts, splits and ramps: deterministic, with no stored assignment.
//!
//! The numbers are those of Amplitude's open evaluation engine (`experiment-core`), so that an SDK
//! which evaluates locally agrees with the server: `h = murmur3_x86_32(salt + "/" + text, seed 0)`,
//! allocation `h mod 100`, position `h div 100` in `[0, D)`.

/// The number of positions: what a split divides.
pub const POSITIONS: u32 = 42_949_673;

/// A percentage in whole hundredths, 0 to 10,000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rollout(u16);

impl Rollout {
    /// Everybody.
    pub const ALL: Rollout = Rollout(10_000);

    /// From hundredths of a percent, 0 to 10,000.
    pub fn from_hundredths(hundredths: u16) -> Option<Rollout> {
        (hundredths <= 10_000).then_some(Rollout(hundredths))
    }

    /// Reads a percentage such as `20`, `33.33`; anything finer than 0.01 is refused.
    pub fn read(json: &serde_json::Value) -> Option<Rollout> {
        let percent = json.as_f64().filter(|p| (0.0..=100.0).contains(p))?;
        // The shortest decimal text is what the person wrote, so two decimals there mean two here.
        let text = percent.to_string();
        let decimals = text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        (decimals <= 2).then_some(Rollout((percent * 100.0).round() as u16))
    }

    /// In hundredths of a percent.
    pub fn hundredths(self) -> u16 {
        self.0
    }

    /// As a percentage: `20`, `33.33`.
    pub fn percent(self) -> f64 {
        f64::from(self.0) / 100.0
    }

    /// As a JSON number, whole where it is whole.
    pub fn to_json(self) -> serde_json::Value {
        match self.0 % 100 {
            0 => (self.0 / 100).into(),
            _ => self.percent().into(),
        }
    }

    /// Whether this is everybody.
    pub fn is_all(self) -> bool {
        self == Rollout::ALL
    }

    /// Whether this is nobody.
    pub fn is_nobody(self) -> bool {
        self.0 == 0
    }

    /// Whether a user at that bucket is in, where `range` is the range of positions of the variant
    /// that the user falls into. Raising the percentage only ever adds users.
    pub fn contains(self, bucket: Bucket, range: &PositionRange) -> bool {
        let whole = u32::from(self.0 / 100);
        let hundredths = u64::from(self.0 % 100);
        match bucket.allocation.cmp(&whole) {
            std::cmp::Ordering::Less => true,
            std::cmp::Ordering::Greater => false,
            std::cmp::Ordering::Equal => {
                let width = u64::from(range.end - range.start);
                u64::from(bucket.position) < u64::from(range.start) + width * hundredths / 100
            }
        }
    }
}

/// A half-open range of positions.
pub type PositionRange = std::ops::Range<u32>;

/// All positions: the range where nothing is split.
pub const EVERY_POSITION: PositionRange = 0..POSITIONS;

/// Where a user stands for one salt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bucket {
    /// Which of the hundred allocations, 0 to 99.
    pub allocation: u32,
    /// Which position within it, 0 to `POSITIONS - 1`.
    pub position: u32,
}

impl Bucket {
    /// The bucket of a text under a salt.
    pub fn of(salt: &str, text: &str) -> Bucket {
        Salt::new(salt).bucket(text)
    }
}

/// A salt, with its part of the hash worked out.
#[derive(Debug, Clone)]
pub struct Salt {
    text: Box<str>,
    /// The hash of `salt/` so far.
    before: Murmur3,
}

impl Salt {
    /// A salt of that text.
    pub fn new(text: &str) -> Salt {
        let before = Murmur3::default().with(text.as_bytes()).with(b"/");
        Salt { text: text.into(), before }
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The bucket of a text under this salt.
    pub fn bucket(&self, text: &str) -> Bucket {
        let hash = self.before.with(text.as_bytes()).finish();
        Bucket { allocation: hash % 100, position: hash / 100 }
    }
}

/// The ranges of positions of a split, cut at `floor(D · W_i / W)`; `None` where the weights sum
/// to nothing.
pub fn split_ranges(weights: &[u16]) -> Option<Vec<PositionRange>> {
    let total: u64 = weights.iter().map(|weight| u64::from(*weight)).sum();
    if total == 0 {
        return None;
    }
    let cut = |sum: u64| (u64::from(POSITIONS) * sum / total) as u32;
    let mut sum = 0;
    let range = |weight: &u16| {
        let start = cut(sum);
        sum += u64::from(*weight);
        start..cut(sum)
    };
    Some(weights.iter().map(range).collect())
}

/// MurmurHash3 x86 32-bit with seed 0, by Austin Appleby (public domain algorithm), of bytes that
/// come in pieces.
///
/// Own code: this is the promise that buckets never move, it is the hottest line there is, and the
/// crates that have it can't go on from a salt that was hashed before.
#[derive(Debug, Clone, Copy, Default)]
struct Murmur3 {
    hash: u32,
    length: u32,
    /// The `length % 4` bytes that do not fill a block yet, the first one lowest.
    rest: u32,
}

impl Murmur3 {
    /// The hash of what came before, and these bytes.
    fn with(self, bytes: &[u8]) -> Murmur3 {
        let Murmur3 { mut hash, length, mut rest } = self;
        let shift = length % 4 * 8;
        let (blocks, tail) = bytes.as_chunks::<4>();
        for block in blocks {
            let joined = u64::from(u32::from_le_bytes(*block)) << shift | u64::from(rest);
            hash = mixed(hash, joined as u32);
            rest = (joined >> 32) as u32;
        }
        let mut filled = shift;
        for byte in tail {
            rest |= u32::from(*byte) << filled;
            filled += 8;
            if filled == 32 {
                hash = mixed(hash, rest);
                (rest, filled) = (0, 0);
            }
        }
        Murmur3 { hash, length: length.wrapping_add(bytes.len() as u32), rest }
    }

    fn finish(self) -> u32 {
        let hash = self.hash ^ scrambled(self.rest) ^ self.length;
        let hash = (hash ^ (hash >> 16)).wrapping_mul(0x85eb_ca6b);
        let hash = (hash ^ (hash >> 13)).wrapping_mul(0xc2b2_ae35);
        hash ^ (hash >> 16)
    }
}

fn mixed(hash: u32, block: u32) -> u32 {
    (hash ^ scrambled(block)).rotate_left(13).wrapping_mul(5).wrapping_add(0xe654_6b64)
}

fn scrambled(block: u32) -> u32 {
    block.wrapping_mul(0xcc9e_2d51).rotate_left(15).wrapping_mul(0x1b87_3593)
}

/// The hash of these bytes.
pub fn murmur3(bytes: &[u8]) -> u32 {
    Murmur3::default().with(bytes).finish()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_percentage_has_at_most_two_decimals() {
        assert_eq!(Rollout::read(&json!(33.33)).map(Rollout::hundredths), Some(3333));
        assert_eq!(Rollout::read(&json!(0.01)).map(Rollout::hundredths), Some(1));
        assert_eq!(Rollout::read(&json!(100)).map(Rollout::hundredths), Some(10_000));
        for refused in [json!(33.333), json!(-1), json!(100.01), json!("20"), json!(1e-9)] {
            assert_eq!(Rollout::read(&refused), None, "{refused}");
        }
    }

    #[test]
    fn every_hundredth_is_read_back_as_it_was_written() {
        for hundredths in 0..=10_000 {
            let rollout = Rollout::from_hundredths(hundredths).unwrap();
            assert_eq!(Rollout::read(&rollout.to_json()), Some(rollout));
        }
    }

    #[test]
    fn a_split_cuts_the_positions_without_a_gap() {
        let ranges = split_ranges(&[1, 1, 1]).unwrap();
        assert_eq!(ranges, [0..14_316_557, 14_316_557..28_633_115, 28_633_115..POSITIONS]);
        assert_eq!(split_ranges(&[0, 0]), None);
        assert_eq!(split_ranges(&[0, 3]).unwrap(), [0..0, 0..POSITIONS]);
    }

    #[test]
    fn a_text_hashes_the_same_in_whatever_pieces_it_comes() {
        let text = "salt/ünïcode-東京-0123456789";
        let whole = murmur3(text.as_bytes());
        for cut in 0..=text.len() {
            let (first, second) = text.as_bytes().split_at(cut);
            for again in 0..=second.len() {
                let (second, third) = second.split_at(again);
                let pieces = Murmur3::default().with(first).with(second).with(third);
                assert_eq!(pieces.finish(), whole);
            }
        }
    }
}
