//! A panic that misuse ends in names the line of the user's code. Operators, which are too small for that, name a way to see it.
#![cfg(all(feature = "std", feature = "nalgebra"))]

use dualtape::{Dual, LinearAlgebra, Tape, check, jvp, slices, vjp};
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};

thread_local! {
    static FILE: RefCell<String> = RefCell::default();
}

/// The file that the panic names which `misuse` ends in.
fn file_of(misuse: &dyn Fn()) -> String {
    FILE.with(|file| file.borrow_mut().clear());
    assert!(catch_unwind(AssertUnwindSafe(misuse)).is_err(), "it should have panicked");
    FILE.with(|file| file.borrow().clone())
}

#[test]
fn a_panic_names_the_line_of_the_caller() {
    let (tape, other) = (Tape::new(), Tape::new());
    let (x, foreign) = (tape.variable(1.0), other.variable(2.0));
    let adjoints = tape.adjoints(x);
    let wrong = check::derivative(f64::sin, 1.0, 2.0);
    let oblong = nalgebra::DMatrix::<f64>::zeros(2, 3);
    let misuses: &[(&str, &dyn Fn())] = &[
        ("Tape::adjoints", &|| _ = tape.adjoints(foreign)),
        ("Tape::retain", &|| _ = tape.retain(foreign)),
        ("Adjoints::wrt", &|| _ = adjoints.wrt(foreign)),
        ("Check::assert_passed", &|| wrong.assert_passed()),
        ("jvp", &|| _ = jvp(|x| vec![x[0]], &[1.0], &[1.0, 2.0])),
        ("vjp", &|| _ = vjp(|x| vec![x[0]], &[1.0], &[1.0, 2.0])),
        ("slices::max", &|| _ = slices::max::<f64>(&[])),
        ("determinant", &|| _ = f64::determinant(&oblong)),
        ("clamp", &|| _ = Dual::<f64>::variable(1.0).clamp(2.0, 1.0)),
    ];
    let report = take_hook();
    set_hook(Box::new(|info| {
        FILE.with(|file| {
            *file.borrow_mut() = info.location().map_or_else(String::new, |place| place.file().to_owned())
        });
    }));
    let files: Vec<_> = misuses.iter().map(|(name, misuse)| (*name, file_of(*misuse))).collect();
    set_hook(report);
    let elsewhere: Vec<_> = files.iter().filter(|(_, file)| file != file!()).collect();
    assert!(elsewhere.is_empty(), "{elsewhere:?}");
}
