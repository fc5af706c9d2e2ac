//! What is wrong with patterns, functions and buffers, and what the messages say.

use crate::panics::message;
use dualtape::sparse::{HessianPlan, JacobianPlan, SparseError, SparseMatrix, SparsePattern};
use dualtape::{Float, Primitive as _, ScalarFunction, VectorFunction};

struct Chain;

impl ScalarFunction for Chain {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        x.windows(2).map(|x| x[0] * x[1]).sum()
    }
}

struct Pairs;

impl VectorFunction for Pairs {
    fn eval<T: Float>(&self, x: &[T]) -> Vec<T> {
        x.windows(2).map(|x| x[0] * x[1]).collect()
    }
}

#[test]
fn patterns_that_are_none() {
    let errors = [
        (
            SparsePattern::from_triplets(2, 3, [(0, 0), (2, 1)]).unwrap_err(),
            SparseError::OutOfRange { row: 2, column: 1, rows: 2, columns: 3 },
            "dualtape: a pattern of 2 x 3 has no entry (2, 1); rows and columns are counted from 0",
        ),
        (
            SparsePattern::from_rows(3, &[[0, 3]]).unwrap_err(),
            SparseError::OutOfRange { row: 0, column: 3, rows: 1, columns: 3 },
            "dualtape: a pattern of 1 x 3 has no entry (0, 3); rows and columns are counted from 0",
        ),
        (
            SparsePattern::from_columns(3, vec![0, 2], vec![2, 1]).unwrap_err(),
            SparseError::NotCompressed { column: 0 },
            "dualtape: the arrays are no compressed columns, at column 0: there must be one start more than columns, from 0 up to the \
             number of indices, and the rows of each column must increase; `SparsePattern::from_triplets` takes any order",
        ),
        (
            SparsePattern::dense(2, 2).union(&SparsePattern::dense(2, 3)).unwrap_err(),
            SparseError::ShapesDiffer { left: (2, 2), right: (2, 3) },
            "dualtape: a pattern of 2 x 2 and one of 2 x 3 have no union; they must be of one shape",
        ),
        (
            HessianPlan::from_pattern(SparsePattern::dense(2, 3)).unwrap_err(),
            SparseError::NotSquare { rows: 2, columns: 3 },
            "dualtape: the pattern of a Hessian is 2 x 3; it must be square, with a row for each input",
        ),
        (
            SparsePattern::dense(2, 3).symmetrised().unwrap_err(),
            SparseError::NotSquare { rows: 2, columns: 3 },
            "dualtape: the pattern of a Hessian is 2 x 3; it must be square, with a row for each input",
        ),
        (
            HessianPlan::from_pattern(SparsePattern::banded(3, 1, 0)).unwrap_err(),
            SparseError::NotSymmetric { row: 1, column: 0 },
            "dualtape: the pattern of a Hessian has the entry (1, 0) and not (0, 1); give both, or call `SparsePattern::symmetrised`",
        ),
    ];
    for (found, expected, text) in errors {
        assert_eq!(found, expected);
        assert_eq!(found.to_string(), text);
    }
    for (starts, indices) in [
        (vec![], vec![]),
        (vec![1, 1], vec![0]),
        (vec![0, 1], vec![]),
        (vec![0, 2, 1, 3], vec![0, 1, 2]),
        (vec![0, 1, 1], vec![0, 1]),
        (vec![0, 2], vec![1, 1]),
        (vec![0, 9, 2], vec![0, 1]),
    ] {
        let found = SparsePattern::from_columns(3, starts.clone(), indices);
        assert!(matches!(found, Err(SparseError::NotCompressed { .. })), "{starts:?}: {found:?}");
    }
    let found = SparsePattern::from_columns(3, vec![0, 1, 2], vec![0, 3]);
    assert_eq!(found, Err(SparseError::OutOfRange { row: 3, column: 1, rows: 3, columns: 2 }));
}

