//! Pictures of graphs as SVG files, laid out by `layout-rs`: no other program is needed.
//!
//! `cargo run --release -p ecosystem --example graph_pictures FOLDER` writes one file for each picture, into `pictures` unless a folder
//! is named.

#[path = "../../examples/graph/functions.rs"]
mod functions;

#[path = "pictures/gallery/layout.rs"]
mod layout;

use dualtape::graph::{Graph, Picture};
use functions::{goldstein_price, square_of_sum, taylor_sine};
use std::f64::consts::FRAC_PI_4;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder: PathBuf = std::env::args_os().nth(1).map_or_else(|| "pictures".into(), Into::into);
    std::fs::create_dir_all(&folder)?;
    let draw = |name: &str, graph: &Graph, picture: &Picture| -> Result<(), Box<dyn std::error::Error>> {
        let path = folder.join(name).with_extension("svg");
        std::fs::write(&path, layout::svg(graph, picture)?)?;
        println!("{}: {} operations, {} guards", path.display(), graph.operations(), graph.guards());
        Ok(())
    };

    let z = Graph::record_fn(|x| square_of_sum(x[0], x[1]), &[1.0, 2.0]);
    let z = z.with_input_names(&["x", "y"]).with_output_names(&["z"]);
    draw("square_of_sum", &z, &Picture::new().at(&[1.0, 2.0]).derivatives(true).left_to_right(true))?;
    draw("square_of_sum_gradient", &z.gradient(), &Picture::new().left_to_right(true))?;

    let z = Graph::record_fn(|x| goldstein_price(x[0], x[1]), &[1.0, 1.0]);
    let z = z.with_input_names(&["x", "y"]).with_output_names(&["z"]);
    draw("goldstein_price", &z, &Picture::new().at(&[1.0, 1.0]).left_to_right(true))?;

    for (name, threshold) in [("taylor_sine_short", 1e-4), ("taylor_sine_long", 1e-150)] {
        let y = Graph::record_fn(|x| taylor_sine(x[0], threshold), &[FRAC_PI_4]);
        let y = y.with_input_names(&["x"]).with_output_names(&["y"]);
        draw(name, &y, &Picture::new().at(&[FRAC_PI_4]).guards(threshold > 1e-100))?;
    }

    let mut y = Graph::record_fn(|x| x[0].tanh(), &[0.5]).with_input_names(&["x"]).with_output_names(&["y"]);
    for order in 0..4 {
        draw(&format!("tanh_{order}"), &y, &Picture::new())?;
        y = y.gradient();
    }
    Ok(())
}
