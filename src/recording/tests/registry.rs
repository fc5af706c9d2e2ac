//! Many tapes on one thread.

use super::{assert_in_order, assert_panics, look_ups};
use crate::{Reverse, Tape};

const TAPES: usize = if cfg!(miri) { 200 } else { 16_000 };

/// The work of a join does not depend on how many tapes there are, even if every join goes to another tape than the one before; nor
/// does that of dropping a tape.
#[test]
fn a_join_among_very_many_tapes_asks_few_of_them() {
    let tapes: Vec<Tape<f64>> = (0..TAPES).map(|_| Tape::new()).collect();
    let variables: Vec<[Reverse<f64>; 2]> = tapes.iter().map(|tape| [tape.variable(2.0), tape.variable(3.0)]).collect();
    let mut products: Vec<Reverse<f64>> = variables.iter().map(|[x, _]| *x).collect();
    const ROUNDS: usize = 3;
    let asked = look_ups(|| {
        for _ in 0..ROUNDS {
            for (product, [_, y]) in products.iter_mut().zip(&variables) {
                *product *= *y;
            }
        }
    });
    let joins = ROUNDS * TAPES;
    assert!((joins / 2..4 * joins).contains(&asked), "{asked} look-ups for {joins} joins");
    for (k, tape) in tapes.iter().enumerate().step_by(997) {
        let [x, y] = variables[k];
        let adjoints = tape.adjoints(products[k]);
        assert_eq!((adjoints.wrt(x), adjoints.wrt(y)), (27.0, 54.0)); // of x y³
    }
    assert_panics(&["two tapes were mixed"], || variables[0][0] * variables[TAPES - 1][0]);
    let asked = look_ups(|| drop(tapes));
    assert!(asked <= TAPES, "{asked} look-ups to drop {TAPES} tapes");
    assert_panics(&["after its recording ended"], || variables[7][0] * variables[7][1]);
    assert_in_order();
}

/// Tapes that go in the order in which they came, in the reverse order, and at random, leave those between them alone.
#[test]
fn tapes_may_go_in_any_order() {
    for order in [|k: usize| k, |k: usize| 99 - k, |k: usize| k * 37 % 100] {
        let mut tapes: Vec<Option<Tape<f64>>> = (0..100).map(|_| Some(Tape::new())).collect();
        let pairs: Vec<_> = tapes.iter().flatten().map(|tape| (tape.variable(2.0), tape.variable(3.0))).collect();
        for gone in 0..100 {
            tapes[order(gone)] = None;
            for (tape, &(x, y)) in tapes.iter().zip(&pairs) {
                match tape {
                    Some(tape) => assert_eq!(tape.adjoints(x * y).wrt(x), 3.0),
                    None if gone % 33 == 0 => assert_panics(&["after its recording ended"], || x * y),
                    None => {}
                }
            }
        }
    }
}