/// Every way to go by a value is an error with its place, and works at the point.
#[test]
fn functions_that_go_by_values_are_refused() {
    macro_rules! refused {
        ($($name:ident |$x:ident| $body:expr;)*) => {$({
            struct Branching;
            impl ScalarFunction for Branching {
                fn eval<T: Float>(&self, $x: &[T]) -> T {
                    $body
                }
            }
            impl VectorFunction for Branching {
                fn eval<T: Float>(&self, x: &[T]) -> Vec<T> {
                    vec![ScalarFunction::eval(self, x)]
                }
            }
            let x = [1.0, 2.0];
            for error in [HessianPlan::detect(&Branching, &x).unwrap_err(), JacobianPlan::detect(&Branching, &x).unwrap_err()] {
                let SparseError::GoesByValue { place } = error else { panic!("{error}") };
                assert!(place.file().ends_with("misuse.rs"), "{}: {place}", stringify!($name));
                assert_eq!(
                    error.to_string(),
                    format!(
                        "dualtape: the function goes by a value ({place}), and may depend on other inputs elsewhere; choose by `max`, \
                         `min` or `if_less`, detect the pattern of the point at hand by `detect_at`, or give it by `from_pattern`"
                    )
                );
            }
            let (hessian, jacobian) = (HessianPlan::detect_at(&Branching, &x), JacobianPlan::detect_at(&Branching, &x));
            assert!(hessian.decisions() > 0 && jacobian.decisions() > 0, "{}", stringify!($name));
            hessian.verify(&Branching, &x).unwrap();
            jacobian.verify(&Branching, &x).unwrap();
        })*};
    }
    refused! {
        less |x| if x[0] < x[1] { x[0] * x[0] } else { x[1] };
        less_than_plain |x| if x[0] < T::Base::nearest(3.0) { x[0] * x[0] } else { x[1] };
        at_most |x| if x[0] <= x[1] { x[0] * x[0] } else { x[1] };
        greater |x| if x[0] > x[1] { x[0] * x[0] } else { x[1] };
        at_least |x| if x[0] >= x[1] { x[0] * x[0] } else { x[1] };
        equal |x| if x[0] == x[1] { x[0] * x[0] } else { x[1] };
        unequal |x| if x[0] != x[1] { x[0] * x[0] } else { x[1] };
        order |x| x[0].partial_cmp(&x[1]).map_or(x[0], |_| x[1] * x[1]);
        is_zero |x| if x[0].is_zero() { x[0] } else { x[0].sin() / x[0] };
        is_one |x| if x[0].is_one() { x[0] } else { x[1] * x[0] };
        is_nan |x| if x[0].is_nan() { x[1] } else { x[0] * x[0] };
        is_finite |x| if x[0].is_finite() { x[1] } else { x[0] * x[0] };
        is_sign_negative |x| if x[0].is_sign_negative() { x[1] } else { x[0] * x[0] };
        classify |x| if x[0].classify() == std::num::FpCategory::Normal { x[1] } else { x[0] * x[0] };
        sign_of_one |x| if T::one().copysign(x[0]) > T::zero() { x[1] } else { x[0] * x[0] };
        base |x| x[0] * T::from_base(x[1].base());
        to_f64 |x| x[0] * T::lit(x[1].to_f64().unwrap());
        to_usize |x| x[x[0].to_usize().unwrap()] * x[0];
        decode |x| x[0] * T::lit(num_traits::Float::integer_decode(x[1]).1.into());
        intermediate |x| { let y = x[0] * x[1]; if y > T::one() { y } else { x[0] } };
        rounded |x| if x[0].floor() > T::one() { x[0] } else { x[1] * x[1] };
    }
}

/// Text has no place in the source: it is written by the formatting machinery.
#[test]
fn text_is_a_value_too() {
    struct Printing;
    impl ScalarFunction for Printing {
        fn eval<T: Float>(&self, x: &[T]) -> T {
            if x[0].to_string() == "1" { x[0] * x[1] } else { x[1] }
        }
    }
    assert!(matches!(HessianPlan::detect(&Printing, &[1.0, 2.0]), Err(SparseError::GoesByValue { .. })));
    assert_eq!(HessianPlan::detect_at(&Printing, &[1.0, 2.0]).pattern().nnz(), 2);
}

