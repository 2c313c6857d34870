//! stub
use crate::cli::args::ImportArgs;
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::shell::Shell;
pub async fn run(_: &Shell, _: &ImportArgs) -> Result<Exit, CliError> {
    Ok(Exit::Done)
}
