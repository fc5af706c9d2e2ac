//! Bytes that were cut off or altered: reading them is an error, or what is read does no harm.

use crate::problems::Random;
use dualtape::graph::{Graph, Traced};
use dualtape::replay::{Program, ReadError, Rules};
use dualtape::{Float, Special, slices};

/// Programs that have every kind of operation between them.
fn samples() -> Vec<Vec<u8>> {
    let small = |x: &[Traced]| {
        let y = if x[0] < x[1] { x[0].tanh() * x[1].sin() + x[1].cos() } else { x[0] };
        y.clamp(-1.0, 1.0).max(x[0].powi(3)) + x[0].atan2(x[1])
    };
    let large = |x: &[Traced]| {
        let y = slices::log_sum_exp(x) * slices::norm(x) + x[0].mul_add(x[1], x[2]) + slices::dot(&x[..2], &x[1..]);
        let z = x[0].gamma_p(x[1]) + x[2].jn(3) + x[1].leaky_relu(0.5) + x[0].copysign(x[1]) + x[0].abs_sub(x[1]);
        (y - z).if_less(x[0], || y * z, || z) + x[0].min(x[1]) + x[2].base() + x[1].hypot(x[2]) + x[0].polygamma(2)
    };
    let small = Graph::record_fn(small, &[0.3, 0.8]);
    let large = Graph::record_fn(large, &[0.3, 0.8, 1.5]);
    let graphs = [small.clone(), small.value_and_gradient(), large.clone(), large.value_and_gradient()];
    graphs.iter().map(|graph| graph.to_bytes().unwrap()).collect()
}

fn read(bytes: &[u8]) -> Result<Program<'_, f64>, ReadError> {
    Program::read_with(bytes, Rules::ALL)
}

/// Puts the checksum right: CRC-32 of everything but its own place.
fn mend(bytes: &mut [u8]) {
    let Some((before, rest)) = bytes.split_at_checked(60).filter(|(_, rest)| rest.len() >= 4) else { return };
    let mut crc = !0_u32;
    for part in [before, &rest[4..]] {
        for &byte in part {
            crc = (crc >> 8) ^ TABLE[((crc ^ u32::from(byte)) & 255) as usize];
        }
    }
    bytes[60..64].copy_from_slice(&(!crc).to_le_bytes());
}

const TABLE: [u32; 256] = {
    let (mut table, mut k) = ([0; 256], 0);
    while k < 256 {
        let (mut x, mut bit) = (k as u32, 0);
        while bit < 8 {
            x = (x >> 1) ^ (0xedb8_8320 * (x & 1));
            bit += 1;
        }
        table[k] = x;
        k += 1;
    }
    table
};

#[test]
fn a_mended_checksum_is_one() {
    for mut bytes in samples() {
        let original = bytes.clone();
        mend(&mut bytes);
        assert_eq!(bytes, original);
    }
}

#[test]
fn every_truncation_is_an_error() {
    for bytes in samples() {
        for length in 0..bytes.len() {
            assert!(read(&bytes[..length]).is_err(), "{length} of {}", bytes.len());
            // With a header that agrees.
            let mut cut = bytes[..length].to_vec();
            if length >= 64 {
                cut[16..20].copy_from_slice(&(length as u32).to_le_bytes());
                mend(&mut cut);
                assert!(read(&cut).is_err(), "{length} of {}", bytes.len());
            }
        }
        let longer = [bytes.clone(), vec![0]].concat();
        let error = read(&longer).unwrap_err();
        assert_eq!(error, ReadError::Length { expected: bytes.len() as u64, found: longer.len() });
    }
}

#[test]
fn other_versions_are_refused() {
    let mut bytes = samples().remove(0);
    bytes[8] = 2;
    let error = read(&bytes).unwrap_err();
    assert_eq!(error, ReadError::Version { found: 2 });
    assert_eq!(
        error.to_string(),
        "dualtape: the program has version 2 of the format, and this is version 1; write it anew with the release that reads it"
    );
}

/// Changes some bytes: one bit, one byte, a word, or bytes that change places.
fn mutate(bytes: &mut [u8], random: &mut Random) {
    for _ in 0..1 + random.below(3) {
        let at = random.below(bytes.len());
        match random.below(5) {
            0 => bytes[at] ^= 1 << random.below(8),
            1 => bytes[at] = random.below(256) as u8,
            2 => bytes[at] = bytes[at].wrapping_add(1),
            3 => bytes[at..].iter_mut().take(4).for_each(|byte| *byte = 255),
            _ => bytes.swap(at, random.below(bytes.len())),
        }
    }
}

/// How many alterations each of the next two tests makes: a million between them, and a tenth of that in debug builds, which take ten
/// times as long.
const ALTERED: usize = if cfg!(debug_assertions) { 50_000 } else { 500_000 };

/// All are noticed by the checksum.
#[test]
fn altered_bytes_are_an_error() {
    let mut random = Random::new(1);
    let samples = samples();
    let mut altered = Vec::new();
    let mut count = 0;
    while count < ALTERED {
        let original = &samples[count % 2];
        altered.clone_from(original);
        mutate(&mut altered, &mut random);
        if altered != *original {
            count += 1;
            assert!(read(&altered).is_err(), "{altered:?}");
        }
    }
}

/// These have a checksum that agrees, and are read and called.
#[test]
fn altered_bytes_with_a_right_checksum_do_no_harm() {
    let mut random = Random::new(2);
    let samples = samples();
    let (mut work, mut out, mut altered) = (Vec::new(), Vec::new(), Vec::new());
    let (mut called, mut refused) = (0, 0);
    for k in 0..ALTERED {
        altered.clone_from(&samples[if k % 10 < 7 { k % 2 } else { 2 + k % 2 }]);
        mutate(&mut altered, &mut random);
        mend(&mut altered);
        let Ok(program) = read(&altered) else {
            refused += 1;
            continue;
        };
        // What a program claims to need is nothing that a caller has to give.
        if program.work_len() < 10_000 && program.inputs() < 10_000 {
            let x = [0.3, 0.8, 1.5, -2.0].into_iter().cycle().take(program.inputs());
            work.resize(program.work_len(), 1.0);
            out.resize(program.outputs(), 0.0);
            let _ = program.call(&x.collect::<Vec<f64>>(), &mut work, &mut out);
            called += 1;
        }
    }
    println!("{called} called, {refused} refused");
    assert!(called > ALTERED / 20 && refused > ALTERED / 5, "{called} {refused}");
}