/// Data, constants and the structure of a number are no values that change.
#[test]
fn questions_about_constants_are_none() {
    struct Careful;
    impl ScalarFunction for Careful {
        fn eval<T: Float>(&self, x: &[T]) -> T {
            let c = T::lit(2.0);
            let y = if c > T::one() && c.base() == T::Base::nearest(2.0) && !c.is_zero() { x[0] * c } else { x[1] };
            if y.is_constant() || y.is_zero_in_all_parts() || !y.is_finite_in_all_parts() { x[1] } else { y * y }
        }
    }
    let plan = HessianPlan::detect(&Careful, &[1.0, 2.0]).unwrap();
    assert!(plan.pattern().triplets().eq([(0, 0)]));
}

#[test]
fn entries_that_are_missing_are_found() {
    let x = [1.0, 2.0, 3.0, 4.0];
    let all = SparsePattern::of_hessian(&Chain, &x).unwrap();
    for (row, column) in all.triplets() {
        let without = all.triplets().filter(|&(i, j)| (i, j) != (row, column) && (j, i) != (row, column));
        let plan = HessianPlan::from_pattern(SparsePattern::from_triplets(4, 4, without).unwrap()).unwrap();
        let Err(error @ SparseError::Missing { row: i, column: j, value }) = plan.verify(&Chain, &x) else {
            panic!("{row} {column}")
        };
        assert!((i, j) == (row, column) || (j, i) == (row, column));
        assert_eq!(
            error.to_string(),
            format!(
                "dualtape: the derivative in row {i} and column {j} is {value:e}, and the pattern has no such entry; results of the plan \
                 are wrong in this row at least"
            )
        );
    }
    let all = SparsePattern::of_jacobian(&Pairs, &x).unwrap();
    for (row, column) in all.triplets() {
        let without = all.triplets().filter(|&entry| entry != (row, column));
        let plan = JacobianPlan::from_pattern(SparsePattern::from_triplets(3, 4, without).unwrap());
        let value = x[if column == row { row + 1 } else { row }];
        assert_eq!(plan.verify(&Pairs, &x), Err(SparseError::Missing { row, column, value }));
    }
}

#[test]
fn sizes_that_do_not_fit() {
    let plan = HessianPlan::detect(&Chain, &[0.0; 3]).unwrap();
    let jacobian = JacobianPlan::detect(&Pairs, &[0.0; 3]).unwrap();
    let (x, mut g, mut h) = ([1.0; 3], [0.0; 3], [0.0; 4]);
    let of = |f: &mut dyn FnMut()| message(f);
    let texts = [
        (
            of(&mut || drop(plan.value_gradient_and_hessian(&Chain, &[1.0; 4]))),
            "dualtape: value_gradient_and_hessian: the point has 4 entries, needed 3: one for each row of the pattern",
        ),
        (
            of(&mut || drop(plan.hessian(&Chain, &[1.0; 1]))),
            "dualtape: hessian: the point has 1 entry, needed 3: one for each row of the pattern",
        ),
        (
            of(&mut || {
                plan.value_gradient_and_hessian_into(&Chain, &x, &mut g[..2], &mut h);
            }),
            "dualtape: value_gradient_and_hessian_into: the buffer for the gradient has 2 entries, needed 3: one for each entry of the point",
        ),
        (
            of(&mut || {
                plan.value_gradient_and_hessian_into(&Chain, &x, &mut g, &mut h[..3]);
            }),
            "dualtape: value_gradient_and_hessian_into: the buffer for the Hessian has 3 entries, needed 4: one for each entry of the pattern",
        ),
        (
            of(&mut || drop(jacobian.value_and_jacobian(&Pairs, &[1.0; 2]))),
            "dualtape: value_and_jacobian: the point has 2 entries, needed 3: one for each column of the pattern",
        ),
        (
            of(&mut || jacobian.value_and_jacobian_into(&Pairs, &x, &mut g, &mut h)),
            "dualtape: value_and_jacobian_into: the buffer for the value has 3 entries, needed 2: one for each value that the function returns",
        ),
        (
            of(&mut || jacobian.value_and_jacobian_into(&Pairs, &x, &mut g[..2], &mut h[..1])),
            "dualtape: value_and_jacobian_into: the buffer for the Jacobian has 1 entry, needed 4: one for each entry of the pattern",
        ),
        (
            of(&mut || drop(JacobianPlan::from_pattern(SparsePattern::dense(3, 3)).jacobian(&Pairs, &x))),
            "dualtape: jacobian: the function returned 2 values, and the pattern is 3 x 3; it must have a row for each value",
        ),
        (
            of(&mut || drop(JacobianPlan::from_pattern(SparsePattern::dense(2, 2)).jacobian(&Pairs, &x[..2]))),
            "dualtape: jacobian: the function returned 1 value, and the pattern is 2 x 2; it must have a row for each value",
        ),
        (
            of(&mut || assert!(plan.pattern().column(3).is_empty())),
            "dualtape: SparsePattern::column: a matrix of 3 x 3 has no column 3; they are counted from 0",
        ),
        (
            of(&mut || assert_eq!(plan.colour_of(3), None)),
            "dualtape: HessianPlan::colour_of: a matrix of 3 x 3 has no column 3; they are counted from 0",
        ),
        (
            of(&mut || assert_eq!(jacobian.colour_of_column(3), None)),
            "dualtape: JacobianPlan::colour_of_column: a matrix of 2 x 3 has no column 3; they are counted from 0",
        ),
        (
            of(&mut || assert_eq!(jacobian.colour_of_row(2), None)),
            "dualtape: JacobianPlan::colour_of_row: a matrix of 2 x 3 has no row 2; they are counted from 0",
        ),
        (
            of(&mut || drop(SparseMatrix::new(SparsePattern::dense(2, 2), vec![1.0; 3]))),
            "dualtape: SparseMatrix::new: there are 3 values for 4 entries of the pattern; give one for each",
        ),
        (
            of(&mut || assert_eq!(SparseMatrix::new(SparsePattern::dense(2, 1), vec![1.0; 2]).get(0, 1), 1.0)),
            "dualtape: SparseMatrix::get: a matrix of 2 x 1 has no entry (0, 1)",
        ),
    ];
    for (found, expected) in texts {
        assert_eq!(found, expected);
    }
}

