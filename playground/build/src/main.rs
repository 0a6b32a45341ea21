//! Builds the page with its machine into `playground/dist`, which any file server can serve: `cargo run -p playground-build`.

use flate2::{Compression, write::GzEncoder};
use std::{
    env, fs,
    io::{Error, Write as _},
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};
use wasm_bindgen_cli_support::Bindgen;

const TARGET: &str = "wasm32-unknown-unknown";
/// A page hashes little. SHA-2 as loops, not unrolled, saves 12 KiB of the download.
const COMPACT: &str = "--cfg sha2_backend_soft=\"compact\"";
/// The most that a reader downloads, compressed.
const MOST: usize = 350 * 1024;

fn main() -> ExitCode {
    match build() {
        Ok(compressed) if compressed <= MOST => {
            println!("playground/dist: {} KiB compressed", compressed.div_ceil(1024));
            ExitCode::SUCCESS
        }
        Ok(compressed) => {
            eprintln!("the machine must be at most {MOST} bytes compressed, and is {compressed}");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Builds the page. Returns the size of the machine and its glue in bytes, compressed.
fn build() -> Result<usize, Box<dyn std::error::Error>> {
    let playground =
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().ok_or("the build must stand in the playground")?;
    let cargo = env::var_os("CARGO").unwrap_or("cargo".into());
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| playground.join("target"), PathBuf::from);
    let built = Command::new(cargo)
        .env("RUSTFLAGS", COMPACT)
        .args(["build", "--release", "--locked", "--package", "playground-machine", "--target", TARGET])
        .current_dir(playground)
        .status()?;
    if !built.success() {
        return Err(
            format!("the machine must build for {TARGET}: `rustup target add {TARGET}` adds it").into()
        );
    }
    let dist = playground.join("dist");
    fs::create_dir_all(&dist)?;
    Bindgen::new()
        .input_path(target.join(TARGET).join("release/playground_machine.wasm"))
        .web(true)?
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .out_name("machine")
        .generate(&dist)
        .map_err(Error::other)?;
    for page in fs::read_dir(playground.join("page"))? {
        let page = page?;
        fs::copy(page.path(), dist.join(page.file_name()))?;
    }
    let mut compressed = 0;
    for file in ["machine_bg.wasm", "machine.js"] {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&fs::read(dist.join(file))?)?;
        compressed += encoder.finish()?.len();
    }
    Ok(compressed)
}
