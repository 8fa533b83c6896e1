//! The migrations are compiled in by a macro that cargo cannot see through: a new file must cause a rebuild.
fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
