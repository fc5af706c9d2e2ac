//! The format, for whoever writes and whoever reads: the header, the numbers of operations, and the checksum. The page of the
//! [module](super) describes it in words.

/// What every program begins with.
pub(crate) const MAGIC: [u8; 8] = *b"dualtape";

/// The version that is written, and the only one that is read.
pub(crate) const VERSION: u16 = 1;

/// The length of the header.
pub(crate) const HEADER: usize = 64;

/// Where the header has the version.
pub(crate) const AT_VERSION: usize = 8;

/// Where it has the checksum, of everything before and behind it.
pub(crate) const AT_CHECKSUM: usize = 60;

// The first byte of an operation: what it does with the operands `a`, `b`, `c`, `d` at the places that follow.
/// `a + b`
pub(crate) const ADD: u8 = 0;
/// `a - b`
pub(crate) const SUB: u8 = 1;
/// `a * b`
pub(crate) const MUL: u8 = 2;
/// `a / b`
pub(crate) const DIV: u8 = 3;
/// `-a`
pub(crate) const NEG: u8 = 4;
/// `a * b + c` with two roundings.
pub(crate) const MUL_ADD: u8 = 5;
/// `a * b - c` with two roundings.
pub(crate) const MUL_SUB: u8 = 6;
/// `c - a * b` with two roundings.
pub(crate) const SUB_MUL: u8 = 7;
/// `c` if `a < b`, else `d`.
pub(crate) const CHOOSE: u8 = 8;
/// The larger one of two.
pub(crate) const MAX: u8 = 9;
/// The smaller one of two.
pub(crate) const MIN: u8 = 10;
/// `a`, but at least `b` and at most `c`.
pub(crate) const CLAMP: u8 = 11;
/// `a - b`, or 0 if that is less.
pub(crate) const ABS_SUB: u8 = 12;
/// `a` with the sign of `b`.
pub(crate) const COPYSIGN: u8 = 13;
/// `a * b + c` with one rounding.
pub(crate) const FUSED_MUL_ADD: u8 = 14;
/// The sum of products of pairs. The number of operands goes before them.
pub(crate) const DOT: u8 = 15;
/// A rule of one argument. The number of the rule goes before the operands, here and below.
pub(crate) const RULE: u8 = 16;
/// A rule of two arguments.
pub(crate) const RULE_OF_TWO: u8 = 17;
/// A rule of any number of arguments, whose number follows that of the rule.
pub(crate) const RULE_OF_MANY: u8 = 18;
/// Both functions of the pair that a rule begins, with two results.
pub(crate) const PAIR: u8 = 19;
/// The derivative of a rule of one argument, from argument and value.
pub(crate) const SLOPE: u8 = 20;
/// The derivative of a rule of two arguments by the first, from arguments and value.
pub(crate) const SLOPE_BY_X: u8 = 21;
/// The same by the second.
pub(crate) const SLOPE_BY_Y: u8 = 22;
/// A guard: the bytes of a question and of its answer, and two places. It has no result.
pub(crate) const GUARD: u8 = 23;
/// A guard of a value to the bit: a place, and the value as an `f64`.
pub(crate) const GUARD_OF_VALUE: u8 = 24;
/// What has to hold so that plain arithmetic is right: the byte of a condition and a place. It has no result.
pub(crate) const CONDITION: u8 = 25;

/// What the header says.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Header {
    /// Whether numbers are `f32`.
    pub is_single: bool,
    /// Whether places take four bytes, and not two.
    pub is_wide: bool,
    /// Whether results are derivatives, which have to be finite.
    pub is_derivative: bool,
    /// How many numbers the program takes, and how many of these are differentiated, the first ones.
    pub inputs: u32,
    pub variables: u32,
    pub outputs: u32,
    /// How many numbers of work space it needs.
    pub cells: u32,
    pub constants: u32,
    pub rules: u32,
    /// The bytes of the list of rules.
    pub names: u32,
    pub guards: u32,
    pub operations: u32,
    /// The bytes of the operations.
    pub code: u32,
}

/// The parts behind the header, by where each ends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ends {
    pub constants: u64,
    pub outputs: u64,
    pub rules: u64,
    pub names: u64,
    pub code: u64,
}

impl Header {
    /// The bytes of a number.
    pub(crate) fn number(&self) -> usize {
        if self.is_single { 4 } else { 8 }
    }

    /// The bytes of a place.
    pub(crate) fn word(&self) -> usize {
        if self.is_wide { 4 } else { 2 }
    }

    /// How many places there are: work space, then inputs, then constants.
    pub(crate) fn places(&self) -> u64 {
        u64::from(self.cells) + u64::from(self.inputs) + u64::from(self.constants)
    }

