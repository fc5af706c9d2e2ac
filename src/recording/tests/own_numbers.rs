//! Number types of the tests' own: arithmetic with side effects in the middle of pushes and sweeps, numbers without size, and
//! numbers with a large alignment.

use super::own_number::number_over_f64;
use super::{assert_in_order, assert_panics, panic_text, panics};
use crate::recording::{Buffer, push};
use crate::{Reverse, Tape, gradient};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// A number whose every operation runs a hook: arithmetic with side effects, in the middle of pushes and sweeps.
#[derive(Clone, Copy, Debug, Default)]
struct Liar(f64);

thread_local! {
    static HOOK: RefCell<Option<Box<dyn FnMut()>>> = const { RefCell::new(None) };
    static OPERATIONS: Cell<usize> = const { Cell::new(0) };
}

impl Liar {
    fn of(x: f64) -> Liar {
        Liar(x)
    }
    fn value(self) -> f64 {
        OPERATIONS.set(OPERATIONS.get() + 1);
        // The hook is out while it runs, so that its own arithmetic does not call it.
        if let Some(mut hook) = HOOK.take() {
            hook();
            HOOK.set(Some(hook));
        }
        self.0
    }
}
number_over_f64!(Liar);

fn with_hook<R>(hook: impl FnMut() + 'static, f: impl FnOnce() -> R) -> R {
    HOOK.set(Some(Box::new(hook)));
    let result = f();
    HOOK.set(None);
    result
}

fn cubic(x: &[Reverse<Liar>]) -> Reverse<Liar> {
    x[0] * x[1] * x[0] + x[1].sin() * x[0]
}

#[track_caller]
fn assert_gradient_of_cubic(gradient: &[Liar]) {
    let (by_x, by_y) = (12.0 + 3.0_f64.sin(), 4.0 + 2.0 * 3.0_f64.cos());
    assert!((gradient[0].0 - by_x).abs() < 1e-15 * by_x && (gradient[1].0 - by_y).abs() < 1e-14, "{gradient:?}");
}

#[test]
fn a_number_of_our_own_can_be_differentiated() {
    OPERATIONS.set(0);
    assert_gradient_of_cubic(&gradient(cubic, &[Liar(2.0), Liar(3.0)]));
    assert!(OPERATIONS.get() > 20);
    let nested = gradient(
        |x: &[Reverse<Reverse<Liar>>]| x[0] * x[1] * x[0],
        &[Reverse::constant(Liar(2.0)), Liar(3.0).0.into()],
    );
    assert_eq!(nested[0].primal().0, 12.0);
}

#[test]
fn arithmetic_that_records_elsewhere_disturbs_no_sweep() {
    assert_eq!(size_of::<Liar>(), size_of::<f64>()); // so the two recordings compete for one slot
    let tape = Rc::new(Tape::<f64>::new());
    let (a, b) = (tape.variable(2.0), tape.variable(3.0));
    let before = tape.len();
    let gradient = with_hook(move || assert_eq!((a * b).primal(), 6.0), || gradient(cubic, &[Liar(2.0), Liar(3.0)]));
    assert_gradient_of_cubic(&gradient);
    assert!(tape.len() > before + 20);
    assert_eq!(tape.adjoints(a * b).wrt(a), 3.0);
}

#[test]
fn arithmetic_that_differentiates_disturbs_no_sweep() {
    let rounds = Rc::new(Cell::new(0));
    let counted = rounds.clone();
    let hook = move || {
        counted.set(counted.get() + 1);
        assert_eq!(gradient(|y| y[0] * y[1], &[Liar(5.0), Liar(7.0)])[0].0, 7.0);
        assert_in_order();
    };
    let gradient = with_hook(hook, || gradient(cubic, &[Liar(2.0), Liar(3.0)]));
    assert_gradient_of_cubic(&gradient);
    assert!(rounds.get() > 20);
}

/// A tape that a hook can reach while it is swept, and values on it.
struct Shared {
    tape: Tape<Liar>,
    x: Reverse<Liar>,
    y: Reverse<Liar>,
    product: Reverse<Liar>,
}

impl Shared {
    fn new() -> Rc<Shared> {
        let tape = Tape::new();
        let (x, y) = (tape.variable(Liar(2.0)), tape.variable(Liar(3.0)));
        let product = (0..10).fold(x * y, |product, _| product + x * y);
        Rc::new(Shared { tape, x, y, product })
    }
    #[track_caller]
    fn assert_in_order(&self) {
        let adjoints = self.tape.adjoints(self.product * self.x);
        assert_eq!((adjoints.wrt(self.x).0, adjoints.wrt(self.y).0), (132.0, 44.0)); // of 11 x² y
    }
}

