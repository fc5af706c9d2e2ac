//! Duals are written whole and read back to the bit; reverse numbers are written as their values.

use dualtape::{Dual, Reverse, Tape};
use serde::{Deserialize, Serialize};
use serde_json::{from_str, from_value, json, to_string, to_value};

#[test]
fn duals_look_like_this() {
    let x = Dual::new(1.5, [2.0, -0.25]);
    assert_eq!(to_string(&x).unwrap(), r#"{"primal":1.5,"tangent":[2.0,-0.25]}"#);
    let nested: Dual<Dual<f32>> = Dual::variable(Dual::variable(3.0));
    let one = json!({"primal": 1.0, "tangent": [0.0]});
    assert_eq!(to_value(nested).unwrap(), json!({"primal": {"primal": 3.0, "tangent": [1.0]}, "tangent": [one]}));
}

#[test]
fn duals_make_the_round_trip_to_the_bit() {
    let bits = |x: Dual<Dual<f64, 2>>| {
        let parts = |x: Dual<f64, 2>| [x.primal(), x.tangents()[0], x.tangents()[1]].map(f64::to_bits);
        (parts(x.primal()), parts(x.tangent()))
    };
    let part = |x: f64| Dual::new(x, [x / 3.0, -0.0]);
    for x in [0.1, -0.0, 5e-324, f64::MAX, std::f64::consts::PI] {
        let x = Dual::new(part(x), [part(1.0 / 7.0)]);
        let copy: Dual<Dual<f64, 2>> = from_str(&to_string(&x).unwrap()).unwrap();
        assert_eq!(bits(copy), bits(x));
    }
}

/// Fields in any order, or without names.
#[test]
fn duals_are_read_from_maps_and_sequences() {
    for text in [r#"{"tangent": [4.0], "primal": 3.0}"#, "[3.0, [4.0]]"] {
        let x: Dual<f64> = from_str(text).unwrap();
        assert_eq!((x.primal(), x.tangent()), (3.0, 4.0));
    }
}

#[test]
fn what_is_not_a_dual_is_refused() {
    let refused = |text: &str, reason: &str| {
        let error = from_str::<Dual<f64, 2>>(text).unwrap_err().to_string();
        assert!(error.contains(reason), "{text}: {error}");
    };
    refused(r#"{"primal": 3.0, "tangent": [4.0]}"#, "invalid length 1, expected 2 numbers");
    refused(r#"{"primal": 3.0, "tangent": [4.0, 5.0, 6.0]}"#, "trailing characters");
    refused(r#"{"primal": 3.0}"#, "missing field `tangent`");
    refused("3.0", "expected a dual number");
}

#[test]
fn a_reverse_number_is_its_value() {
    let tape = Tape::new();
    let x = tape.variable(2.0);
    let y = x * x + 1.0;
    assert_eq!(to_string(&y).unwrap(), "5.0");
    let copy: Reverse<f64> = from_str("5.0").unwrap();
    assert_eq!(copy.primal(), 5.0);
    assert_eq!(tape.adjoints(copy * x).wrt(x), 5.0);
    let nested: Reverse<Dual<f64>> = from_value(json!({"primal": 5.0, "tangent": [1.0]})).unwrap();
    assert_eq!(nested.primal().tangent(), 1.0);
}

#[test]
fn structures_of_numbers_can_be_derived() {
    #[derive(Serialize, Deserialize, PartialEq, Debug)]
    struct State<T> {
        position: Vec<T>,
        time: T,
    }
    let state = State { position: vec![Dual::variable(1.0), Dual::constant(2.0)], time: Dual::constant(0.5) };
    let copy: State<Dual<f64>> = from_str(&to_string(&state).unwrap()).unwrap();
    assert_eq!(copy, state);
    assert_eq!(copy.position[0].tangent(), 1.0);
}
