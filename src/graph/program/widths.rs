//! Which vector instructions loops over lanes are compiled for: those of the machine they run on.
//!
//! The loops are ordinary code, which the compiler makes vector instructions of. [`Work`] that consists of such loops is compiled here three
//! times for x86, and the widest that the machine has is taken; elsewhere, and on machines with neither, the instructions that the crate
//! is compiled for do, as SSE2 and NEON. The compiler makes no product and sum into one operation with one rounding, whatever instructions
//! there are, so all give the same bits.
//!
//! The interpreter of one point is no such work. With AVX2 it gains nothing. With AVX-512 the operands of its blocks are found by gathers,
//! which take longer than loads one by one: a Kalman filter takes 1.7 times as long.
//!
//! # Safety
//!
//! A function that is compiled for instructions may be called where the processor has them. Each of the two is called in one place, under
//! the question whether it does, which asks for exactly the features that the function enables. Nothing else in here is unsafe, and nothing
//! that is compiled is.

#![allow(unsafe_code)]

/// Something whose loops are to be compiled for all vector instructions.
pub(super) trait Work: Sized {
    type Output;

    /// Does it. This and the loops have to be `#[inline(always)]`: a function that is called is compiled once, for what the crate is.
    fn run(self) -> Self::Output;
}

/// A way to do work, which comes back where the machine has no such instructions.
pub(super) type Way<W> = fn(W) -> Result<<W as Work>::Output, W>;

/// All ways, widest first.
pub(super) const fn ways<W: Work>() -> [Way<W>; 3] {
    [by_avx512, by_avx2, by_what_there_is]
}

/// Does work by the widest instructions that there are.
pub(super) fn run<W: Work>(work: W) -> W::Output {
    let done = ways().into_iter().fold(Err(work), Result::or_else);
    done.unwrap_or_else(|_| unreachable!("the last way is everywhere"))
}

fn by_what_there_is<W: Work>(work: W) -> Result<W::Output, W> {
    Ok(work.run())
}

fn by_avx2<W: Work>(work: W) -> Result<W::Output, W> {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        #[target_feature(enable = "avx2")]
        fn run<W: Work>(work: W) -> W::Output {
            work.run()
        }
        // SAFETY: the processor has what the function is compiled for.
        return Ok(unsafe { run(work) });
    }
    Err(work)
}

fn by_avx512<W: Work>(work: W) -> Result<W::Output, W> {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::is_x86_feature_detected as has;
        if has!("avx512f") && has!("avx512dq") && has!("avx512vl") && has!("avx2") {
            #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx2")]
            fn run<W: Work>(work: W) -> W::Output {
                work.run()
            }
            // SAFETY: the processor has what the function is compiled for.
            return Ok(unsafe { run(work) });
        }
    }
    Err(work)
}