/// While the records are borrowed for a sweep nothing may be added to them: they could move.
#[test]
fn a_recording_that_is_being_swept_accepts_no_push() {
    let shared = Shared::new();
    let (inner, refused) = (shared.clone(), Rc::new(Cell::new(0)));
    let counted = refused.clone();
    let hook = move || {
        assert_panics(&["is being swept", "RUST_BACKTRACE=1"], || inner.x * inner.y);
        assert_panics(&["is being swept", "RUST_BACKTRACE=1"], || inner.tape.variable(Liar(1.0)));
        assert_panics(&["is being swept", "RUST_BACKTRACE=1"], || inner.tape.retain(inner.x));
        counted.set(counted.get() + 1);
    };
    let adjoints = with_hook(hook, || shared.tape.adjoints(shared.product));
    assert_eq!((adjoints.wrt(shared.x).0, adjoints.wrt(shared.y).0), (33.0, 22.0));
    assert!(refused.get() > 20);
    shared.assert_in_order();
}

/// The same after a sweep within the sweep: when the inner one ends, the outer one still borrows the records.
#[test]
fn a_recording_that_is_being_swept_accepts_no_push_after_a_sweep_within_the_sweep() {
    let shared = Shared::new();
    let (inner, accepted) = (shared.clone(), Rc::new(Cell::new(0)));
    let counted = accepted.clone();
    let hook = move || {
        let adjoints = inner.tape.adjoints(inner.product);
        assert_eq!((adjoints.wrt(inner.x).0, adjoints.wrt(inner.y).0), (33.0, 22.0));
        // At most once, so that the test itself does not make the buffer move under the outer sweep.
        if counted.get() == 0 && !panics(|| inner.x * inner.y) {
            counted.set(1);
        }
    };
    let adjoints = with_hook(hook, || shared.tape.adjoints(shared.product));
    assert_eq!((adjoints.wrt(shared.x).0, adjoints.wrt(shared.y).0), (33.0, 22.0));
    shared.assert_in_order();
    assert_eq!(accepted.get(), 0, "a record was written while the records were borrowed");
}

#[test]
fn a_panic_in_the_middle_of_a_sweep_harms_neither_tape_nor_driver() {
    let shared = Shared::new();
    for operations in 1..30 {
        let countdown = || {
            let mut left = operations;
            move || {
                left -= 1;
                assert!(left > 0, "on purpose");
            }
        };
        assert_eq!(panic_text(|| with_hook(countdown(), || shared.tape.adjoints(shared.product))), "on purpose");
        shared.assert_in_order();
        assert_eq!(panic_text(|| with_hook(countdown(), || gradient(cubic, &[Liar(2.0), Liar(3.0)]))), "on purpose");
        assert_gradient_of_cubic(&gradient(cubic, &[Liar(2.0), Liar(3.0)]));
    }
}

/// A number without any bits.
#[derive(Clone, Copy, Debug, Default)]
struct Nothing;

impl Nothing {
    fn of(_: f64) -> Nothing {
        Nothing
    }
    fn value(self) -> f64 {
        0.0
    }
}
number_over_f64!(Nothing);

#[test]
fn records_of_numbers_without_size_work() {
    let gradient = gradient(|x| x[0] * x[1] * x[0] + x[1], &[Nothing; 2]);
    assert_eq!(gradient, [Nothing; 2]);
    let tape = Tape::new();
    let (x, y) = (tape.variable(Nothing), tape.variable(Nothing));
    let product = (0..1000).fold(x, |product, _| product * y);
    assert_eq!(tape.adjoints(product).wrt(x), Nothing);
    assert!(tape.bytes() >= 8 * 1000);
}

/// A number that lies on pages of its own.
#[derive(Clone, Copy, Debug, Default)]
#[repr(align(4096))]
struct Page(f64);

impl Page {
    fn of(x: f64) -> Page {
        Page(x)
    }
    fn value(self) -> f64 {
        self.0
    }
}
number_over_f64!(Page);

/// The allocator on its own aligns to 16 bytes.
#[test]
fn records_are_aligned_as_their_numbers_ask() {
    let recording = Buffer::<Page>::new().begin(2);
    let (x, y) = (recording.node(0), recording.node(1));
    let mut last = x;
    for k in 0..600 {
        last = push(last, Page(k.into()), y, Page(1.0)).unwrap(); // which grows twice
    }
    recording.read(|records| {
        let mut entries = vec![(); records.nodes()];
        let mut walk = records.backward::<_, false>(&mut entries);
        let mut expected = 600.0;
        while let Some(place) = walk.next() {
            expected -= 1.0;
            assert_eq!(std::ptr::from_ref(place.record()).addr() % 4096, 0);
            assert_eq!(place.record().by_left.0, expected);
        }
        assert_eq!(expected, 0.0);
    });
    assert_eq!(gradient(|x| x[0] * x[1] * x[0], &[Page(2.0), Page(3.0)]), [12.0, 4.0]);
}
