//! stub
use crate::cli::args::CalendarArgs;
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::shell::Shell;
pub fn run(_: &Shell, _: &CalendarArgs) -> Result<Exit, CliError> {
    Ok(Exit::Done)
}