#[cfg(feature = "graph")]
#[test]
fn points_of_recordings_that_do_not_fit() {
    let plan = HessianPlan::detect(&Chain, &[0.0; 3]).unwrap();
    let jacobian = JacobianPlan::detect(&Pairs, &[0.0; 3]).unwrap();
    assert_eq!(
        message(|| drop(plan.record(&Chain, &[1.0; 4]))),
        "dualtape: record: the point has 4 entries, needed 3: one for each row of the pattern"
    );
    assert_eq!(
        message(|| drop(jacobian.record(&Pairs, &[1.0; 1]))),
        "dualtape: record: the point has 1 entry, needed 3: one for each column of the pattern"
    );
}

/// Numbers that look for a pattern stay on their thread, and a recursion that ends by a choice is stopped.
#[test]
fn functions_that_cannot_be_looked_into() {
    struct OnAnotherThread;
    impl ScalarFunction for OnAnotherThread {
        fn eval<T: Float>(&self, x: &[T]) -> T {
            let (a, b) = (x[0], x[1]);
            std::thread::spawn(move || a * b).join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        }
    }
    impl VectorFunction for OnAnotherThread {
        fn eval<T: Float>(&self, x: &[T]) -> Vec<T> {
            vec![ScalarFunction::eval(self, x)]
        }
    }
    let text = message(|| drop(JacobianPlan::detect(&OnAnotherThread, &[1.0, 2.0])));
    assert!(text.starts_with(
        "dualtape: a number that looks for a pattern is used after its function has returned, on another thread"
    ));

    struct Halving;
    impl ScalarFunction for Halving {
        fn eval<T: Float>(&self, x: &[T]) -> T {
            fn halve<T: Float>(x: T) -> T {
                x.if_less(T::one(), || x, || halve(x * T::lit(0.5)))
            }
            halve(x[0])
        }
    }
    let text = message(|| drop(HessianPlan::detect(&Halving, &[10.0])));
    assert_eq!(
        text,
        "dualtape: choices by `if_less` are nested 128 deep while a pattern is detected, which looks at both sides; end the recursion by a \
         number of steps, or give the pattern by `from_pattern`"
    );
    // After a panic things are as before.
    assert_eq!(HessianPlan::detect(&Chain, &[0.0; 3]).unwrap().pattern().nnz(), 4);
}
