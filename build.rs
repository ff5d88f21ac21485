//! Cargo can't see that the migrations are part of the binary: it has to be told.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
