//! Finding what was recorded before: a hash, and a table of indices.

use std::hash::{BuildHasherDefault, Hasher};

/// The multiplicative hash of the Rust compiler (FxHash): two recordings give the same graph, in any process.
#[derive(Default)]
pub(super) struct Fx(u64);

impl Hasher for Fx {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.write_u64(byte.into()));
    }
    fn write_u32(&mut self, x: u32) {
        self.write_u64(x.into());
    }
    fn write_usize(&mut self, x: usize) {
        self.write_u64(x as u64);
    }
    #[inline]
    fn write_u64(&mut self, x: u64) {
        self.0 = (self.0.rotate_left(5) ^ x).wrapping_mul(0x517c_c1b7_2722_0a95);
    }
}

pub(super) type Hashed = BuildHasherDefault<Fx>;

/// Stands in a table for nothing.
pub(super) const NONE: u32 = u32::MAX;

/// Indices of entries of a list by the hashes of these, with linear probing. At most half of the places are taken, and there are as many
/// as a power of two.
#[derive(Debug)]
pub(super) struct Table {
    places: Vec<u32>,
    taken: usize,
}

impl Default for Table {
    fn default() -> Table {
        Table { places: vec![NONE; 64], taken: 0 }
    }
}

impl Table {
    /// The index of the entry that fits, or the place for it.
    #[inline]
    pub fn find(&self, hash: u64, fits: impl Fn(u32) -> bool) -> Result<u32, usize> {
        // The upper bits are the good ones.
        let mut place = (hash >> (64 - self.places.len().trailing_zeros())) as usize;
        loop {
            match self.places[place] {
                NONE => return Err(place),
                index if fits(index) => return Ok(index),
                _ => place = (place + 1) & (self.places.len() - 1),
            }
        }
    }

    /// Takes the place for an index; `hash` gives the hash of each.
    #[inline]
    pub fn take(&mut self, place: usize, index: u32, hash: impl Fn(u32) -> u64) {
        self.places[place] = index;
        self.taken += 1;
        if 2 * self.taken > self.places.len() {
            self.grow(hash);
        }
    }

    /// Four times as many places: filling a table misses the caches.
    #[cold]
    fn grow(&mut self, hash: impl Fn(u32) -> u64) {
        let larger = vec![NONE; 4 * self.places.len()];
        for index in std::mem::replace(&mut self.places, larger) {
            if index != NONE
                && let Err(place) = self.find(hash(index), |_| false)
            {
                self.places[place] = index;
            }
        }
    }
}
