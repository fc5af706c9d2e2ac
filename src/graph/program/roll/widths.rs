//! Which vector instructions the steps of a program are compiled for: those of the machine it runs on.
//!
//! The loops over lanes are ordinary code, which the compiler makes vector instructions of. It is compiled here three times for x86, and the
//! widest that the machine has is taken; elsewhere, and on machines with neither, the instructions that the crate is compiled for do, as SSE2
//! and NEON. The compiler makes no product and sum into one operation with one rounding, whatever instructions there
//! are, so all give the same bits.
//!
//! # Safety
//!
//! A function that is compiled for instructions may be called where the processor has them. Each of the two is called in one place, under
//! the question whether it does, which asks for exactly the features that the function enables. Nothing else in here is unsafe, and nothing that is compiled is.

#![allow(unsafe_code)]

use super::Rolled;
use super::run::Memory;

/// How the steps of a program are run, widest first; `None` where the machine has no such instructions.
pub(super) const WAYS: [fn(&Rolled, &mut Memory) -> Option<bool>; 3] = [by_avx512, by_avx2, by_what_there_is];

/// Runs all steps by the widest instructions that there are. Returns whether all conditions hold.
pub(super) fn run(rolled: &Rolled, memory: &mut Memory) -> bool {
    WAYS.iter().find_map(|way| way(rolled, memory)).expect("the last one is everywhere")
}

fn by_what_there_is(rolled: &Rolled, memory: &mut Memory) -> Option<bool> {
    Some(rolled.run_steps(memory))
}

fn by_avx2(rolled: &Rolled, memory: &mut Memory) -> Option<bool> {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        #[target_feature(enable = "avx2")]
        fn run(rolled: &Rolled, memory: &mut Memory) -> bool {
            rolled.run_steps(memory)
        }
        // SAFETY: the processor has what the function is compiled for.
        return Some(unsafe { run(rolled, memory) });
    }
    let _ = (rolled, memory);
    None
}

fn by_avx512(rolled: &Rolled, memory: &mut Memory) -> Option<bool> {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::is_x86_feature_detected as has;
        if has!("avx512f") && has!("avx512dq") && has!("avx512vl") && has!("avx2") {
            #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx2")]
            fn run(rolled: &Rolled, memory: &mut Memory) -> bool {
                rolled.run_steps(memory)
            }
            // SAFETY: the processor has what the function is compiled for.
            return Some(unsafe { run(rolled, memory) });
        }
    }
    let _ = (rolled, memory);
    None
}
