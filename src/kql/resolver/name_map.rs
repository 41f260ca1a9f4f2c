//! Maps keyed by the names of columns, of which a wide table has hundreds.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A map from names to what is known of them.
pub(super) type NameMap<'a, V> = HashMap<Cow<'a, str>, V, BuildHasherDefault<NameHasher>>;

/// A hash for short names: eight bytes at a time, a rotation and a multiplication for each eight.
///
/// The standard library's hash withstands chosen keys at five times the price. Here the keys are the columns of one
/// query, which has at most 10,000 characters.
#[derive(Default)]
pub(super) struct NameHasher(u64);

impl Hasher for NameHasher {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.0 = (self.0.rotate_left(5) ^ u64::from_le_bytes(word)).wrapping_mul(0x517c_c1b7_2722_0a95);
        }
    }

    fn finish(&self) -> u64 {
        self.0.rotate_left(20)
    }
}
