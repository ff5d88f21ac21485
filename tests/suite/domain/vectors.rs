//! The hash agrees with the engines whose vectors these are.

use flagstaff::domain::bucketing::murmur3;
use serde_json::Value as Json;

#[test]
fn the_hash_is_that_of_every_vector() {
    let text = include_str!("../../vectors/murmur3.json");
    let vectors: Json = serde_json::from_str(text).unwrap();
    let vectors = vectors["vectors"].as_array().unwrap();
    assert_eq!(vectors.len(), 140);
    for vector in vectors {
        let input = vector["input"].as_str().unwrap();
        assert_eq!(u64::from(murmur3(input.as_bytes())), vector["hash"], "{input:?}");
    }
}
