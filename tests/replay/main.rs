//! Graphs as bytes: what is read back has the bits of the host, and whatever else the bytes are, they are an error.
#![cfg(feature = "graph")]

#[allow(dead_code)] // other tests use the rest
#[path = "../common/instructions.rs"]
mod instructions;
#[allow(dead_code)] // benchmarks use the rest
#[path = "../common/problems.rs"]
mod problems;

mod altered;
mod calls;
mod programs;
mod recorded;
mod rules;
mod single;

use dualtape::graph::Program;
use dualtape::replay::{self, CallError, Rules};

/// A program that was read, with the memory that it is called with.
struct Device<'a> {
    program: replay::Program<'a, f64>,
    work: Vec<f64>,
    out: Vec<f64>,
}

impl<'a> Device<'a> {
    fn new(bytes: &'a [u8]) -> Device<'a> {
        let program = replay::Program::read_with(bytes, Rules::ALL).unwrap_or_else(|error| panic!("{error}"));
        let (work, out) = (vec![f64::NAN; program.work_len()], vec![0.0; program.outputs()]);
        Device { program, work, out }
    }

    fn call(&mut self, x: &[f64]) -> Result<&[f64], CallError> {
        self.program.call(x, &mut self.work, &mut self.out)?;
        Ok(&self.out)
    }
}

fn same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
}

/// What came of comparing.
#[derive(Debug, Default)]
struct Tally {
    right: usize,
    changed: usize,
    /// Derivatives that the host takes by the drivers.
    left_to_drivers: usize,
}

impl Tally {
    /// Compares a program with what is read from its bytes, at some points.
    #[track_caller]
    fn compare<'x>(&mut self, what: &str, program: &Program, points: impl IntoIterator<Item = &'x [f64]>) {
        let bytes = program.to_bytes().unwrap_or_else(|error| panic!("{what}: {error}"));
        let mut device = Device::new(&bytes);
        assert_eq!((device.program.inputs(), device.program.outputs()), (program.inputs(), program.outputs()));
        assert_eq!(device.program.guards(), program.graph().guards());
        for x in points {
            let mut right = vec![0.0; program.outputs()];
            let host = program.call(x, &mut right);
            match (device.call(x), host) {
                (Ok(found), Ok(())) => {
                    let is_same = found.iter().zip(&right).all(|(&a, &b)| same(a, b));
                    assert!(is_same, "{what} at {x:?}: {found:?}, right is {right:?}\n{}", program.graph());
                    self.right += 1;
                }
                (Err(CallError::BranchChanged(changed)), Err(host)) => {
                    let is_same = changed.values().into_iter().zip(host.values()).all(|(a, b)| same(a, b));
                    assert!(is_same, "{what} at {x:?}: {changed:?}, right is {host:?}");
                    let listing = program.graph().to_string();
                    let guard = listing.lines().filter(|line| line.starts_with("  guard ")).nth(changed.guard());
                    assert!(guard.expect("it is listed").contains(&host.place().to_string()), "{what} at {x:?}");
                    self.changed += 1;
                }
                // The guards of a derivative, or its conditions, hold by the drivers.
                (Err(CallError::NotPlain | CallError::BranchChanged(_)), _) if program.outputs() > 1 => {
                    self.left_to_drivers += 1
                }
                (Err(CallError::NotPlain), _) => self.left_to_drivers += 1,
                (found, host) => panic!("{what} at {x:?}: {found:?}, the host says {host:?}"),
            }
        }
    }
}
