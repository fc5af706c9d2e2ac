//! Graphs of computations.

use super::{Fail, layout};
use dualtape::graph::{Graph, Picture};

#[allow(dead_code)] // for the series of the sine
#[path = "../../../../examples/graph/functions.rs"]
mod functions;

pub fn draw() -> Result<[(&'static str, String); 3], Fail> {
    let z = Graph::record_fn(|x| functions::square_of_sum(x[0], x[1]), &[1.0, 2.0]);
    let z = z.with_input_names(&["x", "y"]).with_output_names(&["z"]);
    let square = layout::svg(&z, &Picture::new().at(&[1.0, 2.0]).derivatives(true).left_to_right(true))?;

    let z = Graph::record_fn(|x| functions::goldstein_price(x[0], x[1]), &[1.0, 1.0]);
    let z = z.with_input_names(&["x", "y"]).with_output_names(&["z"]);
    let goldstein_price = layout::svg(&z, &Picture::new().at(&[1.0, 1.0]).left_to_right(true))?;

    let y = Graph::record_fn(|x| x[0].tanh(), &[0.5]).with_input_names(&["x"]).with_output_names(&["y"]);
    let third = y.gradient().gradient().gradient();
    let tanh = layout::svg(&third, &Picture::new())?;

    Ok([("square_of_sum", square), ("goldstein_price", goldstein_price), ("third_derivative_of_tanh", tanh)])
}
