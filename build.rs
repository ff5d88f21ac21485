//! What cargo can't see by itself: the migrations and the static files are part of the binary.

#[path = "build/assets.rs"]
mod assets;
#[path = "build/node_modules.rs"]
mod node_modules;

fn main() -> Result<(), String> {
    println!("cargo:rerun-if-changed=migrations");
    println!("cargo:rerun-if-changed=build");
    node_modules::fill()?;
    assets::write()
}
