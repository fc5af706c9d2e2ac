//! A global allocator that computes with tape variables, also with those of the tape that is asking for memory.
#![cfg(feature = "std")]

use dualtape::{Reverse, Tape};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

/// The system's allocator, which runs a hook of the thread before and after its own work.
struct Curious;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Call {
    Alloc,
    Dealloc,
    Realloc,
}

/// The call, its layout, and whether the system's allocator is yet to run.
type Hook = Box<dyn FnMut(Call, Layout, bool)>;

thread_local! {
    /// Out while it runs, so that its own allocations do not call it.
    static HOOK: RefCell<Option<Hook>> = const { RefCell::new(None) };
    /// Bytes for records allocated and not freed.
    static BYTES: Cell<usize> = const { Cell::new(0) };
}

fn run_hook(call: Call, layout: Layout, is_before: bool) {
    let hook = HOOK.with(|hook| hook.try_borrow_mut().ok().and_then(|mut hook| hook.take()));
    if let Some(mut hook) = hook {
        hook(call, layout, is_before);
        HOOK.set(Some(hook));
    }
}

fn count(old: usize, new: usize) {
    let of_records = |bytes| if is_for_records(bytes) { bytes } else { 0 };
    BYTES.set(BYTES.get() + of_records(new) - of_records(old));
}

// SAFETY: every call goes to the system's allocator as it is, and no panic leaves a hook: hooks catch those that they expect.
unsafe impl GlobalAlloc for Curious {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        run_hook(Call::Alloc, layout, true);
        count(0, layout.size());
        // SAFETY: the caller's promise.
        let place = unsafe { System.alloc(layout) };
        run_hook(Call::Alloc, layout, false);
        place
    }
    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        run_hook(Call::Dealloc, layout, true);
        count(layout.size(), 0);
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(place, layout) }
        run_hook(Call::Dealloc, layout, false);
    }
    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        run_hook(Call::Realloc, layout, true);
        count(layout.size(), size);
        // SAFETY: the caller's promise.
        let place = unsafe { System.realloc(place, layout, size) };
        run_hook(Call::Realloc, layout, false);
        place
    }
}

#[global_allocator]
static ALLOCATOR: Curious = Curious;

fn with_hook<R>(hook: impl FnMut(Call, Layout, bool) + 'static, f: impl FnOnce() -> R) -> R {
    struct Unhook;
    impl Drop for Unhook {
        fn drop(&mut self) {
            drop(HOOK.take());
        }
    }
    let hook: Hook = Box::new(hook);
    let _unhook = Unhook;
    HOOK.set(Some(hook));
    f()
}

/// The message `f` panics with.
#[track_caller]
fn panic_text<R>(f: impl FnOnce() -> R) -> String {
    let Err(cause) = catch_unwind(AssertUnwindSafe(f)) else { panic!("this should have panicked") };
    *cause.downcast::<String>().expect("the message has a type name in it")
}

/// Records of a `Tape<f64>`, and nothing else here.
fn is_for_records(bytes: usize) -> bool {
    let first = 24 * 256;
    bytes.is_multiple_of(first) && (bytes / first).is_power_of_two()
}

/// A tape with variables at 2 and 3 and a sum of `joins` products of the two.
struct Sums {
    tape: Tape<f64>,
    x: Reverse<f64>,
    y: Reverse<f64>,
}

impl Sums {
    fn new() -> Sums {
        let tape = Tape::new();
        let (x, y) = (tape.variable(2.0), tape.variable(3.0));
        Sums { tape, x, y }
    }
    fn sum(&self, products: usize) -> Reverse<f64> {
        (0..products).fold(self.x, |sum, _| sum + self.x * self.y)
    }
    #[track_caller]
    fn check(&self, sum: Reverse<f64>, products: usize) {
        let adjoints = self.tape.adjoints(sum);
        let n = products as f64;
        assert_eq!((adjoints.wrt(self.x), adjoints.wrt(self.y)), (1.0 + 3.0 * n, 2.0 * n));
    }
}

const MANY: usize = 3000;

#[test]
fn joins_on_the_tape_that_grows_are_refused_and_harm_nothing() {
    let sums = Sums::new();
    let (x, y) = (sums.x, sums.y);
    let refused = Rc::new(Cell::new([0; 2]));
    let counted = refused.clone();
    let hook = move |_, layout: Layout, is_before: bool| {
        if is_for_records(layout.size()) {
            let text = panic_text(|| x * y);
            assert!(text.contains("inside the global allocator") && text.contains("RUST_BACKTRACE=1"), "{text}");
            let mut count = counted.get();
            count[usize::from(is_before)] += 1;
            counted.set(count);
        }
    };
    let sum = with_hook(hook, || sums.sum(MANY));
    assert!(refused.get().iter().all(|&count| count >= 4), "{refused:?}");
    sums.check(sum, MANY);
}

