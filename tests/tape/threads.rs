//! Values that cross threads, threads that come and go, and what a recording sees of the end of its thread.

#[cfg(not(miri))]
use crate::in_child;
use crate::{ELSEWHERE, FOREIGN_OUTPUT, assert_in_order, assert_panics, stale, times};
use dualtape::{Reverse, Tape, gradient};
use std::cell::RefCell;
use std::sync::mpsc;
use std::thread;

#[test]
fn a_value_sent_through_a_channel_panics() {
    let (to_other, from_us) = mpsc::channel::<Reverse<f64>>();
    let other = thread::spawn(move || {
        let (a, b) = (from_us.recv().unwrap(), from_us.recv().unwrap());
        assert_panics(ELSEWHERE, || a * b);
        // With recordings of its own, the other thread tells the difference as well.
        assert_panics(ELSEWHERE, || gradient(|x| x[0] * a, &[1.0]));
        assert_panics(FOREIGN_OUTPUT, || gradient(|_| b, &[1.0]));
        assert_in_order();
    });
    let gradient = gradient(
        |x| {
            to_other.send(x[0]).unwrap();
            to_other.send(x[0] * x[1]).unwrap();
            x[0] * x[1]
        },
        &[3.0, 4.0],
    );
    other.join().unwrap();
    assert_eq!(gradient, [4.0, 3.0]);
}

#[test]
fn a_value_captured_by_a_scoped_thread_panics_and_leaves_the_recording_alone() {
    let gradient = gradient(
        |x| {
            let product = x[0] * x[1];
            thread::scope(|scope| {
                scope.spawn(|| assert_panics(ELSEWHERE, || product + x[0]));
                scope.spawn(|| assert_panics(ELSEWHERE, || product * x[1]));
            });
            product * x[0]
        },
        &[3.0, 4.0],
    );
    assert_eq!(gradient, [24.0, 9.0]); // of x² y
}

/// Functions of one variable need no tape, so they can be computed anywhere.
#[test]
fn functions_of_one_variable_may_run_on_another_thread() {
    let gradient = gradient(
        |x| {
            let sines: Vec<Reverse<f64>> = thread::scope(|scope| {
                let threads: Vec<_> = x.iter().map(|x| scope.spawn(|| (2.0 * *x).sin())).collect();
                threads.into_iter().map(|thread| thread.join().unwrap()).collect()
            });
            sines[0] * sines[1]
        },
        &[0.25_f64, 0.5],
    );
    assert_eq!(gradient, [2.0 * 0.5_f64.cos() * 1.0_f64.sin(), 2.0 * 1.0_f64.cos() * 0.5_f64.sin()]);
}

#[test]
fn a_value_of_a_thread_that_has_ended_panics() {
    let leak = thread::spawn(stale).join().unwrap();
    assert_panics(&["a `Reverse<f64>` was used on a thread other than"], || gradient(|x| x[0] * leak, &[1.0]));
    assert_in_order();
}

#[test]
fn threads_do_not_disturb_each_other() {
    let n = times(2000);
    thread::scope(|scope| {
        for seed in 1..=4_u32 {
            scope.spawn(move || {
                for round in 0..n {
                    let x = [f64::from(seed), round as f64, 0.5];
                    let product = |x: &[Reverse<f64>]| x.iter().copied().product::<Reverse<f64>>() + x[0] * x[1];
                    assert_eq!(gradient(product, &x), [x[1] * 0.5 + x[1], x[0] * 0.5 + x[0], x[0] * x[1]]);
                }
            });
        }
    });
}

/// Numbers go back to the process when a thread ends; whoever gets them next never meets one that was in use.
#[test]
fn threads_that_come_and_go_never_share_a_number() {
    let mut leaks = Vec::new();
    for _ in 0..times(50) {
        leaks.push(thread::spawn(stale).join().unwrap());
        let tape = Tape::new();
        let x = tape.variable(1.0);
        for &leak in &leaks {
            assert_panics(&["was used"], || x * leak);
        }
    }
}

/// The block of numbers is taken by this thread first and by the other one next; the message has to name the thread as the cause.
#[cfg(not(miri))]
#[test]
fn a_value_of_another_thread_is_not_called_ended_after_numbers_changed_hands() {
    in_child("threads::a_value_of_another_thread_is_not_called_ended_after_numbers_changed_hands", || {
        drop(Tape::<f64>::new());
        let (to_us, from_other) = mpsc::channel();
        let (to_other, from_us) = mpsc::channel::<()>();
        let other = thread::spawn(move || {
            let tape = Tape::new();
            to_us.send((tape.variable(1.0), tape.variable(2.0))).unwrap();
            from_us.recv().unwrap();
        });
        let (x, y) = from_other.recv().unwrap();
        assert_panics(ELSEWHERE, || x * y);
        to_other.send(()).unwrap();
        other.join().unwrap();
    });
}

// ---- The end of a thread -----------------------------------------------------------------------------------------------

/// A tape in thread-local storage. Whether it is dropped before or after the library's own thread-local state depends on which
/// was used first.
struct KeptTape {
    tape: Tape<f64>,
    product: Reverse<f64>,
    sweep_on_drop: bool,
}

impl Drop for KeptTape {
    fn drop(&mut self) {
        if self.sweep_on_drop {
            let x = self.tape.variable(2.0);
            assert_eq!(self.tape.adjoints(self.product * x).wrt(x), 12.0);
        }
    }
}

thread_local! {
    static KEPT: RefCell<Option<KeptTape>> = const { RefCell::new(None) };
}

fn end_a_thread_that_records(user_state_goes_first: bool, sweep_on_drop: bool) {
    let run = move || {
        if user_state_goes_first {
            assert_in_order();
        }
        KEPT.with_borrow_mut(|kept| {
            let tape = Tape::new();
            let product = tape.variable(3.0) * tape.variable(4.0);
            *kept = Some(KeptTape { tape, product, sweep_on_drop });
        });
        assert_in_order();
        // One more that is alive on the stack, in an unfinished gradient call, when the thread ends by a panic.
        let _ = gradient(
            |x: &[Reverse<f64>]| if x[0] * x[1] > 0.0 { panic!("the thread ends here") } else { x[0] },
            &[1.0, 2.0],
        );
    };
    let cause = thread::spawn(run).join().unwrap_err();
    assert_eq!(cause.downcast_ref(), Some(&"the thread ends here"));
    assert_in_order();
}

#[test]
fn a_thread_may_end_with_a_recording_in_its_thread_local_state() {
    for _ in 0..times(20) {
        end_a_thread_that_records(true, false);
        end_a_thread_that_records(false, false);
    }
}

#[cfg(not(miri))] // which has no processes
#[test]
fn a_tape_can_be_swept_while_its_thread_ends() {
    in_child("threads::a_tape_can_be_swept_while_its_thread_ends", || {
        end_a_thread_that_records(true, true);
        end_a_thread_that_records(false, true);
    });
}

#[cfg(not(miri))] // which reports the leak
#[test]
fn a_thread_may_end_with_a_forgotten_recording() {
    for _ in 0..times(20) {
        let leak = thread::spawn(|| {
            let tape = Tape::new();
            let product = tape.variable(3.0) * tape.variable(4.0);
            std::mem::forget(tape);
            assert_in_order();
            product
        });
        let leak = leak.join().unwrap();
        assert_panics(&["was used"], || gradient(|x| x[0] * leak, &[1.0]));
    }
}
