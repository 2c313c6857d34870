//! The `campaignctl` program: parse, run, exit code.
fn main() {}
