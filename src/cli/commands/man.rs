//! `man` and `completions`: made from the command line's own definition, so that they cannot lag behind.

use clap::CommandFactory;

use crate::cli::args::{Cli, Format, ManArgs};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::shell::Shell;

/// Prints the manual page, or writes one a command.
pub fn run(shell: &Shell, args: &ManArgs) -> Result<Exit, CliError> {
    shell.format(&[Format::Text])?;
    let Some(dir) = &args.out else {
        let mut page = Vec::new();
        clap_mangen::Man::new(Cli::command()).render(&mut page).map_err(|error| failed(&error))?;
        shell.ui.out(String::from_utf8_lossy(&page));
        return Ok(Exit::Done);
    };
    std::fs::create_dir_all(dir)
        .and_then(|()| clap_mangen::generate_to(Cli::command(), dir))
        .map_err(|error| failed(&error).hint(format!("check that {} may be written to", dir.display())))?;
    shell.ui.say(format_args!("The manual pages are in {}.", dir.display()));
    Ok(Exit::Done)
}

/// Prints the completions of a shell.
pub fn completions(shell: &Shell, kind: clap_complete::Shell) -> Result<Exit, CliError> {
    shell.format(&[Format::Text])?;
    let mut script = Vec::new();
    clap_complete::generate(kind, &mut Cli::command(), "campaignctl", &mut script);
    shell.ui.out(String::from_utf8_lossy(&script));
    Ok(Exit::Done)
}

fn failed(error: &std::io::Error) -> CliError {
    CliError::failed("the manual pages could not be written").because(error)
}
