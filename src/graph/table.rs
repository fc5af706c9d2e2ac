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

/// The indices `0, 1, 2, ..` of a list by the hashes of its entries, with linear probing. At most half of the places are taken, and there
/// are as many as a power of two.
#[derive(Debug)]
pub(super) struct Table {
    places: Vec<u32>,
    taken: u32,
}

impl Default for Table {
    fn default() -> Table {
        Table { places: vec![NONE; 64], taken: 0 }
    }
}

impl Table {
    /// The entry that fits, or the place for it.
    #[inline]
    pub fn find(&self, hash: u64, fits: impl Fn(u32) -> bool) -> Result<u32, usize> {
        let mut place = self.first_place(hash);
        loop {
            match self.places[place] {
                NONE => return Err(place),
                index if fits(index) => return Ok(index),
                _ => place = (place + 1) & (self.places.len() - 1),
            }
        }
    }

    /// Takes the place for the next index; `hash` gives the hashes of all.
    #[inline]
    pub fn take(&mut self, place: usize, hash: impl Fn(u32) -> u64) {
        self.places[place] = self.taken;
        self.taken += 1;
        if 2 * self.taken as usize > self.places.len() {
            self.grow(hash);
        }
    }

    /// Four times as many places: filling a table misses the caches.
    #[cold]
    fn grow(&mut self, hash: impl Fn(u32) -> u64) {
        self.places = vec![NONE; 4 * self.places.len()];
        for index in 0..self.taken {
            let Err(place) = self.find(hash(index), |_| false) else { continue };
            self.places[place] = index;
        }
    }

    /// The upper bits of a hash are the good ones.
    #[inline]
    fn first_place(&self, hash: u64) -> usize {
        (hash >> (64 - self.places.len().trailing_zeros())) as usize
    }
}
