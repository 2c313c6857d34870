//! The `campaignctl` program: everything is in [`campaignctl::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    campaignctl::cli::main(std::env::args_os())
}