    pub(crate) fn ends(&self) -> Ends {
        let constants = HEADER as u64 + u64::from(self.constants) * self.number() as u64;
        let outputs = constants + u64::from(self.outputs) * self.word() as u64;
        let rules = outputs + 4 * u64::from(self.rules);
        let names = rules + u64::from(self.names);
        Ends { constants, outputs, rules, names, code: names + u64::from(self.code) }
    }

    #[cfg(feature = "graph")]
    fn counts(&self) -> [u32; 10] {
        let &Header { inputs, variables, outputs, cells, constants, rules, names, guards, operations, code, .. } = self;
        [inputs, variables, outputs, cells, constants, rules, names, guards, operations, code]
    }

    /// The header as bytes, without a checksum.
    #[cfg(feature = "graph")]
    pub(crate) fn to_bytes(self) -> [u8; HEADER] {
        let mut bytes = [0; HEADER];
        bytes[..AT_VERSION].copy_from_slice(&MAGIC);
        bytes[AT_VERSION..][..2].copy_from_slice(&VERSION.to_le_bytes());
        (bytes[10], bytes[11], bytes[12]) = (self.number() as u8, self.word() as u8, self.is_derivative.into());
        bytes[16..20].copy_from_slice(&(self.ends().code as u32).to_le_bytes());
        for (to, count) in bytes[20..].chunks_exact_mut(4).zip(self.counts()) {
            to.copy_from_slice(&count.to_le_bytes());
        }
        bytes
    }

    /// The header in the first bytes, if that is what they are: a header that comes out as these bytes again.
    pub(crate) fn of(bytes: &[u8; HEADER]) -> Option<Header> {
        let choose =
            |byte: u8, [no, yes]: [u8; 2]| if byte == no { Some(false) } else { (byte == yes).then_some(true) };
        let count = |k: usize| u32_at(bytes, 20 + 4 * k);
        let header = Header {
            is_single: choose(bytes[10], [8, 4])?,
            is_wide: choose(bytes[11], [2, 4])?,
            is_derivative: choose(bytes[12], [0, 1])?,
            inputs: count(0),
            variables: count(1),
            outputs: count(2),
            cells: count(3),
            constants: count(4),
            rules: count(5),
            names: count(6),
            guards: count(7),
            operations: count(8),
            code: count(9),
        };
        let is_right = bytes[13..16] == [0; 3] && header.variables <= header.inputs;
        (is_right && header.ends().code == u64::from(u32_at(bytes, 16))).then_some(header)
    }
}

/// The number at a place in bytes, which has to be inside.
pub(crate) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

/// The checksum of a program: CRC-32 as in Ethernet and zip, of all bytes but its own.
///
/// It finds every change of up to three bits and every one inside of 32 bits in a row; a sum of bytes would miss two that are swapped.
/// Four bits at a time take a table of 64 bytes, where eight would take a kilobyte.
pub(crate) fn checksum(bytes: &[u8]) -> u32 {
    const TABLE: [u32; 16] = {
        let (mut table, mut k) = ([0; 16], 0);
        while k < 64 {
            let row = k / 4;
            let x = if k % 4 == 0 { row as u32 } else { table[row] };
            table[row] = (x >> 1) ^ (0xedb8_8320 * (x & 1));
            k += 1;
        }
        table
    };
    let (before, rest) = bytes.split_at(AT_CHECKSUM.min(bytes.len()));
    let mut crc = !0;
    for part in [before, rest.get(4..).unwrap_or_default()] {
        for &byte in part {
            crc ^= u32::from(byte);
            crc = (crc >> 4) ^ TABLE[(crc & 15) as usize];
            crc = (crc >> 4) ^ TABLE[(crc & 15) as usize];
        }
    }
    !crc
}

#[cfg(all(test, feature = "graph"))]
mod tests {
    use super::{AT_CHECKSUM, Header, checksum};

    #[test]
    fn the_checksum_is_the_usual_one() {
        assert_eq!(checksum(b"123456789"), 0xcbf4_3926);
        // Its own four bytes do not count.
        let mut long = [7; 100];
        let sum = checksum(&long);
        long[AT_CHECKSUM..][..4].fill(9);
        assert_eq!(checksum(&long), sum);
        long[AT_CHECKSUM + 4] = 9;
        assert_ne!(checksum(&long), sum);
    }

    #[test]
    fn headers_are_read_as_they_were_written() {
        let header = Header { is_single: true, inputs: 3, variables: 2, code: 70_000, cells: 9, ..Header::default() };
        assert_eq!(Header::of(&header.to_bytes()), Some(header));
        for at in 10..20 {
            let mut bytes = header.to_bytes();
            bytes[at] ^= 16;
            assert_eq!(Header::of(&bytes), None, "{at}");
        }
        assert_eq!(Header::of(&Header { variables: 4, ..header }.to_bytes()), None);
    }
}
