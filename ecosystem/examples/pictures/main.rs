//! The pictures of the documentation: draws all files of `docs/pictures` anew.
//!
//! A test of this package draws them, too, and compares them with the files.
//!
//! `cargo run -p ecosystem --example pictures`

mod gallery;

use gallery::Fail;

fn main() -> Result<(), Fail> {
    let folder = gallery::folder();
    std::fs::create_dir_all(&folder)?;
    for (name, svg) in gallery::all()? {
        for (end, content) in gallery::files(name, &svg) {
            std::fs::write(folder.join(name).with_extension(end), content)?;
        }
        println!("{name}: {} bytes", svg.len());
    }
    Ok(())
}
