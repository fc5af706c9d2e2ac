//! What it costs to record a graph: nanoseconds and bytes an operation.
//!
//! `cargo bench --features graph --bench recording` prints the table. An operation is one that the graph keeps. Bytes are the most that
//! were allocated at any time while recording, and those of the finished graph. Without `--bench` the graphs are only checked.

#[allow(dead_code)] // not all problems are recorded
#[path = "../tests/common/problems.rs"]
mod problems;

use cpu_time::ThreadTime;
use dualtape::ScalarFunction;
use dualtape::graph::Graph;
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

struct Counting;

static LIVE: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

// SAFETY: everything is passed on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let live = LIVE.fetch_add(layout.size(), Relaxed) + layout.size();
        MOST.fetch_max(live, Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() {
    let timed = std::env::args().any(|argument| argument == "--bench");
    if timed {
        println!("{:10}{:>12}{:>10}{:>14}{:>14}", "", "operations", "ns each", "bytes each", "bytes kept");
    }
    let one = problems::rosenbrock("F1 n=1e5", 100_000, f64::NAN);
    row(timed, one.name, &one.function, &one.x0);
    if timed {
        let large = problems::rosenbrock("F1 n=1e6", 1_000_000, f64::NAN);
        row(timed, large.name, &large.function, &large.x0);
    }
    let three = problems::network("F3", [16, 32, 64], 0.870997191220622);
    row(timed, three.name, &three.function, &three.x0);
    let four = problems::mixture("F4", -7565.24740870373);
    if timed {
        row(timed, four.name, &four.function, &four.x0);
    }
    let five = problems::burgers("F5", 33.3099863746258);
    row(timed, five.name, &five.function, &five.x0);
    let six = problems::black_scholes("F6", 15940.0984472429);
    row(timed, six.name, &six.function, &six.x0);
}

fn row(timed: bool, name: &str, f: &impl ScalarFunction, x: &[f64]) {
    let before = LIVE.load(Relaxed);
    MOST.store(before, Relaxed);
    let graph = Graph::record(f, x);
    let (most, kept) = (MOST.load(Relaxed) - before, LIVE.load(Relaxed) - before);
    assert_eq!(graph.eval(x).map(|y| y[0].to_bits()), Ok(f.eval(x).to_bits()));
    if !timed {
        return;
    }
    let operations = graph.operations() as f64;
    let best = (0..5)
        .map(|_| {
            let start = ThreadTime::now();
            std::hint::black_box(Graph::record(f, x));
            start.elapsed().as_secs_f64()
        })
        .fold(f64::INFINITY, f64::min);
    println!(
        "{name:10}{operations:>12}{:>10.0}{:>14.0}{:>14.0}",
        best / operations * 1e9,
        most as f64 / operations,
        kept as f64 / operations
    );
}
