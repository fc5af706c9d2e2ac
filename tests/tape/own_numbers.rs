//! Number types of the user's own: arithmetic with side effects in the middle of pushes and sweeps, numbers without size.

#[cfg(not(miri))]
use crate::in_child;
use crate::{assert_in_order, assert_panics, panic_text, panics, times};
use dualtape::{Float, Reverse, Tape, gradient};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::thread;

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
fn a_number_of_the_users_own_can_be_differentiated() {
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
        assert!(panics(|| inner.x * inner.y));
        assert!(panics(|| inner.tape.variable(Liar(1.0))));
        assert!(panics(|| inner.tape.retain(inner.x)));
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

/// A number without any bits, so that a point with more than 2^32 entries takes no memory.
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
    let product = (0..times(1000)).fold(x, |product, _| product * y);
    assert_eq!(tape.adjoints(product).wrt(x), Nothing);
    assert!(tape.bytes() >= 8 * times(1000));
}

/// Too many inputs are refused, before anything of the process-wide numbering changes.
#[cfg(all(target_pointer_width = "64", not(miri)))]
#[test]
fn more_inputs_than_a_recording_can_number_panic_and_leave_everything_in_order() {
    in_child("own_numbers::more_inputs_than_a_recording_can_number_panic_and_leave_everything_in_order", || {
        const MANY: usize = (1 << 32) + 1;
        let before = Tape::new();
        let x = before.variable(3.0);
        let (point, mut g) = ([Nothing; MANY], [Nothing; MANY]);
        assert_panics(&["2^31 nodes", "4294967297 inputs"], || {
            dualtape::value_and_gradient_into(|x| x[0], &point, &mut g);
        });
        // The numbers that the refused recording gave back go to the next one, here or on another thread.
        assert_in_order();
        thread::spawn(assert_in_order).join().unwrap();
        assert_eq!(before.adjoints(x * x).wrt(x), 6.0);
    });
}