#[test]
fn reading_the_tape_that_grows_is_refused_and_harms_nothing() {
    let sums = Rc::new(Sums::new());
    let (inner, refused) = (sums.clone(), Rc::new(Cell::new(0)));
    let counted = refused.clone();
    let hook = move |_, layout: Layout, _| {
        if is_for_records(layout.size()) && inner.tape.len() > 255 {
            let text = catch_unwind(AssertUnwindSafe(|| drop(inner.tape.adjoints(inner.x)))).unwrap_err();
            let text = text.downcast::<&str>().unwrap();
            assert!(text.contains("inside the global allocator"), "{text}");
            counted.set(counted.get() + 1);
        }
    };
    let sum = with_hook(hook, || sums.sum(MANY));
    assert!(refused.get() >= 6, "{refused:?}");
    sums.check(sum, MANY);
}

/// The join that asked for memory panics, and the memory, which nobody wants any more, is freed.
#[test]
fn the_tape_that_grows_may_be_dropped() {
    let round = |when: bool| {
        let sums = Sums::new();
        let (x, y) = (sums.x, sums.y);
        let mut sums = Some(sums);
        let hook = move |call, layout: Layout, is_before: bool| {
            if call == Call::Realloc && is_before == when && is_for_records(layout.size()) {
                drop(sums.take());
            }
        };
        let text = with_hook(hook, || panic_text(|| (0..300).fold(x, |sum, _| sum + x * y)));
        assert!(text.contains("was used after its recording ended"), "{text}");
    };
    let mut left = [0; 4];
    for left in &mut left {
        round(true);
        round(false);
        *left = BYTES.get();
    }
    // At first, what prints the messages allocates something of this size for good.
    assert_eq!(left[1..], [left[0]; 3]);
    let sums = Sums::new();
    sums.check(sums.sum(MANY), MANY);
}

/// The other tape has the same type, so the two take turns in one slot, and it grows at the same time.
#[test]
fn another_tape_may_record_and_grow_while_one_grows() {
    let (sums, other) = (Sums::new(), Rc::new(Sums::new()));
    let total = Rc::new(Cell::new((other.x, 0)));
    let (inner, inner_total) = (other.clone(), total.clone());
    let hook = move |_, layout: Layout, _| {
        if is_for_records(layout.size()) {
            let (mut sum, count) = inner_total.get();
            (0..200).for_each(|_| sum += inner.x * inner.y);
            inner_total.set((sum, count + 200));
        }
    };
    let sum = with_hook(hook, || sums.sum(MANY));
    sums.check(sum, MANY);
    let (sum, count) = total.get();
    assert!(count >= 2000);
    other.check(sum, count);
}

/// Tapes that come and go inside every single call of the allocator: whatever asks for memory, no list of the library is in the
/// middle of a change.
#[test]
fn tapes_may_come_and_go_in_every_call() {
    let calls = Rc::new(Cell::new(0));
    let counted = calls.clone();
    let kept = RefCell::new(Vec::new());
    let hook = move |_, _, _| {
        counted.set(counted.get() + 1);
        let sums = Sums::new();
        sums.check(sums.sum(20), 20);
        // At first some stay, so that the hook does not always leave room in the lists of the library.
        if counted.get() % 3 == 0 && counted.get() < 300 {
            kept.borrow_mut().push(sums);
        }
    };
    with_hook(hook, || {
        let tapes: Vec<Sums> = (0..100).map(|_| Sums::new()).collect();
        for (k, sums) in tapes.iter().enumerate() {
            sums.check(sums.sum(k), k);
        }
        drop(tapes);
    });
    assert!(calls.get() > 500, "{calls:?}");
    let sums = Sums::new();
    sums.check(sums.sum(MANY), MANY);
}

/// The same from a thread that ends, whose ids go back to the process.
#[test]
fn tapes_may_come_and_go_while_threads_do() {
    let run = || {
        let hook = |_, _, _| {
            let sums = Sums::new();
            sums.check(sums.sum(20), 20);
        };
        // Never taken out: it runs until the thread has no thread-local state any more.
        HOOK.set(Some(Box::new(hook)));
        let tapes: Vec<Sums> = (0..20).map(|_| Sums::new()).collect();
        tapes.iter().for_each(|sums| sums.check(sums.sum(30), 30));
    };
    for _ in 0..10 {
        std::thread::spawn(run).join().unwrap();
    }
}

/// The memory that drivers keep with the thread is not held while it grows.
#[test]
fn an_allocator_may_call_drivers() {
    dualtape::release_memory();
    let calls = Rc::new(Cell::new(0));
    let counted = calls.clone();
    // Four entries of the list of what is kept: its first allocation. Others come before it, and would make it grow by themselves.
    let list = 4 * size_of::<Box<dyn std::any::Any>>();
    let hook = move |_, layout: Layout, _| {
        if layout.size() != list {
            return;
        }
        let mut slope = [0.0];
        dualtape::value_and_gradient_into(|x: &[Reverse<f64>]| x[0] * x[0], &[3.0], &mut slope);
        assert_eq!(slope, [6.0]);
        counted.set(counted.get() + 1);
    };
    let gradient = with_hook(hook, || {
        let mut slopes = [0.0; 2];
        dualtape::value_and_gradient_into(|x: &[Reverse<f64>]| x[0] * x[1], &[2.0, 3.0], &mut slopes);
        slopes
    });
    assert_eq!(gradient, [3.0, 2.0]);
    assert!(calls.get() > 1, "the allocator was called {} times", calls.get());
}
