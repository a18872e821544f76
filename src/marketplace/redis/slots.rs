//! Which slot of a cluster a key belongs to (Redis cluster specification, "Key distribution model"
//! and "Hash tags").

/// Slots of a cluster.
pub(crate) const SLOTS: u16 = 16_384;

/// CRC16 in the variant XMODEM: polynomial 0x1021, start 0, nothing reflected.
fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc, byte| {
        (0..8).fold(crc ^ u16::from(*byte) << 8, |crc, _| {
            let shifted = crc << 1;
            if crc & 0x8000 == 0 { shifted } else { shifted ^ 0x1021 }
        })
    })
}

/// The part of a name that is hashed: what stands between the first `{` and the first `}` after
/// it, if that is not empty; otherwise the whole name.
fn hashed(name: &str) -> &str {
    let tag = name.split_once('{').and_then(|(_, rest)| rest.split_once('}'));
    tag.map(|(tag, _)| tag).filter(|tag| !tag.is_empty()).unwrap_or(name)
}

/// The slot of a key by its name.
pub(crate) fn slot(name: &str) -> u16 {
    crc16(hashed(name).as_bytes()) % SLOTS
}

/// The shard of each slot when `shards` share them evenly, in order: 3 have 0 to 5460, 5461 to
/// 10922 and 10923 to 16383, as `redis-cli --cluster create` deals them.
pub(crate) fn dealt(shards: u32) -> Vec<u16> {
    let each = f64::from(SLOTS) / f64::from(shards.max(1));
    let last = |shard: u32| libm::round(f64::from(shard + 1) * each - 1.0) as u16;
    let mut shard = 0;
    let shard_of = |slot| {
        while slot > last(shard) && shard + 1 < shards {
            shard += 1;
        }
        shard as u16
    };
    (0..SLOTS).map(shard_of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_one_of_the_specification() {
        assert_eq!(crc16(b"123456789"), 0x31c3);
        assert_eq!((slot("foo"), slot("bar"), slot("")), (12_182, 5_061, 0));
    }

    #[test]
    fn the_documented_examples_of_hash_tags() {
        let examples = [
            ("{user1000}.following", "user1000"),
            ("{user1000}.followers", "user1000"),
            ("foo{}{bar}", "foo{}{bar}"),
            ("foo{{bar}}zap", "{bar"),
            ("foo{bar}{zap}", "bar"),
            ("foo}bar{", "foo}bar{"),
            ("foo{bar", "foo{bar"),
        ];
        for (name, part) in examples {
            assert_eq!(hashed(name), part, "{name}");
        }
        assert_eq!(slot("{user1000}.following"), slot("{user1000}.followers"));
    }

    #[test]
    fn slots_are_dealt_evenly_and_in_order() {
        let of_three = dealt(3);
        let edges = [0, 5_460, 5_461, 10_922, 10_923, 16_383].map(|slot| of_three[slot]);
        assert_eq!(edges, [0, 0, 1, 1, 2, 2]);
        for shards in [1, 2, 7, 500] {
            let dealt = dealt(shards);
            let count = |shard: u32| dealt.iter().filter(|s| u32::from(**s) == shard).count();
            let fair = usize::from(SLOTS) / shards as usize;
            assert!((0..shards).all(|s| count(s).abs_diff(fair) <= 1), "{shards}");
        }
    }
}
