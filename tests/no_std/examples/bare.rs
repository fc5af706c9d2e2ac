//! The functions of this package as a library for programs without the standard library: with it, this would be defined twice.
#![no_std]

use no_std::{Pendulum, newton_step, pressure};

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}

#[unsafe(no_mangle)]
pub extern "C" fn rosenbrock_newton_step(x: &mut [f64; 2]) -> bool {
    newton_step(*x).is_some_and(|next| {
        *x = next;
        true
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn pressure_slope(angle: f32) -> f32 {
    pressure(angle).1
}

/// The energy of a double pendulum and its gradient; `false` where there is none.
#[unsafe(no_mangle)]
pub extern "C" fn pendulum_energy(state: &[f64; 4], energy_and_gradient: &mut [f64; 5]) -> bool {
    Pendulum::read().is_ok_and(|pendulum| pendulum.energy(state, energy_and_gradient).is_ok())
}
